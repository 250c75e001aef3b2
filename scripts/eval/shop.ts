import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A shop's order as its own systems hold it; the evaluation's truth. */
export interface ShopOrder {
  orderNumber: string;
  customerId: string;
  /** Null where the shop has no mail address of the customer. */
  customerEmail: string | null;
  status: string;
  items: { name: string; quantity: number; price: number }[];
  trackingNumbers: string[];
  total: number;
  refunded: number | null;
  /** Street, then the rest. */
  address: string[];
}

export interface Shop {
  orders: ShopOrder[];
  byNumber: Map<string, ShopOrder>;
}

interface StoredOrder {
  order_id: string;
  user_id: string;
  status: string;
  address: { address1: string; address2?: string; zip: string };
  items: { name: string; item_id: string; price: number }[];
  fulfillments: { tracking_id: string[]; item_ids: string[] }[];
  payment_history: { transaction_type: string; amount: number }[];
}

/** What the shop of `tools_taubench_retail/store.json` holds. */
export interface Store {
  orders: Record<string, StoredOrder>;
  users: Record<string, { email: string }>;
}

export function readStore(dataDir: string): Store {
  return JSON.parse(readFileSync(join(dataDir, 'tools_taubench_retail', 'store.json'), 'utf8')) as Store;
}

export function shopOf(store: Store): Shop {
  const orders = Object.values(store.orders).map((order): ShopOrder => {
    const sumOf = (type: string) => {
      const amounts = order.payment_history.filter((entry) => entry.transaction_type === type);
      return amounts.length === 0 ? null : cents(amounts.reduce((sum, { amount }) => sum + amount, 0));
    };
    return {
      orderNumber: order.order_id,
      customerId: order.user_id,
      customerEmail: store.users[order.user_id]?.email ?? null,
      status: order.status,
      items: order.items.map(({ name, price }) => ({ name, quantity: 1, price })),
      trackingNumbers: order.fulfillments.flatMap((fulfillment) => fulfillment.tracking_id),
      total: sumOf('payment') ?? cents(order.items.reduce((sum, { price }) => sum + price, 0)),
      refunded: sumOf('refund'),
      address: [order.address.address1, order.address.zip],
    };
  });
  return { orders, byNumber: new Map(orders.map((order) => [order.orderNumber, order])) };
}

/** The orders in the shape of our API, as an integrator of this shop would put them in. */
export function apiOrders(store: Store): Record<string, unknown>[] {
  const { byNumber } = shopOf(store);
  return Object.values(store.orders).map((order) => {
    const { customerEmail, items, total, refunded } = byNumber.get(order.order_id) as ShopOrder;
    return {
      orderNumber: order.order_id,
      customerEmail: customerEmail ?? `${order.user_id}@no-address.invalid`,
      status: order.status,
      currency: 'USD',
      total,
      items,
      shipments: order.fulfillments.flatMap((fulfillment) =>
        fulfillment.tracking_id.map((trackingNumber) => ({
          trackingNumber,
          items: order.items
            .filter((item) => fulfillment.item_ids.includes(item.item_id))
            .map(({ name }) => ({ name, quantity: 1 })),
        })),
      ),
      ...(refunded === null ? {} : { refund: { amount: refunded } }),
      shippingAddress: order.address,
    };
  });
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

/** Records of a set's `dev.jsonl`. Throws where it is absent. */
export function readRecords<T>(dataDir: string, set: string): T[] {
  const path = join(dataDir, set, 'dev.jsonl');
  if (!existsSync(path)) throw new Error(`no data at ${path}`);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T);
}
