/** What tools return, after ownership and whitelist: the only shapes that the model and the guards ever see. */

export const ORDER_STATUSES = [
  'pending',
  'processing',
  'shipped',
  'out_for_delivery',
  'ready_for_pickup',
  'delivered',
  'on_hold',
  'cancelled',
  'returned',
  'refunded',
  'unknown',
] as const;
/** Canonical status of an order or a shipment; `unknown` when the stored text says nothing that we know. */
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export interface OrderItemFact {
  name: string;
  quantity: number;
  /** Price of one piece, in the order's currency, in major units. */
  price?: number;
}

export interface ShipmentFact {
  carrier?: string;
  trackingNumber?: string;
  /** As stored. */
  status?: string;
  canonicalStatus?: OrderStatus;
  /** Expected arrival: ISO date or date-time. */
  eta?: string;
  /** Names or indexes of the items in it, where the shop says so. */
  items?: OrderItemFact[];
}

export interface OrderFact {
  orderNumber: string;
  /** As stored, free text. */
  status: string;
  canonicalStatus: OrderStatus;
  /** ISO 8601. */
  placedAt?: string;
  /** ISO 4217. */
  currency?: string;
  /** Major units. */
  total?: number;
  items?: OrderItemFact[];
  shipments?: ShipmentFact[];
  deliveredAt?: string;
  cancelledAt?: string;
  returnableUntil?: string;
  refund?: { amount?: number; status?: string; at?: string };
  invoiceNumber?: string;
}

export interface AppointmentFact {
  id: string;
  /** ISO 8601. */
  startsAt: string;
  endsAt?: string;
  /** As stored: "confirmed", "cancelled", ... */
  status: string;
  service?: string;
  location?: string;
  staff?: string;
}

export const TOOLS = ['order', 'tracking', 'appointment', 'customer'] as const;
export type ToolName = (typeof TOOLS)[number];

/** One look-up. `not_owner` and `not_found` are told apart in the trace only. `ambiguous`: several, so we ask. */
export interface ToolCall {
  tool: ToolName;
  status: 'ok' | 'not_found' | 'not_owner' | 'ambiguous' | 'error';
  /** True when the mail names the thing looked up, as opposed to a look-up by sender. */
  named: boolean;
  /** Stored records that failed the tool's schema (tool validation errors). */
  invalidRecords: number;
  durationMs: number;
}

export interface ToolResults {
  calls: ToolCall[];
  orders: OrderFact[];
  appointments: AppointmentFact[];
}
