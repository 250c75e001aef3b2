import type pg from 'pg';
import {
  beginStatement,
  postgresError,
  quoteIdentifier,
  type SqlEngine,
  type Statement,
  type StatementResult,
  touchesSessionAuthorization,
} from './sql-engine.ts';

/** How a user of the endpoint reaches the server: by a pool, and under another role where the login is a superuser. */
export interface PostgresLogin {
  pool: pg.Pool;
  sessionRole?: string;
}

/** Runs statements on a real Postgres, one pooled connection per call; sessions are cleaned before they are used again. */
export function createPostgresEngine(logins: Record<string, PostgresLogin>): SqlEngine {
  async function withClient<T>(
    user: string,
    statements: Statement[],
    work: (client: pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    const login = logins[user];
    if (!login) throw postgresError('28000', `role "${user}" is not served by this endpoint`);
    if (login.sessionRole && statements.some(touchesSessionAuthorization)) {
      throw postgresError('42501', 'permission denied to set session authorization');
    }
    const client = await login.pool.connect();
    try {
      if (login.sessionRole) await client.query(`SET SESSION AUTHORIZATION ${quoteIdentifier(login.sessionRole)}`);
      return await work(client);
    } finally {
      // Not awaited: the caller has its rows, the pool gets the connection back when it is clean.
      void clean(client).then(
        () => client.release(),
        (error) => client.release(error),
      );
    }
  }

  return {
    runSingle: (user, statement) => withClient(user, [statement], (client) => execute(client, statement)),

    runBatch: (user, statements, options) =>
      withClient(user, statements, async (client) => {
        await client.query(beginStatement(options));
        const results: StatementResult[] = [];
        for (const statement of statements) results.push(await execute(client, statement));
        await client.query('COMMIT');
        return results;
      }),

    close: async () => {
      const pools = new Set(Object.values(logins).map((login) => login.pool));
      await Promise.all([...pools].map((pool) => pool.end()));
    },
  };
}

async function clean(client: pg.PoolClient): Promise<void> {
  if (client.getTransactionStatus() !== 'I') await client.query('ROLLBACK');
  await client.query('DISCARD ALL');
}

const TEXT_FORMAT = { getTypeParser: () => (value: string) => value };

async function execute(client: pg.PoolClient, { query, params }: Statement): Promise<StatementResult> {
  const result = await client.query({
    text: query,
    values: params,
    rowMode: 'array',
    types: TEXT_FORMAT as unknown as pg.CustomTypesConfig,
    // Neon always uses the extended protocol, which takes one statement only.
    queryMode: 'extended',
  } as pg.QueryArrayConfig);
  return {
    command: result.command ?? '',
    rowCount: result.rowCount,
    fields: result.fields.map(({ name, tableID, columnID, dataTypeID, dataTypeSize, dataTypeModifier }) => ({
      name,
      tableID,
      columnID,
      dataTypeID,
      dataTypeSize,
      dataTypeModifier,
    })),
    rows: result.rows as (string | null)[][],
  };
}
