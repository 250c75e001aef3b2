import { describe, expect, it } from 'vitest';
import { addExample } from '../support/add-example.ts';
import { startHarness, uniqueId } from '../support/harness.ts';

/** A model of which nothing was learned yet: other tests' usage would move the prediction. */
const withBudget = (tokenBudget: number, config = {}) =>
  startHarness({ config: { tokenBudget, model: uniqueId('writer'), ...config } });

describe('a prompt that is over the token budget', () => {
  it('loses examples first, and keeps every tool result and what else fits', async () => {
    const harness = withBudget(1_400, { retrievalTimeoutMs: 20_000 });
    const flags = { emailRagEnabled: true, emailSnippetsEnabled: true, emailRagMinConfidence: 0, controlShare: 0 };
    const businessId = await harness.createBusiness(flags);
    await harness.post('/admin/api/pilots', { businessId, feature: 'RAG_PILOT' });
    const snippet = { text: 'Every order leaves our house by bicycle.', whenToUse: 'order' };
    await harness.call('PUT', `/v1/businesses/${businessId}/snippets/short`, snippet);
    await harness.putOrder(businessId, '#W1001');
    const question = 'Hello, where is my order #W1001?';
    await addExample(businessId, question, `It is on its way. ${'We thank you kindly. '.repeat(400)}`);
    const { body } = await harness.draft(businessId, await harness.receive(businessId, question));
    expect(body).toMatchObject({ status: 'READY', kind: 'reply', rag: { status: 'hit' } });
    expect(body.tokens.dropped).toEqual([expect.stringMatching(/^example:/)]);
    expect(body.tokens.predicted).toBeLessThanOrEqual(1_400);
    expect(body.sources.map(({ kind }: { kind: string }) => kind)).not.toContain('example');
    const prompt = JSON.stringify((await harness.model.calls()).requests.at(-1)?.body);
    expect(prompt).toContain('773344556677');
    expect(prompt).toContain('by bicycle');
    expect(prompt).not.toContain('thank you kindly');
  });

  it('loses snippets and old turns, and keeps every tool result', async () => {
    const harness = withBudget(1_400);
    const businessId = await harness.createBusiness({ emailSnippetsEnabled: true });
    await harness.post('/admin/api/pilots', { businessId, feature: 'RAG_PILOT' });
    await harness.call('PUT', `/v1/businesses/${businessId}/snippets/long`, {
      text: 'order '.repeat(1_500),
      whenToUse: 'order',
    });
    await harness.putOrder(businessId, '#W1001');
    const fields = { threadId: 'thread-1' };
    await harness.receive(businessId, 'long ago '.repeat(1_000), { ...fields, sentAt: '2026-11-01T09:00:00Z' });
    await harness.receive(businessId, 'We have answered.', {
      ...fields,
      direction: 'OUTBOUND',
      from: { address: 'shop@corner.example' },
      to: [{ address: 'ada@customer.example' }],
      sentAt: '2026-11-02T09:00:00Z',
    });
    const messageId = await harness.receive(businessId, 'Hello, where is my order #W1001?', fields);
    const { body } = await harness.draft(businessId, messageId);
    expect(body).toMatchObject({ status: 'READY', kind: 'reply' });
    expect(body.tokens.dropped).toEqual([expect.stringMatching(/^snippet:/), expect.stringMatching(/^turns:/)]);
    expect(body.tokens.predicted).toBeLessThanOrEqual(1_400);
    const prompt = JSON.stringify((await harness.model.calls()).requests.at(-1)?.body);
    expect(prompt).toContain('773344556677');
    expect(prompt).not.toContain('long ago');
  });

  it('is answered by the template where tool results alone do not fit', async () => {
    const harness = withBudget(900);
    const businessId = await harness.createBusiness();
    const items = Array.from({ length: 200 }, (_, i) => ({ name: `Lamp of the kind ${i}`, quantity: 1, price: 10 }));
    await harness.putOrder(businessId, '#W1001', { items });
    const { body } = await harness.draft(
      businessId,
      await harness.receive(businessId, 'Hello, what is in my order #W1001?'),
    );
    expect(body).toMatchObject({ status: 'READY', kind: 'verification' });
    expect((await harness.model.calls()).compose).toBe(0);
  });
});
