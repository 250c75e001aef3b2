import { sha256Hex } from '../../lib/hash.ts';
import type { Database } from '../../storage/db.ts';
import type { BackfillMessage } from './backfill.ts';
import { failItems, insertDeadLetter } from './backfill-store.ts';

/** Keeps a queue message that could not be worked on; the mails that it names have failed, and can be retried. */
export async function buryMessage(
  deps: { db: Database },
  letter: { queue: string; id: string; attempts: number; body: unknown; message: BackfillMessage | null },
): Promise<void> {
  const { queue, message } = letter;
  const text = JSON.stringify(letter.body ?? null);
  const id = (await sha256Hex(`${queue}\n${letter.id}\n${text}`)).slice(0, 32);
  await deps.db.operator((queries) => [
    insertDeadLetter(queries, {
      id,
      queue,
      businessId: message?.businessId ?? null,
      backfillId: message?.backfillId ?? null,
      // Of what we cannot read, only its size is kept: it may hold anything.
      body: message ?? { unreadable: true, characters: text.length },
      attempts: letter.attempts,
    }),
    ...(message?.type === 'backfill-page' ? failItems(queries, message.backfillId, message.ids) : []),
  ]);
}
