import { sql } from 'drizzle-orm';
import { foreignKey, index, jsonb, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import type { Address } from '../../mail/address.ts';
import { business } from './business.ts';
import { tenantPolicies } from './roles.ts';
import { thread } from './thread.ts';

export const message = pgTable(
  'Message',
  {
    id: text('id').primaryKey(),
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    /** The integrator's id, usually the mail's Message-ID. */
    messageId: text('messageId').notNull(),
    /** `messageId` without angle brackets, lower-cased: what In-Reply-To and References are matched with. */
    messageKey: text('messageKey').notNull(),
    threadId: text('threadId').notNull(),
    direction: text('direction', { enum: ['INBOUND', 'OUTBOUND'] }).notNull(),
    from: jsonb('from').$type<Address>().notNull(),
    to: jsonb('to').$type<Address[]>().notNull(),
    cc: jsonb('cc').$type<Address[]>().notNull().default([]),
    replyTo: jsonb('replyTo').$type<Address[]>().notNull().default([]),
    subject: text('subject').notNull(),
    text: text('text').notNull(),
    html: text('html'),
    headers: jsonb('headers').$type<Record<string, string | string[]>>().notNull().default({}),
    dmarc: text('dmarc'),
    /** SHA-256 of the canonical payload: the same `messageId` with other content is refused. */
    contentHash: text('contentHash').notNull(),
    sentAt: timestamp('sentAt', { withTimezone: true }).notNull(),
    receivedAt: timestamp('receivedAt', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    unique('Message_businessId_messageId_key').on(table.businessId, table.messageId),
    foreignKey({
      name: 'Message_thread_fkey',
      columns: [table.businessId, table.threadId],
      foreignColumns: [thread.businessId, thread.id],
    }).onDelete('cascade'),
    index('Message_businessId_messageKey_idx').on(table.businessId, table.messageKey),
    index('Message_businessId_direction_sentAt_idx').on(table.businessId, table.direction, table.sentAt),
    index('Message_businessId_threadId_sentAt_idx').on(table.businessId, table.threadId, table.sentAt),
    index('Message_outbound_receivedAt_idx').on(table.receivedAt, table.id).where(sql`"direction" = 'OUTBOUND'`),
    ...tenantPolicies(() => table.businessId),
  ],
);
