import type { BackfillMessage } from './backfill.ts';
import { closePlan, finishIfDone, planPage } from './backfill-store.ts';
import type { BackfillDeps } from './start-backfill.ts';

/** Pages that one queue message plans; then it sends itself on. */
const PAGES_A_MESSAGE = 20;

/**
 * Lists the mails of a backfill page by page and sends each page to the queue. It goes on where it was: a message that
 * comes twice, or after a crash, lists nothing twice. Pages that a crash kept from the queue are found by `tendBackfills`.
 */
export async function planBackfill(deps: BackfillDeps, businessId: string, backfillId: string): Promise<void> {
  for (let planned = 0; planned < PAGES_A_MESSAGE; planned++) {
    const [, page] = await deps.db.operator((queries) => [...planPage(queries, backfillId)]);
    const ids = page.rows.map(({ id }) => id);
    if (ids.length === 0) {
      await deps.db.operator((queries) => [closePlan(queries, backfillId), finishIfDone(queries, backfillId)]);
      return;
    }
    await deps.enqueueBackfill([{ type: 'backfill-page', businessId, backfillId, ids }], 0);
  }
  const onward: BackfillMessage = { type: 'backfill-plan', businessId, backfillId };
  await deps.enqueueBackfill([onward], 0);
}
