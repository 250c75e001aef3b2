import { and, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Queries } from '../../storage/db.ts';
import { backfill, backfillItem, business, deadLetter, message } from '../../storage/schema/index.ts';
import type { Settled } from '../index-examples.ts';
import { type BackfillCounts, PAGE_SIZE } from './backfill.ts';

export function businessExists(queries: Queries, businessId: string) {
  return queries.select({ id: business.id }).from(business).where(eq(business.id, businessId));
}

/** Begins one, unless the business has one that is not finished. A lock on its name keeps two starts apart. */
export function insertBackfill(queries: Queries, row: typeof backfill.$inferInsert) {
  const { id, businessId, days, model, source, requestedBy } = row;
  return [
    queries.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`backfill:${businessId}`}, 0))`),
    queries.execute<{ id: string }>(sql`
      insert into ${backfill} ("id", "businessId", "days", "model", "source", "requestedBy", "since", "until")
      select ${id}, "id", ${days}::int, ${model}, ${source}, ${requestedBy}, now() - ${days}::int * interval '1 day', now()
      from ${business} where "id" = ${businessId}
        and not exists (select from ${backfill} b where b."businessId" = ${businessId} and b."finishedAt" is null)
      returning "id"`),
    queries
      .select()
      .from(backfill)
      .where(and(eq(backfill.businessId, businessId), or(eq(backfill.id, id), isNull(backfill.finishedAt)))),
  ] as const;
}

export function backfillById(queries: Queries, id: string) {
  return queries.select().from(backfill).where(eq(backfill.id, id));
}

/** Backfills, newest first. */
export function backfillPage(
  queries: Queries,
  filter: { businessId?: string | undefined; before?: string | undefined; limit: number },
) {
  return queries
    .select()
    .from(backfill)
    .where(
      and(
        filter.businessId === undefined ? undefined : eq(backfill.businessId, filter.businessId),
        filter.before === undefined ? undefined : lt(backfill.id, filter.before),
      ),
    )
    .orderBy(desc(backfill.id))
    .limit(filter.limit);
}

export function activeBackfills(queries: Queries, limit: number) {
  return queries.select().from(backfill).where(isNull(backfill.finishedAt)).orderBy(backfill.id).limit(limit);
}

export interface CountRow extends Record<string, unknown>, BackfillCounts {
  backfillId: string;
  pending: number;
}

export function countItems(queries: Queries, ids: string[]) {
  const of = (status: string) => sql`count(*) filter (where "status" = ${status})::int`;
  return queries.execute<CountRow>(sql`
    select "backfillId", count(*)::int as "total", ${of('done')} as "done", ${of('skipped')} as "skipped",
      ${of('failed')} as "failed", ${of('pending')} as "pending"
    from ${backfillItem} where "backfillId" in ${ids.length > 0 ? ids : ['']} group by "backfillId"`);
}

/** Mails that were settled within the last minute, of each backfill that had any. */
export function settledLastMinute(queries: Queries, ids: string[]) {
  return queries.execute<{ backfillId: string; settled: number }>(sql`
    select "backfillId", count(*)::int as "settled" from ${backfillItem}
    where "backfillId" in ${ids.length > 0 ? ids : ['']} and "status" <> 'pending'
      and "updatedAt" > now() - interval '1 minute' group by "backfillId"`);
}

/**
 * Lists the next page of mails by key, under a lock on the backfill: a plan message that comes twice lists nothing twice.
 * The second statement gives the page's ids; none means that all are listed.
 */
export function planPage(queries: Queries, backfillId: string) {
  return [
    queries.execute(sql`select 1 from ${backfill} where "id" = ${backfillId} for update`),
    queries.execute<{ id: string }>(sql`
      with page as (
        select m."id", m."sentAt" from ${backfill} b join ${message} m on m."businessId" = b."businessId"
          and m."direction" = 'OUTBOUND' and m."sentAt" >= b."since" and m."sentAt" < b."until"
          and (b."plannedSentAt" is null or (m."sentAt", m."id") > (b."plannedSentAt", b."plannedMessage"))
        where b."id" = ${backfillId} and b."status" = 'planning'
        order by m."sentAt", m."id" limit ${PAGE_SIZE}
      ), listed as (
        insert into ${backfillItem} ("backfillId", "messageRef", "businessId")
        select ${backfillId}, page."id", b."businessId" from page, ${backfill} b where b."id" = ${backfillId}
        on conflict do nothing
      ), last as (
        select "id", "sentAt" from page order by "sentAt" desc, "id" desc limit 1
      ), moved as (
        update ${backfill} b set "plannedSentAt" = last."sentAt", "plannedMessage" = last."id", "lastBatchAt" = now()
        from last where b."id" = ${backfillId}
      )
      select "id" from page`),
  ] as const;
}

/** All mails are listed: it runs until none is pending. */
export function closePlan(queries: Queries, backfillId: string) {
  return queries.execute(
    sql`update ${backfill} set "status" = 'running', "lastBatchAt" = now() where "id" = ${backfillId} and "status" = 'planning'`,
  );
}

/** Ends it where nothing is pending any more. */
export function finishIfDone(queries: Queries, backfillId: string) {
  return queries.execute(sql`
    update ${backfill} b set "status" = 'done', "finishedAt" = now() where b."id" = ${backfillId} and b."status" = 'running'
      and not exists (select from ${backfillItem} i where i."backfillId" = b."id" and i."status" = 'pending')`);
}

/** Of the given mails, those that are still to be done, in a backfill that is not cancelled; says that somebody works on it. */
export function takePending(queries: Queries, backfillId: string, ids: string[]) {
  return [
    queries.execute(
      sql`update ${backfill} set "lastBatchAt" = now() where "id" = ${backfillId} and "finishedAt" is null`,
    ),
    queries.execute<{ id: string }>(sql`
      update ${backfillItem} i set "attempts" = i."attempts" + 1 from ${backfill} b
      where b."id" = ${backfillId} and b."finishedAt" is null and i."backfillId" = b."id" and i."status" = 'pending'
        and i."messageRef" in ${ids.length > 0 ? ids : ['']}
      returning i."messageRef" as "id"`),
  ] as const;
}

/** Stores what came of mails. Runs in the transaction that stores their examples. */
export function settleItems(
  queries: Queries,
  backfillId: string,
  settled: Settled[],
  used: { tokens: number; requests: number },
) {
  const outcomes = JSON.stringify(settled.map(({ messageRef, status, reason }) => ({ messageRef, status, reason })));
  return [
    queries.execute(sql`
      update ${backfillItem} i set "status" = s."status", "reason" = s."reason", "updatedAt" = now()
      from jsonb_to_recordset(${outcomes}::jsonb) as s("messageRef" text, "status" text, "reason" text)
      where i."backfillId" = ${backfillId} and i."messageRef" = s."messageRef" and i."status" = 'pending'`),
    queries.execute(sql`
      update ${backfill} set "lastBatchAt" = now(), "tokens" = "tokens" + ${used.tokens}::int,
        "requests" = "requests" + ${used.requests}::int where "id" = ${backfillId}`),
    finishIfDone(queries, backfillId),
  ];
}

/** Pending mails by key, for the queue to be told of anew. */
export function pendingAfter(queries: Queries, backfillId: string, after: string, limit: number) {
  return queries
    .select({ id: backfillItem.messageRef })
    .from(backfillItem)
    .where(
      and(
        eq(backfillItem.backfillId, backfillId),
        eq(backfillItem.status, 'pending'),
        gt(backfillItem.messageRef, after),
      ),
    )
    .orderBy(backfillItem.messageRef)
    .limit(limit);
}

export function markRequeued(queries: Queries, backfillId: string) {
  return queries.update(backfill).set({ requeuedAt: sql`now()` }).where(eq(backfill.id, backfillId));
}

/** Ends it at once; what waits in the queue finds nothing to do. */
export function cancelRow(queries: Queries, backfillId: string) {
  return queries
    .update(backfill)
    .set({ status: 'cancelled', finishedAt: sql`now()` })
    .where(and(eq(backfill.id, backfillId), isNull(backfill.finishedAt)))
    .returning({ id: backfill.id });
}

/** Failed mails are pending again, and a finished or cancelled backfill goes on. */
export function reopen(queries: Queries, backfillId: string) {
  return [
    queries
      .update(backfillItem)
      .set({ status: 'pending', reason: null, updatedAt: sql`now()` })
      .where(and(eq(backfillItem.backfillId, backfillId), eq(backfillItem.status, 'failed'))),
    queries
      .update(backfill)
      .set({
        // A plan that was cut short goes on where it was.
        status: sql`case when ${backfill.status} in ('planning', 'cancelled') then 'planning' else 'running' end`,
        finishedAt: null,
        reportedAt: null,
        lastBatchAt: sql`now()`,
      })
      .where(eq(backfill.id, backfillId)),
    finishIfDone(queries, backfillId),
  ] as const;
}

/** Mails that failed, by id, with why. */
export function failedItems(queries: Queries, backfillId: string, page: { before?: string; limit: number }) {
  return queries.execute<{ id: string; messageId: string; reason: string | null; attempts: number; at: string }>(sql`
    select i."messageRef" as "id", m."messageId", i."reason", i."attempts", i."updatedAt" as "at"
    from ${backfillItem} i join ${message} m on m."id" = i."messageRef"
    where i."backfillId" = ${backfillId} and i."status" = 'failed' and i."messageRef" < ${page.before ?? '￿'}
    order by i."messageRef" desc limit ${page.limit}`);
}

/** Queue messages of a backfill that nobody could work on; the id orders them. */
export function lettersOf(queries: Queries, backfillId: string, page: { before?: string | undefined; limit: number }) {
  return queries
    .select()
    .from(deadLetter)
    .where(
      and(
        eq(deadLetter.backfillId, backfillId),
        page.before === undefined ? undefined : lt(deadLetter.id, page.before),
      ),
    )
    .orderBy(desc(deadLetter.id))
    .limit(page.limit);
}

export function insertDeadLetter(queries: Queries, row: typeof deadLetter.$inferInsert) {
  return queries.insert(deadLetter).values(row).onConflictDoNothing();
}

export function failItems(queries: Queries, backfillId: string, ids: string[]) {
  return [
    queries
      .update(backfillItem)
      .set({ status: 'failed', reason: 'dead-letter', updatedAt: sql`now()` })
      .where(
        and(
          eq(backfillItem.backfillId, backfillId),
          eq(backfillItem.status, 'pending'),
          inArray(backfillItem.messageRef, ids.length > 0 ? ids : ['']),
        ),
      ),
    finishIfDone(queries, backfillId),
  ] as const;
}

/** How many sent mails lie in the last `days`, and a random few of them. */
export function sampleSentMail(queries: Queries, businessId: string, days: number, sample: number) {
  const sent = sql`"businessId" = ${businessId} and "direction" = 'OUTBOUND'
    and "sentAt" >= now() - ${days}::int * interval '1 day' and "sentAt" < now()`;
  return [
    queries.execute<{ total: number }>(sql`select count(*)::int as "total" from ${message} where ${sent}`),
    queries.execute<{ id: string }>(sql`select "id" from ${message} where ${sent} order by md5("id") limit ${sample}`),
  ] as const;
}
