import { z } from 'zod';
import { cleanText } from '../mail/clean-text.ts';
import type { EdgeState } from './decide.ts';

/** KV's shortest cache time, in seconds: other locations see a write after up to a minute and more. */
const CACHE_TTL_SECONDS = 30;
const KV_TIMEOUT_MS = 1_000;
const WRITE_TIMEOUT_MS = 3_000;

/** Whoever writes "off" means it: what else stands beside it is taken as far as it can be. */
const said = z.string().transform(cleanText).optional().catch(undefined);
const state = <T extends string>(...known: [T, ...T[]]) => z.string().toLowerCase().pipe(z.enum(known));
const switchSchema = z.union([
  state('off').transform((off) => ({ state: off })),
  z.object({ state: state('off', 'on'), reason: said, by: said, at: said, id: said }),
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
    const parsed = switchSchema.safeParse(jsonOrText(value.trim()));
    if (!parsed.success) return { state: 'unreadable' };
    if (parsed.data.state === 'on') return { state: 'absent' };
    const { at, ...off } = { at: undefined, ...parsed.data };
    const time = new Date(at ?? Number.NaN);
    // Years that Postgres reads otherwise, or not at all, are no time of a switch.
    return { ...off, state: 'off', ...(time.getTime() > 0 ? { at: time } : {}) };
  } catch {
    return { state: 'unreadable' };
  }
}

/** JSON, or the word itself as an operator types it. */
function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
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
