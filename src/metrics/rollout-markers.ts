import { sql } from 'drizzle-orm';
import type { Queries } from '../storage/db.ts';
import { rampDecision, rollback } from '../storage/schema/index.ts';

export interface RolloutMarker extends Record<string, unknown> {
  at: string;
  kind: 'rollback' | 'restore' | 'ramp';
  id: string;
  text: string;
}

const iso = (column: ReturnType<typeof sql>) =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** What happened to the rollout in a window, for the charts: rollbacks, restores, steps of ramps. */
export function rolloutMarkers(queries: Queries, from: Date, to: Date) {
  const inside = (column: ReturnType<typeof sql>) =>
    sql`${column} >= ${from.toISOString()}::timestamptz and ${column} < ${to.toISOString()}::timestamptz`;
  return queries.execute<RolloutMarker>(sql`
    select ${iso(sql`"writtenAt"`)} as "at", 'rollback' as "kind", "id", "level" || ' rollback: ' || left("reason", 200) as "text"
      from ${rollback} where ${inside(sql`"writtenAt"`)}
    union all
    select ${iso(sql`"restoredAt"`)}, 'restore', "id", "level" || ' rollback restored' from ${rollback} where ${inside(sql`"restoredAt"`)}
    union all
    select ${iso(sql`"at"`)}, 'ramp', "rampId", 'ramp ' || "action" || ', step ' || ("step" + 1) from ${rampDecision}
      where "action" in ('start', 'advance', 'pause', 'roll-back', 'finish') and ${inside(sql`"at"`)}
    order by 1 limit 200`);
}
