import { describe, expect, it } from 'vitest';
import { configWithDefaults } from '../../src/config.ts';
import { addExample } from '../support/add-example.ts';
import { startHarness } from '../support/harness.ts';

const QUESTION = 'Hello, do you sell gift vouchers, and for how long can they be used?';

async function setUp(config: Record<string, unknown> = {}) {
  const harness = startHarness({ config });
  const businessId = await harness.createBusiness({ emailRagEnabled: true, emailRagMinConfidence: 0, controlShare: 0 });
  await harness.post('/admin/api/pilots', { businessId, feature: 'RAG_PILOT' });
  await addExample(
    businessId,
    QUESTION,
    'Yes, we sell gift vouchers, and whoever gets one can take their time with it.',
  );
  const ask = async (text = QUESTION) =>
    (await harness.draft(businessId, await harness.receive(businessId, text))).body;
  return { harness, businessId, ask };
}

describe('retrieval that takes too long', () => {
  it('has 2 seconds, by default', () => {
    expect(configWithDefaults().retrievalTimeoutMs).toBe(2_000);
  });

  it('is given up after 2 s, and the draft is made without examples', async () => {
    const { harness, ask } = await setUp();
    await harness.model.set({ mode: 'hang', calls: ['embeddings'] });
    const draft = await ask();
    expect(draft).toMatchObject({ status: 'READY', rag: { enabled: true, status: 'timeout', examples: [] } });
    const event = harness.logged.find((line) => line.event === 'draft') as { rag: { embeddingMs: number } };
    // The wait was the 2 seconds and not the 30 of a model call; a busy machine may add some.
    expect(event.rag.embeddingMs).toBeGreaterThanOrEqual(1_900);
    expect(event.rag.embeddingMs).toBeLessThan(15_000);
  });

  it('costs the draft nothing else: facts of an order are in it', async () => {
    const { harness, businessId, ask } = await setUp({ retrievalTimeoutMs: 200 });
    await harness.putOrder(businessId, '#W1001');
    await harness.model.set({ mode: 'hang', calls: ['embeddings'] });
    const draft = await ask('Hello, where is my order #W1001?');
    expect(draft).toMatchObject({ status: 'READY', kind: 'reply', rag: { status: 'timeout' } });
    expect(draft.body).toContain('773344556677');
  });

  it('is over with the mail it belongs to: the next one has its examples again', async () => {
    const { harness, businessId, ask } = await setUp({ retrievalTimeoutMs: 200 });
    await harness.model.set({ mode: 'hang', calls: ['embeddings'] });
    expect((await ask()).rag.status).toBe('timeout');
    const patient = startHarness({ config: { retrievalTimeoutMs: 20_000 } });
    const messageId = await patient.receive(businessId, QUESTION);
    expect((await patient.draft(businessId, messageId)).body.rag).toMatchObject({ status: 'hit', examples: [{}] });
  });

  it('by an embedding endpoint that fails is an error, told apart from a timeout', async () => {
    const { harness, ask } = await setUp();
    await harness.model.set({ mode: 'http500', calls: ['embeddings'] });
    expect(await ask()).toMatchObject({ status: 'READY', rag: { enabled: true, status: 'error', examples: [] } });
  });
});
