import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import {
  type RestorePoint,
  ROLLBACK_KV_STATES,
  ROLLBACK_LEVELS,
  ROLLBACK_STATUSES,
  type RollbackSelector,
} from '../../rollout/rollback.ts';
import { operatorRole } from './roles.ts';

/** Every rollback, with the rows and flags that a restore brings back. Nobody deletes one. */
export const rollback = pgTable(
  'Rollback',
  {
    id: text('id').primaryKey(),
    feature: text('feature').notNull(),
    level: text('level', { enum: ROLLBACK_LEVELS }).notNull(),
    selector: jsonb('selector').$type<RollbackSelector>().notNull(),
    status: text('status', { enum: ROLLBACK_STATUSES }).notNull().default('done'),
    reason: text('reason').notNull(),
    actor: text('actor').notNull(),
    /** Who wrote the switch in KV, as it says itself, where cron carried the rollback out. */
    requestedBy: text('requestedBy'),
    incidentId: text('incidentId'),
    requestId: text('requestId'),
    /** Businesses whose row was removed or whose flags were changed. */
    affected: text('affected').array().notNull().default([]),
    quarantinedDrafts: integer('quarantinedDrafts').notNull().default(0),
    /** The edge switch; null where the level does not touch it. */
    kv: text('kv', { enum: ROLLBACK_KV_STATES }),
    restorePoint: jsonb('restorePoint').$type<RestorePoint>().notNull(),
    detectedAt: timestamp('detectedAt', { withTimezone: true }).notNull(),
    decidedAt: timestamp('decidedAt', { withTimezone: true }).notNull(),
    kvWrittenAt: timestamp('kvWrittenAt', { withTimezone: true }),
    writtenAt: timestamp('writtenAt', { withTimezone: true }).notNull().default(sql`clock_timestamp()`),
    /** When the last draft with RAG under the selector was committed; null where there never was one. */
    lastOldDraftAt: timestamp('lastOldDraftAt', { withTimezone: true }),
    restoreRequestedAt: timestamp('restoreRequestedAt', { withTimezone: true }),
    restoreRequestedBy: text('restoreRequestedBy'),
    restoreReason: text('restoreReason'),
    restoredAt: timestamp('restoredAt', { withTimezone: true }),
    restoredBy: text('restoredBy'),
  },
  (table) => [
    index('Rollback_feature_status_idx').on(table.feature, table.status),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
