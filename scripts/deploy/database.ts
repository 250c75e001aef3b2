import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

export const LOGIN_ROLE = 'draftgate_app';

export interface DatabaseState {
  /** Of the server and of pgvector, where it is installed or can be. */
  server: string;
  vector: string | null;
  pendingMigrations: number;
  login: 'absent' | 'closed' | 'open' | 'too-powerful';
}

/** What a deployment does to a database, as its owner. */
export interface DeployDatabase {
  inspect(): Promise<DatabaseState>;
  migrate(): Promise<void>;
  /** Gives the Worker's role a password; takes nothing but it may log in. */
  openLogin(password: string): Promise<void>;
  /** Connection string of the Worker's role. */
  urlOf(password: string): string;
}

const CONNECT_TIMEOUT_MS = 15_000;

export function createDeployDatabase(ownerUrl: string, root: string): DeployDatabase {
  const migrationsFolder = join(root, 'migrations');
  async function connected<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (error) {
      throw new Error(`the database cannot be reached: ${(error as { code?: string }).code ?? 'no answer'}`);
    }
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
  return {
    inspect: () =>
      connected(async (client) => {
        const { rows } = await client.query(`select current_setting('server_version') as server,
          (select default_version from pg_available_extensions where name = 'vector') as vector,
          to_regclass('drizzle.__drizzle_migrations') is not null as migrated,
          (select case when rolsuper or rolbypassrls or rolcreaterole or rolinherit then 'too-powerful'
              when rolcanlogin then 'open' else 'closed' end
            from pg_roles where rolname = '${LOGIN_ROLE}') as login`);
        const applied = rows[0].migrated
          ? (await client.query('select max(created_at)::text as newest from drizzle.__drizzle_migrations')).rows[0]
              .newest
          : null;
        const { server, vector, login } = rows[0];
        return {
          server,
          vector,
          pendingMigrations: pendingAfter(migrationsFolder, Number(applied ?? 0)),
          login: login ?? 'absent',
        };
      }),
    migrate: () => connected((client) => migrate(drizzle(client), { migrationsFolder })),
    openLogin: (password) =>
      connected(async (client) => {
        await client.query(`alter role ${LOGIN_ROLE} login password ${client.escapeLiteral(password)}`);
      }),
    urlOf(password) {
      const url = new URL(ownerUrl);
      url.username = LOGIN_ROLE;
      url.password = encodeURIComponent(password);
      return url.href;
    },
  };
}

function pendingAfter(migrationsFolder: string, newest: number): number {
  const journal = JSON.parse(readFileSync(join(migrationsFolder, 'meta', '_journal.json'), 'utf8'));
  return journal.entries.filter((entry: { when: number }) => entry.when > newest).length;
}
