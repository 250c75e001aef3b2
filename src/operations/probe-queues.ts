import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';

/** Sends a message that does nothing but come through; its consumer leaves the heartbeat `queue:<binding>`. */
export type SendProbe = (message: { type: 'probe'; probe: string; queue: string }) => Promise<unknown>;

interface Deps {
  clock: Clock;
}

/** Sends a probe through each queue and answers its id. A queue that does not take it is named in `refused`. */
export async function probeQueues(
  deps: Deps,
  queues: Record<string, SendProbe>,
): Promise<{ probe: string; queues: string[]; refused: string[] }> {
  const probe = newId('probe', deps.clock());
  const refused: string[] = [];
  await Promise.all(
    Object.entries(queues).map(([queue, send]) =>
      send({ type: 'probe', probe, queue }).catch(() => void refused.push(queue)),
    ),
  );
  return { probe, queues: Object.keys(queues), refused };
}
