import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { closeServer, listen } from '../../../scripts/local/listen.ts';
import type { FaultPlan } from './fault-plan.ts';

export const STREAM_HEADER = 'x-fault-stream';

export interface FaultProxyOptions {
  /** Name in the plan and in counts: `database`, `model`. */
  target: string;
  /** Where requests go, without the path. */
  upstream: string;
  plan: FaultPlan;
  /** Share of requests that something happens to. */
  share: number;
  delayMs: number;
  /** Longer than any deadline of the Worker. */
  hangMs: number;
}

/** An HTTP proxy on the loopback address that plays the faults of a plan, on real sockets. */
export async function startFaultProxy(
  options: FaultProxyOptions,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    void pass(request, response, options).catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

async function pass(request: IncomingMessage, response: ServerResponse, options: FaultProxyOptions): Promise<void> {
  const { plan, target, share } = options;
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const stream = String(request.headers[STREAM_HEADER] ?? 'none');
  const forward = async () => {
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      ['host', 'connection', 'content-length', 'transfer-encoding', STREAM_HEADER].includes(name)
        ? []
        : [[name, String(value)]],
    );
    const answer = await fetch(options.upstream + (request.url ?? '/'), {
      method: request.method ?? 'GET',
      headers,
      body,
    });
    return { status: answer.status, text: await answer.text() };
  };
  switch (plan.next(target, stream, share)) {
    case undefined:
      return send(response, await forward());
    case 'delay':
      await delay(options.delayMs * plan.chance(target, stream));
      return send(response, await forward());
    case 'hang':
      // The client goes away; what it asked for happens all the same, later.
      await delay(options.hangMs);
      return send(response, await forward());
    case 'drop':
      response.destroy();
      return;
    case 'lost':
      await forward();
      response.destroy();
      return;
    case 'cut': {
      const { status, text } = await forward();
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.write(text.slice(0, Math.floor(text.length / 2)));
      await delay(5);
      response.destroy();
      return;
    }
    case 'repeat':
      await forward();
      return send(response, await forward());
    case 'corrupt': {
      const { status, text } = await forward();
      const kinds = [
        { status, text: text.slice(0, Math.floor(text.length * 0.7)) },
        { status: 502, text: '<html><body>502 Bad Gateway</body></html>' },
        { status, text: '' },
        { status, text: `\u0000\u0001${text.slice(3)}` },
      ];
      return send(response, kinds[Math.floor(plan.chance(target, stream) * kinds.length)] ?? kinds[0]!);
    }
  }
}

function send(response: ServerResponse, { status, text }: { status: number; text: string }): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
