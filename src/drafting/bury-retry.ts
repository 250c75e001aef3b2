import type { Database } from '../storage/db.ts';
import { keepRetryLetter, postponeBuriedDraft } from './draft-store.ts';

const RETRY_QUEUE = 'draftgate-draft-retries';
/** The minute cron takes the draft up again after this; it is FAILED after `retryForMs`, like any other. */
const NEXT_TRY_MINUTES = 15;

/** Keeps a retry that its queue gave up on, or a message there that cannot be read. The draft is not lost: cron goes on with it. */
export async function buryRetry(
  deps: { db: Database },
  letter: {
    messageId: string;
    attempts: number;
    retry: { businessId: string; messageId: string } | null;
    characters: number;
  },
): Promise<void> {
  const { retry } = letter;
  await deps.db.operator((queries) => [
    keepRetryLetter(queries, {
      id: `${RETRY_QUEUE}:${letter.messageId}`,
      queue: RETRY_QUEUE,
      businessId: retry?.businessId ?? null,
      // Of what we cannot read, only its size is kept: it may hold anything.
      body: retry === null ? { unreadable: true, characters: letter.characters } : { type: 'draft-retry', ...retry },
      attempts: letter.attempts,
    }),
    ...(retry === null ? [] : [postponeBuriedDraft(queries, retry, NEXT_TRY_MINUTES)]),
  ]);
}
