import { sql } from 'drizzle-orm';
import { index, jsonb, pgPolicy, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { INCIDENT_SEVERITIES, INCIDENT_STATUSES } from '../../metrics/incidents/incident.ts';
import { operatorRole } from './roles.ts';

/** Something that people have to look at and close. At most one is open per cause. Outlives its business. */
export const incident = pgTable(
  'Incident',
  {
    id: text('id').primaryKey(),
    causeKey: text('causeKey').notNull(),
    severity: text('severity', { enum: INCIDENT_SEVERITIES }).notNull(),
    status: text('status', { enum: INCIDENT_STATUSES }).notNull().default('open'),
    title: text('title').notNull(),
    feature: text('feature').notNull(),
    businessId: text('businessId'),
    detectedAt: timestamp('detectedAt', { withTimezone: true }).notNull(),
    openedAt: timestamp('openedAt', { withTimezone: true }).notNull().defaultNow(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
    closedAt: timestamp('closedAt', { withTimezone: true }),
    closedBy: text('closedBy'),
    closeReason: text('closeReason'),
  },
  (table) => [
    uniqueIndex('Incident_causeKey_open_key').on(table.causeKey).where(sql`"status" = 'open'`),
    index('Incident_status_id_idx').on(table.status, table.id),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
