import { consumeQueue } from '../../../src/jobs/consume-queue.ts';
import type { Services } from '../../../src/services.ts';
import { currentStream, type FaultPlan } from './fault-plan.ts';

interface Waiting {
  id: string;
  queue: string;
  body: unknown;
  attempts: number;
}

const MOST_ATTEMPTS = 10;
const REFUSED = 0.05;
const DOUBLED = 0.2;
const LOST_ACKNOWLEDGEMENT = 0.1;

export interface FaultyQueues {
  send(queue: string, bodies: unknown[]): Promise<void>;
  /** Delivers some of what waits, in no order, some of it twice, and answers how many. Delays are not waited for. */
  deliver(services: Services, most: number, random: () => number): Promise<number>;
  size(): number;
  counts: { delivered: number; doubled: number; redelivered: number; dead: number; refused: number };
}

/** Queues as Cloudflare's: at least once, in no order, with retries and dead letters; and they may refuse a message. */
export function createFaultyQueues(plan: FaultPlan): FaultyQueues {
  const waiting: Waiting[] = [];
  const counts = { delivered: 0, doubled: 0, redelivered: 0, dead: 0, refused: 0 };
  let sent = 0;
  const stream = () => currentStream.getStore() ?? 'none';

  function put(queue: string, body: unknown, attempts = 1): void {
    sent += 1;
    waiting.push({ id: `m${sent}`, queue, body: structuredClone(body), attempts });
  }

  async function deliverBatch(services: Services, queue: string, batch: Waiting[]): Promise<void> {
    const open = new Map(batch.map((message) => [message, 'none' as 'none' | 'ack' | 'retry']));
    const messages = batch.map((message) => ({
      id: message.id,
      body: message.body,
      attempts: message.attempts,
      timestamp: new Date(),
      ack: () => open.set(message, 'ack'),
      retry: () => open.set(message, 'retry'),
    }));
    counts.delivered += batch.length;
    await consumeQueue({ queue, messages } as unknown as MessageBatch, services);
    for (const [message, outcome] of open) {
      const lost = plan.chance('queue-ack', `${message.id} ${message.attempts}`) < LOST_ACKNOWLEDGEMENT;
      if (outcome === 'ack' && !lost) continue;
      counts.redelivered += 1;
      if (message.attempts < MOST_ATTEMPTS) put(message.queue, message.body, message.attempts + 1);
      else {
        counts.dead += 1;
        if (!message.queue.includes('dead-letters')) put(deadLetterQueue(message.queue), message.body);
      }
    }
  }

  return {
    counts,
    size: () => waiting.length,
    async send(queue, bodies) {
      if (plan.chance('queue-send', stream()) < REFUSED) {
        counts.refused += 1;
        throw new Error('the queue does not take messages');
      }
      for (const body of bodies) put(queue, body);
    },
    async deliver(services, most, random) {
      const taken: Waiting[] = [];
      while (taken.length < most && waiting.length > 0) {
        taken.push(...waiting.splice(Math.floor(random() * waiting.length), 1));
      }
      const doubles = taken.filter((message) => plan.chance('queue-double', `${message.id}`) < DOUBLED);
      counts.doubled += doubles.length;
      const queues = [...new Set(taken.map(({ queue }) => queue))];
      await Promise.all(
        queues.flatMap((queue) => {
          const of = (messages: Waiting[]) => messages.filter((message) => message.queue === queue);
          const copies = of(doubles).map((message) => ({ ...message, id: `${message.id}x` }));
          return [of(taken), copies]
            .filter((batch) => batch.length > 0)
            .map((batch) => deliverBatch(services, queue, batch));
        }),
      );
      return taken.length;
    },
  };
}

function deadLetterQueue(queue: string): string {
  return queue === 'draftgate-draft-retries' ? 'draftgate-dead-letters' : `${queue}-dead-letters`;
}
