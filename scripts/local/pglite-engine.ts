import { messages, type PGlite, protocol } from '@electric-sql/pglite';
import {
  beginStatement,
  parseCommandTag,
  postgresError,
  quoteIdentifier,
  type SqlEngine,
  type Statement,
  type StatementResult,
  touchesSessionAuthorization,
} from './sql-engine.ts';

const { serialize } = protocol;
const OWNER = 'postgres';

type Message = Awaited<ReturnType<PGlite['execProtocol']>>['messages'][number];

/**
 * Runs statements on an embedded Postgres. It has one session, so calls queue in order of arrival, one transaction at
 * a time; `statement_timeout`, lock waits and cancellation have no effect on it.
 */
export function createPgliteEngine(database: PGlite): SqlEngine {
  let tail: Promise<unknown> = Promise.resolve();
  let closed = false;
  let inTransaction = false;

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = tail.then(work);
    tail = turn.catch(() => undefined);
    return turn;
  }

  /** Sends a run of protocol messages and throws the first error that comes back, after the session is ready again. */
  async function send(...parts: Uint8Array[]): Promise<Message[]> {
    const { messages: received } = await database.execProtocol(Buffer.concat(parts), { throwOnError: false });
    const ready = received.findLast((message) => message instanceof messages.ReadyForQueryMessage);
    inTransaction = ready !== undefined && ready.status !== 'I';
    const failure = received.find((message) => message instanceof messages.DatabaseError);
    if (failure) throw failure;
    return received;
  }

  function asUser<T>(user: string, statements: Statement[], work: () => Promise<T>): Promise<T> {
    return inTurn(async () => {
      if (closed) throw new Error('the embedded database is closed');
      if (user !== OWNER && statements.some(touchesSessionAuthorization)) {
        throw postgresError('42501', 'permission denied to set session authorization');
      }
      // Before BEGIN and without LOCAL, so that a COMMIT inside a batch cannot end the disguise.
      await send(serialize.query(`SET SESSION AUTHORIZATION ${quoteIdentifier(user)}`));
      try {
        return await work();
      } finally {
        if (inTransaction) await send(serialize.query('ROLLBACK'));
        await send(serialize.query(`SET SESSION AUTHORIZATION ${OWNER}`), serialize.query('DISCARD ALL'));
      }
    });
  }

  return {
    runSingle: (user, statement) =>
      asUser(user, [statement], async () => {
        const [result] = readResults(await send(...extendedQuery(statement), serialize.sync()));
        return result as StatementResult;
      }),

    runBatch: (user, statements, options) =>
      asUser(user, statements, async () => {
        await send(serialize.query(beginStatement(options)));
        // One sync at the end: after an error Postgres skips everything up to it, also a ROLLBACK in the batch.
        const received = await send(...statements.flatMap(extendedQuery), serialize.sync());
        await send(serialize.query('COMMIT'));
        return readResults(received);
      }),

    close: () =>
      inTurn(async () => {
        if (closed) return;
        closed = true;
        await database.close();
      }),
  };
}

function extendedQuery({ query, params }: Statement): Uint8Array[] {
  return [
    serialize.parse({ text: query }),
    serialize.bind({ values: params }),
    serialize.describe({ type: 'P' }),
    serialize.execute({}),
  ];
}

function readResults(received: Message[]): StatementResult[] {
  const results: StatementResult[] = [];
  let fields: StatementResult['fields'] = [];
  let rows: StatementResult['rows'] = [];
  for (const message of received) {
    if (message instanceof messages.RowDescriptionMessage) {
      fields = message.fields.map(({ name, tableID, columnID, dataTypeID, dataTypeSize, dataTypeModifier }) => ({
        name,
        tableID,
        columnID,
        dataTypeID,
        dataTypeSize,
        dataTypeModifier,
      }));
    } else if (message instanceof messages.DataRowMessage) {
      rows.push(message.fields);
    } else if (message instanceof messages.CommandCompleteMessage || message.name === 'emptyQuery') {
      const tag = message instanceof messages.CommandCompleteMessage ? message.text : '';
      results.push({ ...parseCommandTag(tag), fields, rows });
      fields = [];
      rows = [];
    }
  }
  return results;
}
