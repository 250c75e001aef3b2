import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RampMetrics, RampReading } from '../../src/rollout/ramp-metrics.ts';
import type { Services } from '../../src/services.ts';
import type { Database } from '../../src/storage/db.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

const RAMPS = '/admin/api/ramps';
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Each test makes drafts end to end, on a machine that may be busy. */
vi.setConfig({ testTimeout: 30_000 });

let world: RolloutWorld;
let now: Date;
let reading: Partial<Extract<RampReading, { status: 'ok' }>>;
let services: Services;

const metrics: RampMetrics = {
  read: async () => ({
    status: 'ok',
    at: now,
    metrics: Object.fromEntries(
      Object.entries({
        draftSuccessRate: 0.99,
        toolErrorRate: 0,
        tokenBudgetOverruns: 0,
        tokenErrorRate: 0.01,
        ragHitRate: 0.9,
        ragLatencyP95: 50,
        approvalRate: 0.9,
      }).map(([name, value]) => [name, { value, samples: 500 }]),
    ),
    hallucinations: 0,
    securityIncidents: 0,
    guardrail: { tier: 'none', because: [] },
    sampleRatio: 'ok',
    ...reading,
  }),
  readBackfills: async () => ({ status: 'ok', missing: [] }),
};

beforeAll(async () => {
  world = await startRolloutWorld();
  services = world.servicesWith({ rampMetrics: metrics, clock: () => now });
}, 60_000);
afterAll(() => world?.close());
beforeEach(async () => {
  await world.reset();
  now = new Date();
  reading = {};
});

const call = (method: string, path: string, body?: unknown) => world.callOn(services, method, path, body);
const ramp = async (id: string) => (await call('GET', `${RAMPS}/${id}`)).body;
const enrolled = async () =>
  (await world.sql('SELECT "businessId" FROM "PilotBusiness" ORDER BY 1')).map((row) => row.businessId);

/** Minutes of cron, with the clock going on. */
async function minutes(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    now = new Date(now.getTime() + MINUTE_MS);
    await services.runRamps();
  }
}

/** As if the open step had been watched long enough. */
async function waitOut(id: string): Promise<void> {
  await world.sql(`UPDATE "Ramp" SET "stableMs" = ${1_000 * HOUR_MS} WHERE "id" = '${id}'`);
  await minutes(1);
}

async function businesses(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push(await world.business({ enrolled: false, ragOn: false }));
  return ids;
}

/** A ramp in its share steps: two steps, 10 % and 50 %, no waiting for approvals of counted steps. */
const SHARES = [20, 50].map((percent) => ({
  name: `${percent}%`,
  who: { kind: 'share', percent },
  rag: true,
  holdHours: 1,
  leave: [{ metric: 'approvalRate', is: 'above', limit: 0.7, samples: 30 }],
  securityCheck: false,
}));

describe('a ramp', () => {
  it('stores a decision when it says something new, not every minute', async () => {
    const [a] = await businesses(3);
    const made = await call('POST', RAMPS, { businesses: { baseline: [a] } });
    await minutes(4);
    const first = (await ramp(made.body.id)).decisions.map((row: { action: string }) => row.action);
    expect(first).toEqual(['hold', 'start']);
    await minutes(12);
    const later = (await ramp(made.body.id)).decisions;
    // A tenth of an hour of watching is news.
    expect(later).toHaveLength(4);
    expect(later[0].because[0]).toContain('hold time: 0.2');
  });

  it('refuses a person’s change that collides with a step of cron, and never says it was made', async () => {
    const made = await call('POST', RAMPS, { plan: SHARES });
    await minutes(1);
    const db: Database = {
      ...services.db,
      operator: async (build, options) => {
        const results = await services.db.operator(build, options);
        if (results.length === 1) await minutes(1);
        return results;
      },
    };
    const slow = world.servicesWith({ rampMetrics: metrics, clock: () => now, db });
    const pause = () => world.callOn(slow, 'POST', `${RAMPS}/${made.body.id}/pause`, { reason: 'look' });
    expect((await pause()).status).toBe(409);
    expect(await ramp(made.body.id)).toMatchObject({ paused: null });
  });

  it('goes through the default plan by approvals, enrols whom each step says, and ends done', async () => {
    const ids = await businesses(12);
    const [a, b] = ids;
    const made = await call('POST', RAMPS, { businesses: { baseline: [a], pilot: [a, b] } });
    expect(made).toMatchObject({ status: 201, body: { status: 'pending', stepName: 'baseline' } });
    const { id } = made.body;
    await minutes(1);
    expect(await ramp(id)).toMatchObject({ status: 'running', stepName: 'baseline' });
    expect(await enrolled()).toEqual([]);
    await minutes(1);
    expect((await ramp(id)).decisions[0]).toMatchObject({
      action: 'hold',
      because: [expect.stringContaining('hold time: 0.0 of 48')],
    });

    await waitOut(id);
    expect(await ramp(id)).toMatchObject({ status: 'awaiting-approval' });
    expect((await call('POST', `${RAMPS}/${id}/approve`, { reason: 'good' })).body).toMatchObject({
      status: 'running',
      stepName: 'pilot',
    });
    expect(await enrolled()).toEqual([a, b].sort());
    expect(await services.findBusiness(a ?? '')).toMatchObject({ emailRagEnabled: true, emailSnippetsEnabled: true });
    expect(await world.draft(a ?? '')).toMatchObject({ reason: 'ON' });

    await waitOut(id);
    expect(await ramp(id)).toMatchObject({ status: 'holding' });
    expect((await ramp(id)).decisions[0].because).toEqual(['expansion: 0 of 5 businesses are named']);
    expect((await call('POST', `${RAMPS}/${id}/approve`, {})).status).toBe(409);
    await call('POST', `${RAMPS}/${id}/approve`, { businesses: ids.slice(0, 5) });
    expect(await ramp(id)).toMatchObject({ status: 'awaiting-approval', stepName: 'pilot' });
    await call('POST', `${RAMPS}/${id}/approve`, {});
    expect(await ramp(id)).toMatchObject({ stepName: 'expansion' });
    expect(await enrolled()).toHaveLength(5);

    await waitOut(id);
    expect((await ramp(id)).decisions[0].because[0]).toContain('had RAG on for 7 days');
    await world.sql(`UPDATE "PilotBusiness" SET "enabledAt" = now() - interval '8 days'`);
    for (const [name, count] of [
      ['10%', 5],
      ['25%', 5],
      ['50%', 6],
      ['100%', 12],
    ] as const) {
      await minutes(1);
      await waitOut(id);
      const signed = await call('POST', `${RAMPS}/${id}/approve`, { securityCheck: 'SEC-1' });
      expect(signed.body.stepName).toBe(name);
      expect(await enrolled()).toHaveLength(count);
    }
    await waitOut(id);
    expect((await call('POST', `${RAMPS}/${id}/approve`, {})).body.status).toBe('awaiting-approval');
    expect((await call('POST', `${RAMPS}/${id}/approve`, { securityCheck: 'SEC-2' })).body).toMatchObject({
      status: 'done',
      outcome: 'completed',
    });

    const late = await world.business({ enrolled: false, ragOn: false });
    await minutes(1);
    expect(await enrolled()).toContain(late);
  }, 60_000);

  it('holds with "no data" while nothing is measured, and keeps every decision with its inputs', async () => {
    const [a] = await businesses(1);
    const { body } = await world.call('POST', RAMPS, { businesses: { baseline: [a] } });
    await world.services.runRamps();
    await world.services.runRamps();
    const shown = (await world.call('GET', `${RAMPS}/${body.id}`)).body;
    expect(shown.status).toBe('holding');
    expect(shown.decisions).toMatchObject([
      {
        action: 'hold',
        because: ['no data: draftSuccessRate', 'no data: toolErrorRate', 'no data: tokenBudgetOverruns'],
        inputs: { gate: 'no-data', reading: { status: 'ok', metrics: {} } },
      },
      { action: 'start' },
    ]);
  });

  it('fills the shortfall of its share for newcomers, removes no surplus, and never brings back the removed', async () => {
    const ids = await businesses(10);
    const { body } = await call('POST', RAMPS, { plan: SHARES });
    await minutes(1);
    const first = await enrolled();
    expect(first).toHaveLength(2);
    await businesses(5);
    await minutes(1);
    expect(await enrolled()).toHaveLength(3);
    await world.sql(`DELETE FROM "PilotBusiness" WHERE "businessId" = '${first[0]}'`);
    await minutes(2);
    expect(await enrolled()).toHaveLength(3);
    expect(await enrolled()).not.toContain(first[0]);
    for (const id of ids)
      await services.enrolPilot({ businessId: id, feature: 'RAG_PILOT', notes: null }, { actor: 'p', requestId: 'r' });
    const all = await enrolled();
    await minutes(2);
    expect(await enrolled()).toEqual(all);
    expect(await ramp(body.id)).toMatchObject({ status: 'running' });
  });

  it('after an outage of days goes on with the next gate, not past it', async () => {
    await businesses(10);
    const { body } = await call('POST', RAMPS, { plan: SHARES });
    await minutes(2);
    now = new Date(now.getTime() + 100 * HOUR_MS);
    await services.runRamps();
    const after = await ramp(body.id);
    expect(after).toMatchObject({ status: 'running', stepName: '20%' });
    expect(after.stableHours).toBeLessThan(0.2);
  });

  it('pauses, resumes and aborts by a person’s word, each twice without harm', async () => {
    await businesses(10);
    const { id } = (await call('POST', RAMPS, { plan: SHARES })).body;
    await minutes(1);
    for (const _ of [1, 2]) {
      expect((await call('POST', `${RAMPS}/${id}/pause`, { reason: 'holiday' })).body).toMatchObject({
        status: 'holding',
        paused: { reason: 'holiday' },
      });
    }
    await businesses(10);
    await minutes(2);
    expect(await enrolled()).toHaveLength(2);
    for (const _ of [1, 2])
      expect((await call('POST', `${RAMPS}/${id}/resume`)).body).toMatchObject({ status: 'running', paused: null });
    await minutes(1);
    expect(await enrolled()).toHaveLength(4);
    for (const _ of [1, 2])
      expect((await call('POST', `${RAMPS}/${id}/abort`)).body).toMatchObject({ status: 'done', outcome: 'aborted' });
    await businesses(10);
    await minutes(1);
    expect(await enrolled()).toHaveLength(4);
    expect((await call('POST', `${RAMPS}/${id}/pause`)).status).toBe(409);
    expect((await call('POST', RAMPS, { plan: SHARES })).status).toBe(201);
    expect((await call('POST', RAMPS, { plan: SHARES })).status).toBe(409);
  });

  it('is paused by a guardrail and rolls its own businesses back over an incident', async () => {
    const [byHand] = await businesses(10);
    await services.enrolPilot(
      { businessId: byHand ?? '', feature: 'RAG_PILOT', notes: null },
      { actor: 'p', requestId: 'r' },
    );
    const { id } = (await call('POST', RAMPS, { plan: SHARES })).body;
    await minutes(1);
    reading = { guardrail: { tier: 'pause', because: ['retrieval timeouts 6 %'] } };
    await minutes(1);
    expect(await ramp(id)).toMatchObject({
      status: 'holding',
      paused: { by: 'guardrail', reason: 'retrieval timeouts 6 %' },
    });
    reading = { hallucinations: 1 };
    await minutes(1);
    expect(await ramp(id)).toMatchObject({ status: 'rolled-back', decisions: [{ action: 'roll-back' }, {}, {}] });
    expect(await enrolled()).toEqual([byHand]);
    expect((await call('GET', '/admin/api/rollbacks')).body.items).toMatchObject([
      { level: 'cohort', actor: `ramp:${id}`, selector: { rampId: id } },
    ]);
  });

  it('is rolled back by a cohort rollback of one of its steps, and not by one of a single business', async () => {
    await businesses(10);
    const { id } = (await call('POST', RAMPS, { plan: SHARES })).body;
    await minutes(1);
    const [first] = await enrolled();
    await call('POST', '/admin/api/rollbacks', { level: 'business', businessId: first, reason: 'r' });
    expect(await ramp(id)).toMatchObject({ status: 'running' });
    const rollback = await call('POST', '/admin/api/rollbacks', {
      level: 'cohort',
      rampId: id,
      step: '20%',
      reason: 'r',
    });
    expect(rollback.body.affected).toHaveLength(1);
    expect(await ramp(id)).toMatchObject({ status: 'rolled-back', rolledBackBy: rollback.body.id });
    await minutes(3);
    expect(await enrolled()).toEqual([]);
    expect((await call('POST', `${RAMPS}/${id}/resume`)).status).toBe(409);
  });

  it('is rolled back by SQL that removes a cohort', async () => {
    await businesses(10);
    const { id } = (await call('POST', RAMPS, { plan: SHARES })).body;
    await minutes(1);
    await world.sql(
      `DELETE FROM "PilotBusiness" WHERE "feature" = 'RAG_PILOT' AND "enabledAt" >= '2020-01-01' AND "enabledAt" < '2100-01-01'`,
    );
    expect(await ramp(id)).toMatchObject({ status: 'rolled-back', rolledBackBy: null });
    await minutes(2);
    expect(await enrolled()).toEqual([]);
  });

  it('resumes one step lower after the restore of a global rollback, and takes nobody out', async () => {
    await businesses(10);
    const { id } = (await call('POST', RAMPS, { plan: SHARES })).body;
    await minutes(1);
    await waitOut(id);
    await call('POST', `${RAMPS}/${id}/approve`, {});
    const before = await world.sql('SELECT * FROM "PilotBusiness" ORDER BY "id"');
    expect(before).toHaveLength(5);
    const rollback = await world.call('POST', '/admin/api/rollbacks', { level: 'global', reason: 'r' }, 'ada');
    expect(await ramp(id)).toMatchObject({ status: 'rolled-back', stepName: '50%' });
    await minutes(2);
    expect(await enrolled()).toEqual([]);
    await world.call('POST', `/admin/api/rollbacks/${rollback.body.id}/restore`, {}, 'ada');
    await world.call('POST', `/admin/api/rollbacks/${rollback.body.id}/restore/confirm`, {}, 'bob');
    expect(await ramp(id)).toMatchObject({ status: 'running', stepName: '20%', signatures: {}, stableHours: 0 });
    await minutes(3);
    expect(await world.sql('SELECT * FROM "PilotBusiness" ORDER BY "id"')).toEqual(before);
  });

  it.each([
    [{ businesses: { baseline: ['nobody'] } }, 404],
    [{ businesses: { nosuch: [] } }, 422],
    [{ businesses: { baseline: [] } }, 422],
    [{ businesses: { baseline: ['a', 'b', 'c'] } }, 422],
    [{ feature: 'OTHER' }, 400],
    [{ plan: [] }, 400],
    [{ plan: [...SHARES].reverse() }, 400],
    [{ plan: [{ ...SHARES[0], who: { kind: 'share', percent: 0 } }] }, 400],
  ])('%j is answered with %i', async (body, status) => {
    expect((await call('POST', RAMPS, body)).status).toBe(status);
  });

  it('answers 404 for one that does not exist', async () => {
    for (const action of ['approve', 'pause', 'resume', 'abort']) {
      expect((await call('POST', `${RAMPS}/rmp_none/${action}`)).status).toBe(404);
    }
    expect((await call('GET', `${RAMPS}/rmp_none`)).status).toBe(404);
  });
});

describe('a ramp whose rollback is restored', () => {
  const everybody = { level: 'cohort', from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', reason: 'all' };
  const rollBack = async () => (await call('POST', '/admin/api/rollbacks', everybody)).body.id;
  const restore = (id: string) => call('POST', `/admin/api/rollbacks/${id}/restore`, {});

  it('goes on, also where a newer one was made and aborted meanwhile', async () => {
    await businesses(5);
    const { id } = (await call('POST', RAMPS, { plan: SHARES })).body;
    await minutes(1);
    const rolledBack = await rollBack();
    const newer = await call('POST', RAMPS, { plan: SHARES });
    await call('POST', `${RAMPS}/${newer.body.id}/abort`, {});
    await restore(rolledBack);
    expect(await ramp(id)).toMatchObject({ status: 'running', evaluatedAt: null });
    await minutes(1);
    expect(await ramp(id)).toMatchObject({ evaluatedAt: now.toISOString() });
  });

  it('stays over where a newer one is completed', async () => {
    await businesses(5);
    const { id } = (await call('POST', RAMPS, { plan: SHARES })).body;
    await minutes(1);
    const rolledBack = await rollBack();
    const newer = await call('POST', RAMPS, { plan: SHARES });
    await world.sql(`UPDATE "Ramp" SET "status" = 'done', "outcome" = 'completed' WHERE "id" = '${newer.body.id}'`);
    await restore(rolledBack);
    expect(await ramp(id)).toMatchObject({ status: 'rolled-back' });
  });

  it('still has to start where it had not: no gate of its first step is skipped', async () => {
    await world.business();
    const { id } = (await call('POST', RAMPS, { plan: SHARES })).body;
    const rolledBack = await rollBack();
    expect(await ramp(id)).toMatchObject({ status: 'rolled-back' });
    await restore(rolledBack);
    expect(await ramp(id)).toMatchObject({ status: 'pending', stepStartedAt: null });
  });
});
