/** `npm run verify:indexes`: proves on a live database that the indexes exist, are valid, and serve the real queries. */
import type pg from 'pg';
import { sampleSentMail } from '../src/retrieval/backfill/backfill-store.ts';
import { nearestExamples } from '../src/retrieval/example-store.ts';
import { knownHashes } from '../src/retrieval/index-store.ts';
import { oldestExamples } from '../src/retrieval/maintenance/maintenance-store.ts';
import { bitsOfQuery } from '../src/retrieval/word-signature.ts';
import { type FoundIndex, INDEXES_SQL, REQUIRED_INDEXES } from '../src/storage/required-indexes.ts';
import { runCommand, UsageError } from './lib/command.ts';
import { databaseUrl, withConnection } from './lib/live-database.ts';
import { type SqlText, textOf } from './lib/sql-text.ts';

const HELP = `
npm run verify:indexes

Proves that the composite indexes exist, are valid and of the right columns, and that the planner uses them for the very
statements of the Worker, under its own role. Where a table has too few rows for an index to pay, they are planned over
10,000 made-up rows, in a transaction that is rolled back.

Environment: DATABASE_URL, or DATABASE_OWNER_URL, which a nearly empty database needs (made-up rows are analysed).
Exit code 1: an index is missing, not valid or not used.
`;

interface Expected {
  index: string;
  table: string;
  columns: string;
  unique: boolean;
  usedBy: string;
  /** Pays only over vacuumed rows: it is planned over real ones, or not at all. */
  realRowsOnly?: boolean;
  statement: (businessId: string) => SqlText;
}

const MODEL = 'text-embedding-3-small';
const VECTOR = Array.from({ length: 512 }, (_, i) => Math.sin(i + 1));

/** Below this a sequential scan is right, and an index proves nothing. */
const FEWEST_ROWS = 5_000;
const MADE_UP_BUSINESS = `'verify-indexes-' || (n % 20)`;
const MADE_UP_ROWS = [
  `insert into "Business" ("id", "name") select ${MADE_UP_BUSINESS}, 'made up' from generate_series(0, 19) n`,
  `insert into "Thread" ("businessId", "id") select ${MADE_UP_BUSINESS}, 'made up' from generate_series(0, 19) n`,
  `insert into "Message" ("id", "businessId", "messageId", "messageKey", "threadId", "direction", "from", "to", "subject", "text", "contentHash", "sentAt")
   select 'verify-indexes-' || n, ${MADE_UP_BUSINESS}, n::text, n::text, 'made up', case when n % 40 < 20 then 'INBOUND' else 'OUTBOUND' end,
     '{}', '[]', 'made up', repeat('made up ', 20), n::text, now() - n * interval '30 minutes' from generate_series(1, 10000) n`,
  `insert into "Embedding" ("id", "businessId", "contentHash", "model", "question", "answer", "embedding", "wordBits", "sentAt")
   select 'verify-indexes-' || n, ${MADE_UP_BUSINESS}, n::text, '${MODEL}', repeat('made up ', 20), repeat('made up ', 20),
     ('[' || repeat('1,', 511) || (n % 7) || ']')::halfvec(512), repeat('01', 256)::bit(512), now() - n * interval '30 minutes'
   from generate_series(1, 10000) n`,
];

/** What each of the required indexes is for, and the Worker's statement that must use it. */
const USES: Record<
  (typeof REQUIRED_INDEXES)[number]['index'],
  Pick<Expected, 'usedBy' | 'statement' | 'realRowsOnly'>
> = {
  Message_businessId_direction_sentAt_idx: {
    usedBy: 'counting sent mail of the last days',
    statement: (businessId) => textOf((queries) => sampleSentMail(queries, businessId, 90, 500)[0]),
  },
  Embedding_businessId_contentHash_key: {
    usedBy: 'finding known examples by their hash',
    statement: (businessId) => textOf((queries) => knownHashes(queries, businessId, ['a', 'b', 'c'])),
  },
  Embedding_businessId_sentAt_idx: {
    usedBy: 'finding the oldest examples',
    statement: (businessId) => textOf((queries) => oldestExamples(queries, businessId, 180, 100)),
  },
  Embedding_bits_idx: { usedBy: 'searching', realRowsOnly: true, statement: searchOf },
  Embedding_wordBits_idx: { usedBy: 'searching', realRowsOnly: true, statement: searchOf },
};

const EXPECTED: Expected[] = REQUIRED_INDEXES.map((required) => ({ ...required, ...USES[required.index] }));

function searchOf(businessId: string): SqlText {
  return textOf((queries) =>
    nearestExamples(queries, {
      businessId,
      model: MODEL,
      vector: VECTOR,
      wordBits: bitsOfQuery('Where is my parcel?'),
    }),
  );
}

await runCommand(HELP, {}, async () => {
  const url = databaseUrl(process.env.DATABASE_OWNER_URL, 'DATABASE_URL');
  return withConnection(url, async (client) => {
    let failed = false;
    for (const expected of EXPECTED) {
      const problem = (await definitionProblem(client, expected)) ?? (await planProblem(client, expected));
      console.log(`${problem.ok ? 'ok    ' : 'FAILED'} ${expected.index}: ${problem.text}`);
      failed ||= !problem.ok;
    }
    return failed ? 1 : 0;
  });
});

interface Verdict {
  ok: boolean;
  text: string;
}

async function definitionProblem(client: pg.Client, expected: Expected): Promise<Verdict | undefined> {
  const { rows } = await client.query<FoundIndex>(INDEXES_SQL, [[expected.index]]);
  const found = rows.find((row) => row.table === expected.table);
  if (found === undefined) return { ok: false, text: 'is missing' };
  if (found.valid !== true) return { ok: false, text: 'is not valid: drop it and create it again' };
  if (found.columns !== expected.columns)
    return { ok: false, text: `is on (${found.columns}), not (${expected.columns})` };
  return found.unique === expected.unique ? undefined : { ok: false, text: 'should be unique' };
}

/** Plans the statement for the business with most rows, as the Worker's tenant role. */
async function planProblem(client: pg.Client, expected: Expected): Promise<Verdict> {
  const by = `${expected.usedBy} (${expected.columns})`;
  await client.query('begin');
  try {
    await client.query(`select set_config('role', 'draftgate_operator', true)`);
    const madeUp = (await rowsOf(client, expected.table)) < FEWEST_ROWS;
    if (madeUp && expected.realRowsOnly) return { ok: true, text: `exists for ${by}; too few rows to plan over` };
    if (madeUp) {
      for (const statement of MADE_UP_ROWS) await client.query(statement);
      await analyse(client);
    }
    const { rows } = await client.query(
      `select "businessId" as id from "${expected.table}" group by 1 order by count(*) desc limit 1`,
    );
    const businessId = (rows[0]?.id as string | undefined) ?? 'nobody';
    await client.query(`select set_config('role', 'draftgate_tenant', true), set_config('app.business_id', $1, true)`, [
      businessId,
    ]);
    const { sql, params } = expected.statement(businessId);
    const plan = await client.query({ text: `explain (format json) ${sql}`, values: params });
    const used = new Set(indexNames(plan.rows[0]?.['QUERY PLAN']));
    return used.has(expected.index)
      ? { ok: true, text: `used for ${by}${madeUp ? ', over made-up rows' : ''}` }
      : { ok: false, text: `is not used for ${by}, but ${[...used].join(', ') || 'no index'}` };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${expected.usedBy}: ${(error as Error).message}`);
  } finally {
    await client.query('rollback');
  }
}

/** The planner goes by numbers that only an owner may refresh; the next autovacuum puts them right again. */
async function analyse(client: pg.Client): Promise<void> {
  await client.query('reset role');
  const { rows } = await client.query(
    `select bool_and(pg_has_role(relowner, 'usage')) as may from pg_class where oid in ('"Message"'::regclass, '"Embedding"'::regclass)`,
  );
  if (rows[0]?.may !== true) {
    throw new UsageError('the tables are nearly empty: set DATABASE_OWNER_URL to plan over made-up rows');
  }
  await client.query('analyze "Message", "Embedding"');
  await client.query(`select set_config('role', 'draftgate_operator', true)`);
}

async function rowsOf(client: pg.Client, table: string): Promise<number> {
  const { rows } = await client.query(
    `select count(*)::int as n from (select from "${table}" limit ${FEWEST_ROWS}) few`,
  );
  return rows[0]?.n as number;
}

function indexNames(node: unknown): string[] {
  if (node === null || typeof node !== 'object') return [];
  const own = (node as Record<string, unknown>)['Index Name'];
  return [...(typeof own === 'string' ? [own] : []), ...Object.values(node).flatMap(indexNames)];
}
