/** One statement as Neon's driver sends it: parameters are text in Postgres' own formats, or null. */
export interface Statement {
  query: string;
  params: (string | null)[];
}

export const ISOLATION_LEVELS = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
} as const;
export type IsolationLevel = keyof typeof ISOLATION_LEVELS;

export interface TransactionOptions {
  isolationLevel?: IsolationLevel;
  readOnly?: boolean;
  deferrable?: boolean;
}

export interface ResultField {
  name: string;
  tableID: number;
  columnID: number;
  dataTypeID: number;
  dataTypeSize: number;
  dataTypeModifier: number;
}

/** Values stay in Postgres' text format: what they mean is the driver's affair. */
export interface StatementResult {
  command: string;
  /** Null where the command counts no rows (DDL, SET, ...). */
  rowCount: number | null;
  fields: ResultField[];
  rows: (string | null)[][];
}

/** A Postgres behind the local endpoint. Every call gets a clean session, as Neon's HTTP connections do. */
export interface SqlEngine {
  /** Runs one statement by itself, outside any transaction block. Throws what `postgresErrorFields` understands. */
  runSingle(user: string, statement: Statement): Promise<StatementResult>;
  /** Runs all statements in one transaction, all or nothing. */
  runBatch(user: string, statements: Statement[], options: TransactionOptions): Promise<StatementResult[]>;
  close(): Promise<void>;
}

/** `BEGIN` with the given characteristics. */
export function beginStatement(options: TransactionOptions): string {
  const parts = ['BEGIN'];
  if (options.isolationLevel) parts.push(`ISOLATION LEVEL ${ISOLATION_LEVELS[options.isolationLevel]}`);
  if (options.readOnly !== undefined) parts.push(options.readOnly ? 'READ ONLY' : 'READ WRITE');
  if (options.deferrable !== undefined) parts.push(options.deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE');
  return parts.join(' ');
}

/** Splits a command tag ("INSERT 0 3") the way Neon's proxy does: first word, and the number of rows if it has one. */
export function parseCommandTag(tag: string): { command: string; rowCount: number | null } {
  const words = tag.split(' ');
  const count = words[0] === 'INSERT' ? words[2] : words[1];
  return { command: words[0] ?? '', rowCount: count !== undefined && /^\d+$/.test(count) ? Number(count) : null };
}

/** A name as an SQL identifier. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const POSTGRES_ERROR_FIELDS = [
  'severity',
  'code',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
] as const;

/** The fields of an error that the Postgres server reported, or undefined where it is something else (a lost connection). */
export function postgresErrorFields(error: unknown): Record<string, string | null> | undefined {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined;
  const reported = error as unknown as Record<string, unknown>;
  const fields: Record<string, string | null> = { message: error.message };
  for (const name of POSTGRES_ERROR_FIELDS) fields[name] = reported[name] === undefined ? null : String(reported[name]);
  return fields;
}

/** An error in Postgres' own form, for what the endpoint refuses before the server sees it. */
export function postgresError(code: string, message: string): Error {
  return Object.assign(new Error(message), { severity: 'ERROR', code });
}

/**
 * True where a statement could change who the session runs as. A superuser connection that plays a plain role must
 * refuse it; a real login of that role could not do it either.
 */
export function touchesSessionAuthorization(statement: Statement): boolean {
  const texts = [statement.query, ...statement.params.filter((value) => value !== null && value.length < 64)];
  return texts.some((text) => {
    const lower = (text ?? '').toLowerCase();
    const session = lower.indexOf('session');
    return session >= 0 && lower.lastIndexOf('authorization') > session;
  });
}
