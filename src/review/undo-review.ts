import { sql } from 'drizzle-orm';
import { UNDO_SECONDS } from '../config.ts';
import type { DraftContent } from '../drafting/draft.ts';
import { featureHolds, lockTenantRows } from '../drafting/draft-store.ts';
import { guardBody } from '../drafting/guard-body.ts';
import { AppError } from '../lib/errors.ts';
import { RAG_FEATURE } from '../rollout/decide.ts';
import type { Database } from '../storage/db.ts';
import { draftEvent, draft as draftTable, exampleEmbedding } from '../storage/schema/index.ts';
import { wrongState } from './approve-draft.ts';
import { businessOf, draftById, findDraft } from './review-store.ts';

/**
 * Takes back an approval or discard of the last ten seconds by the same reviewer: the draft stands as it was before, and its
 * review counts in no metric; an event `undone` remains, and no example. Throws NOT_FOUND, and DRAFT_STATE where it is too late or not theirs.
 */
export async function undoReview(
  deps: { db: Database },
  input: { businessId: string; draftId: string; actor: string },
) {
  const { businessId, draftId, actor } = input;
  const [[before], [business]] = await deps.db.tenant(businessId, (queries) => [
    draftById(queries, businessId, draftId),
    businessOf(queries, businessId),
  ]);
  if (before === undefined || business === undefined) throw new AppError('NOT_FOUND', 'There is no such draft.');
  const type = before.status === 'APPROVED' ? 'approved' : 'discarded';
  if (before.status !== 'APPROVED' && before.status !== 'DISCARDED') throw wrongState(before.status);
  const content = before.content && asMade(before.content);
  const id = `${draftId}:${before.version}:undone:${crypto.randomUUID().slice(0, 8)}`;
  const [, , , { rows }] = await deps.db.tenant(businessId, (queries) => [
    ...lockTenantRows(queries, businessId, RAG_FEATURE, before.threadId),
    // A rollback leaves what was decided on; taken back after it, a draft with RAG is set aside like the others.
    queries.execute<{ id: string }>(sql`
      with review as (
        select "trace"->>'was' as "was" from ${draftEvent}
        where "id" = ${`${draftId}:${before.version}:${type}`} and "businessId" = ${businessId}
      ), restored as (
        update ${draftTable} set "status" = case
            when "ragEnabled" and coalesce((select "was" from review), 'READY') in ('READY', 'STALE')
              and not (${featureHolds(businessId, RAG_FEATURE, 'emailRagEnabled')}) then 'QUARANTINED'
            else coalesce((select "was" from review), 'READY') end,
          "content" = ${content === null ? null : JSON.stringify(content)}::jsonb, "reviewedAt" = null, "reviewedBy" = null, "reviewReason" = null,
          "approvedBody" = null, "editDistance" = null, "updatedAt" = now()
        where "businessId" = ${businessId} and "id" = ${draftId} and "version" = ${before.version}
          and "status" = ${before.status} and "reviewedBy" = ${actor}
          and "reviewedAt" > now() - make_interval(secs => ${UNDO_SECONDS})
        returning "id"
      ), uncounted as (
        delete from ${draftEvent} where "id" = ${`${draftId}:${before.version}:${type}`} and exists (select from restored)
      )
      insert into ${draftEvent} ("id", "businessId", "draftId", "version", "type", "pipelineVersion", "arm", "trace")
      select ${id}, ${businessId}, "id", ${before.version}, 'undone', ${before.pipelineVersion},
        ${before.content?.rag.arm ?? 'none'}, ${JSON.stringify({ was: before.status, by: actor })}::jsonb
      from restored returning "id"`),
    // In a later statement, which sees what an indexing that this one waited for has stored.
    queries.execute(sql`
      delete from ${exampleEmbedding} where "businessId" = ${businessId} and "messageRef" = ${before.messageRef}
        and not exists (select from ${draftTable} where "id" = ${draftId} and "status" = 'APPROVED')`),
  ]);
  if (rows.length === 0) {
    throw new AppError('DRAFT_STATE', 'This can no longer be taken back.', { details: { status: before.status } });
  }
  const row = await findDraft(deps.db, businessId, draftId);
  if (row === undefined) throw new AppError('NOT_FOUND', 'There is no such draft.');
  return row;

  /** An edited body gives way to the one that was made; its claims come out of the evidence again, by the same rules. */
  function asMade(reviewed: DraftContent): DraftContent {
    const { madeBody, ...rest } = reviewed;
    if (madeBody === undefined || before?.evidence == null || business === undefined) return reviewed;
    const { claims, findings } = guardBody({
      body: madeBody,
      language: rest.language,
      languageConfident: false,
      evidence: before.evidence,
      piiPolicy: business.piiPolicy,
      redaction: null,
    });
    const kept = rest.findings.filter(({ start }) => start === undefined);
    return {
      ...rest,
      body: madeBody,
      claims,
      findings: [...kept, ...findings.filter(({ start }) => start !== undefined)],
    };
  }
}
