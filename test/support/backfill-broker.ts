import { type ChildProcess, fork } from 'node:child_process';
import type { ConsumerSettings, FromConsumer } from './backfill-consumer.ts';

interface Waiting {
  id: string;
  body: unknown;
  attempts: number;
  dueAt: number;
}

const QUEUE = 'draftgate-backfill';
const MOST_ATTEMPTS = 10;
const BATCH = 4;

/**
 * A queue as Cloudflare's: at least once, in no order, with delays, retries and dead letters, one batch at a time. Its
 * consumer is a process that can be killed at any moment; what it had not acknowledged comes again.
 */
export function createBackfillBroker(settings: ConsumerSettings, options: { doubles?: number } = {}) {
  const waiting: Waiting[] = [];
  const dead: Waiting[] = [];
  const flying = new Map<string, Waiting>();
  let consumer: ChildProcess | undefined;
  let busy = false;
  let closed = false;
  let sent = 0;
  let flyingQueue = QUEUE;
  const counts = { delivered: 0, redelivered: 0, doubled: 0, retried: 0, delayed: 0, kills: 0, buried: 0 };

  function put(body: unknown, delayMs = 0): void {
    sent += 1;
    waiting.push({ id: `m${sent}`, body, attempts: 1, dueAt: Date.now() + delayMs });
    if (delayMs > 0) counts.delayed += 1;
    // At least once: some come twice.
    if (options.doubles !== undefined && sent % Math.round(1 / options.doubles) === 0) {
      counts.doubled += 1;
      waiting.push({ id: `m${sent}x`, body: structuredClone(body), attempts: 1, dueAt: Date.now() + delayMs + 500 });
    }
  }

  function start(): void {
    if (closed) return;
    const child = fork(new URL('./backfill-consumer.ts', import.meta.url).pathname, [], {
      env: { ...process.env, CONSUMER_SETTINGS: JSON.stringify(settings) },
      serialization: 'advanced',
      execArgv: [],
    });
    consumer = child;
    busy = true;
    child.on('message', (message: FromConsumer) => {
      if (child === consumer) receive(message);
    });
    child.on('exit', () => {
      if (child !== consumer) return;
      // Nobody acknowledged these.
      for (const message of flying.values()) {
        waiting.push({ ...message, attempts: message.attempts + 1, dueAt: Date.now() });
        counts.redelivered += 1;
      }
      flying.clear();
      start();
    });
  }

  function receive(message: FromConsumer): void {
    switch (message.type) {
      case 'ready':
      case 'finished':
        busy = false;
        break;
      case 'ack':
        flying.delete(message.id);
        break;
      case 'retry': {
        const again = flying.get(message.id);
        flying.delete(message.id);
        if (again === undefined) break;
        counts.retried += 1;
        if (again.attempts >= MOST_ATTEMPTS && flyingQueue === QUEUE) dead.push(again);
        else
          waiting.push({
            ...again,
            attempts: again.attempts + 1,
            dueAt: Date.now() + Math.min(1_000, (message.delaySeconds ?? 0) * 1000),
          });
        break;
      }
      case 'send':
        for (const body of message.messages) put(body, message.delayMs);
        break;
    }
  }

  const timer = setInterval(() => {
    if (busy || consumer === undefined) return;
    const letters = dead.splice(0, BATCH);
    const due = letters.length > 0 ? letters : takeDue();
    if (due.length === 0) return;
    busy = true;
    flyingQueue = letters.length > 0 ? `${QUEUE}-dead-letters` : QUEUE;
    counts.buried += letters.length;
    counts.delivered += due.length;
    for (const message of due) flying.set(message.id, message);
    consumer.send({ queue: flyingQueue, messages: due.map(({ id, attempts, body }) => ({ id, attempts, body })) });
  }, 5);

  function takeDue(): Waiting[] {
    const due: Waiting[] = [];
    for (let i = waiting.length - 1; i >= 0 && due.length < BATCH; i--) {
      // From the end: a queue keeps no order.
      if ((waiting[i]?.dueAt ?? 0) <= Date.now()) due.push(...waiting.splice(i, 1));
    }
    return due;
  }

  start();
  return {
    counts,
    put,
    isBusy: () => busy && flying.size > 0,
    /** SIGKILL, in whatever it is doing. */
    kill(): void {
      counts.kills += 1;
      consumer?.kill('SIGKILL');
    },
    async close(): Promise<void> {
      closed = true;
      clearInterval(timer);
      const child = consumer;
      consumer = undefined;
      child?.kill('SIGKILL');
    },
  };
}
