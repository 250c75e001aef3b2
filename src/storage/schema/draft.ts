import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';
import type { DraftContent, DraftEvidence } from '../../drafting/draft.ts';
import { DRAFT_KINDS, DRAFT_STATUSES } from '../../drafting/draft.ts';
import { business } from './business.ts';
import { message } from './message.ts';
import { tenantPolicies } from './roles.ts';

export const draft = pgTable(
  'Draft',
  {
    id: text('id').primaryKey(),
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    /** Our own id of the message. */
    messageRef: text('messageRef')
      .notNull()
      .references(() => message.id, { onDelete: 'cascade' }),
    /** The integrator's id of the message. */
    messageId: text('messageId').notNull(),
    threadId: text('threadId').notNull(),
    version: integer('version').notNull().default(1),
    status: text('status', { enum: DRAFT_STATUSES }).notNull(),
    kind: text('kind', { enum: DRAFT_KINDS }).notNull().default('reply'),
    /** Everything a reviewer sees of this version; null until it is made. */
    content: jsonb('content').$type<DraftContent>(),
    /** What the claims were judged by: the nightly re-check reads this, not today's data. */
    evidence: jsonb('evidence').$type<DraftEvidence>(),
    /** Whoever holds the lease may commit. */
    leaseId: text('leaseId'),
    leaseExpiresAt: timestamp('leaseExpiresAt', { withTimezone: true }),
    /** The lease that the current content was committed under. */
    committedLeaseId: text('committedLeaseId'),
    /** Version of the thread that was read. */
    threadVersion: integer('threadVersion').notNull().default(0),
    attempts: integer('attempts').notNull().default(1),
    nextAttemptAt: timestamp('nextAttemptAt', { withTimezone: true }),
    /** Why the last attempt made nothing, as a code; null where it did. */
    retryReason: text('retryReason'),
    requestedAt: timestamp('requestedAt', { withTimezone: true }).notNull().defaultNow(),
    pipelineVersion: text('pipelineVersion').notNull().default(''),
    ragEnabled: boolean('ragEnabled').notNull().default(false),
    reviewedAt: timestamp('reviewedAt', { withTimezone: true }),
    reviewedBy: text('reviewedBy'),
    approvedBody: text('approvedBody'),
    /** Normalised Levenshtein between made and approved body, 0 to 1. */
    editDistance: real('editDistance'),
    reviewReason: text('reviewReason'),
    /** Hash of the changed facts that were shown last, and of whom they were shown to. */
    factsShownHash: text('factsShownHash'),
    createdAt: timestamp('createdAt', { withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp('updatedAt', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    unique('Draft_businessId_messageRef_key').on(table.businessId, table.messageRef),
    index('Draft_businessId_status_id_idx').on(table.businessId, table.status, table.id),
    index('Draft_businessId_threadId_idx').on(table.businessId, table.threadId),
    index('Draft_unfinished_idx')
      .on(table.status, table.nextAttemptAt)
      .where(sql`"status" in ('DRAFTING', 'RETRYING')`),
    index('Draft_approved_idx').on(table.reviewedAt, table.id).where(sql`"status" = 'APPROVED'`),
    ...tenantPolicies(() => table.businessId),
  ],
);

/** Older versions of a draft, as they were when `regenerate` replaced them. */
export const draftVersion = pgTable(
  'DraftVersion',
  {
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    draftId: text('draftId')
      .notNull()
      .references(() => draft.id, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    status: text('status', { enum: DRAFT_STATUSES }).notNull(),
    kind: text('kind', { enum: DRAFT_KINDS }).notNull(),
    content: jsonb('content').$type<DraftContent>(),
    evidence: jsonb('evidence').$type<DraftEvidence>(),
    replacedAt: timestamp('replacedAt', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.draftId, table.version] }), ...tenantPolicies(() => table.businessId)],
);
