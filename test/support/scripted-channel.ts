import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a channel's endpoint does with one request: answers, or says nothing at all. */
export type ChannelStep = { status: number; headers?: Record<string, string> } | 'hang';

export interface ReceivedRequest {
  path: string;
  contentType: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: payloads are looked into field by field
  body: any;
}

/** A local endpoint in the place of Slack or PagerDuty: takes everything down, and answers as scripted, then 200. */
export async function startScriptedChannel() {
  const received: ReceivedRequest[] = [];
  const script: ChannelStep[] = [];
  const open = new Set<ServerResponse>();
  const server = createServer(async (request, response) => {
    received.push(await read(request));
    const step = script.shift() ?? { status: 200 };
    if (step === 'hang') {
      open.add(response);
      return;
    }
    response.writeHead(step.status, step.headers).end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    script,
    reset() {
      received.length = 0;
      script.length = 0;
    },
    async close() {
      for (const response of open) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type ScriptedChannel = Awaited<ReturnType<typeof startScriptedChannel>>;

async function read(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    path: request.url ?? '',
    contentType: request.headers['content-type'],
    body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
  };
}
