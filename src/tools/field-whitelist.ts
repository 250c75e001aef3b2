import type { AppointmentFact, OrderFact } from './facts.ts';
import type { Intent } from './intents.ts';

const ORDER_CORE = ['orderNumber', 'status', 'canonicalStatus', 'placedAt', 'deliveredAt', 'cancelledAt'] as const;
const ITEMS = ['items.name', 'items.quantity'] as const;
const PRICES = ['currency', 'total', 'items.price'] as const;
const SHIPMENTS = [
  'shipments.carrier',
  'shipments.trackingNumber',
  'shipments.status',
  'shipments.canonicalStatus',
  'shipments.eta',
  'shipments.items.name',
  'shipments.items.quantity',
] as const;
const REFUND = ['refund.amount', 'refund.status', 'refund.at'] as const;

/** Which fields of an order leave the tools, per intent. A field that is not listed cannot. */
export const ORDER_FIELDS: Record<Intent, readonly string[]> = {
  ORDER: [...ORDER_CORE, ...ITEMS, ...PRICES, ...SHIPMENTS, ...REFUND],
  TRACKING: [...ORDER_CORE, ...ITEMS, ...SHIPMENTS],
  DELIVERY: [...ORDER_CORE, ...ITEMS, ...SHIPMENTS],
  RETURN: [...ORDER_CORE, ...ITEMS, ...PRICES, ...SHIPMENTS, ...REFUND, 'returnableUntil'],
  REFUND: [...ORDER_CORE, ...ITEMS, ...PRICES, ...REFUND, 'returnableUntil'],
  CANCELLATION: [...ORDER_CORE, ...ITEMS, ...SHIPMENTS, ...REFUND],
  INVOICE: [...ORDER_CORE, ...ITEMS, ...PRICES, 'invoiceNumber'],
  PRODUCT: [...ORDER_CORE, ...ITEMS],
  APPOINTMENT: [...ORDER_CORE],
  ACCOUNT: [...ORDER_CORE],
  COMPLAINT: [...ORDER_CORE, ...ITEMS, ...SHIPMENTS, ...REFUND],
  GENERAL: [...ORDER_CORE, ...ITEMS, ...SHIPMENTS],
  NO_REPLY: [...ORDER_CORE],
};

const APPOINTMENT_ALL = ['id', 'startsAt', 'endsAt', 'status', 'service', 'location', 'staff'] as const;
const APPOINTMENT_SOME = ['id', 'startsAt', 'status', 'service'] as const;

export const APPOINTMENT_FIELDS: Record<Intent, readonly string[]> = {
  ORDER: APPOINTMENT_SOME,
  TRACKING: APPOINTMENT_SOME,
  DELIVERY: APPOINTMENT_SOME,
  RETURN: APPOINTMENT_SOME,
  REFUND: APPOINTMENT_SOME,
  CANCELLATION: APPOINTMENT_SOME,
  INVOICE: APPOINTMENT_SOME,
  PRODUCT: APPOINTMENT_SOME,
  APPOINTMENT: APPOINTMENT_ALL,
  ACCOUNT: APPOINTMENT_SOME,
  COMPLAINT: APPOINTMENT_SOME,
  GENERAL: APPOINTMENT_SOME,
  NO_REPLY: APPOINTMENT_SOME,
};

/** The order as an intent may see it. */
export function whitelistOrder(order: OrderFact, intent: Intent): OrderFact {
  return pick(order, ORDER_FIELDS[intent]) as OrderFact;
}

/** The appointment as an intent may see it. */
export function whitelistAppointment(appointment: AppointmentFact, intent: Intent): AppointmentFact {
  return pick(appointment, APPOINTMENT_FIELDS[intent]) as AppointmentFact;
}

/** Copies the listed paths and nothing else; a listed path is a leaf: objects behind a leaf do not pass. A dot in a key is no path. */
export function pick(value: unknown, paths: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => pick(item, paths));
  if (value === null || typeof value !== 'object') return undefined;
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (key.includes('.')) continue;
    if (paths.includes(key)) {
      if (field === null || typeof field !== 'object') result[key] = field;
      continue;
    }
    const nested = paths.filter((path) => path.startsWith(`${key}.`)).map((path) => path.slice(key.length + 1));
    if (nested.length > 0) {
      const picked = pick(field, nested);
      if (picked !== undefined) result[key] = picked;
    }
  }
  return result;
}
