import { beforeAll, describe, expect, it } from 'vitest';
import { createBackfillQueue } from '../support/backfill-queue.ts';
import type { Browser } from '../support/browser.ts';
import { CUSTOMER, type Harness, startHarness, uniqueId } from '../support/harness.ts';
import { signedInOperator } from '../support/operator.ts';

const MAILS = 53;

describe('the pages of backfills', () => {
  let harness: Harness;
  let operator: Browser;
  let businessId: string;
  const queue = createBackfillQueue();
  let now = Date.now();
  beforeAll(async () => {
    harness = startHarness({ enqueueBackfill: queue.enqueueBackfill, clock: () => new Date(now) });
    operator = await signedInOperator(harness);
    businessId = await harness.createBusiness();
    for (let at = 0; at < MAILS; at++) await send(at);
  });

  async function send(at: number): Promise<void> {
    const common = { businessId, threadId: uniqueId('thread'), subject: 'Question' };
    const sentAt = (ms: number) => new Date(now - 3 * 86_400_000 + ms).toISOString();
    const shop = { address: 'shop@corner.example' };
    await harness.post('/v1/messages', {
      ...common,
      messageId: uniqueId('in'),
      direction: 'INBOUND',
      from: { address: CUSTOMER },
      to: [shop],
      text: `Do you have lamps of the kind ${at} in your shop this week?`,
      sentAt: sentAt(0),
    });
    const sent = await harness.post('/v1/messages', {
      ...common,
      messageId: uniqueId('out'),
      direction: 'OUTBOUND',
      from: shop,
      to: [{ address: CUSTOMER }],
      text: `We have lamps of the kind ${at} in three sizes, come by and choose one.`,
      sentAt: sentAt(60_000),
    });
    expect(sent.status).toBe(201);
  }

  const backfills = async () => (await harness.services.listBackfills({ businessId, limit: 10 })).map(({ id }) => id);

  it('shows tokens and cost of a dry run, and begins nothing before the second form', async () => {
    const plain = await operator.get('/admin/backfills');
    expect(plain.html).not.toContain('Begin now');
    const asked = await operator.get(`/admin/backfills?businessId=${businessId}&days=90`);
    expect(asked.html).toMatch(/<dt>Sent mails<\/dt><dd>53<\/dd>/);
    expect(asked.html).toMatch(/<dt>Tokens<\/dt><dd>[\d,]{3,}<\/dd>/);
    expect(asked.html).toMatch(/<dt>Cost<\/dt><dd>\$0\.\d{4}<\/dd>/);
    expect(asked.html).toContain('Begin now');
    expect(await backfills()).toEqual([]);
  });

  it('says what is wrong with an estimate instead of failing', async () => {
    expect((await operator.get('/admin/backfills?businessId=nobody&days=90')).html).toContain('no such business');
    expect((await operator.get(`/admin/backfills?businessId=${businessId}&days=500`)).html).toContain('1 to 180');
    const empty = await harness.createBusiness();
    const nothing = await operator.get(`/admin/backfills?businessId=${empty}&days=90`);
    expect(nothing.html).toContain('would do nothing');
    expect(nothing.html).not.toContain('Begin now');
  });

  it('begins one, twice clicked once; shows it live, as stalled, cancelled, failed and tried again', async () => {
    await operator.get(`/admin/backfills?businessId=${businessId}&days=90`);
    const begun = await operator.post('/admin/backfills', { businessId, days: '90' });
    await operator.post('/admin/backfills', { businessId, days: '90' });
    const [id, ...more] = await backfills();
    expect(more).toEqual([]);
    expect(begun.location).toBe(`/admin/backfills/${id}`);
    const path = `/admin/backfills/${id}`;
    const live = await operator.get(path);
    expect(live.html).toContain('listing mails');
    expect(live.html).toContain('data-refresh="3"');
    expect((await operator.get('/admin/backfills')).html).toContain('data-refresh="5"');
    const again = await operator.get(`/admin/backfills?businessId=${businessId}&days=90`);
    expect(again.html).toContain('is under way');
    expect(again.html).not.toContain('Begin now');

    now += 3 * 60_000;
    expect((await operator.get(path)).html).toContain('Nobody has worked on it since');
    now -= 3 * 60_000;

    await queue.drain(harness.services, { batch: 1, rounds: 1 });
    const listed = queue.waiting.find(({ body }) => (body as { type: string }).type === 'backfill-page');
    await queue.deliver(harness.services, listed?.body, 'draftgate-backfill-dead-letters');
    queue.waiting.length = 0;
    const failed = await operator.get(path);
    expect(failed.html).toContain('53 failed of 53');
    expect(failed.html.match(/<code>out-/g)).toHaveLength(50);
    expect(failed.html).toContain('53 mails');
    const nextPage = /href="([^"]*failed=[^"]*)"[^>]*>Next page/.exec(failed.html)?.[1] ?? '';
    const rest = await operator.get(nextPage.replaceAll('&amp;', '&'));
    expect(rest.html.match(/<code>out-/g)).toHaveLength(3);
    expect(rest.html).toContain('First page');

    await operator.post(`${path}/retry`);
    await queue.drain(harness.services);
    const done = await operator.get(path);
    expect(done.html).toContain('53 done, 0 skipped, 0 failed of 53');
    expect(done.html).not.toContain('data-refresh');
    expect(done.html).not.toContain('Cancel it');
  });

  it('cancels one and goes on with the rest', async () => {
    await operator.get('/admin/backfills');
    const begun = await operator.post('/admin/backfills', { businessId, days: '30' });
    const path = begun.location ?? '';
    await operator.post(`${path}/cancel`);
    const cancelled = await operator.get(path);
    expect(cancelled.html).toContain('>cancelled<');
    expect(cancelled.html).toContain('Go on with the rest');
    await operator.post(`${path}/retry`);
    expect((await operator.get(path)).html).toContain('listing mails');
    await operator.post(`${path}/cancel`);
    queue.waiting.length = 0;
    const all = await operator.get('/admin/backfills');
    expect(all.html).toContain(path);
    expect((await operator.get(path, { 'accept-language': 'tr' })).html).toContain('iptal edildi');
  });
});
