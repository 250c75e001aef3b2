import type { IncomingMessage } from 'node:http';

/** The whole request body as UTF-8 text; `too_large` above `maxBytes`, `aborted` when the client went away. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<{ status: 'ok'; text: string } | { status: 'too_large' } | { status: 'aborted' }> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      // The rest is read and thrown away, so that the client gets its answer instead of a reset connection.
      if (size <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
    }
  } catch {
    return { status: 'aborted' };
  }
  if (size > maxBytes) return { status: 'too_large' };
  return { status: 'ok', text: Buffer.concat(chunks).toString('utf8') };
}
