import { sql } from 'drizzle-orm';
import type { Queries } from '../storage/db.ts';

export interface Act {
  actor: string;
  requestId?: string | null;
  reason?: string | null;
}

/**
 * The first statement of a batch that changes businesses, pilots or features: tells their triggers who acts and why. Without
 * it the audit names the database login. `rampId`: a ramp acts, which may not bring back whom somebody took out.
 */
export function setAct(queries: Queries, act: Act & { rampId?: string }) {
  return queries.execute(sql`select set_config('app.actor', ${act.actor}, true), set_config('app.reason', ${act.reason ?? ''}, true),
    set_config('app.request_id', ${act.requestId ?? ''}, true), set_config('app.ramp_id', ${act.rampId ?? ''}, true)`);
}
