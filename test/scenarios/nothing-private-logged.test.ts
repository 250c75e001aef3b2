import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { consumeQueue } from '../../src/jobs/consume-queue.ts';
import { runCron } from '../../src/jobs/run-cron.ts';
import { consoleLogger } from '../../src/lib/logger.ts';
import { createServices } from '../../src/services.ts';
import type { Database } from '../../src/storage/db.ts';
import { createBackfillQueue } from '../support/backfill-queue.ts';
import { inboundMail, startHarness, uniqueId } from '../support/harness.ts';

/** Everything that any code writes to the console. */
let written: string[];
beforeEach(() => {
  written = [];
  for (const method of ['log', 'error', 'warn', 'info', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...parts: unknown[]) => {
      written.push(
        parts
          .map((part) =>
            part instanceof Error
              ? `${part.message}\n${part.stack}`
              : typeof part === 'string'
                ? part
                : JSON.stringify(part),
          )
          .join(' '),
      );
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

const WEBHOOK = 'https://hooks.example/services/T000/B000/webhooksecret';
const PAGERDUTY = 'pagerdutyroutingkeysecret0000000';
const secrets = () => [
  env.DRAFTGATE_ADMIN_KEY,
  new URL(env.DATABASE_URL).password,
  WEBHOOK,
  'webhooksecret',
  PAGERDUTY,
];

function expectNothingOf(words: string[]): void {
  expect(written.length).toBeGreaterThan(0);
  for (const word of [...words, ...secrets()]) {
    expect([word, written.filter((line) => line.toLowerCase().includes(word.toLowerCase())).slice(0, 2)]).toEqual([
      word,
      [],
    ]);
  }
}

/** A customer whose name, address, words and card are known by one word. */
function customer(businessId: string) {
  const word = uniqueId('private').replaceAll('-', '');
  const from = { address: `${word}@customer.example`, name: `Ada ${word}` };
  const text = `Where is order W${word}? ${word} 4111 1111 1111 1111, GB82 WEST 1234 5698 7654 32, +49 170 1234567`;
  const mail = {
    ...inboundMail(businessId, text),
    from,
    subject: word,
    html: `<p>${text}</p>`,
    headers: { 'x-word': word },
  };
  return { word, from, mail, words: [word, '4111 1111', '4111111111111111', 'GB82', '1234567'] };
}

describe('nothing private is written to the log', () => {
  it('over the whole life of a draft: mail, orders, draft, edit, report, review, search, erasure, export', async () => {
    const queue = createBackfillQueue();
    const harness = startHarness({ logger: consoleLogger, enqueueBackfill: queue.enqueueBackfill });
    const businessId = await harness.createBusiness({ emailRagEnabled: true, controlShare: 0 });
    await harness.post('/admin/api/pilots', { businessId, feature: 'RAG_PILOT' });
    const { body: key } = await harness.post('/admin/api/api-keys', { businessId });
    const { word, from, mail, words } = customer(businessId);
    await harness.putOrder(businessId, `W${word}`, {
      customerEmail: from.address,
      items: [{ name: word, quantity: 1, price: 1 }],
    });
    await harness.call('PUT', `/v1/businesses/${businessId}/snippets/${word}`, { text: word });
    const { body: stored } = await harness.post('/v1/messages', mail, { key: key.key });
    await harness.post('/v1/messages:bulk', { messages: [mail, { ...mail, text: 'other' }] }, { key: key.key });
    const { body: draft } = await harness.draft(businessId, mail.messageId, {
      key: key.key,
      headers: { 'idempotency-key': word },
    });
    await harness.post(`/v1/drafts/${draft.id}/report`, { kind: 'wrong_fact', note: word }, { key: key.key });
    await harness.post(`/v1/drafts/${draft.id}/regenerate`);
    await harness.post(`/v1/drafts/${draft.id}/approve`, {
      body: `Dear ${word}, your refund of 99.99 EUR has been paid to GB82WEST12345698765432.`,
    });
    await harness.post(`/v1/drafts/${draft.id}/approve`, {
      body: `Dear ${word}, we will check and come back to you.`,
      confirm: true,
    });
    await harness.post('/v1/messages', {
      ...mail,
      messageId: uniqueId('sent'),
      direction: 'OUTBOUND',
      from: { address: `shop@${word}.example` },
      to: [from],
      threadId: stored.threadId,
    });
    await harness.post('/admin/api/backfills', { businessId, days: 180 });
    for (const cron of ['* * * * *', '0 3 * * *']) await runCron(cron, harness.services);
    await queue.drain(harness.services);
    await harness.get(`/admin/api/businesses/${businessId}/export`);
    await harness.post('/admin/api/erasures', { businessId, customerEmail: from.address, reason: word });
    expectNothingOf([...words, key.key.slice(4)]);
  });

  it.each(['down', 'garbage', 'refuse', 'http500', 'incomplete'] as const)(
    'where the model fails (%s)',
    async (mode) => {
      const harness = startHarness({ logger: consoleLogger });
      const businessId = await harness.createBusiness();
      const { word, mail, words } = customer(businessId);
      await harness.post('/v1/messages', { ...mail, text: `What do you think about ${word}?`, html: undefined });
      await harness.model.set({
        mode,
        ...(mode === 'garbage' ? { body: `<html>${word}` } : {}),
        times: 20,
        calls: ['compose', 'triage', 'embeddings'],
      });
      await harness.draft(businessId, mail.messageId);
      expectNothingOf(words);
    },
  );

  it('where the model writes what it must not', async () => {
    const harness = startHarness({ logger: consoleLogger });
    const businessId = await harness.createBusiness();
    const { word, mail, words } = customer(businessId);
    await harness.post('/v1/messages', mail);
    await harness.model.set({
      mode: 'answer',
      body: `${word}: your card 4111111111111111 was refunded 500 EUR, see https://${word}.example`,
      times: 5,
    });
    await harness.draft(businessId, mail.messageId);
    expectNothingOf(words);
  });

  it('where the database fails with a query and its values in the error', async () => {
    const word = uniqueId('private').replaceAll('-', '');
    const fail = async () => {
      throw Object.assign(
        new Error(`Failed query: insert into "Message" values ('${word}')\nparams: ${word}, ${env.DATABASE_URL}`),
        { detail: word, cause: new Error(word) },
      );
    };
    const harness = startHarness({
      logger: consoleLogger,
      db: { tenant: fail, operator: fail, roundTrips: () => 0 } as unknown as Database,
    });
    const answers = [
      await harness.post('/v1/messages', inboundMail('b', word)),
      await harness.get(`/v1/drafts?businessId=${word}`),
      await harness.post('/admin/api/erasures', {
        businessId: 'b',
        customerEmail: `${word}@customer.example`,
        reason: word,
      }),
      await harness.get(`/admin/api/businesses/${word}/export`),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(500);
      expect(JSON.stringify(body)).not.toContain(word);
    }
    for (const cron of ['* * * * *', '0 3 * * *']) await runCron(cron, harness.services);
    expectNothingOf([word]);
  });

  it('where queue messages are not what they should be, and where channels fail', async () => {
    const harness = startHarness({
      logger: consoleLogger,
      config: { slackWebhookUrl: WEBHOOK, pagerdutyRoutingKey: PAGERDUTY } as never,
    });
    const word = uniqueId('private').replaceAll('-', '');
    const bodies = [
      word,
      { type: word },
      { type: 'draft-retry', businessId: word, messageId: word, text: word },
      { type: 'alert-delivery', id: word },
      { type: 'backfill-page', businessId: word, backfillId: word, ids: [word] },
    ];
    for (const name of [
      'draftgate-draft-retries',
      'draftgate-backfill',
      'draftgate-backfill-dead-letters',
      'draftgate-dead-letters',
      'draftgate-alerts',
      'draftgate-alerts-dead-letters',
      'draftgate-staging-backfill',
    ]) {
      const messages = bodies.map((body) => ({
        id: uniqueId('q'),
        timestamp: new Date(),
        attempts: 1,
        body,
        ack() {},
        retry() {},
      }));
      await consumeQueue(
        { queue: name, messages, ackAll() {}, retryAll() {} } as unknown as MessageBatch,
        harness.services,
      );
    }
    expectNothingOf([word]);
  });

  it('where the configuration is wrong', async () => {
    const word = 'databaseurlsecretvalue';
    for (const broken of [
      { DRAFTGATE_ADMIN_KEY: 'short-admin-secret' },
      { DATABASE_URL: '' },
      { OPENAI_API_KEY: '' },
    ]) {
      let message = '';
      try {
        createServices({ ...env, ...broken });
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toMatch(/^configuration: /);
      expect(message).not.toContain('short-admin-secret');
    }
    const services = createServices(
      { ...env, DATABASE_URL: `postgresql://app:${word}@127.0.0.1:9/x`, DATABASE_FETCH_ENDPOINT: 'http://127.0.0.1:9' },
      { logger: consoleLogger },
    );
    const response = await createApp(services).request(
      '/v1/drafts',
      { headers: { authorization: `Bearer ${env.DRAFTGATE_ADMIN_KEY}` } },
      env,
    );
    expect([500, 503]).toContain(response.status);
    expect(await response.text()).not.toContain(word);
    written.push('end');
    expectNothingOf([word, 'short-admin-secret']);
  });
});
