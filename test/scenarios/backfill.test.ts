import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createBackfillQueue } from '../support/backfill-queue.ts';
import { CUSTOMER, startHarness, uniqueId } from '../support/harness.ts';
import { owner } from '../support/owner.ts';

const SHOP = 'shop@corner.example';
const DAY_MS = 86_400_000;

function setUp(overrides: Parameters<typeof startHarness>[0] = {}) {
  const queue = createBackfillQueue();
  // All files share one database, and nights of other files index everybody's mail: under another name.
  const embeddingModel = uniqueId('model');
  const harness = startHarness({ enqueueBackfill: queue.enqueueBackfill, config: { embeddingModel }, ...overrides });

  /** A thread of a customer's question and the business's answer; answers the id of the answer. */
  async function correspond(
    businessId: string,
    question: string,
    answer: string,
    fields: Record<string, unknown> = {},
  ) {
    const threadId = uniqueId('thread');
    const daysAgo = Number(fields.daysAgo ?? 3);
    const at = (ms: number) => new Date(Date.now() - daysAgo * DAY_MS + ms).toISOString();
    const customer = String(fields.customer ?? CUSTOMER);
    const common = { businessId, threadId, subject: 'Question' };
    await harness.post('/v1/messages', {
      ...common,
      messageId: uniqueId('in'),
      direction: 'INBOUND',
      from: { address: customer },
      to: [{ address: SHOP }],
      text: question,
      sentAt: at(0),
    });
    const sent = await harness.post('/v1/messages', {
      ...common,
      messageId: uniqueId('out'),
      direction: 'OUTBOUND',
      from: { address: SHOP },
      to: [{ address: customer }],
      text: answer,
      sentAt: at(60_000),
      ...(fields.headers ? { headers: fields.headers } : {}),
    });
    expect(sent.status).toBe(201);
    return sent.body.id as string;
  }

  async function start(businessId: string, days = 90) {
    const started = await harness.post('/admin/api/backfills', { businessId, days });
    expect(started.status).toBe(201);
    return started.body.id as string;
  }

  const find = async (id: string) => (await harness.get(`/admin/api/backfills/${id}`)).body;
  const examplesOf = (businessId: string) =>
    owner()`select "question", "answer", "language", "systemWritten", "model" from "Embedding"
      where "businessId" = ${businessId} and "model" = ${embeddingModel} order by "question"`;
  return { harness, queue, correspond, start, find, examplesOf };
}

const ANSWERS = [
  ['Where is my parcel? It should have come.', 'We have asked the carrier and will tell you when it moves again.'],
  ['Can I exchange the lamp for a bigger one?', 'Of course, send it back unused and we send you the bigger one.'],
  ['Do you ship to Norway?', 'Yes, we ship to Norway; customs are paid on arrival.'],
] as const;

describe('a backfill', () => {
  it('makes examples of the mail that a person sent, stripped and redacted, and counts what it left out', async () => {
    const { harness, queue, correspond, start, find, examplesOf } = setUp();
    const businessId = await harness.createBusiness();
    for (const [question, answer] of ANSWERS) await correspond(businessId, question, answer);
    await correspond(
      businessId,
      'Please call me at +49 30 1234567, my card 4111 1111 1111 1111 was charged twice.\n\n> On Monday we wrote:\n> old words',
      'We see both charges and give one back.\n\nBest regards\nTom\n\nOn Monday, Ada wrote:\n> my card was charged twice',
    );
    await correspond(businessId, 'Are you open on Friday?', 'We are away until Monday and will read your mail then.', {
      headers: { 'auto-submitted': 'auto-replied' },
    });
    await correspond(businessId, 'Thank you for everything!', 'Thanks!');
    await correspond(businessId, ANSWERS[0][0], ANSWERS[0][1]);
    await correspond(businessId, 'A very old question, is it not?', 'A very old answer that is out of the window.', {
      daysAgo: 120,
    });

    const id = await start(businessId);
    expect(await find(id)).toMatchObject({ status: 'planning', total: 0 });
    await queue.drain(harness.services);

    expect(await find(id)).toMatchObject({ status: 'done', total: 7, done: 4, skipped: 3, failed: 0 });
    const examples = await examplesOf(businessId);
    expect(examples).toHaveLength(4);
    const charged = examples.find((row) => row.question.includes('charged twice'));
    expect(charged).toMatchObject({
      answer: 'We see both charges and give one back.',
      language: 'en',
      systemWritten: false,
    });
    expect(charged?.question).toContain('[CARD_1]');
    expect(charged?.question).not.toMatch(/4111|1234567|old words/);
    const reasons = await owner()`select "reason", count(*)::int as n from "BackfillItem" where "backfillId" = ${id}
      and "status" = 'skipped' group by 1 order by 1`;
    expect(reasons).toEqual([
      { reason: 'duplicate', n: 1 },
      { reason: 'machine-mail', n: 1 },
      { reason: 'no-answer', n: 1 },
    ]);
  });

  it('changes nothing when its messages come twice, or when it is started again', async () => {
    const { harness, queue, correspond, start, find, examplesOf } = setUp();
    const businessId = await harness.createBusiness();
    for (const [question, answer] of ANSWERS) await correspond(businessId, question, answer);
    const id = await start(businessId);
    const again = await harness.post('/admin/api/backfills', { businessId, days: 90 });
    expect(again).toMatchObject({ status: 200, body: { id } });
    expect((await harness.post('/admin/api/backfills', { businessId, days: 30 })).status).toBe(409);

    const first = await queue.drain(harness.services);
    for (const { body } of first) await queue.deliver(harness.services, body);
    await queue.drain(harness.services);
    expect(await find(id)).toMatchObject({ status: 'done', total: 3, done: 3 });
    expect(await examplesOf(businessId)).toHaveLength(3);

    const second = await start(businessId);
    await queue.drain(harness.services);
    expect(await find(second)).toMatchObject({ status: 'done', total: 3, done: 0, skipped: 3 });
    expect((await harness.model.calls()).embeddings).toBe(1);
    expect(await examplesOf(businessId)).toHaveLength(3);
  });

  it('sends a delayed copy and acknowledges when the API says 429, and asks nobody before the pause is over', async () => {
    const { harness, queue, correspond, start, find } = setUp();
    const businessId = await harness.createBusiness();
    for (const [question, answer] of ANSWERS) await correspond(businessId, question, answer);
    await start(businessId);
    await harness.model.set({ mode: 'http429', calls: ['embeddings'], times: 1 });
    await queue.drain(harness.services, { rounds: 1 });
    const [page] = await queue.drain(harness.services, { rounds: 1 });
    expect(page).toMatchObject({ outcome: 'ack', body: { type: 'backfill-page' } });
    expect(queue.waiting).toHaveLength(1);
    expect(queue.waiting[0]).toMatchObject({ delayMs: 1_000, attempts: 1 });
    const id = String((queue.waiting[0]?.body as { backfillId?: string } | undefined)?.backfillId);
    await queue.drain(harness.services);
    expect(await find(id)).toMatchObject({ status: 'done', done: 3 });
  });

  it('goes on where it was when the model was down', async () => {
    const { harness, queue, correspond, start, find } = setUp();
    const businessId = await harness.createBusiness();
    for (const [question, answer] of ANSWERS) await correspond(businessId, question, answer);
    const id = await start(businessId);
    await harness.model.set({ mode: 'down', calls: ['embeddings'], times: 2 });
    await queue.drain(harness.services, { rounds: 1 });
    const [page] = await queue.drain(harness.services, { rounds: 1 });
    expect(page).toMatchObject({ outcome: 'retry', delaySeconds: 15 });
    expect(await find(id)).toMatchObject({ status: 'running', done: 0 });
    await queue.drain(harness.services);
    expect(await find(id)).toMatchObject({ status: 'done', done: 3, failed: 0 });
  });

  it('is cancelled at once and goes on with what it left when it is retried', async () => {
    const { harness, queue, correspond, start, find, examplesOf } = setUp();
    const businessId = await harness.createBusiness();
    for (const [question, answer] of ANSWERS) await correspond(businessId, question, answer);
    const id = await start(businessId);
    await queue.drain(harness.services, { rounds: 1 });
    const cancelled = await harness.post(`/admin/api/backfills/${id}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    await queue.drain(harness.services);
    expect(await examplesOf(businessId)).toHaveLength(0);

    expect((await harness.post(`/admin/api/backfills/${id}/retry`)).status).toBe(200);
    await queue.drain(harness.services);
    expect(await find(id)).toMatchObject({ status: 'done', total: 3, done: 3 });
    const audit =
      await owner()`select "action" from "AuditEvent" where "businessId" = ${businessId} and "action" like 'backfill.%' order by "at"`;
    expect(audit.map((row) => row.action)).toEqual(['backfill.start', 'backfill.cancel', 'backfill.retry']);
  });

  it('keeps dead letters, lists their mails and tries them again', async () => {
    const { harness, queue, correspond, start, find } = setUp();
    const businessId = await harness.createBusiness();
    for (const [question, answer] of ANSWERS) await correspond(businessId, question, answer);
    const id = await start(businessId);
    await queue.drain(harness.services, { rounds: 1 });
    const [page] = queue.waiting.splice(0);
    const poison = { type: 'backfill-page', businessId, backfillId: id, ids: 'not a list', secret: 'words of a mail' };
    await queue.deliver(harness.services, page?.body, 'draftgate-backfill-dead-letters');
    const [malformed] = await queue.deliver(harness.services, poison);
    expect(malformed?.outcome).toBe('ack');

    expect(await find(id)).toMatchObject({ status: 'done', failed: 3 });
    const letters = await harness.get(`/admin/api/backfills/${id}/dead-letters?limit=2`);
    expect(letters.body.items).toHaveLength(2);
    expect(letters.body.items[0]).toMatchObject({ reason: 'dead-letter', messageId: expect.stringContaining('out-') });
    expect(letters.body.nextCursor).not.toBeNull();
    const kept = await owner()`select "body" from "DeadLetter" where "backfillId" = ${id} or "body" ? 'unreadable'`;
    expect(kept.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(kept)).not.toContain('words of a mail');

    await harness.post(`/admin/api/backfills/${id}/retry`);
    await queue.drain(harness.services);
    expect(await find(id)).toMatchObject({ status: 'done', done: 3, failed: 0 });
  });

  it('finds the one mail that the API cannot take, and embeds the others', async () => {
    const { harness, queue, correspond, start, find } = setUp();
    const businessId = await harness.createBusiness();
    for (const [question, answer] of ANSWERS) await correspond(businessId, question, answer);
    const id = await start(businessId);
    // All three, then the first two, then the first alone are refused.
    await harness.model.set({ mode: 'garbage', calls: ['embeddings'], times: 3 });
    await queue.drain(harness.services);
    expect(await find(id)).toMatchObject({ status: 'done', done: 2, failed: 1 });
    const letters = await harness.get(`/admin/api/backfills/${id}/dead-letters`);
    expect(letters.body.items[0]).toMatchObject({ reason: 'not-embeddable' });
  });

  it('is shown as stalled when nobody has worked on it for two minutes, and lost messages are sent again', async () => {
    const { harness, queue, correspond, start, find } = setUp();
    const businessId = await harness.createBusiness();
    for (const [question, answer] of ANSWERS) await correspond(businessId, question, answer);
    const id = await start(businessId);
    await queue.drain(harness.services, { rounds: 1 });
    queue.waiting.splice(0);
    await owner()`update "Backfill" set "lastBatchAt" = now() - interval '3 minutes' where "id" = ${id}`;
    expect(await find(id)).toMatchObject({ status: 'stalled', total: 3 });
    await harness.services.tendBackfills();
    expect(queue.waiting.filter(({ body }) => (body as { backfillId: string }).backfillId === id)).toHaveLength(0);
    await owner()`update "Backfill" set "lastBatchAt" = now() - interval '6 minutes' where "id" = ${id}`;
    await harness.services.tendBackfills();
    await harness.services.tendBackfills();
    expect(queue.waiting.filter(({ body }) => (body as { backfillId: string }).backfillId === id)).toHaveLength(1);
    await queue.drain(harness.services);
    expect(await find(id)).toMatchObject({ status: 'done', done: 3 });
  });

  it('says what it would do and cost, and writes nothing', async () => {
    const { harness, queue, correspond } = setUp({ config: { embeddingModel: 'text-embedding-3-small' } });
    const businessId = await harness.createBusiness();
    for (const [question, answer] of ANSWERS) await correspond(businessId, question, answer);
    await correspond(businessId, 'Thanks a lot!', 'Thanks!');
    const before = await owner()`select count(*)::int as n from "Backfill" where "businessId" = ${businessId}`;
    const dry = await harness.post('/admin/api/backfills', { businessId, days: 90, dryRun: true });
    expect(dry).toMatchObject({ status: 200, body: { dryRun: true, total: 4, sampled: 4, toEmbed: 3, toSkip: 1 } });
    expect(dry.body.tokens).toBeGreaterThan(20);
    expect(dry.body.cost).toBeCloseTo((dry.body.tokens * 0.02) / 1_000_000, 12);
    expect(queue.waiting).toHaveLength(0);
    expect(await owner()`select count(*)::int as n from "Backfill" where "businessId" = ${businessId}`).toEqual(before);
    expect((await harness.model.calls()).embeddings).toBe(0);
  });

  it('is not touched by a queue message that names another business', async () => {
    const { harness, queue, correspond, start, find, examplesOf } = setUp();
    const businessId = await harness.createBusiness();
    const other = await harness.createBusiness();
    for (const [question, answer] of ANSWERS) await correspond(businessId, question, answer);
    const id = await start(businessId);
    await queue.drain(harness.services, { rounds: 1 });
    const [page] = queue.waiting;
    await queue.deliver(harness.services, { ...(page?.body as object), businessId: other });
    expect(await find(id)).toMatchObject({ total: 3, done: 0, skipped: 0 });
    expect(await examplesOf(other)).toHaveLength(0);
    await queue.drain(harness.services);
    expect(await find(id)).toMatchObject({ status: 'done', done: 3 });
  });

  it('answers wrong use with the right status', async () => {
    const { harness } = setUp();
    const businessId = await harness.createBusiness();
    const key = (await harness.post('/admin/api/api-keys', { businessId })).body.key as string;
    const statuses = await Promise.all([
      harness.post('/admin/api/backfills', { businessId: uniqueId('nobody'), days: 90 }),
      harness.post('/admin/api/backfills', { businessId: uniqueId('nobody'), days: 90, dryRun: true }),
      harness.post('/admin/api/backfills', { businessId, days: 0 }),
      harness.post('/admin/api/backfills', { businessId, days: 181 }),
      harness.post('/admin/api/backfills', { businessId, day: 90 }),
      harness.get('/admin/api/backfills/bf_nobody'),
      harness.post('/admin/api/backfills/bf_nobody/cancel'),
      harness.post('/admin/api/backfills/bf_nobody/retry'),
      harness.get('/admin/api/backfills/bf_nobody/dead-letters'),
      harness.post('/admin/api/backfills', { businessId, days: 90 }, { key }),
      harness.post('/admin/api/backfills', { businessId, days: 90 }, { key: null }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 400, 400, 400, 404, 404, 404, 404, 403, 401]);
  });
});

describe('a backfill asked for with nothing but wrangler', () => {
  it('is started by the minute cron, which deletes the key and keeps progress beside it', async () => {
    const { harness, queue, correspond, find } = setUp();
    const businessId = await harness.createBusiness();
    for (const [question, answer] of ANSWERS) await correspond(businessId, question, answer);
    await env.FLAGS.put(`backfill:${businessId}`, '{"days":90}');
    await harness.services.serveKvBackfills();
    expect(await env.FLAGS.get(`backfill:${businessId}`)).toBeNull();
    const status = async () => JSON.parse((await env.FLAGS.get(`backfill-status:${businessId}`)) ?? '{}');
    const accepted = await status();
    expect(accepted).toMatchObject({ state: 'planning', days: 90 });
    await queue.drain(harness.services);
    await harness.services.serveKvBackfills();
    expect(await status()).toMatchObject({ state: 'done', id: accepted.id, total: 3, done: 3 });
    expect(await find(accepted.id)).toMatchObject({ requestedBy: 'kv' });

    const { at } = await status();
    await harness.services.serveKvBackfills();
    expect((await status()).at).toBe(at);
  });

  it.each(['', 'ninety', '{"days":0}', '{"days":"90"}', '[]'])(
    'is refused beside the key for the value %j',
    async (value) => {
      const { harness } = setUp();
      const businessId = await harness.createBusiness();
      await env.FLAGS.put(`backfill:${businessId}`, value);
      await harness.services.serveKvBackfills();
      expect(await env.FLAGS.get(`backfill:${businessId}`)).toBeNull();
      const status = JSON.parse((await env.FLAGS.get(`backfill-status:${businessId}`)) ?? '{}');
      expect(status).toMatchObject({ state: 'refused', error: expect.stringContaining('days') });
    },
  );

  it('is refused for a business that does not exist', async () => {
    const { harness } = setUp();
    const businessId = uniqueId('nobody');
    await env.FLAGS.put(`backfill:${businessId}`, '{"days":90}');
    await harness.services.serveKvBackfills();
    const status = JSON.parse((await env.FLAGS.get(`backfill-status:${businessId}`)) ?? '{}');
    expect(status).toMatchObject({ state: 'refused', error: 'There is no such business.' });
  });
});
