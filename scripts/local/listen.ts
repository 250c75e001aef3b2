import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LocalStartError } from './local-start-error.ts';

const CLOSE_GRACE_MS = 5_000;

/** Listens on 127.0.0.1 (port 0: any free one) and answers the port; a busy port is a `LocalStartError`. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is already in use' : `cannot be opened (${error.code})`;
      reject(new LocalStartError('PORT_BUSY', `port ${port} of 127.0.0.1 ${reason}`, { cause: error }));
    });
    server.listen(port, '127.0.0.1', () => resolve());
  });
  server.keepAliveTimeout = 65_000;
  server.removeAllListeners('error');
  return (server.address() as AddressInfo).port;
}

/** Stops accepting, lets running requests end for at most 5 s, then cuts what is left. */
export async function closeServer(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
