import { index, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { business } from './business.ts';
import { tenantPolicies } from './roles.ts';

/**
 * `hallucination` and `security`: a confirmed finding on a draft that people saw; one per draft version, whoever finds it.
 * `opened`: a reviewer has the draft before them. `undone`: they took back, within seconds, what they had decided.
 */
export const DRAFT_EVENT_TYPES = [
  'drafted',
  'opened',
  'approved',
  'discarded',
  'undone',
  'reported',
  'rechecked',
  'hallucination',
  'security',
] as const;

/** One wide event per draft version, one per review act. All metrics are computed from these. */
export const draftEvent = pgTable(
  'DraftEvent',
  {
    /** `<draft>:<version>:<type>`: writing it twice changes nothing. */
    id: text('id').primaryKey(),
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    /** Not a foreign key: what was counted stays counted when a draft is erased. */
    draftId: text('draftId').notNull(),
    version: integer('version').notNull(),
    type: text('type', { enum: DRAFT_EVENT_TYPES }).notNull(),
    pipelineVersion: text('pipelineVersion').notNull(),
    arm: text('arm', { enum: ['rag', 'control', 'none'] }).notNull(),
    trace: jsonb('trace').$type<Record<string, unknown>>().notNull(),
    at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index('DraftEvent_at_idx').on(table.at),
    index('DraftEvent_businessId_at_idx').on(table.businessId, table.at),
    index('DraftEvent_draftId_idx').on(table.draftId),
    ...tenantPolicies(() => table.businessId),
  ],
);
