import type { Database } from '../storage/db.ts';
import type { ToolResults } from './facts.ts';
import { appointmentsByCustomer, appointmentsByKeys, ordersByCustomer, ordersByKeys } from './look-up-store.ts';
import { type LookUpRequest, resolveLookUps } from './resolve-look-ups.ts';

export interface ToolInput extends LookUpRequest {
  businessId: string;
  /** Comparison form of the customer that all recipients of the draft are; null where they differ or are forged. */
  customerKey: string | null;
  /** The mail's date. */
  at: Date;
  timeoutMs: number;
}

/**
 * All look-ups of a draft in one round trip. A look-up that fails is an `error` call: whatever requires its data gets a
 * verification template. Does not throw.
 */
export async function runTools(deps: { db: Database; clock: () => Date }, input: ToolInput): Promise<ToolResults> {
  const started = deps.clock().getTime();
  const { businessId } = input;
  const orderKeys = keysOf(input, (kind) => kind !== 'appointment');
  const appointmentKeys = keysOf(input, (kind) => kind === 'appointment');
  const customer = input.customerKey ?? '';
  try {
    const [named, own, namedAppointments, ownAppointments] = await deps.db.tenant(
      businessId,
      (queries) => [
        ordersByKeys(queries, businessId, orderKeys),
        ordersByCustomer(queries, businessId, customer),
        appointmentsByKeys(queries, businessId, appointmentKeys),
        appointmentsByCustomer(queries, businessId, customer, input.at),
      ],
      { timeoutMs: input.timeoutMs },
    );
    const results = resolveLookUps(input, {
      ordersByKeys: named,
      ordersByCustomer: own,
      appointmentsByKeys: namedAppointments,
      appointmentsByCustomer: ownAppointments,
    });
    const durationMs = deps.clock().getTime() - started;
    return { ...results, calls: results.calls.map((call) => ({ ...call, durationMs })) };
  } catch {
    const durationMs = deps.clock().getTime() - started;
    const named = input.named.length > 0;
    const call = { tool: 'order' as const, status: 'error' as const, named, invalidRecords: 0, durationMs };
    return { calls: [call], orders: [], appointments: [] };
  }
}

function keysOf(input: LookUpRequest, ofKind: (kind: string) => boolean): string[] {
  const named = input.named.filter((entity) => ofKind(entity.kind)).map((entity) => entity.key);
  return [...new Set([...named, ...input.candidates])];
}
