import type { DraftContent, DraftEvidence } from '../drafting/draft.ts';
import { groundBody } from '../guards/grounding/ground-body.ts';
import { allRecipientsAre } from '../guards/recipients.ts';
import { AppError } from '../lib/errors.ts';
import { canonicalJson, sha256Hex } from '../lib/hash.ts';
import type { Address } from '../mail/address.ts';
import type { BatchOptions, Database } from '../storage/db.ts';
import { identifierKey } from '../tools/identifier-key.ts';
import type { Intent } from '../tools/intents.ts';
import { type AppointmentRow, appointmentsByKeys, type OrderRow, ordersByKeys } from '../tools/look-up-store.ts';
import { resolveLookUps } from '../tools/resolve-look-ups.ts';

export interface FactChange {
  /** `orders[#W1].status` */
  path: string;
  before: unknown;
  after: unknown;
}

export type Records = Pick<DraftEvidence, 'orders' | 'appointments'>;

interface Reviewed<Evidence extends Records = DraftEvidence> {
  businessId: string;
  intent: Intent;
  to: Address[];
  cc: Address[];
  evidence: Evidence;
}

/** Asks the tools again for what a draft was written from. Throws DATABASE_* where they cannot answer. */
export async function currentFacts(
  deps: { db: Database },
  draft: Reviewed,
  options?: BatchOptions,
): Promise<{ evidence: DraftEvidence; changes: FactChange[] }> {
  const { evidence, businessId } = draft;
  if (evidence.orders.length === 0 && evidence.appointments.length === 0) return { evidence, changes: [] };
  const keys = keysOf(evidence);
  const [orders, appointments] = await deps.db.tenant(
    businessId,
    (queries) => [
      ordersByKeys(queries, businessId, keys.orders),
      appointmentsByKeys(queries, businessId, keys.appointments),
    ],
    options,
  );
  const { records, changes } = factsBy(draft, { orders, appointments });
  return { evidence: { ...evidence, ...records }, changes };
}

export function keysOf(evidence: Records): { orders: string[]; appointments: string[] } {
  return {
    orders: evidence.orders.map((order) => identifierKey(order.orderNumber)),
    appointments: evidence.appointments.map((appointment) => identifierKey(appointment.id)),
  };
}

/** What a draft would be written from by these rows, and what of it differs. Pure. */
export function factsBy(
  draft: Reviewed<Records>,
  rows: { orders: OrderRow[]; appointments: AppointmentRow[] },
): { records: Records; changes: FactChange[] } {
  const { evidence } = draft;
  const keys = keysOf(evidence);
  const now = resolveLookUps(
    {
      intent: draft.intent,
      required: [],
      named: [
        ...keys.orders.map((key) => ({ kind: 'order' as const, key })),
        ...keys.appointments.map((key) => ({ kind: 'appointment' as const, key })),
      ],
      candidates: [],
      owns: (customerEmail) => allRecipientsAre(draft, customerEmail),
    },
    {
      ordersByKeys: rows.orders,
      ordersByCustomer: [],
      appointmentsByKeys: rows.appointments,
      appointmentsByCustomer: [],
    },
  );
  return {
    records: { orders: now.orders, appointments: now.appointments },
    changes: [
      ...compareById('orders', evidence.orders, now.orders, (order) => order.orderNumber),
      ...compareById('appointments', evidence.appointments, now.appointments, (appointment) => appointment.id),
    ],
  };
}

export type FactCheck =
  /** `hash` tells what a reviewer was shown; `overtaken` are places of claims in the body that no longer hold. */
  | {
      state: 'changed';
      changes: FactChange[];
      hash: string;
      overtaken: { start: number; end: number }[];
      now: DraftEvidence | null;
    }
  | { state: 'same' }
  /** The tools did not answer in time: nothing is known. */
  | { state: 'unknown' };

/** States in which nobody has decided yet what becomes of a body that is there. */
const OPEN = ['READY', 'STALE', 'QUARANTINED'];

/** Whether the facts of a draft that is still open hold. Never throws for a database that is late or away. */
export async function checkFacts(
  deps: { db: Database; config: { toolTimeoutMs: number } },
  draft: { businessId: string; status: string; content: DraftContent | null; evidence: DraftEvidence | null },
): Promise<FactCheck> {
  const { businessId, content, evidence } = draft;
  if (!OPEN.includes(draft.status) || content === null || evidence === null) return { state: 'same' };
  const { intent, to, cc, body, language } = content;
  try {
    const reviewed = { businessId, intent, to, cc, evidence };
    const { evidence: now, changes } = await currentFacts(deps, reviewed, { timeoutMs: deps.config.toolTimeoutMs });
    if (changes.length === 0) return { state: 'same' };
    const holds = new Set(
      groundBody({ body, language, mailSentAt: evidence.mailSentAt, evidence: now })
        .filter(({ verdict }) => verdict === 'verified')
        .map(({ start, end, type }) => `${start}:${end}:${type}`),
    );
    const overtaken = content.claims.filter(
      ({ verdict, start, end, type }) => verdict === 'verified' && !holds.has(`${start}:${end}:${type}`),
    );
    return { state: 'changed', changes, hash: await hashOfChanges(changes), overtaken, now };
  } catch (error) {
    if (isDatabaseAway(error)) return { state: 'unknown' };
    throw error;
  }
}

export function isDatabaseAway(error: unknown): boolean {
  return error instanceof AppError && error.code.startsWith('DATABASE_');
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
