import { beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness, uniqueId } from '../support/harness.ts';

describe('a message that is asked for more than once', () => {
  let harness: Harness;
  let businessId: string;

  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness();
    await harness.putOrder(businessId, '#W1001');
  });

  it('has one draft and one compose call for 20 requests at once', async () => {
    await harness.model.set({ mode: 'slow', delayMs: 300, calls: ['compose'] });
    const messageId = await harness.receive(businessId, 'Hello, where is my order #W1001?');
    const answers = await Promise.all(Array.from({ length: 20 }, () => harness.draft(businessId, messageId)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.every(({ status }) => status === 201 || status === 200 || status === 409)).toBe(true);
    const drafts = answers.filter(({ status }) => status < 300).map(({ body }) => body.id);
    expect(new Set(drafts).size).toBe(1);
    expect((await harness.model.calls()).compose).toBe(1);
  });

  it('answers 409 with Retry-After where waiting takes too long', async () => {
    const impatient = startHarness({ config: { draftWaitMs: 1 } });
    await impatient.model.set({ mode: 'slow', delayMs: 800, calls: ['compose'] });
    const messageId = await harness.receive(businessId, 'Hello, where is my order #W1001?');
    const first = impatient.draft(businessId, messageId);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const second = await impatient.draft(businessId, messageId);
    expect(second.status).toBe(409);
    expect(second.body.error.code).toBe('DRAFT_IN_PROGRESS');
    expect(second.headers.get('retry-after')).toBe('1');
    expect((await first).status).toBe(201);
  });

  it('gives the same draft for the same Idempotency-Key, and 422 for the key with another payload', async () => {
    const headers = { 'idempotency-key': uniqueId('key') };
    const one = await harness.receive(businessId, 'Hello, where is my order #W1001?');
    const other = await harness.receive(businessId, 'Hi, is order #W1001 on its way?');
    const first = await harness.draft(businessId, one, { headers });
    expect(first.status).toBe(201);
    const again = await harness.draft(businessId, one, { headers });
    expect(again.status).toBe(200);
    expect(again.body.id).toBe(first.body.id);
    const mismatch = await harness.draft(businessId, other, { headers });
    expect(mismatch.status).toBe(422);
    expect(mismatch.body.error.code).toBe('IDEMPOTENCY_MISMATCH');
    expect(
      (await harness.get(`/v1/drafts?businessId=${businessId}&limit=200`)).body.items.map(
        (d: { messageId: string }) => d.messageId,
      ),
    ).not.toContain(other);
  });

  it('is 404 where the message is unknown, and 422 where it is the business’s own', async () => {
    expect((await harness.draft(businessId, 'nobody-has-sent-this')).status).toBe(404);
    expect((await harness.draft(uniqueId('nowhere'), 'x')).status).toBe(404);
    const outbound = await harness.receive(businessId, 'Hello Ada, it is on its way.', {
      direction: 'OUTBOUND',
      from: { address: 'shop@corner.example' },
      to: [{ address: 'ada@customer.example' }],
    });
    expect((await harness.draft(businessId, outbound)).status).toBe(422);
  });
});
