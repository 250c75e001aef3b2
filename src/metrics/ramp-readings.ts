import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Clock } from '../lib/clock.ts';
import type { RampMetrics, RampReading } from '../rollout/ramp-metrics.ts';
import type { RampMetric } from '../rollout/ramp-plan.ts';
import type { Database } from '../storage/db.ts';
import { backfill, business, heartbeat } from '../storage/schema/index.ts';
import { lastShareChange } from './business-facts.ts';
import { type DraftCounters, pacedReviews, sumCounters } from './counters.ts';
import { standingFindings } from './guardrails/guardrail-store.ts';
import { type LatencyBin, latencyQuantile, latencySamples } from './latency-histogram.ts';
import { armRows, counterRows, latencyRows, retryingRows } from './metric-store.ts';
import { countersOf } from './read-metrics.ts';
import { sampleRatio } from './stats/sample-ratio.ts';

interface Deps {
  db: Database;
  clock: Clock;
}

/**
 * What a ramp is judged by, from the same events as everything else. Guardrails act by themselves, before the ramp decides:
 * here they have nothing to add. Approvals that nobody can have read are no evidence.
 */
export function createRampReadings(deps: Deps): RampMetrics {
  return {
    read: ({ businessIds, since }) => read(deps, businessIds, since),
    readBackfills: ({ businessIds, days }) => readBackfills(deps, businessIds, days),
  };
}

async function read(deps: Deps, businessIds: string[], since: Date): Promise<RampReading> {
  const now = deps.clock();
  if (businessIds.length === 0) return { status: 'no-data', because: 'nobody is watched' };
  const filter = { from: since, to: now, businessIds };
  const [[changed], [guarded]] = await deps.db.operator((queries) => [
    lastShareChange(queries, businessIds, since),
    queries
      .select({ ageMs: sql<number | null>`(1000 * extract(epoch from now() - ${heartbeat.lastOkAt}))::float8` })
      .from(heartbeat)
      .where(eq(heartbeat.name, 'cron:guardrails')),
  ]);
  // Guardrails that cannot run guard nobody: the numbers are as old as their last good run.
  const at = new Date(guarded === undefined ? now : guarded.ageMs === null ? since : now.getTime() - guarded.ageMs);
  // Before the change other shares were right.
  const sharesFrom = changed?.at == null ? since : new Date(changed.at);
  const [rows, latency, retrying, findings, arms, [set]] = await deps.db.operator((queries) => [
    counterRows(queries, filter, { business: false, bucket: null }),
    latencyRows(queries, filter),
    retryingRows(queries, filter),
    standingFindings(queries, filter),
    armRows(queries, { ...filter, from: sharesFrom }),
    queries
      .select({ share: sql<number>`avg(${business.controlShare})::float8` })
      .from(business)
      .where(inArray(business.id, businessIds)),
  ]);
  const all = sumCounters(rows.rows.map(countersOf));
  const rag = sumCounters(rows.rows.filter((row) => row.arm === 'rag').map(countersOf));
  const { control, total, expectedShare } = arms.rows[0] ?? {};
  return {
    status: 'ok',
    at,
    metrics: readingsOf({ ...all, asked: all.asked + Number(retrying.rows[0]?.retrying ?? 0) }, rag, latency.rows),
    hallucinations: Number(findings.rows[0]?.hallucinations ?? 0),
    securityIncidents: Number(findings.rows[0]?.securityIncidents ?? 0),
    guardrail: { tier: 'none', because: [] },
    sampleRatio: sampleRatio(control ?? 0, total ?? 0, expectedShare ?? Number(set?.share ?? 0)),
  };
}

/** Every metric that a plan may name; one without a sample is absent. Pure. */
export function readingsOf(
  all: DraftCounters,
  rag: DraftCounters,
  latency: LatencyBin[],
): Partial<Record<RampMetric, { value: number; samples: number }>> {
  const share = (value: number, samples: number) => (samples === 0 ? undefined : { value: value / samples, samples });
  // In the step without RAG nobody is in an arm: everybody's reviews count.
  const reviews = pacedReviews(rag.asked > 0 ? rag : all);
  const p95 = latencyQuantile(latency, 'total', 0.95);
  const readings: Record<RampMetric, { value: number; samples: number } | undefined> = {
    draftSuccessRate: share(all.ready, all.asked),
    toolErrorRate: share(all.toolValidationErrors, all.toolCalls),
    tokenBudgetOverruns: all.asked === 0 ? undefined : { value: all.tokenBudgetOverruns, samples: all.asked },
    tokenErrorRate: share(all.tokenSamples - all.tokenWithin10, all.tokenSamples),
    ragHitRate: share(rag.retrievalHits, rag.retrievals),
    ragLatencyP95: p95 === null ? undefined : { value: p95, samples: latencySamples(latency, 'total') },
    approvalRate: share(reviews.successes, reviews.n),
  };
  return Object.fromEntries(Object.entries(readings).filter(([, reading]) => reading !== undefined));
}

async function readBackfills(deps: Deps, businessIds: string[], days: number) {
  if (businessIds.length === 0 || days === 0) return { status: 'ok' as const, missing: [] };
  const [rows] = await deps.db.operator((queries) => [
    queries
      .selectDistinct({ businessId: backfill.businessId })
      .from(backfill)
      .where(
        and(inArray(backfill.businessId, businessIds), eq(backfill.status, 'done'), sql`${backfill.days} >= ${days}`),
      )
      .orderBy(desc(backfill.businessId)),
  ]);
  const indexed = new Set(rows.map(({ businessId }) => businessId));
  return { status: 'ok' as const, missing: businessIds.filter((id) => !indexed.has(id)) };
}
