import { setTimeout as delay } from 'node:timers/promises';
import { currentStream, type FaultPlan } from './fault-plan.ts';

const SHARE = 0.1;
/** How long a location may go on with what it has cached. */
const STALE_MS = 1_500;
const HANG_MS = 1_300;

export interface FaultyKv {
  namespace: KVNamespace;
  /** What is stored, whatever a location sees. */
  stored: Map<string, string>;
}

/** Workers KV of one location: it throws, hangs, and may show for a while what was there before. */
export function createFaultyKv(plan: FaultPlan): FaultyKv {
  const stored = new Map<string, string>();
  const before = new Map<string, { value: string | undefined; at: number }>();
  const stream = () => currentStream.getStore() ?? 'none';
  const write = (key: string, value: string | undefined) => {
    before.set(key, { value: stored.get(key), at: Date.now() });
    if (value === undefined) stored.delete(key);
    else stored.set(key, value);
  };
  async function disturb(): Promise<void> {
    const fault = plan.next('kv', stream(), SHARE, ['drop', 'hang']);
    if (fault === 'hang') await delay(HANG_MS);
    if (fault === 'drop') throw new Error('KV is not available');
  }
  const namespace = {
    get: async (key: string) => {
      await disturb();
      const old = before.get(key);
      if (old !== undefined && Date.now() - old.at < STALE_MS && plan.chance('kv-stale', stream()) < 0.5) {
        return old.value ?? null;
      }
      return stored.get(key) ?? null;
    },
    put: async (key: string, value: string) => {
      await disturb();
      write(key, value);
    },
    delete: async (key: string) => {
      await disturb();
      write(key, undefined);
    },
    list: async ({ prefix = '' } = {}) => {
      await disturb();
      const keys = [...stored.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name }));
      return { keys, list_complete: true, cacheStatus: null };
    },
  } as unknown as KVNamespace;
  return { namespace, stored };
}
