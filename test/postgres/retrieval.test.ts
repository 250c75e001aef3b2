import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCalibration } from '../../src/drafting/draft-store.ts';
import { blockBudget, takeBudget } from '../../src/retrieval/rate-budget.ts';
import { type RetrievalOutcome, searchExamples } from '../../src/retrieval/search-examples.ts';
import { signatureOfExample } from '../../src/retrieval/word-signature.ts';
import { createDatabase, type Database } from '../../src/storage/db.ts';
import { exampleEmbedding } from '../../src/storage/schema/index.ts';
import { fakeVector } from '../support/fake-vector.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

let world: RolloutWorld;
let db: Database;
beforeAll(async () => {
  world = await startRolloutWorld();
  const { databaseUrl: url, fetchEndpoint } = world;
  db = createDatabase({ url, fetchEndpoint, timeoutMs: 10_000, lockTimeoutMs: 2_000 });
}, 60_000);
afterAll(() => world?.close());

const MODEL = 'made-up';

async function withExamples(count: number): Promise<string> {
  const businessId = await world.business();
  const rows = Array.from({ length: count }, (_, n) => ({
    id: `${businessId}-${n}`,
    businessId,
    contentHash: String(n),
    model: MODEL,
    question: `Question ${n} of ${businessId}`,
    answer: `Answer ${n}`,
    wordBits: signatureOfExample(`Question ${n} of ${businessId}`, `Answer ${n}`),
    embedding: fakeVector(`${businessId} ${n}`),
    sentAt: new Date(),
  }));
  await db.tenant(businessId, (queries) => [queries.insert(exampleEmbedding).values(rows)]);
  return businessId;
}

/** The search of a draft, with a vector in place of the model's. */
function search(businessId: string, query: string, timeoutMs = 2_000): Promise<RetrievalOutcome> {
  const model = {
    name: 'none',
    embeddingName: MODEL,
    answer: async () => ({ status: 'unavailable' as const, usage: null }),
    embed: async () => ({ status: 'ok' as const, vectors: [fakeVector(query)], tokens: 1 }),
  };
  const input = { businessId, query, minConfidence: 0, maxExamples: 10, timeoutMs };
  return searchExamples({ db, model, clock: () => new Date() }, input);
}

async function runningSearches(): Promise<number> {
  const [row] = await world.sql(
    `select count(*) as n from pg_stat_activity where state = 'active' and query like '%with query as materialized%' and pid <> pg_backend_pid()`,
  );
  return Number(row?.n);
}

describe('a search that would take too long', () => {
  it('is given up after 2 s, and the server has stopped working on it', async () => {
    const businessId = await withExamples(400);
    // Every row that the tenant looks at costs 100 ms: the search itself is what is slow.
    await world.sql(
      `create policy slow on "Embedding" as restrictive for select to draftgate_tenant using (pg_sleep(0.1)::text = '')`,
    );
    try {
      const started = Date.now();
      const running = search(businessId, 'anything');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(await runningSearches()).toBe(1);
      const outcome = await running;
      const tookMs = Date.now() - started;
      expect(outcome).toMatchObject({ status: 'timeout', examples: [] });
      expect(tookMs).toBeGreaterThan(1_400);
      expect(tookMs).toBeLessThanOrEqual(2_100);
      expect(await runningSearches()).toBe(0);
    } finally {
      await world.sql('drop policy slow on "Embedding"');
    }
    expect((await search(businessId, 'anything')).status).toBe('hit');
  });

  it('does not wait for a lock longer than that either', async () => {
    const businessId = await withExamples(10);
    const other = new pg.Client({ connectionString: world.ownerUrl });
    await other.connect();
    try {
      await other.query('begin; lock table "Embedding" in access exclusive mode');
      const started = Date.now();
      expect((await search(businessId, 'anything')).status).toBe('timeout');
      expect(Date.now() - started).toBeLessThanOrEqual(2_300);
    } finally {
      await other.query('rollback');
      await other.end();
    }
  });
});

describe('twenty connections at once', () => {
  it('each see their own business only, under the plain role', async () => {
    const businesses = await Promise.all(Array.from({ length: 20 }, () => withExamples(30)));
    const rounds = Array.from({ length: 5 }, () => businesses).flat();
    const outcomes = await Promise.all(
      rounds.map((businessId) => search(businessId, `Question 3 of ${businesses[0]}`)),
    );
    for (const [index, outcome] of outcomes.entries()) {
      expect(outcome.status).toBe('hit');
      expect(outcome.examples.every((example) => example.id.startsWith(`${rounds[index]}-`))).toBe(true);
    }
    // Without a business in the query, row-level security alone keeps them apart.
    const seen = await Promise.all(
      businesses.map(async (businessId) => {
        const [rows] = await db.tenant(businessId, (queries) => [
          queries.execute<{ id: string; role: string; superuser: boolean }>(
            sql`select distinct "businessId" as id, current_user as role,
              (select rolsuper from pg_roles where rolname = current_user) as superuser from "Embedding"`,
          ),
        ]);
        return rows.rows;
      }),
    );
    expect(seen).toEqual(businesses.map((id) => [{ id, role: 'draftgate_tenant', superuser: false }]));
  });
});

describe('the budget of the embedding API', () => {
  const limits = { requestsPerMinute: 600, tokensPerMinute: 60_000 };

  it('is one for all who ask at once, and gives no minute more than its limit', async () => {
    const asked = await Promise.all(
      Array.from({ length: 20 }, () => takeBudget(db, limits, { tokens: 3_000, correction: 0 }, 120_000)),
    );
    const waits = asked.map(({ waitMs }) => waitMs).sort((a, b) => a - b);
    // 3,000 at once, then 57,000 a minute: one in 3.158 s.
    expect(waits[0]).toBe(0);
    for (let i = 1; i < waits.length; i++) expect((waits[i] ?? 0) - (waits[i - 1] ?? 0)).toBeGreaterThan(2_900);
    expect(waits.filter((waitMs) => waitMs < 60_000).length * 3_000).toBeLessThanOrEqual(limits.tokensPerMinute);
  });

  it('takes nothing where the wait is too long, and lets nobody through while the API is blocked', async () => {
    await world.sql('truncate "RateBudget"');
    await takeBudget(db, limits, { tokens: 10_000, correction: 0 }, 60_000);
    const [before] = await world.sql('select * from "RateBudget"');
    const refused = await takeBudget(db, limits, { tokens: 3_000, correction: 0 }, 1_000);
    expect(refused.granted).toBe(false);
    expect(await world.sql('select * from "RateBudget"')).toEqual([before]);
    await world.sql('truncate "RateBudget"');
    await takeBudget(db, limits, { tokens: 1, correction: 0 }, 0);
    await blockBudget(db, 5_000);
    const blocked = await takeBudget(db, limits, { tokens: 1, correction: 0 }, 1_000);
    expect(blocked.granted).toBe(false);
    expect(blocked.waitMs).toBeGreaterThan(4_000);
  });
});

describe('what is learned of a model’s usage', () => {
  const lesson = { correction: { constant: 7, factor: 1.1 }, samples: [{ counted: 100, reported: 117 }] };

  it('is lost rather than waited for while another commit holds the row', async () => {
    const businessId = await world.business();
    const learn = (known: boolean) =>
      db.tenant(businessId, (queries) => [writeCalibration(queries, 'some-model', known, lesson)], {
        timeoutMs: 1_000,
      });
    await learn(false);
    const other = new pg.Client({ connectionString: world.ownerUrl });
    await other.connect();
    try {
      await other.query('begin');
      await other.query(`select 1 from "TokenCalibration" where "model" = 'some-model' for update`);
      const started = Date.now();
      await learn(true);
      expect(Date.now() - started).toBeLessThan(500);
    } finally {
      await other.query('rollback');
      await other.end();
    }
    await learn(true);
    const [row] = await world.sql(`select "samples", "factor" from "TokenCalibration" where "model" = 'some-model'`);
    expect(row).toEqual({ samples: '2', factor: '1.1' });
  });
});
