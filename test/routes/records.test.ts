import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, CUSTOMER, type Harness, ORDER, startHarness, uniqueId } from '../support/harness.ts';

type Row = Answer['body'];

describe('records', () => {
  let harness: Harness;
  let businessId: string;

  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness();
  });

  const put = (path: string, body: unknown, id = businessId) =>
    harness.call('PUT', `/v1/businesses/${id}/${path}`, body);

  async function rows(table: 'Order' | 'Appointment' | 'Snippet', column: string, value: string): Promise<Row[]> {
    const [{ rows: found }] = await harness.services.db.operator((queries) => [
      queries.execute<Row>(
        sql`select * from ${sql.identifier(table)} where "businessId" = ${businessId} and ${sql.identifier(column)} = ${value}`,
      ),
    ]);
    return found;
  }
  const order = async (orderNumber: string) => (await rows('Order', 'orderNumber', orderNumber))[0];

  async function draftOf(text: string): Promise<Row> {
    const { status, body } = await harness.draft(businessId, await harness.receive(businessId, text));
    expect(status).toBe(201);
    return body;
  }

  describe('orders', () => {
    it('are put, and put again as they are now: what is no longer said is gone', async () => {
      const orderNumber = uniqueId('#P');
      const path = `orders/${encodeURIComponent(orderNumber)}`;
      const first = await put(path, { ...ORDER, gift: true, refund: { amount: 5 } });
      expect(first.status).toBe(200);
      expect(first.body).toEqual({ businessId, orderNumber });
      expect(await order(orderNumber)).toMatchObject({
        status: 'shipped',
        total: 59.9,
        extra: { gift: true, refund: { amount: 5 } },
      });
      expect((await put(path, { customerEmail: CUSTOMER, status: 'delivered' })).status).toBe(200);
      expect(await order(orderNumber)).toMatchObject({
        status: 'delivered',
        total: null,
        currency: null,
        placedAt: null,
        items: [],
        shipments: [],
        extra: {},
      });
      expect(await rows('Order', 'orderNumber', orderNumber)).toHaveLength(1);
    });

    it.each(['#W1 a', 'W/1', 'W%231', 'W?1&2', 'ÄÖ-1', '１２３', '..', 'a:bulk', 'W+1'])(
      'have the number %j, however it has to be encoded',
      async (number) => {
        const orderNumber = `${uniqueId('n')}${number}`;
        const { status, body } = await put(`orders/${encodeURIComponent(orderNumber)}`, ORDER);
        expect(status).toBe(200);
        expect(body.orderNumber).toBe(orderNumber);
        expect(await order(orderNumber)).toBeDefined();
      },
    );

    it('are found by a number that was encoded', async () => {
      const digits = crypto.randomUUID().replace(/\D/g, '').slice(0, 8).padEnd(8, '1');
      await put(`orders/%23W${digits}`, ORDER);
      const draft = await draftOf(`Hello, where is my order #W${digits}?`);
      expect(draft).toMatchObject({ kind: 'reply', status: 'READY' });
      expect(draft.body).toContain(`#W${digits}`);
    });

    it('keep further fields, which no draft, prompt or answer ever shows', async () => {
      const orderNumber = `#X${crypto.randomUUID().replace(/\D/g, '').slice(0, 8).padEnd(8, '1')}`;
      const quiet = startHarness();
      await harness.putOrder(businessId, orderNumber, {
        internalNote: 'Marigold',
        customer: { phone: 'Periwinkle', address: ['Foxglove'] },
        items: [{ name: 'Lamp', quantity: 1, price: 59.9, supplier: 'Oleander', attributes: { cost: 'Hemlock' } }],
        shipments: [
          { ...ORDER.shipments[0], doorCode: 'Wolfsbane', items: [{ name: 'Lamp', quantity: 1, sku: 'Yarrow' }] },
        ],
        refund: { amount: 5, iban: 'Belladonna' },
      });
      const secrets = /Marigold|Periwinkle|Foxglove|Oleander|Hemlock|Wolfsbane|Yarrow|Belladonna/;
      const kept = await order(orderNumber);
      expect(kept?.extra).toMatchObject({ internalNote: 'Marigold', customer: { phone: 'Periwinkle' } });
      expect(JSON.stringify(kept?.items)).toContain('Hemlock');
      const messageId = await harness.receive(
        businessId,
        `Hello, what do you know about my order ${orderNumber}? Status, supplier, notes, door code, everything, please.`,
      );
      const { body } = await quiet.draft(businessId, messageId);
      expect(body).toMatchObject({ kind: 'reply', status: 'READY' });
      expect(JSON.stringify([body, await quiet.model.calls(), quiet.logged])).not.toMatch(secrets);
      const [{ rows: stored }] = await harness.services.db.operator((queries) => [
        queries.execute(sql`select "content", "evidence" from "Draft" where "id" = ${body.id}`),
      ]);
      expect(JSON.stringify(stored)).not.toMatch(secrets);
    });

    it('are put in bulk, the last of two with one number wins', async () => {
      const [a, b] = [uniqueId('B'), uniqueId('B')];
      const orders = [
        { orderNumber: a, ...ORDER, status: 'pending' },
        { orderNumber: b, ...ORDER },
        { orderNumber: a, ...ORDER, status: 'cancelled' },
      ];
      const { status, body } = await put('orders:bulk', { orders });
      expect(status).toBe(200);
      expect(body).toEqual({ stored: 3 });
      expect(await order(a)).toMatchObject({ status: 'cancelled' });
      expect(await order(b)).toMatchObject({ status: 'shipped' });
      expect(await rows('Order', 'orderNumber', a)).toHaveLength(1);
    });

    it('are put 500 at a time, as a list or under a name, and not more', async () => {
      const many = Array.from({ length: 500 }, (_, i) => ({ orderNumber: uniqueId(`M${i}`), ...ORDER }));
      expect((await put('orders:bulk', many)).body).toEqual({ stored: 500 });
      expect((await put('orders:bulk', { items: many.slice(0, 2) })).body).toEqual({ stored: 2 });
      expect((await put('orders:bulk', [])).body).toEqual({ stored: 0 });
      expect((await put('orders:bulk', [...many, { orderNumber: 'one-more', ...ORDER }])).status).toBe(400);
    });

    it('in bulk are all put or none', async () => {
      const [good, bad] = [uniqueId('A'), uniqueId('A')];
      const { status, body } = await put('orders:bulk', [
        { orderNumber: good, ...ORDER },
        { orderNumber: bad, ...ORDER, status: 7 },
      ]);
      expect(status).toBe(400);
      expect(body.error.details.issues[0].path).toBe('items.1.status');
      expect(await order(good)).toBeUndefined();
    });

    const nested = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
    const wrong: [string, Row][] = [
      ['no customer', { customerEmail: undefined }],
      ['a customer that is no address', { customerEmail: 'ada' }],
      ['no status', { status: undefined }],
      ['an empty status', { status: ' ' }],
      ['a currency in words', { currency: 'euro' }],
      ['a total that is a text', { total: '59.90' }],
      ['a day that does not exist', { placedAt: '2026-02-30' }],
      ['a year that no database has', { placedAt: '0000-01-01' }],
      ['a time that its offset moves out of all years', { placedAt: '9999-12-31T23:59:59-14:00' }],
      ['items that are an object', { items: {} }],
      ['an item without a name', { items: [{ quantity: 1 }] }],
      ['half an item', { items: [{ name: 'Lamp', quantity: 0.5 }] }],
      ['a shipment that is a text', { shipments: ['DHL'] }],
      ['an arrival that is no date', { shipments: [{ eta: 'tomorrow' }] }],
      ['a refund that is a number', { refund: 5 }],
      ['fields nested too deep', { notes: nested(70) }],
      ['an item nested too deep', { items: [{ name: 'Lamp', quantity: 1, notes: nested(5_000) }] }],
    ];

    it.each(wrong)('with %s are refused', async (_what, fields) => {
      const orderNumber = uniqueId('W');
      const { status, body } = await put(`orders/${orderNumber}`, { ...ORDER, ...fields });
      expect(status).toBe(400);
      expect(body.error.code).toBe('INVALID_REQUEST');
      expect(await order(orderNumber)).toBeUndefined();
      expect((await put('orders:bulk', [{ orderNumber, ...ORDER, ...fields }])).status).toBe(400);
    });

    it('hold hostile text and keys as text', async () => {
      const orderNumber = uniqueId('H');
      const text = JSON.stringify({ ...ORDER, status: 'in\0 transit\ud800', note: 'HERE' })
        .replace('"HERE"', '{"a\\u0000b\\ud800":["\\u0000<|endoftext|>"]}')
        .replace('{', '{"__proto__":{"placedAt":"garbage","total":"x"},"constructor":{"prototype":1},');
      const { status } = await put(`orders/${orderNumber}`, text);
      expect(status).toBe(200);
      expect(await order(orderNumber)).toMatchObject({ status: 'in transit\ufffd', total: 59.9 });
    });

    it('take nulls for what is not known', async () => {
      const orderNumber = uniqueId('N');
      const nulls = {
        placedAt: null,
        currency: null,
        total: null,
        items: null,
        shipments: null,
        refund: null,
        note: null,
      };
      expect((await put(`orders/${orderNumber}`, { customerEmail: CUSTOMER, status: 'new', ...nulls })).status).toBe(
        200,
      );
      expect(await order(orderNumber)).toMatchObject({ total: null, items: [], shipments: [], extra: {} });
    });
  });

  describe('appointments', () => {
    const APPOINTMENT = { customerEmail: CUSTOMER, startsAt: '2026-11-20T10:00:00+03:00', service: 'Cut' };

    it('are put and replaced', async () => {
      const id = uniqueId('A#');
      const path = `appointments/${encodeURIComponent(id)}`;
      expect((await put(path, { ...APPOINTMENT, staff: 'Ann', room: '5' })).body).toEqual({ businessId, id });
      expect((await rows('Appointment', 'id', id))[0]).toMatchObject({
        status: 'confirmed',
        staff: 'Ann',
        extra: { room: '5' },
      });
      await put(path, { ...APPOINTMENT, status: 'cancelled' });
      const replaced = await rows('Appointment', 'id', id);
      expect(replaced).toHaveLength(1);
      expect(replaced[0]).toMatchObject({ status: 'cancelled', staff: null, extra: {} });
      expect(new Date(replaced[0]?.startsAt).toISOString()).toBe('2026-11-20T07:00:00.000Z');
    });

    it.each([
      ['no time', { startsAt: undefined }],
      ['a day in place of a time', { startsAt: '2026-11-20' }],
      ['a customer that is no address', { customerEmail: 'x' }],
      ['a service that is a number', { service: 5 }],
    ])('with %s are refused', async (_what, fields) => {
      expect((await put(`appointments/${uniqueId('A')}`, { ...APPOINTMENT, ...fields })).status).toBe(400);
    });
  });

  describe('snippets', () => {
    it('are put and replaced', async () => {
      const key = uniqueId('opening hours/');
      const path = `snippets/${encodeURIComponent(key)}`;
      expect((await put(path, { text: 'Line one\r\nline two', whenToUse: 'hours' })).body).toEqual({ businessId, key });
      expect((await rows('Snippet', 'key', key))[0]).toMatchObject({
        text: 'Line one\nline two',
        language: 'en',
        whenToUse: 'hours',
      });
      await put(path, { text: 'Neu', language: 'de' });
      expect(await rows('Snippet', 'key', key)).toMatchObject([{ text: 'Neu', language: 'de', whenToUse: '' }]);
    });

    it.each([
      ['no text', {}],
      ['an empty text', { text: '' }],
      ['nothing but a NUL', { text: '\0' }],
      ['a text that is too long', { text: 'x'.repeat(20_001) }],
      ['a language in words', { text: 'Hello', language: 'English' }],
    ])('with %s are refused', async (_what, body) => {
      expect((await put(`snippets/${uniqueId('s')}`, body)).status).toBe(400);
    });
  });

  it.each([
    ['orders/1', ORDER],
    ['orders:bulk', [{ orderNumber: '1', ...ORDER }]],
    ['orders:bulk', []],
    ['appointments/1', { customerEmail: CUSTOMER, startsAt: '2026-11-20T10:00:00Z' }],
    ['snippets/1', { text: 'Hello' }],
  ])('of an unknown business are 404: %s', async (path, body) => {
    const answer = await put(path, body, uniqueId('nowhere'));
    expect(answer.status).toBe(404);
    expect(answer.body.error.code).toBe('NOT_FOUND');
  });

  it('of two businesses with one number are two', async () => {
    const orderNumber = uniqueId('T');
    const other = await harness.createBusiness();
    await put(`orders/${orderNumber}`, { ...ORDER, status: 'shipped' });
    await put(`orders/${orderNumber}`, { ...ORDER, status: 'cancelled' }, other);
    expect(await order(orderNumber)).toMatchObject({ status: 'shipped' });
  });
});
