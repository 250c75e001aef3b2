import { and, eq } from 'drizzle-orm';
import { guardBody } from '../drafting/guard-body.ts';
import { AppError } from '../lib/errors.ts';
import { canonicalJson, sha256Hex } from '../lib/hash.ts';
import type { Database } from '../storage/db.ts';
import { draft as draftTable } from '../storage/schema/index.ts';
import { currentFacts, hashOfChanges } from './current-facts.ts';
import { editDistance } from './edit-distance.ts';
import { shortestReadingMs } from './review-pace.ts';
import { businessOf, draftById, findDraft, writeReview } from './review-store.ts';

export interface ApproveInput {
  businessId: string;
  draftId: string;
  /** The edited body, byte for byte as it shall leave; absent: as it was drafted. */
  body?: string | undefined;
  /** The reviewer has seen the findings of the edited body and wants it so. */
  confirm: boolean;
  actor: string;
  /** The version that the reviewer saw; DRAFT_STATE where it is another by now. */
  version?: number | undefined;
  /** `hashOfChanges` of what stood on the reviewer's page, '' for nothing; absent from who has no page: a refusal shows it to them. */
  changesSeen?: string | undefined;
}

/**
 * Approves a draft as it is or with an edited body. Throws AppError: NOT_FOUND; DRAFT_STATE where it is not READY;
 * FACTS_CHANGED once a person, with the difference; CONFIRMATION_REQUIRED where an edited body has findings. Approving twice with
 * the same body changes nothing.
 */
export async function approveDraft(deps: { db: Database }, input: ApproveInput) {
  const { businessId, draftId } = input;
  const [[draft], [business]] = await deps.db.tenant(businessId, (queries) => [
    draftById(queries, businessId, draftId),
    businessOf(queries, businessId),
  ]);
  if (draft === undefined || business === undefined) throw new AppError('NOT_FOUND', 'There is no such draft.');
  const { content } = draft;
  const body = input.body ?? content?.body ?? '';
  if (draft.status === 'APPROVED' && (input.body === undefined || input.body === draft.approvedBody)) return draft;
  if (input.version !== undefined && input.version !== draft.version) throw wrongState(draft.status);
  if (draft.status !== 'READY' || content === null || draft.evidence === null) throw wrongState(draft.status);

  const { evidence, changes } = await currentFacts(deps, {
    businessId,
    intent: content.intent,
    to: content.to,
    cc: content.cc,
    evidence: draft.evidence,
  });
  if (changes.length > 0) {
    const hash = await hashOfChanges(changes);
    // Who saw it is part of what is remembered: a colleague's refusal has shown this person nothing.
    const shown = await sha256Hex(canonicalJson([hash, input.actor]));
    const hasPage = input.changesSeen !== undefined;
    if (hasPage ? hash !== input.changesSeen : shown !== draft.factsShownHash) {
      if (!hasPage) await rememberShown(deps.db, businessId, draftId, shown);
      throw new AppError(
        'FACTS_CHANGED',
        'Facts have changed since this draft was made. Approve again to send it all the same.',
        {
          details: { changes },
        },
      );
    }
  }

  const edited = body !== content.body;
  let approvedContent = content;
  if (edited) {
    const verdict = guardBody({
      body,
      language: content.language,
      languageConfident: false,
      evidence,
      piiPolicy: business.piiPolicy,
      redaction: null,
    });
    if (verdict.verdict === 'block' && !input.confirm) {
      throw new AppError(
        'CONFIRMATION_REQUIRED',
        'The edited text has findings. Send "confirm": true to approve it all the same.',
        {
          details: { findings: verdict.findings },
        },
      );
    }
    const kept = content.findings.filter((finding) => finding.start === undefined);
    approvedContent = {
      ...content,
      body,
      madeBody: content.body,
      claims: verdict.claims,
      findings: [...kept, ...verdict.findings],
    };
  }
  const row = await writeReview(deps.db, {
    businessId,
    draftId,
    version: draft.version,
    from: ['READY'],
    status: 'APPROVED',
    actor: input.actor,
    reason: null,
    approved: { body, editDistance: editDistance(content.body, body), content: approvedContent },
    trace: {
      kind: draft.kind,
      edited,
      editDistance: editDistance(content.body, body),
      confirmedFindings: edited && input.confirm,
      factsChanged: changes.length > 0,
    },
    readingMs: shortestReadingMs(content.body),
  });
  if (row !== undefined) return row;
  const winner = await findDraft(deps.db, businessId, draftId);
  if (winner?.status === 'APPROVED' && winner.approvedBody === body) return winner;
  throw wrongState(winner?.status ?? 'gone');
}

const ADVICE: Record<string, string> = {
  READY: 'It was made anew meanwhile: look at the new version.',
  STALE: 'New mail has come in the thread: make the draft anew first.',
  QUARANTINED: 'It was taken back by a rollback: make the draft anew first.',
};

export function wrongState(status: string): AppError {
  return new AppError('DRAFT_STATE', ADVICE[status] ?? `This draft is ${status}.`, { details: { status } });
}

async function rememberShown(db: Database, businessId: string, draftId: string, hash: string): Promise<void> {
  await db.tenant(businessId, (queries) => [
    queries
      .update(draftTable)
      .set({ factsShownHash: hash })
      .where(and(eq(draftTable.businessId, businessId), eq(draftTable.id, draftId))),
  ]);
}
