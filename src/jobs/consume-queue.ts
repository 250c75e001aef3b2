import type { z } from 'zod';
import { AppError, ERROR_CODES } from '../lib/errors.ts';
import type { Services } from '../services.ts';
import { acknowledgeProbe } from './acknowledge-probe.ts';
import { ALERTS_QUEUE, consumeAlertDeadLetters, consumeAlerts } from './consume-alerts.ts';
import { BACKFILL_QUEUE, consumeBackfill, consumeBackfillDeadLetters } from './consume-backfill.ts';
import { queueMessageSchema } from './queue-messages.ts';

const RETRY_DELAY_SECONDS = 30;
const STAGING_PREFIX = 'draftgate-staging-';

/** Handles a batch, message by message. What can be tried again is; what cannot is acknowledged and logged by its code. */
export async function consumeQueue(received: MessageBatch, services: Services): Promise<void> {
  const batch = namedAsInProduction(received);
  if (batch.queue === BACKFILL_QUEUE) return consumeBackfill(batch, services);
  if (batch.queue.startsWith(BACKFILL_QUEUE)) return consumeBackfillDeadLetters(batch, services);
  if (batch.queue === ALERTS_QUEUE) return consumeAlerts(batch, services);
  if (batch.queue.startsWith(ALERTS_QUEUE)) return consumeAlertDeadLetters(batch, services);
  for (const message of batch.messages) {
    const parsed = queueMessageSchema.safeParse(message.body);
    if (!parsed.success || batch.queue.includes('dead-letters')) {
      await bury(message, batch.queue, parsed.data, services);
      continue;
    }
    try {
      if (parsed.data.type === 'probe') {
        await acknowledgeProbe(parsed.data, services);
        message.ack();
        continue;
      }
      const { businessId, messageId } = parsed.data;
      // Whatever comes of it is stored with the draft; a retry that fails again has queued the next one itself.
      await services.generateDraft({ businessId, messageId, retry: 'now' });
      message.ack();
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'INTERNAL';
      services.logger.error('queue.failed', { type: parsed.data.type, code });
      if (ERROR_CODES[code].retryable) message.retry({ delaySeconds: RETRY_DELAY_SECONDS });
      else message.ack();
    }
  }
}

/** Staging's queues have a name of their own in the account, and do the same. */
function namedAsInProduction(batch: MessageBatch): MessageBatch {
  if (!batch.queue.startsWith(STAGING_PREFIX)) return batch;
  const queue = `draftgate-${batch.queue.slice(STAGING_PREFIX.length)}`;
  const { messages, metadata } = batch;
  return { queue, messages, metadata, ackAll: () => batch.ackAll(), retryAll: (options) => batch.retryAll(options) };
}

/** What cannot be read, and what the queue gave up on, is kept in Postgres; cron goes on with the draft. */
async function bury(
  message: Message,
  queue: string,
  body: z.infer<typeof queueMessageSchema> | undefined,
  services: Services,
): Promise<void> {
  services.logger.error(body === undefined ? 'queue.malformed' : 'queue.dead-letter', { queue, id: message.id });
  try {
    await services.buryRetry({
      messageId: message.id,
      attempts: message.attempts,
      retry: body?.type === 'draft-retry' ? { businessId: body.businessId, messageId: body.messageId } : null,
      characters: JSON.stringify(message.body ?? null).length,
    });
    message.ack();
  } catch {
    services.logger.error('queue.not-kept', { queue, id: message.id });
    message.retry({ delaySeconds: RETRY_DELAY_SECONDS });
  }
}
