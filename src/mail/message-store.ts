import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database, Queries } from '../storage/db.ts';
import { business, draft, message, thread } from '../storage/schema/index.ts';
import type { IncomingMessage } from './receive-messages.ts';

export interface NewMessage {
  id: string;
  threadId: string;
  participants: string[];
  contentHash: string;
  messageKey: string;
  message: IncomingMessage;
}

const orNone = (values: string[]) => (values.length > 0 ? [...new Set(values)] : ['']);

export function businessExists(queries: Queries, businessId: string) {
  return queries.select({ id: business.id }).from(business).where(eq(business.id, businessId));
}

export function knownMessages(queries: Queries, businessId: string, messageIds: string[]) {
  return queries
    .select({
      messageId: message.messageId,
      id: message.id,
      threadId: message.threadId,
      contentHash: message.contentHash,
    })
    .from(message)
    .where(and(eq(message.businessId, businessId), inArray(message.messageId, orNone(messageIds))));
}

/** Threads by their ids, or by the Message-IDs that stand in them. */
export function threadsFor(queries: Queries, businessId: string, ids: string[], messageKeys: string[] = []) {
  const byKey = messageKeys.length > 0;
  return queries
    .select({ id: thread.id, participants: thread.participants, messageKey: message.messageKey })
    .from(thread)
    .leftJoin(
      message,
      and(
        eq(message.businessId, thread.businessId),
        eq(message.threadId, thread.id),
        inArray(message.messageKey, orNone(messageKeys)),
      ),
    )
    .where(
      and(
        eq(thread.businessId, businessId),
        byKey
          ? sql`${thread.id} in (select m."threadId" from ${message} m where m."businessId" = ${businessId} and m."messageKey" in ${orNone(messageKeys)})`
          : inArray(thread.id, orNone(ids)),
      ),
    );
}

/** One transaction: threads, messages, what the new messages change in their threads, and drafts that they make stale. */
export async function writeMessages(db: Database, businessId: string, fresh: NewMessage[]) {
  const arrived = JSON.stringify(
    fresh.map(({ id, threadId, participants, message: { sentAt } }) => ({
      id,
      threadId,
      participants,
      sentAt: sentAt.toISOString(),
    })),
  );
  const inserted = sql`(select n."id", n."threadId", n."participants", n."sentAt"
    from jsonb_to_recordset(${arrived}::jsonb) as n("id" text, "threadId" text, "participants" text[], "sentAt" timestamptz)
    join ${message} m on m."id" = n."id" and m."businessId" = ${businessId})`;
  const [, , , , rows] = await db.tenant(businessId, (queries) => [
    queries
      .insert(thread)
      .values([...new Set(fresh.map(({ threadId }) => threadId))].map((id) => ({ businessId, id })))
      .onConflictDoNothing(),
    queries
      .insert(message)
      .values(fresh.map((item) => messageRow(businessId, item)))
      .onConflictDoNothing(),
    queries.execute(sql`
      update ${thread} t set
        "version" = t."version" + news."count",
        "participants" = array(select distinct unnest(t."participants" || news."joined")),
        "lastMessageAt" = greatest(t."lastMessageAt", news."latest")
      from (
        select "threadId", count(distinct "id")::int as "count", max("sentAt") as "latest",
          coalesce(array_agg(distinct p) filter (where p is not null), '{}') as "joined"
        from ${inserted} i left join lateral unnest(i."participants") as p on true group by "threadId"
      ) news where t."businessId" = ${businessId} and t."id" = news."threadId"`),
    queries
      .update(draft)
      .set({ status: 'STALE', updatedAt: sql`now()` })
      .where(
        and(
          eq(draft.businessId, businessId),
          eq(draft.status, 'READY'),
          sql`${draft.threadId} in (select i."threadId" from ${inserted} i)`,
        ),
      ),
    knownMessages(
      queries,
      businessId,
      fresh.map((item) => item.message.messageId),
    ),
  ]);
  return rows;
}

function messageRow(businessId: string, item: NewMessage): typeof message.$inferInsert {
  const { messageId, direction, from, to, cc, replyTo, subject, text, html, headers, dmarc, sentAt } = item.message;
  const { id, threadId, messageKey, contentHash } = item;
  return {
    id,
    businessId,
    messageId,
    messageKey,
    threadId,
    direction,
    from,
    to,
    cc,
    replyTo,
    subject,
    text,
    html: html ?? null,
    headers,
    dmarc: dmarc ?? null,
    contentHash,
    sentAt,
  };
}
