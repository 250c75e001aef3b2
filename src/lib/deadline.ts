import type { Clock } from './clock.ts';

/** A point in time that a whole draft has to be ready by. */
export interface Deadline {
  /** Milliseconds left, never negative. */
  remainingMs(): number;
  /** A signal that aborts after `ms` or at the deadline, whichever comes first. */
  signal(ms: number): AbortSignal;
}

/** A deadline `ms` from now by `clock`. */
export function deadlineIn(ms: number, clock: Clock): Deadline {
  const end = clock().getTime() + ms;
  const remainingMs = () => Math.max(0, end - clock().getTime());
  return { remainingMs, signal: (limit) => AbortSignal.timeout(Math.max(1, Math.min(limit, remainingMs()))) };
}
