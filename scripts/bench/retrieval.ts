import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import pg from 'pg';
import { nearestExamples } from '../../src/retrieval/example-store.ts';
import { bitsOfQuery, signatureOfExample } from '../../src/retrieval/word-signature.ts';
import { textOf } from '../lib/sql-text.ts';
import { startDatabase } from '../local/database.ts';
import { createSentenceEncoder } from '../local/sentence-encoder.ts';
import { type BenchOptions, type BenchRow, quantile } from './bench-row.ts';

const DATABASE = 'draftgate_bench_retrieval';
const MODEL = 'bench';
const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);
/** Graph indexes take minutes to build, and are here to be rejected: BENCH_GRAPHS=0 leaves them out. */
const GRAPHS = process.env.BENCH_GRAPHS !== '0';
const VECTOR_STORE = new URL('./vector-store/', import.meta.url).pathname;

const BIG = { id: 'big', rows: ROWS / 10 };
const MIDDLE = { id: 'middle-0', rows: ROWS / 100 };
const SMALL = { id: 'small', rows: 50 };
/** Vectors of the real encoder. */
const REAL = { id: 'real', rows: 600 };
const REAL_SMALL = { id: 'real-small', rows: 50 };
const OTHERS = 90;

const QUERIES = 60;
/** Each query runs so often; its best time counts, so that a busy machine shows less. */
const RUNS = 3;
const FOUND = 3;

interface Query {
  vector: number[];
  wordBits: number[];
  /** Ids of the nearest rows, by an exact scan. */
  exact: string[];
}

type Search = (client: pg.Client, businessId: string, query: Query) => Promise<string[]>;

interface Figures {
  p50: number;
  p95: number;
  recall: number;
}

/**
 * Tenant-filtered search in a million rows on a real Postgres: the chosen index, those that were rejected, and a
 * vector-store layer that one would pick instead. It fills a database of its own, and drops it.
 */
export async function bench({ postgresUrl }: BenchOptions): Promise<BenchRow[]> {
  if (postgresUrl === undefined) {
    console.error('retrieval: needs --postgres URL (scripts/postgres/ctl.sh start prints one); left out');
    return [];
  }
  const own = new URL(postgresUrl);
  own.pathname = `/${DATABASE}`;
  await asOwner(postgresUrl, async (client) => {
    await client.query(`drop database if exists ${DATABASE} with (force)`);
    await client.query(`create database ${DATABASE}`);
  });
  try {
    const migrated = await startDatabase({
      migrationsFolder: new URL('../../migrations', import.meta.url).pathname,
      databaseUrl: own.href,
    });
    await migrated.close();
    return await asOwner(own.href, (client) => measureAll(client, own.href));
  } finally {
    // To look into afterwards.
    if (process.env.BENCH_KEEP !== '1') {
      await asOwner(postgresUrl, (client) => client.query(`drop database if exists ${DATABASE} with (force)`));
    }
  }
}

async function asOwner<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function measureAll(client: pg.Client, url: string): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const note = `best of ${RUNS}, ${QUERIES} queries, one client, warm; ${ROWS} rows`;
  progress('loading');
  await client.query(DROP_SEARCH_INDEXES);
  await fillPools(client);
  await fillReal(client);
  for (const business of [BIG, MIDDLE, SMALL]) await fillBusiness(client, business.id, business.rows);
  await client.query(SEARCH_INDEXES);
  await client.query('vacuum analyze "Embedding"');

  const alone = await queriesFor(client, MIDDLE.id);
  const before = await figures(client, MIDDLE.id, alone, hybrid);
  progress('loading the other businesses');
  await client.query(DROP_SEARCH_INDEXES);
  const rest = ROWS - BIG.rows - MIDDLE.rows;
  for (let i = 1; i < OTHERS; i++) await fillBusiness(client, `other-${i}`, Math.round(rest / (OTHERS - 1)));
  const buildSeconds = await timed(client, SEARCH_INDEXES);
  await client.query('vacuum analyze "Embedding"');
  rows.push(
    { name: 'chosen indexes: build', value: buildSeconds, unit: 's', note: `${ROWS} rows` },
    { name: 'chosen index, dense: size', value: await megabytes(client, 'Embedding_bits_idx'), unit: 'MB' },
    { name: 'chosen index, words: size', value: await megabytes(client, 'Embedding_wordBits_idx'), unit: 'MB' },
  );

  const limits: Record<string, [number, number]> = { [MIDDLE.id]: [6, 12], [BIG.id]: [30, 60] };
  const queries: Record<string, Query[]> = {};
  const chosen: Record<string, Figures> = {};
  for (const business of [MIDDLE, BIG, SMALL, REAL, REAL_SMALL]) {
    progress(`chosen index, business of ${business.rows}`);
    const own = await queriesFor(client, business.id);
    queries[business.id] = own;
    const dense = await figures(client, business.id, own, denseOnly);
    chosen[business.id] = dense;
    const both = await figures(client, business.id, own, hybrid);
    const real = business.id.startsWith('real') ? ', real encoder' : '';
    const name = `search, business of ${business.rows}${real}`;
    const [denseLimit, bothLimit] = limits[business.id] ?? [];
    rows.push(
      ...latency(`${name}: dense`, dense, note, denseLimit),
      ...latency(`${name}: dense and words`, both, note, bothLimit),
      {
        name: `${name}: dense recall@${FOUND}`,
        value: dense.recall,
        unit: 'share',
        limit: { relation: '>=', bound: 0.99 },
        n: QUERIES,
        note: 'against an exact scan',
      },
    );
  }
  const after = await figures(client, MIDDLE.id, alone, hybrid);
  rows.push({
    name: `the same searches with ${Math.round((ROWS - BIG.rows - MIDDLE.rows) / 1000)} thousand more rows of others: p50`,
    value: after.p50,
    unit: 'ms',
    other: { name: 'without them', value: before.p50 },
    note: 'must not grow',
  });
  rows.push(...(await whileInserting(url, client, queries[MIDDLE.id] ?? [], chosen[MIDDLE.id])));

  progress('exact scan');
  for (const business of [MIDDLE, BIG]) {
    const exact = await figures(client, business.id, queries[business.id] ?? [], exactScan);
    rows.push(
      ...compared(
        `search, business of ${business.rows}: dense`,
        chosen[business.id],
        exact,
        'exact, b-tree on business',
      ),
    );
  }
  if (GRAPHS)
    rows.push(...(await graphs(client, queries, chosen)), ...(await vectorStore(client, url, queries, chosen)));
  return rows;
}

const SEARCH_INDEXES = `create index "Embedding_bits_idx" on "Embedding" ("businessId", "model") include ("id", "bits");
  create index "Embedding_wordBits_idx" on "Embedding" ("businessId", "model") include ("id", "wordBits")`;
const DROP_SEARCH_INDEXES = 'drop index "Embedding_bits_idx", "Embedding_wordBits_idx"';

function latency(name: string, { p50, p95 }: Figures, note: string, limit: number | undefined): BenchRow[] {
  return [
    { name: `${name}, p50`, value: p50, unit: 'ms', n: QUERIES },
    {
      name: `${name}, p95`,
      value: p95,
      unit: 'ms',
      n: QUERIES,
      note,
      ...(limit === undefined ? {} : { limit: { relation: '<=' as const, bound: limit } }),
    },
  ];
}

function compared(name: string, ours: Figures | undefined, theirs: Figures, other: string): BenchRow[] {
  if (ours === undefined) return [];
  const note = `recall@${FOUND} ${ours.recall.toFixed(3)} and ${theirs.recall.toFixed(3)}`;
  return [
    { name: `${name}, p95`, value: ours.p95, unit: 'ms', other: { name: other, value: theirs.p95 }, n: QUERIES, note },
  ];
}

/** One HNSW index over all businesses: what most would build first. */
async function graphs(
  client: pg.Client,
  queries: Record<string, Query[]>,
  chosen: Record<string, Figures>,
): Promise<BenchRow[]> {
  progress('building a graph index over all businesses (minutes)');
  await client.query(`set maintenance_work_mem = '3GB'`);
  const build = `create index bench_graph on "Embedding" using hnsw ("embedding" halfvec_cosine_ops)`;
  const seconds = await timed(client, build);
  const rows: BenchRow[] = [
    { name: 'graph index over all: build', value: seconds, unit: 's' },
    { name: 'graph index over all: size', value: await megabytes(client, 'bench_graph'), unit: 'MB' },
  ];
  const ways: [string, string][] = [
    ['HNSW over all, ef 40', 'set hnsw.ef_search = 40; set hnsw.iterative_scan = off'],
    ['HNSW over all, strict, ef 40', 'set hnsw.ef_search = 40; set hnsw.iterative_scan = strict_order'],
    ['HNSW over all, relaxed, ef 200', 'set hnsw.ef_search = 200; set hnsw.iterative_scan = relaxed_order'],
  ];
  for (const [name, setting] of ways) {
    await client.query(setting);
    for (const business of [MIDDLE, BIG, SMALL]) {
      progress(`${name}, business of ${business.rows}`);
      const theirs = await figures(client, business.id, queries[business.id] ?? [], graphScan);
      rows.push(...compared(`search, business of ${business.rows}: dense`, chosen[business.id], theirs, name));
    }
  }
  rows.push(...(await insertCost(client, 'with a graph index over all')));
  await client.query('drop index bench_graph');
  rows.push(...(await insertCost(client, 'with the chosen index')));
  return rows;
}

/** LangChain's PGVectorStore over the same vectors, with the index that it makes. */
async function vectorStore(
  client: pg.Client,
  url: string,
  queries: Record<string, Query[]>,
  chosen: Record<string, Figures>,
): Promise<BenchRow[]> {
  const missing = installVectorStore();
  if (missing !== undefined) {
    console.error(`retrieval: not compared with a vector store (${missing})`);
    return [];
  }
  const require = createRequire(join(VECTOR_STORE, 'package.json'));
  const { PGVectorStore } = (await import(require.resolve('@langchain/community/vectorstores/pgvector'))) as {
    PGVectorStore: { initialize(embeddings: unknown, config: unknown): Promise<VectorStore> };
  };
  const store = await PGVectorStore.initialize(
    { embedQuery: async () => [], embedDocuments: async () => [] },
    {
      postgresConnectionOptions: { connectionString: url },
      tableName: 'langchain',
      dimensions: 512,
      distanceStrategy: 'cosine',
    },
  );
  try {
    progress('filling the vector store');
    await client.query(`insert into langchain ("text", "metadata", "embedding")
      select "answer", jsonb_build_object('businessId', "businessId", 'example', "id"), "embedding"::vector(512) from "Embedding"`);
    progress('building the vector store’s index (minutes)');
    const started = performance.now();
    await store.createHnswIndex({ dimensions: 512 });
    const rows: BenchRow[] = [
      { name: 'vector store: index build', value: (performance.now() - started) / 1000, unit: 's' },
      { name: 'vector store: table and index', value: await megabytes(client, 'langchain'), unit: 'MB' },
    ];
    await client.query('vacuum analyze langchain');
    for (const business of [MIDDLE, BIG, SMALL, REAL_SMALL]) {
      progress(`vector store, business of ${business.rows}`);
      const search: Search = async (_client, businessId, { vector }) => {
        const found = await store.similaritySearchVectorWithScore(vector, FOUND, { businessId });
        return found.map(([document]) => document.metadata.example as string);
      };
      const theirs = await figures(client, business.id, queries[business.id] ?? [], search);
      rows.push(
        ...compared(
          `search, business of ${business.rows}: dense`,
          chosen[business.id],
          theirs,
          'LangChain PGVectorStore',
        ),
      );
    }
    return rows;
  } finally {
    await store.end();
  }
}

interface VectorStore {
  createHnswIndex(config: { dimensions: number }): Promise<void>;
  similaritySearchVectorWithScore(
    vector: number[],
    k: number,
    filter: Record<string, string>,
  ): Promise<[{ metadata: Record<string, unknown> }, number][]>;
  end(): Promise<void>;
}

function installVectorStore(): string | undefined {
  if (existsSync(join(VECTOR_STORE, 'node_modules', '@langchain'))) return undefined;
  progress('installing the vector store that it compares with');
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: VECTOR_STORE,
    stdio: 'ignore',
  });
  return error !== undefined || status !== 0 ? 'its packages could not be installed' : undefined;
}

/** Search while another connection writes batches as a backfill does. */
async function whileInserting(
  url: string,
  client: pg.Client,
  queries: Query[],
  quiet: Figures | undefined,
): Promise<BenchRow[]> {
  progress('searching while rows are written');
  let writing = true;
  let written = 0;
  const writer = asOwner(url, async (other) => {
    while (writing) {
      await fillBusiness(other, 'writer', 200, `w${written}-`);
      written += 200;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  const started = performance.now();
  const busy = await figures(client, MIDDLE.id, queries, denseOnly);
  const seconds = (performance.now() - started) / 1000;
  writing = false;
  await writer;
  return [
    {
      name: `search, business of ${MIDDLE.rows}: dense, p95, while others write`,
      value: busy.p95,
      unit: 'ms',
      ...(quiet === undefined ? {} : { other: { name: 'while nobody writes', value: quiet.p95 } }),
      note: `${Math.round(written / seconds)} rows a second written beside it; recall@${FOUND} ${busy.recall.toFixed(3)}`,
    },
  ];
}

async function insertCost(client: pg.Client, how: string): Promise<BenchRow[]> {
  const started = performance.now();
  await fillBusiness(client, 'writer', 1_000, `${how.length}-${Date.now()}-`);
  return [{ name: `writing 1,000 rows ${how}`, value: performance.now() - started, unit: 'ms', n: 1 }];
}

const denseOnly: Search = (client, businessId, query) => searchWith(client, businessId, { ...query, wordBits: [] });
const hybrid: Search = searchWith;

async function searchWith(client: pg.Client, businessId: string, { vector, wordBits }: Query): Promise<string[]> {
  await client.query('set max_parallel_workers_per_gather = 0');
  const { sql, params } = textOf((queries) => nearestExamples(queries, { businessId, model: MODEL, vector, wordBits }));
  const { rows } = await client.query(sql, params);
  return rows.map((row) => row.id as string).slice(0, FOUND);
}

const NEAREST = `select "id" from "Embedding" where "businessId" = $1 and "model" = '${MODEL}'
  order by "embedding" <=> $2::halfvec(512) limit ${FOUND}`;

const exactScan: Search = async (client, businessId, { vector }) => {
  // A sort of a computed value: no graph index can serve it.
  const text = NEAREST.replace('$2::halfvec(512)', '(select $2::halfvec(512))');
  const { rows } = await client.query(text, [businessId, literal(vector)]);
  return rows.map((row) => row.id as string);
};

const graphScan: Search = async (client, businessId, { vector }) => {
  const { rows } = await client.query(`/*graph*/ ${NEAREST}`, [businessId, literal(vector)]);
  return rows.map((row) => row.id as string);
};

async function figures(client: pg.Client, businessId: string, queries: Query[], search: Search): Promise<Figures> {
  // As the search's own transaction does; the others may take all cores.
  const ours = search === denseOnly || search === hybrid;
  await client.query(ours ? 'set max_parallel_workers_per_gather = 0' : 'reset max_parallel_workers_per_gather');
  await client.query(`set role draftgate_tenant`);
  await client.query(`select set_config('app.business_id', $1, false)`, [businessId]);
  const times: number[] = [];
  let hits = 0;
  try {
    for (const query of queries) {
      let best = Number.POSITIVE_INFINITY;
      let found: string[] = [];
      for (let run = 0; run < RUNS; run++) {
        const started = performance.now();
        found = await search(client, businessId, query);
        best = Math.min(best, performance.now() - started);
      }
      times.push(best);
      hits += found.filter((id) => query.exact.includes(id)).length / Math.max(1, query.exact.length);
    }
  } finally {
    await client.query('reset role');
  }
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), recall: hits / Math.max(1, queries.length) };
}

/**
 * Questions near a business's rows that are none of them: a row's vector with noise of half its length, and its words; for
 * the real encoder, sentences that no row holds.
 */
async function queriesFor(client: pg.Client, businessId: string): Promise<Query[]> {
  const { rows } = await client.query(
    businessId.startsWith('real')
      ? `select "question", v::text as vector from bench_real_question order by md5("question") limit ${QUERIES}`
      : `select "question", l2_normalize(e."embedding" + n.v)::text as vector
         from (select * from "Embedding" where "businessId" = $1 order by md5("id") limit ${QUERIES}) e
         join bench_query_noise n on n.id = 1 + abs(hashtext(e."id")) % 400`,
    businessId.startsWith('real') ? [] : [businessId],
  );
  const queries: Query[] = [];
  for (const row of rows) {
    const vector = JSON.parse(row.vector as string) as number[];
    const query = { vector, wordBits: bitsOfQuery(row.question as string), exact: [] as string[] };
    query.exact = await exactScan(client, businessId, query);
    queries.push(query);
  }
  return queries;
}

/** Topics, noise and texts to make rows of: a million vectors are not sent over the wire. */
async function fillPools(client: pg.Client): Promise<void> {
  await client.query('create unlogged table bench_topic (id int primary key, v halfvec(512))');
  await client.query('create unlogged table bench_query_noise (id int primary key, v halfvec(512))');
  await client.query('create unlogged table bench_question (id int primary key, v halfvec(512))');
  await client.query('create unlogged table bench_wording (id int primary key, v halfvec(512))');
  await client.query(
    'create unlogged table bench_text (id int primary key, question text, answer text, bits bit(512))',
  );
  const random = seeded(1);
  await insertVectors(client, 'bench_topic', 400, () => Array.from({ length: 512 }, () => gaussian(random)));
  await insertVectors(client, 'bench_question', 4_000, () => Array.from({ length: 512 }, () => 0.7 * gaussian(random)));
  await insertVectors(client, 'bench_wording', 4_000, () => Array.from({ length: 512 }, () => 0.35 * gaussian(random)));
  const half = 0.5 / Math.sqrt(512);
  await insertVectors(client, 'bench_query_noise', 400, () =>
    Array.from({ length: 512 }, () => half * gaussian(random)),
  );
  const words = Array.from({ length: 12_000 }, (_, i) => `w${i.toString(36)}x`);
  const text = (length: number) =>
    Array.from({ length }, () => words[Math.floor(words.length ** random()) - 1] ?? words[0]).join(' ');
  const texts = Array.from({ length: 20_000 }, (_, id) => {
    const [question, answer] = [text(12 + Math.floor(random() * 30)), text(10 + Math.floor(random() * 30))];
    return { id, question, answer, bits: signatureOfExample(question, answer) };
  });
  for (let at = 0; at < texts.length; at += 2_000) {
    await client.query(
      `insert into bench_text select t.id, t.question, t.answer, t.bits::bit(512)
       from jsonb_to_recordset($1::jsonb) as t(id int, question text, answer text, bits text)`,
      [JSON.stringify(texts.slice(at, at + 2_000))],
    );
  }
  await client.query('analyze bench_topic; analyze bench_question; analyze bench_wording; analyze bench_text');
}

async function insertVectors(client: pg.Client, table: string, count: number, make: () => number[]): Promise<void> {
  for (let at = 0; at < count; at += 400) {
    const vectors = Array.from({ length: Math.min(400, count - at) }, () => literal(make()));
    await client.query(
      `insert into ${table} select $1::int + place, v::halfvec(512) from unnest($2::text[]) with ordinality t(v, place)`,
      [at, vectors],
    );
  }
}

/** Rows of one business: sixty topics of forty questions, each asked again and again in other words. */
async function fillBusiness(client: pg.Client, id: string, rows: number, prefix = ''): Promise<void> {
  await client.query(`insert into "Business" ("id", "name") values ($1, $1) on conflict do nothing`, [id]);
  await client.query(
    `insert into "Embedding" ("id", "businessId", "contentHash", "model", "question", "answer", "wordBits", "embedding", "sentAt")
     select 'emb_' || $3 || md5($1 || ':' || n::text), $1, $3 || n::text, '${MODEL}', t.question, t.answer, t.bits,
       l2_normalize(topic.v + a.v + b.v), now() - n * interval '1 second'
     from (
       select n, 1 + (abs(hashtext($1)) + 7 * floor(random() * 60)::int) % 400 as topic, floor(random() * 40)::int as a,
         1 + floor(random() * 4000)::int as b, floor(random() * 20000)::int as text
       from generate_series(1, $2::int) n offset 0
     ) r join bench_topic topic on topic.id = r.topic join bench_question a on a.id = 1 + (r.topic * 40 + r.a) % 4000
     join bench_wording b on b.id = r.b
     join bench_text t on t.id = r.text`,
    [id, rows, prefix],
  );
}

/** Two businesses of made-up questions with vectors of the real encoder. */
async function fillReal(client: pg.Client): Promise<void> {
  progress('encoding sentences');
  const things = ['lamp', 'sofa', 'kettle', 'bicycle', 'winter coat', 'coffee grinder', 'phone case', 'garden chair'];
  const openings = ['Hello,', 'Good morning,', 'Hi there,', 'Dear team,', 'Please help:'];
  const matters = [
    'where is my parcel with the %?',
    'the % arrived broken, can I get another one?',
    'I want to send the % back, how do I do that?',
    'do you have the % in blue?',
    'how long is the warranty on the %?',
    'please cancel my order of the %.',
    'the invoice for the % is missing.',
    'I was charged twice for the %.',
    'can the % be delivered on Saturday?',
    'my account does not show the % that I bought.',
    'is the % on sale next week?',
    'the % makes a strange noise since yesterday.',
    'which batteries does the % need?',
    'can I change the delivery address for the %?',
    'a part of the % was not in the box.',
  ];
  const questions = openings.flatMap((opening) =>
    matters.flatMap((matter) => things.map((thing) => `${opening} ${matter.replace('%', thing)}`)),
  );
  const encoder = createSentenceEncoder();
  const vectors = await encoder.encode(questions);
  const asked = matters.flatMap((matter) =>
    things.map((thing) => `A question: ${matter.replace('%', thing)} Thank you!`),
  );
  const askedVectors = await encoder.encode(asked);
  await encoder.close();
  await client.query('create unlogged table bench_real_question (question text, v halfvec(512))');
  await client.query(
    `insert into bench_real_question select q, v::halfvec(512) from unnest($1::text[], $2::text[]) as t(q, v)`,
    [asked, askedVectors.map((vector) => literal(Array.from(vector)))],
  );
  for (const business of [REAL, REAL_SMALL]) {
    await client.query(`insert into "Business" ("id", "name") values ($1, $1)`, [business.id]);
    const step = Math.max(1, Math.floor(questions.length / business.rows));
    const chosen = questions
      .flatMap((question, i) => (i % step === 0 ? [{ question, i }] : []))
      .slice(0, business.rows);
    await client.query(
      `insert into "Embedding" ("id", "businessId", "contentHash", "model", "question", "answer", "wordBits", "embedding", "sentAt")
       select $1 || '-' || t.i, $1, t.i::text, '${MODEL}', t.question, '', t.bits::bit(512), t.v::halfvec(512), now()
       from jsonb_to_recordset($2::jsonb) as t(i int, question text, bits text, v text)`,
      [
        business.id,
        JSON.stringify(
          chosen.map(({ question, i }) => ({
            i,
            question,
            bits: signatureOfExample(question, ''),
            v: literal(Array.from(vectors[i] ?? [])),
          })),
        ),
      ],
    );
  }
}

async function timed(client: pg.Client, statement: string): Promise<number> {
  const started = performance.now();
  await client.query(statement);
  return (performance.now() - started) / 1000;
}

async function megabytes(client: pg.Client, relation: string): Promise<number> {
  const { rows } = await client.query(`select pg_total_relation_size($1::regclass) / 1048576.0 as size`, [
    `"${relation}"`,
  ]);
  return Math.round(Number(rows[0]?.size));
}

function literal(vector: readonly number[]): string {
  return `[${vector.map((value) => value.toFixed(5)).join(',')}]`;
}

/** Mulberry32 (Tommy Ettinger, public domain): the same rows in every run, as far as Postgres's own random allows. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function progress(text: string): void {
  console.error(`retrieval: ${text} ...`);
}

if (import.meta.main) {
  const [postgresUrl] = process.argv.slice(2);
  if (!postgresUrl) {
    console.error('usage: scripts/bench/retrieval.ts <postgres url>');
    process.exit(2);
  }
  console.table(await bench({ postgresUrl }));
  process.exit(0);
}
