import pg from 'pg';
import { UsageError } from './command.ts';

/** A connection string from an option or the environment; a UsageError where there is none. */
export function databaseUrl(option: string | undefined, variable: string): string {
  const url = option ?? process.env[variable];
  if (!url) throw new UsageError(`${variable} is not set`);
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new UsageError(
      `${variable}: not a connection string of the form postgresql://user:password@host:port/database`,
    );
  }
  return url;
}

/** Host, port and database of a connection string, without who logs in. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || '5432'}${pathname}`;
}

/** One connection, closed after `work`. What cannot be reached is a UsageError. */
export async function withConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw new UsageError(`no connection to ${placeOf(url)}: ${(error as Error).message}`);
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
