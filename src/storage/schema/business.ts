import { boolean, integer, jsonb, pgTable, real, text, timestamp } from 'drizzle-orm/pg-core';
import { tenantPolicies } from './roles.ts';

export const business = pgTable(
  'Business',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    vertical: text('vertical').notNull().default('general'),
    emailRagEnabled: boolean('emailRagEnabled').notNull().default(false),
    emailSnippetsEnabled: boolean('emailSnippetsEnabled').notNull().default(false),
    emailRagMinConfidence: real('emailRagMinConfidence').notNull().default(0.7),
    emailRagMaxExamples: integer('emailRagMaxExamples').notNull().default(3),
    /** Share of threads drafted without RAG, 0 to 1. */
    controlShare: real('controlShare').notNull().default(0.2),
    locale: text('locale').notNull().default('en'),
    timeZone: text('timeZone').notNull().default('UTC'),
    signature: text('signature'),
    replyAll: boolean('replyAll').notNull().default(false),
    website: text('website'),
    supportEmail: text('supportEmail'),
    supportPhone: text('supportPhone'),
    address: text('address'),
    openingHours: text('openingHours'),
    /** Sentences of fact in the business's words. */
    facts: text('facts').array().notNull().default([]),
    /** Addresses that the business itself writes from; never recipients of a draft. */
    mailAddresses: text('mailAddresses').array().notNull().default([]),
    /** `{emails, phones, nationalIds}`: what is redacted besides cards, IBANs and SSNs. */
    piiPolicy: jsonb('piiPolicy')
      .$type<{ emails: boolean; phones: boolean; nationalIds: boolean }>()
      .notNull()
      .default({ emails: true, phones: true, nationalIds: true }),
    createdAt: timestamp('createdAt', { withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp('updatedAt', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => tenantPolicies(() => table.id),
);
