import { createServer } from 'node:http';
import { closeServer, listen } from '../../local/listen.ts';

export interface CountingRelay {
  url: string;
  /** Milliseconds of each request since the last `reset`, as seen from here. */
  times: () => number[];
  reset: () => void;
  close: () => Promise<void>;
}

/** Passes requests on to an HTTP endpoint unchanged, and keeps count and time of them. */
export async function startCountingRelay(endpoint: string): Promise<CountingRelay> {
  let times: number[] = [];
  const server = createServer(async (request, response) => {
    const started = performance.now();
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        name.startsWith('neon-') || name === 'content-type' ? [[name, String(value)]] : [],
      );
      const answer = await fetch(endpoint, { method: 'POST', headers, body: Buffer.concat(chunks) });
      const body = Buffer.from(await answer.arrayBuffer());
      times.push(performance.now() - started);
      response
        .writeHead(answer.status, { 'content-type': 'application/json', 'content-length': body.length })
        .end(body);
    } catch {
      response.destroy();
    }
  });
  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}/sql`,
    times: () => times,
    reset: () => {
      times = [];
    },
    close: () => closeServer(server),
  };
}
