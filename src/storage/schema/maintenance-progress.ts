import { sql } from 'drizzle-orm';
import { jsonb, pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { operatorRole } from './roles.ts';

/** How far a maintenance task has come: everything up to and with (`at`, `id`) is done. A missed night is made up from here. */
export const maintenanceProgress = pgTable(
  'MaintenanceProgress',
  {
    task: text('task').primaryKey(),
    at: timestamp('at', { withTimezone: true }),
    id: text('id'),
    /** Counts of the last run. */
    report: jsonb('report').$type<Record<string, unknown>>().notNull().default({}),
    updatedAt: timestamp('updatedAt', { withTimezone: true }).notNull().defaultNow(),
  },
  () => [pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` })],
);
