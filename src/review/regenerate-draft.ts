import { type DraftingDeps, type DraftOutcome, generateDraft } from '../drafting/generate-draft.ts';
import { AppError } from '../lib/errors.ts';
import { findDraft } from './review-store.ts';

/** Makes a new version of a draft that nobody has decided on; the old one is kept. Throws NOT_FOUND, DRAFT_STATE. */
export async function regenerateDraft(
  deps: DraftingDeps,
  input: { businessId: string; draftId: string },
): Promise<DraftOutcome> {
  const draft = await findDraft(deps.db, input.businessId, input.draftId);
  if (draft === undefined) throw new AppError('NOT_FOUND', 'There is no such draft.');
  return generateDraft(deps, {
    businessId: input.businessId,
    messageId: draft.messageRef,
    regenerate: { draftId: draft.id },
  });
}
