import pg from 'pg';

/** A superuser's connection string of a real server with pgvector; absent, the tests that need one are skipped. */
export const REAL_SERVER = process.env.DRAFTGATE_TEST_DATABASE_URL;

/** An empty database of its own on the real server, so that test files do not meet; `drop` closes whoever is left. */
export async function createRealDatabase(server: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `draftgate_test_${process.pid}_${Date.now()}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

/** Runs statements as the superuser. */
export async function onServer(connectionString: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}
