import { isLanguage, type Language, languageOfLocale } from '../../lib/languages.ts';
import type { AppointmentFact, OrderFact, OrderItemFact, OrderStatus } from '../../tools/facts.ts';
import { canonicalOrderStatus, TRUE_STATEMENTS } from '../../tools/order-status.ts';
import { type LocalMoment, localMoment } from './calendar.ts';
import type { GroundingEvidence } from './claim.ts';
import type { DateLabel, StatedStatus } from './locale.ts';
import { foldText } from './normalise-text.ts';

export interface AmountFact {
  amount: number;
  path: string;
  field: 'total' | 'sum' | 'price' | 'lineTotal' | 'refund';
  /** Index of the item that it is the price of. */
  item?: number;
}

interface MomentFact {
  moment: LocalMoment;
  path: string;
  label: DateLabel;
}

interface CountFact {
  count: number;
  path: string;
  unit: 'item' | 'piece' | 'itemQuantity' | 'shipment';
  item?: number;
}

export interface IndexedOrder {
  fact: OrderFact;
  path: string;
  key: string;
  currency?: string;
  amounts: AmountFact[];
  moments: MomentFact[];
  counts: CountFact[];
  tracking: { key: string; path: string; shipment: number }[];
  items: { folded: string; item: number }[];
  carriers: { folded: string; path: string }[];
  /** What may truthfully be said of it, with the path that says so. */
  trueStatuses: ReadonlyMap<StatedStatus, string>;
  statusPath: string;
  /** Whether the record says anything about its status at all. */
  statusKnown: boolean;
  shipmentStatuses: (ReadonlyMap<StatedStatus, string> | undefined)[];
}

interface IndexedAppointment {
  fact: AppointmentFact;
  path: string;
  moments: MomentFact[];
  trueStatuses: ReadonlyMap<StatedStatus, string>;
}

/** A text of the business that carries facts. */
export interface EvidenceText {
  path: string;
  text: string;
  language: Language;
}

export interface EvidenceIndex {
  orders: IndexedOrder[];
  appointments: IndexedAppointment[];
  texts: EvidenceText[];
  profile: GroundingEvidence['profile'];
  /** Folded names and addresses of the business, whose numbers are no claims. */
  names: string[];
  /** The same of records: goods, carriers, services. Customers may have a say in these. */
  recordNames: string[];
}

/** Statements beyond the canonical statuses that each status makes true. */
const FINER_STATEMENTS: Record<OrderStatus, readonly StatedStatus[]> = {
  pending: ['waiting'],
  processing: ['confirmed'],
  shipped: ['in_transit', 'confirmed'],
  out_for_delivery: ['in_transit', 'confirmed'],
  ready_for_pickup: ['confirmed'],
  delivered: ['confirmed', 'completed'],
  on_hold: ['waiting'],
  cancelled: [],
  returned: [],
  refunded: ['refund_started'],
  unknown: [],
};

function statementsOf(status: OrderStatus, path: string): Map<StatedStatus, string> {
  const statements = new Map<StatedStatus, string>();
  for (const stated of TRUE_STATEMENTS[status]) if (stated !== 'unknown') statements.set(stated, path);
  for (const stated of FINER_STATEMENTS[status]) statements.set(stated, path);
  return statements;
}

/** To the cent, free of binary fractions. */
function roundedSum(values: readonly number[]): number {
  return Math.round(values.reduce((sum, value) => sum + value, 0) * 100) / 100;
}

function sumOfItems(items: readonly OrderItemFact[]): number | undefined {
  if (items.length === 0 || items.some((item) => item.price === undefined)) return undefined;
  return roundedSum(items.map((item) => (item.price ?? 0) * item.quantity));
}

const REFUND_UNDER_WAY =
  /pending|process|initiat|approv|request|progress|started|bekli|onay|bearbeit|genehmigt|cours|approuv|proceso|aprobad|pendiente/;
const REFUND_REFUSED = /reject|declin|denied|fail|cancel|red|iptal|abgelehnt|refus|rechazad/;
const REFUND_DONE =
  /refunded|complet|paid|issued|done|success|sent|tamamlan|odendi|yapildi|iade edildi|erstattet|abgeschlossen|ausgezahlt|rembours|effectu|reembolsad|pagad/;

function indexOrder(order: OrderFact, timeZone: string): IndexedOrder {
  const path = `orders[${order.orderNumber}]`;
  const amounts: AmountFact[] = [];
  const moments: MomentFact[] = [];
  const counts: CountFact[] = [];
  const items = order.items ?? [];
  const shipments = order.shipments ?? [];
  const addMoment = (iso: string | undefined, field: string, label: DateLabel): void => {
    const moment = iso === undefined ? undefined : localMoment(iso, timeZone);
    if (moment !== undefined) moments.push({ moment, path: `${path}.${field}`, label });
  };
  if (order.total !== undefined) amounts.push({ amount: order.total, path: `${path}.total`, field: 'total' });
  items.forEach((item, index) => {
    if (item.price !== undefined) {
      amounts.push({ amount: item.price, path: `${path}.items[${index}].price`, field: 'price', item: index });
      if (item.quantity !== 1) {
        amounts.push({
          amount: roundedSum([item.price * item.quantity]),
          path: `${path}.items[${index}].lineTotal`,
          field: 'lineTotal',
          item: index,
        });
      }
    }
    counts.push({ count: item.quantity, path: `${path}.items[${index}].quantity`, unit: 'itemQuantity', item: index });
  });
  const sum = sumOfItems(items);
  if (sum !== undefined) amounts.push({ amount: sum, path: `${path}.items.sum`, field: 'sum' });
  if (order.items !== undefined) {
    counts.push({ count: items.length, path: `${path}.items.count`, unit: 'item' });
    counts.push({ count: roundedSum(items.map((item) => item.quantity)), path: `${path}.items.pieces`, unit: 'piece' });
  }
  if (order.shipments !== undefined)
    counts.push({ count: shipments.length, path: `${path}.shipments.count`, unit: 'shipment' });
  shipments.forEach((shipment, index) => {
    addMoment(shipment.eta, `shipments[${index}].eta`, 'expected');
    if (shipment.items === undefined) return;
    const shipmentSum = sumOfItems(shipment.items);
    if (shipmentSum !== undefined)
      amounts.push({ amount: shipmentSum, path: `${path}.shipments[${index}].items.sum`, field: 'sum' });
    counts.push({ count: shipment.items.length, path: `${path}.shipments[${index}].items.count`, unit: 'item' });
    const pieces = roundedSum(shipment.items.map((item) => item.quantity));
    counts.push({ count: pieces, path: `${path}.shipments[${index}].items.pieces`, unit: 'piece' });
  });
  if (order.refund?.amount !== undefined)
    amounts.push({ amount: order.refund.amount, path: `${path}.refund.amount`, field: 'refund' });
  addMoment(order.placedAt, 'placedAt', 'placed');
  addMoment(order.deliveredAt, 'deliveredAt', 'delivered');
  addMoment(order.cancelledAt, 'cancelledAt', 'cancelled');
  addMoment(order.returnableUntil, 'returnableUntil', 'returnBy');
  addMoment(order.refund?.at, 'refund.at', 'refunded');

  const statusPath = `${path}.status`;
  const trueStatuses = statementsOf(order.canonicalStatus, statusPath);
  const shipmentStatuses = shipments.map((shipment, index) => {
    const status =
      shipment.canonicalStatus ?? (shipment.status === undefined ? 'unknown' : canonicalOrderStatus(shipment.status));
    return status === 'unknown' ? undefined : statementsOf(status, `${path}.shipments[${index}].status`);
  });
  // What is true of every parcel is true of the order.
  for (const [stated, where] of shipmentStatuses[0] ?? []) {
    if (!trueStatuses.has(stated) && shipmentStatuses.every((statements) => statements?.has(stated) === true))
      trueStatuses.set(stated, where);
  }
  if (order.deliveredAt !== undefined && order.canonicalStatus !== 'cancelled') {
    if (!trueStatuses.has('delivered')) trueStatuses.set('delivered', `${path}.deliveredAt`);
    if (!trueStatuses.has('shipped')) trueStatuses.set('shipped', `${path}.deliveredAt`);
  }
  if (order.refund !== undefined) {
    const refundStatus = foldText(order.refund.status ?? '');
    if (!REFUND_REFUSED.test(refundStatus)) {
      const open = REFUND_UNDER_WAY.test(refundStatus);
      if (open || order.refund.at !== undefined || REFUND_DONE.test(refundStatus))
        trueStatuses.set('refund_started', `${path}.refund.status`);
      if (!open && (order.refund.at !== undefined || REFUND_DONE.test(refundStatus)))
        trueStatuses.set('refunded', `${path}.refund.status`);
    }
  }
  return {
    fact: order,
    path,
    key: foldText(order.orderNumber).replace(/[^a-z0-9]/g, ''),
    ...(order.currency === undefined ? {} : { currency: order.currency.toUpperCase() }),
    amounts,
    moments,
    counts,
    tracking: shipments.flatMap((shipment, index) =>
      shipment.trackingNumber === undefined
        ? []
        : [
            {
              key: foldText(shipment.trackingNumber).replace(/[^a-z0-9]/g, ''),
              path: `${path}.shipments[${index}].trackingNumber`,
              shipment: index,
            },
          ],
    ),
    carriers: shipments.flatMap((shipment, index) =>
      shipment.carrier === undefined
        ? []
        : [{ folded: foldText(shipment.carrier).trim(), path: `${path}.shipments[${index}].carrier` }],
    ),
    items: items.map((item, index) => ({ folded: foldText(item.name).trim(), item: index })),
    trueStatuses,
    statusPath,
    statusKnown: order.canonicalStatus !== 'unknown' || trueStatuses.size > 0,
    shipmentStatuses,
  };
}

const APPOINTMENT_STATUSES: readonly (readonly [RegExp, readonly StatedStatus[]])[] = [
  [/cancel|iptal|storniert|abgesagt|annul|anulad/, ['cancelled']],
  [/resched|moved|ertelen|verschoben|report|reprogram/, ['rescheduled', 'confirmed']],
  [/confirm|booked|scheduled|onay|planlan|bestatigt|gebucht|reserv|programad/, ['confirmed']],
  [/complet|done|finished|tamamlan|abgeschlossen|termine|realizad/, ['completed']],
  [/pending|request|bekli|beklemede|offen|ausstehend|attente|pendiente/, ['pending', 'waiting']],
];

function indexAppointment(appointment: AppointmentFact, timeZone: string): IndexedAppointment {
  const path = `appointments[${appointment.id}]`;
  const moments: MomentFact[] = [];
  for (const field of ['startsAt', 'endsAt'] as const) {
    const moment = appointment[field] === undefined ? undefined : localMoment(appointment[field], timeZone);
    // An appointment is on the business's own day, whatever day its UTC form shows.
    if (moment !== undefined)
      moments.push({ moment: { ...moment, days: [moment.day] }, path: `${path}.${field}`, label: 'appointment' });
  }
  const folded = foldText(appointment.status);
  const statements = APPOINTMENT_STATUSES.find(([pattern]) => pattern.test(folded))?.[1] ?? [];
  return {
    fact: appointment,
    path,
    moments,
    trueStatuses: new Map(statements.map((stated) => [stated, `${path}.status`])),
  };
}

/** Everything that a claim may be judged by, by kind and path; profile and snippet texts are left for extraction. */
export function indexEvidence(evidence: GroundingEvidence): EvidenceIndex {
  const { profile } = evidence;
  const language = languageOfLocale(profile.locale);
  const texts: EvidenceText[] = evidence.snippets.map((snippet) => {
    const own = snippet.language?.toLowerCase().slice(0, 2) ?? '';
    return { path: `snippets[${snippet.key}]`, text: snippet.text, language: isLanguage(own) ? own : language };
  });
  for (const field of ['website', 'supportEmail', 'supportPhone', 'openingHours', 'address', 'signature'] as const) {
    const text = profile[field];
    if (text !== undefined && text !== '') texts.push({ path: `profile.${field}`, text, language });
  }
  (profile.facts ?? []).forEach((text, index) => {
    texts.push({ path: `profile.facts[${index}]`, text, language });
  });
  const lines = [profile.signature, profile.address].flatMap((text) =>
    text === undefined ? [] : [text, ...text.split(/[\n,]/)],
  );
  const appointmentNames = evidence.appointments.flatMap((appointment) => [
    appointment.service,
    appointment.location,
    appointment.staff,
  ]);
  const itemNames = evidence.orders.flatMap((order) => [
    ...(order.items ?? []).map((item) => item.name),
    ...(order.shipments ?? []).flatMap((shipment) => [
      shipment.carrier,
      ...(shipment.items ?? []).map((item) => item.name),
    ]),
  ]);
  const withNumbers = (list: (string | undefined)[]): string[] =>
    [...new Set(list.map((name) => foldText(name ?? '').trim()))]
      .filter((name) => name.length >= 3 && /[a-z]/.test(name) && /\d/.test(name))
      .sort((left, right) => right.length - left.length);
  return {
    orders: evidence.orders.map((order) => indexOrder(order, profile.timeZone)),
    appointments: evidence.appointments.map((appointment) => indexAppointment(appointment, profile.timeZone)),
    texts,
    profile,
    names: withNumbers([profile.name, ...lines]),
    recordNames: withNumbers([...appointmentNames, ...itemNames]),
  };
}
