import { eq, sql } from 'drizzle-orm';
import type { Database } from '../storage/db.ts';
import { rateBudget } from '../storage/schema/index.ts';

export interface RateLimits {
  requestsPerMinute: number;
  tokensPerMinute: number;
}

export interface Demand {
  tokens: number;
  /** Tokens that the last request cost more (or less) than was asked for. */
  correction: number;
}

/** What is granted at once; the rest of a minute's limit flows in evenly, so that no minute sees more than its limit. */
const BURST_SHARE = 0.05;
const NAME = 'embeddings';

/** The most tokens that one request should ask for: more would have to wait for a second burst. */
export function tokensOfABurst(limits: RateLimits): number {
  return Math.max(1, Math.floor(limits.tokensPerMinute * BURST_SHARE));
}

/**
 * Takes one request and its tokens from the budget that all businesses share (GCRA, ITU-T I.371, in one statement). The
 * answer is how long to wait, in milliseconds, before sending; above `mostWaitMs` nothing was taken.
 */
export async function takeBudget(
  db: Database,
  limits: RateLimits,
  demand: Demand,
  mostWaitMs: number,
): Promise<{ granted: boolean; waitMs: number }> {
  const requestBurst = Math.max(1, limits.requestsPerMinute * BURST_SHARE);
  const tokenBurst = tokensOfABurst(limits);
  // A burst and a minute's flow together are one minute's limit.
  const requestSeconds = 60 / Math.max(1, limits.requestsPerMinute - requestBurst);
  const tokenSeconds = 60 / Math.max(1, limits.tokensPerMinute - tokenBurst);
  const seconds = (value: number) => sql`make_interval(secs => ${value}::float8)`;
  const [, answer] = await db.operator((queries) => [
    queries.insert(rateBudget).values({ name: NAME }).onConflictDoNothing(),
    queries.execute<{ waitMs: number }>(sql`
      with asked as (
        select t.now, "blockedUntil",
          greatest("requestsPaidAt", t.now) + ${seconds(requestSeconds)} as "requestsPaidAt",
          greatest("tokensPaidAt" + ${seconds(demand.correction * tokenSeconds)}, t.now) + ${seconds(demand.tokens * tokenSeconds)} as "tokensPaidAt"
        from ${rateBudget} b, (select clock_timestamp() as now) t where b."name" = ${NAME} for update of b
      ), judged as (
        select *, greatest(0, 1000 * extract(epoch from greatest(
          "requestsPaidAt" - ${seconds(requestBurst * requestSeconds)}, "tokensPaidAt" - ${seconds(tokenBurst * tokenSeconds)}, "blockedUntil"
        ) - now))::float8 as "waitMs" from asked
      )
      update ${rateBudget} b set
        "requestsPaidAt" = case when j."waitMs" <= ${mostWaitMs}::float8 then j."requestsPaidAt" else b."requestsPaidAt" end,
        "tokensPaidAt" = case when j."waitMs" <= ${mostWaitMs}::float8 then j."tokensPaidAt" else b."tokensPaidAt" end
      from judged j where b."name" = ${NAME} returning j."waitMs"`),
  ]);
  const waitMs = Math.ceil(Number(answer.rows[0]?.waitMs ?? 0));
  return { granted: waitMs <= mostWaitMs, waitMs };
}

/** The API has said 429: nobody asks before `ms` have passed. */
export async function blockBudget(db: Database, ms: number): Promise<void> {
  await db.operator((queries) => [
    queries
      .update(rateBudget)
      .set({
        blockedUntil: sql`greatest(${rateBudget.blockedUntil}, clock_timestamp() + ${ms}::float8 * interval '1 millisecond')`,
      })
      .where(eq(rateBudget.name, NAME)),
  ]);
}
