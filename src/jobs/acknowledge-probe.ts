import type { Services } from '../services.ts';
import type { QueueProbe } from './queue-messages.ts';

/** A probe came through its queue: the heartbeat says so. */
export function acknowledgeProbe({ queue, probe }: QueueProbe, services: Services): Promise<void> {
  return services.recordHeartbeats([{ name: `queue:${queue}`, ok: true, detail: { probe } }]);
}
