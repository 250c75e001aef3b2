import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Queries } from '../storage/db.ts';
import { draft, exampleEmbedding, message } from '../storage/schema/index.ts';

/** Mails before a sent one that are read, newest first, and characters of each. */
const MAILS_BEFORE = 8;
const TEXT_LENGTH = 20_000;
/** Of unedited system answers, a business keeps at most this share, or this many where that is less. */
const MOST_SYSTEM_WRITTEN_SHARE = 0.3;
const ALWAYS_SYSTEM_WRITTEN = 20;

const orNone = (values: string[]) => (values.length > 0 ? values : ['']);
const short = (column: typeof message.text | typeof message.html) => sql`left(${column}, ${TEXT_LENGTH})`;

/** Sent mails by our ids; ids of other mail and of other businesses give nothing. */
export function sentMails(queries: Queries, businessId: string, ids: string[]) {
  return queries
    .select({
      id: message.id,
      threadId: message.threadId,
      from: message.from,
      to: message.to,
      cc: message.cc,
      subject: message.subject,
      text: sql<string>`${short(message.text)}`,
      html: sql<string | null>`${short(message.html)}`,
      headers: message.headers,
      sentAt: message.sentAt,
    })
    .from(message)
    .where(
      and(eq(message.businessId, businessId), eq(message.direction, 'OUTBOUND'), inArray(message.id, orNone(ids))),
    );
}

export interface MailBefore extends Record<string, unknown> {
  /** The sent mail that it stands before. */
  sentId: string;
  direction: 'INBOUND' | 'OUTBOUND';
  from: { address: string; name?: string };
  subject: string;
  text: string;
  html: string | null;
}

/** What stands before the given sent mails in their threads, newest first. */
export function mailsBefore(queries: Queries, businessId: string, ids: string[]) {
  return queries.execute<MailBefore>(sql`
    select s."id" as "sentId", b."direction", b."from", b."subject", left(b."text", ${TEXT_LENGTH}) as "text",
      left(b."html", ${TEXT_LENGTH}) as "html"
    from ${message} s cross join lateral (
      select * from ${message} m
      where m."businessId" = ${businessId} and m."threadId" = s."threadId" and (m."sentAt", m."id") < (s."sentAt", s."id")
      order by m."sentAt" desc, m."id" desc limit ${MAILS_BEFORE}
    ) b
    where s."businessId" = ${businessId} and s."id" in ${orNone(ids)}
    order by s."id", b."sentAt" desc, b."id" desc`);
}

/** Bodies approved as they were drafted, in the threads of the given mails. */
export function uneditedBodies(queries: Queries, businessId: string, ids: string[]) {
  return queries
    .select({ threadId: draft.threadId, body: draft.approvedBody })
    .from(draft)
    .where(
      and(
        eq(draft.businessId, businessId),
        eq(draft.status, 'APPROVED'),
        eq(draft.editDistance, 0),
        sql`${draft.threadId} in (select "threadId" from ${message} where "businessId" = ${businessId} and "id" in ${orNone(ids)})`,
      ),
    );
}

export function knownHashes(queries: Queries, businessId: string, hashes: string[]) {
  return queries
    .select({ contentHash: exampleEmbedding.contentHash })
    .from(exampleEmbedding)
    .where(and(eq(exampleEmbedding.businessId, businessId), inArray(exampleEmbedding.contentHash, orNone(hashes))));
}

/** How many system-written examples a business has, and how many it may have beside `newcomers` of its own. */
export function systemWrittenRoom(queries: Queries, businessId: string, newcomers: number) {
  return queries.execute<{ held: number; allowed: number }>(sql`
    select held::int as "held",
      greatest(${ALWAYS_SYSTEM_WRITTEN}::int, floor((total - held + ${newcomers}::int) * ${MOST_SYSTEM_WRITTEN_SHARE / (1 - MOST_SYSTEM_WRITTEN_SHARE)}::float8))::int as "allowed"
    from (select count(*) as total from ${exampleEmbedding} where "businessId" = ${businessId}) everything,
      (select count(*) as held from ${exampleEmbedding} where "businessId" = ${businessId} and "systemWritten") system`);
}

/** Mails that are examples of this model already. */
export function knownMails(queries: Queries, businessId: string, model: string, ids: string[]) {
  return queries
    .select({ messageRef: exampleEmbedding.messageRef })
    .from(exampleEmbedding)
    .where(
      and(
        eq(exampleEmbedding.businessId, businessId),
        eq(exampleEmbedding.model, model),
        inArray(exampleEmbedding.messageRef, orNone(ids)),
      ),
    );
}

/** Stores examples; one that is there already stays as it is. */
export function insertExamples(queries: Queries, rows: (typeof exampleEmbedding.$inferInsert)[]) {
  return queries.insert(exampleEmbedding).values(rows).onConflictDoNothing().returning({ id: exampleEmbedding.id });
}

/** Keeps the approvals of the answers to these mails as they are until the transaction ends; an undo waits for it. */
export function lockApproved(queries: Queries, businessId: string, refs: string[]) {
  return queries.execute(sql`
    select "id" from ${draft} where "businessId" = ${businessId} and "messageRef" in ${orNone(refs)} and "status" = 'APPROVED'
    order by "id" for share`);
}

/** Takes back the examples of these customers' mails where no answer to them is approved any more. */
export function deleteExamplesOfUnapproved(queries: Queries, businessId: string, refs: string[]) {
  return queries.execute(sql`
    delete from ${exampleEmbedding} e where e."businessId" = ${businessId} and e."messageRef" in ${orNone(refs)}
      and not exists (select from ${draft} d where d."businessId" = ${businessId} and d."messageRef" = e."messageRef" and d."status" = 'APPROVED')`);
}
