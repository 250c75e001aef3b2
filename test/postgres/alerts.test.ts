import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AlertCondition } from '../../src/metrics/alerts/alert.ts';
import type { Channel } from '../../src/notify/channels.ts';
import type { Services } from '../../src/services.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

let world: RolloutWorld;
let services: Services;
let sent: string[] = [];
let queued: string[] = [];
let answer: Awaited<ReturnType<Channel['send']>> = { status: 'sent' };

const channel = (name: string): Channel => ({
  gap: null,
  send: async (notice) => {
    sent.push(`${name}:${notice.alertId}:${notice.event}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return answer;
  },
});

beforeAll(async () => {
  world = await startRolloutWorld();
  services = world.servicesWith({
    channels: { slack: channel('slack'), email: channel('email'), pagerduty: channel('pagerduty') },
    enqueueDeliveries: async (ids) => void queued.push(...ids),
  });
}, 60_000);
afterAll(() => world?.close());
beforeEach(async () => {
  await world.reset();
  sent = [];
  queued = [];
  answer = { status: 'sent' };
});

const conditions = Array.from(
  { length: 20 },
  (_, index): AlertCondition => ({
    key: `guardrail:${index}`,
    kind: 'guardrail',
    severity: 'critical',
    title: `Harm ${index}`,
    detail: 'Words.',
    businessId: null,
    incidentId: null,
    figures: null,
    rollbackCommand: null,
  }),
);

const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe('alerts over several sessions', () => {
  it('fire, and resolve, once, whichever of ten runs at once finds what and in which order', async () => {
    const shuffled = (index: number) => conditions.map((_, at) => conditions[(at * 7 + index * 3) % 20]!);
    const fired = await times(10, (index) =>
      services.syncAlerts({ scope: 'guardrails', conditions: shuffled(index), unknown: [] }),
    );
    expect(fired.flatMap((each) => each.fired).sort()).toEqual(conditions.map(({ key }) => key).sort());
    expect(await world.sql(`select count(*) as n, count(distinct "key") as keys from "Alert"`)).toEqual([
      { n: '20', keys: '20' },
    ]);
    expect(new Set(queued).size).toBe(60);
    expect(queued).toHaveLength(60);
    const resolved = await times(10, () => services.syncAlerts({ scope: 'guardrails', conditions: [], unknown: [] }));
    expect(resolved.flatMap((each) => each.resolved)).toHaveLength(20);
    expect(queued).toHaveLength(120);
  });

  it('are delivered once, however many workers have the message, and while cron takes what it holds for lost', async () => {
    await services.syncAlerts({ scope: 'guardrails', conditions: conditions.slice(0, 5), unknown: [] });
    const ids = [...queued];
    await Promise.all([
      ...ids.flatMap((id) => [services.deliverAlert(id), services.deliverAlert(id), services.deliverAlert(id)]),
      services.tendDeliveries(),
    ]);
    await times(3, () => Promise.all(ids.map((id) => services.deliverAlert(id))));
    expect(new Set(sent).size).toBe(15);
    expect(sent).toHaveLength(15);
  });

  it('do not wait for one another when a channel asks all of them for a pause', async () => {
    await services.syncAlerts({ scope: 'guardrails', conditions, unknown: [] });
    answer = { status: 'not-sent', code: 'http-429', waitMs: 600_000 };
    const outcomes = await Promise.allSettled(queued.map((id) => services.deliverAlert(id)));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    const waiting = await world.sql(
      `select count(*) as n from "AlertDelivery" where "status" = 'pending' and "nextAttemptAt" > now() + interval '9 minutes'`,
    );
    expect(waiting).toEqual([{ n: '60' }]);
  });

  it('announce once, and open one incident per cause, whoever comes first', async () => {
    const outcomes = await times(10, () =>
      services.announce({ key: 'k', severity: 'info', title: 't', detail: '', businessId: null, incidentId: null }),
    );
    expect(outcomes.filter(({ announced }) => announced)).toHaveLength(1);
    const opened = await times(10, () =>
      services.openIncident({
        causeKey: 'c',
        severity: 'critical',
        title: 'Harm',
        businessId: null,
        feature: 'RAG_PILOT',
        detectedAt: new Date(),
        data: {},
      }),
    );
    expect(opened.filter((each) => each.opened)).toHaveLength(1);
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
    const entries = await world.sql(`select count(*) as n from "IncidentEntry"`);
    expect(entries).toEqual([{ n: '1' }]);
  });
});
