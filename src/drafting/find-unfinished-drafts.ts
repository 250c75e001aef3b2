import { and, eq, lt, or, sql } from 'drizzle-orm';
import type { Database } from '../storage/db.ts';
import { draft } from '../storage/schema/index.ts';

/** Drafts that nobody works on any more: their lease ran out, or the queue lost their retry. Due longest first: each try moves a draft back. */
export async function findUnfinishedDrafts(deps: { db: Database }, limit: number) {
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select({ businessId: draft.businessId, messageId: draft.messageRef })
      .from(draft)
      .where(
        or(
          and(eq(draft.status, 'DRAFTING'), lt(draft.leaseExpiresAt, sql`now()`)),
          and(eq(draft.status, 'RETRYING'), lt(draft.nextAttemptAt, sql`now() - interval '30 seconds'`)),
        ),
      )
      .orderBy(sql`coalesce(${draft.leaseExpiresAt}, ${draft.nextAttemptAt})`)
      .limit(limit),
  ]);
  return rows;
}
