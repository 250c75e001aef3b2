import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { neon, neonConfig } from '@neondatabase/serverless';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalDatabase, startDatabase } from '../../../scripts/local/database.ts';
import { writeMigrations } from './migrations-fixture.ts';
import { createRealDatabase, onServer, REAL_SERVER } from './real-server.ts';

const START_TIMEOUT_MS = 60_000;

describe('startDatabase', { timeout: START_TIMEOUT_MS }, () => {
  let migrationsFolder: string;
  let folder: string;
  const open: LocalDatabase[] = [];

  async function start(options: Partial<Parameters<typeof startDatabase>[0]> = {}): Promise<LocalDatabase> {
    const database = await startDatabase({ migrationsFolder, ...options });
    open.push(database);
    return database;
  }

  beforeEach(async () => {
    migrationsFolder = await writeMigrations(['CREATE TABLE thing (id int)']);
    folder = await mkdtemp(join(tmpdir(), 'draftgate-database-'));
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((database) => database.close()));
    await rm(folder, { recursive: true, force: true });
    await rm(migrationsFolder, { recursive: true, force: true });
  });

  it('keeps what was written in a data directory over a restart, and migrates only once', async () => {
    const dataDir = join(folder, 'deep', 'data');
    const first = await start({ dataDir });
    expect(first.kind).toBe('pglite');
    await first.query('INSERT INTO thing VALUES ($1)', [7]);
    await first.close();
    expect(existsSync(`${dataDir}.lock`)).toBe(false);

    const second = await start({ dataDir });
    expect(await second.query('SELECT id FROM thing')).toEqual([{ id: '7' }]);
    expect((await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim()).toBe('18');
  });

  it('refuses a data directory that is in use and names the process', async () => {
    const dataDir = join(folder, 'data');
    await start({ dataDir });
    await expect(start({ dataDir })).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_LOCKED',
      message: expect.stringContaining(`process ${process.pid}`),
    });
  });

  it('refuses a data directory of another Postgres version and gives its lock back', async () => {
    const dataDir = join(folder, 'data');
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'PG_VERSION'), '17\n');
    await expect(start({ dataDir })).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_INCOMPATIBLE',
      message: expect.stringMatching(/Postgres 17.*is 18/),
    });
    expect(existsSync(`${dataDir}.lock`)).toBe(false);
  });

  it('refuses a folder that holds something else', async () => {
    await writeFile(join(folder, 'holiday.jpg'), 'x');
    await expect(start({ dataDir: folder })).rejects.toMatchObject({ code: 'DATA_DIRECTORY_INCOMPATIBLE' });
  });

  it('names a busy port', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({
      code: 'PORT_BUSY',
      message: expect.stringContaining(`port ${port} of 127.0.0.1 is already in use`),
    });
    await new Promise((resolve) => blocker.close(resolve));
  });

  it('says what a failing migration said, in one line', async () => {
    const broken = await writeMigrations(['CREATE TABLE twice (id int)', 'CREATE TABLE twice (id int)']);
    await expect(start({ migrationsFolder: broken })).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: 'a migration failed: relation "twice" already exists',
    });
  });

  it.each([
    [
      'a missing migrations folder',
      { migrationsFolder: '/nowhere' },
      'MIGRATIONS_MISSING',
      /no migrations in \/nowhere/,
    ],
    [
      'a URL of another kind',
      { databaseUrl: 'mysql://u:p@h/d' },
      'INVALID_DATABASE_URL',
      /DATABASE_URL is no connection/,
    ],
    ['a text that is no URL', { databaseUrl: 'localhost:5432' }, 'INVALID_DATABASE_URL', /DATABASE_URL/],
    [
      'a database that nobody listens for',
      { databaseUrl: 'postgres://u:secret@127.0.0.1:1/d' },
      'DATABASE_UNREACHABLE',
      /^no connection to u@127\.0\.0\.1:1\/d: .*ECONNREFUSED/,
    ],
    [
      'a host that does not resolve',
      { databaseUrl: 'postgres://u:secret@host.invalid/d' },
      'DATABASE_UNREACHABLE',
      /^no connection to u@host\.invalid:5432\/d/,
    ],
  ])('explains %s in one line without the password', async (_, options, code, message) => {
    const error = await start(options).catch((caught: Error) => caught);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect((error as Error).message).not.toMatch(/secret|\n/);
  });

  it('gives each start passwords of its own, so that another program cannot log in by guessing the port', async () => {
    const database = await start();
    neonConfig.fetchEndpoint = database.fetchEndpoint as string;
    await expect(neon('postgresql://postgres@127.0.0.1/postgres')`SELECT 1`).rejects.toMatchObject({ code: '28P01' });
    expect(await neon(database.ownerUrl)`SELECT session_user::text AS user`).toEqual([{ user: 'postgres' }]);
  });

  it.runIf(REAL_SERVER !== undefined)(
    'serves a plain login of a real server as itself, and its owner beside it',
    async () => {
      const real = await createRealDatabase(REAL_SERVER as string);
      await onServer(
        real.url,
        `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'draftgate_test_login')
        THEN CREATE ROLE draftgate_test_login LOGIN; END IF; END $$`,
      );
      const plain = new URL(real.url);
      plain.username = 'draftgate_test_login';
      const database = await start({ databaseUrl: plain.href, ownerUrl: real.url });
      expect(database).toMatchObject({ kind: 'postgres', url: plain.href });
      neonConfig.fetchEndpoint = database.fetchEndpoint as string;
      const sql = neon(database.url);
      expect(await sql`SELECT session_user::text AS user`).toEqual([{ user: 'draftgate_test_login' }]);
      await expect(sql`SELECT * FROM thing`).rejects.toMatchObject({ code: '42501' });
      expect(await neon(database.ownerUrl)`SELECT * FROM thing`).toEqual([]);
      await database.close();
      await real.drop();
    },
  );

  it('closes twice without complaint and answers nothing afterwards', async () => {
    const database = await start();
    await Promise.all([database.close(), database.close()]);
    await expect(fetch(database.fetchEndpoint as string)).rejects.toThrow();
  });
});
