const TIMEOUT_MS = 20_000;

/** MB of live objects in the Worker's isolate, after a collection, as its inspector tells; undefined where it does not. */
export async function workerHeap(base: string, inspectorPort: number): Promise<number | undefined> {
  // An isolate that has nothing to do does not answer its inspector either.
  const awake = setInterval(() => void fetch(`${base}/healthz`).catch(() => undefined), 100);
  try {
    const targets = (await (await fetch(`http://127.0.0.1:${inspectorPort}/json`)).json()) as {
      webSocketDebuggerUrl: string;
    }[];
    const url = targets[0]?.webSocketDebuggerUrl;
    if (url === undefined) return undefined;
    // Its proxy lets nobody in who names no local origin; Node's WebSocket takes headers, the standard's does not.
    const socket = new WebSocket(url, { headers: { origin: 'http://127.0.0.1' } } as unknown as string[]);
    try {
      await once(socket, 'open');
      await send(socket, 1, 'HeapProfiler.collectGarbage');
      const { usedSize } = (await send(socket, 2, 'Runtime.getHeapUsage')) as { usedSize: number };
      return usedSize / 1024 / 1024;
    } finally {
      socket.close();
    }
  } catch {
    return undefined;
  } finally {
    clearInterval(awake);
  }
}

function once(socket: WebSocket, type: 'open'): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), TIMEOUT_MS);
    socket.addEventListener(type, () => {
      clearTimeout(timer);
      resolve();
    });
    socket.addEventListener('error', () => reject(new Error('no connection')));
  });
}

function send(socket: WebSocket, id: number, method: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), TIMEOUT_MS);
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as { id?: number; result?: unknown };
      if (message.id !== id) return;
      clearTimeout(timer);
      resolve(message.result);
    });
    socket.send(JSON.stringify({ id, method, params: {} }));
  });
}
