import { describe, expect, it } from 'vitest';
import { runCron } from '../../src/jobs/run-cron.ts';
import { createBackfillQueue } from '../support/backfill-queue.ts';
import { fakeVector } from '../support/fake-vector.ts';
import { CUSTOMER, startHarness, uniqueId } from '../support/harness.ts';
import { owner } from '../support/owner.ts';

const SHOP = 'shop@corner.example';
const QUESTION = 'Hello, do you sell gift vouchers, and for how long can they be used?';
const ANSWER = 'Yes, we sell gift vouchers in our shop, and whoever gets one can take their time with it.';

/** The model whose confidence was fitted; the encoder of a busy machine takes its time. */
const OFFLINE = { embeddingModel: 'offline-use-512', retrievalTimeoutMs: 20_000 };

async function setUp(overrides: Parameters<typeof startHarness>[0] = {}) {
  const queue = createBackfillQueue();
  const harness = startHarness({ enqueueBackfill: queue.enqueueBackfill, ...overrides });
  const businessId = await enrolled(harness);

  async function sendAnswer(question: string, answer: string, of = businessId, sentAt = new Date()) {
    const threadId = uniqueId('thread');
    const common = { businessId: of, threadId, subject: 'Question', sentAt: sentAt.toISOString() };
    const inbound = { ...common, messageId: uniqueId('in'), direction: 'INBOUND', text: question };
    await harness.post('/v1/messages', { ...inbound, from: { address: CUSTOMER }, to: [{ address: SHOP }] });
    const outbound = { ...common, messageId: uniqueId('out'), direction: 'OUTBOUND', text: answer };
    const sent = { ...outbound, sentAt: new Date(sentAt.getTime() + 1000).toISOString() };
    await harness.post('/v1/messages', { ...sent, from: { address: SHOP }, to: [{ address: CUSTOMER }] });
  }
  const ask = async (text: string, of = businessId) =>
    (await harness.draft(of, await harness.receive(of, text, { subject: 'Question' }))).body;
  const night = async () => {
    await runCron('0 3 * * *', harness.services);
    await queue.drain(harness.services);
  };
  const countOf = async (of = businessId) => {
    const [row] =
      await owner()`select count(*)::int as n from "Embedding" where "businessId" = ${of} and "model" = ${OFFLINE.embeddingModel}`;
    return row?.n as number;
  };
  return { harness, queue, businessId, sendAnswer, ask, night, countOf };
}

/** Approvals of this business as if they had been made a little earlier. */
async function letUndoPass(businessId: string) {
  await owner()`update "Draft" set "reviewedAt" = "reviewedAt" - interval '11 seconds' where "businessId" = ${businessId}`;
}

async function enrolled(harness: ReturnType<typeof startHarness>): Promise<string> {
  const businessId = await harness.createBusiness({ emailRagEnabled: true, controlShare: 0 });
  await harness.post('/admin/api/pilots', { businessId, feature: 'RAG_PILOT' });
  return businessId;
}

describe('past answers', () => {
  it('are found for a like question the day after they were sent, and shown with the draft', async () => {
    const { ask, sendAnswer, night, countOf } = await setUp({ config: OFFLINE });
    expect((await ask(QUESTION)).rag).toMatchObject({ enabled: true, status: 'miss', examples: [] });
    await sendAnswer(QUESTION, ANSWER);
    await sendAnswer('My door bell does not ring any more, what is wrong with it?', 'Please try a new battery first.');
    await night();
    expect(await countOf()).toBe(2);
    const { rag } = await ask('Do you have gift vouchers? How long can one use them?');
    expect(rag.status).toBe('hit');
    expect(rag.examples).toHaveLength(1);
    expect(rag.examples[0].confidence).toBeGreaterThan(0.7);
  });

  it('are never another business’s', async () => {
    const { harness, ask, sendAnswer, night } = await setUp({ config: OFFLINE });
    const other = await enrolled(harness);
    await sendAnswer(QUESTION, ANSWER, other);
    await night();
    expect((await ask(QUESTION)).rag).toMatchObject({ status: 'miss', examples: [] });
    expect((await ask(QUESTION, other)).rag.status).toBe('hit');
  });

  it('say the same thing only once', async () => {
    const { ask, sendAnswer, night, countOf } = await setUp({ config: OFFLINE });
    await sendAnswer(QUESTION, ANSWER);
    await sendAnswer(`${QUESTION} I would like two.`, `${ANSWER} Kind words.`);
    await sendAnswer(
      `${QUESTION} It is for my son.`,
      'We do; you find them beside the till, in three sizes and two colours.',
    );
    await night();
    expect(await countOf()).toBe(3);
    expect((await ask(QUESTION)).rag.examples).toHaveLength(2);
  });

  it('are as many as the business allows, and as sure as it asks', async () => {
    const { harness, businessId, ask, sendAnswer, night } = await setUp({ config: OFFLINE });
    const answers = [
      'They never end.',
      'Ask at the till, it knows.',
      'Yes, in green and red.',
      'Three sizes, all paper.',
    ];
    for (const answer of answers) await sendAnswer(QUESTION, `${answer} Come and see us soon.`);
    await night();
    expect((await ask(QUESTION)).rag.examples).toHaveLength(3);
    await harness.call('PATCH', `/admin/api/businesses/${businessId}`, { emailRagMaxExamples: 1 });
    expect((await ask(QUESTION)).rag.examples).toHaveLength(1);
    await harness.call('PATCH', `/admin/api/businesses/${businessId}`, { emailRagMinConfidence: 1 });
    expect((await ask(QUESTION)).rag).toMatchObject({ status: 'miss', examples: [] });
  });

  it('come from approved drafts too, within a minute, marked where nobody edited them', async () => {
    const { harness, queue, businessId, ask, countOf } = await setUp({ config: OFFLINE });
    const approve = async (text: string, body: string, edited?: string) => {
      await harness.model.set({ mode: 'answer', body });
      const draft = await ask(text);
      const approved = await harness.post(`/v1/drafts/${draft.id}/approve`, edited ? { body: edited } : {});
      expect(approved.status).toBe(200);
    };
    await approve(QUESTION, `Hello,\n\n${ANSWER}`);
    await approve(
      'Is your café open to dogs as well?',
      'Hello,\n\nWe like dogs a lot here.',
      'Hello,\n\nDogs are welcome in our café.',
    );
    await index();
    expect(await countOf()).toBe(0);
    await letUndoPass(businessId);
    await index();
    const rows = await owner()`select "answer", "systemWritten" from "Embedding"
      where "businessId" = ${businessId} and "model" = ${OFFLINE.embeddingModel} order by "answer"`;
    expect(rows).toMatchObject([
      { answer: expect.stringContaining('Dogs are welcome'), systemWritten: false },
      { answer: expect.stringContaining('gift vouchers'), systemWritten: true },
    ]);
    await index();
    expect(await countOf()).toBe(2);

    async function index() {
      await runCron('* * * * *', harness.services);
      await queue.drain(harness.services);
    }
  });

  it('are never an approval that was taken back, not even one that was indexed already', async () => {
    const { harness, businessId, ask, countOf } = await setUp({ config: OFFLINE });
    await harness.model.set({ mode: 'answer', body: `Hello,\n\n${ANSWER}` });
    const draft = await ask(QUESTION);
    const undo = { businessId, draftId: draft.id, actor: 'admin-key' };
    await harness.post(`/v1/drafts/${draft.id}/approve`);
    await harness.services.undoReview(undo);
    await letUndoPass(businessId);
    await runCron('* * * * *', harness.services);
    expect(await countOf()).toBe(0);

    await harness.post(`/v1/drafts/${draft.id}/approve`);
    await letUndoPass(businessId);
    await runCron('* * * * *', harness.services);
    expect(await countOf()).toBe(1);
    await owner()`update "Draft" set "reviewedAt" = now() where "id" = ${draft.id}`;
    await harness.services.undoReview(undo);
    expect(await countOf()).toBe(0);
  });

  it('are no approval that is taken back while it is being indexed', async () => {
    const { harness, businessId, ask, countOf } = await setUp({ config: OFFLINE });
    await harness.model.set({ mode: 'answer', body: `Hello,\n\n${ANSWER}` });
    const draft = await ask(QUESTION);
    await harness.post(`/v1/drafts/${draft.id}/approve`);
    await letUndoPass(businessId);
    let taken = false;
    const slow = startHarness({
      model: {
        name: 'none',
        embeddingName: OFFLINE.embeddingModel,
        answer: async () => ({ status: 'unavailable', usage: null }),
        embed: async (texts) => {
          if (!taken) {
            taken = true;
            await owner()`update "Draft" set "reviewedAt" = now() where "id" = ${draft.id}`;
            await harness.services.undoReview({ businessId, draftId: draft.id, actor: 'admin-key' });
          }
          return { status: 'ok', vectors: texts.map(fakeVector), tokens: texts.length };
        },
      },
    });
    await runCron('* * * * *', slow.services);
    expect(taken).toBe(true);
    expect(await countOf()).toBe(0);
  });
});
