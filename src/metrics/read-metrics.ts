import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Database } from '../storage/db.ts';
import { businessById, controlShares } from './business-facts.ts';
import { type ArmComparison, compareArms } from './compare-arms.ts';
import { COUNTERS, type DraftCounters, NO_COUNTERS, sumCounters } from './counters.ts';
import type { MetricName } from './definitions.ts';
import { EDIT_BINS } from './event-sql.ts';
import { type MetricValue, measure } from './measure.ts';
import {
  type Arm,
  armRows,
  type CounterRow,
  counterRows,
  editRows,
  latencyRows,
  type MetricFilter,
  retryingRows,
} from './metric-store.ts';
import { type RolloutMarker, rolloutMarkers } from './rollout-markers.ts';
import { sampleRatio } from './stats/sample-ratio.ts';

export interface MetricQuery {
  /** Hours until now. */
  windowHours: number;
  businessId?: string | undefined;
  arm?: Arm | undefined;
  pipelineVersion?: string | undefined;
}

export interface MetricReport {
  from: Date;
  to: Date;
  businessId: string | null;
  arm: Arm | null;
  /** The versions that the drafts of the window were made by. */
  pipelineVersions: string[];
  metrics: Record<MetricName, MetricValue>;
  counters: DraftCounters;
  /** Drafts that are being tried again: in the denominator of the success rate. */
  retrying: number;
  /** Approvals, and how many of them were faster than anybody can read. */
  fastApprovals: { count: number; of: number };
  editHistogram: number[];
  comparison: ArmComparison;
  sampleRatio: { status: 'ok' | 'mismatch' | 'no-data'; control: number; total: number; expectedShare: number };
}

interface Deps {
  db: Database;
  clock: Clock;
}

/** The nine metrics of a window, with what stands behind them. Throws NOT_FOUND for an unknown business. */
export async function readMetrics(deps: Deps, query: MetricQuery): Promise<MetricReport> {
  const to = deps.clock();
  const filter = filterOf(query, to);
  // The comparison needs both arms, whatever is shown.
  const [rows, latency, edits, retrying, businesses, shares, arms] = await deps.db.operator((queries) => [
    counterRows(queries, { ...filter, arm: undefined }, { business: false, bucket: null }),
    latencyRows(queries, filter),
    editRows(queries, filter),
    retryingRows(queries, filter),
    businessById(queries, query.businessId ?? ''),
    controlShares(queries, query.businessId ?? null),
    armRows(queries, filter, true),
  ]);
  if (query.businessId !== undefined && businesses.length === 0) {
    throw new AppError('NOT_FOUND', 'There is no such business.');
  }
  const byArm = (arm: Arm) => sumCounters(rows.rows.filter((row) => row.arm === arm).map(countersOf));
  const shown = rows.rows.filter((row) => query.arm === undefined || row.arm === query.arm);
  const own = sumCounters(shown.map(countersOf));
  // Only what is asked for without an arm knows of drafts that have none yet.
  const waiting = query.arm === undefined ? Number(retrying.rows[0]?.retrying ?? 0) : 0;
  const counters = { ...own, asked: own.asked + waiting };
  const [rag, control] = [byArm('rag'), byArm('control')];
  const histogram = new Map(edits.rows.map(({ bin, count }) => [bin, count]));
  return {
    from: filter.from,
    to,
    businessId: query.businessId ?? null,
    arm: query.arm ?? null,
    pipelineVersions: [...new Set(shown.map((row) => row.pipelineVersion))].sort(),
    metrics: measure(counters, latency.rows),
    counters,
    retrying: waiting,
    fastApprovals: { count: counters.fastApprovals, of: counters.approved },
    editHistogram: Array.from({ length: EDIT_BINS }, (_, bin) => histogram.get(bin) ?? 0),
    comparison: compareArms(rag, control),
    sampleRatio: ratioOf(rag, control, Number(arms.rows[0]?.expectedShare ?? shares.rows[0]?.share ?? 0)),
  };
}

export interface BusinessMetrics {
  businessId: string;
  counters: DraftCounters;
  metrics: Record<MetricName, MetricValue>;
}

/** The counted metrics of every business with a draft in the window, most drafts first. Latency is not told apart by business. */
export async function readBusinessMetrics(deps: Deps, query: MetricQuery): Promise<BusinessMetrics[]> {
  const filter = filterOf(query, deps.clock());
  const [rows] = await deps.db.operator((queries) => [counterRows(queries, filter, { business: true, bucket: null })]);
  return [...Map.groupBy(rows.rows, (row) => row.businessId)]
    .map(([businessId, own]) => {
      const counters = sumCounters(own.map(countersOf));
      return { businessId, counters, metrics: measure(counters, []) };
    })
    .sort((a, b) => b.counters.asked - a.counters.asked || a.businessId.localeCompare(b.businessId));
}

export interface BusinessExperiment {
  businessId: string;
  comparison: ArmComparison;
  sampleRatio: MetricReport['sampleRatio'];
}

/** RAG against control for each of these businesses, in their order. `controlShare` is what the control arm should have. */
export async function readExperiments(
  deps: Deps,
  query: { windowHours: number; businesses: { id: string; controlShare: number }[] },
): Promise<BusinessExperiment[]> {
  const filter = filterOf({ windowHours: query.windowHours }, deps.clock());
  const businessIds = query.businesses.map(({ id }) => id);
  const [rows] = await deps.db.operator((queries) => [
    counterRows(queries, { ...filter, businessIds }, { business: true, bucket: null }),
  ]);
  return query.businesses.map(({ id, controlShare }) => {
    const own = rows.rows.filter((row) => row.businessId === id);
    const byArm = (arm: Arm) => sumCounters(own.filter((row) => row.arm === arm).map(countersOf));
    const [rag, control] = [byArm('rag'), byArm('control')];
    return {
      businessId: id,
      comparison: compareArms(rag, control),
      sampleRatio: ratioOf(rag, control, controlShare),
    };
  });
}

function ratioOf(rag: DraftCounters, control: DraftCounters, expectedShare: number): MetricReport['sampleRatio'] {
  const total = rag.asked + control.asked;
  return {
    status: sampleRatio(control.asked, total, expectedShare),
    control: control.asked,
    total,
    expectedShare,
  };
}

export interface MetricPoint {
  at: string;
  counters: DraftCounters;
  metrics: Record<MetricName, MetricValue>;
}

/** The window in buckets: hours up to two days, days beyond (UTC). Buckets without an event are left out. */
export async function readMetricSeries(
  deps: Deps,
  query: MetricQuery,
): Promise<{ bucket: 'hour' | 'day'; points: MetricPoint[]; markers: RolloutMarker[] }> {
  const bucket = query.windowHours <= 48 ? 'hour' : 'day';
  const filter = filterOf(query, deps.clock());
  const [rows, markers] = await deps.db.operator((queries) => [
    counterRows(queries, filter, { business: false, bucket }),
    rolloutMarkers(queries, filter.from, filter.to),
  ]);
  const points = [...Map.groupBy(rows.rows, (row) => row.bucket)].map(([at, own]) => {
    const counters = sumCounters(own.map(countersOf));
    return { at, counters, metrics: measure(counters, []) };
  });
  return { bucket, points, markers: markers.rows };
}

function filterOf(query: MetricQuery, to: Date): MetricFilter {
  const { businessId, arm, pipelineVersion } = query;
  return {
    from: new Date(to.getTime() - query.windowHours * 3_600_000),
    to,
    businessIds: businessId === undefined ? undefined : [businessId],
    arm,
    pipelineVersion,
  };
}

export function countersOf(row: CounterRow): DraftCounters {
  const counters = { ...NO_COUNTERS };
  for (const name of COUNTERS) counters[name] = Number(row[name]);
  return counters;
}
