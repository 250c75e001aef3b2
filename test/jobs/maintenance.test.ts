import { describe, expect, it } from 'vitest';
import { runCron } from '../../src/jobs/run-cron.ts';
import { capExamples, expireExamples } from '../../src/retrieval/maintenance/maintain-examples.ts';
import { createBackfillQueue } from '../support/backfill-queue.ts';
import { CUSTOMER, startHarness, uniqueId } from '../support/harness.ts';
import { owner } from '../support/owner.ts';

const SHOP = 'shop@corner.example';

function setUp(overrides: Parameters<typeof startHarness>[0] = {}) {
  const queue = createBackfillQueue();
  // All files share one database, and a night indexes everybody's mail: under a name that no other file looks at.
  const embeddingModel = uniqueId('model');
  const harness = startHarness({ enqueueBackfill: queue.enqueueBackfill, config: { embeddingModel }, ...overrides });
  const night = async () => {
    await runCron('0 3 * * *', harness.services);
    await queue.drain(harness.services);
  };
  return { harness, queue, night, embeddingModel };
}

/** Examples of a business, one for each age in days. */
async function insertExamples(businessId: string, agesInDays: number[]): Promise<void> {
  const zeros = '0'.repeat(512);
  for (const [index, days] of agesInDays.entries()) {
    const vector = `[1${',0'.repeat(511)}]`;
    const id = uniqueId('emb');
    await owner()`insert into "Embedding" ("id", "businessId", "contentHash", "model", "question", "answer", "embedding", "wordBits", "sentAt")
      values (${id}, ${businessId}, ${`hash-${index}`}, 'm', 'q', 'a', ${vector}::halfvec, ${zeros}::bit(512), now() - ${days}::int * interval '1 day')`;
  }
}

const agesOf = async (businessId: string) => {
  const rows =
    await owner()`select (now()::date - "sentAt"::date)::int as age from "Embedding" where "businessId" = ${businessId} order by 1`;
  return rows.map((row) => row.age);
};

describe('the nightly maintenance', () => {
  it('deletes examples older than 180 days by the mail’s own date, and nothing the second time', async () => {
    const { harness } = setUp();
    const businessId = await harness.createBusiness();
    await insertExamples(businessId, [1, 90, 179, 182, 400]);
    const first = await expireExamples({ db: harness.services.db });
    expect(first.counts.deleted).toBeGreaterThanOrEqual(2);
    expect(await agesOf(businessId)).toEqual([1, 90, 179]);
    expect(await expireExamples({ db: harness.services.db })).toEqual({ counts: { deleted: 0 }, next: null });
  });

  it('keeps the newest examples of a business that has too many', async () => {
    const { harness } = setUp();
    const businessId = await harness.createBusiness();
    const ages = Array.from({ length: 33 }, (_, index) => ((index * 7) % 33) + 1);
    await insertExamples(businessId, ages);
    await capExamples({ db: harness.services.db }, 30);
    const kept = Array.from({ length: 30 }, (_, index) => index + 1);
    expect(await agesOf(businessId)).toEqual(kept);
    const again = await capExamples({ db: harness.services.db }, 30);
    expect(await agesOf(businessId)).toEqual(kept);
    expect(again.next).toBeNull();
  });

  it('indexes what was sent since the last run, also what a failed night left, and each mail once', async () => {
    const { harness, queue, night, embeddingModel } = setUp();
    const businessId = await harness.createBusiness();
    const send = async (question: string, answer: string) => {
      const common = {
        businessId,
        threadId: uniqueId('thread'),
        subject: 'Question',
        sentAt: new Date().toISOString(),
      };
      await harness.post('/v1/messages', {
        ...{ ...common, messageId: uniqueId('in'), direction: 'INBOUND', text: question },
        ...{ from: { address: CUSTOMER }, to: [{ address: SHOP }], sentAt: new Date(Date.now() - 1000).toISOString() },
      });
      await harness.post('/v1/messages', {
        ...{ ...common, messageId: uniqueId('out'), direction: 'OUTBOUND', text: answer },
        ...{ from: { address: SHOP }, to: [{ address: CUSTOMER }] },
      });
    };
    const count = async () =>
      (
        await owner()`select count(*)::int as n from "Embedding" where "businessId" = ${businessId} and "model" = ${embeddingModel}`
      )[0]?.n;

    await send('Is there a ramp for wheelchairs?', 'Yes, it is at the back door, please ring the bell there.');
    await harness.model.set({ mode: 'down', calls: ['embeddings'], times: 2 });
    await runCron('0 3 * * *', harness.services);
    expect(await count()).toBe(0);
    const waiting = queue.waiting.splice(0);
    expect(waiting.map(({ body }) => (body as { task: string }).task)).toContain('index-sent-mail');

    await send('Do you repair zips?', 'We do, it takes us about a week, bring the jacket in.');
    await night();
    expect(await count()).toBe(2);
    await night();
    expect(await count()).toBe(2);

    // A mail that comes late changes the question that the answers stand under; a night that is made up reads them again.
    const [{ threadId }] =
      (await owner()`select "threadId" from "Message" where "businessId" = ${businessId} limit 1`) as [
        { threadId: string },
      ];
    await harness.receive(businessId, 'And is there a lift as well, or a bell?', {
      threadId,
      sentAt: new Date(Date.now() - 60_000).toISOString(),
    });
    await owner()`delete from "MaintenanceProgress" where "task" = 'index-sent-mail'`;
    await night();
    expect(await count()).toBe(2);
  });

  it('goes on with its other tasks when one fails, and reports counts and failures', async () => {
    const { harness, night } = setUp();
    const businessId = await harness.createBusiness();
    await insertExamples(businessId, [200]);
    const broken = { ...harness.services, indexNewMail: () => Promise.reject(new TypeError('broken')) };
    await runCron('0 3 * * *', broken);
    const failed = harness.logged.filter((line) => line.event === 'cron.failed');
    expect(failed).toEqual([{ event: 'cron.failed', task: 'index-sent-mail', error: 'TypeError' }]);
    const done = harness.logged.filter((line) => line.event === 'cron.done').map((line) => line.task);
    expect(done).toEqual([
      'expire-examples',
      'drop-duplicate-examples',
      'cap-examples',
      'recheck-drafts',
      'check-isolation',
    ]);
    expect(await agesOf(businessId)).toEqual([]);
    await night();
    expect(harness.logged.filter((line) => line.event === 'cron.failed')).toHaveLength(1);
  });

  it('judges shown drafts again by the evidence stored with them, and notes a finding once', async () => {
    const { harness, night } = setUp();
    const businessId = await harness.createBusiness();
    await harness.putOrder(businessId, 'W-1');
    const sound = (await harness.draft(businessId, await harness.receive(businessId, 'Where is my order W-1?'))).body;
    const wrong = (await harness.draft(businessId, await harness.receive(businessId, 'And what of order W-1?'))).body;
    // A body that today's guards would have blocked: an older pipeline let it through.
    await owner()`update "Draft" set "content" = jsonb_set("content", '{body}', '"Hello, your order W-1 cost 912.40 EUR."')
      where "id" = ${wrong.id}`;
    await night();
    await night();
    const events =
      await owner()`select "draftId", "trace" from "DraftEvent" where "businessId" = ${businessId} and "type" = 'rechecked'`;
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ draftId: wrong.id, trace: { types: expect.arrayContaining(['money']) } });
    expect(sound.id).not.toBe(wrong.id);
    // A draft that stays wrong in the shared database would be found in every run after this one.
    await owner()`delete from "Draft" where "id" = ${wrong.id}`;
  });
});
