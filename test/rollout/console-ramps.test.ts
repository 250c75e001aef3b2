import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../support/page-browser.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

describe('the pages of ramps', () => {
  let world: RolloutWorld;
  let operator: Browser;
  beforeAll(async () => {
    world = await startRolloutWorld();
    operator = await world.operator('ada');
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const ramps = async () => (await world.call('GET', '/admin/api/ramps')).body.items;
  const audit = async (action: string) => (await world.call('GET', `/admin/api/audit?action=${action}`)).body.items;

  async function created(): Promise<{ id: string; path: string; baseline: string }> {
    const baseline = await world.business({ enrolled: false });
    await operator.get('/admin/ramps');
    const answer = await operator.post('/admin/ramps', { baseline });
    const [{ id }] = await ramps();
    expect(answer.location).toBe(`/admin/ramps/${id}`);
    return { id, path: `/admin/ramps/${id}`, baseline };
  }

  it('creates one, says what is wrong with a form, and offers no second while it is open', async () => {
    await operator.get('/admin/ramps');
    for (const [baseline, words] of [
      [' , ', 'Name the businesses of the baseline'],
      ['nobody', 'no such business'],
      ['a, b, c', 'takes 1 to 2 businesses; 3 are named'],
    ] as const) {
      const answer = await operator.post('/admin/ramps', { baseline });
      expect(answer.location).toBe('/admin/ramps');
      expect((await operator.get('/admin/ramps')).html).toContain(words);
    }
    expect(await ramps()).toEqual([]);
    const { path, baseline } = await created();
    const shown = await operator.get(path);
    expect(shown.html).toContain('Step 1 of 7: baseline');
    expect(shown.html).toContain(baseline);
    expect((await operator.get('/admin/ramps')).html).not.toContain('name="baseline"');
    await operator.post('/admin/ramps', { baseline });
    expect((await operator.get('/admin/ramps')).html).toContain('A ramp of this feature is open');
    expect(await ramps()).toHaveLength(1);
  });

  it('pauses and resumes with a reason; twice changes nothing', async () => {
    const { id, path } = await created();
    await operator.get(path);
    await operator.post(`${path}/pause`, { reason: '' });
    expect((await operator.get(path)).html).toContain('A reason is needed');
    await operator.post(`${path}/pause`, { reason: 'a holiday' });
    await operator.post(`${path}/pause`, { reason: 'a holiday' });
    const paused = await operator.get(path);
    expect(paused.html).toContain('Paused by ada: a holiday');
    expect(paused.html).toContain(`action="${path}/resume"`);
    expect(await audit('ramp.pause')).toMatchObject([{ actor: 'ada', reason: 'a holiday' }]);
    await operator.post(`${path}/resume`, { reason: 'back again' });
    const resumed = await operator.get(path);
    expect(resumed.html).toContain('The ramp goes on.');
    expect(resumed.html).toContain(`action="${path}/pause"`);
    expect((await world.services.showRamp(id)).ramp.pausedAt).toBeNull();
  });

  it('names the businesses of the next step without approving it', async () => {
    const { id, path } = await created();
    const pilots = [await world.business({ enrolled: false }), await world.business({ enrolled: false })];
    await world.sql('update "Ramp" set "status" = \'running\' where "id" = $1', [id]);
    const shown = await operator.get(path);
    expect(shown.html).toContain('Businesses of pilot: 2');
    expect(shown.html).toContain('Not an approval');
    expect(shown.html).not.toContain('name="securityCheck"');
    await operator.post(`${path}/approve`, { businesses: pilots[0] ?? '' });
    expect((await operator.get(path)).html).toContain('takes 2 businesses; 1 are named');
    await operator.post(`${path}/approve`, { businesses: pilots.join(', ') });
    expect((await operator.get(path)).html).toContain('nothing was approved');
    const { ramp } = await world.services.showRamp(id);
    expect(ramp.plan[1]?.who).toMatchObject({ businesses: pilots });
    expect(ramp.signatures).toEqual({});
  });

  it('signs for a step that waits for it, with its security check, and is refused where nothing waits', async () => {
    const { id, path } = await created();
    const step = async (status: string, at: number) =>
      world.sql('update "Ramp" set "status" = $2, "step" = $3 where "id" = $1', [id, status, at]);
    await step('running', 3);
    expect((await operator.get(path)).html).toContain('There is nothing to approve');
    await operator.post(`${path}/approve`, { reason: 'fine' });
    expect((await operator.get(path)).html).toContain('there is nothing to approve');
    await step('awaiting-approval', 3);
    const waits = await operator.get(path);
    expect(waits.html).toContain('name="securityCheck"');
    expect(waits.html).toContain('waits for approval');
    await operator.post(`${path}/approve`, { reason: 'fine', securityCheck: 'https://wiki.example/check' });
    const { ramp } = await world.services.showRamp(id);
    expect(ramp.signatures).toMatchObject({
      approval: { by: 'ada', reason: 'fine' },
      security: { by: 'ada', reference: 'https://wiki.example/check' },
    });
    expect((await audit('ramp.approve'))[0]).toMatchObject({ actor: 'ada', reason: 'fine' });
  });

  it('aborts one with a reason, for good', async () => {
    const { id, path } = await created();
    await operator.get(path);
    await operator.post(`${path}/abort`, { reason: '' });
    expect((await world.services.showRamp(id)).ramp.status).toBe('pending');
    await operator.get(path);
    await operator.post(`${path}/abort`, { reason: 'another plan' });
    const over = await operator.get(path);
    expect(over.html).toContain('The ramp is aborted.');
    expect(over.html).not.toContain(`action="${path}/`);
    expect(over.html).not.toContain('aria-current="step"');
    expect(over.html).not.toContain('Gates of the open step');
    expect(await audit('ramp.abort')).toMatchObject([{ actor: 'ada', reason: 'another plan' }]);
    await operator.post(`${path}/pause`, { reason: 'too late' });
    expect((await operator.get(path)).html).toContain('This ramp is over');
    expect((await operator.get('/admin/ramps')).html).toContain('name="baseline"');
  });

  it('shows ramps and decisions in pages', async () => {
    const { id, path } = await created();
    await world.sql(
      `insert into "RampDecision" ("id", "rampId", "at", "step", "action", "because", "inputs", "enrolled")
       select 'rdc_' || lpad(n::text, 4, '0'), $1, now(), 0, 'hold', array['because ' || n || '.'], '{"gate":"no-data"}', '{}'
       from generate_series(1, 60) n`,
      [id],
    );
    const nextOf = (html: string) =>
      (/href="([^"]*before=[^"]*)"[^>]*>Next page/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&');
    const first = await operator.get(path);
    expect(first.html).toContain('baseline: because 60.');
    expect(first.html).not.toContain('because 10.');
    const second = await operator.get(nextOf(first.html));
    expect(second.html).toContain('because 1.');
    // The gate is that of the newest decision, whichever page of them is shown.
    expect(second.html).toContain('because 60.');
    await world.sql(
      `insert into "Ramp" ("id", "feature", "status", "outcome", "plan", "createdBy")
       select 'rmp_0' || n, 'RAG_PILOT', 'done', 'aborted', "plan", 'grace' from "Ramp", generate_series(10, 34) n where "id" = $1`,
      [id],
    );
    const list = await operator.get('/admin/ramps');
    expect(list.html.match(/href="\/admin\/ramps\/rmp_/g)).toHaveLength(20);
    expect((await operator.get(nextOf(list.html))).html.match(/href="\/admin\/ramps\/rmp_/g)).toHaveLength(6);
  });

  it('leaves a ramp alone when many businesses are removed from the pilot at once', async () => {
    const { id } = await created();
    const pilots = [await world.business(), await world.business()];
    await operator.get('/admin/businesses');
    await operator.post('/admin/pilots/remove', { ids: pilots.join(' '), reason: 'they left' });
    expect((await operator.get('/admin/businesses')).html).toContain('Removed: 2 businesses');
    expect((await world.services.showRamp(id)).ramp.status).toBe('pending');
  });
});
