import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AlertCondition } from '../../../src/metrics/alerts/alert.ts';
import { RAG_FEATURE } from '../../../src/rollout/decide.ts';
import type { Services } from '../../../src/services.ts';
import { type RolloutWorld, startRolloutWorld } from '../../support/rollout-world.ts';

vi.setConfig({ testTimeout: 30_000 });
let world: RolloutWorld;
let services: Services;
let now = new Date('2026-11-20T12:00:00Z');
let queued: string[] = [];

beforeAll(async () => {
  world = await startRolloutWorld();
  services = world.servicesWith({
    clock: () => now,
    config: { slackWebhookUrl: 'http://127.0.0.1:9/slack' },
    enqueueDeliveries: async (ids) => void queued.push(...ids),
  });
}, 60_000);
afterAll(() => world?.close());
beforeEach(async () => {
  await world.reset();
  queued = [];
  now = new Date('2026-11-20T12:00:00Z');
});

const later = (minutes: number) => {
  now = new Date(now.getTime() + minutes * 60_000);
};

const HARM: AlertCondition = {
  key: 'guardrail:tool-validation:b1',
  kind: 'guardrail',
  severity: 'critical',
  title: 'Tool validation errors above 2 %',
  detail: 'Of 400 tool calls 12 did not fit their schema.',
  businessId: 'b1',
  incidentId: null,
  figures: {
    metric: 'tool validation errors',
    value: 0.03,
    numerator: 12,
    denominator: 400,
    low: 0.012,
    high: 0.06,
    threshold: 0.02,
    window: 'last 24h',
  },
  rollbackCommand: 'npm run rollback -- --level business --businessId b1 --reason "tool validation"',
};

const sync = (conditions: AlertCondition[], unknown: string[] = []) =>
  services.syncAlerts({ scope: 'guardrails', conditions, unknown });
const deliveries = () =>
  world.sql(
    `select "channel", "status", "reason", "notice" ->> 'event' as event from "AlertDelivery" order by "version", "channel"`,
  );

describe('alerts', () => {
  it('fires once, keeps quiet while it holds, and resolves once', async () => {
    expect(await sync([HARM])).toEqual({ fired: [HARM.key], renotified: [], resolved: [] });
    later(1);
    expect(await sync([HARM])).toEqual({ fired: [], renotified: [], resolved: [] });
    later(1);
    expect(await sync([])).toEqual({ fired: [], renotified: [], resolved: [HARM.key] });
    later(1);
    expect(await sync([])).toEqual({ fired: [], renotified: [], resolved: [] });
    const rows = await world.sql(`select "state", "flaps" from "Alert"`);
    expect(rows).toEqual([{ state: 'resolved', flaps: '0' }]);
    expect(await deliveries()).toEqual([
      { channel: 'email', status: 'skipped', reason: 'not configured: ALERT_EMAIL_FROM', event: 'fired' },
      { channel: 'pagerduty', status: 'skipped', reason: 'not configured: PAGERDUTY_ROUTING_KEY', event: 'fired' },
      { channel: 'slack', status: 'pending', reason: null, event: 'fired' },
      { channel: 'email', status: 'skipped', reason: 'not configured: ALERT_EMAIL_FROM', event: 'resolved' },
      { channel: 'pagerduty', status: 'skipped', reason: 'not configured: PAGERDUTY_ROUTING_KEY', event: 'resolved' },
      { channel: 'slack', status: 'pending', reason: null, event: 'resolved' },
    ]);
    expect(queued).toHaveLength(2);
  });

  it('keeps an alert firing while there is not enough data, and shows the newest numbers while it holds', async () => {
    await sync([HARM]);
    later(1);
    await sync([{ ...HARM, detail: 'Of 500 tool calls 20 did not fit their schema.' }]);
    later(1);
    expect(await sync([], [HARM.key])).toEqual({ fired: [], renotified: [], resolved: [] });
    const [row] = await world.sql(`select "state", "detail" from "Alert"`);
    expect(row).toEqual({ state: 'firing', detail: 'Of 500 tool calls 20 did not fit their schema.' });
  });

  it('leaves the alerts of other scopes alone', async () => {
    await sync([HARM]);
    await services.syncAlerts({ scope: 'metrics', conditions: [], unknown: [] });
    expect(await world.sql(`select "state" from "Alert"`)).toEqual([{ state: 'firing' }]);
  });

  it('fires once when two runs find the same thing at once', async () => {
    await Promise.all([sync([HARM]), sync([HARM]), sync([HARM])]);
    expect(await world.sql(`select count(*)::int as n from "Alert"`)).toEqual([{ n: '1' }]);
    expect(queued).toHaveLength(1);
  });

  it('takes a flapping condition for one alert that needs quiet to end', async () => {
    await sync([HARM]);
    later(1);
    await sync([]);
    later(1);
    expect((await sync([HARM])).fired).toEqual([HARM.key]);
    later(4);
    expect((await sync([])).resolved).toEqual([]);
    later(1);
    expect((await sync([])).resolved).toEqual([HARM.key]);
    expect(await world.sql(`select "flaps", "state" from "Alert"`)).toEqual([{ flaps: '1', state: 'resolved' }]);
  });

  it('reminds of what still fires, but not a channel that has not taken the last notice', async () => {
    await sync([HARM]);
    later(31);
    expect((await sync([HARM])).renotified).toEqual([HARM.key]);
    const slack = (await deliveries()).filter(({ channel }) => channel === 'slack');
    expect(slack.map(({ event }) => event)).toEqual(['fired']);
    await world.sql(`update "AlertDelivery" set "status" = 'delivered'`);
    later(31);
    await sync([HARM]);
    expect((await deliveries()).filter(({ channel }) => channel === 'slack').map(({ event }) => event)).toEqual([
      'fired',
      'reminder',
    ]);
  });

  it('stands in Postgres when the queue does not take it', async () => {
    const cut = world.servicesWith({
      clock: () => now,
      config: { slackWebhookUrl: 'http://127.0.0.1:9/slack' },
      enqueueDeliveries: async () => {
        throw new Error('the queue is down');
      },
    });
    expect((await cut.syncAlerts({ scope: 'guardrails', conditions: [HARM], unknown: [] })).fired).toEqual([HARM.key]);
    expect((await deliveries()).find(({ channel }) => channel === 'slack')).toMatchObject({ status: 'pending' });
  });

  it('lets no private value and no line end into a title or text', async () => {
    await sync([
      {
        ...HARM,
        title: 'Complaint of ada@customer.example\r\nBcc: all@evil.example',
        detail: 'Card 4111 1111 1111 1111, call +49 30 901820 now\u2028\u202Eevil',
      },
    ]);
    const [row] = await world.sql(`select "title", "detail" from "Alert"`);
    expect(row?.title).toBe('Complaint of [email] Bcc: [email]');
    expect(row?.detail).toBe('Card [card], call [phone] now evil');
  });

  it('announces once per key, also when asked twice at once', async () => {
    const input = {
      key: 'rollback:1',
      severity: 'info',
      title: 'T',
      detail: 'D',
      businessId: null,
      incidentId: null,
    } as const;
    const outcomes = await Promise.all([services.announce(input), services.announce(input)]);
    expect(outcomes.filter(({ announced }) => announced)).toHaveLength(1);
    expect((await services.announce(input)).announced).toBe(false);
    expect(queued).toHaveLength(1);
  });
});

describe('incidents', () => {
  const cause = {
    causeKey: 'hallucination:b1',
    severity: 'critical',
    title: 'A hallucination',
    businessId: 'b1',
    feature: RAG_FEATURE,
    detectedAt: new Date('2026-11-20T11:59:00Z'),
    data: { draftId: 'd1' },
  } as const;
  const act = { actor: 'nina', requestId: 'req' };

  it('opens one per cause, and another only after that was closed', async () => {
    const [first, second] = await Promise.all([services.openIncident(cause), services.openIncident(cause)]);
    expect(first.id).toBe(second.id);
    expect([first.opened, second.opened].filter(Boolean)).toHaveLength(1);
    await services.closeIncident({ id: first.id, reason: 'mended' }, act);
    const again = await services.openIncident(cause);
    expect(again).toMatchObject({ opened: true });
    expect(again.id).not.toBe(first.id);
  });

  it('fills its timeline with detection, entries, alerts and deliveries, each once', async () => {
    const { id } = await services.openIncident(cause);
    const entry = {
      incidentId: id,
      key: 'decision:1',
      kind: 'decision',
      text: 'Roll back',
      at: now,
      data: {},
    } as const;
    expect(await services.addIncidentEntry(entry)).toEqual({ added: true });
    expect(await services.addIncidentEntry(entry)).toEqual({ added: false });
    expect(await services.addIncidentEntry({ ...entry, incidentId: 'inc_unknown' })).toEqual({ added: false });
    later(1);
    await sync([{ ...HARM, incidentId: id }]);
    later(1);
    await sync([]);
    later(1);
    await services.closeIncident({ id, reason: 'mended' }, act);
    const { timeline } = await services.findIncident(id);
    expect(timeline.map(({ kind, text }) => [kind, text])).toEqual([
      ['detection', 'A hallucination'],
      ['decision', 'Roll back'],
      ['alert', `Alert fires: ${HARM.title}`],
      ['alert', `Alert resolved: ${HARM.title}`],
      ['resolution', 'Closed: mended'],
    ]);
  });

  it('closes once: the second word changes nothing and leaves no audit', async () => {
    const { id } = await services.openIncident(cause);
    const closed = await services.closeIncident({ id, reason: 'mended' }, act);
    expect(closed).toMatchObject({ status: 'closed', closedBy: 'nina', closeReason: 'mended' });
    later(1);
    expect(await services.closeIncident({ id, reason: 'other' }, { ...act, actor: 'otto' })).toEqual(closed);
    const audits = await services.listAudit({ action: 'incident.close', limit: 10 });
    expect(audits.filter(({ after }) => (after as { id: string }).id === id)).toHaveLength(1);
  });
});
