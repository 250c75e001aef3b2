/** `npm run verify:db-timeout`: proves on a live database that a statement that runs too long is stopped on the server. */
import type pg from 'pg';
import { runCommand, UsageError } from './lib/command.ts';
import { databaseUrl, placeOf, withConnection } from './lib/live-database.ts';

const HELP = `
npm run verify:db-timeout -- [--pooled URL] [--timeout MS]

Proves that statement_timeout, set as the Worker sets it (for one transaction), really cancels a query on the server, and
that the session has its own limit back afterwards. Reads and writes no table.

  --pooled URL    the same database through its pooler (else DATABASE_POOLED_URL, else only DATABASE_URL is tried)
  --timeout MS    the limit (2000)

Environment: DATABASE_URL. Exit code 1: something was not stopped.
`;

/** What a query would take that is to be stopped. */
const QUERY_MS = 10_000;
const TOLERANCE_MS = 1_000;

const QUERIES = {
  'a query that waits': `select pg_sleep(${QUERY_MS / 1000})`,
  'a query that computes':
    'select count(*) from generate_series(1, 400000000) as g where md5(g::text) = md5(g::text || 1)',
};

await runCommand(HELP, { pooled: { type: 'string' }, timeout: { type: 'string', default: '2000' } }, async (values) => {
  const timeoutMs = Number(values.timeout);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 100 || timeoutMs > 8_000) {
    throw new UsageError(`--timeout ${values.timeout}: not a number of milliseconds from 100 to 8000`);
  }
  const direct = databaseUrl(undefined, 'DATABASE_URL');
  const pooled = values.pooled ?? process.env.DATABASE_POOLED_URL;
  const ways: [string, string][] = [['direct', direct]];
  if (pooled) ways.push(['pooled', databaseUrl(pooled, '--pooled')]);
  let failed = false;
  for (const [way, url] of ways) {
    for (const [name, query] of Object.entries(QUERIES)) {
      const problem = await withConnection(url, (client) => check(client, direct, query, timeoutMs));
      console.log(`${problem.ok ? 'ok    ' : 'FAILED'} ${way} (${placeOf(url)}): ${name}: ${problem.text}`);
      failed ||= !problem.ok;
    }
  }
  if (!pooled) console.log('note   no pooled URL was given: --pooled or DATABASE_POOLED_URL');
  return failed ? 1 : 0;
});

async function check(
  client: pg.Client,
  direct: string,
  query: string,
  timeoutMs: number,
): Promise<{ ok: boolean; text: string }> {
  const mark = `verify-db-timeout ${Math.random().toString(36).slice(2)}`;
  const started = Date.now();
  let code = 'none: it ran to its end';
  try {
    await client.query('begin');
    await client.query(`select set_config('statement_timeout', $1, true)`, [`${timeoutMs}ms`]);
    await client.query(`/* ${mark} */ ${query}`);
  } catch (error) {
    code = (error as { code?: string }).code ?? 'unknown';
  }
  const tookMs = Date.now() - started;
  await client.query('rollback');
  const left = (await client.query('show statement_timeout')).rows[0]?.statement_timeout as string;
  const running = await withConnection(direct, async (other) => {
    const { rows } = await other.query(
      `select count(*)::int as n from pg_stat_activity where state = 'active' and query like '%' || $1 || '%' and pid <> pg_backend_pid()`,
      [mark],
    );
    return rows[0]?.n as number;
  });
  const inTime = Math.abs(tookMs - timeoutMs) <= TOLERANCE_MS;
  const ok =
    code === '57014' && inTime && running === 0 && left !== `${timeoutMs}ms` && left !== `${timeoutMs / 1000}s`;
  return {
    ok,
    text: `SQLSTATE ${code} after ${tookMs} ms (limit ${timeoutMs}), ${running} still running, session limit afterwards ${left}`,
  };
}
