import { sql } from 'drizzle-orm';
import { type PgColumn, pgPolicy, pgRole } from 'drizzle-orm/pg-core';

/** Requests of one business: every row it sees carries the transaction-local `app.business_id`. */
export const tenantRole = pgRole('draftgate_tenant').existing();
/** Cron, admin and metrics: all businesses. */
export const operatorRole = pgRole('draftgate_operator').existing();

/** Row-level security of a tenant's table: the second line of defence behind queries that name their business. */
export function tenantPolicies(businessColumn: () => PgColumn) {
  const own = sql`${businessColumn()} = current_setting('app.business_id', true)`;
  return [
    pgPolicy('tenant_rows', { as: 'permissive', for: 'all', to: tenantRole, using: own, withCheck: own }),
    pgPolicy('operator_rows', {
      as: 'permissive',
      for: 'all',
      to: operatorRole,
      using: sql`true`,
      withCheck: sql`true`,
    }),
  ];
}
