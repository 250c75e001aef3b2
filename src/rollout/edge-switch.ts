import { z } from 'zod';
import type { EdgeState } from './decide.ts';

/** KV's shortest cache time, in seconds: other locations see a write after up to a minute and more. */
const CACHE_TTL_SECONDS = 30;
const READ_TIMEOUT_MS = 1_000;

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
    .pipe(z.object({ state: z.enum(['off', 'on']), reason: z.string().optional(), by: z.string().optional() })),
]);

/** Reads the switch of a feature. Fails closed: an error, a slow read or a value that we do not understand is `unreadable`. */
export async function readEdgeSwitch(flags: KVNamespace, feature: string): Promise<EdgeState> {
  try {
    const value = await withTimeout(flags.get(`feature:${feature}`, { cacheTtl: CACHE_TTL_SECONDS }), READ_TIMEOUT_MS);
    if (value === null) return 'absent';
    const parsed = switchSchema.safeParse(value.trim());
    if (!parsed.success) return 'unreadable';
    return parsed.data.state === 'off' ? 'off' : 'absent';
  } catch {
    return 'unreadable';
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
