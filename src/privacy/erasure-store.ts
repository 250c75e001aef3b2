import { desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../storage/db.ts';
import {
  appointment,
  auditEvent,
  backfillItem,
  business,
  deadLetter,
  draft,
  draftEvent,
  draftVersion,
  erasure,
  exampleEmbedding,
  message,
  order,
  thread,
} from '../storage/schema/index.ts';
import { ERASED, type ErasedCounts, type MailHeaders } from './erasure.ts';

export type ErasureRow = typeof erasure.$inferSelect;

/** A list as one parameter, whatever its length. */
const list = (values: readonly string[]) =>
  sql`array(select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`;

/** Spelled like the key, or not in ASCII: then only `addressKey` can tell. */
const mayBe = (address: SQL, key: string) =>
  sql`(lower(btrim(${address} collate "C", E' \t')) = ${key} or ${address} ~ '[^\\x01-\\x7f]')`;

export function ownAddresses(queries: Queries, businessId: string) {
  return queries
    .select({ mailAddresses: business.mailAddresses, supportEmail: business.supportEmail })
    .from(business)
    .where(eq(business.id, businessId));
}

export interface MailFound extends MailHeaders, Record<string, unknown> {
  id: string;
  threadId: string;
}

/** Headers of the mails that may name the address; the caller decides with `addressKey`. */
export function mailsNaming(queries: Queries, businessId: string, key: string) {
  return queries.execute<MailFound>(sql`
    select m."id", m."threadId", m."direction", m."from", m."to", m."cc", m."replyTo" from ${message} m
    where m."businessId" = ${businessId} and exists (
      select from jsonb_array_elements(jsonb_build_array(m."from") || m."to" || m."cc" || m."replyTo") as named
      where ${mayBe(sql`(named ->> 'address')`, key)})`);
}

/** Addresses of orders and appointments that may be the customer's, as they are spelled. */
export function recordAddresses(queries: Queries, businessId: string, key: string) {
  const of = (table: typeof order | typeof appointment) =>
    sql`select "customerEmail" as "address" from ${table} where "businessId" = ${businessId} and ${mayBe(sql`"customerEmail"`, key)}`;
  return queries.execute<{ address: string }>(sql`${of(order)} union ${of(appointment)}`);
}

export interface ErasurePlan {
  businessId: string;
  /** The customer's mail. */
  erase: string[];
  /** Mail of others that names the address. */
  shared: string[];
  /** Threads of both. */
  threads: string[];
  /** Canonical, and as written anywhere. */
  key: string;
  spellings: string[];
  /** Of `patternOf`. */
  pattern: string;
  /** How orders and appointments spell the customer; empty where these are kept. */
  records: string[];
}

/**
 * Everything of one erasure, in order. Locks the threads first, as mail that comes in and drafts that are committed do: what
 * arrives meanwhile waits, and then finds them gone or changed. Each statement leaves its count for the receipt.
 */
export function eraseStatements(queries: Queries, plan: ErasurePlan) {
  const { businessId } = plan;
  const own = sql`"businessId" = ${businessId}`;
  const erase = list(plan.erase);
  const threads = list(plan.threads);
  const touchedDrafts = sql`(select d."id" from ${draft} d where d."businessId" = ${businessId} and d."threadId" = any(${threads}))`;
  const counted = (name: keyof ErasedCounts, change: SQL) =>
    queries.execute(sql`with changed as (${change} returning 1)
      select set_config(${settingOf(name)}, count(*)::text, true) from changed`);
  const without = (text: SQL) => sql`regexp_replace(${text}, ${plan.pattern}, '[erased]', 'gi')`;
  const others = (column: string) => sql`(select coalesce(jsonb_agg(named order by place), '[]'::jsonb)
    from jsonb_array_elements(${sql.identifier(column)}) with ordinality as listed(named, place)
    where not (named ->> 'address' = any(${list(plan.spellings)})))`;
  return [
    // Two requests for one address: the second finds what the first has left.
    queries.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`erasure\n${businessId}\n${plan.key}`}, 0))`),
    queries.execute(sql`select from ${thread} where ${own} and "id" = any(${threads}) order by "id" for update`),
    queries.execute(sql`select from ${draft} where ${own} and "threadId" = any(${threads}) order by "id" for update`),
    counted(
      'deadLetters',
      sql`update ${deadLetter} set "body" = jsonb_set("body", '{ids}', (
        select coalesce(jsonb_agg(listed), '[]'::jsonb) from jsonb_array_elements_text("body" -> 'ids') as ids(listed)
        where not (listed = any(${erase}))))
      where ${own} and jsonb_typeof("body" -> 'ids') = 'array' and "body" -> 'ids' ?| ${erase}`,
    ),
    counted('backfillItems', sql`delete from ${backfillItem} where ${own} and "messageRef" = any(${erase})`),
    // An example of a thread may hold the words of everybody in it.
    counted(
      'embeddings',
      sql`delete from ${exampleEmbedding} where ${own} and (
        "messageRef" = any(${erase}) or "messageRef" = any(${list(plan.shared)})
        or "messageRef" in (select m."id" from ${message} m where m."businessId" = ${businessId} and m."threadId" = any(${threads})))`,
    ),
    counted(
      'draftEvents',
      sql`update ${draftEvent} set "trace" = "trace" - 'note' where ${own} and "trace" ? 'note' and "draftId" in ${touchedDrafts}`,
    ),
    counted(
      'draftVersions',
      sql`update ${draftVersion} set "content" = null, "evidence" = null where ${own} and "draftId" in ${touchedDrafts}`,
    ),
    counted('drafts', sql`delete from ${draft} where ${own} and "messageRef" = any(${erase})`),
    counted(
      'draftsRemade',
      sql`update ${draft} set "status" = 'RETRYING', "content" = null, "evidence" = null, "leaseId" = null,
        "leaseExpiresAt" = null, "nextAttemptAt" = now(), "requestedAt" = now(), "attempts" = 1, "ragEnabled" = false,
        "updatedAt" = now()
      where ${own} and "threadId" = any(${threads}) and "status" in ('DRAFTING', 'READY', 'RETRYING')`,
    ),
    counted(
      'draftsChanged',
      sql`update ${draft} set "content" = ${without(sql`"content"::text`)}::jsonb,
        "evidence" = ${without(sql`"evidence"::text`)}::jsonb, "approvedBody" = ${without(sql`"approvedBody"`)},
        "reviewReason" = ${without(sql`"reviewReason"`)}
      where ${own} and "threadId" = any(${threads}) and concat_ws(' ', "content", "evidence", "approvedBody", "reviewReason") ~* ${plan.pattern}`,
    ),
    counted('messages', sql`delete from ${message} where ${own} and "id" = any(${erase})`),
    counted(
      'messagesChanged',
      sql`update ${message} set "to" = ${others('to')}, "cc" = ${others('cc')}, "replyTo" = ${others('replyTo')},
        "subject" = ${without(sql`"subject"`)}, "text" = ${without(sql`"text"`)}, "html" = ${without(sql`"html"`)},
        "headers" = ${without(sql`"headers"::text`)}::jsonb
      where ${own} and ("id" = any(${list(plan.shared)}) or "threadId" = any(${threads}))
        and concat_ws(' ', "to", "cc", "replyTo", "subject", "text", "html", "headers") ~* ${plan.pattern}`,
    ),
    counted(
      'threads',
      sql`delete from ${thread} t where t."businessId" = ${businessId} and t."id" = any(${threads})
        and not exists (select from ${message} m where m."businessId" = t."businessId" and m."threadId" = t."id")`,
    ),
    queries.execute(sql`update ${thread} set "participants" = array_remove("participants", ${plan.key}), "version" = "version" + 1
      where ${own} and "id" = any(${threads})`),
    counted('orders', sql`delete from ${order} where ${own} and "customerEmail" = any(${list(plan.records)})`),
    counted(
      'appointments',
      sql`delete from ${appointment} where ${own} and "customerEmail" = any(${list(plan.records)})`,
    ),
  ] as const;
}

/**
 * The receipt, with its audit row, in the erasure's own transaction. Where an earlier request has erased the address and
 * nothing has come since, that one's receipt stands.
 */
export function receiptStatements(
  queries: Queries,
  receipt: Omit<ErasureRow, 'counts' | 'at' | 'sharedMessages'>,
  shared: { threads: string[]; messages: string[] },
  audit: { id: string; action: string },
) {
  const { id, businessId, addressHash, reason, actor, requestId, records } = receipt;
  const counts = sql.join(
    ERASED.map((name) => sql`${name}::text, coalesce(nullif(current_setting(${settingOf(name)}, true), ''), '0')::int`),
    sql`, `,
  );
  const sharedMessages = sql`array(select m."id" from ${message} m where m."businessId" = ${businessId}
    and (m."id" = any(${list(shared.messages)}) or m."threadId" = any(${list(shared.threads)})) order by m."id")`;
  return [
    queries.execute(sql`
      insert into ${erasure} ("id", "businessId", "addressHash", "reason", "actor", "requestId", "records", "counts", "sharedMessages")
      select ${id}, ${businessId}, ${addressHash}, ${reason}, ${actor}, ${requestId}, ${records}, counts, ${sharedMessages}
      from (select jsonb_build_object(${counts}) as counts) erased
      where exists (select from jsonb_each_text(counts) where value <> '0')
        or not exists (select from ${erasure} e where e."businessId" = ${businessId} and e."addressHash" = ${addressHash})`),
    queries.execute(sql`
      insert into ${auditEvent} ("id", "businessId", "action", "actor", "reason", "after", "requestId")
      select ${audit.id}, e."businessId", ${audit.action}, e."actor", e."reason",
        jsonb_build_object('id', e."id", 'records', e."records", 'counts', e."counts"), e."requestId"
      from ${erasure} e where e."id" = ${id}`),
    queries
      .select()
      .from(erasure)
      .where(sql`${erasure.businessId} = ${businessId} and ${erasure.addressHash} = ${addressHash}`)
      .orderBy(desc(erasure.id))
      .limit(1),
  ] as const;
}

const settingOf = (name: string) => `erased.${name}`;
