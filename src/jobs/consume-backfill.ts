import { AppError, ERROR_CODES } from '../lib/errors.ts';
import type { Services } from '../services.ts';
import { acknowledgeProbe } from './acknowledge-probe.ts';
import { runMaintenanceStep } from './maintenance-tasks.ts';
import { type BackfillQueueMessage, backfillMessageSchema } from './queue-messages.ts';

export const BACKFILL_QUEUE = 'draftgate-backfill';
const FIRST_RETRY_SECONDS = 15;
const LONGEST_RETRY_SECONDS = 600;

type Received<T extends BackfillQueueMessage['type']> = {
  message: Message;
  body: Extract<BackfillQueueMessage, { type: T }>;
};

/**
 * Handles a batch of the backfill queue: pages together, so that they fill the embedding requests, plans and maintenance
 * one by one. Who has to wait for the budget is sent again and acknowledged: waiting uses up no retries.
 */
export async function consumeBackfill(batch: MessageBatch, services: Services): Promise<void> {
  const pages: Received<'backfill-page'>[] = [];
  for (const message of batch.messages) {
    const parsed = backfillMessageSchema.safeParse(message.body);
    if (!parsed.success) {
      services.logger.error('queue.malformed', { queue: batch.queue, id: message.id });
      await settle(message, services, () => bury(batch.queue, message, null, services));
      continue;
    }
    const { data: body } = parsed;
    if (body.type === 'backfill-page') pages.push({ message, body });
    else await settle(message, services, () => handle(body, services));
  }
  await workOnPages(pages, services);
}

function handle(body: Exclude<BackfillQueueMessage, { type: 'backfill-page' }>, services: Services): Promise<void> {
  switch (body.type) {
    case 'backfill-plan':
      return services.planBackfill(body.businessId, body.backfillId);
    case 'probe':
      return acknowledgeProbe(body, services);
    case 'maintenance':
      return runMaintenanceStep(services, body.task, body.cursor);
  }
}

async function workOnPages(pages: Received<'backfill-page'>[], services: Services): Promise<void> {
  if (pages.length === 0) return;
  try {
    const worked = await services.workOnBackfillPages(pages.map(({ body }) => body));
    for (const [index, { message, body }] of pages.entries()) {
      const { remaining, interruption } = worked[index] ?? { remaining: body.ids, interruption: null };
      if (remaining.length === 0) message.ack();
      else if (interruption?.because === 'rate') {
        await settle(message, services, () =>
          services.enqueueBackfill([{ ...body, ids: remaining }], interruption.waitMs),
        );
      } else retry(message);
    }
  } catch (error) {
    services.logger.error('queue.failed', { type: 'backfill-page', code: codeOf(error) });
    for (const { message } of pages) retry(message);
  }
}

/** Acknowledges what succeeded. What cannot succeed later either is acknowledged too, and logged. */
async function settle(message: Message, services: Services, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    message.ack();
  } catch (error) {
    const code = codeOf(error);
    services.logger.error('queue.failed', { id: message.id, code });
    if (ERROR_CODES[code].retryable) retry(message);
    else message.ack();
  }
}

function retry(message: Message): void {
  const delaySeconds = Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** Math.max(0, message.attempts - 1));
  message.retry({ delaySeconds });
}

function codeOf(error: unknown): keyof typeof ERROR_CODES {
  return error instanceof AppError ? error.code : 'INTERNAL';
}

/** What the backfill queue gave up on is kept in Postgres, and its mails are marked as failed. */
export async function consumeBackfillDeadLetters(batch: MessageBatch, services: Services): Promise<void> {
  for (const message of batch.messages) {
    const parsed = backfillMessageSchema.safeParse(message.body);
    const body = parsed.success ? parsed.data : null;
    services.logger.error('queue.dead-letter', { type: body?.type ?? 'malformed', id: message.id });
    await settle(message, services, () => bury(BACKFILL_QUEUE, message, body, services));
  }
}

function bury(queue: string, message: Message, body: BackfillQueueMessage | null, services: Services): Promise<void> {
  return services.buryBackfillMessage({
    queue,
    id: message.id,
    attempts: message.attempts,
    body: message.body,
    message: body === null || body.type === 'maintenance' || body.type === 'probe' ? null : body,
  });
}
