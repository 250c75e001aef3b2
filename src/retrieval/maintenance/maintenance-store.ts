import { eq, type SQL, sql } from 'drizzle-orm';
import type { Database, Queries } from '../../storage/db.ts';
import { business, exampleEmbedding, maintenanceProgress } from '../../storage/schema/index.ts';

/** A place in a list that is read by time and id; times as Postgres writes them, to the microsecond. */
export interface Cursor {
  at: string;
  id: string;
}

/** What one bounded step of a task did; `next` is null where nothing is left. */
export interface Step {
  counts: Record<string, number>;
  next: Cursor | null;
  /** Wait before the next step. */
  delayMs?: number;
}

/** Transactions that were open when we looked may still store rows with an earlier time: so far back a run looks again. */
const OPEN_FOR_SECONDS = 60;

export async function readWatermark(db: Database, task: string): Promise<Cursor | null> {
  const [[row]] = await db.operator((queries) => [
    queries
      .select({ at: sql<string | null>`${maintenanceProgress.at}::text`, id: maintenanceProgress.id })
      .from(maintenanceProgress)
      .where(eq(maintenanceProgress.task, task)),
  ]);
  return row?.at != null ? { at: row.at, id: row.id ?? '' } : null;
}

/** Moves the watermark of a task on, never back, and never closer than a minute to now. */
export async function writeWatermark(
  db: Database,
  task: string,
  cursor: Cursor | null,
  report: Record<string, number>,
): Promise<void> {
  const at = cursor === null ? sql`null::timestamptz` : sql`${cursor.at}::timestamptz`;
  await db.operator((queries) => [
    queries.execute(sql`
      insert into ${maintenanceProgress} as p ("task", "at", "id", "report", "updatedAt")
      select ${task}, least(c.at, c.latest), case when c.at <= c.latest then ${cursor?.id ?? ''} else '' end,
        ${JSON.stringify(report)}::jsonb, now()
      from (select ${at} as at, now() - ${OPEN_FOR_SECONDS}::int * interval '1 second' as latest) c
      on conflict ("task") do update set "report" = excluded."report", "updatedAt" = now(),
        "at" = greatest(p."at", excluded."at"),
        "id" = case when excluded."at" > p."at" or p."at" is null then excluded."id"
          when excluded."at" = p."at" then greatest(p."id", excluded."id") else p."id" end`),
  ]);
}

/** The oldest of one business's examples that are older than `days`. */
export function oldestExamples(queries: Queries, businessId: string, days: number, limit: number) {
  return queries.execute<{ id: string }>(oldest(sql`${businessId}`, days, limit));
}

function oldest(businessId: SQL, days: number, limit: number) {
  return sql`select o."id" from ${exampleEmbedding} o where o."businessId" = ${businessId}
    and o."sentAt" < now() - ${days}::int * interval '1 day' order by o."sentAt" limit ${limit}`;
}

/** Examples older than `days`, a bounded number over all businesses. */
export function deleteOldExamples(queries: Queries, days: number, limit: number) {
  return queries.execute<{ id: string }>(sql`
    delete from ${exampleEmbedding} where "id" in (
      select e."id" from ${business} b cross join lateral (${oldest(sql`b."id"`, days, limit)}) e limit ${limit}
    ) returning "id"`);
}

/** Rows that share business and content hash with an older one: none, as long as the unique index is sound. */
export function deleteDuplicateExamples(queries: Queries, limit: number) {
  return queries.execute<{ id: string }>(sql`
    delete from ${exampleEmbedding} d using (
      select "businessId", "contentHash", min("id") as "kept" from ${exampleEmbedding}
      group by "businessId", "contentHash" having count(*) > 1 limit ${limit}
    ) double
    where d."businessId" = double."businessId" and d."contentHash" = double."contentHash" and d."id" <> double."kept"
    returning d."id"`);
}

/** The oldest examples beyond `cap` of each business; a bounded number over all. */
export function deleteBeyondCap(queries: Queries, cap: number, limit: number) {
  return queries.execute<{ id: string }>(sql`
    delete from ${exampleEmbedding} where "id" in (
      select o."id" from (
        select "businessId", least(count(*) - ${cap}, ${limit}) as "surplus" from ${exampleEmbedding}
        group by "businessId" having count(*) > ${cap}
      ) full_up cross join lateral (
        select "id" from ${exampleEmbedding} e where e."businessId" = full_up."businessId"
        order by e."sentAt", e."id" limit full_up."surplus"
      ) o limit ${limit}
    ) returning "id"`);
}
