import { and, arrayOverlaps, desc, eq, inArray, or, sql } from 'drizzle-orm';
import type { Queries } from '../storage/db.ts';
import { appointment, order } from '../storage/schema/index.ts';

/** A sender with this many orders is asked which one is meant. */
export const SENDER_ROWS = 50;
const NAMED_ROWS = 100;

export const orderColumns = {
  orderNumber: order.orderNumber,
  customerEmail: order.customerEmail,
  status: order.status,
  placedAt: order.placedAt,
  currency: order.currency,
  total: order.total,
  items: order.items,
  shipments: order.shipments,
  extra: order.extra,
  orderKey: order.orderKey,
  trackingKeys: order.trackingKeys,
  invoiceKey: order.invoiceKey,
  customerKey: order.customerKey,
};

/** Orders that any of `keys` names: by order, tracking or invoice number. */
export function ordersByKeys(queries: Queries, businessId: string, keys: string[]) {
  const list = keys.length > 0 ? keys : [''];
  return queries
    .select(orderColumns)
    .from(order)
    .where(
      and(
        eq(order.businessId, businessId),
        or(inArray(order.orderKey, list), arrayOverlaps(order.trackingKeys, list), inArray(order.invoiceKey, list)),
      ),
    )
    .limit(NAMED_ROWS);
}

/** The newest orders of a customer. */
export function ordersByCustomer(queries: Queries, businessId: string, customerKey: string) {
  return queries
    .select(orderColumns)
    .from(order)
    .where(and(eq(order.businessId, businessId), eq(order.customerKey, customerKey)))
    .orderBy(desc(order.placedAt), desc(order.orderNumber))
    .limit(SENDER_ROWS);
}

export const appointmentColumns = {
  id: appointment.id,
  customerEmail: appointment.customerEmail,
  status: appointment.status,
  startsAt: appointment.startsAt,
  endsAt: appointment.endsAt,
  service: appointment.service,
  location: appointment.location,
  staff: appointment.staff,
  appointmentKey: appointment.appointmentKey,
  customerKey: appointment.customerKey,
};

export function appointmentsByKeys(queries: Queries, businessId: string, keys: string[]) {
  const list = keys.length > 0 ? keys : [''];
  return queries
    .select(appointmentColumns)
    .from(appointment)
    .where(and(eq(appointment.businessId, businessId), inArray(appointment.appointmentKey, list)))
    .limit(NAMED_ROWS);
}

/** Appointments of a customer that are not over for more than a day, soonest first. `at` is the mail's date. */
export function appointmentsByCustomer(queries: Queries, businessId: string, customerKey: string, at: Date) {
  return queries
    .select(appointmentColumns)
    .from(appointment)
    .where(
      and(
        eq(appointment.businessId, businessId),
        eq(appointment.customerKey, customerKey),
        sql`${appointment.startsAt} > ${at.toISOString()}::timestamptz - interval '1 day'`,
      ),
    )
    .orderBy(appointment.startsAt)
    .limit(SENDER_ROWS);
}

export type OrderRow = Awaited<ReturnType<typeof ordersByKeys>>[number];
export type AppointmentRow = Awaited<ReturnType<typeof appointmentsByKeys>>[number];
