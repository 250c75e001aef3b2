import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { CHANNEL_NAMES, type Notice } from '../../metrics/alerts/alert.ts';
import { alert } from './alert.ts';
import { operatorRole } from './roles.ts';

/** `skipped`: the channel is not configured. `failed`: given up after a day. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'skipped', 'failed'] as const;

/** What one channel is to be told of one change of an alert: an outbox, written with the change. The queue is only its fast way. */
export const alertDelivery = pgTable(
  'AlertDelivery',
  {
    /** `<alert>:<version>:<channel>`: writing it twice changes nothing. */
    id: text('id').primaryKey(),
    alertId: text('alertId')
      .notNull()
      .references(() => alert.id, { onDelete: 'cascade' }),
    /** The alert's version that it tells of: a channel gets them in this order. */
    version: integer('version').notNull(),
    channel: text('channel', { enum: CHANNEL_NAMES }).notNull(),
    /** The alert as it was then. */
    notice: jsonb('notice').$type<Notice>().notNull(),
    status: text('status', { enum: DELIVERY_STATUSES }).notNull(),
    /** Why it was skipped, or what the last attempt came to: a code. */
    reason: text('reason'),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: timestamp('nextAttemptAt', { withTimezone: true }).notNull().defaultNow(),
    /** Somebody is sending it until then. */
    leasedUntil: timestamp('leasedUntil', { withTimezone: true }),
    createdAt: timestamp('createdAt', { withTimezone: true }).notNull().defaultNow(),
    settledAt: timestamp('settledAt', { withTimezone: true }),
  },
  (table) => [
    index('AlertDelivery_alertId_idx').on(table.alertId, table.channel, table.version),
    index('AlertDelivery_pending_idx').on(table.nextAttemptAt).where(sql`"status" = 'pending'`),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
