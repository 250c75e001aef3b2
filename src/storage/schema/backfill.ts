import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { business } from './business.ts';
import { tenantPolicies } from './roles.ts';

/** `planning`: items are still being listed. Whether one is stalled is seen from `lastBatchAt`, not stored. */
export const BACKFILL_STATUSES = ['planning', 'running', 'done', 'cancelled'] as const;

/** One run over a business's sent mail. What came of each mail stands in "BackfillItem"; counts are counted there. */
export const backfill = pgTable(
  'Backfill',
  {
    id: text('id').primaryKey(),
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    status: text('status', { enum: BACKFILL_STATUSES }).notNull().default('planning'),
    days: integer('days').notNull(),
    model: text('model').notNull(),
    /** Mail sent in [since, until) is indexed. */
    since: timestamp('since', { withTimezone: true }).notNull(),
    until: timestamp('until', { withTimezone: true }).notNull(),
    /** Key of the last mail that was planned; null before the first page. */
    plannedSentAt: timestamp('plannedSentAt', { withTimezone: true }),
    plannedMessage: text('plannedMessage'),
    /** Tokens and requests that the embedding API reported. */
    tokens: integer('tokens').notNull().default(0),
    requests: integer('requests').notNull().default(0),
    /** `kv`: its progress is kept in KV too. */
    source: text('source', { enum: ['api', 'kv'] })
      .notNull()
      .default('api'),
    requestedBy: text('requestedBy').notNull(),
    createdAt: timestamp('createdAt', { withTimezone: true }).notNull().defaultNow(),
    /** When a page was last planned or worked on, or sent to the queue anew. */
    lastBatchAt: timestamp('lastBatchAt', { withTimezone: true }).notNull().defaultNow(),
    requeuedAt: timestamp('requeuedAt', { withTimezone: true }),
    finishedAt: timestamp('finishedAt', { withTimezone: true }),
    /** When its last state was written to KV. */
    reportedAt: timestamp('reportedAt', { withTimezone: true }),
  },
  (table) => [
    index('Backfill_businessId_id_idx').on(table.businessId, table.id),
    index('Backfill_active_idx').on(table.id).where(sql`"finishedAt" is null`),
    ...tenantPolicies(() => table.businessId),
  ],
);
