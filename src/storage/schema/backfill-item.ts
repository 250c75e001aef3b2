import { foreignKey, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { backfill } from './backfill.ts';
import { business } from './business.ts';
import { message } from './message.ts';
import { tenantPolicies } from './roles.ts';

export const BACKFILL_ITEM_STATUSES = ['pending', 'done', 'skipped', 'failed'] as const;

/** One mail of a backfill. It leaves `pending` in the transaction that stores its example, so no crash counts it twice. */
export const backfillItem = pgTable(
  'BackfillItem',
  {
    backfillId: text('backfillId').notNull(),
    messageRef: text('messageRef').notNull(),
    businessId: text('businessId').notNull(),
    status: text('status', { enum: BACKFILL_ITEM_STATUSES }).notNull().default('pending'),
    /** Why it was skipped or has failed: a code. */
    reason: text('reason'),
    attempts: integer('attempts').notNull().default(0),
    updatedAt: timestamp('updatedAt', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.backfillId, table.messageRef] }),
    foreignKey({
      name: 'BackfillItem_backfill_fkey',
      columns: [table.backfillId],
      foreignColumns: [backfill.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'BackfillItem_message_fkey',
      columns: [table.messageRef],
      foreignColumns: [message.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'BackfillItem_business_fkey',
      columns: [table.businessId],
      foreignColumns: [business.id],
    }).onDelete('cascade'),
    index('BackfillItem_backfillId_status_idx').on(table.backfillId, table.status, table.messageRef),
    index('BackfillItem_messageRef_idx').on(table.messageRef),
    ...tenantPolicies(() => table.businessId),
  ],
);
