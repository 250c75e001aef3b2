import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import type { DraftContent, DraftStatus } from '../drafting/draft.ts';
import type { Database, Queries } from '../storage/db.ts';
import { business, draft, draftEvent, draftVersion } from '../storage/schema/index.ts';

/** A draft by id; without a business for operators only. */
export async function findDraft(db: Database, businessId: string | null, draftId: string) {
  const [[row]] =
    businessId === null
      ? await db.operator((queries) => [queries.select().from(draft).where(eq(draft.id, draftId))])
      : await db.tenant(businessId, (queries) => [draftById(queries, businessId, draftId)]);
  return row;
}

export function draftById(queries: Queries, businessId: string, draftId: string) {
  return queries
    .select()
    .from(draft)
    .where(and(eq(draft.businessId, businessId), eq(draft.id, draftId)));
}

export function businessOf(queries: Queries, businessId: string) {
  return queries.select().from(business).where(eq(business.id, businessId));
}

export interface DraftFilter {
  businessId: string | null;
  statuses: DraftStatus[];
  /** Rows with a smaller id. */
  before: string | null;
  limit: number;
}

/** Drafts, newest first. */
export async function listDrafts(db: Database, filter: DraftFilter) {
  const build = (queries: Queries) =>
    [
      queries
        .select()
        .from(draft)
        .where(
          and(
            filter.businessId === null ? undefined : eq(draft.businessId, filter.businessId),
            filter.statuses.length === 0 ? undefined : inArray(draft.status, filter.statuses),
            filter.before === null ? undefined : lt(draft.id, filter.before),
          ),
        )
        .orderBy(desc(draft.id))
        .limit(filter.limit),
    ] as const;
  const [rows] = await (filter.businessId === null ? db.operator(build) : db.tenant(filter.businessId, build));
  return rows;
}

/** Older versions of a draft, newest first. */
export async function listVersions(db: Database, businessId: string, draftId: string) {
  const [rows] = await db.tenant(businessId, (queries) => [
    queries
      .select()
      .from(draftVersion)
      .where(and(eq(draftVersion.businessId, businessId), eq(draftVersion.draftId, draftId)))
      .orderBy(desc(draftVersion.version)),
  ]);
  return rows;
}

/** What a draft went through, oldest first. */
export async function listDraftEvents(db: Database, businessId: string, draftId: string) {
  const [rows] = await db.tenant(businessId, (queries) => [
    queries
      .select()
      .from(draftEvent)
      .where(and(eq(draftEvent.businessId, businessId), eq(draftEvent.draftId, draftId)))
      .orderBy(draftEvent.at, draftEvent.id),
  ]);
  return rows;
}

export interface ReviewAct {
  businessId: string;
  draftId: string;
  version: number;
  from: readonly DraftStatus[];
  status: 'APPROVED' | 'DISCARDED';
  actor: string;
  reason: string | null;
  approved: { body: string; editDistance: number; content: DraftContent } | null;
  trace: Record<string, unknown>;
  /** The shortest time in which it can have been read, in milliseconds. */
  readingMs: number;
}

/** Decides on a draft, once: no row comes back where its status or version is no longer what the reviewer saw. */
export async function writeReview(db: Database, act: ReviewAct) {
  const type = act.status === 'APPROVED' ? 'approved' : 'discarded';
  const [[row]] = await db.tenant(act.businessId, (queries) => [
    queries
      .update(draft)
      .set({
        status: act.status,
        reviewedAt: sql`now()`,
        reviewedBy: act.actor,
        reviewReason: act.reason,
        updatedAt: sql`now()`,
        ...(act.approved === null
          ? {}
          : {
              approvedBody: act.approved.body,
              editDistance: act.approved.editDistance,
              content: act.approved.content,
            }),
      })
      .where(
        and(
          eq(draft.businessId, act.businessId),
          eq(draft.id, act.draftId),
          eq(draft.version, act.version),
          inArray(draft.status, [...act.from]),
        ),
      )
      .returning(),
    queries.execute(sql`
      insert into ${draftEvent} ("id", "businessId", "draftId", "version", "type", "pipelineVersion", "arm", "trace")
      select ${`${act.draftId}:${act.version}:${type}`}, "businessId", "id", "version", ${type}, "pipelineVersion",
        coalesce("content"->'rag'->>'arm', 'none'), ${JSON.stringify(act.trace)}::jsonb ||
          jsonb_build_object('reviewMs', seen."ms", 'paced', coalesce(seen."ms" >= ${act.readingMs}::float8, true))
      from ${draft} cross join lateral (
        -- From when this reviewer first opened it; who reviews by API alone had it since it was made.
        select round(1000 * extract(epoch from clock_timestamp() - greatest(
          min(e."at") filter (where e."type" = 'opened' and e."trace"->>'by' = ${act.actor}), min(e."at") filter (where e."type" = 'drafted')
        )))::float8 as "ms"
        from ${draftEvent} e where e."businessId" = ${act.businessId} and e."draftId" = ${act.draftId} and e."version" = ${act.version}
      ) seen where "businessId" = ${act.businessId} and "id" = ${act.draftId} and "version" = ${act.version}
        and "status" = ${act.status} and "reviewedBy" = ${act.actor}
      on conflict do nothing`),
  ]);
  return row;
}
