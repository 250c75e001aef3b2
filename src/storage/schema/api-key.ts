import { sql } from 'drizzle-orm';
import { jsonb, pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { business } from './business.ts';
import { operatorRole } from './roles.ts';

/** Keys are shown once and stored as SHA-256. Tenants never read this table. */
export const apiKey = pgTable(
  'ApiKey',
  {
    id: text('id').primaryKey(),
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** First characters, for people to tell keys apart. */
    prefix: text('prefix').notNull(),
    hash: text('hash').notNull().unique('ApiKey_hash_key'),
    scopes: text('scopes').array().notNull(),
    createdBy: text('createdBy').notNull(),
    createdAt: timestamp('createdAt', { withTimezone: true }).notNull().defaultNow(),
    revokedAt: timestamp('revokedAt', { withTimezone: true }),
    /** By person: sign-ins up to then count no more. */
    sessionsEndedAt: jsonb('sessionsEndedAt').$type<Record<string, string>>().notNull().default({}),
  },
  () => [pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` })],
);
