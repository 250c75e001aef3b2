import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import { migrate as migratePostgres } from 'drizzle-orm/node-postgres/migrator';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import pg from 'pg';
import { lockDirectory } from './directory-lock.ts';
import { openInMemory } from './in-memory-pglite.ts';
import { LocalStartError } from './local-start-error.ts';
import { startNeonEndpoint } from './neon-endpoint.ts';
import { createPgliteEngine } from './pglite-engine.ts';
import { createPostgresEngine, type PostgresLogin } from './postgres-engine.ts';
import { quoteIdentifier, type SqlEngine } from './sql-engine.ts';

/** The role that the Worker logs in as: no owner, no superuser, so that row-level security and grants bite. */
export const APPLICATION_ROLE = 'draftgate_app';
const EMBEDDED_OWNER = 'postgres';
const EMBEDDED_DATABASE = 'postgres';
/** Major version that PGlite 0.5.14 is built from; a directory of another one cannot be opened. */
const EMBEDDED_MAJOR_VERSION = '18';
const CONNECT_TIMEOUT_MS = 10_000;

export interface LocalDatabaseOptions {
  /** Folder of the embedded database; absent: in memory, gone at `close`. */
  dataDir?: string;
  /** Any Postgres with pgvector, or Neon, in place of the embedded one. */
  databaseUrl?: string;
  /** Login that owns the tables and migrates; absent: `databaseUrl`. */
  ownerUrl?: string;
  /** drizzle's migrations folder, with `meta/_journal.json`. */
  migrationsFolder: string;
  /** Port of the SQL endpoint on 127.0.0.1; absent or 0: any free one. */
  port?: number;
}

export interface LocalDatabase {
  kind: 'pglite' | 'postgres' | 'neon';
  /** Connection string of the application role. */
  url: string;
  /** Connection string of the owner, for tests and maintenance. */
  ownerUrl: string;
  /** Neon's SQL-over-HTTP endpoint; undefined where `url` is Neon's own host. */
  fetchEndpoint: string | undefined;
  /** Runs one statement as the owner; values come back as Postgres text, by column name. */
  query(text: string, params?: unknown[]): Promise<Record<string, string | null>[]>;
  close(): Promise<void>;
}

/** Opens, migrates and serves a database for the Worker's own driver; what can go wrong is a `LocalStartError`. */
export async function startDatabase(options: LocalDatabaseOptions): Promise<LocalDatabase> {
  if (!existsSync(join(options.migrationsFolder, 'meta', '_journal.json'))) {
    throw new LocalStartError(
      'MIGRATIONS_MISSING',
      `no migrations in ${options.migrationsFolder} (meta/_journal.json)`,
    );
  }
  if (options.databaseUrl === undefined) return startEmbedded(options);
  return startWithUrl(options, options.databaseUrl);
}

async function startEmbedded({ dataDir, migrationsFolder, port }: LocalDatabaseOptions): Promise<LocalDatabase> {
  const release = dataDir === undefined ? async () => {} : await lockDirectory(dataDir);
  let database: PGlite | undefined;
  try {
    if (dataDir !== undefined) await checkDataDirectory(dataDir);
    database = await openPglite(dataDir);
    await migrateOrExplain(() => migratePglite(drizzlePglite(database as PGlite), { migrationsFolder }));
    const engine = createPgliteEngine(database);
    const ownerQuery = ownerQueryOn(engine, EMBEDDED_OWNER);
    await ensureApplicationRole(ownerQuery);

    const password = randomBytes(18).toString('base64url');
    const endpoint = await startNeonEndpoint({
      engine,
      authenticate: (user, given) => [APPLICATION_ROLE, EMBEDDED_OWNER].includes(user) && given === password,
      ...(port === undefined ? {} : { port }),
    });
    const urlOf = (user: string) =>
      `postgresql://${user}:${password}@127.0.0.1:${endpoint.port}/${EMBEDDED_DATABASE}?sslmode=disable`;
    return {
      kind: 'pglite',
      url: urlOf(APPLICATION_ROLE),
      ownerUrl: urlOf(EMBEDDED_OWNER),
      fetchEndpoint: endpoint.url,
      query: ownerQuery,
      close: once(async () => {
        await endpoint.close();
        await engine.close();
        await release();
      }),
    };
  } catch (error) {
    await database?.close().catch(() => undefined);
    await release();
    throw error;
  }
}

async function checkDataDirectory(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const entries = await readdir(dataDir);
  if (entries.length === 0) return;
  if (!entries.includes('PG_VERSION')) {
    throw new LocalStartError(
      'DATA_DIRECTORY_INCOMPATIBLE',
      `${dataDir} is not empty and holds no database; choose another folder`,
    );
  }
  const version = (await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim();
  if (version !== EMBEDDED_MAJOR_VERSION) {
    throw new LocalStartError(
      'DATA_DIRECTORY_INCOMPATIBLE',
      `${dataDir} was written by Postgres ${version}, the embedded one is ${EMBEDDED_MAJOR_VERSION}; delete or move it to start afresh`,
    );
  }
}

async function openPglite(dataDir: string | undefined): Promise<PGlite> {
  try {
    const database =
      dataDir === undefined
        ? await openInMemory()
        : await PGlite.create({ dataDir: resolve(dataDir), extensions: { vector } });
    await database.exec('CREATE EXTENSION IF NOT EXISTS vector');
    return database;
  } catch (error) {
    const where = dataDir ?? 'in memory';
    throw new LocalStartError(
      'DATA_DIRECTORY_INCOMPATIBLE',
      `the embedded database (${where}) does not open: ${messageOf(error)}; delete or move it to start afresh`,
      { cause: error },
    );
  }
}

async function startWithUrl(options: LocalDatabaseOptions, databaseUrl: string): Promise<LocalDatabase> {
  const isNeon = isNeonHost(parseUrl(databaseUrl, 'DATABASE_URL').hostname);
  const ownerUrl = options.ownerUrl ?? databaseUrl;
  parseUrl(ownerUrl, 'DATABASE_OWNER_URL');
  const pools: pg.Pool[] = [];
  const openPool = (url: string) => {
    const pool = createPool(url, isNeon);
    pools.push(pool);
    return pool;
  };
  try {
    const ownerPool = openPool(ownerUrl);
    await connectOrExplain(ownerPool, ownerUrl);
    await ensureVector(ownerPool);
    await migrateOrExplain(() =>
      migratePostgres(drizzlePostgres(ownerPool), { migrationsFolder: options.migrationsFolder }),
    );
    const applicationPool = databaseUrl === ownerUrl ? ownerPool : openPool(databaseUrl);
    await connectOrExplain(applicationPool, databaseUrl);
    const ownerUser = userOf(ownerUrl);
    const query = ownerQueryOn(createPostgresEngine({ [ownerUser]: { pool: ownerPool } }), ownerUser);
    const closePools = once(async () => {
      await Promise.all(pools.map((pool) => pool.end()));
    });
    if (isNeon) {
      return { kind: 'neon', url: databaseUrl, ownerUrl, fetchEndpoint: undefined, query, close: closePools };
    }

    const logins: Record<string, PostgresLogin> = { [ownerUser]: { pool: ownerPool } };
    let url = databaseUrl;
    if (await isSuperuser(applicationPool)) {
      await ensureApplicationRole(query);
      logins[APPLICATION_ROLE] = { pool: applicationPool, sessionRole: APPLICATION_ROLE };
      url = withUser(databaseUrl, APPLICATION_ROLE);
    } else {
      logins[userOf(databaseUrl)] = { pool: applicationPool };
    }
    const passwords = new Map([ownerUrl, url].map((each) => [userOf(each), passwordOf(each)]));
    const endpoint = await startNeonEndpoint({
      engine: createPostgresEngine(logins),
      authenticate: (user, given) => passwords.get(user) === given,
      ...(options.port === undefined ? {} : { port: options.port }),
    });
    return {
      kind: 'postgres',
      url,
      ownerUrl,
      fetchEndpoint: endpoint.url,
      query,
      close: once(async () => {
        await endpoint.close();
        await closePools();
      }),
    };
  } catch (error) {
    await Promise.all(pools.map((pool) => pool.end().catch(() => undefined)));
    throw error;
  }
}

function parseUrl(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || !url.username || !url.hostname || url.pathname.length < 2) {
    throw new LocalStartError(
      'INVALID_DATABASE_URL',
      `${name} is no connection string of the form postgresql://user:password@host:port/database`,
    );
  }
  return url;
}

/** Neon's hosts answer SQL over HTTPS themselves. */
function isNeonHost(hostname: string): boolean {
  return /\.neon\.(tech|build)$/.test(hostname);
}

function userOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

function passwordOf(url: string): string {
  return decodeURIComponent(new URL(url).password);
}

function withUser(url: string, user: string): string {
  const changed = new URL(url);
  changed.username = user;
  return changed.href;
}

function createPool(connectionString: string, isNeon: boolean): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: 20,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // Text output as Neon's sessions give it; a pooled Neon host takes no start-up options, and needs none.
    ...(isNeon
      ? {}
      : { options: '-c timezone=UTC -c datestyle=ISO,MDY -c intervalstyle=postgres -c bytea_output=hex' }),
  });
  // An idle connection that the server closes is no reason to end the process: the pool opens another.
  pool.on('error', () => undefined);
  return pool;
}

async function connectOrExplain(pool: pg.Pool, url: string): Promise<void> {
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    const { hostname, port, pathname } = new URL(url);
    throw new LocalStartError(
      'DATABASE_UNREACHABLE',
      `no connection to ${userOf(url)}@${hostname}:${port || '5432'}${pathname}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

async function ensureVector(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query(`SELECT installed_version FROM pg_available_extensions WHERE name = 'vector'`);
  if (rows.length === 0) {
    throw new LocalStartError(
      'PGVECTOR_MISSING',
      'this Postgres has no pgvector: install the extension "vector" on it',
    );
  }
  if (rows[0].installed_version !== null) return;
  try {
    await pool.query('CREATE EXTENSION IF NOT EXISTS vector');
  } catch (error) {
    throw new LocalStartError(
      'PGVECTOR_MISSING',
      `pgvector is not enabled and this login may not enable it (CREATE EXTENSION vector): ${messageOf(error)}`,
      { cause: error },
    );
  }
}

async function isSuperuser(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query('SELECT rolsuper FROM pg_roles WHERE rolname = current_user');
  return rows[0]?.rolsuper === true;
}

/** The migrations own the two policy roles; who logs in as a member of both is each installation's own affair. */
async function ensureApplicationRole(query: LocalDatabase['query']): Promise<void> {
  const roles = await query(`SELECT rolname FROM pg_roles WHERE rolname LIKE 'draftgate\\_%'`);
  const names = new Set(roles.map((role) => role.rolname));
  if (names.has(APPLICATION_ROLE)) return;
  await query(`CREATE ROLE ${quoteIdentifier(APPLICATION_ROLE)} LOGIN NOINHERIT`);
  for (const policyRole of ['draftgate_tenant', 'draftgate_operator']) {
    if (names.has(policyRole)) await query(`GRANT ${policyRole} TO ${quoteIdentifier(APPLICATION_ROLE)}`);
  }
}

async function migrateOrExplain(migrate: () => Promise<void>): Promise<void> {
  try {
    await migrate();
  } catch (error) {
    throw new LocalStartError('MIGRATION_FAILED', `a migration failed: ${messageOf(error)}`, { cause: error });
  }
}

function ownerQueryOn(engine: SqlEngine, user: string): LocalDatabase['query'] {
  return async (text, params = []) => {
    const result = await engine.runSingle(user, { query: text, params: params.map(ownerParameter) });
    return result.rows.map((row) =>
      Object.fromEntries(result.fields.map((field, index) => [field.name, row[index] ?? null])),
    );
  };
}

function ownerParameter(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The innermost cause: drizzle wraps what Postgres said into "Failed query: …". */
function messageOf(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  if (current instanceof AggregateError && current.errors.length > 0) return messageOf(current.errors[0]);
  return current instanceof Error ? current.message || current.name : String(current);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}
