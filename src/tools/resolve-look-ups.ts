import type { AppointmentFact, OrderFact, ToolCall, ToolName, ToolResults } from './facts.ts';
import { whitelistAppointment, whitelistOrder } from './field-whitelist.ts';
import type { Intent, RequiredTool } from './intents.ts';
import type { AppointmentRow, OrderRow } from './look-up-store.ts';
import { isOpenStatus } from './order-status.ts';
import { readAppointment, readOrder } from './read-record.ts';

export interface NamedIdentifier {
  kind: 'order' | 'tracking' | 'invoice' | 'appointment';
  key: string;
}

export interface LookUpRequest {
  intent: Intent;
  required: RequiredTool[];
  named: NamedIdentifier[];
  /** Keys that might be identifiers; a miss means nothing. */
  candidates: string[];
  /** True where every recipient of the draft is this customer and the sender is not known to be forged. */
  owns: (customerEmail: string) => boolean;
}

export interface LookUpRows {
  ordersByKeys: OrderRow[];
  ordersByCustomer: OrderRow[];
  appointmentsByKeys: AppointmentRow[];
  appointmentsByCustomer: AppointmentRow[];
}

/** Decides from the rows found what may be disclosed. Fails closed: what cannot be attributed is `not_owner` or `error`. */
export function resolveLookUps(request: LookUpRequest, rows: LookUpRows): ToolResults {
  const orders = resolveOrders(request, rows);
  const appointments = resolveAppointments(request, rows);
  return {
    calls: [...orders.calls, ...appointments.calls],
    orders: orders.facts.map((fact) => whitelistOrder(fact, request.intent)),
    appointments: appointments.facts.map((fact) => whitelistAppointment(fact, request.intent)),
  };
}

interface Resolved<Fact> {
  calls: ToolCall[];
  facts: Fact[];
}

interface Source<Row, Fact> {
  tool: ToolName;
  rows: Row[];
  read: (row: Row) => Fact | null;
  matches: (row: Row, key: string) => boolean;
  identity: (fact: Fact) => string;
}

function resolveOrders(request: LookUpRequest, rows: LookUpRows): Resolved<OrderFact> {
  const source: Source<OrderRow, OrderFact> = {
    tool: 'order',
    rows: rows.ordersByKeys,
    read: readOrder,
    matches: (row, key) => row.orderKey === key || row.invoiceKey === key || (row.trackingKeys ?? []).includes(key),
    identity: (fact) => fact.orderNumber,
  };
  const named = request.named.filter((entity) => entity.kind !== 'appointment');
  const resolved = resolveNamed(request, source, named);
  if (named.length === 0 && resolved.facts.length === 0 && request.required.includes('order')) {
    const meant = orderMeant(request, rows);
    if (meant !== undefined) return { ...resolved, calls: [...resolved.calls, meant] };
    const own = ownFacts(request, rows.ordersByCustomer, readOrder);
    const open = own.facts.filter((fact) => isOpenStatus(fact.canonicalStatus));
    return withOnly(resolved, 'customer', open, own.invalid);
  }
  return resolved;
}

/**
 * A number that nothing in the mail calls an order's, but that is one (of somebody else) or is built like the sender's own:
 * it is what the mail is about, so that no other order may stand in for it.
 */
function orderMeant(request: LookUpRequest, rows: LookUpRows): ToolCall | undefined {
  const ownShapes = new Set(
    rows.ordersByCustomer.filter((row) => request.owns(row.customerEmail)).map((row) => shapeOf(row.orderKey ?? '')),
  );
  const keys = new Set(request.candidates);
  if (rows.ordersByKeys.some((row) => keys.has(row.orderKey ?? ''))) return call('order', 'not_owner', true, 0);
  return request.candidates.some((key) => ownShapes.has(shapeOf(key)))
    ? call('order', 'not_found', true, 0)
    : undefined;
}

/** Letters as they are, digits by their count: "W1023987" and "W5208989" are built alike. */
function shapeOf(key: string): string {
  return key.replace(/\d/g, '9');
}

function resolveAppointments(request: LookUpRequest, rows: LookUpRows): Resolved<AppointmentFact> {
  const source: Source<AppointmentRow, AppointmentFact> = {
    tool: 'appointment',
    rows: rows.appointmentsByKeys,
    read: readAppointment,
    matches: (row, key) => row.appointmentKey === key,
    identity: (fact) => fact.id,
  };
  const named = request.named.filter((entity) => entity.kind === 'appointment');
  const resolved = resolveNamed(request, source, named);
  if (named.length === 0 && resolved.facts.length === 0 && request.required.includes('appointment')) {
    const own = ownFacts(request, rows.appointmentsByCustomer, readAppointment);
    const open = own.facts.filter((fact) => !/cancel/i.test(fact.status));
    return withOnly(resolved, 'appointment', open, own.invalid);
  }
  return resolved;
}

/** Exactly one is used, several are asked about, none is asked for. */
function withOnly<Fact>(resolved: Resolved<Fact>, tool: ToolName, open: Fact[], invalid: number): Resolved<Fact> {
  const status = open.length === 1 ? 'ok' : open.length > 1 ? 'ambiguous' : invalid > 0 ? 'error' : 'not_found';
  return { calls: [...resolved.calls, call(tool, status, false, invalid)], facts: status === 'ok' ? open : [] };
}

function ownFacts<Row extends { customerEmail: string }, Fact>(
  request: LookUpRequest,
  rows: Row[],
  read: (row: Row) => Fact | null,
): { facts: Fact[]; invalid: number } {
  const read_ = rows.filter((row) => request.owns(row.customerEmail)).map(read);
  const facts = read_.filter((fact) => fact !== null);
  return { facts, invalid: read_.length - facts.length };
}

function resolveNamed<Row extends { customerEmail: string }, Fact>(
  request: LookUpRequest,
  source: Source<Row, Fact>,
  named: NamedIdentifier[],
): Resolved<Fact> {
  const facts = new Map<string, Fact>();
  const calls: ToolCall[] = [];
  for (const entity of named) {
    const tool = entity.kind === 'tracking' ? 'tracking' : source.tool;
    const matching = source.rows.filter((row) => source.matches(row, entity.key));
    const own = ownFacts(request, matching, source.read);
    if (matching.length === 0) calls.push(call(tool, 'not_found', true, 0));
    else if (own.facts.length === 0) calls.push(call(tool, own.invalid > 0 ? 'error' : 'not_owner', true, own.invalid));
    else if (own.facts.length > 1) calls.push(call(tool, 'ambiguous', true, own.invalid));
    else {
      calls.push(call(tool, 'ok', true, own.invalid));
      for (const fact of own.facts) facts.set(source.identity(fact), fact);
    }
  }
  for (const key of request.candidates) {
    const own = ownFacts(
      request,
      source.rows.filter((row) => source.matches(row, key)),
      source.read,
    );
    const fact = own.facts[0];
    if (own.facts.length === 1 && fact !== undefined && !facts.has(source.identity(fact))) {
      calls.push(call(source.tool, 'ok', false, own.invalid));
      facts.set(source.identity(fact), fact);
    }
  }
  return { calls, facts: [...facts.values()] };
}

function call(tool: ToolName, status: ToolCall['status'], named: boolean, invalidRecords: number): ToolCall {
  return { tool, status, named, invalidRecords, durationMs: 0 };
}
