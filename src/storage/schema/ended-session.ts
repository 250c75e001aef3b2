import { sql } from 'drizzle-orm';
import { pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { operatorRole } from './roles.ts';

/** Sessions that were signed out before they expired: their cookie, wherever it was copied to, is of no use. */
export const endedSession = pgTable(
  'EndedSession',
  {
    id: text('id').primaryKey(),
    expiresAt: timestamp('expiresAt', { withTimezone: true }).notNull(),
  },
  () => [pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` })],
);
