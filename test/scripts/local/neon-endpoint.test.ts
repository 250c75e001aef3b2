import { setTimeout as delay } from 'node:timers/promises';
import { NeonDbError, neon, neonConfig } from '@neondatabase/serverless';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/neon-http';
import {
  bigint,
  boolean,
  customType,
  halfvec,
  integer,
  jsonb,
  numeric,
  pgSchema,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalDatabase, startDatabase } from '../../../scripts/local/database.ts';
import { writeMigrations } from './migrations-fixture.ts';
import { createRealDatabase, REAL_SERVER } from './real-server.ts';

const MIGRATION = [
  `DO $$ BEGIN
     IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'draftgate_tenant') THEN CREATE ROLE draftgate_tenant NOLOGIN; END IF;
     IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'draftgate_app') THEN CREATE ROLE draftgate_app NOLOGIN NOINHERIT; END IF;
   END $$`,
  'GRANT draftgate_tenant TO draftgate_app',
  'CREATE SCHEMA endpoint_test',
  'GRANT USAGE ON SCHEMA endpoint_test TO draftgate_tenant, draftgate_app',
  `CREATE TABLE endpoint_test.note (id int CONSTRAINT note_id_key UNIQUE, "businessId" text NOT NULL, body text)`,
  'ALTER TABLE endpoint_test.note ENABLE ROW LEVEL SECURITY',
  `CREATE POLICY own ON endpoint_test.note USING ("businessId" = current_setting('app.business_id', true))`,
  'GRANT SELECT, INSERT, DELETE ON endpoint_test.note TO draftgate_tenant',
  'CREATE TABLE endpoint_test.counter (n int)',
  'INSERT INTO endpoint_test.counter VALUES (0)',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON endpoint_test.counter TO draftgate_app',
  `CREATE TABLE endpoint_test.kinds (id int, flag boolean, big bigint, amount numeric(12,2), words text[], doc jsonb,
     at timestamptz, plain timestamp, raw bytea, embedding halfvec(3))`,
  'GRANT SELECT, INSERT, UPDATE, DELETE ON endpoint_test.kinds TO draftgate_app',
];

const engines = REAL_SERVER === undefined ? ['PGlite'] : ['PGlite', 'Postgres'];

describe.each(engines)('the local SQL endpoint on %s', { timeout: 60_000 }, (engine) => {
  let database: LocalDatabase;
  let real: Awaited<ReturnType<typeof createRealDatabase>> | undefined;
  const sqlAs = (url: string) => neon(url);

  beforeAll(async () => {
    if (engine === 'Postgres') real = await createRealDatabase(REAL_SERVER as string);
    const migrationsFolder = await writeMigrations(MIGRATION);
    database = await startDatabase({ migrationsFolder, ...(real ? { databaseUrl: real.url } : {}) });
    neonConfig.fetchEndpoint = database.fetchEndpoint as string;
  }, 60_000);
  afterAll(async () => {
    await database?.close();
    await real?.drop();
  });

  it('gives values as text with type ids, from which the driver makes its own types', async () => {
    const sql = sqlAs(database.url);
    const rows = await sql`SELECT 1::int AS a, ${'héllo'}::text AS b, true AS c, 12345678901234::int8 AS d,
      1.50::numeric AS e, NULL AS f, ARRAY['x','y "z"',NULL] AS g, '{"k":[1]}'::jsonb AS h, ''::text AS i`;
    expect(rows).toEqual([
      {
        a: 1,
        b: 'héllo',
        c: true,
        d: '12345678901234',
        e: '1.50',
        f: null,
        g: ['x', 'y "z"', null],
        h: { k: [1] },
        i: '',
      },
    ]);
  });

  it('writes times in ISO form and UTC, bytes in hex and half vectors in brackets', async () => {
    const response = await post(database, {
      query: `SELECT '2026-11-23T10:00:00.123456+03'::timestamptz, '2026-11-23'::date, '\\x00ff'::bytea, '[1,0.5,-2]'::halfvec, '1 day 02:00'::interval`,
      params: [],
    });
    const body = (await response.json()) as { rows: string[][]; fields: { name: string; dataTypeID: number }[] };
    expect(body.rows).toEqual([
      ['2026-11-23 07:00:00.123456+00', '2026-11-23', '\\x00ff', '[1,0.5,-2]', '1 day 02:00:00'],
    ]);
    expect(body.fields.map((field) => field.dataTypeID).slice(0, 3)).toEqual([1184, 1082, 17]);
  });

  it('reports command and row count of statements that return no rows', async () => {
    const sql = neon(database.url, { fullResults: true });
    const inserted = await sql`INSERT INTO endpoint_test.kinds (id) VALUES (900), (901)`;
    expect(inserted).toMatchObject({ command: 'INSERT', rowCount: 2, rows: [], fields: [] });
    expect(await sql`DELETE FROM endpoint_test.kinds WHERE id >= 900`).toMatchObject({
      command: 'DELETE',
      rowCount: 2,
    });
    expect(await sql`SET LOCAL statement_timeout = 1000`).toMatchObject({ command: 'SET', rowCount: null });
  });

  it('round-trips every column kind through drizzle', async () => {
    const db = drizzle(neon(database.url));
    const row = {
      id: 1,
      flag: true,
      big: 9_007_199_254_740_991,
      amount: '1204.55',
      words: ['a,b', 'c"d', '{}', ''],
      doc: { text: 'line\nbreak \\ "quote"', n: [1, null] },
      at: new Date('2026-11-23T07:00:00.123Z'),
      plain: new Date('2026-11-23T07:00:00.000Z'),
      raw: Buffer.from([0, 1, 254, 255]),
      embedding: [1, 0.5, -2],
    };
    await db.insert(KINDS).values(row);
    expect(await db.select().from(KINDS).where(eq(KINDS.id, 1))).toEqual([row]);
    await db.delete(KINDS);
  });

  it('runs a batch as one transaction, all or nothing', async () => {
    const sql = sqlAs(database.ownerUrl);
    const failing = sql.transaction([
      sql`INSERT INTO endpoint_test.note VALUES (1, 'a', 'x')`,
      sql`INSERT INTO endpoint_test.note VALUES (1, 'a', 'again')`,
    ]);
    await expect(failing).rejects.toThrow('duplicate key');
    expect(await sql`SELECT count(*)::int AS n FROM endpoint_test.note`).toEqual([{ n: 0 }]);
    const [, counted] = await sql.transaction([
      sql`INSERT INTO endpoint_test.note VALUES (1, 'a', 'x')`,
      sql`SELECT count(*)::int AS n FROM endpoint_test.note`,
    ]);
    expect(counted).toEqual([{ n: 1 }]);
    await sql`DELETE FROM endpoint_test.note`;
  });

  it('does not run what follows a failed statement, even after a rollback inside the batch', async () => {
    const sql = sqlAs(database.ownerUrl);
    await expect(
      sql.transaction([sql`SELECT 1/0`, sql`ROLLBACK`, sql`INSERT INTO endpoint_test.note VALUES (2, 'a', 'x')`]),
    ).rejects.toMatchObject({ code: '22012' });
    expect(await sql`SELECT count(*)::int AS n FROM endpoint_test.note`).toEqual([{ n: 0 }]);
  });

  it('keeps the order of the statements of a batch and of its results', async () => {
    const sql = sqlAs(database.url);
    const results = await sql.transaction([sql`SELECT 1 AS a`, sql`SELECT 2 AS b WHERE false`, sql`SELECT 3 AS c`]);
    expect(results).toEqual([[{ a: 1 }], [], [{ c: 3 }]]);
  });

  it.each([
    ['Serializable', 'serializable'],
    ['RepeatableRead', 'repeatable read'],
    ['ReadCommitted', 'read committed'],
  ] as const)('honours the isolation level %s', async (isolationLevel, expected) => {
    const sql = sqlAs(database.url);
    const [rows] = await sql.transaction([sql`SELECT current_setting('transaction_isolation') AS level`], {
      isolationLevel,
    });
    expect(rows).toEqual([{ level: expected }]);
  });

  it('honours read-only batches', async () => {
    const sql = sqlAs(database.url);
    await expect(
      sql.transaction([sql`UPDATE endpoint_test.counter SET n = 5`], { readOnly: true }),
    ).rejects.toMatchObject({ code: '25006' });
  });

  it('reports a violated constraint with code, constraint, table and detail', async () => {
    const sql = sqlAs(database.ownerUrl);
    await sql`INSERT INTO endpoint_test.note VALUES (7, 'a', 'x')`;
    const error = await sql`INSERT INTO endpoint_test.note VALUES (7, 'a', 'x')`.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NeonDbError);
    expect(error).toMatchObject({
      code: '23505',
      constraint: 'note_id_key',
      table: 'note',
      schema: 'endpoint_test',
      severity: 'ERROR',
      detail: 'Key (id)=(7) already exists.',
    });
    await sql`DELETE FROM endpoint_test.note`;
  });

  it.each([
    ['a syntax error', 'SELEC 1', [], '42601'],
    ['two statements in one', 'SELECT 1; SELECT 2', [], '42601'],
    ['a missing parameter', 'SELECT $1::int', [], '08P01'],
    ['a NUL in a parameter', 'SELECT $1::text', ['a\0b'], '22021'],
  ])('answers %s as Postgres does and stays usable', async (_, query, params, code) => {
    const sql = sqlAs(database.url);
    await expect(sql.query(query, params)).rejects.toMatchObject({ code });
    expect(await sql`SELECT 1 AS a`).toEqual([{ a: 1 }]);
  });

  it.each([
    ['a NUL in the query', { query: "SELECT 'a\0b'", params: [] }],
    ['a lone surrogate', { query: 'SELECT $1', params: ['\ud800'] }],
    ['no query', { params: [] }],
    ['queries that are no list', { queries: 'x' }],
  ])('refuses %s with 400 before the server sees it', async (_, body) => {
    const response = await post(database, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: expect.any(String) });
  });

  it('refuses bad JSON, a wrong password, another path and a foreign Host', async () => {
    expect((await post(database, '{')).status).toBe(400);
    const wrong = database.url.replace(/:\/\/([^:@]+)(:[^@]*)?@/, '://$1:not-the-password@');
    await expect(neon(wrong)`SELECT 1`).rejects.toMatchObject({ code: '28P01' });
    expect((await fetch(new URL('/other', database.fetchEndpoint), { method: 'POST', body: '{}' })).status).toBe(404);
  });

  it('gives JSON types and objects where raw text and array mode are not asked for', async () => {
    const response = await post(
      database,
      { query: `SELECT 1 AS a, true AS b, '{"x":1}'::jsonb AS c, ARRAY[1,2] AS d, 1::int8 AS e`, params: [] },
      { 'neon-raw-text-output': 'false', 'neon-array-mode': 'false' },
    );
    expect(await response.json()).toMatchObject({
      rows: [{ a: 1, b: true, c: { x: 1 }, d: [1, 2], e: '1' }],
      rowAsArray: false,
    });
  });

  it('runs the application role without the rights of the owner', async () => {
    const sql = sqlAs(database.url);
    expect(await sql`SELECT current_user::text AS u, session_user::text AS s`).toEqual([
      { u: 'draftgate_app', s: 'draftgate_app' },
    ]);
    await expect(sql`SELECT * FROM endpoint_test.note`).rejects.toMatchObject({ code: '42501' });
    await expect(sql`CREATE TABLE endpoint_test.mine (id int)`).rejects.toMatchObject({ code: '42501' });
  });

  it.each([
    ['SET ROLE', ['SET ROLE postgres']],
    ['session authorization', ['SET SESSION AUTHORIZATION postgres']],
    ['the setting of that name', [`SELECT set_config('session_authorization', 'postgres', false)`]],
    ['COMMIT inside the batch', ['COMMIT', 'SELECT * FROM endpoint_test.note']],
    ['RESET ROLE', ['RESET ROLE', 'SELECT * FROM endpoint_test.note']],
  ])('does not let the application role become the owner by %s', async (_, queries) => {
    const sql = sqlAs(database.url);
    await expect(sql.transaction(queries.map((query) => sql.query(query)))).rejects.toMatchObject({ code: '42501' });
    expect(await sql`SELECT current_user::text AS u`).toEqual([{ u: 'draftgate_app' }]);
  });

  it('lets row-level security bite under the tenant role of a batch', async () => {
    const owner = sqlAs(database.ownerUrl);
    await owner`INSERT INTO endpoint_test.note VALUES (1, 'a', 'of a'), (2, 'b', 'of b')`;
    const sql = sqlAs(database.url);
    const [, , rows] = await sql.transaction([
      sql`SET LOCAL ROLE draftgate_tenant`,
      sql`SELECT set_config('app.business_id', 'a', true)`,
      sql`SELECT body FROM endpoint_test.note`,
    ]);
    expect(rows).toEqual([{ body: 'of a' }]);
    await owner`DELETE FROM endpoint_test.note`;
  });

  it('leaves no setting, prepared statement, temporary table or open transaction to the next call', async () => {
    const sql = sqlAs(database.ownerUrl);
    await sql`SET search_path = endpoint_test`;
    await sql`BEGIN`;
    await sql`CREATE TEMP TABLE leftover (id int)`;
    await sql`PREPARE leftover AS SELECT 1`;
    const [row] = await sql`SELECT current_setting('search_path') AS path, to_regclass('leftover') AS leftover,
      (SELECT count(*)::int FROM pg_prepared_statements WHERE name = 'leftover') AS prepared`;
    expect(row).toMatchObject({ leftover: null, prepared: 0 });
    expect(row?.path).not.toContain('endpoint_test');
  });

  it('loses no update of 50 concurrent transactions', async () => {
    const sql = sqlAs(database.url);
    await Promise.all(
      Array.from({ length: 50 }, () =>
        sql.transaction([sql`UPDATE endpoint_test.counter SET n = n + 1`, sql`SELECT n FROM endpoint_test.counter`]),
      ),
    );
    expect(await sql`SELECT n FROM endpoint_test.counter`).toEqual([{ n: 50 }]);
  });

  it('finishes the statement of a client that went away, and answers the next one', async () => {
    const controller = new AbortController();
    const sql = neon(database.url, { fetchOptions: { signal: controller.signal } });
    const started = sql`UPDATE endpoint_test.counter SET n = 1000 FROM (SELECT pg_sleep(0.3)) AS pause`.catch(
      () => 'aborted',
    );
    await delay(100);
    controller.abort();
    expect(await started).toBe('aborted');
    await delay(500);
    expect(await sqlAs(database.url)`SELECT n FROM endpoint_test.counter`).toEqual([{ n: 1000 }]);
  });

  it('carries a parameter of several megabytes', async () => {
    const sql = sqlAs(database.url);
    const long = 'ş'.repeat(2_000_000);
    expect(await sql`SELECT length(${long}) AS n, ${long} AS back`).toEqual([{ n: 2_000_000, back: long }]);
  });

  it('refuses a body above 64 MB with 413', async () => {
    const response = await post(database, `{"query":"SELECT 1","params":["${'x'.repeat(65 * 1024 * 1024)}"]}`);
    expect(response.status).toBe(413);
  });

  it.runIf(engine === 'Postgres')('honours statement_timeout on a real server', async () => {
    const sql = sqlAs(database.url);
    await expect(
      sql.transaction([sql`SET LOCAL statement_timeout = 100`, sql`SELECT pg_sleep(5)`]),
    ).rejects.toMatchObject({ code: '57014' });
  });
});

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const KINDS = pgSchema('endpoint_test').table('kinds', {
  id: integer(),
  flag: boolean(),
  big: bigint({ mode: 'number' }),
  amount: numeric({ precision: 12, scale: 2 }),
  words: text().array(),
  doc: jsonb(),
  at: timestamp({ withTimezone: true }),
  plain: timestamp(),
  raw: bytea(),
  embedding: halfvec({ dimensions: 3 }),
});

function post(database: LocalDatabase, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(database.fetchEndpoint as string, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: {
      'neon-connection-string': database.url,
      'neon-raw-text-output': 'true',
      'neon-array-mode': 'true',
      ...headers,
    },
  });
}
