import { sql } from 'drizzle-orm';
import type { Database } from '../storage/db.ts';
import { maintenanceProgress, metricStaleHour } from '../storage/schema/index.ts';
import { ROLLUP_TASK, rollUpHours, rollupPlan } from './metric-store.ts';

/** Events are stamped in the transaction that stores them, which ends within its timeout: later none comes into an hour. */
const GRACE_SECONDS = 120;
/** Hours that one run makes; a new or long idle service catches up over several runs. */
const HOURS_A_RUN = 72;
const RUN_TIMEOUT_MS = 30_000;

/**
 * Rolls up the hours that are over, and anew those that changed since (late events, erasures). Reads add what is not rolled
 * up yet, so that a run that fails or comes late makes nothing wrong. Running twice changes nothing.
 */
export async function rollUpMetrics(deps: {
  db: Database;
}): Promise<{ hours: number; repaired: number; more: boolean }> {
  const [plan] = await deps.db.operator((queries) => [rollupPlan(queries, GRACE_SECONDS, HOURS_A_RUN)]);
  const { from = null, to = null, stale } = plan.rows[0] ?? {};
  const repaired = stale ?? [];
  for (const hour of repaired) {
    const start = sql`${hour}::timestamptz`;
    await deps.db.operator(
      (queries) => [
        // Taken first: an event that comes meanwhile marks the hour again.
        queries.execute(sql`delete from ${metricStaleHour} where "hour" = ${start}`),
        ...rollUpHours(queries, start, sql`(${start} + interval '1 hour')`),
      ],
      { timeoutMs: RUN_TIMEOUT_MS },
    );
  }
  if (from === null || to === null || Date.parse(to) <= Date.parse(from)) {
    return { hours: 0, repaired: repaired.length, more: repaired.length === HOURS_A_RUN };
  }
  const hours = Math.round((Date.parse(to) - Date.parse(from)) / 3_600_000);
  await deps.db.operator(
    (queries) => [
      queries.execute(sql`select pg_advisory_xact_lock(hashtextextended(${ROLLUP_TASK}, 0))`),
      ...rollUpHours(queries, sql`${from}::timestamptz`, sql`${to}::timestamptz`),
      queries.execute(sql`
        insert into ${maintenanceProgress} as p ("task", "at", "id", "report", "updatedAt")
        values (${ROLLUP_TASK}, ${to}::timestamptz, '', ${JSON.stringify({ hours })}::jsonb, now())
        on conflict ("task") do update set "at" = greatest(p."at", excluded."at"), "report" = excluded."report", "updatedAt" = now()`),
    ],
    { timeoutMs: RUN_TIMEOUT_MS },
  );
  return { hours, repaired: repaired.length, more: hours === HOURS_A_RUN };
}
