import type { Sent } from './channels.ts';

/** A pause that a channel asks for is honoured up to this: what a queue can wait. */
const LONGEST_WAIT_MS = 12 * 60 * 60_000;

/** Posts JSON and tells what came of it. Never throws, never follows redirects, ends within `timeoutMs`. */
export async function postJson(url: string, body: unknown, timeoutMs: number): Promise<Sent> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    // Its words are not ours to keep; unread, they would hold the connection.
    await response.body?.cancel().catch(() => undefined);
    if (response.status >= 200 && response.status < 300) return { status: 'sent' };
    return {
      status: 'not-sent',
      code: `http-${response.status}`,
      waitMs: retryAfterMs(response.headers.get('retry-after')),
    };
  } catch (error) {
    const timedOut = error instanceof Error && /timeout|abort/i.test(`${error.name} ${error.message}`);
    return { status: 'not-sent', code: timedOut ? 'timeout' : 'unreachable', waitMs: null };
  }
}

/** Retry-After as seconds or as a date; null where it says nothing usable. */
export function retryAfterMs(header: string | null, now: number = Date.now()): number | null {
  if (header === null) return null;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, LONGEST_WAIT_MS) : null;
}
