import { AppError, ERROR_CODES } from '../lib/errors.ts';
import type { Services } from '../services.ts';
import { acknowledgeProbe } from './acknowledge-probe.ts';
import { BACKFILL_QUEUE, consumeBackfill, consumeBackfillDeadLetters } from './consume-backfill.ts';
import { queueMessageSchema } from './queue-messages.ts';

const RETRY_DELAY_SECONDS = 30;
const STAGING_PREFIX = 'draftgate-staging-';

/** Handles a batch, message by message. What can be tried again is; what cannot is acknowledged and logged by its code. */
export async function consumeQueue(received: MessageBatch, services: Services): Promise<void> {
  const batch = namedAsInProduction(received);
  if (batch.queue === BACKFILL_QUEUE) return consumeBackfill(batch, services);
  if (batch.queue.startsWith(BACKFILL_QUEUE)) return consumeBackfillDeadLetters(batch, services);
  for (const message of batch.messages) {
    const parsed = queueMessageSchema.safeParse(message.body);
    if (!parsed.success) {
      services.logger.error('queue.malformed', { queue: batch.queue, id: message.id });
      message.ack();
      continue;
    }
    if (batch.queue.includes('dead-letters')) {
      services.logger.error('queue.dead-letter', { type: parsed.data.type, id: message.id });
      message.ack();
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
