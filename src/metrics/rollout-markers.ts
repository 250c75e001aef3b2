import { sql } from 'drizzle-orm';
import type { RampAction } from '../rollout/ramp.ts';
import type { RollbackLevel } from '../rollout/rollback.ts';
import type { Queries } from '../storage/db.ts';
import { rampDecision, rollback } from '../storage/schema/index.ts';

/** `level` and `reason` of a rollback or restore; `action` and `step`, from 1, of a ramp. */
export interface RolloutMarker extends Record<string, unknown> {
  at: string;
  kind: 'rollback' | 'restore' | 'ramp';
  id: string;
  level: RollbackLevel | null;
  reason: string | null;
  action: RampAction | null;
  step: number | null;
}

const iso = (column: ReturnType<typeof sql>) =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** What happened to the rollout in a window, for the charts: rollbacks, restores, steps of ramps. */
export function rolloutMarkers(queries: Queries, from: Date, to: Date) {
  const inside = (column: ReturnType<typeof sql>) =>
    sql`${column} >= ${from.toISOString()}::timestamptz and ${column} < ${to.toISOString()}::timestamptz`;
  return queries.execute<RolloutMarker>(sql`
    select ${iso(sql`"writtenAt"`)} as "at", 'rollback' as "kind", "id", "level", left("reason", 200) as "reason",
        null as "action", null::int as "step"
      from ${rollback} where ${inside(sql`"writtenAt"`)}
    union all
    select ${iso(sql`"restoredAt"`)}, 'restore', "id", "level", null, null, null from ${rollback} where ${inside(sql`"restoredAt"`)}
    union all
    select ${iso(sql`"at"`)}, 'ramp', "rampId", null, null, "action", "step" + 1 from ${rampDecision}
      where "action" in ('start', 'advance', 'pause', 'roll-back', 'finish') and ${inside(sql`"at"`)}
    order by 1 limit 200`);
}

/** What a marker says in the API. */
export function markerText({ kind, level, reason, action, step }: RolloutMarker): string {
  if (kind === 'ramp') return `ramp ${action}, step ${step}`;
  return kind === 'rollback' ? `${level} rollback: ${reason}` : `${level} rollback restored`;
}
