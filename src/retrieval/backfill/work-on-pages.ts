import { type Indexed, type Interruption, indexExamples, readSentMail } from '../index-examples.ts';
import type { BackfillMessage } from './backfill.ts';
import { settleItems, takePending } from './backfill-store.ts';
import type { BackfillDeps } from './start-backfill.ts';

type Page = Extract<BackfillMessage, { type: 'backfill-page' }>;

export interface WorkedPage {
  /** Ids that are still to be done. */
  remaining: string[];
  /** Why, where any remain. */
  interruption: Interruption | null;
}

/**
 * Works on pages, also of several businesses, so that they fill the embedding requests together. Doing a page twice changes
 * nothing: a mail leaves `pending` in the transaction that stores its example. Throws DATABASE_*.
 */
export async function workOnPages(deps: BackfillDeps, pages: Page[]): Promise<WorkedPage[]> {
  const byBackfill = Map.groupBy(pages, (page) => page.backfillId);
  const open = new Map<string, { ids: Set<string>; interruption: Interruption | null }>();
  let interruption: Interruption | null = null;
  for (const [backfillId, own] of byBackfill) {
    const ids = [...new Set(own.flatMap((page) => page.ids))];
    if (interruption !== null) {
      open.set(backfillId, { ids: new Set(ids), interruption });
      continue;
    }
    const { pending, indexed } = await workOn(deps, own[0]?.businessId ?? '', backfillId, ids);
    for (const { messageRef } of indexed.settled) pending.delete(messageRef);
    interruption = indexed.interruption;
    open.set(backfillId, { ids: pending, interruption });
  }
  return pages.map((page) => {
    const left = open.get(page.backfillId);
    return {
      remaining: page.ids.filter((id) => left?.ids.has(id)),
      interruption: left?.interruption ?? null,
    };
  });
}

async function workOn(
  deps: BackfillDeps,
  businessId: string,
  backfillId: string,
  ids: string[],
): Promise<{ pending: Set<string>; indexed: Indexed }> {
  const [, taken] = await deps.db.tenant(businessId, (queries) => [...takePending(queries, backfillId, ids)]);
  const pending = taken.rows.map(({ id }) => id);
  const pages = readSentMail(deps, businessId, pending);
  const indexed = await indexExamples(deps, businessId, pages, (queries, settled, used) =>
    settleItems(queries, backfillId, settled, used),
  );
  return { pending: new Set(pending), indexed };
}
