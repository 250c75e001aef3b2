import { pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { business } from './business.ts';
import { tenantPolicies } from './roles.ts';

/** A text that the business wrote for its replies. It may carry facts: a snippet is evidence. */
export const snippet = pgTable(
  'Snippet',
  {
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    language: text('language').notNull().default('en'),
    text: text('text').notNull(),
    /** When to use it: words for the search and a hint to the model. */
    whenToUse: text('whenToUse').notNull().default(''),
    updatedAt: timestamp('updatedAt', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.businessId, table.key] }), ...tenantPolicies(() => table.businessId)],
);
