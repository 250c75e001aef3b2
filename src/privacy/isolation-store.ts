import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../storage/db.ts';
import {
  appointment,
  backfill,
  backfillItem,
  business,
  draft,
  draftEvent,
  draftVersion,
  exampleEmbedding,
  message,
  order,
} from '../storage/schema/index.ts';

export interface Hit extends Record<string, unknown> {
  businessId: string;
  /** Id of the row that holds what is another business's. */
  id: string;
}

/** Rows that a check names at most. */
const MOST_HITS = 20;

const recentDrafts = (since: Date) => sql`(
  select d.* from ${draft} d where d."id" in (select e."draftId" from ${draftEvent} e where e."at" >= ${since.toISOString()}::timestamptz))`;

/**
 * References that lead from one business into another, among what was written since `since`; each gives nothing where all is
 * well. `examples`: a draft was shown another business's past answer. `identifiers`: a draft names an order, tracking
 * or appointment number that only another business knows: neither its own records nor its thread have it.
 */
export const REFERENCE_CHECKS: Record<string, (since: Date) => SQL> = {
  'draft-message': (since) => sql`
    select d."businessId", d."id" from ${recentDrafts(since)} d join ${message} m on m."id" = d."messageRef"
    where m."businessId" <> d."businessId" or m."threadId" <> d."threadId"`,
  'draft-versions': (since) => sql`
    select v."businessId", d."id" from ${recentDrafts(since)} d join ${draftVersion} v on v."draftId" = d."id"
    where v."businessId" <> d."businessId"`,
  'draft-events': (since) => sql`
    select e."businessId", e."id" from ${draftEvent} e join ${draft} d on d."id" = e."draftId"
    where e."at" >= ${since.toISOString()}::timestamptz and e."businessId" <> d."businessId"`,
  'draft-examples': (since) => sql`
    select d."businessId", d."id" from ${recentDrafts(since)} d
    cross join lateral jsonb_array_elements(d."content" -> 'rag' -> 'examples') as shown
    join ${exampleEmbedding} e on e."id" = shown ->> 'id' where e."businessId" <> d."businessId"`,
  'draft-identifiers': (since) => sql`
    select distinct d."businessId", d."id" from ${recentDrafts(since)} d
    cross join lateral jsonb_array_elements(d."content" -> 'claims') as claim
    cross join lateral (select draftgate_identifier_key(claim ->> 'text') as "key") named
    where claim ->> 'type' in ('order_number', 'tracking_number') and length(named."key") >= 4
      and exists (select from ${order} o where o."businessId" <> d."businessId"
        and (o."orderKey" = named."key" or o."trackingKeys" @> array[named."key"]))
      and not exists (select from ${order} o where o."businessId" = d."businessId"
        and (o."orderKey" = named."key" or o."invoiceKey" = named."key" or o."trackingKeys" @> array[named."key"]))
      and not exists (select from ${appointment} a where a."businessId" = d."businessId" and a."appointmentKey" = named."key")
      and not exists (select from ${message} m where m."businessId" = d."businessId" and m."threadId" = d."threadId"
        and draftgate_identifier_key(concat(m."subject", ' ', m."text")) like '%' || named."key" || '%')`,
  'embedding-message': (since) => sql`
    select e."businessId", e."id" from ${exampleEmbedding} e join ${message} m on m."id" = e."messageRef"
    where e."createdAt" >= ${since.toISOString()}::timestamptz and m."businessId" <> e."businessId"`,
  'backfill-items': (since) => sql`
    select i."businessId", i."messageRef" as "id" from ${backfillItem} i join ${backfill} b on b."id" = i."backfillId"
    join ${message} m on m."id" = i."messageRef"
    where i."updatedAt" >= ${since.toISOString()}::timestamptz and (b."businessId" <> i."businessId" or m."businessId" <> i."businessId")`,
};

export function referenceHits(queries: Queries, check: SQL) {
  return queries.execute<Hit>(
    sql`select "businessId", "id" from (${check}) hits order by "businessId", "id" limit ${MOST_HITS}`,
  );
}

/** Businesses for tonight's probes: others every day. */
export function businessesOfTheDay(queries: Queries, day: string, most: number) {
  return queries.execute<{ id: string }>(sql`select "id" from ${business} order by md5("id" || ${day}) limit ${most}`);
}

/** Under row-level security of one business: whether a table shows a row of `other`. */
export function showsRowOf(queries: Queries, table: { name: string; businessColumn: string }, other: string) {
  return queries.execute<{ shown: boolean }>(
    sql`select exists (select from ${sql.identifier(table.name)} where ${sql.identifier(table.businessColumn)} = ${other}) as "shown"`,
  );
}

export interface Probe extends Record<string, unknown> {
  model: string;
  embedding: string;
  question: string;
}

/** The newest example of a business: a question that has a perfect match, there and nowhere else. */
export function newestExample(queries: Queries, businessId: string) {
  return queries.execute<Probe>(sql`
    select "model", "embedding"::text as "embedding", "question" from ${exampleEmbedding}
    where "businessId" = ${businessId} order by "sentAt" desc limit 1`);
}

/** Which of some examples are not the business's. */
export function foreignExamples(queries: Queries, businessId: string, ids: string[]) {
  return queries.execute<Hit>(sql`
    select "businessId", "id" from ${exampleEmbedding}
    where "id" = any(array(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))) and "businessId" <> ${businessId}`);
}
