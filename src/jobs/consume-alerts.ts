import { AppError, ERROR_CODES } from '../lib/errors.ts';
import type { Services } from '../services.ts';
import { acknowledgeProbe } from './acknowledge-probe.ts';
import { alertMessageSchema } from './queue-messages.ts';

export const ALERTS_QUEUE = 'draftgate-alerts';
const FIRST_RETRY_SECONDS = 15;
const LONGEST_RETRY_SECONDS = 600;
const LONGEST_DELAY_SECONDS = 43_200;

/** Makes the deliveries of a batch side by side: a channel that hangs does not hold the others up. */
export async function consumeAlerts(batch: MessageBatch, services: Services): Promise<void> {
  await Promise.all(batch.messages.map((message) => deliver(message, services)));
}

async function deliver(message: Message, services: Services): Promise<void> {
  const parsed = alertMessageSchema.safeParse(message.body);
  if (!parsed.success) {
    services.logger.error('queue.malformed', { queue: ALERTS_QUEUE, id: message.id });
    return bury(message, services);
  }
  try {
    if (parsed.data.type === 'probe') {
      await acknowledgeProbe(parsed.data, services);
      return message.ack();
    }
    const outcome = await services.deliverAlert(parsed.data.id);
    if (outcome.status === 'settled') message.ack();
    else message.retry({ delaySeconds: Math.min(LONGEST_DELAY_SECONDS, Math.ceil(outcome.waitMs / 1000)) });
  } catch (error) {
    services.logger.error('queue.failed', { type: parsed.data.type, code: codeOf(error) });
    retryLater(message);
  }
}

/** What the alert queue gave up on is kept in Postgres. */
export async function consumeAlertDeadLetters(batch: MessageBatch, services: Services): Promise<void> {
  for (const message of batch.messages) {
    services.logger.error('queue.dead-letter', { queue: ALERTS_QUEUE, id: message.id });
    await bury(message, services);
  }
}

async function bury(message: Message, services: Services): Promise<void> {
  const parsed = alertMessageSchema.safeParse(message.body);
  try {
    await services.buryDelivery({
      messageId: message.id,
      attempts: message.attempts,
      deliveryId: parsed.success && parsed.data.type === 'alert-delivery' ? parsed.data.id : null,
      characters: JSON.stringify(message.body ?? null).length,
    });
    message.ack();
  } catch (error) {
    const code = codeOf(error);
    services.logger.error('queue.failed', { id: message.id, code });
    if (ERROR_CODES[code].retryable) retryLater(message);
    else message.ack();
  }
}

function retryLater(message: Message): void {
  const doubled = FIRST_RETRY_SECONDS * 2 ** Math.max(0, message.attempts - 1);
  message.retry({ delaySeconds: Math.min(LONGEST_RETRY_SECONDS, doubled) });
}

function codeOf(error: unknown): keyof typeof ERROR_CODES {
  return error instanceof AppError ? error.code : 'INTERNAL';
}
