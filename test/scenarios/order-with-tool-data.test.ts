import { beforeAll, describe, expect, it } from 'vitest';
import { CUSTOMER, type Harness, startHarness } from '../support/harness.ts';

describe('an order with tool data', () => {
  let harness: Harness;
  let businessId: string;

  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness();
    await harness.putOrder(businessId, '#W1001');
  });

  it('is answered from the facts, with evidence for each claim', async () => {
    const messageId = await harness.receive(
      businessId,
      'Hello, where is my order #W1001? What is the tracking number?',
    );
    const { status, body } = await harness.draft(businessId, messageId);
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'READY', kind: 'reply', language: 'en', version: 1, messageId, bcc: [] });
    expect(body.to).toEqual([{ address: CUSTOMER, name: 'Ada' }]);
    expect(body.subject).toBe('Re: A question');
    expect(body.body).toContain('773344556677');
    expect(body.claims.length).toBeGreaterThan(1);
    for (const claim of body.claims) {
      expect(body.body.slice(claim.start, claim.end)).toBe(claim.text);
      expect(claim.verdict).toBe('verified');
    }
    const tracking = body.claims.find((claim: { type: string }) => claim.type === 'tracking_number');
    expect(tracking.evidence).toBe('orders[#W1001].shipments[0].trackingNumber');
    expect(body.sources).toContainEqual({ index: 0, kind: 'order', id: '#W1001', used: true });
    expect(body.tokens.predicted).toBeGreaterThan(100);
    expect(body.tokens.actual).toBeGreaterThan(100);
  });

  it('is found by its tracking number, and by the sender alone where it is the only open one', async () => {
    const byTracking = await harness.receive(
      businessId,
      'Hi, my tracking number is 773344556677, where is the parcel?',
    );
    expect((await harness.draft(businessId, byTracking)).body).toMatchObject({ kind: 'reply', status: 'READY' });
    const bySender = await harness.receive(businessId, 'Hi, where is my order?');
    const { body } = await harness.draft(businessId, bySender);
    expect(body.kind).toBe('reply');
    expect(body.body).toContain('#W1001');
  });

  it('stores one wide event without the body, and logs no address', async () => {
    const event = harness.logged.find((line) => line.event === 'draft');
    expect(event).toMatchObject({ status: 'READY', kind: 'reply', intent: expect.any(String) });
    const log = JSON.stringify(harness.logged);
    expect(log).not.toContain('@');
    expect(log).not.toContain('773344556677');
  });
});
