import type { DraftEvidence } from '../drafting/draft.ts';
import { allRecipientsAre } from '../guards/recipients.ts';
import { canonicalJson, sha256Hex } from '../lib/hash.ts';
import type { Address } from '../mail/address.ts';
import type { Database } from '../storage/db.ts';
import { identifierKey } from '../tools/identifier-key.ts';
import type { Intent } from '../tools/intents.ts';
import { appointmentsByKeys, ordersByKeys } from '../tools/look-up-store.ts';
import { resolveLookUps } from '../tools/resolve-look-ups.ts';

export interface FactChange {
  /** `orders[#W1].status` */
  path: string;
  before: unknown;
  after: unknown;
}

interface Reviewed {
  businessId: string;
  intent: Intent;
  to: Address[];
  cc: Address[];
  evidence: DraftEvidence;
}

/** Asks the tools again for what a draft was written from. Throws DATABASE_* where they cannot answer. */
export async function currentFacts(
  deps: { db: Database },
  draft: Reviewed,
): Promise<{ evidence: DraftEvidence; changes: FactChange[] }> {
  const { evidence, businessId } = draft;
  if (evidence.orders.length === 0 && evidence.appointments.length === 0) return { evidence, changes: [] };
  const orderKeys = evidence.orders.map((order) => identifierKey(order.orderNumber));
  const appointmentKeys = evidence.appointments.map((appointment) => identifierKey(appointment.id));
  const [orderRows, appointmentRows] = await deps.db.tenant(businessId, (queries) => [
    ordersByKeys(queries, businessId, orderKeys),
    appointmentsByKeys(queries, businessId, appointmentKeys),
  ]);
  const now = resolveLookUps(
    {
      intent: draft.intent,
      required: [],
      named: [
        ...orderKeys.map((key) => ({ kind: 'order' as const, key })),
        ...appointmentKeys.map((key) => ({ kind: 'appointment' as const, key })),
      ],
      candidates: [],
      owns: (customerEmail) => allRecipientsAre(draft, customerEmail),
    },
    { ordersByKeys: orderRows, ordersByCustomer: [], appointmentsByKeys: appointmentRows, appointmentsByCustomer: [] },
  );
  return {
    evidence: { ...evidence, orders: now.orders, appointments: now.appointments },
    changes: [
      ...compareById('orders', evidence.orders, now.orders, (order) => order.orderNumber),
      ...compareById('appointments', evidence.appointments, now.appointments, (appointment) => appointment.id),
    ],
  };
}

/** Tells whether a person was shown these differences or others. */
export function hashOfChanges(changes: FactChange[]): Promise<string> {
  return sha256Hex(canonicalJson(changes));
}

function compareById<T extends object>(name: string, before: T[], after: T[], id: (value: T) => string): FactChange[] {
  return before.flatMap((old) => {
    const current = after.find((value) => id(value) === id(old));
    return differences(`${name}[${id(old)}]`, old, current);
  });
}

/** Leaf by leaf what differs between two JSON values. */
export function differences(path: string, before: unknown, after: unknown): FactChange[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  if (!isObject(before) || !isObject(after)) return [{ path, before: before ?? null, after: after ?? null }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const step = (key: string) => (Array.isArray(before) ? `${path}[${key}]` : `${path}.${key}`);
  return keys.flatMap((key) => differences(step(key), before[key], after[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}
