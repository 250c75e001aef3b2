import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import pg from 'pg';
import { closeServer, listen } from './listen.ts';
import { readBody } from './read-body.ts';
import {
  ISOLATION_LEVELS,
  type IsolationLevel,
  postgresErrorFields,
  type SqlEngine,
  type Statement,
  type StatementResult,
  type TransactionOptions,
} from './sql-engine.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

export interface NeonEndpoint {
  /** What `neonConfig.fetchEndpoint` is set to. */
  url: string;
  port: number;
  close(): Promise<void>;
}

export interface NeonEndpointOptions {
  engine: SqlEngine;
  /** User and password of the connection string, decoded. */
  authenticate: (user: string, password: string) => boolean;
  /** 0 or absent: any free port. */
  port?: number;
}

/**
 * Serves Neon's SQL-over-HTTP protocol on 127.0.0.1, as the proxy of Neon and `neon()` of @neondatabase/serverless 1.2
 * speak it. A client that goes away does not cancel its statement; nor does it with Neon.
 */
export async function startNeonEndpoint({
  engine,
  authenticate,
  port = 0,
}: NeonEndpointOptions): Promise<NeonEndpoint> {
  const server = createServer((request, response) => {
    answer(request, engine, authenticate).then(
      (reply) => send(response, reply),
      (error) => send(response, failure(500, error instanceof Error ? error.message : String(error))),
    );
  });
  server.requestTimeout = 0;
  const boundPort = await listen(server, port);
  return { url: `http://127.0.0.1:${boundPort}/sql`, port: boundPort, close: () => closeServer(server) };
}

interface Reply {
  status: number;
  body: unknown;
}

function failure(status: number, message: string, code: string | null = null): Reply {
  return { status, body: { message, code } };
}

function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return;
  const text = JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

async function answer(
  request: IncomingMessage,
  engine: SqlEngine,
  authenticate: NeonEndpointOptions['authenticate'],
): Promise<Reply> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body.status === 'aborted') return failure(400, 'the request was aborted');
  if (!isLoopbackHost(request.headers.host)) return failure(403, 'this endpoint answers on the loopback address only');
  if (request.url?.split('?')[0] !== '/sql') return failure(404, 'not found');
  if (request.method !== 'POST') return failure(405, 'method not allowed');
  if (body.status === 'too_large') return failure(413, `request is too large (max is ${MAX_BODY_BYTES} bytes)`);

  const login = readConnectionString(request.headers['neon-connection-string']);
  if (!login) return failure(400, 'missing or invalid Neon-Connection-String header');
  if (!authenticate(login.user, login.password)) {
    return failure(400, `password authentication failed for user '${login.user}'`, '28P01');
  }

  const options = readTransactionOptions(request.headers);
  if ('error' in options) return failure(400, options.error);
  const parsed = parseBody(body.text);
  if ('error' in parsed) return failure(400, parsed.error, parsed.code);

  const shape: RowShape = {
    rawText: request.headers['neon-raw-text-output'] === 'true',
    arrayMode: request.headers['neon-array-mode'] === 'true',
  };
  try {
    if (parsed.kind === 'single') {
      return { status: 200, body: shapeResult(await engine.runSingle(login.user, parsed.statement), shape) };
    }
    const results = await engine.runBatch(login.user, parsed.statements, options);
    return { status: 200, body: { results: results.map((result) => shapeResult(result, shape)) } };
  } catch (error) {
    const fields = postgresErrorFields(error);
    if (fields) return { status: 400, body: fields };
    return failure(500, error instanceof Error ? error.message : String(error));
  }
}

/** A page in a browser that rebinds its name to 127.0.0.1 sends its own name as Host. */
function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
}

function readConnectionString(header: string | string[] | undefined): { user: string; password: string } | undefined {
  if (typeof header !== 'string' || !/^postgres(ql)?:\/\//.test(header)) return undefined;
  try {
    const url = new URL(header);
    if (!url.username) return undefined;
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch {
    return undefined;
  }
}

function readTransactionOptions(headers: IncomingMessage['headers']): TransactionOptions | { error: string } {
  const options: TransactionOptions = {};
  const isolation = headers['neon-batch-isolation-level'];
  if (isolation !== undefined) {
    if (typeof isolation !== 'string' || !Object.hasOwn(ISOLATION_LEVELS, isolation)) {
      return { error: `invalid isolation level: ${String(isolation)}` };
    }
    options.isolationLevel = isolation as IsolationLevel;
  }
  const readOnly = headers['neon-batch-read-only'];
  if (readOnly !== undefined) options.readOnly = readOnly === 'true';
  const deferrable = headers['neon-batch-deferrable'];
  if (deferrable !== undefined) options.deferrable = deferrable === 'true';
  return options;
}

type ParsedBody =
  | { kind: 'single'; statement: Statement }
  | { kind: 'batch'; statements: Statement[] }
  | { error: string; code: string | null };

function parseBody(text: string): ParsedBody {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { error: `could not parse the HTTP request body: ${(error as Error).message}`, code: null };
  }
  const isBatch = typeof json === 'object' && json !== null && 'queries' in json;
  const items = isBatch ? (json as { queries: unknown }).queries : [json];
  if (!Array.isArray(items))
    return { error: 'could not parse the HTTP request body: queries is not a list', code: null };
  const statements: Statement[] = [];
  for (const item of items) {
    const statement = readStatement(item);
    if ('error' in statement) return statement;
    statements.push(statement);
  }
  return isBatch ? { kind: 'batch', statements } : { kind: 'single', statement: statements[0] as Statement };
}

function readStatement(item: unknown): Statement | { error: string; code: string | null } {
  const { query, params = [] } = (item ?? {}) as { query?: unknown; params?: unknown };
  if (typeof query !== 'string' || !Array.isArray(params)) {
    return { error: 'could not parse the HTTP request body: expected {query, params}', code: null };
  }
  // A NUL would cut the protocol message short; unpaired surrogates are no UTF-8, Neon's parser refuses them too.
  if (query.includes('\0')) return { error: 'string contains embedded null', code: null };
  const texts = params.map(parameterText);
  if (!query.isWellFormed() || texts.some((value) => value !== null && !value.isWellFormed())) {
    return { error: 'could not parse the HTTP request body: lone surrogate in a string', code: null };
  }
  return { query, params: texts };
}

/** JSON to Postgres text, as Neon's proxy does it: lists become array literals, objects JSON. */
function parameterText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return `{${value.map(arrayElementText).join(',')}}`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function arrayElementText(value: unknown): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return parameterText(value) as string;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return `"${(parameterText(value) as string).replace(/["\\]/g, '\\$&')}"`;
}

interface RowShape {
  rawText: boolean;
  arrayMode: boolean;
}

function shapeResult({ command, rowCount, fields, rows }: StatementResult, { rawText, arrayMode }: RowShape): unknown {
  const parsers = rawText ? [] : fields.map((field) => jsonParser(field.dataTypeID));
  const typed = rawText
    ? rows
    : rows.map((row) => row.map((value, index) => (value === null ? null : parsers[index]?.(value))));
  return {
    command,
    rowCount,
    rowAsArray: arrayMode,
    fields: fields.map((field) => ({ ...field, format: 'text' })),
    rows: arrayMode
      ? typed
      : typed.map((row) => Object.fromEntries(fields.map((field, index) => [field.name, row[index]]))),
  };
}

/** bool, int2, int4, float4, float8, json, jsonb and the arrays of them and of text: what Neon gives as JSON values. */
const JSON_TYPES = new Set([16, 21, 23, 700, 701, 114, 3802, 1000, 1005, 1007, 1021, 1022, 199, 3807, 1009, 1015]);

function jsonParser(dataTypeId: number): (value: string) => unknown {
  return JSON_TYPES.has(dataTypeId) ? pg.types.getTypeParser(dataTypeId, 'text') : (value) => value;
}
