import { AppError } from '../lib/errors.ts';
import type { Database } from '../storage/db.ts';
import { wrongState } from './approve-draft.ts';
import { shortestReadingMs } from './review-pace.ts';
import { findDraft, writeReview } from './review-store.ts';

const DISCARDABLE = ['READY', 'STALE', 'QUARANTINED', 'SKIPPED', 'FAILED'] as const;

/** Discards a draft with a reason. Doing it twice changes nothing; an approved one stays approved (DRAFT_STATE). */
export async function discardDraft(
  deps: { db: Database },
  input: { businessId: string; draftId: string; reason: string; actor: string; version?: number },
) {
  const { businessId, draftId, reason, actor } = input;
  const draft = await findDraft(deps.db, businessId, draftId);
  if (draft === undefined) throw new AppError('NOT_FOUND', 'There is no such draft.');
  if (draft.status === 'DISCARDED') return draft;
  // The version that the reviewer saw, where they say so.
  if (input.version !== undefined && input.version !== draft.version) throw wrongState(draft.status);
  const row = await writeReview(deps.db, {
    businessId,
    draftId,
    version: draft.version,
    from: DISCARDABLE,
    status: 'DISCARDED',
    actor,
    reason,
    approved: null,
    trace: { kind: draft.kind, was: draft.status },
    readingMs: shortestReadingMs(draft.content?.body ?? ''),
  });
  if (row !== undefined) return row;
  const winner = await findDraft(deps.db, businessId, draftId);
  if (winner?.status === 'DISCARDED') return winner;
  throw wrongState(winner?.status ?? 'gone');
}
