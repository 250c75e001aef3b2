import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listen } from './listen.ts';
import { type ModelReply, openAiError } from './openai-shapes.ts';
import { readBody } from './read-body.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

export interface ModelRequest {
  method: string;
  path: string;
  /** Of the Authorization header; empty without one. */
  apiKey: string;
  /** Parsed JSON; undefined without a body. */
  body: unknown;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}

export interface ModelServer {
  /** http://127.0.0.1:PORT/v1 */
  baseUrl: string;
  port: number;
  close(): Promise<void>;
}

/** `undefined` from the handler means no answer at all: the connection is cut. */
export type ModelHandler = (request: ModelRequest) => Promise<ModelReply | undefined>;

/** An HTTP server on 127.0.0.1 for JSON in and out, in OpenAI's manners; port 0 is any free one. */
export async function startModelServer(handle: ModelHandler, port = 0): Promise<ModelServer> {
  const server = createServer((request, response) => {
    answer(request, response, handle).then(
      (reply) => send(response, reply),
      (error) => send(response, openAiError(500, error instanceof Error ? error.message : String(error))),
    );
  });
  const boundPort = await listen(server, port);
  return { baseUrl: `http://127.0.0.1:${boundPort}/v1`, port: boundPort, close: () => closeServer(server) };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handle: ModelHandler,
): Promise<ModelReply | undefined> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const received = await readBody(request, MAX_BODY_BYTES);
  if (received.status === 'aborted') return undefined;
  if (received.status === 'too_large') return openAiError(413, 'The request body is too large.');
  let body: unknown;
  if (received.text !== '') {
    try {
      body = JSON.parse(received.text);
    } catch {
      return openAiError(400, 'We could not parse the JSON body of your request.');
    }
  }
  return handle({
    method: request.method ?? 'GET',
    path: (request.url ?? '/').split('?')[0] ?? '/',
    apiKey: /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '',
    body,
    signal: gone.signal,
  });
}

function send(response: ServerResponse, reply: ModelReply | undefined): void {
  if (response.destroyed) return;
  if (!reply) {
    response.destroy();
    return;
  }
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'x-draftgate-offline': 'true',
    ...reply.headers,
  });
  response.end(text);
}
