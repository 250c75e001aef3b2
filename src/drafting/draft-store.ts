import { and, eq, getTableColumns, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../storage/db.ts';
import {
  business,
  deadLetter,
  draft,
  draftEvent,
  draftVersion,
  feature,
  idempotencyKey,
  message,
  pilotBusiness,
  snippet,
  thread,
  tokenCalibration,
} from '../storage/schema/index.ts';
import type { DraftContent, DraftEvidence, DraftKind, DraftStatus } from './draft.ts';
import type { UsageSample } from './learn-correction.ts';
import type { TokenCorrection } from './token-budget.ts';

export type DraftRow = typeof draft.$inferSelect;
export type BusinessRow = typeof business.$inferSelect;

/** Earlier mail of a thread that a draft reads, newest first: count, and characters of each. */
const THREAD_MESSAGES = 40;
const EARLIER_TEXT_LENGTH = 20_000;
const SNIPPETS = 200;

/** Which message: by the integrator's id, or by our own. */
export interface MessageSelector {
  businessId: string;
  messageId: string;
}

const selected = ({ businessId, messageId }: MessageSelector) =>
  sql`${message.businessId} = ${businessId} and (${message.messageId} = ${messageId} or ${message.id} = ${messageId})`;

/** Binds an Idempotency-Key to its request, once; the key of another request stays as it is. */
export function bindIdempotencyKey(queries: Queries, selector: MessageSelector, key: string | null, hash: string) {
  return queries.execute(
    sql`insert into ${idempotencyKey} ("businessId", "key", "requestHash")
      select ${selector.businessId}, ${key}, ${hash} from ${message}
      where ${selected(selector)} and ${key}::text is not null limit 1
      on conflict do nothing`,
  );
}

export function boundRequest(queries: Queries, businessId: string, key: string | null) {
  return queries
    .select({ requestHash: idempotencyKey.requestHash })
    .from(idempotencyKey)
    .where(and(eq(idempotencyKey.businessId, businessId), eq(idempotencyKey.key, key ?? '')));
}

export interface Lease {
  draftId: string;
  leaseId: string;
  leaseMs: number;
}

/**
 * Claims a message's draft: makes it, or takes it over where its lease ran out or its retry is due. Returns the row only to
 * the one that holds the lease now. A key that is bound to another request claims nothing.
 */
export function claimDraft(
  queries: Queries,
  selector: MessageSelector,
  lease: Lease,
  key: string | null,
  hash: string,
  due: 'when-due' | 'now',
) {
  return queries.execute<{ id: string; version: number; attempts: number; requestedAt: string }>(
    sql`insert into ${draft} ("id", "businessId", "messageRef", "messageId", "threadId", "status", "leaseId", "leaseExpiresAt")
      select ${lease.draftId}, "businessId", "id", "messageId", "threadId", 'DRAFTING', ${lease.leaseId},
        now() + ${lease.leaseMs} * interval '1 millisecond'
      from ${message}
      where ${selected(selector)} and "direction" = 'INBOUND'
        and (${key}::text is null or exists (
          select from ${idempotencyKey} k where k."businessId" = ${selector.businessId} and k."key" = ${key} and k."requestHash" = ${hash}))
      order by "messageId" = ${selector.messageId} desc limit 1
      on conflict ("businessId", "messageRef") do update
        set "status" = 'DRAFTING', "leaseId" = excluded."leaseId", "leaseExpiresAt" = excluded."leaseExpiresAt",
          "attempts" = ${draft}."attempts" + 1, "updatedAt" = now()
        where (${draft}."status" = 'DRAFTING' and ${draft}."leaseExpiresAt" < now())
          or (${draft}."status" = 'RETRYING' and (${due === 'now'} or ${draft}."nextAttemptAt" <= now()))
      returning "id", "version", "attempts", "requestedAt"`,
  );
}

/** Keeps the current version and opens the next one under a new lease. Only drafts that no human has decided on. */
export function openNextVersion(queries: Queries, businessId: string, lease: Lease, from: readonly DraftStatus[]) {
  const allowed = and(eq(draft.businessId, businessId), eq(draft.id, lease.draftId), inArray(draft.status, [...from]));
  return [
    queries.execute(
      sql`insert into ${draftVersion} ("businessId", "draftId", "version", "status", "kind", "content", "evidence")
        select "businessId", "id", "version", "status", "kind", "content", "evidence" from ${draft} where ${allowed}
        on conflict do nothing`,
    ),
    queries
      .update(draft)
      .set({
        status: 'DRAFTING',
        version: sql`${draft.version} + 1`,
        leaseId: lease.leaseId,
        leaseExpiresAt: sql`now() + ${lease.leaseMs} * interval '1 millisecond'`,
        attempts: 1,
        requestedAt: sql`now()`,
        nextAttemptAt: null,
        factsShownHash: null,
        updatedAt: sql`now()`,
      })
      .where(allowed)
      .returning(),
  ] as const;
}

export function draftOfMessage(queries: Queries, selector: MessageSelector) {
  return queries
    .select(getTableColumns(draft))
    .from(draft)
    .innerJoin(message, eq(draft.messageRef, message.id))
    .where(and(eq(draft.businessId, selector.businessId), selected(selector)))
    .orderBy(sql`${message.messageId} = ${selector.messageId} desc`)
    .limit(1);
}

export function selectedMessage(queries: Queries, selector: MessageSelector) {
  return queries
    .select({ ...getTableColumns(message), threadVersion: thread.version })
    .from(message)
    .innerJoin(thread, and(eq(thread.businessId, message.businessId), eq(thread.id, message.threadId)))
    .where(selected(selector))
    .orderBy(sql`${message.messageId} = ${selector.messageId} desc`)
    .limit(1);
}

/** The newest mails of the message's thread, newest first; the texts of others than the selected one are cut. */
export function threadOfMessage(queries: Queries, selector: MessageSelector) {
  const short = (column: typeof message.text | typeof message.html) =>
    sql<string>`left(${column}, ${EARLIER_TEXT_LENGTH})`;
  return queries
    .select({
      id: message.id,
      direction: message.direction,
      from: message.from,
      to: message.to,
      cc: message.cc,
      subject: message.subject,
      text: short(message.text),
      html: sql<string | null>`${short(message.html)}`,
      sentAt: message.sentAt,
    })
    .from(message)
    .where(
      and(
        eq(message.businessId, selector.businessId),
        sql`${message.threadId} = (select "threadId" from ${message} where ${selected(selector)} order by "messageId" = ${selector.messageId} desc limit 1)`,
      ),
    )
    .orderBy(sql`${message.sentAt} desc, ${message.id} desc`)
    .limit(THREAD_MESSAGES);
}

export function businessById(queries: Queries, businessId: string) {
  return queries.select().from(business).where(eq(business.id, businessId));
}

export function featureState(queries: Queries, name: string) {
  return queries.select({ state: feature.state }).from(feature).where(eq(feature.feature, name));
}

export function pilotRow(queries: Queries, businessId: string, name: string) {
  return queries
    .select({ id: pilotBusiness.id })
    .from(pilotBusiness)
    .where(and(eq(pilotBusiness.businessId, businessId), eq(pilotBusiness.feature, name)));
}

export function snippetsOf(queries: Queries, businessId: string) {
  return queries
    .select({ key: snippet.key, language: snippet.language, text: snippet.text, whenToUse: snippet.whenToUse })
    .from(snippet)
    .where(eq(snippet.businessId, businessId))
    .orderBy(snippet.key)
    .limit(SNIPPETS);
}

export function calibrationOf(queries: Queries, model: string) {
  return queries
    .select({
      constant: tokenCalibration.constant,
      factor: tokenCalibration.factor,
      counted: tokenCalibration.counted,
      reported: tokenCalibration.reported,
    })
    .from(tokenCalibration)
    .where(eq(tokenCalibration.model, model));
}

/**
 * Stores what was learned of a model's usage. All tenants share this row: it is the last statement of a commit, and where
 * another commit holds the row the lesson is lost rather than waited for.
 */
export function writeCalibration(queries: Queries, model: string, known: boolean, lesson: Lesson) {
  const counted = `{${lesson.samples.map((sample) => sample.counted).join(',')}}`;
  const reported = `{${lesson.samples.map((sample) => sample.reported).join(',')}}`;
  const { constant, factor } = lesson.correction;
  return queries.execute(
    known
      ? sql`with free as (select "model" from ${tokenCalibration} where "model" = ${model} for update skip locked)
          update ${tokenCalibration} c set "constant" = ${constant}::float8, "factor" = ${factor}::float8,
            "counted" = ${counted}::int[], "reported" = ${reported}::int[], "samples" = c."samples" + 1, "updatedAt" = now()
          from free where c."model" = free."model"`
      : sql`insert into ${tokenCalibration} ("model", "constant", "factor", "counted", "reported", "samples")
          values (${model}, ${constant}::float8, ${factor}::float8, ${counted}::int[], ${reported}::int[], 1)
          on conflict do nothing`,
  );
}

export interface Lesson {
  correction: TokenCorrection;
  samples: UsageSample[];
}

/** Rows that a commit must not be overtaken on, in the order that a rollback takes them too: pilot, business, thread. */
export function lockTenantRows(queries: Queries, businessId: string, featureName: string, threadId: string) {
  return [
    queries.execute(
      sql`select 1 from ${pilotBusiness} where "businessId" = ${businessId} and "feature" = ${featureName} for key share`,
    ),
    queries.execute(sql`select 1 from ${business} where "id" = ${businessId} for share`),
    queries.execute(sql`select 1 from ${thread} where "businessId" = ${businessId} and "id" = ${threadId} for share`),
  ] as const;
}

export interface DraftCommit {
  businessId: string;
  draftId: string;
  leaseId: string;
  featureName: string;
  /** What was decided; a commit with RAG, or with snippets of the pilot, needs it to be so still. */
  ragEnabled: boolean;
  snippetsUsed: boolean;
  status: DraftStatus;
  kind: DraftKind;
  content: DraftContent | null;
  evidence: DraftEvidence | null;
  threadVersion: number;
  pipelineVersion: string;
  /** Why nothing was made, for RETRYING and FAILED. */
  retryReason: string | null;
  /** Milliseconds until the next attempt, for RETRYING. */
  retryInMs: number | null;
}

/** Whether a business has the feature with a flag now. What was locked by `lockTenantRows` before stays so until the end. */
export function featureHolds(
  businessId: string,
  featureName: string,
  flag: 'emailRagEnabled' | 'emailSnippetsEnabled',
): SQL {
  return sql`not exists (select from ${feature} f where f."feature" = ${featureName} and f."state" <> 'active')
    and exists (select from ${pilotBusiness} p where p."businessId" = ${businessId} and p."feature" = ${featureName})
    and exists (select from ${business} b where b."id" = ${businessId} and b.${sql.identifier(flag)})`;
}

/** Writes the draft if the lease is still ours and the flag still says what it said; otherwise returns no row. */
export function writeDraft(queries: Queries, commit: DraftCommit) {
  const holds = (flag: 'emailRagEnabled' | 'emailSnippetsEnabled') =>
    featureHolds(commit.businessId, commit.featureName, flag);
  const status = sql<DraftStatus>`case when ${commit.status} = 'READY' and ${commit.threadVersion} < coalesce((
      select t."version" from ${thread} t where t."businessId" = ${draft}."businessId" and t."id" = ${draft}."threadId"), 0)
    then 'STALE' else ${commit.status} end`;
  return queries
    .update(draft)
    .set({
      status,
      kind: commit.kind,
      content: commit.content,
      evidence: commit.evidence,
      ragEnabled: commit.ragEnabled,
      threadVersion: commit.threadVersion,
      pipelineVersion: commit.pipelineVersion,
      committedLeaseId: commit.leaseId,
      leaseId: null,
      leaseExpiresAt: null,
      retryReason: commit.retryReason,
      nextAttemptAt: commit.retryInMs === null ? null : sql`now() + ${commit.retryInMs} * interval '1 millisecond'`,
      updatedAt: sql`now()`,
    })
    .where(
      and(
        eq(draft.businessId, commit.businessId),
        eq(draft.id, commit.draftId),
        eq(draft.leaseId, commit.leaseId),
        eq(draft.status, 'DRAFTING'),
        commit.ragEnabled ? holds('emailRagEnabled') : undefined,
        commit.snippetsUsed ? holds('emailSnippetsEnabled') : undefined,
      ),
    )
    .returning();
}

/** The wide event of a draft, written only together with its draft. Its time is that of the commit, after any wait for locks. */
export function writeDraftEvent(
  queries: Queries,
  commit: DraftCommit,
  version: number,
  arm: 'rag' | 'control' | 'none',
  trace: Record<string, unknown>,
) {
  return queries.execute(
    sql`insert into ${draftEvent} ("id", "businessId", "draftId", "version", "type", "pipelineVersion", "arm", "trace", "at")
      select ${`${commit.draftId}:${version}:drafted`}, "businessId", "id", "version", 'drafted', ${commit.pipelineVersion}, ${arm}, ${JSON.stringify(trace)}::jsonb,
        clock_timestamp()
      from ${draft} where "businessId" = ${commit.businessId} and "id" = ${commit.draftId} and "committedLeaseId" = ${commit.leaseId}
      on conflict do nothing`,
  );
}

/** The lease's state, read after a commit that wrote nothing: was it the lease or the flag? */
export function leaseHolder(queries: Queries, businessId: string, draftId: string) {
  return queries
    .select({ leaseId: draft.leaseId })
    .from(draft)
    .where(and(eq(draft.businessId, businessId), eq(draft.id, draftId)));
}

export function keepRetryLetter(queries: Queries, row: typeof deadLetter.$inferInsert) {
  return queries.insert(deadLetter).values(row).onConflictDoNothing();
}

/** A draft whose retry was given up, and that nobody works on: due again after `minutes`, behind those that work. */
export function postponeBuriedDraft(
  queries: Queries,
  { businessId, messageId }: { businessId: string; messageId: string },
  minutes: number,
) {
  return queries
    .update(draft)
    .set({
      status: 'RETRYING',
      leaseId: null,
      leaseExpiresAt: null,
      nextAttemptAt: sql`now() + ${minutes}::int * interval '1 minute'`,
      updatedAt: sql`now()`,
    })
    .where(
      and(
        eq(draft.businessId, businessId),
        or(eq(draft.messageId, messageId), eq(draft.messageRef, messageId)),
        or(
          and(eq(draft.status, 'RETRYING'), sql`${draft.nextAttemptAt} <= now()`),
          and(eq(draft.status, 'DRAFTING'), sql`${draft.leaseExpiresAt} < now()`),
        ),
      ),
    );
}
