import { sql } from 'drizzle-orm';
import { blockingClaims, groundBody } from '../guards/grounding/ground-body.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Database } from '../storage/db.ts';
import { draftEvent } from '../storage/schema/index.ts';
import { wrongState } from './approve-draft.ts';
import { findDraft } from './review-store.ts';

export const REPORT_KINDS = ['wrong_fact', 'leak', 'tone', 'other'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/**
 * Records that a reviewer found a draft wrong. A wrong fact is checked again at once, against the evidence stored with the
 * draft: `confirmed` says whether the guards see it too. The same report twice is one report.
 */
export async function reportDraft(
  deps: { db: Database; clock: Clock },
  input: { businessId: string; draftId: string; kind: ReportKind; note: string | null; actor: string },
) {
  const { businessId, draftId, kind, note, actor } = input;
  const draft = await findDraft(deps.db, businessId, draftId);
  if (draft === undefined) throw new AppError('NOT_FOUND', 'There is no such draft.');
  const { content, evidence } = draft;
  if (content === null) throw wrongState(draft.status);
  const body = content.madeBody ?? content.body;
  const claims =
    evidence === null
      ? []
      : groundBody({ body, language: content.language, mailSentAt: evidence.mailSentAt, evidence });
  const confirmed = kind === 'wrong_fact' && blockingClaims(claims).length > 0;
  const key = (await sha256Hex(JSON.stringify([kind, note, actor]))).slice(0, 16);
  await deps.db.tenant(businessId, (queries) => [
    queries
      .insert(draftEvent)
      .values({
        id: `${draftId}:${draft.version}:reported:${key}`,
        businessId,
        draftId,
        version: draft.version,
        type: 'reported',
        pipelineVersion: draft.pipelineVersion,
        arm: content.rag.arm,
        trace: { kind, note, confirmed, by: actor },
        at: sql`now()`,
      })
      .onConflictDoNothing(),
  ]);
  return draft;
}
