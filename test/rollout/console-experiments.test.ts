import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { REVIEWS_AN_ARM, reviewsUntilCompared } from '../../src/metrics/compare-arms.ts';
import { METRIC_NAMES } from '../../src/metrics/definitions.ts';
import type { Browser } from '../support/page-browser.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

type Arm = 'rag' | 'control';

describe('the page of experiments', () => {
  let world: RolloutWorld;
  let operator: Browser;
  beforeAll(async () => {
    world = await startRolloutWorld();
    operator = await world.operator('ada');
  });
  beforeEach(() => world.reset());
  afterAll(() => world.close());

  /** Drafts of an arm that are ready; of the `approved` first ones nothing was edited, the next were discarded. */
  async function arm(businessId: string, name: Arm, drafts: number, approved: number, discarded: number) {
    const ready = { status: 'READY', kind: 'reply', toolCalls: 0, toolValidationErrors: 0 };
    const events = [
      ...Array.from({ length: drafts }, () => ['drafted', ready]),
      ...Array.from({ length: approved }, () => ['approved', { editDistance: 0, paced: true }]),
      ...Array.from({ length: discarded }, () => ['discarded', { was: 'READY' }]),
    ];
    await world.sql(
      `insert into "DraftEvent" ("id", "businessId", "draftId", "version", "type", "pipelineVersion", "arm", "trace", "at")
       select gen_random_uuid()::text, $2, 'draft', 1, e.value ->> 0, '1', $3, e.value -> 1, now() - interval '30 minutes'
       from jsonb_array_elements($1::jsonb) e`,
      [JSON.stringify(events), businessId, name],
    );
  }
  const show = async (query = '') => (await operator.get(`/admin/experiments${query}`)).html;
  const rowOf = (html: string, id: string) => html.split('<tr>').find((row) => row.includes(`businessId=${id}"`)) ?? '';
  const share = async (id: string) => (await world.call('GET', `/admin/api/businesses/${id}`)).body.controlShare;

  it('says in plain words how many reviews are missing, per business and over all', async () => {
    const id = await world.business({ controlShare: 0.2 });
    await arm(id, 'rag', 40, 30, 10);
    await arm(id, 'control', 10, 3, 2);
    const html = await show();
    expect(html).toContain('Not enough data: about 130 more reviews, at a control share of 20%.');
    expect(rowOf(html, id)).toContain('about 130 more reviews');
    expect(rowOf(html, id)).toContain('75% (30/40)');
    expect((await operator.get('/admin/experiments', { 'accept-language': 'tr' })).html).toContain('130 inceleme daha');
  });

  it('shows the primary metric with its interval, the nine of both arms, and the sample ratio', async () => {
    const id = await world.business({ controlShare: 0.5 });
    const other = await world.business({ controlShare: 0.5 });
    await arm(id, 'rag', 200, 190, 10);
    await arm(id, 'control', 200, 60, 140);
    await arm(other, 'rag', 5, 1, 0);
    await arm(other, 'control', 5, 0, 1);
    const html = await show();
    expect(html).toContain('RAG is better');
    expect(html).toMatch(/With RAG 6\d(\.\d)?% more drafts are approved/);
    expect(html).toContain('205 of 410 drafts in the control arm; 50% expected');
    for (const name of METRIC_NAMES) expect(html).toContain(`data-metric="${name}"`);
    const one = await show(`?businessId=${id}&window=24h`);
    expect(one).toContain('95% (190/200)');
    expect(one).toContain('30% (60/200)');
    expect(one).not.toContain(`businessId=${other}"`);
    expect(rowOf(html, other)).toContain('not enough data');
    expect(await show('?businessId=nobody')).toContain('no such business');
  });

  it('gives a broken split precedence over a verdict', async () => {
    const id = await world.business({ controlShare: 0.5 });
    await arm(id, 'rag', 400, 190, 10);
    await arm(id, 'control', 40, 10, 30);
    const html = await show();
    expect(html).toContain('notice-bad');
    expect(html).toContain('The split into arms is off');
    expect(rowOf(html, id)).toContain('badge-bad">mismatch');
  });

  it('changes the control share of a business with a reason, and nothing else of it', async () => {
    const id = await world.business({ controlShare: 0.2 });
    await show();
    const path = `/admin/experiments/${id}/share`;
    await operator.post(path, { percent: '35', reason: '' });
    expect(await show()).toContain('A reason is needed');
    for (const percent of ['', '101', '-1', '1.5', 'many']) {
      await operator.post(path, { percent, reason: 'try' });
      expect(await show()).toContain('The control share is 0 to 100 percent');
    }
    expect(await share(id)).toBeCloseTo(0.2);
    const answer = await operator.post(path, {
      percent: '35',
      reason: 'more control',
      back: '/admin/experiments?window=7d',
    });
    expect(answer.location).toBe('/admin/experiments?window=7d');
    expect(await show()).toContain('35% now');
    expect(await share(id)).toBeCloseTo(0.35);
    const { items } = (await world.call('GET', `/admin/api/audit?businessId=${id}&action=business.update`)).body;
    expect(items).toMatchObject([{ actor: 'ada', reason: 'more control' }]);
    expect(Object.keys(items[0].after)).toEqual(['controlShare']);
    await operator.post(path, { percent: '0', reason: 'all RAG' });
    await show();
    expect(await show()).toContain('one arm gets no threads');
  });
});

describe('reviews until two arms can be compared', () => {
  const sample = (n: number) => ({ successes: n, n });
  it.each([
    ['both have enough', REVIEWS_AN_ARM, REVIEWS_AN_ARM, 0.2, 0],
    ['the control arm has none', 100, 0, 0.2, 150],
    ['RAG has none', 0, 100, 0.2, 40],
    ['no control arm is made', 100, 0, 0, null],
    ['all is control', 0, 100, 1, null],
    ['no control arm is needed any more', 100, 100, 0, 0],
  ])('where %s', (_, rag, control, share, reviews) => {
    expect(reviewsUntilCompared({ rag: sample(rag), control: sample(control), difference: null }, share)).toBe(reviews);
  });
});
