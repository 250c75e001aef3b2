import type { Clock } from '../lib/clock.ts';

/**
 * What one draft went through, stored as one wide event. Fields are codes, counts, ids and milliseconds; never bodies,
 * addresses or names. `stages` holds wall time around I/O (timers stand still during CPU work in a Worker).
 */
export interface Trace {
  set(fields: Record<string, unknown>): void;
  /** Runs a stage and records its milliseconds. */
  stage<T>(name: string, work: () => Promise<T>): Promise<T>;
  toEvent(): Record<string, unknown>;
}

export function startTrace(clock: Clock): Trace {
  const fields: Record<string, unknown> = {};
  const stages: Record<string, number> = {};
  const started = clock().getTime();
  return {
    set: (more) => void Object.assign(fields, more),
    async stage(name, work) {
      const begin = clock().getTime();
      try {
        return await work();
      } finally {
        stages[name] = (stages[name] ?? 0) + clock().getTime() - begin;
      }
    },
    toEvent: () => ({ ...fields, stages, totalMs: clock().getTime() - started }),
  };
}
