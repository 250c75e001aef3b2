import { sql } from 'drizzle-orm';
import { index, jsonb, pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { ErasedCounts } from '../../privacy/erasure.ts';
import { business } from './business.ts';
import { operatorRole } from './roles.ts';

/** The receipt of one erasure. Holds a hash of the address, never the address. Tenants never read this table. */
export const erasure = pgTable(
  'Erasure',
  {
    id: text('id').primaryKey(),
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    /** SHA-256 of the business and the canonical address: who holds the address can find its receipt. */
    addressHash: text('addressHash').notNull(),
    /** Without the private values that the request's reason named. */
    reason: text('reason').notNull(),
    actor: text('actor').notNull(),
    requestId: text('requestId'),
    records: text('records', { enum: ['erased', 'kept'] }).notNull(),
    /** Rows per table. */
    counts: jsonb('counts').$type<ErasedCounts>().notNull(),
    /** Mail of others that named the address, or stood in a thread with it: their words are not ours to judge. */
    sharedMessages: text('sharedMessages').array().notNull().default([]),
    at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index('Erasure_businessId_addressHash_idx').on(table.businessId, table.addressHash, table.id),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
