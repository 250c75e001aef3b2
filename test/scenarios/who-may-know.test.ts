import { beforeAll, describe, expect, it } from 'vitest';
import { CUSTOMER, type Harness, startHarness } from '../support/harness.ts';

describe('who may know of an order', () => {
  let harness: Harness;
  let businessId: string;
  let replyAllBusinessId: string;

  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness({ mailAddresses: ['shop@corner.example'] });
    replyAllBusinessId = await harness.createBusiness({ mailAddresses: ['shop@corner.example'], replyAll: true });
    for (const id of [businessId, replyAllBusinessId]) await harness.putOrder(id, '#W1001');
  });

  const question = 'Hello, where is my order #W1001?';
  const stranger = { address: 'stranger@elsewhere.example' };

  const refused: [string, boolean, Record<string, unknown>][] = [
    ['a stranger', false, { from: stranger }],
    ['a spoofed owner whose Reply-To is a stranger', false, { replyTo: stranger }],
    ['an owner with a second Reply-To', false, { replyTo: [{ address: CUSTOMER }, stranger] }],
    ['an owner who has a stranger in cc, where the business replies to all', true, { cc: [stranger] }],
    [
      'an owner who wrote to a stranger too, where the business replies to all',
      true,
      { to: [{ address: 'shop@corner.example' }, stranger] },
    ],
    ['a sender that failed DMARC', false, { authentication: { dmarc: 'fail' } }],
    ['a look-alike address', false, { from: { address: CUSTOMER.replace('a', 'а') } }],
    ['an address that ends like the owner’s', false, { from: { address: `x${CUSTOMER}` } }],
    ['a display name that is the owner’s address', false, { from: { address: stranger.address, name: CUSTOMER } }],
  ];

  it.each(refused)('is not %s', async (_who, replyAll, fields) => {
    const id = replyAll ? replyAllBusinessId : businessId;
    for (const text of [
      question,
      'Hello, my tracking number is 773344556677, where is it?',
      'Hello, where is my order?',
    ]) {
      const { status, body } = await harness.draft(id, await harness.receive(id, text, fields));
      expect(status).toBe(201);
      expect(body.kind).toBe('verification');
      expect(body.claims).toEqual([]);
      expect(JSON.stringify(body)).not.toMatch(/773344556677|59[.,]9|Lamp|DHL/);
    }
  });

  it('is the owner, however the address is written, with the business itself among the recipients', async () => {
    const fields = { from: { address: ' ADA@Customer.Example ' }, to: [{ address: 'Shop@corner.example' }] };
    const { body } = await harness.draft(
      replyAllBusinessId,
      await harness.receive(replyAllBusinessId, question, fields),
    );
    expect(body.kind).toBe('reply');
    expect(body.cc).toEqual([]);
  });

  it('gives the same polite words for an unknown and for a foreign order', async () => {
    const unknown = await harness.draft(
      businessId,
      await harness.receive(businessId, 'Hello, where is my order #W7777?', { from: stranger }),
    );
    const foreign = await harness.draft(businessId, await harness.receive(businessId, question, { from: stranger }));
    expect(foreign.body.body).toBe(unknown.body.body);
    expect(foreign.body.findings).toEqual(unknown.body.findings);
    expect(foreign.body.tokens).toEqual(unknown.body.tokens);
  });
});
