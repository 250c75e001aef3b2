import { describe, expect, it } from 'vitest';
import type { AppointmentRow, OrderRow } from '../../src/tools/look-up-store.ts';
import { type LookUpRequest, type LookUpRows, resolveLookUps } from '../../src/tools/resolve-look-ups.ts';

const ADA = 'ada@customer.example';
const EVE = 'eve@stranger.example';

function order(orderNumber: string, fields: Partial<OrderRow> = {}): OrderRow {
  return {
    orderNumber,
    customerEmail: ADA,
    status: 'shipped',
    placedAt: new Date('2026-11-01T00:00:00Z'),
    currency: 'EUR',
    total: 59.9,
    items: [{ name: 'Lamp', quantity: 1, price: 59.9 }],
    shipments: [],
    extra: {},
    orderKey: orderNumber.replace(/\W/g, ''),
    trackingKeys: [],
    invoiceKey: null,
    customerKey: ADA,
    ...fields,
  };
}

function appointment(id: string, fields: Partial<AppointmentRow> = {}): AppointmentRow {
  return {
    id,
    customerEmail: ADA,
    status: 'confirmed',
    startsAt: new Date('2026-11-20T10:00:00Z'),
    endsAt: null,
    service: 'Cut',
    location: null,
    staff: null,
    appointmentKey: id,
    customerKey: ADA,
    ...fields,
  };
}

/** The look-ups of a mail of Ada's, answered by the rows given. */
function lookUp(request: Partial<LookUpRequest>, rows: Partial<LookUpRows> = {}) {
  const results = resolveLookUps(
    {
      intent: 'ORDER',
      required: [],
      named: [],
      candidates: [],
      owns: (customerEmail) => customerEmail === ADA,
      ...request,
    },
    { ordersByKeys: [], ordersByCustomer: [], appointmentsByKeys: [], appointmentsByCustomer: [], ...rows },
  );
  return {
    ...results,
    calls: results.calls.map(({ tool, status, named }) => `${tool}:${status}${named ? ' named' : ''}`),
    invalid: results.calls.map(({ invalidRecords }) => invalidRecords),
    numbers: [...results.orders.map(({ orderNumber }) => orderNumber), ...results.appointments.map(({ id }) => id)],
  };
}

const W1 = { kind: 'order', key: 'W1' } as const;
const unreadable = { items: 'garbage' };

describe('an order that the mail names', () => {
  const cases: [string, OrderRow[], string, string[], number][] = [
    ['and that is the customer’s is used', [order('W1')], 'order:ok named', ['W1'], 0],
    ['and that nobody has is not found', [], 'order:not_found named', [], 0],
    ['and that is another’s is not theirs', [order('W1', { customerEmail: EVE })], 'order:not_owner named', [], 0],
    ['and that cannot be read is an error', [order('W1', unreadable)], 'order:error named', [], 1],
    [
      'and that is another’s and cannot be read shows neither',
      [order('W1', { ...unreadable, customerEmail: EVE })],
      'order:not_owner named',
      [],
      0,
    ],
    ['twice among their own is asked about', [order('W1'), order('W-1')], 'order:ambiguous named', [], 0],
    [
      'as theirs and as another’s is theirs',
      [order('W-1', { customerEmail: EVE }), order('W1')],
      'order:ok named',
      ['W1'],
      0,
    ],
    [
      'and of which one record can be read is that one',
      [order('W1'), order('W-1', unreadable)],
      'order:ok named',
      ['W1'],
      1,
    ],
    ['and that is delivered is used all the same', [order('W1', { status: 'delivered' })], 'order:ok named', ['W1'], 0],
    ['does not bring others along that were found', [order('W1'), order('W2')], 'order:ok named', ['W1'], 0],
  ];

  it.each(cases)('%s', (_what, ordersByKeys, call, numbers, invalid) => {
    const found = lookUp({ named: [W1], required: ['order'] }, { ordersByKeys, ordersByCustomer: [order('W9')] });
    expect(found.calls).toEqual([call]);
    expect(found.numbers).toEqual(numbers);
    expect(found.invalid).toEqual([invalid]);
  });

  it('is found by its tracking number and by its invoice number', () => {
    const row = order('W1', { trackingKeys: ['T1', 'T2'], invoiceKey: 'INV1' });
    const named = [
      { kind: 'tracking', key: 'T2' },
      { kind: 'invoice', key: 'INV1' },
    ] as const;
    const found = lookUp({ named: [...named] }, { ordersByKeys: [row] });
    expect(found.calls).toEqual(['tracking:ok named', 'order:ok named']);
    expect(found.numbers).toEqual(['W1']);
  });

  it('is a call of its own for each one named', () => {
    const named = ['W1', 'W2', 'W3'].map((key) => ({ kind: 'order' as const, key }));
    const rows = [order('W1'), order('W2', { customerEmail: EVE })];
    const found = lookUp({ named }, { ordersByKeys: rows });
    expect(found.calls).toEqual(['order:ok named', 'order:not_owner named', 'order:not_found named']);
    expect(found.numbers).toEqual(['W1']);
  });

  it('is nobody’s where the recipients are not one customer', () => {
    const found = lookUp(
      { named: [W1], owns: () => false },
      { ordersByKeys: [order('W1')], ordersByCustomer: [order('W1')] },
    );
    expect(found.calls).toEqual(['order:not_owner named']);
    expect(found.orders).toEqual([]);
  });
});

describe('a number that might be one', () => {
  it('is used where it is the customer’s own, and means nothing where it is not', () => {
    const ordersByKeys = [order('W1'), order('W2', { customerEmail: EVE }), order('W3', unreadable)];
    const found = lookUp({ candidates: ['W1', 'W2', 'W3', 'W4'] }, { ordersByKeys });
    expect(found.calls).toEqual(['order:ok']);
    expect(found.numbers).toEqual(['W1']);
  });

  it('is not counted twice where the mail names it too, or writes it twice', () => {
    const found = lookUp({ named: [W1], candidates: ['W1', 'W1'] }, { ordersByKeys: [order('W1')] });
    expect(found.calls).toEqual(['order:ok named']);
    expect(found.numbers).toEqual(['W1']);
  });

  it('that is several of theirs is not guessed', () => {
    expect(lookUp({ candidates: ['W1'] }, { ordersByKeys: [order('W1'), order('W-1')] }).calls).toEqual([]);
  });

  it('finds an appointment as well', () => {
    const found = lookUp({ candidates: ['A1'] }, { appointmentsByKeys: [appointment('A1')] });
    expect(found.calls).toEqual(['appointment:ok']);
    expect(found.numbers).toEqual(['A1']);
  });

  it('spares the look-up by sender', () => {
    const rows = { ordersByKeys: [order('W1')], ordersByCustomer: [order('W1'), order('W2')] };
    expect(lookUp({ candidates: ['W1'], required: ['order'] }, rows).calls).toEqual(['order:ok']);
  });
});

describe('without a number', () => {
  const cases: [string, OrderRow[], string, string[]][] = [
    ['the one open order is used', [order('W1')], 'customer:ok', ['W1']],
    [
      'the one open order beside closed ones is used',
      [order('W1'), order('W2', { status: 'delivered' })],
      'customer:ok',
      ['W1'],
    ],
    ['an order of unknown status counts as open', [order('W1', { status: 'at the moon' })], 'customer:ok', ['W1']],
    ['several open ones are asked about', [order('W1'), order('W2')], 'customer:ambiguous', []],
    ['closed ones alone are asked about', [order('W1', { status: 'cancelled' })], 'customer:not_found', []],
    ['none is asked for', [], 'customer:not_found', []],
    ['another’s are none', [order('W1', { customerEmail: EVE })], 'customer:not_found', []],
    ['one that cannot be read is an error', [order('W1', unreadable)], 'customer:error', []],
  ];

  it.each(cases)('%s', (_what, ordersByCustomer, call, numbers) => {
    const found = lookUp({ required: ['order'] }, { ordersByCustomer });
    expect(found.calls).toEqual([call]);
    expect(found.numbers).toEqual(numbers);
  });

  it('nothing is looked up that nothing requires', () => {
    const rows = { ordersByCustomer: [order('W1')], appointmentsByCustomer: [appointment('A1')] };
    expect(lookUp({}, rows)).toMatchObject({ calls: [], orders: [], appointments: [] });
  });

  const appointments: [string, AppointmentRow[], string, string[]][] = [
    ['the one appointment is used', [appointment('A1')], 'appointment:ok', ['A1']],
    [
      'cancelled ones do not count',
      [appointment('A1'), appointment('A2', { status: 'CANCELLED' })],
      'appointment:ok',
      ['A1'],
    ],
    ['several are asked about', [appointment('A1'), appointment('A2')], 'appointment:ambiguous', []],
    ['none is asked for', [], 'appointment:not_found', []],
    ['another’s are none', [appointment('A1', { customerEmail: EVE })], 'appointment:not_found', []],
  ];

  it.each(appointments)('of an appointment, %s', (_what, appointmentsByCustomer, call, numbers) => {
    const found = lookUp({ required: ['appointment'] }, { appointmentsByCustomer });
    expect(found.calls).toEqual([call]);
    expect(found.numbers).toEqual(numbers);
  });
});

describe('an appointment that the mail names', () => {
  const named = [{ kind: 'appointment', key: 'A1' }] as const;

  it.each([
    ['is used', [appointment('A1')], 'appointment:ok named'],
    ['is used when it is cancelled', [appointment('A1', { status: 'cancelled' })], 'appointment:ok named'],
    ['is not theirs', [appointment('A1', { customerEmail: EVE })], 'appointment:not_owner named'],
    ['is not found', [], 'appointment:not_found named'],
  ])('%s', (_what, appointmentsByKeys, call) => {
    expect(lookUp({ named: [...named] }, { appointmentsByKeys }).calls).toEqual([call]);
  });

  it('is not taken for an order of the same number', () => {
    expect(lookUp({ named: [...named] }, { ordersByKeys: [order('A1')] }).calls).toEqual([
      'appointment:not_found named',
    ]);
  });
});
