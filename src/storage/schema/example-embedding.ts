import { sql } from 'drizzle-orm';
import { boolean, customType, halfvec, index, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { business } from './business.ts';
import { message } from './message.ts';
import { tenantPolicies } from './roles.ts';

const bits = customType<{ data: string; config: { length: number } }>({ dataType: (c) => `bit(${c?.length ?? 512})` });

export const EMBEDDING_DIMENSIONS = 512;

/**
 * One example: a customer's question and the answer that a human sent or approved, redacted. Sign bits and word bits stand
 * in covering indexes that start with the business (custom migration), so that no search reads other businesses' rows.
 */
export const exampleEmbedding = pgTable(
  'Embedding',
  {
    id: text('id').primaryKey(),
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    messageRef: text('messageRef').references(() => message.id, { onDelete: 'cascade' }),
    contentHash: text('contentHash').notNull(),
    model: text('model').notNull(),
    question: text('question').notNull(),
    answer: text('answer').notNull(),
    language: text('language').notNull().default('en'),
    /** Written by the system and approved without an edit. */
    systemWritten: boolean('systemWritten').notNull().default(false),
    embedding: halfvec('embedding', { dimensions: EMBEDDING_DIMENSIONS }).notNull(),
    bits: bits('bits', { length: EMBEDDING_DIMENSIONS }).generatedAlwaysAs(sql`binary_quantize("embedding")::bit(512)`),
    /** Which words it holds, one bit a word (`signatureOfExample`): full-text search without a shared inverted index. */
    wordBits: bits('wordBits', { length: EMBEDDING_DIMENSIONS }).notNull(),
    sentAt: timestamp('sentAt', { withTimezone: true }).notNull(),
    createdAt: timestamp('createdAt', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    unique('Embedding_businessId_contentHash_key').on(table.businessId, table.contentHash),
    index('Embedding_businessId_sentAt_idx').on(table.businessId, table.sentAt),
    /** A mail is an example once, also where its thread read differently at another time. */
    unique('Embedding_messageRef_model_key').on(table.messageRef, table.model),
    index('Embedding_systemWritten_idx').on(table.businessId, table.sentAt).where(sql`"systemWritten"`),
    ...tenantPolicies(() => table.businessId),
  ],
);
