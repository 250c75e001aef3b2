import { integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { business } from './business.ts';
import { tenantPolicies } from './roles.ts';

export const thread = pgTable(
  'Thread',
  {
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    id: text('id').notNull(),
    /** Address keys of who wrote in it, or was written to by the business: only they can join. */
    participants: text('participants').array().notNull().default([]),
    /** Grows with every message: a draft knows the version it has read. */
    version: integer('version').notNull().default(0),
    createdAt: timestamp('createdAt', { withTimezone: true }).notNull().defaultNow(),
    lastMessageAt: timestamp('lastMessageAt', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.businessId, table.id] }), ...tenantPolicies(() => table.businessId)],
);
