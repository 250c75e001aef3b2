import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { business } from './business.ts';
import { tenantPolicies } from './roles.ts';

export const appointment = pgTable(
  'Appointment',
  {
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    id: text('id').notNull(),
    customerEmail: text('customerEmail').notNull(),
    status: text('status').notNull(),
    startsAt: timestamp('startsAt', { withTimezone: true }).notNull(),
    endsAt: timestamp('endsAt', { withTimezone: true }),
    service: text('service'),
    location: text('location'),
    staff: text('staff'),
    extra: jsonb('extra').notNull().default({}),
    appointmentKey: text('appointmentKey').generatedAlwaysAs(sql`draftgate_identifier_key("id")`),
    customerKey: text('customerKey').generatedAlwaysAs(sql`lower(btrim("customerEmail"))`),
    updatedAt: timestamp('updatedAt', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.businessId, table.id] }),
    index('Appointment_businessId_customerKey_idx').on(table.businessId, table.customerKey, table.startsAt),
    index('Appointment_businessId_appointmentKey_idx').on(table.businessId, table.appointmentKey),
    ...tenantPolicies(() => table.businessId),
  ],
);
