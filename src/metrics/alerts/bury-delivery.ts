import type { Clock } from '../../lib/clock.ts';
import type { Database } from '../../storage/db.ts';
import { ALERT_QUEUE } from './deliver-alert.ts';
import { keepLetter } from './delivery-store.ts';

/** Keeps a message that the alert queue gave up on. The delivery itself still stands: cron goes on with it for a day. */
export async function buryDelivery(
  deps: { db: Database; clock: Clock },
  letter: { messageId: string; attempts: number; deliveryId: string | null; characters: number },
): Promise<void> {
  const { deliveryId, characters } = letter;
  await deps.db.operator((queries) => [
    keepLetter(queries, {
      id: `${ALERT_QUEUE}:${letter.messageId}`,
      queue: ALERT_QUEUE,
      body: deliveryId === null ? { unreadable: true, characters } : { type: 'alert-delivery', id: deliveryId },
      attempts: letter.attempts,
      at: deps.clock(),
    }),
  ]);
}
