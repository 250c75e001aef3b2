import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import OpenAI from 'openai';
import { type ApiClient, createApiClient } from '../lib/api-client.ts';
import { runConcurrently } from '../lib/run-concurrently.ts';
import { startModelServer } from '../local/model-server.ts';
import { createOfflineModel, routeOffline } from '../local/offline-model.ts';
import { startService } from '../local/service.ts';
import { type BenchOptions, type BenchRow, quantile } from './bench-row.ts';
import { type CountingRelay, startCountingRelay } from './support/counting-relay.ts';
import { memoryOfRuntime } from './support/memory-of.ts';

const WARM_UP = 20;
const DRAFTS = 200;
const SLOW_DRAFTS = 24;
/** So few that they do not wait for each other's CPU time. */
const CONCURRENT_SLOW = 2;
const CONCURRENT = 8;
/** What a small hosted model takes for a short reply, in the order of magnitude. */
const MODEL_MS = 1_000;
/** The limit of sequential round trips between request and stored draft. */
const MOST_ROUND_TRIPS = 4;
const BUSINESS = 'bench';
const QUESTIONS = [
  'where is my order {n}? Could you send me the tracking number?',
  'please cancel order {n}, I no longer need it.',
  'when will my order {n} be delivered?',
  'has the refund for order {n} been paid?',
];
const STAGES = ['claim', 'triage', 'tools', 'budget', 'compose'];

/** Drafts over HTTP with a model that answers at once: stages, round trips, and what they cost beside the bare model call. */
export async function bench({ postgresUrl }: BenchOptions): Promise<BenchRow[]> {
  let modelDelayMs = 0;
  let modelTimes: number[] = [];
  let lastRequest: unknown;
  let relay: CountingRelay | undefined;
  const offline = createOfflineModel();
  const model = await startModelServer(async ({ method, path, body }) => {
    const started = performance.now();
    lastRequest = body;
    const reply = await routeOffline(offline, method, path, body);
    await delay(modelDelayMs);
    modelTimes.push(performance.now() - started);
    return reply;
  });
  const service = await startService({
    port: 0,
    adminKey: randomBytes(24).toString('hex'),
    database: postgresUrl === undefined ? {} : { databaseUrl: postgresUrl },
    chooseModel: async () => ({
      label: 'offline',
      variables: { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'offline-writer' },
      close: async () => {},
    }),
    relay: async (endpoint) => {
      relay = await startCountingRelay(endpoint);
      return relay;
    },
  });
  try {
    const api = createApiClient(service.base, service.adminKey);
    const ids = await fill(api, WARM_UP + DRAFTS + SLOW_DRAFTS + DRAFTS);
    const take = (count: number) => ids.splice(0, count);

    const firstDraft = await timed(() => ask(api, take(1)[0] as string));
    for (const id of take(WARM_UP - 1)) await ask(api, id);
    const counter = relay as CountingRelay;
    counter.reset();
    modelTimes = [];
    const times: number[] = [];
    const roundTrips: number[] = [];
    const outside: number[] = [];
    for (const id of take(DRAFTS)) {
      const before = { trips: counter.times().length, calls: modelTimes.length };
      const ms = await timed(() => ask(api, id));
      times.push(ms);
      roundTrips.push(counter.times().length - before.trips);
      outside.push(ms - modelTimes.slice(before.calls).reduce((sum, call) => sum + call, 0));
    }
    const perTrip = [...counter.times()];
    const stages = await stagesOf(service.database, DRAFTS);

    const client = new OpenAI({ apiKey: 'bench', baseURL: model.baseUrl, maxRetries: 0 });
    const bareCall = () => client.responses.create(lastRequest as OpenAI.Responses.ResponseCreateParamsNonStreaming);
    const bare = await repeat(DRAFTS, bareCall);

    modelDelayMs = MODEL_MS;
    const slow = await runConcurrently(take(SLOW_DRAFTS), CONCURRENT_SLOW, (id) => timed(() => ask(api, id)));
    const bareSlow = await runConcurrently([...Array(SLOW_DRAFTS).keys()], CONCURRENT_SLOW, () => timed(bareCall));
    modelDelayMs = 0;

    const begin = performance.now();
    const loaded = take(DRAFTS);
    await runConcurrently(loaded, CONCURRENT, (id) => ask(api, id));
    const perSecond = loaded.length / ((performance.now() - begin) / 1000);

    const database = service.database.kind;
    return [
      ...bothQuantiles('draft over HTTP', times, { note: `model answers at once, ${database}` }),
      ...bothQuantiles('draft path without the model', outside, {
        note: `with a model of ${MODEL_MS} ms this is added to each reply`,
      }),
      {
        name: `draft with a model of ${MODEL_MS} ms, p50`,
        value: quantile(slow, 0.5),
        unit: 'ms',
        other: { name: 'the bare model call', value: quantile(bareSlow, 0.5) },
        n: slow.length,
        note: `${CONCURRENT_SLOW} at a time`,
      },
      {
        name: 'draft with a model that answers at once, p50',
        value: quantile(times, 0.5),
        unit: 'ms',
        other: { name: 'the bare model call', value: quantile(bare, 0.5) },
        n: times.length,
      },
      ...STAGES.flatMap((stage) => bothQuantiles(`stage ${stage}`, stages[stage] ?? [], {})),
      {
        name: 'the rest, p50: HTTP, access, guards, commit',
        value: quantile(times, 0.5) - STAGES.reduce((sum, stage) => sum + quantile(stages[stage] ?? [], 0.5), 0),
        unit: 'ms',
        n: times.length,
        note: 'difference of the medians above',
      },
      {
        name: 'database round trips a draft, most',
        value: Math.max(...roundTrips),
        unit: 'round trips',
        limit: { relation: '<=', bound: MOST_ROUND_TRIPS },
        n: roundTrips.length,
        note: `p50 ${quantile(roundTrips, 0.5)}, with the admin key`,
      },
      ...bothQuantiles('one round trip to the database', perTrip, { note: 'through a relay that counts' }),
      { name: `drafts a second, ${CONCURRENT} at a time`, value: perSecond, unit: '1/s', better: 'higher', n: DRAFTS },
      { name: 'first draft after the start', value: firstDraft, unit: 'ms', n: 1, note: 'loads the tokenizer' },
      {
        name: 'memory of the runtime after the drafts',
        value: memoryOfRuntime(service.processId),
        unit: 'MB',
        note: 'resident, all workerd processes of wrangler',
      },
    ];
  } finally {
    await service.close();
    await model.close();
    await offline.close();
  }
}

/** A shop with an order for each mail; the mails' ids. */
async function fill(api: ApiClient, count: number): Promise<string[]> {
  await api.post('/admin/api/businesses', { id: BUSINESS, name: 'Bench', mailAddresses: ['shop@bench.example'] });
  const ids = Array.from({ length: count }, (_, at) => `bench-${at}`);
  for (let from = 0; from < count; from += 200) {
    const part = ids.slice(from, from + 200).map((id, at) => ({ id, at: from + at }));
    await api.put(`/v1/businesses/${BUSINESS}/orders:bulk`, {
      orders: part.map(({ at }) => ({
        orderNumber: numberOf(at),
        customerEmail: `customer${at}@customers.example`,
        status: at % 2 === 0 ? 'shipped' : 'processing',
        currency: 'EUR',
        total: 10 + at,
        items: [{ name: 'Lamp', quantity: 1, price: 10 + at }],
        shipments: at % 2 === 0 ? [{ carrier: 'DHL', trackingNumber: `003404341610${100_000 + at}` }] : [],
      })),
    });
    await api.post('/v1/messages:bulk', {
      messages: part.map(({ id, at }) => ({
        businessId: BUSINESS,
        messageId: id,
        direction: 'INBOUND',
        from: { address: `customer${at}@customers.example` },
        to: [{ address: 'shop@bench.example' }],
        subject: 'My order',
        text: `Hello,\n\n${(QUESTIONS[at % QUESTIONS.length] as string).replace('{n}', numberOf(at))}\n\nBest regards\nKim`,
        sentAt: '2026-03-02T09:00:00Z',
      })),
    });
  }
  return ids;
}

function numberOf(at: number): string {
  return `BN-${10_000 + at}`;
}

async function ask(api: ApiClient, messageId: string): Promise<void> {
  const { body } = await api.post('/v1/drafts', { businessId: BUSINESS, messageId }, [201]);
  const { status, kind } = body as { status: string; kind: string };
  if (status !== 'READY' || kind !== 'reply') throw new Error(`the draft of ${messageId} is ${status}, ${kind}`);
}

/** Milliseconds of the stages from the newest wide events. */
async function stagesOf(
  database: { query: (text: string) => Promise<Record<string, string | null>[]> },
  count: number,
): Promise<Record<string, number[]>> {
  const rows = await database.query(
    `select trace->'stages' as stages from "DraftEvent" where "businessId" = '${BUSINESS}' order by "at" desc limit ${count}`,
  );
  const stages: Record<string, number[]> = {};
  for (const row of rows) {
    for (const [name, ms] of Object.entries(JSON.parse(row.stages ?? '{}') as Record<string, number>)) {
      stages[name] = [...(stages[name] ?? []), ms];
    }
  }
  return stages;
}

function bothQuantiles(name: string, times: number[], rest: Partial<BenchRow>): BenchRow[] {
  return [0.5, 0.95].map((share) => ({
    name: `${name}, p${share * 100}`,
    value: quantile(times, share),
    unit: 'ms',
    n: times.length,
    ...rest,
  }));
}

async function repeat(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < count; at++) times.push(await timed(work));
  return times;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
