import { consumeQueue } from '../../src/jobs/consume-queue.ts';
import type { BackfillQueueMessage } from '../../src/jobs/queue-messages.ts';
import type { Services } from '../../src/services.ts';

export interface Delivered {
  body: unknown;
  outcome: 'ack' | 'retry' | 'none';
  delaySeconds: number | undefined;
}

/** A queue that a test drives by hand: what was sent stands in it until it is delivered to the real consumer. */
export function createBackfillQueue() {
  const waiting: { body: unknown; delayMs: number; attempts: number }[] = [];
  let sent = 0;

  async function deliver(services: Services, bodies: { body: unknown; attempts: number }[], queue: string) {
    const delivered: Delivered[] = bodies.map(({ body }) => ({ body, outcome: 'none', delaySeconds: undefined }));
    const messages = bodies.map(({ body, attempts }, index) => {
      sent += 1;
      const record = delivered[index] as Delivered;
      return {
        id: `message-${sent}`,
        timestamp: new Date(),
        body,
        attempts,
        ack: () => {
          record.outcome = 'ack';
        },
        retry: (options?: { delaySeconds?: number }) => {
          record.outcome = 'retry';
          record.delaySeconds = options?.delaySeconds;
        },
      };
    });
    const batch = { queue, messages, ackAll: () => undefined, retryAll: () => undefined };
    await consumeQueue(batch as unknown as MessageBatch, services);
    return delivered;
  }

  return {
    waiting,
    enqueueBackfill: async (messages: BackfillQueueMessage[], delayMs: number) => {
      for (const body of messages) waiting.push({ body: structuredClone(body), delayMs, attempts: 1 });
    },
    /** Delivers what waits, batch by batch, until nothing is left; what the consumer wants again comes again. */
    async drain(services: Services, options: { batch?: number; rounds?: number } = {}): Promise<Delivered[]> {
      const all: Delivered[] = [];
      for (let round = 0; waiting.length > 0 && round < (options.rounds ?? 50); round++) {
        const taken = waiting.splice(0, options.batch ?? 4);
        const delivered = await deliver(services, taken, 'draftgate-backfill');
        delivered.forEach((record, index) => {
          const { body, attempts } = taken[index] as (typeof taken)[number];
          if (record.outcome !== 'ack') waiting.push({ body, delayMs: 0, attempts: attempts + 1 });
        });
        all.push(...delivered);
      }
      return all;
    },
    deliver: (services: Services, body: unknown, queue = 'draftgate-backfill') =>
      deliver(services, [{ body, attempts: 1 }], queue),
  };
}
