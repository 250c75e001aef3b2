import { sql } from 'drizzle-orm';
import { pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { operatorRole } from './roles.ts';

/**
 * Rate limits that all businesses share, as theoretical arrival times (GCRA): the time at which everything that was
 * granted so far would have been paid for. One row per API.
 */
export const rateBudget = pgTable(
  'RateBudget',
  {
    name: text('name').primaryKey(),
    requestsPaidAt: timestamp('requestsPaidAt', { withTimezone: true }).notNull().defaultNow(),
    tokensPaidAt: timestamp('tokensPaidAt', { withTimezone: true }).notNull().defaultNow(),
    /** The API asked for a pause until then. */
    blockedUntil: timestamp('blockedUntil', { withTimezone: true }).notNull().defaultNow(),
  },
  () => [pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` })],
);
