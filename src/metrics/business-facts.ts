import { and, eq, gt, inArray, sql } from 'drizzle-orm';
import { RAG_FEATURE } from '../rollout/decide.ts';
import type { Queries } from '../storage/db.ts';
import { auditEvent, business, pilotBusiness } from '../storage/schema/index.ts';

export function businessById(queries: Queries, businessId: string) {
  return queries.select({ id: business.id }).from(business).where(eq(business.id, businessId));
}

/** The share of threads that the control arm is set to have: the mean over who is enrolled, or one business's own. */
export function controlShares(queries: Queries, businessId: string | null) {
  return queries.execute<{ share: number | null }>(
    businessId === null
      ? sql`select avg(b."controlShare")::float8 as "share" from ${business} b
          join ${pilotBusiness} p on p."businessId" = b."id" and p."feature" = ${RAG_FEATURE}`
      : sql`select "controlShare"::float8 as "share" from ${business} where "id" = ${businessId}`,
  );
}

/** When the share of any of these businesses was last changed since a time, by whatever hand: triggers write the audit. */
export function lastShareChange(queries: Queries, businessIds: string[], since: Date) {
  return queries
    .select({ at: sql<string | null>`max(${auditEvent.at})::text` })
    .from(auditEvent)
    .where(
      and(
        inArray(auditEvent.businessId, businessIds),
        eq(auditEvent.action, 'business.update'),
        gt(auditEvent.at, since),
        sql`${auditEvent.after} ? 'controlShare'`,
      ),
    );
}
