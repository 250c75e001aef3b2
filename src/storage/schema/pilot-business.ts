import { foreignKey, index, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { business } from './business.ts';
import { tenantPolicies } from './roles.ts';

/** Operators' runbooks write SQL against this table: its names are fixed. `enabledAt` has no zone; sessions run in UTC. */
export const pilotBusiness = pgTable(
  'PilotBusiness',
  {
    id: text('id').primaryKey(),
    businessId: text('businessId').notNull(),
    feature: text('feature').notNull(),
    enabledAt: timestamp('enabledAt').notNull().defaultNow(),
    enabledBy: text('enabledBy').notNull(),
    notes: text('notes'),
  },
  (table) => [
    foreignKey({
      name: 'PilotBusiness_businessId_fkey',
      columns: [table.businessId],
      foreignColumns: [business.id],
    }).onDelete('cascade'),
    unique('PilotBusiness_businessId_feature_key').on(table.businessId, table.feature),
    index('PilotBusiness_feature_idx').on(table.feature, table.businessId),
    ...tenantPolicies(() => table.businessId),
  ],
);
