import { eq, sql } from 'drizzle-orm';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Database } from '../storage/db.ts';
import { draftEvent, draft as draftTable, message } from '../storage/schema/index.ts';
import { wrongState } from './approve-draft.ts';
import { checkShownDraft, findingEvents } from './check-shown-draft.ts';
import { findDraft } from './review-store.ts';

export const REPORT_KINDS = ['wrong_fact', 'leak', 'tone', 'other'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

export interface ReportDeps {
  db: Database;
  clock: Clock;
  /** Has the guardrails act on what was found, now and not by the next cron. */
  actOnFindings: () => Promise<void>;
}

/**
 * Records that a reviewer found a draft wrong. A wrong fact or a leak is checked again at once, against the evidence stored
 * with the draft: `confirmed` says whether the guards see it too. The same report twice is one report.
 */
export async function reportDraft(
  deps: ReportDeps,
  input: { businessId: string; draftId: string; kind: ReportKind; note: string | null; actor: string },
) {
  const { businessId, draftId, kind, note, actor } = input;
  const draft = await findDraft(deps.db, businessId, draftId);
  if (draft === undefined) throw new AppError('NOT_FOUND', 'There is no such draft.');
  const { content, evidence } = draft;
  if (content === null) throw wrongState(draft.status);
  const [[mail]] = await deps.db.tenant(businessId, (queries) => [
    queries
      .select({ from: message.from, replyTo: message.replyTo, to: message.to, cc: message.cc })
      .from(message)
      .where(eq(message.id, draft.messageRef)),
  ]);
  const found = evidence === null ? { claims: [], security: [] } : checkShownDraft(content, evidence, mail ?? null);
  const confirmed =
    (kind === 'wrong_fact' && found.claims.length > 0) || (kind === 'leak' && found.security.length > 0);
  const key = (await sha256Hex(JSON.stringify([kind, note, actor]))).slice(0, 16);
  await deps.db.tenant(businessId, (queries) => [
    // An erasure under way is waited for: it takes the notes of its drafts, and could not take this one.
    queries.execute(
      sql`select from ${draftTable} where "businessId" = ${businessId} and "id" = ${draftId} for key share`,
    ),
    queries
      .insert(draftEvent)
      .values([
        {
          id: `${draftId}:${draft.version}:reported:${key}`,
          businessId,
          draftId,
          version: draft.version,
          type: 'reported' as const,
          pipelineVersion: draft.pipelineVersion,
          arm: content.rag.arm,
          trace: { kind, note, confirmed, by: actor },
          at: sql`now()`,
        },
        ...(confirmed ? findingEvents(draft, found, 'report') : []),
      ])
      .onConflictDoNothing(),
    queries.execute(sql`update ${draftEvent} set "trace" = "trace" - 'note' where "draftId" = ${draftId} and "businessId" = ${businessId}
      and not exists (select from ${draftTable} d where d."id" = ${draftId})`),
  ]);
  if (kind === 'wrong_fact' || kind === 'leak') await deps.actOnFindings();
  return draft;
}
