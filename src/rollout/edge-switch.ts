import { z } from 'zod';
import type { EdgeState } from './decide.ts';

/** KV's shortest cache time, in seconds: other locations see a write after up to a minute and more. */
const CACHE_TTL_SECONDS = 30;
const KV_TIMEOUT_MS = 1_000;
const WRITE_TIMEOUT_MS = 3_000;

const switchSchema = z.union([
  z.literal('off').transform(() => ({ state: 'off' as const })),
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'neither "off" nor JSON' });
        return z.NEVER;
      }
    })
    .pipe(
      z.object({
        state: z.enum(['off', 'on']),
        reason: z.string().optional(),
        by: z.string().optional(),
        at: z.string().optional(),
        id: z.string().optional(),
      }),
    ),
]);

export type EdgeReading =
  | { state: 'absent' | 'unreadable' }
  | {
      state: 'off';
      reason?: string | undefined;
      by?: string | undefined;
      /** When it was switched off, where the writer says so. */
      at?: Date | undefined;
      /** Id of the rollback that wrote it. */
      id?: string | undefined;
    };

export interface EdgeOff {
  reason: string;
  by: string;
  at: Date;
  id: string;
}

/** The port to the switch that everybody obeys at once; `createEdgeSwitch` is its adapter over KV. */
export interface EdgeSwitch {
  /** Never throws: what cannot be read is `unreadable`, and counts as off. */
  read(feature: string): Promise<EdgeReading>;
  /** Throws where KV does not take the value in time. */
  writeOff(feature: string, off: EdgeOff): Promise<void>;
  /** Absent means that Postgres decides. Throws where KV does not answer in time. */
  clear(feature: string): Promise<void>;
}

export function createEdgeSwitch(flags: KVNamespace): EdgeSwitch {
  return {
    read: (feature) => readEdgeSwitch(flags, feature),
    writeOff: (feature, { reason, by, at, id }) =>
      withTimeout(
        flags.put(keyOf(feature), JSON.stringify({ state: 'off', reason, by, at: at.toISOString(), id })),
        WRITE_TIMEOUT_MS,
      ),
    clear: (feature) => withTimeout(flags.delete(keyOf(feature)), WRITE_TIMEOUT_MS),
  };
}

/** The state alone, as the draft's decision takes it. */
export async function readEdgeState(edge: EdgeSwitch, feature: string): Promise<EdgeState> {
  return (await edge.read(feature)).state;
}

function keyOf(feature: string): string {
  return `feature:${feature}`;
}

/** Fails closed: an error, a slow read or a value that we do not understand is `unreadable`. */
async function readEdgeSwitch(flags: KVNamespace, feature: string): Promise<EdgeReading> {
  try {
    const value = await withTimeout(flags.get(keyOf(feature), { cacheTtl: CACHE_TTL_SECONDS }), KV_TIMEOUT_MS);
    if (value === null) return { state: 'absent' };
    const parsed = switchSchema.safeParse(value.trim());
    if (!parsed.success) return { state: 'unreadable' };
    if (parsed.data.state === 'on') return { state: 'absent' };
    const { at, ...off } = { at: undefined, ...parsed.data };
    const time = new Date(at ?? Number.NaN);
    return { ...off, state: 'off', ...(Number.isNaN(time.getTime()) ? {} : { at: time }) };
  } catch {
    return { state: 'unreadable' };
  }
}

async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timeout')), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
