import { seededRandom, seedOf } from '../../../scripts/lib/seeded-random.ts';
import { startLoadModel } from '../../../scripts/loadtest/load-model.ts';
import { startDatabase } from '../../../scripts/local/database.ts';
import { startModelServer } from '../../../scripts/local/model-server.ts';
import { createApp } from '../../../src/app.ts';
import type { Config } from '../../../src/config.ts';
import { runCron } from '../../../src/jobs/run-cron.ts';
import { createEdgeSwitch } from '../../../src/rollout/edge-switch.ts';
import { createServices } from '../../../src/services.ts';
import { createOwnDatabase, ensureWorkerCrypto } from '../own-database.ts';
import { createFaultPlan, currentStream } from './fault-plan.ts';
import { STREAM_HEADER, startFaultProxy } from './fault-proxy.ts';
import { createFaultyKv } from './faulty-kv.ts';
import { createFaultyQueues } from './faulty-queue.ts';
import { type Operation, operationsOf } from './operations.ts';

const ADMIN_KEY = 'admin-key-of-the-fault-tests-40-charact-';
const BUSINESSES = 6;
const FEATURE = 'RAG_PILOT';
const DATABASE_FAULTS = 0.06;
const MODEL_FAULTS = 0.25;
const SLACK_FAULTS = 0.4;
const CLIENT_RETRIES = 3;
const LONGEST_JUMP_MS = 3 * 60 * 60_000;
/** Deadlines of the Worker in tenths of what they are, so that a hanging call costs little; their order is the same. */
const DEADLINES: Partial<Config> = {
  databaseTimeoutMs: 1_000,
  retrievalTimeoutMs: 500,
  toolTimeoutMs: 500,
  modelTimeoutMs: 900,
  triageTimeoutMs: 500,
  draftTimeoutMs: 3_000,
  lockTimeoutMs: 500,
  leaseMs: 4_000,
  draftWaitMs: 300,
  repairMinimumMs: 500,
};
const HANG_MS = 1_600;
/** Within this a draft without faults is made. */
const LONGEST_DRAFT_MS = 120;

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into as a client without types would.
type Json = any;

export interface Ledger {
  /** Operation → messageId that the API took. */
  received: Map<number, { businessId: string; messageId: string }>;
  /** Mails that a draft was asked for, and got an answer other than an error. */
  answered: Map<number, { businessId: string; messageId: string; draftId: string }>;
  approved: Map<string, string>;
  discarded: Set<string>;
  reported: Map<string, number>;
  statuses: Record<string, number>;
  /** Seen while it ran: what must never be. */
  violations: string[];
}

export interface FaultRun {
  ledger: Ledger;
  sql(text: string, params?: unknown[]): Promise<Record<string, string | null>[]>;
  counts: Record<string, number>;
  close(): Promise<void>;
}

/**
 * Plays `count` operations of a seed against the real service, on a real Postgres, with faults between it and everything
 * that it talks to; then the faults end, and what the platform does by itself (cron, queues, time) goes on until all is quiet.
 */
export async function playFaults(seed: number, count: number, parallel: number): Promise<FaultRun> {
  ensureWorkerCrypto();
  const cleanUps: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
    cleanUps.length = 0;
  };
  const server = process.env.DRAFTGATE_TEST_DATABASE_URL;
  const own = server === undefined ? undefined : await createOwnDatabase(server);
  if (own !== undefined) cleanUps.push(own.drop);
  const database = await startDatabase({
    migrationsFolder: new URL('../../../migrations', import.meta.url).pathname,
    ...(own === undefined ? {} : { databaseUrl: own.url }),
  });
  cleanUps.push(database.close);
  const plan = createFaultPlan(seed);
  const model = await startLoadModel({ seed, medianMs: () => 15, sigma: 0.7 });
  cleanUps.push(model.close);
  const proxyOf = async (target: string, upstream: string, share: number) => {
    const proxy = await startFaultProxy({
      target,
      upstream: new URL(upstream).origin,
      plan,
      share,
      delayMs: 150,
      hangMs: HANG_MS,
    });
    cleanUps.push(proxy.close);
    return proxy.url;
  };
  const databaseProxy = await proxyOf('database', database.fetchEndpoint ?? '', DATABASE_FAULTS);
  const modelProxy = await proxyOf('model', model.baseUrl, MODEL_FAULTS);

  // The stream of an operation travels with its requests, so that the proxies know whose fault is next.
  const plainFetch = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const stream = currentStream.getStore();
    if (stream === undefined) return plainFetch(input, init);
    const headers = new Headers(init?.headers);
    headers.set(STREAM_HEADER, stream);
    return plainFetch(input, { ...init, headers });
  };
  cleanUps.push(async () => {
    globalThis.fetch = plainFetch;
  });

  const slack = await startModelServer(async () => ({ status: 200, body: 'ok' }));
  cleanUps.push(slack.close);
  const slackProxy = await proxyOf('slack', slack.baseUrl, SLACK_FAULTS);

  const kv = createFaultyKv(plan);
  const queues = createFaultyQueues(plan);
  let clockOffsetMs = 0;
  const env = {
    ENVIRONMENT: 'test',
    DATABASE_URL: database.url,
    DATABASE_FETCH_ENDPOINT: `${databaseProxy}/sql`,
    DRAFTGATE_ADMIN_KEY: ADMIN_KEY,
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: `${modelProxy}/v1`,
    OPENAI_MODEL: 'offline-writer',
    OPENAI_EMBEDDING_MODEL: 'offline-use-512',
    API_RATE_LIMIT: { limit: async () => ({ success: true }) },
    SLACK_WEBHOOK_URL: `${slackProxy}/v1/hook`,
    FLAGS: kv.namespace,
    ALERTS: {
      sendBatch: (batch: { body: unknown }[]) =>
        queues.send(
          'draftgate-alerts',
          batch.map(({ body }) => body),
        ),
    },
    DRAFT_RETRIES: { send: (body: unknown) => queues.send('draftgate-draft-retries', [body]) },
    BACKFILL: {
      send: (body: unknown) => queues.send('draftgate-backfill', [body]),
      sendBatch: (batch: { body: unknown }[]) =>
        queues.send(
          'draftgate-backfill',
          batch.map(({ body }) => body),
        ),
    },
  } as unknown as Env;
  const services = createServices(env, {
    clock: () => new Date(Date.now() + clockOffsetMs),
    logger: {
      info: () => undefined,
      error: (event, fields) =>
        void (process.env.FAULT_LOG !== undefined && console.error(event, JSON.stringify(fields))),
    },
    config: DEADLINES,
    edge: createEdgeSwitch(kv.namespace),
  });
  const app = createApp(services);

  const ledger: Ledger = {
    received: new Map(),
    answered: new Map(),
    approved: new Map(),
    discarded: new Set(),
    reported: new Map(),
    statuses: {},
    violations: [],
  };
  const businessOf = (index: number) => `business-${index + 1}`;
  const customerOf = (index: number) => `customer${index}@customers.example`;

  async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }> {
    const response = await app.request(
      path,
      {
        method,
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      env,
    );
    const text = await response.text();
    const answer = { status: response.status, body: text === '' ? null : JSON.parse(text) };
    const key = `${method} ${path.split('?')[0]?.replace(/(drafts|rollbacks|orders|businesses)\/[^/]+/g, '$1/…')} ${answer.status}`;
    ledger.statuses[key] = (ledger.statuses[key] ?? 0) + 1;
    if (answer.status === 500) ledger.violations.push(`${key}: an error that nobody expected`);
    return answer;
  }

  /** As an integrator does who is told to try again. */
  async function insist(method: string, path: string, body?: unknown) {
    let answer = await call(method, path, body);
    for (let again = 1; again < CLIENT_RETRIES && answer.status >= 500; again++)
      answer = await call(method, path, body);
    return answer;
  }

  async function askDraft(operation: Operation): Promise<void> {
    const received = ledger.received.get(operation.mail);
    const businessId = businessOf(operation.business);
    const messageId = messageIdOf(operation.mail);
    const { status, body } = await call('POST', '/v1/drafts', { businessId, messageId });
    if (status === 404 && received !== undefined) ledger.violations.push(`${messageId} was taken, and is not there`);
    if (status >= 300) return;
    const before = ledger.answered.get(operation.mail)?.draftId;
    if (before !== undefined && before !== body.id) ledger.violations.push(`${messageId} has two drafts`);
    ledger.answered.set(operation.mail, { businessId, messageId, draftId: body.id });
  }

  const work: Record<Operation['kind'], (operation: Operation, random: () => number) => Promise<void>> = {
    async receive(operation, random) {
      const businessId = businessOf(operation.business);
      const follows = random() < 0.25;
      const customer = follows ? Math.floor(random() * 20) : operation.index;
      const questions = [
        `Hello, where is my order FT-${1_000 + customer}?`,
        'Hello, which payment methods do you accept?',
        `Hello, please cancel order FT-${1_000 + customer}, I changed my mind.`,
        'Hello, where is my order FT-99999?',
      ];
      if (random() < 0.7)
        await insist(
          'PUT',
          `/v1/businesses/${businessId}/orders/FT-${1_000 + customer}`,
          orderOf(customerOf(customer)),
        );
      const messageId = messageIdOf(operation.index);
      const answer = await insist('POST', '/v1/messages', {
        businessId,
        messageId,
        ...(follows ? { threadId: `thread-${customer}` } : {}),
        direction: 'INBOUND',
        from: { address: customerOf(customer) },
        to: [{ address: 'shop@corner.example' }],
        subject: 'A question',
        text: questions[Math.floor(random() * questions.length)],
        sentAt: new Date(Date.now() - Math.floor(random() * 60_000)).toISOString(),
      });
      if (answer.status === 201 || answer.status === 200)
        ledger.received.set(operation.index, { businessId, messageId });
    },
    async history(operation) {
      const businessId = businessOf(operation.business);
      const messages = Array.from({ length: 4 }, (_, at) => {
        const inbound = at % 2 === 0;
        const pair = Math.floor(at / 2);
        const [customer, shop] = [{ address: customerOf(operation.index) }, { address: 'shop@corner.example' }];
        return {
          businessId,
          messageId: `<h${operation.index}-${at}@customers.example>`,
          threadId: `history-${operation.index}-${pair}`,
          direction: inbound ? 'INBOUND' : 'OUTBOUND',
          from: inbound ? customer : shop,
          to: [inbound ? shop : customer],
          subject: 'A question',
          text: inbound
            ? `Do you sell bags of kind ${operation.index}-${pair}?`
            : `Yes, kind ${operation.index}-${pair} is beside the till, in three sizes.`,
          sentAt: new Date(Date.now() - 86_400_000 + at * 60_000).toISOString(),
        };
      });
      await insist('POST', '/v1/messages:bulk', { messages });
    },
    draft: askDraft,
    async 'draft-twice'(operation) {
      await Promise.all([askDraft(operation), askDraft(operation)]);
    },
    async approve(operation, random) {
      const draftId = ledger.answered.get(operation.mail)?.draftId;
      if (draftId === undefined) return;
      const edited =
        random() < 0.4
          ? { body: `Hello,\n\nthank you for your message, number ${operation.index}.`, confirm: true }
          : {};
      const { status, body } = await call('POST', `/v1/drafts/${draftId}/approve`, edited);
      if (status !== 200) return;
      const before = ledger.approved.get(draftId);
      if (before !== undefined && before !== body.body)
        ledger.violations.push(`${draftId} was approved with two bodies`);
      if (ledger.discarded.has(draftId)) ledger.violations.push(`${draftId} was discarded and approved`);
      ledger.approved.set(draftId, body.body);
    },
    async discard(operation) {
      const draftId = ledger.answered.get(operation.mail)?.draftId;
      if (draftId === undefined) return;
      const { status } = await call('POST', `/v1/drafts/${draftId}/discard`, { reason: `number ${operation.index}` });
      if (status !== 200) return;
      if (ledger.approved.has(draftId)) ledger.violations.push(`${draftId} was approved and discarded`);
      ledger.discarded.add(draftId);
    },
    async report(operation) {
      const draftId = ledger.answered.get(operation.mail)?.draftId;
      if (draftId === undefined) return;
      const note = `number ${operation.index}`;
      const { status } = await call('POST', `/v1/drafts/${draftId}/report`, { kind: 'tone', note });
      if (status === 200) ledger.reported.set(draftId, (ledger.reported.get(draftId) ?? 0) + 1);
    },
    async regenerate(operation) {
      const draftId = ledger.answered.get(operation.mail)?.draftId;
      if (draftId !== undefined) await call('POST', `/v1/drafts/${draftId}/regenerate`);
    },
    async 'order-changes'(operation, random) {
      const customer = Math.floor(random() * 20);
      const fields = { ...orderOf(customerOf(customer)), status: random() < 0.5 ? 'delivered' : 'cancelled' };
      await call('PUT', `/v1/businesses/${businessOf(operation.business)}/orders/FT-${1_000 + customer}`, fields);
    },
    async 'roll-back-business'(operation) {
      const businessId = businessOf(operation.business);
      await call('POST', '/admin/api/rollbacks', { level: 'business', businessId, reason: 'faults' });
    },
    async 'draft-during-rollback'(operation, random) {
      const businessId = businessOf(operation.business);
      const rollback = async () => {
        await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_DRAFT_MS));
        await call('POST', '/admin/api/rollbacks', { level: 'business', businessId, reason: 'faults' });
      };
      await Promise.all([askDraft(operation), rollback()]);
    },
    async 'enrol-again'(operation) {
      const businessId = businessOf(operation.business);
      await call('PATCH', `/admin/api/businesses/${businessId}`, { emailRagEnabled: true, emailSnippetsEnabled: true });
      await call('POST', '/admin/api/pilots', { businessId, feature: FEATURE });
    },
    async 'roll-back-globally'() {
      await call('POST', '/admin/api/rollbacks', { level: 'global', reason: 'faults' });
    },
    async 'switch-off-at-edge'() {
      await kv.namespace.put(`feature:${FEATURE}`, 'off').catch(() => undefined);
    },
    async restore() {
      const { status, body } = await call('GET', '/admin/api/rollbacks?limit=100');
      if (status !== 200) return;
      // A global one first: until then nothing else can be restored, and no draft has RAG any more.
      const open = body.items.filter(({ status: state }: Json) => state !== 'restored');
      const first = open.filter(({ level }: Json) => level === 'global');
      for (const { id, level } of [...first, ...open.filter((row: Json) => !first.includes(row))].slice(0, 5)) {
        await call('POST', `/admin/api/rollbacks/${id}/restore`, { reason: 'faults' });
        if (level === 'global') {
          await app.request(
            `/admin/api/rollbacks/${id}/restore/confirm`,
            {
              method: 'POST',
              headers: {
                authorization: `Bearer ${ADMIN_KEY}`,
                'x-draftgate-actor': 'somebody-else',
                'content-type': 'application/json',
              },
              body: '{}',
            },
            env,
          );
        }
      }
    },
    async backfill(operation) {
      await call('POST', '/admin/api/backfills', { businessId: businessOf(operation.business), days: 30 });
    },
    'minute-cron': () => runCron('* * * * *', services),
    async 'overlapping-cron'() {
      await Promise.all([runCron('* * * * *', services), runCron('* * * * *', services)]);
    },
    'night-cron': () => runCron('0 3 * * *', services),
    async 'deliver-queues'(_operation, random) {
      await queues.deliver(services, 6, random);
    },
    async 'clock-jumps'(_operation, random) {
      clockOffsetMs = random() < 0.4 ? 0 : Math.floor((random() * 2 - 1) * LONGEST_JUMP_MS);
    },
  };

  const messageIdOf = (index: number) => `<m${index}.${seed}@customers.example>`;

  try {
    for (let index = 0; index < BUSINESSES; index++) {
      const id = businessOf(index);
      const profile = {
        id,
        name: id,
        emailRagEnabled: true,
        emailSnippetsEnabled: true,
        emailRagMinConfidence: 0,
        mailAddresses: ['shop@corner.example'],
      };
      await call('POST', '/admin/api/businesses', profile);
      await call('POST', '/admin/api/pilots', { businessId: id, feature: FEATURE });
    }
    const operations = operationsOf(seed, count, BUSINESSES);
    let next = 0;
    const worker = async () => {
      for (let operation = operations[next++]; operation !== undefined; operation = operations[next++]) {
        const { index, kind } = operation;
        const random = seededRandom(operation.seed);
        const done = operation;
        await currentStream
          .run(`${index}`, () => work[kind](done, random))
          .catch((error) => {
            ledger.violations.push(`${kind} ${index} threw ${error instanceof Error ? error.stack : error}`);
          });
      }
    };
    await Promise.all(Array.from({ length: parallel }, worker));

    const silent = await database.query(
      `select "id" from "Draft" where "status" = 'FAILED' and "retryReason" is null
         or "status" = 'RETRYING' and ("retryReason" is null or "nextAttemptAt" is null)`,
    );
    ledger.violations.push(...silent.map(({ id }) => `${id} is not made and does not say why, or when it will be`));
    plan.stop();
    clockOffsetMs = 0;
    await settle();
    return { ledger, sql: database.query, counts: { ...plan.counts, ...prefixed('queue', queues.counts) }, close };
  } catch (error) {
    await close();
    throw error;
  }

  async function settle(): Promise<void> {
    await untilQuiet();
    await runCron('0 3 * * *', services);
    await untilQuiet();
  }

  /** What the platform does by itself, until nothing is left to do. Waiting is made short: what is due later is due now. */
  async function untilQuiet(): Promise<void> {
    const random = seededRandom(seedOf(`settle ${seed}`));
    for (let round = 0; round < 200; round++) {
      while ((await queues.deliver(services, 50, random)) > 0);
      await runCron('* * * * *', services);
      const [row] = await database.query(
        `select (select count(*) from "Draft" where "status" in ('DRAFTING', 'RETRYING')) + (select count(*) from "Backfill" where "finishedAt" is null)
          + (select count(*) from "AlertDelivery" where "status" = 'pending') as n`,
      );
      if (Number(row?.n) === 0 && queues.size() === 0) break;
      await database.query(
        `update "Draft" set "nextAttemptAt" = now() - interval '1 minute', "leaseExpiresAt" = case when "status" = 'DRAFTING' then now() - interval '1 second' end
         where "status" in ('DRAFTING', 'RETRYING')`,
      );
      await database.query(
        `update "AlertDelivery" set "nextAttemptAt" = now() - interval '1 hour' where "status" = 'pending'`,
      );
      await database.query(
        `update "Backfill" set "lastBatchAt" = now() - interval '1 hour', "requeuedAt" = null where "finishedAt" is null`,
      );
    }
  }
}

function orderOf(customerEmail: string) {
  return {
    customerEmail,
    status: 'shipped',
    placedAt: '2026-11-20T10:00:00Z',
    currency: 'EUR',
    total: 59.9,
    items: [{ name: 'Linen bag', quantity: 1, price: 59.9 }],
    shipments: [{ carrier: 'DHL', trackingNumber: '003404341600001', status: 'in transit' }],
  };
}

function prefixed(prefix: string, counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${prefix}:${name}`, count]));
}
