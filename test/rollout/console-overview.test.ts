import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateBefore } from '../../src/pages/console/ramp-summary.tsx';
import type { EdgeReading } from '../../src/rollout/edge-switch.ts';
import type { Browser } from '../support/page-browser.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

const ACT = { actor: 'ada', requestId: 'req' };
const HEALTHY = 'Everything looks healthy';

describe('the overview', () => {
  let world: RolloutWorld;
  let operator: Browser;
  let businessId: string;
  beforeAll(async () => {
    world = await startRolloutWorld();
    operator = await world.operator('ada');
    businessId = await world.business();
  });
  afterAll(() => world.close());

  const overview = async () => (await operator.get('/admin')).html;
  const ofBusiness = async () => (await operator.get(`/admin/businesses/${businessId}`)).html;

  it('says that all is well only where both switches are clear and nothing is open', async () => {
    expect(await overview()).toContain(HEALTHY);
    expect(await overview()).toMatch(/badge-good">on; 1 business enrolled</);
    expect(await ofBusiness()).toContain('badge-good">on<');
  });

  it.each([
    [
      { state: 'off', by: 'grace', reason: 'wrong amounts' },
      'RAG is off for everybody by grace: wrong amounts',
      'off: edge switch',
    ],
    [{ state: 'unreadable' }, 'cannot be read: RAG is off', 'off: edge switch cannot be read'],
  ] as [EdgeReading, string, string][])(
    'does not call anything healthy with the edge switch %o',
    async (found, words, badge) => {
      world.edge.value = found;
      const html = await overview();
      expect(html).not.toContain(HEALTHY);
      expect(html).not.toContain('badge-good">on');
      expect(html).toContain(words);
      expect(html).toContain(badge);
      expect(await ofBusiness()).toContain(badge);
      expect(await ofBusiness()).not.toContain('badge-good">on<');
      expect((await operator.get('/admin/businesses')).html).not.toContain('badge-good">on<');
      world.edge.value = { state: 'absent' };
    },
  );

  it('does not call a business healthy that has an open incident', async () => {
    const { id } = await world.services.openIncident({
      causeKey: 'leak',
      severity: 'critical',
      title: 'A leak',
      businessId,
      feature: 'RAG_PILOT',
      detectedAt: new Date(),
      data: {},
    });
    const html = await overview();
    expect(html).not.toContain(HEALTHY);
    expect(html).toContain('1 open incident<');
    expect(html).toContain('badge-bad">open incident<');
    expect(html).not.toContain('badge-good">on;');
    expect(await ofBusiness()).toContain('A leak');
    expect((await operator.get('/admin', { 'accept-language': 'tr' })).html).toContain('1 açık olay');
    await world.services.closeIncident({ id, reason: 'mended' }, ACT);
    expect(await overview()).toContain(HEALTHY);
  });

  it('does not call anything healthy while a business is rolled back or switched off, and leads to it', async () => {
    const [{ name = '' } = {}] = await world.sql('select "name" from "Business" where "id" = $1', [businessId]);
    const outcome = await world.services.rollBack(
      { feature: 'RAG_PILOT', target: { level: 'business', businessId }, reason: 'wrong prices' },
      ACT,
    );
    const id = outcome.status === 'unfinished' ? '' : outcome.row.id;
    const html = await overview();
    expect(html).not.toContain(HEALTHY);
    expect(html).toContain(`<a href="/admin/rollbacks#${id}">Rolled back (${name}) by ada: wrong prices`);
    await world.sql(`update "Rollback" set "writtenAt" = now() - interval '8 days' where "id" = $1`, [id]);
    expect(await overview()).toContain(HEALTHY);
    await world.services.restoreRollback({ id, reason: 'mended' }, ACT);
    await world.services.patchBusiness(businessId, { emailRagEnabled: false }, ACT);
    const off = await overview();
    expect(off).not.toContain(HEALTHY);
    expect(off).toContain(
      `<a href="/admin/businesses/${businessId}">${name} is enrolled, but its RAG is switched off</a>`,
    );
    await world.services.patchBusiness(businessId, { emailRagEnabled: true }, ACT);
    expect(await overview()).toContain(HEALTHY);
  });

  it('shows the running ramp with its step, and the gate that it waits for', async () => {
    const { id } = await world.services.createRamp(
      { feature: 'RAG_PILOT', businesses: { baseline: [businessId] } },
      ACT,
    );
    expect(await overview()).toContain('Step 1 of 7: baseline');
    expect(await overview()).toContain('not started');
    await world.services.pauseRamp({ id, reason: 'a holiday' }, ACT);
    expect(await overview()).toContain('Paused by ada: a holiday');
    expect((await operator.get('/admin', { 'accept-language': 'tr' })).html).toContain('Adım 1/7: temel');
    await world.services.abortRamp({ id, reason: 'over' }, ACT);
    expect(await overview()).toContain('No ramp runs. The last one:');
  });

  it('does not call anything healthy while the feature is rolled back, and says who did it and why', async () => {
    const outcome = await world.services.rollBack(
      { feature: 'RAG_PILOT', target: { level: 'global' }, reason: 'it invents hours' },
      ACT,
    );
    const html = await overview();
    expect(html).not.toContain(HEALTHY);
    expect(html).toContain('RAG is rolled back for everybody by ada: it invents hours');
    expect(html).toContain('switched off everywhere');
    const id = outcome.status === 'unfinished' ? '' : outcome.row.id;
    await world.services.restoreRollback({ id, reason: 'mended' }, ACT);
    await world.services.confirmRestore({ id, reason: null }, { actor: 'grace', requestId: 'req' });
    expect(await overview()).toContain(HEALTHY);
  });
});

describe('the gate before a ramp', () => {
  const newest = (gate: string | null, because: string[]) => ({
    step: 1,
    action: 'hold' as const,
    inputs: { gate },
    because,
  });
  it.each([
    ['broken invariants', 'invariants', ['hallucinations 1, must be 0'], 'red'],
    ['missing data', 'no-data', ['no data: approvalRate'], 'red'],
    ['the hold time', 'hold-time', ['hold time: 3.0 of 48 stable hours'], 'waiting'],
    ['too few samples', 'minimum-sample', ['approvalRate: 3 of 30 samples'], 'waiting'],
    ['a rate that is too low', 'minimum-sample', ['approvalRate is 0.5, must be above 0.7'], 'red'],
    ['a person', 'approval', ['waits for the approval of a person'], 'waiting'],
    ['nothing', null, [], 'green'],
  ] as const)('with %s', (_, gate, because, state) => {
    expect(gateBefore({ status: 'running', step: 1 }, newest(gate, [...because])).state).toBe(state);
  });

  it('waits before any decision', () => {
    expect(gateBefore({ status: 'pending', step: 0 }, undefined)).toEqual({
      gate: null,
      state: 'waiting',
      because: [],
    });
  });
});
