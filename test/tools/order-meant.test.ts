import { describe, expect, it } from 'vitest';
import type { OrderRow } from '../../src/tools/look-up-store.ts';
import { resolveLookUps } from '../../src/tools/resolve-look-ups.ts';

const MIRA = 'mira@customers.example';

function row(orderKey: string, customerEmail: string): OrderRow {
  return {
    orderNumber: `#${orderKey}`,
    orderKey,
    customerEmail,
    customerKey: customerEmail,
    status: 'pending',
    placedAt: null,
    currency: null,
    total: null,
    items: [],
    shipments: [],
    extra: {},
    trackingKeys: [],
    invoiceKey: null,
  };
}

function lookUp(candidates: string[], found: OrderRow[] = []) {
  return resolveLookUps(
    {
      intent: 'ORDER',
      required: ['order'],
      named: [],
      candidates,
      owns: (customerEmail) => customerEmail === MIRA,
    },
    {
      ordersByKeys: found,
      ordersByCustomer: [row('T100001', MIRA)],
      appointmentsByKeys: [],
      appointmentsByCustomer: [],
    },
  );
}

describe("the sender's only open order, where the mail calls no number an order's", () => {
  it.each([
    ['without any number', []],
    ['beside a number that is built otherwise', ['90210', 'X1234567', 'T1000012']],
  ])('stands in %s', (_name, candidates) => {
    expect(lookUp(candidates).orders.map(({ orderNumber }) => orderNumber)).toEqual(['#T100001']);
  });

  it('does not stand in for an unknown number that is built like its own', () => {
    const { orders, calls } = lookUp(['T777777']);
    expect(orders).toEqual([]);
    expect(calls).toMatchObject([{ tool: 'order', status: 'not_found', named: true }]);
  });

  it('does not stand in for an order of somebody else', () => {
    const { orders, calls } = lookUp(['90210'], [row('90210', 'jon@customers.example')]);
    expect(orders).toEqual([]);
    expect(calls).toMatchObject([{ tool: 'order', status: 'not_owner', named: true }]);
  });

  it('gives way to the own order whose number stands there', () => {
    const { orders } = lookUp(['T100002'], [row('T100002', MIRA)]);
    expect(orders.map(({ orderNumber }) => orderNumber)).toEqual(['#T100002']);
  });
});
