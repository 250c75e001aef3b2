import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { operatorRole } from './roles.ts';

/** A queue message that could not be worked on, as it was: ids only, never mail. Tenants never read this table. */
export const deadLetter = pgTable(
  'DeadLetter',
  {
    /** Queue and message id: a second delivery is the same row. */
    id: text('id').primaryKey(),
    queue: text('queue').notNull(),
    businessId: text('businessId'),
    backfillId: text('backfillId'),
    body: jsonb('body').notNull(),
    attempts: integer('attempts').notNull().default(1),
    at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index('DeadLetter_backfillId_idx').on(table.backfillId, table.id),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
