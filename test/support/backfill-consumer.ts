/** The real consumer in a process of its own, for tests that kill it. Talks to its queue over IPC; see backfill-broker.ts. */
import { type Config, configWithDefaults } from '../../src/config.ts';
import { consumeBackfill, consumeBackfillDeadLetters } from '../../src/jobs/consume-backfill.ts';
import type { BackfillQueueMessage } from '../../src/jobs/queue-messages.ts';
import type { EmbeddingAnswer, LanguageModel } from '../../src/model/language-model.ts';
import { createOpenAiModel } from '../../src/model/openai-model.ts';
import type { BackfillMessage } from '../../src/retrieval/backfill/backfill.ts';
import { buryMessage } from '../../src/retrieval/backfill/bury-message.ts';
import { planBackfill } from '../../src/retrieval/backfill/plan-backfill.ts';
import { workOnPages } from '../../src/retrieval/backfill/work-on-pages.ts';
import type { Services } from '../../src/services.ts';
import { createDatabase } from '../../src/storage/db.ts';
import { fakeVector } from './fake-vector.ts';

export interface ConsumerSettings {
  databaseUrl: string;
  fetchEndpoint: string;
  limits: { embeddingRequestsPerMinute: number; embeddingTokensPerMinute: number };
  /** An OpenAI endpoint; absent: vectors made up in this process, with a 429 now and then. */
  modelBaseUrl?: string;
  /** Share of embedding calls that get 429. */
  refusals: number;
}

export interface Delivery {
  queue: string;
  messages: { id: string; attempts: number; body: unknown }[];
}

export type FromConsumer =
  | { type: 'ready' }
  | { type: 'ack' | 'retry'; id: string; delaySeconds?: number }
  | { type: 'send'; messages: unknown[]; delayMs: number }
  | { type: 'finished' };

const settings = JSON.parse(process.env.CONSUMER_SETTINGS ?? '{}') as ConsumerSettings;
const say = (message: FromConsumer) => process.send?.(message);
const quiet = { info: () => undefined, error: () => undefined };
const db = createDatabase({
  url: settings.databaseUrl,
  fetchEndpoint: settings.fetchEndpoint,
  timeoutMs: 30_000,
  lockTimeoutMs: 5_000,
});
const model =
  settings.modelBaseUrl === undefined
    ? madeUpModel(settings.refusals)
    : createOpenAiModel(
        { apiKey: 'none', baseUrl: settings.modelBaseUrl, model: 'none', embeddingModel: 'made-up' },
        quiet,
      );
const config: Config = { ...configWithDefaults(), ...settings.limits };
const deps = {
  db,
  model,
  config,
  logger: quiet,
  clock: () => new Date(),
  enqueueBackfill: async (messages: BackfillQueueMessage[], delayMs: number) => {
    say({ type: 'send', messages, delayMs });
  },
};
const services = {
  logger: quiet,
  enqueueBackfill: deps.enqueueBackfill,
  planBackfill: (businessId: string, backfillId: string) => planBackfill(deps, businessId, backfillId),
  workOnBackfillPages: (pages: Extract<BackfillMessage, { type: 'backfill-page' }>[]) => workOnPages(deps, pages),
  buryBackfillMessage: (letter: Parameters<typeof buryMessage>[1]) => buryMessage(deps, letter),
} as unknown as Services;

process.on('message', ({ queue, messages }: Delivery) => {
  const batch = {
    queue,
    messages: messages.map(({ id, attempts, body }) => ({
      id,
      attempts,
      body,
      timestamp: new Date(),
      ack: () => say({ type: 'ack', id }),
      retry: (options?: { delaySeconds?: number }) =>
        say({ type: 'retry', id, delaySeconds: options?.delaySeconds ?? 0 }),
    })),
  } as unknown as MessageBatch;
  const consume = queue.endsWith('dead-letters') ? consumeBackfillDeadLetters : consumeBackfill;
  void consume(batch, services).finally(() => say({ type: 'finished' }));
});
say({ type: 'ready' });

function madeUpModel(refusals: number): LanguageModel {
  let calls = 0;
  return {
    name: 'none',
    embeddingName: 'made-up',
    answer: async () => ({ status: 'unavailable', usage: null }),
    embed: async (texts): Promise<EmbeddingAnswer> => {
      calls += 1;
      if (refusals > 0 && calls % Math.round(1 / refusals) === 0)
        return { status: 'rate_limited', retryAfterSeconds: 1 };
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { status: 'ok', vectors: texts.map(fakeVector), tokens: texts.length * 20 };
    },
  };
}
