import { sql } from 'drizzle-orm';
import { doublePrecision, index, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { business } from './business.ts';
import { tenantPolicies } from './roles.ts';

/**
 * Orders as the integrator put them, or as an operator imported them by SQL: columns may hold what the tool's schema
 * refuses. The keys are generated, so that rows written by hand are found as well.
 */
export const order = pgTable(
  'Order',
  {
    businessId: text('businessId')
      .notNull()
      .references(() => business.id, { onDelete: 'cascade' }),
    orderNumber: text('orderNumber').notNull(),
    customerEmail: text('customerEmail').notNull(),
    status: text('status').notNull(),
    placedAt: timestamp('placedAt', { withTimezone: true }),
    currency: text('currency'),
    total: doublePrecision('total'),
    items: jsonb('items').notNull().default([]),
    shipments: jsonb('shipments').notNull().default([]),
    /** Further fields as they came; a tool's whitelist decides what of them is ever read. */
    extra: jsonb('extra').notNull().default({}),
    orderKey: text('orderKey').generatedAlwaysAs(sql`draftgate_identifier_key("orderNumber")`),
    customerKey: text('customerKey').generatedAlwaysAs(sql`lower(btrim("customerEmail"))`),
    trackingKeys: text('trackingKeys').array().generatedAlwaysAs(sql`draftgate_tracking_keys("shipments")`),
    invoiceKey: text('invoiceKey').generatedAlwaysAs(sql`draftgate_identifier_key("extra"->>'invoiceNumber')`),
    updatedAt: timestamp('updatedAt', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.businessId, table.orderNumber] }),
    index('Order_businessId_orderKey_idx').on(table.businessId, table.orderKey),
    index('Order_businessId_customerKey_idx').on(table.businessId, table.customerKey, table.placedAt),
    index('Order_businessId_invoiceKey_idx').on(table.businessId, table.invoiceKey),
    index('Order_trackingKeys_idx').using('gin', table.trackingKeys),
    ...tenantPolicies(() => table.businessId),
  ],
);
