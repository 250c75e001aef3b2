import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startModelServer } from '../../scripts/local/model-server.ts';
import { openAiError } from '../../scripts/local/openai-shapes.ts';
import { loadTokenCounter } from '../../src/model/count-tokens.ts';
import { startBackfill } from '../../src/retrieval/backfill/start-backfill.ts';
import { createBackfillBroker } from '../support/backfill-broker.ts';
import { fakeVector } from '../support/fake-vector.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

/** Takes minutes, because limits are by the minute: BACKFILL_MINUTES=3 npm run test:postgres -- backfill-rate. */
const MINUTES = Number(process.env.BACKFILL_MINUTES ?? 0);
const LIMITS = { embeddingRequestsPerMinute: 3_000, embeddingTokensPerMinute: 1_000_000 };
const TOKENS_OF_A_MAIL = 300;
const LATENCY_MS = 300;
const WINDOW_MS = 60_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let world: RolloutWorld;
beforeAll(async () => {
  world = await startRolloutWorld();
}, 60_000);
afterAll(() => world?.close());

/** An embeddings endpoint that keeps both limits over every sliding minute, and answers 429 beyond them. */
async function startLimitedEndpoint() {
  const countTokens = await loadTokenCounter();
  const granted: { at: number; tokens: number }[] = [];
  const counts = { requests: 0, inputs: 0, tokens: 0, refused: 0, most: 0 };
  const server = await startModelServer(async ({ body }) => {
    const { input } = body as { input: string[] };
    const tokens = input.reduce((sum, text) => sum + countTokens(text), 0);
    const now = Date.now();
    const inWindow = granted.filter(({ at }) => at > now - WINDOW_MS);
    const used = inWindow.reduce((sum, request) => sum + request.tokens, 0);
    if (inWindow.length >= LIMITS.embeddingRequestsPerMinute || used + tokens > LIMITS.embeddingTokensPerMinute) {
      counts.refused += 1;
      return { ...openAiError(429, 'Rate limit reached.', 'rate_limit_exceeded'), headers: { 'retry-after': '2' } };
    }
    granted.push({ at: now, tokens });
    counts.requests += 1;
    counts.inputs += input.length;
    counts.tokens += tokens;
    counts.most = Math.max(counts.most, used + tokens);
    await pause(LATENCY_MS);
    return {
      status: 200,
      body: {
        object: 'list',
        data: input.map((text, index) => ({ object: 'embedding', index, embedding: fakeVector(text) })),
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      },
    };
  });
  return { ...server, counts, granted };
}

describe.skipIf(MINUTES === 0)('a backfill against an endpoint that enforces its limits', () => {
  it(
    'uses nine tenths of the budget or more, and is never refused',
    async () => {
      const endpoint = await startLimitedEndpoint();
      const businessId = await world.business();
      const mails = Math.ceil((MINUTES * LIMITS.embeddingTokensPerMinute) / TOKENS_OF_A_MAIL);
      await world.sql(
        `insert into "Thread" ("businessId", "id") select $1, 'thread-' || n from generate_series(1, $2::int) n`,
        [businessId, mails],
      );
      await world.sql(
        `insert into "Message" ("id", "businessId", "messageId", "messageKey", "threadId", "direction", "from", "to", "subject", "text", "contentHash", "sentAt")
         select $1 || '-' || d.direction || '-' || n, $1, d.direction || n, d.direction || n, 'thread-' || n, d.direction,
           jsonb_build_object('address', d.sender), jsonb_build_array(jsonb_build_object('address', d.recipient)), 'Question ' || n,
           (select string_agg((array['where','parcel','lamp','return','please','delivery','broken','invoice','yesterday','colour'])[1 + (n * k * 7 + k) % 10], ' ') from generate_series(1, d.words) k)
             || ' case ' || n || '.', n::text, now() - n * interval '1 minute' + d.later
         from generate_series(1, $2::int) n cross join (values
           ('INBOUND', 'ada@customer.example', 'shop@corner.example', 285, interval '0'),
           ('OUTBOUND', 'shop@corner.example', 'ada@customer.example', 30, interval '10 seconds')
         ) d(direction, sender, recipient, words, later)`,
        [businessId, mails],
      );
      const { databaseUrl, fetchEndpoint } = world;
      const broker = createBackfillBroker({
        databaseUrl,
        fetchEndpoint,
        limits: LIMITS,
        modelBaseUrl: endpoint.baseUrl,
        refusals: 0,
      });
      try {
        const deps = world.backfillDeps(async (messages, delayMs) => {
          for (const body of messages) broker.put(body, delayMs);
        });
        const { backfill } = await startBackfill(deps, {
          businessId,
          days: 180,
          source: 'api',
          actor: 'test',
          requestId: null,
        });
        let progress = (await world.call('GET', `/admin/api/backfills/${backfill.id}`)).body;
        while (progress.status !== 'done') {
          await pause(500);
          progress = (await world.call('GET', `/admin/api/backfills/${backfill.id}`)).body;
        }
        const [first, last] = [endpoint.granted[0], endpoint.granted.at(-1)];
        const minutes = ((last?.at ?? 0) - (first?.at ?? 0)) / WINDOW_MS;
        // The last request is paid for after it: what came before it took these minutes.
        const used = (endpoint.counts.tokens - (last?.tokens ?? 0)) / (minutes * LIMITS.embeddingTokensPerMinute);
        console.log(
          `budget used ${(used * 100).toFixed(1)} % over ${minutes.toFixed(2)} min`,
          JSON.stringify({ ...endpoint.counts, ...broker.counts, done: progress.done, reported: progress.tokens }),
        );
        expect(progress).toMatchObject({ total: mails, done: mails, failed: 0, tokens: endpoint.counts.tokens });
        expect(endpoint.counts.refused).toBe(0);
        expect(endpoint.counts.most).toBeLessThanOrEqual(LIMITS.embeddingTokensPerMinute);
        expect(used).toBeGreaterThanOrEqual(0.9);
      } finally {
        await broker.close();
        await endpoint.close();
      }
    },
    15 * 60_000,
  );
});
