import { and, eq, sql } from 'drizzle-orm';
import { sha256Hex } from '../lib/hash.ts';
import type { Database } from '../storage/db.ts';
import { draft, draftEvent } from '../storage/schema/index.ts';

/** Records that a reviewer has a draft before them: the time of a review runs from the first opening of its version. */
export async function openDraft(
  deps: { db: Database },
  input: { businessId: string; draftId: string; actor: string },
): Promise<void> {
  const { businessId, draftId, actor } = input;
  const reader = (await sha256Hex(actor)).slice(0, 16);
  await deps.db.tenant(businessId, (queries) => [
    queries
      .insert(draftEvent)
      .select(
        queries
          .select({
            id: sql<string>`${draft.id} || ':' || ${draft.version} || ':opened:' || ${reader}::text`.as('id'),
            businessId: draft.businessId,
            draftId: draft.id,
            version: draft.version,
            type: sql<'opened'>`'opened'`.as('type'),
            pipelineVersion: draft.pipelineVersion,
            arm: sql<'rag' | 'control' | 'none'>`coalesce(${draft.content}->'rag'->>'arm', 'none')`.as('arm'),
            trace: sql<Record<string, unknown>>`jsonb_build_object('by', ${actor}::text)`.as('trace'),
            at: sql<Date>`clock_timestamp()`.as('at'),
          })
          .from(draft)
          .where(and(eq(draft.businessId, businessId), eq(draft.id, draftId), eq(draft.status, 'READY'))),
      )
      .onConflictDoNothing(),
  ]);
}
