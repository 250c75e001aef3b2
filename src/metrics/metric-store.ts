import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../storage/db.ts';
import {
  business,
  draft,
  draftEvent,
  maintenanceProgress,
  metricRollup,
  metricStaleHour,
} from '../storage/schema/index.ts';
import { COUNTERS, type DraftCounters } from './counters.ts';
import { countersOfEvents, editBinsOfEvents, isAsked, isRetrieval, latencyBinsOfEvent } from './event-sql.ts';
import type { LatencyBin } from './latency-histogram.ts';

export type Arm = 'rag' | 'control' | 'none';

/** Half-open: [from, to). Absent fields: all. */
export interface MetricFilter {
  from: Date;
  to: Date;
  businessIds?: string[] | undefined;
  arm?: Arm | undefined;
  pipelineVersion?: string | undefined;
}

export const ROLLUP_TASK = 'metric-rollup';
const HOUR = sql.raw(`interval '1 hour'`);

/** Where the hours that are rolled up end. */
const rolledUntil = sql`coalesce((select "at" from ${maintenanceProgress} where "task" = ${ROLLUP_TASK}), '-infinity'::timestamptz)`;
const sumOfCounters = sql.join(
  COUNTERS.map((name) => sql`sum(${sql.identifier(name)})::int as ${sql.identifier(name)}`),
  sql`, `,
);
const counterNames = sql.join(
  COUNTERS.map((name) => sql.identifier(name)),
  sql`, `,
);

/** Hours of the window that are read from rollups: whole ones, rolled up. The rest is read from events, exactly. */
function windowOf({ from, to }: MetricFilter): SQL {
  return sql`bounds as materialized (
    select f as "from", t as "to", least(date_trunc('hour', t), ${rolledUntil}) as "rolledTo",
      case when date_trunc('hour', f) = f then f else date_trunc('hour', f) + ${HOUR} end as "rolledFrom"
    from (select ${from.toISOString()}::timestamptz as f, ${to.toISOString()}::timestamptz as t) given
  )`;
}

const inRollup = sql`r."hour" >= b."rolledFrom" and r."hour" < b."rolledTo"`;

/** Events of the window before and after its rolled-up hours, beside `bounds b`: two ranges, so that each is read by its index. */
function tailEvents(own: SQL): SQL {
  const range = (from: SQL, to: SQL) =>
    sql`select * from ${draftEvent} e where e."at" >= ${from} and e."at" < ${to} ${own}`;
  return sql`bounds b cross join lateral (
    ${range(sql`b."from"`, sql`least(b."rolledFrom", b."to")`)} union all
    ${range(sql`greatest(b."rolledTo", b."rolledFrom")`, sql`b."to"`)}
  ) e`;
}

/** Rows of single businesses, or the sums over all: the latter are few, whatever the number of businesses. */
function rollupRows({ businessIds, arm, pipelineVersion }: MetricFilter, byBusiness: boolean): SQL {
  return sql`${inRollup}
    ${businessIds !== undefined ? sql`and r."businessId" in ${orNone(businessIds)}` : byBusiness ? sql`and r."businessId" <> ''` : sql`and r."businessId" = ''`}
    ${arm === undefined ? sql`` : sql`and r."arm" = ${arm}`}
    ${pipelineVersion === undefined ? sql`` : sql`and r."pipelineVersion" = ${pipelineVersion}`}`;
}

function tailRows({ businessIds, arm, pipelineVersion }: MetricFilter): SQL {
  return tailEvents(sql`
    ${businessIds === undefined ? sql`` : sql`and e."businessId" in ${orNone(businessIds)}`}
    ${arm === undefined ? sql`` : sql`and e."arm" = ${arm}`}
    ${pipelineVersion === undefined ? sql`` : sql`and e."pipelineVersion" = ${pipelineVersion}`}`);
}

const orNone = (ids: string[]) => (ids.length > 0 ? ids : ['']);

export interface CounterRow extends Record<string, unknown>, DraftCounters {
  businessId: string;
  arm: Arm;
  pipelineVersion: string;
  /** Start of the bucket; empty where the rows are not told apart by time. */
  bucket: string;
}

/** Counters of a window, told apart by arm and pipeline version, and where asked by business and by time. */
export function counterRows(
  queries: Queries,
  filter: MetricFilter,
  apart: { business: boolean; bucket: 'hour' | 'day' | null },
) {
  const business = (column: SQL) => (apart.business ? column : sql`''`);
  const bucket = (column: SQL) =>
    apart.bucket === null
      ? sql`''`
      : sql`to_char(date_trunc(${apart.bucket}, ${column} at time zone 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
  return queries.execute<CounterRow>(sql`
    with ${windowOf(filter)}, parts as (
      select ${business(sql`r."businessId"`)} as "businessId", r."arm", r."pipelineVersion", ${bucket(sql`r."hour"`)} as "bucket", ${counterNames}
      from ${metricRollup} r, bounds b where ${rollupRows(filter, apart.business)}
      union all
      select * from (
        select ${business(sql`e."businessId"`)} as "businessId", e."arm", e."pipelineVersion", ${bucket(sql`e."at"`)} as "bucket", ${countersOfEvents()}
        from ${tailRows(filter)}
        group by 1, 2, 3, 4
      ) tail
    )
    select "businessId", "arm", "pipelineVersion", "bucket", ${sumOfCounters} from parts
    group by 1, 2, 3, 4 order by 4, 1, 2, 3`);
}

/** A business that is watched from a time of its own. */
export interface WatchBounds {
  businessId: string;
  from: Date;
}

export interface WatchedRow extends CounterRow {
  /** Start of the watch. */
  from: string;
}

/** Counters of each watch until `to`, by day (UTC) and arm. Two watches of one business may begin at different times. */
export function watchedCounterRows(queries: Queries, watches: WatchBounds[], to: Date) {
  const day = (column: SQL) =>
    sql`to_char(date_trunc('day', ${column} at time zone 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
  const list = JSON.stringify(watches.map(({ businessId, from }) => ({ businessId, from: from.toISOString() })));
  return queries.execute<WatchedRow>(sql`
    with bounds as materialized (
      select w."businessId", w."from", t as "to", least(date_trunc('hour', t), ${rolledUntil}) as "rolledTo",
        case when date_trunc('hour', w."from") = w."from" then w."from" else date_trunc('hour', w."from") + ${HOUR} end as "rolledFrom"
      from jsonb_to_recordset(${list}::jsonb) as w("businessId" text, "from" timestamptz),
        (select ${to.toISOString()}::timestamptz as t) until
    ), parts as (
      select b."businessId", b."from", r."arm", ${day(sql`r."hour"`)} as "bucket", ${counterNames}
      from bounds b join ${metricRollup} r on r."businessId" = b."businessId" and ${inRollup}
      union all
      select * from (
        select b."businessId", b."from", e."arm", ${day(sql`e."at"`)} as "bucket", ${countersOfEvents()}
        from ${tailEvents(sql`and e."businessId" = b."businessId"`)}
        group by 1, 2, 3, 4
      ) tail
    )
    select "businessId", "from"::text as "from", "arm", '' as "pipelineVersion", "bucket", ${sumOfCounters} from parts
    group by 1, 2, 3, 5 order by 1, 2, 5`);
}

/** Latency bins of a window. */
export function latencyRows(queries: Queries, filter: MetricFilter) {
  return queries.execute<LatencyBin & Record<string, unknown>>(sql`
    with ${windowOf(filter)}, parts as (
      select u.bin, u.count from ${metricRollup} r cross join bounds b
        cross join lateral unnest(r."latencyBins", r."latencyCounts") u(bin, count)
      where ${rollupRows(filter, false)}
      union all
      select part.bin, count(*)::int from ${tailRows(filter)} ${latencyBinsOfEvent()} where ${isRetrieval} group by 1
    )
    select "bin", sum("count")::int as "count" from parts group by 1 order by 1`);
}

/** Approved drafts by edit distance: one row with ten counts. */
export function editRows(queries: Queries, filter: MetricFilter) {
  return queries.execute<{ bin: number; count: number }>(sql`
    with ${windowOf(filter)}, parts as (
      select u.count, u.bin from ${metricRollup} r cross join bounds b
        cross join lateral unnest(r."editBins") with ordinality u(count, bin)
      where ${rollupRows(filter, false)}
      union all
      select u.count, u.bin from (
        select ${editBinsOfEvents()} as bins from ${tailRows(filter)}
      ) tail cross join lateral unnest(tail.bins) with ordinality u(count, bin)
    )
    select (bin - 1)::int as "bin", sum(count)::int as "count" from parts group by 1 order by 1`);
}

/**
 * Drafts of both arms, of the control arm, and the share of it that is to be expected: each business's own, weighted by what
 * it drafted (null without a draft). Businesses with other shares draft more or less than others. `ifMixed`: nothing is read,
 * and the share is null, where all businesses have the same one: the rows of each business are many.
 */
export function armRows(queries: Queries, filter: Omit<MetricFilter, 'arm'>, ifMixed = false) {
  const needed = ifMixed
    ? sql`and (select min("controlShare") <> max("controlShare") from ${business}
        ${filter.businessIds === undefined ? sql`` : sql`where "id" in ${orNone(filter.businessIds)}`})`
    : sql``;
  return queries.execute<{ total: number | null; control: number | null; expectedShare: number | null }>(sql`
    with ${windowOf(filter)}, parts as (
      select r."businessId", r."arm", r."asked" from ${metricRollup} r, bounds b where ${rollupRows(filter, true)} and r."arm" <> 'none' ${needed}
      union all
      select * from (
        select e."businessId", e."arm", count(*)::int as "asked" from ${tailRows(filter)} where e."arm" <> 'none' and ${isAsked} ${needed} group by 1, 2
      ) tail
    )
    select sum(parts."asked")::int as "total", sum(parts."asked") filter (where parts."arm" = 'control')::int as "control",
      (sum(own."controlShare" * parts."asked") / nullif(sum(parts."asked"), 0))::float8 as "expectedShare"
    from parts join ${business} own on own."id" = parts."businessId"`);
}

/** Drafts that were asked for and are still being tried again: asked, and not ready. They have no event until it is over. */
export function retryingRows(queries: Queries, { from, to, businessIds }: MetricFilter) {
  return queries.execute<{ retrying: number }>(sql`
    select count(*)::int as "retrying" from ${draft} where "status" = 'RETRYING'
      and "requestedAt" >= ${from.toISOString()}::timestamptz and "requestedAt" < ${to.toISOString()}::timestamptz
      ${businessIds === undefined ? sql`` : sql`and "businessId" in ${orNone(businessIds)}`}`);
}

/** Makes the rollups of the hours in [from, to) anew from their events. Doing it twice changes nothing. */
export function rollUpHours(queries: Queries, from: SQL, to: SQL) {
  const grouped = sql`date_trunc('hour', e."at") as "hour", coalesce(e."businessId", '') as "businessId", e."arm", e."pipelineVersion"`;
  const sets = sql`grouping sets ((date_trunc('hour', e."at"), e."businessId", e."arm", e."pipelineVersion"),
    (date_trunc('hour', e."at"), e."arm", e."pipelineVersion"))`;
  const inHours = sql`e."at" >= ${from} and e."at" < ${to}`;
  return [
    queries.execute(sql`delete from ${metricRollup} where "hour" >= ${from} and "hour" < ${to}`),
    queries.execute<{ hour: string }>(sql`
      with counted as (
        select ${grouped}, ${countersOfEvents()}, ${editBinsOfEvents()} as "editBins"
        from ${draftEvent} e where ${inHours} group by ${sets}
      ), binned as (
        select ${grouped}, part.bin, count(*)::int as count
        from ${draftEvent} e ${latencyBinsOfEvent()} where ${inHours} and ${isRetrieval}
        group by grouping sets ((date_trunc('hour', e."at"), e."businessId", e."arm", e."pipelineVersion", part.bin),
          (date_trunc('hour', e."at"), e."arm", e."pipelineVersion", part.bin))
      ), latency as (
        select "hour", "businessId", "arm", "pipelineVersion", array_agg(bin order by bin) as bins, array_agg(count order by bin) as counts
        from binned group by 1, 2, 3, 4
      )
      insert into ${metricRollup} ("hour", "businessId", "arm", "pipelineVersion", ${counterNames}, "editBins", "latencyBins", "latencyCounts")
      select c."hour", c."businessId", c."arm", c."pipelineVersion", ${sql.join(
        COUNTERS.map((name) => sql`c.${sql.identifier(name)}`),
        sql`, `,
      )}, c."editBins", coalesce(l.bins, '{}'), coalesce(l.counts, '{}')
      from counted c left join latency l using ("hour", "businessId", "arm", "pipelineVersion")
      on conflict do nothing returning "hour"`),
  ] as const;
}

/** The watermark under a lock, so that two crons do not roll up at once; the first hour with events where there is none. */
export function rollupPlan(queries: Queries, graceSeconds: number, mostHours: number) {
  return queries.execute<{ from: string | null; to: string | null; stale: string[] | null }>(sql`
    with mark as (
      select coalesce((select "at" from ${maintenanceProgress} where "task" = ${ROLLUP_TASK}),
        (select date_trunc('hour', min("at")) from ${draftEvent})) as "from"
    ), stale as (
      select "hour" from ${metricStaleHour} where "hour" < (select "from" from mark) order by "hour" limit ${mostHours}
    )
    select mark."from"::text as "from", least(mark."from" + ${mostHours}::int * ${HOUR},
      date_trunc('hour', now() - ${graceSeconds}::int * interval '1 second'))::text as "to",
      (select array_agg("hour"::text) from stale) as "stale" from mark`);
}
