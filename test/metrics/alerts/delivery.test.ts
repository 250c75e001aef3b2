import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { consumeQueue } from '../../../src/jobs/consume-queue.ts';
import type { AlertCondition } from '../../../src/metrics/alerts/alert.ts';
import { createEmail } from '../../../src/notify/email.ts';
import { createPagerDuty } from '../../../src/notify/pagerduty.ts';
import { createSlack } from '../../../src/notify/slack.ts';
import type { Services } from '../../../src/services.ts';
import { type RolloutWorld, startRolloutWorld } from '../../support/rollout-world.ts';
import { type ScriptedChannel, startScriptedChannel } from '../../support/scripted-channel.ts';

vi.setConfig({ testTimeout: 30_000 });
const publicUrl = 'https://draftgate.example';
const TIMEOUT_MS = 200;

let world: RolloutWorld;
let slack: ScriptedChannel;
let pagerDuty: ScriptedChannel;
let services: Services;
// biome-ignore lint/suspicious/noExplicitAny: mails are looked into field by field
let mails: any[] = [];
let mailStep: 'take' | 'hang' | 'refuse' = 'take';
let now = new Date();
let queue: string[] = [];
let queueIsDown = false;

beforeAll(async () => {
  [world, slack, pagerDuty] = await Promise.all([startRolloutWorld(), startScriptedChannel(), startScriptedChannel()]);
  services = servicesWith(`${slack.url}/services/T/B/x`);
}, 60_000);
afterAll(() => Promise.all([world?.close(), slack?.close(), pagerDuty?.close()]));
beforeEach(async () => {
  await world.reset();
  await world.sql(`truncate "DeadLetter"`);
  slack.reset();
  pagerDuty.reset();
  mails = [];
  mailStep = 'take';
  queue = [];
  queueIsDown = false;
  now = new Date('2026-11-20T12:00:00Z');
});

function servicesWith(webhookUrl: string) {
  const binding = {
    send: async (mail: unknown) => {
      if (mailStep === 'hang') return new Promise<never>(() => undefined);
      if (mailStep === 'refuse') {
        throw Object.assign(new Error('engineering@company.com bounced'), { code: 'E_RATE_LIMIT_EXCEEDED' });
      }
      mails.push(mail);
      return { messageId: 'm' };
    },
  };
  const email = { from: 'alerts@draftgate.example', to: 'engineering@company.com', publicUrl, timeoutMs: TIMEOUT_MS };
  return world.servicesWith({
    clock: () => now,
    config: { channelTimeoutMs: TIMEOUT_MS },
    channels: {
      slack: createSlack({ webhookUrl, channel: '#rag-pilot-alerts', publicUrl, timeoutMs: TIMEOUT_MS }),
      email: createEmail(email, binding),
      pagerduty: createPagerDuty({ routingKey: 'R'.repeat(32), url: pagerDuty.url, publicUrl, timeoutMs: TIMEOUT_MS }),
    },
    enqueueDeliveries: async (ids) => {
      if (queueIsDown) throw new Error('the queue is down');
      queue.push(...ids);
    },
  });
}

const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};

const HARM: AlertCondition = {
  key: 'guardrail:tool-validation:b1',
  kind: 'guardrail',
  severity: 'critical',
  title: 'Tool validation errors above 2 %',
  detail: 'Of 400 tool calls 12 did not fit <their> schema & more.',
  businessId: 'b1',
  incidentId: null,
  figures: {
    metric: 'tool validation errors',
    value: 0.03,
    numerator: 12,
    denominator: 400,
    low: 0.012_345,
    high: 0.06,
    threshold: 0.02,
    window: 'last 24h',
  },
  rollbackCommand: 'npm run rollback -- --level business --businessId b1 --reason "tool validation"',
};

const sync = (conditions: AlertCondition[]) => services.syncAlerts({ scope: 'guardrails', conditions, unknown: [] });
const rows = () =>
  world.sql(
    `select "channel", "status", "reason", "attempts", "notice" ->> 'event' as event from "AlertDelivery" order by "version", "channel"`,
  );
const statusOf = async (channel: string) =>
  (await rows()).filter((row) => row.channel === channel).map((row) => row.status);

/** Gives a message of a queue to the real consumer; what it wants again stays. */
async function consume(bodies: unknown[], name = 'draftgate-alerts') {
  const outcomes: { outcome: string; delaySeconds?: number | undefined }[] = bodies.map(() => ({ outcome: 'none' }));
  const messages = bodies.map((body, index) => ({
    id: `m${index}`,
    attempts: 1,
    body,
    ack: () => {
      outcomes[index] = { outcome: 'ack' };
    },
    retry: (options?: { delaySeconds?: number }) => {
      outcomes[index] = { outcome: 'retry', delaySeconds: options?.delaySeconds };
    },
  }));
  await consumeQueue({ queue: name, messages } as unknown as MessageBatch, services);
  return outcomes;
}

const deliverQueued = () => consume(queue.splice(0).map((id) => ({ type: 'alert-delivery', id })));

describe('what channels are told', () => {
  it('gives Slack the number, the interval, the link and the rollback command, escaped', async () => {
    await sync([HARM]);
    await deliverQueued();
    expect(slack.received).toHaveLength(1);
    const [request] = slack.received;
    expect(request?.path).toBe('/services/T/B/x');
    expect(request?.contentType).toMatch(/^application\/json/);
    expect(request?.body).toMatchObject({
      channel: '#rag-pilot-alerts',
      text: '[CRITICAL] Tool validation errors above 2 %',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: '[CRITICAL] Tool validation errors above 2 %' } },
        {
          type: 'section',
          text: { type: 'mrkdwn', text: 'Of 400 tool calls 12 did not fit &lt;their&gt; schema &amp; more.' },
        },
        {
          type: 'section',
          text: { text: 'tool validation errors 0.03 (12 of 400), interval 0.01235 to 0.06, limit 0.02, last 24h' },
        },
        { type: 'section', text: { text: `Roll back:\n\`\`\`${HARM.rollbackCommand}\`\`\`` } },
        { type: 'context' },
      ],
    });
    expect(request?.body.blocks[4].elements[0].text).toContain(
      '<https://draftgate.example/admin/metrics/rag-pilot?businessId=b1|Open the numbers>',
    );
  });

  it('lets nobody mention a channel or break out of the code block through a text', async () => {
    await sync([
      {
        ...HARM,
        title: '<!channel> hi',
        detail: '<@U1> <https://evil.example|click>',
        rollbackCommand: 'x ``` <!here>',
      },
    ]);
    await deliverQueued();
    const texts = JSON.stringify({ ...slack.received[0]?.body, blocks: slack.received[0]?.body.blocks.slice(1, 4) });
    expect(texts).not.toMatch(/<[!@#h]/);
    expect(slack.received[0]?.body.blocks[3].text.text).toBe('Roll back:\n```x ˋˋˋ &lt;!here&gt;```');
  });

  it('gives PagerDuty a trigger with the documented fields, and its resolve with the same dedup_key', async () => {
    await sync([HARM]);
    await deliverQueued();
    later(60);
    await sync([]);
    await deliverQueued();
    const [trigger, resolve] = pagerDuty.received;
    const [{ id }] = (await world.sql(`select "id" from "Alert"`)) as [{ id: string }];
    expect(trigger?.path).toBe('/v2/enqueue');
    expect(trigger?.body).toEqual({
      routing_key: 'R'.repeat(32),
      dedup_key: id,
      event_action: 'trigger',
      client: 'Draftgate',
      client_url: 'https://draftgate.example/admin/metrics/rag-pilot?businessId=b1',
      links: [{ href: 'https://draftgate.example/admin/metrics/rag-pilot?businessId=b1', text: 'The numbers' }],
      payload: {
        summary: '[CRITICAL] Tool validation errors above 2 %',
        source: 'draftgate.example',
        severity: 'critical',
        timestamp: '2026-11-20T12:00:00.000Z',
        component: 'rag',
        group: 'b1',
        class: 'guardrail',
        custom_details: expect.objectContaining({ value: 0.03, rollback_command: HARM.rollbackCommand }),
      },
    });
    expect(resolve?.body).toEqual({ routing_key: 'R'.repeat(32), dedup_key: id, event_action: 'resolve' });
  });

  it('does not call PagerDuty for a warning, unless it gets critical; then it hears of the end too', async () => {
    await sync([{ ...HARM, severity: 'warning' }]);
    await deliverQueued();
    expect(pagerDuty.received).toHaveLength(0);
    later(60);
    await sync([HARM]);
    await deliverQueued();
    later(60);
    await sync([{ ...HARM, severity: 'warning' }]);
    later(60);
    await sync([]);
    await deliverQueued();
    expect(pagerDuty.received.map(({ body }) => body.event_action)).toEqual(['trigger', 'resolve']);
  });

  it('writes a mail whose subject is one line, whatever the title holds', async () => {
    await sync([{ ...HARM, title: 'Harm\r\nBcc: everybody@evil.example\u0085X-A: 1\u2028Y: 2\u0000' }]);
    await deliverQueued();
    expect(mails).toEqual([
      {
        from: { name: 'Draftgate', email: 'alerts@draftgate.example' },
        to: 'engineering@company.com',
        subject: '[CRITICAL] Harm Bcc: [email] X-A: 1 Y: 2',
        text: expect.stringContaining('interval 0.01235 to 0.06'),
      },
    ]);
    expect(mails[0].text).toContain(HARM.rollbackCommand);
    expect(mails[0].text).toContain(publicUrl);
  });
});

describe('a channel that', () => {
  it('hangs holds nobody up, and gets its notice when it answers again', async () => {
    slack.script.push('hang');
    await sync([HARM]);
    const outcomes = await deliverQueued();
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['ack', 'ack', 'retry']);
    expect([mails.length, pagerDuty.received.length]).toEqual([1, 1]);
    expect((await rows()).find(({ channel }) => channel === 'slack')).toMatchObject({
      status: 'pending',
      reason: 'timeout',
    });
    later(120);
    await services.tendDeliveries();
    await deliverQueued();
    expect(await statusOf('slack')).toEqual(['delivered']);
  });

  it('says 429 is left alone for as long as it asked, with everything that waits for it', async () => {
    slack.script.push({ status: 429, headers: { 'retry-after': '600' } });
    await sync([HARM, { ...HARM, key: 'other' }]);
    const ofSlack = queue.splice(0).filter((id) => id.endsWith(':slack'));
    const [first, second] = ofSlack.map((id) => ({ type: 'alert-delivery', id }));
    expect(await consume([first])).toEqual([{ outcome: 'retry', delaySeconds: 600 }]);
    expect(await consume([second])).toEqual([{ outcome: 'retry', delaySeconds: 600 }]);
    later(599);
    await consume([first, second]);
    expect(slack.received).toHaveLength(1);
    later(1);
    await consume([first, second]);
    expect(await statusOf('slack')).toEqual(['delivered', 'delivered']);
    expect(slack.received).toHaveLength(3);
  });

  it.each([
    ['answers 500', { status: 500 } as const, 'http-500'],
    ['redirects', { status: 302, headers: { location: 'https://evil.example/' } }, 'http-302'],
    ['does not know us', { status: 403 } as const, 'http-403'],
  ])('%s is tried again, later and later', async (_name, step, code) => {
    slack.script.push(step, step, step);
    await sync([HARM]);
    const delays: (number | undefined)[] = [];
    const reasons: unknown[] = [];
    const id = queue.find((each) => each.endsWith(':slack')) ?? '';
    for (let attempt = 0; attempt < 4; attempt++) {
      const [outcome] = await consume([{ type: 'alert-delivery', id }]);
      delays.push(outcome?.delaySeconds);
      reasons.push((await rows()).find(({ channel }) => channel === 'slack')?.reason);
      later(outcome?.delaySeconds ?? 0);
    }
    expect(delays).toEqual([15, 30, 60, undefined]);
    expect(slack.received).toHaveLength(4);
    expect((await rows()).find(({ channel }) => channel === 'slack')).toMatchObject({
      status: 'delivered',
      attempts: '4',
    });
    expect(reasons).toEqual([code, code, code, null]);
  });

  it('refuses connections loses nothing: after a day it is given up, kept as a letter and shown', async () => {
    const cut = servicesWith('http://127.0.0.1:9/');
    await cut.syncAlerts({ scope: 'guardrails', conditions: [HARM], unknown: [] });
    const id = queue.find((each) => each.endsWith(':slack')) ?? '';
    expect(await cut.deliverAlert(id)).toMatchObject({ status: 'later' });
    later(24 * 60 * 60);
    expect(await cut.deliverAlert(id)).toEqual({ status: 'settled', as: 'failed' });
    expect((await rows()).find(({ channel }) => channel === 'slack')).toMatchObject({
      status: 'failed',
      reason: 'unreachable',
    });
    const letters = await world.call('GET', '/admin/api/dead-letters?queue=draftgate-alerts');
    expect(letters.body.items).toMatchObject([{ body: { id, reason: 'unreachable' } }]);
  });

  it('fails for long is told of over the others, and that is over when it works again', async () => {
    await sync([HARM]);
    const id = queue.find((each) => each.endsWith(':slack')) ?? '';
    slack.script.push({ status: 500 }, { status: 500 }, { status: 500 });
    for (let attempt = 0; attempt < 3; attempt++) {
      await services.deliverAlert(id);
      later(300);
    }
    expect((await services.tendDeliveries()).stuckChannels).toEqual(['slack']);
    await deliverQueued();
    expect(mails.map(({ subject }) => subject)).toContain('[Warning] Alerts do not reach slack');
    later(60);
    await services.tendDeliveries();
    expect(await world.sql(`select "state" from "Alert" where "key" = 'channel:slack'`)).toEqual([
      { state: 'resolved' },
    ]);
  });

  it('refuses a mail leaves its code, never its words', async () => {
    mailStep = 'refuse';
    await sync([HARM]);
    await deliverQueued();
    expect((await rows()).find(({ channel }) => channel === 'email')).toMatchObject({
      reason: 'E_RATE_LIMIT_EXCEEDED',
    });
  });

  it('hangs on a mail is left after its limit', async () => {
    mailStep = 'hang';
    await sync([HARM]);
    await deliverQueued();
    expect((await rows()).find(({ channel }) => channel === 'email')).toMatchObject({ reason: 'timeout' });
  });
});

describe('a delivery', () => {
  it('is made once, however often and however much at once the queue delivers it', async () => {
    await sync([HARM]);
    const id = queue.find((each) => each.endsWith(':slack')) ?? '';
    await Promise.all([services.deliverAlert(id), services.deliverAlert(id), services.deliverAlert(id)]);
    expect(await services.deliverAlert(id)).toEqual({ status: 'settled', as: 'delivered' });
    expect(slack.received).toHaveLength(1);
  });

  it('is taken over when its worker died before it wrote down what it did', async () => {
    await sync([HARM]);
    const id = queue.find((each) => each.endsWith(':slack')) ?? '';
    const lease = (until: string) =>
      world.sql(`update "AlertDelivery" set "attempts" = 1, "leasedUntil" = ${until} where "id" = '${id}'`);
    await lease(`now() + interval '20 seconds'`);
    // The database's clock ends a lease, not this worker's.
    later(21);
    expect(await services.deliverAlert(id)).toMatchObject({ status: 'later' });
    await lease('now()');
    expect(await services.deliverAlert(id)).toEqual({ status: 'settled', as: 'delivered' });
  });

  it('waits for the earlier one of its alert: no end before its beginning', async () => {
    await sync([HARM]);
    const [trigger] = queue.splice(0).filter((each) => each.endsWith(':pagerduty'));
    later(60);
    await sync([]);
    const [resolve] = queue.splice(0).filter((each) => each.endsWith(':pagerduty'));
    expect(await services.deliverAlert(resolve ?? '')).toMatchObject({ status: 'later' });
    await services.deliverAlert(trigger ?? '');
    await services.deliverAlert(resolve ?? '');
    expect(pagerDuty.received.map(({ body }) => body.event_action)).toEqual(['trigger', 'resolve']);
  });

  it('that the queue lost is sent by cron, also when the queue does not answer', async () => {
    queueIsDown = true;
    await sync([HARM]);
    later(89);
    expect(await services.tendDeliveries()).toMatchObject({ requeued: 0, sentByHand: 0 });
    later(2);
    expect(await services.tendDeliveries()).toMatchObject({ requeued: 0, sentByHand: 3 });
    expect([slack.received.length, mails.length, pagerDuty.received.length]).toEqual([1, 1, 1]);
  });

  it('whose message died stands on, and the letter is kept', async () => {
    await sync([HARM]);
    const id = queue.splice(0).find((each) => each.endsWith(':slack')) ?? '';
    const outcomes = await consume(
      [
        { type: 'alert-delivery', id },
        { type: 'nonsense', secret: 'ada@customer.example' },
      ],
      'draftgate-alerts-dead-letters',
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['ack', 'ack']);
    const letters = await world.sql(`select "body" from "DeadLetter" order by "id"`);
    expect(letters.map(({ body }) => (typeof body === 'string' ? JSON.parse(body) : body))).toEqual([
      { type: 'alert-delivery', id },
      { unreadable: true, characters: 51 },
    ]);
    later(91);
    await services.tendDeliveries();
    await deliverQueued();
    expect(await statusOf('slack')).toEqual(['delivered']);
    expect(await services.checkDeadLetters()).toEqual({ letters: 2 });
    expect(await world.sql(`select "key" from "Alert" where "scope" = 'dead-letters'`)).toEqual([
      { key: 'dead-letters:draftgate-alerts' },
    ]);
  });

  it('stands in the timeline of its incident', async () => {
    const { id } = await services.openIncident({
      causeKey: 'c',
      severity: 'critical',
      title: 'Harm',
      businessId: 'b1',
      feature: 'RAG_PILOT',
      detectedAt: now,
      data: {},
    });
    later(1);
    await sync([{ ...HARM, incidentId: id }]);
    later(1);
    await deliverQueued();
    const { timeline } = await services.findIncident(id);
    expect(timeline.map(({ text }) => text).slice(0, 2)).toEqual(['Harm', `Alert fires: ${HARM.title}`]);
    expect(
      timeline
        .slice(2)
        .map(({ text }) => text)
        .sort(),
    ).toEqual(['email', 'pagerduty', 'slack'].map((channel) => `Told ${channel}: ${HARM.title}`));
  });
});

describe('the test button', () => {
  it('sends over every channel at once and says what each did; PagerDuty is resolved behind it', async () => {
    slack.script.push({ status: 500 });
    const app = await world.callOn(services, 'POST', '/admin/api/alerts/test');
    expect(app.status).toBe(200);
    // biome-ignore lint/suspicious/noExplicitAny: an answer
    const told = app.body.deliveries.map(({ channel, event, status, reason }: any) => [channel, event, status, reason]);
    expect(told).toEqual([
      ['email', 'test', 'delivered', null],
      ['pagerduty', 'test', 'delivered', null],
      ['slack', 'test', 'pending', 'http-500'],
      ['pagerduty', 'test-over', 'delivered', null],
    ]);
    expect(pagerDuty.received.map(({ body }) => body.event_action)).toEqual(['trigger', 'resolve']);
    expect(queue).toHaveLength(1);
    const audits = await services.listAudit({ action: 'alert.test', limit: 5 });
    expect(audits[0]).toMatchObject({ actor: 'admin-key' });
  });

  it('says which channels are not configured, and why', async () => {
    const { status, body } = await world.call('POST', '/admin/api/alerts/test');
    expect(status).toBe(200);
    expect(body.channels).toEqual([
      { channel: 'slack', configured: false, reason: 'not configured: SLACK_WEBHOOK_URL' },
      { channel: 'email', configured: false, reason: 'not configured: ALERT_EMAIL_FROM' },
      { channel: 'pagerduty', configured: false, reason: 'not configured: PAGERDUTY_ROUTING_KEY' },
    ]);
    // biome-ignore lint/suspicious/noExplicitAny: an answer
    expect(body.deliveries.every((each: any) => each.status === 'skipped')).toBe(true);
  });
});
