import { eq, sql } from 'drizzle-orm';
import { RAG_FEATURE } from '../rollout/decide.ts';
import type { Queries } from '../storage/db.ts';
import { business, pilotBusiness } from '../storage/schema/index.ts';

export function businessById(queries: Queries, businessId: string) {
  return queries.select({ id: business.id }).from(business).where(eq(business.id, businessId));
}

/** The share of threads that the control arm should have: the mean over who is enrolled, or one business's own. */
export function controlShares(queries: Queries, businessId: string | null) {
  return queries.execute<{ share: number | null }>(
    businessId === null
      ? sql`select avg(b."controlShare")::float8 as "share" from ${business} b
          join ${pilotBusiness} p on p."businessId" = b."id" and p."feature" = ${RAG_FEATURE}`
      : sql`select "controlShare"::float8 as "share" from ${business} where "id" = ${businessId}`,
  );
}
