import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../scripts/lib/seeded-random.ts';
import { latencyQuantile } from '../../src/metrics/latency-histogram.ts';
import { createRampReadings } from '../../src/metrics/ramp-readings.ts';
import type { Services } from '../../src/services.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

vi.setConfig({ testTimeout: 60_000 });

const HOUR_MS = 3_600_000;
const METRICS = '/admin/api/metrics/rag-pilot';

let world: RolloutWorld;
let services: Services;
let now: Date;
let business = '';
let other = '';

beforeAll(async () => {
  world = await startRolloutWorld();
  services = world.servicesWith({ clock: () => now });
}, 60_000);
afterAll(() => world?.close());
beforeEach(async () => {
  await world.reset();
  await world.sql('TRUNCATE "MetricRollup", "MetricStaleHour", "MaintenanceProgress"');
  now = new Date();
  business = await world.business();
  other = await world.business();
});

interface Event {
  type?: string;
  arm?: 'rag' | 'control' | 'none';
  businessId?: string;
  hoursAgo?: number;
  trace?: Record<string, unknown>;
}

let count = 0;
let draftId = '';

/** Events as the pipeline stores them; all of one draft, which no metric looks at. */
async function events(list: Event[]): Promise<void> {
  if (draftId === '' || (await world.sql('select 1 from "Draft" where "id" = $1', [draftId])).length === 0) {
    draftId = (await world.draft(business)).id;
    await world.sql('delete from "DraftEvent"');
  }
  const rows = list.map(({ type = 'drafted', arm = 'rag', businessId = business, hoursAgo = 0.5, trace = {} }) => ({
    id: `event-${count++}`,
    type,
    arm,
    businessId,
    trace,
    at: new Date(now.getTime() - hoursAgo * HOUR_MS).toISOString(),
  }));
  await world.sql(
    `insert into "DraftEvent" ("id", "businessId", "draftId", "version", "type", "pipelineVersion", "arm", "trace", "at")
     select e."id", e."businessId", $2, 1, e."type", '1', e."arm", e."trace", e."at"
     from jsonb_to_recordset($1::jsonb) as e("id" text, "businessId" text, "type" text, "arm" text, "trace" jsonb, "at" timestamptz)`,
    [JSON.stringify(rows), draftId],
  );
}

const times = (n: number, event: Event): Event[] => Array.from({ length: n }, () => event);
const ready = (more: Record<string, unknown> = {}) => ({
  status: 'READY',
  kind: 'reply',
  toolCalls: 1,
  toolValidationErrors: 0,
  ...more,
});
const read = async (query = '') => (await world.callOn(services, 'GET', `${METRICS}${query}`)).body;

describe('the nine metrics', () => {
  it('are what one computes by hand', async () => {
    await events([
      ...times(6, {
        trace: ready({
          rag: { status: 'hit', embeddingMs: 60, searchMs: 20 },
          tokens: { predicted: 1000, actual: 1050 },
        }),
      }),
      ...times(2, {
        trace: ready({
          rag: { status: 'miss', embeddingMs: 100, searchMs: 300 },
          tokens: { predicted: 1000, actual: 1300 },
        }),
      }),
      ...times(1, {
        trace: ready({ kind: 'verification', rag: { status: 'timeout', embeddingMs: 1900, searchMs: 100 } }),
      }),
      ...times(1, { trace: { status: 'FAILED' } }),
      ...times(3, { arm: 'none', trace: { status: 'SKIPPED', skipReason: 'AUTO_REPLY' } }),
      ...times(5, { type: 'approved', trace: { editDistance: 0, paced: true } }),
      ...times(1, { type: 'approved', trace: { editDistance: 0.3, paced: false } }),
      ...times(1, { type: 'approved', trace: { editDistance: 0.8, paced: true } }),
      ...times(3, { type: 'discarded', trace: { was: 'READY' } }),
      ...times(2, { type: 'discarded', trace: { was: 'QUARANTINED' } }),
      { type: 'hallucination', trace: { pipeline: 'current' } },
      { type: 'hallucination', trace: { pipeline: 'older' } },
      { type: 'hallucination', arm: 'control', trace: { pipeline: 'current' } },
    ]);
    const report = await read();
    expect(report.draftSuccessRate).toMatchObject({
      value: 0.9,
      numerator: 9,
      denominator: 10,
      state: 'not-enough-data',
      needed: 20,
    });
    expect(report.verificationRate).toMatchObject({ numerator: 1, denominator: 9 });
    expect(report.hallucinationCount).toMatchObject({ value: 1, state: 'alert' });
    expect(report.ragHitRate).toMatchObject({ numerator: 6, denominator: 9 });
    expect(report.ragLatencyP95.value).toBeGreaterThan(2000 / 1.02);
    expect(report.ragLatencyP95.value).toBeLessThan(2000 * 1.02);
    expect(report.tokenAccuracy).toMatchObject({ numerator: 6, denominator: 8, value: 0.75 });
    expect(report.approvalRate).toMatchObject({ numerator: 7, denominator: 10, value: 0.7 });
    expect(report.editDistance).toMatchObject({ numerator: 6, denominator: 7 });
    expect(report.discardRate).toMatchObject({ numerator: 3, denominator: 10, value: 0.3 });
    expect(report.fastApprovals).toEqual({ count: 1, of: 7 });
    expect(report.editHistogram).toEqual([5, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
    expect(report.counters).toMatchObject({ skipped: 3, hallucinationsOlderPipeline: 1, hallucinationsWithoutRag: 1 });
  });

  it('are told apart by window, business and arm', async () => {
    await events([
      ...times(3, { trace: ready() }),
      ...times(2, { trace: ready(), arm: 'control' }),
      ...times(4, { trace: ready(), businessId: other }),
      ...times(5, { trace: ready(), hoursAgo: 30 }),
    ]);
    expect((await read()).draftSuccessRate.denominator).toBe(9);
    expect((await read('?window=2d')).draftSuccessRate.denominator).toBe(14);
    expect((await read(`?businessId=${other}`)).draftSuccessRate.denominator).toBe(4);
    expect((await read('?arm=control')).draftSuccessRate.denominator).toBe(2);
    expect(await read('?businessId=nobody')).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect(await read('?window=soon')).toMatchObject({ error: { code: 'INVALID_REQUEST' } });
    expect(await read('?window=9999d')).toMatchObject({ error: { code: 'INVALID_REQUEST' } });
  });

  it('alert only where the interval leaves the limit out', async () => {
    await events([...times(40, { trace: ready() }), ...times(6, { trace: { status: 'FAILED' } })]);
    expect((await read()).draftSuccessRate).toMatchObject({ state: 'off-target' });
    await events(times(40, { trace: { status: 'FAILED' } }));
    expect((await read()).draftSuccessRate).toMatchObject({ state: 'alert' });
    const raised = await services.raiseMetricAlerts();
    expect(raised.fired).toEqual(['metric:draftSuccessRate']);
    expect((await services.raiseMetricAlerts()).fired).toEqual([]);
  });
});

describe('what a ramp goes by', () => {
  const reading = async (hours = 24) => {
    const since = new Date(now.getTime() - hours * HOUR_MS);
    const found = await createRampReadings({ db: services.db, clock: () => now }).read({
      feature: 'RAG_PILOT',
      businessIds: [business, other],
      since,
    });
    if (found.status !== 'ok') throw new Error(found.because);
    return found;
  };
  const share = (id: string, controlShare: number) =>
    world.call('PATCH', `/admin/api/businesses/${id}`, { controlShare });

  it('counts drafts that are still being tried again as asked for, like the dashboard', async () => {
    await events(times(9, { trace: ready() }));
    const draft = await world.draft(business);
    await world.sql(`delete from "DraftEvent" where "draftId" = $1 and "id" like 'drf%'`, [draft.id]);
    await world.sql(`update "Draft" set "status" = 'RETRYING' where "id" = $1`, [draft.id]);
    now = new Date(Date.now() + 1_000);
    expect((await read()).draftSuccessRate).toMatchObject({ numerator: 9, denominator: 10 });
    expect((await reading()).metrics.draftSuccessRate).toEqual({ value: 0.9, samples: 10 });
  });

  it('is as old as the last run of the guardrails that went well: no step is taken unguarded', async () => {
    await world.sql(`delete from "Heartbeat"`);
    expect((await reading()).at).toEqual(now);
    await services.recordHeartbeats([{ name: 'cron:guardrails', ok: true, detail: {} }]);
    await world.sql(
      `update "Heartbeat" set "at" = now() - interval '20 minutes', "lastOkAt" = now() - interval '20 minutes'`,
    );
    await services.recordHeartbeats([{ name: 'cron:guardrails', ok: false, detail: {} }]);
    expect((now.getTime() - (await reading()).at.getTime()) / 60_000).toBeCloseTo(20, 0);
    await services.recordHeartbeats([{ name: 'cron:guardrails', ok: true, detail: {} }]);
    expect((now.getTime() - (await reading()).at.getTime()) / 60_000).toBeCloseTo(0, 0);
  });

  it('leaves out what a re-check of today finds in drafts of an older pipeline', async () => {
    await events([{ type: 'security', trace: { codes: ['PII_CARD'], pipeline: 'older' } }]);
    expect(await reading()).toMatchObject({ securityIncidents: 0 });
    await events([
      { type: 'security', trace: { codes: ['PII_CARD'], pipeline: 'current' } },
      { type: 'security', trace: { codes: ['cross-tenant'], source: 'recheck' } },
    ]);
    expect(await reading()).toMatchObject({ securityIncidents: 2 });
  });

  it('expects of each business its own share of the control arm, by how much it drafts', async () => {
    await share(business, 0);
    await share(other, 0.5);
    await world.sql(`update "AuditEvent" set "at" = now() - interval '3 days'`);
    await events([
      ...times(300, { trace: ready() }),
      ...times(15, { trace: ready(), businessId: other }),
      ...times(15, { trace: ready(), businessId: other, arm: 'control' }),
    ]);
    expect(await reading()).toMatchObject({ sampleRatio: 'ok' });
    expect((await read()).sampleRatio).toMatchObject({ status: 'ok', control: 15, total: 330 });
    await world.sql('delete from "PilotBusiness"');
    expect((await read()).sampleRatio).toMatchObject({ status: 'ok' });
    await events(times(200, { trace: ready(), businessId: other, arm: 'control' }));
    expect(await reading()).toMatchObject({ sampleRatio: 'mismatch' });
  });

  it('looks at the arms since the last change of a share', async () => {
    await share(business, 0.5);
    await events([
      ...times(60, { trace: ready(), hoursAgo: 2 }),
      ...times(60, { trace: ready(), arm: 'control', hoursAgo: 2 }),
    ]);
    await share(business, 0.1);
    await world.sql(`update "AuditEvent" set "at" = now() - interval '1 hour' where "after" ? 'controlShare'`);
    expect(await reading()).toMatchObject({ sampleRatio: 'no-data' });
    await events([...times(90, { trace: ready() }), ...times(10, { trace: ready(), arm: 'control' })]);
    expect(await reading()).toMatchObject({ sampleRatio: 'ok' });
    await world.sql(`update "AuditEvent" set "at" = now() - interval '3 hours' where "after" ? 'controlShare'`);
    expect(await reading()).toMatchObject({ sampleRatio: 'mismatch' });
  });
});

describe('rollups', () => {
  /** A week of drafts and reviews, every hour another mixture. */
  async function week(): Promise<void> {
    const random = seededRandom(5);
    const list: Event[] = [];
    for (let i = 0; i < 2_000; i++) {
      const base = {
        hoursAgo: random() * 24 * 7,
        arm: random() < 0.2 ? 'control' : 'rag',
        businessId: random() < 0.3 ? other : business,
      } as const;
      const kind = random();
      if (kind < 0.6) {
        const rag = {
          status: random() < 0.6 ? 'hit' : 'miss',
          embeddingMs: random() * 200,
          searchMs: random() ** 4 * 900,
        };
        list.push({ ...base, trace: ready({ rag, tokens: { predicted: 1000, actual: 800 + 500 * random() } }) });
      } else if (kind < 0.8)
        list.push({ ...base, type: 'approved', trace: { editDistance: random(), paced: random() < 0.9 } });
      else if (kind < 0.9) list.push({ ...base, type: 'discarded', trace: { was: 'READY' } });
      else list.push({ ...base, trace: { status: random() < 0.5 ? 'FAILED' : 'SKIPPED' } });
    }
    await events(list);
  }
  const readings = async () => {
    const own = await Promise.all(
      ['?window=7d', '?window=31h', `?window=5d&businessId=${business}`, '?window=6d&arm=control'].map(
        async (query) => {
          const { from: _from, to: _to, generatedAt: _at, ...rest } = await read(query);
          return rest;
        },
      ),
    );
    const series = (await world.callOn(services, 'GET', `${METRICS}/series?window=7d`)).body;
    const businesses = (await world.callOn(services, 'GET', `${METRICS}/businesses?window=7d`)).body;
    return { own, series, businesses };
  };
  const rollUp = async () => {
    let runs = 0;
    while ((await services.rollUpMetrics()).more) runs += 1;
    return runs;
  };

  it('give the same numbers as the events, run twice, after late events, and after an erasure', async () => {
    await week();
    const exact = await readings();
    await rollUp();
    expect(Number((await world.sql('select count(*) as n from "MetricRollup"'))[0]?.n)).toBeGreaterThan(300);
    expect(await readings()).toEqual(exact);
    expect(await services.rollUpMetrics()).toMatchObject({ hours: 0, repaired: 0 });
    expect(await readings()).toEqual(exact);

    await events(times(7, { trace: ready(), hoursAgo: 50 }));
    await rollUp();
    const later = await readings();
    expect(later.own[0].draftSuccessRate.denominator).toBe(exact.own[0].draftSuccessRate.denominator + 7);
    await world.sql(`delete from "DraftEvent" where "type" = 'approved' and "at" < now() - interval '3 days'`);
    await rollUp();
    const rolled = await readings();
    await world.sql('TRUNCATE "MetricRollup", "MetricStaleHour", "MaintenanceProgress"');
    expect(rolled).toEqual(await readings());
    expect(rolled.own[0].approvalRate.numerator).toBeLessThan(later.own[0].approvalRate.numerator);
  });

  it('keep the 95th percentile within 2 % of exact', async () => {
    const random = seededRandom(3);
    const ms = Array.from({ length: 999 }, () => Math.exp(3 + 2.5 * random()) + 1);
    await events(ms.map((searchMs) => ({ trace: ready({ rag: { status: 'hit', embeddingMs: 0, searchMs } }) })));
    const exact = ms.sort((a, b) => a - b)[Math.ceil(0.95 * ms.length) - 1] ?? 0;
    const { ragLatencyP95 } = await read();
    expect(Math.abs(ragLatencyP95.value / exact - 1)).toBeLessThan(0.02);
  });
});

describe('a histogram', () => {
  it('has no quantile without data, and does not mix its parts', () => {
    expect(latencyQuantile([], 'total', 0.95)).toBeNull();
    expect(latencyQuantile([{ bin: 1_010, count: 5 }], 'total', 0.95)).toBeNull();
    expect(latencyQuantile([{ bin: 0, count: 5 }], 'total', 0.95)).toBe(0.5);
  });
});
