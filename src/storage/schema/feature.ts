import { sql } from 'drizzle-orm';
import { pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { operatorRole, tenantRole } from './roles.ts';

/** The truth about a feature as a whole: `active` or `killed`. A feature without a row is active. */
export const feature = pgTable(
  'Feature',
  {
    feature: text('feature').primaryKey(),
    state: text('state', { enum: ['active', 'killed'] })
      .notNull()
      .default('active'),
    reason: text('reason'),
    changedBy: text('changedBy').notNull().default('system'),
    changedAt: timestamp('changedAt', { withTimezone: true }).notNull().defaultNow(),
  },
  () => [
    pgPolicy('tenant_reads', { for: 'select', to: tenantRole, using: sql`true` }),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
