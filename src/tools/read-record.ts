import { z } from 'zod';
import type { AppointmentFact, OrderFact } from './facts.ts';
import { canonicalOrderStatus } from './order-status.ts';

const text = z.string().min(1).max(500);
const instant = z
  .string()
  .max(40)
  .refine((value) => !Number.isNaN(Date.parse(value)), 'not a date');
const amount = z.number().finite();
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

const itemSchema = z.object({ name: text, quantity: z.number().int().min(0), price: optional(amount) });
const shipmentSchema = z.object({
  carrier: optional(text),
  trackingNumber: optional(text),
  status: optional(text),
  eta: optional(instant),
  items: optional(z.array(itemSchema.omit({ price: true }))),
});

/** What the order and tracking tools accept of a stored row; a row that fails is a tool validation error. */
const orderRowSchema = z.object({
  orderNumber: text,
  customerEmail: z.string().min(3),
  status: text,
  placedAt: optional(z.coerce.date()),
  currency: optional(z.string().regex(/^[A-Z]{3}$/)),
  total: optional(amount),
  items: z.array(itemSchema),
  shipments: z.array(shipmentSchema),
  extra: z.looseObject({
    deliveredAt: optional(instant),
    cancelledAt: optional(instant),
    returnableUntil: optional(instant),
    invoiceNumber: optional(text),
    refund: optional(z.object({ amount: optional(amount), status: optional(text), at: optional(instant) })),
  }),
});

const appointmentRowSchema = z.object({
  id: text,
  customerEmail: z.string().min(3),
  status: text,
  startsAt: z.coerce.date(),
  endsAt: optional(z.coerce.date()),
  service: optional(text),
  location: optional(text),
  staff: optional(text),
});

/** A stored order as a fact, or null where it fails the tool's schema. Fields outside of the schema are dropped here. */
export function readOrder(row: unknown): OrderFact | null {
  const parsed = orderRowSchema.safeParse(row);
  if (!parsed.success) return null;
  const { orderNumber, status, placedAt, currency, total, items, shipments, extra } = parsed.data;
  return withoutUndefined({
    orderNumber,
    status,
    canonicalStatus: canonicalOrderStatus(status),
    placedAt: placedAt?.toISOString(),
    currency,
    total,
    items: items.map(withoutUndefined),
    shipments: shipments.map((shipment) =>
      withoutUndefined({
        ...shipment,
        canonicalStatus: shipment.status === undefined ? undefined : canonicalOrderStatus(shipment.status),
      }),
    ),
    deliveredAt: extra.deliveredAt,
    cancelledAt: extra.cancelledAt,
    returnableUntil: extra.returnableUntil,
    refund: extra.refund === undefined ? undefined : withoutUndefined(extra.refund),
    invoiceNumber: extra.invoiceNumber,
  }) as OrderFact;
}

/** A stored appointment as a fact, or null where it fails the tool's schema. */
export function readAppointment(row: unknown): AppointmentFact | null {
  const parsed = appointmentRowSchema.safeParse(row);
  if (!parsed.success) return null;
  const { id, status, startsAt, endsAt, service, location, staff } = parsed.data;
  return withoutUndefined({
    id,
    status,
    startsAt: startsAt.toISOString(),
    endsAt: endsAt?.toISOString(),
    service,
    location,
    staff,
  }) as AppointmentFact;
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
