/** `npm run db:migrate`: brings a database to the newest migration. */
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { runCommand, UsageError } from './lib/command.ts';

const HELP = `
npm run db:migrate

Applies the migrations in migrations/ that the database does not have yet. Running it again changes nothing.

Environment:
  DATABASE_OWNER_URL   the login that owns the tables (else DATABASE_URL)
`;

const CONNECT_TIMEOUT_MS = 15_000;

await runCommand(HELP, {}, async () => {
  const url = process.env.DATABASE_OWNER_URL || process.env.DATABASE_URL;
  if (!url) throw new UsageError('set DATABASE_OWNER_URL (or DATABASE_URL) to the database to migrate');
  if (!URL.canParse(url)) throw new UsageError('DATABASE_OWNER_URL is not a connection string');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  try {
    await client.connect();
  } catch (error) {
    throw new Error(
      `the database cannot be reached: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`,
    );
  }
  try {
    const applied = async () => {
      const known = await client.query(`select to_regclass('drizzle.__drizzle_migrations') as known`);
      if (known.rows[0].known === null) return 0;
      return Number((await client.query('select count(*) from drizzle.__drizzle_migrations')).rows[0].count);
    };
    const before = await applied();
    await migrate(drizzle(client), { migrationsFolder: join(import.meta.dirname, '..', 'migrations') });
    console.log(`${(await applied()) - before} applied, ${await applied()} in all`);
  } finally {
    await client.end();
  }
  return 0;
});
