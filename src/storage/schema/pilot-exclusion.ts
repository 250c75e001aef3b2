import { sql } from 'drizzle-orm';
import { pgPolicy, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { business } from './business.ts';
import { operatorRole } from './roles.ts';

/** Businesses that a ramp must not enrol: their row was removed. A restore or a person who enrols them ends it (trigger). */
export const pilotExclusion = pgTable(
  'PilotExclusion',
  {
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    feature: text('feature').notNull(),
    since: timestamp('since', { withTimezone: true }).notNull().defaultNow(),
    actor: text('actor').notNull(),
    reason: text('reason'),
    /** The rollback that keeps it out; null where the row was removed by itself. */
    rollbackId: text('rollbackId'),
  },
  (table) => [
    primaryKey({ columns: [table.businessId, table.feature] }),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
