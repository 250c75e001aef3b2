import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { AppointmentFact, OrderFact } from '../../src/tools/facts.ts';
import {
  APPOINTMENT_FIELDS,
  ORDER_FIELDS,
  whitelistAppointment,
  whitelistOrder,
} from '../../src/tools/field-whitelist.ts';
import { INTENT_NAMES, type Intent } from '../../src/tools/intents.ts';
import type { AppointmentRow, OrderRow } from '../../src/tools/look-up-store.ts';
import { readAppointment, readOrder } from '../../src/tools/read-record.ts';
import { type LookUpRequest, resolveLookUps } from '../../src/tools/resolve-look-ups.ts';

const OWNER = 'ada@customer.example';

/** What each intent may see of an order, besides number, status and dates: said here once more, so that a change is seen. */
const MAY_SEE: Record<Intent, string> = {
  ORDER: 'items prices shipments refund',
  TRACKING: 'items shipments',
  DELIVERY: 'items shipments',
  RETURN: 'items prices shipments refund returnableUntil',
  REFUND: 'items prices refund returnableUntil',
  CANCELLATION: 'items shipments refund',
  INVOICE: 'items prices invoiceNumber',
  PRODUCT: 'items',
  APPOINTMENT: '',
  ACCOUNT: '',
  COMPLAINT: 'items shipments refund',
  GENERAL: 'items shipments',
  NO_REPLY: '',
};

/** Every field that a fact can have, with a value that is found again in the output. */
const FULL_ORDER: OrderFact = {
  orderNumber: '#W1',
  status: 'core-status',
  canonicalStatus: 'shipped',
  placedAt: '2026-11-01T00:00:00.000Z',
  deliveredAt: '2026-11-02',
  cancelledAt: '2026-11-03',
  currency: 'prices-currency',
  total: 901.5,
  items: [{ name: 'items-name', quantity: 2, price: 902.5 }],
  shipments: [
    {
      carrier: 'shipments-carrier',
      trackingNumber: 'shipments-tracking',
      status: 'shipments-status',
      canonicalStatus: 'shipped',
      eta: '2026-11-12',
      items: [{ name: 'shipments-item', quantity: 1 }],
    },
  ],
  refund: { amount: 903.5, status: 'refund-status', at: '2026-11-13' },
  returnableUntil: 'returnableUntil-date',
  invoiceNumber: 'invoiceNumber-value',
};
const MARKS: Record<string, string[]> = {
  items: ['items-name'],
  prices: ['prices-currency', '901.5', '902.5'],
  shipments: ['shipments-carrier', 'shipments-tracking', 'shipments-status', '2026-11-12', 'shipments-item'],
  refund: ['refund-status', '2026-11-13'],
  returnableUntil: ['returnableUntil-date'],
  invoiceNumber: ['invoiceNumber-value'],
};

describe.each(INTENT_NAMES)('an order for %s', (intent) => {
  it('shows the fields of its whitelist and no others', () => {
    const shown = JSON.stringify(whitelistOrder(FULL_ORDER, intent));
    for (const [group, marks] of Object.entries(MARKS)) {
      const allowed = MAY_SEE[intent].split(' ').includes(group);
      // An item's price belongs to the prices, wherever it stands.
      for (const mark of marks) expect([group, mark, shown.includes(mark)]).toEqual([group, mark, allowed]);
    }
    for (const core of ['#W1', 'core-status', '2026-11-02', '2026-11-03']) expect(shown).toContain(core);
  });

  /** Everything that an integrator, or an import by SQL, might leave in a record. */
  const hostile: [string, Record<string, unknown>][] = [
    ['a field of its own', { internalNote: 'SECRET' }],
    ['the customer’s data', { customerEmail: 'SECRET', phone: 'SECRET', address: { street: 'SECRET' } }],
    ['an object behind a listed leaf', { status: { text: 'SECRET' }, orderNumber: { SECRET: 1 } }],
    ['a list behind a listed leaf', { status: ['SECRET'], placedAt: [{ a: 'SECRET' }] }],
    ['a text in place of a list', { items: 'SECRET', shipments: 'SECRET', refund: 'SECRET' }],
    ['texts in a list of objects', { items: ['SECRET'], shipments: [['SECRET']] }],
    ['an extra field in an item', { items: [{ name: 'Lamp', quantity: 1, supplier: 'SECRET', name2: 'SECRET' }] }],
    ['an object behind an item’s leaf', { items: [{ name: { de: 'SECRET' }, quantity: ['SECRET'] }] }],
    [
      'an extra field in a shipment',
      { shipments: [{ carrier: 'DHL', doorCode: 'SECRET', recipient: { n: 'SECRET' } }] },
    ],
    ['an extra field in a shipment’s item', { shipments: [{ items: [{ name: 'Lamp', quantity: 1, sku: 'SECRET' }] }] }],
    ['an extra field in the refund', { refund: { amount: 1, iban: 'SECRET', to: { card: 'SECRET' } } }],
    ['a list of refunds with more', { refund: [{ amount: 1, iban: 'SECRET' }] }],
    ['listed fields one level too deep', { order: { status: 'SECRET', orderNumber: 'SECRET' } }],
    ['listed fields one level too high', { name: 'SECRET', trackingNumber: 'SECRET', amount: 'SECRET' }],
    ['a path as a key', { 'items.name': 'SECRET', 'shipments.trackingNumber': 'SECRET', 'refund.amount': 'SECRET' }],
    ['a path as a key, further in', { shipments: [{ 'items.name': 'SECRET' }] }],
    ['a key that differs in case', { Status: 'SECRET', STATUS: 'SECRET', 'status ': 'SECRET' }],
    ['a key with a zero-width space', { 'status\u200b': 'SECRET', ｓtatus: 'SECRET' }],
    ['keys of prototypes', JSON.parse('{"__proto__":{"note":"SECRET"},"constructor":{"name":"SECRET"}}')],
  ];

  it.each(hostile)('does not show %s', (_what, fields) => {
    const order = { ...FULL_ORDER, ...fields } as OrderFact;
    const shown = whitelistOrder(order, intent);
    expect(JSON.stringify(shown)).not.toContain('SECRET');
    expect((shown as { note?: string }).note).toBeUndefined();
  });
});

describe('an appointment', () => {
  const full: AppointmentFact & Record<string, unknown> = {
    id: 'A-1',
    startsAt: '2026-11-20T10:00:00Z',
    endsAt: 'end',
    status: 'confirmed',
    service: 'service',
    location: 'location',
    staff: 'staff',
    customerEmail: 'SECRET',
    diagnosis: 'SECRET',
    notes: { of: 'SECRET' },
  };

  test.each(INTENT_NAMES)('for %s shows the fields of its whitelist and no others', (intent) => {
    const shown = whitelistAppointment(full, intent);
    const some = ['id', 'startsAt', 'status', 'service'];
    const all = [...some, 'endsAt', 'location', 'staff'];
    expect(Object.keys(shown).sort()).toEqual((intent === 'APPOINTMENT' ? all : some).sort());
    expect(JSON.stringify(shown)).not.toContain('SECRET');
  });
});

/** JSON with keys that matter to the whitelist, and texts that are all different. */
function records(): fc.Arbitrary<Record<string, unknown>> {
  const names = new Set(
    [...Object.values(ORDER_FIELDS), ...Object.values(APPOINTMENT_FIELDS)]
      .flat()
      .flatMap((path) => [path, ...path.split('.'), path.toUpperCase()]),
  );
  const key = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...names) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'customerEmail', '', '.', 'items.'),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
  );
  const { tree } = fc.letrec<{ tree: unknown; object: Record<string, unknown> }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constant('leaf'),
      fc.constantFrom(null, true, 7),
      fc.array(tie('tree'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc
      .uniqueArray(fc.tuple(key, tie('tree')), { maxLength: 8, selector: ([name]) => name })
      .map((entries) => Object.fromEntries(entries)),
  }));
  return tree.filter((value): value is Record<string, unknown> => isObject(value)).map(numbered);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function numbered(record: Record<string, unknown>): Record<string, unknown> {
  let count = 0;
  return JSON.parse(JSON.stringify(record), (_key, value) => (value === 'leaf' ? `<<${count++}>>` : value));
}

/** The texts that stand in a listed field, by a walk of its own: keys from the root, list positions left out. */
function listedTexts(value: unknown, listed: readonly string[], path: string[] = []): string[] {
  if (typeof value === 'string') {
    return path.every((key) => !key.includes('.')) && listed.includes(path.join('.')) ? [value] : [];
  }
  if (Array.isArray(value)) return value.flatMap((item) => listedTexts(item, listed, path));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => listedTexts(item, listed, [...path, key]));
}

const textsIn = (value: unknown): string[] => JSON.stringify(value)?.match(/<<\d+>>/g) ?? [];

describe('no text that stands in unlisted fields alone', () => {
  const intents = fc.constantFrom(...INTENT_NAMES);

  it('comes out of the whitelist of orders', () => {
    fc.assert(
      fc.property(records(), intents, (record, intent) => {
        const listed = new Set(listedTexts(record, ORDER_FIELDS[intent]));
        const shown = whitelistOrder(record as unknown as OrderFact, intent);
        expect(textsIn(shown).filter((text) => !listed.has(text))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('comes out of the whitelist of appointments', () => {
    fc.assert(
      fc.property(records(), intents, (record, intent) => {
        const listed = new Set(listedTexts(record, APPOINTMENT_FIELDS[intent]));
        const shown = whitelistAppointment(record as unknown as AppointmentFact, intent);
        expect(textsIn(shown).filter((text) => !listed.has(text))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  /** Well-formed parts with hostile ones mixed in, so that rows pass the tools' schemas often. */
  const mixedInto = (base: Record<string, unknown>) => records().map((extra) => ({ ...extra, ...base }));
  const items = fc.array(mixedInto({ name: 'Lamp', quantity: 1, price: 5 }), { maxLength: 2 });
  const shipments = fc.array(
    mixedInto({ carrier: 'DHL', trackingNumber: 'T1', status: 'sent', eta: '2026-11-12', items: null }),
    {
      maxLength: 2,
    },
  );
  const orderRow = fc
    .record({ row: records(), extra: mixedInto(allOfExtra()), items, shipments })
    .map(({ row, ...parts }) => ({
      ...row,
      orderNumber: '#W1',
      customerEmail: OWNER,
      status: 'shipped',
      placedAt: new Date('2026-11-01'),
      currency: 'EUR',
      total: 5,
      orderKey: 'W1',
      trackingKeys: [],
      invoiceKey: null,
      customerKey: OWNER,
      ...parts,
    })) as fc.Arbitrary<OrderRow>;
  const appointmentRow = records().map((row) => ({
    ...row,
    id: 'A1',
    customerEmail: OWNER,
    status: 'confirmed',
    startsAt: new Date('2026-11-20'),
    endsAt: null,
    service: null,
    location: null,
    staff: null,
    appointmentKey: 'A1',
    customerKey: OWNER,
  })) as fc.Arbitrary<AppointmentRow>;

  function allOfExtra() {
    return { deliveredAt: null, cancelledAt: null, returnableUntil: null, invoiceNumber: null, refund: null };
  }

  it('comes out of the tools, whatever rows and request are', () => {
    fc.assert(
      fc.property(orderRow, appointmentRow, intents, fc.boolean(), (order, appointment, intent, named) => {
        const request: LookUpRequest = {
          intent,
          required: ['order', 'appointment'],
          named: named
            ? [
                { kind: 'order', key: 'W1' },
                { kind: 'appointment', key: 'A1' },
              ]
            : [],
          candidates: [],
          owns: (email) => email === OWNER,
        };
        const results = resolveLookUps(request, {
          ordersByKeys: [order],
          ordersByCustomer: [order],
          appointmentsByKeys: [appointment],
          appointmentsByCustomer: [appointment],
        });
        expect(results.orders).toHaveLength(1);
        expect(results.appointments).toHaveLength(1);
        expect(textsIn(results)).toEqual([]);
        expect(JSON.stringify(results)).not.toContain(OWNER);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a stored record', () => {
  const row = {
    orderNumber: '#W1',
    customerEmail: OWNER,
    status: 'shipped',
    placedAt: null,
    currency: null,
    total: null,
    items: [],
    shipments: [],
    extra: {},
  };

  it('is read with nothing but the fields of a fact', () => {
    const fact = readOrder({ ...row, secret: 1, extra: { note: 'x', refund: { amount: 1, iban: 'x' } } });
    expect(fact).toEqual({
      orderNumber: '#W1',
      status: 'shipped',
      canonicalStatus: 'shipped',
      items: [],
      shipments: [],
      refund: { amount: 1 },
    });
  });

  const invalid: [string, Record<string, unknown>][] = [
    ['no number', { orderNumber: '' }],
    ['a status that is a number', { status: 3 }],
    ['a status of 501 characters', { status: 'x'.repeat(501) }],
    ['a currency that is a word', { currency: 'euro' }],
    ['a total that is a text', { total: '59.90' }],
    ['a total that is no number', { total: Number.NaN }],
    ['items that are an object', { items: {} }],
    ['an item without quantity', { items: [{ name: 'Lamp' }] }],
    ['half an item', { items: [{ name: 'Lamp', quantity: 0.5 }] }],
    ['shipments that are null', { shipments: null }],
    ['an arrival that is no date', { shipments: [{ eta: 'soon' }] }],
    ['a delivery that is an object', { extra: { deliveredAt: {} } }],
    ['a refund that is a text', { extra: { refund: '5' } }],
    ['extra that is null', { extra: null }],
  ];

  it.each(invalid)('with %s fails the tool’s schema as a whole', (_what, fields) => {
    expect(readOrder({ ...row, ...fields })).toBeNull();
  });

  it('of an appointment is held to its schema too', () => {
    const appointment = { id: 'A1', customerEmail: OWNER, status: 'confirmed', startsAt: new Date('2026-11-20') };
    expect(readAppointment({ ...appointment, diagnosis: 'x' })).toEqual({
      id: 'A1',
      status: 'confirmed',
      startsAt: '2026-11-20T00:00:00.000Z',
    });
    expect(readAppointment({ ...appointment, startsAt: 'soon' })).toBeNull();
    expect(readAppointment({ ...appointment, service: {} })).toBeNull();
    expect(readAppointment(null)).toBeNull();
  });
});
