import { sql } from 'drizzle-orm';
import { index, jsonb, pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { operatorRole, tenantRole } from './roles.ts';

/** Append-only: the application's roles may insert and read, nothing else. Outlives the business it is about. */
export const auditEvent = pgTable(
  'AuditEvent',
  {
    id: text('id').primaryKey(),
    at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
    businessId: text('businessId'),
    action: text('action').notNull(),
    actor: text('actor').notNull(),
    reason: text('reason'),
    before: jsonb('before'),
    after: jsonb('after'),
    requestId: text('requestId'),
  },
  (table) => [
    index('AuditEvent_at_idx').on(table.at),
    index('AuditEvent_action_at_idx').on(table.action, table.at),
    index('AuditEvent_businessId_at_idx').on(table.businessId, table.at),
    pgPolicy('tenant_rows', {
      for: 'all',
      to: tenantRole,
      using: sql`${table.businessId} = current_setting('app.business_id', true)`,
      withCheck: sql`${table.businessId} = current_setting('app.business_id', true)`,
    }),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
