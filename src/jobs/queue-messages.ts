import { z } from 'zod';

const id = z.string().min(1).max(500);

/** A draft to be tried again. Carries ids only. */
export const draftRetrySchema = z.object({
  type: z.literal('draft-retry'),
  businessId: z.string().min(1),
  messageId: z.string().min(1),
});
export type DraftRetry = z.infer<typeof draftRetrySchema>;

/** Does nothing but come through. */
export const probeSchema = z.object({
  type: z.literal('probe'),
  probe: z.string().max(100),
  queue: z.string().max(100),
});
export type QueueProbe = z.infer<typeof probeSchema>;

/** Everything that stands in the queue of draft retries, parsed again on receipt. */
export const queueMessageSchema = z.discriminatedUnion('type', [draftRetrySchema, probeSchema]);

/** The next step of a maintenance task that had more to do. */
export const maintenanceStepSchema = z.object({
  type: z.literal('maintenance'),
  task: z.string().max(100),
  cursor: z.object({ at: z.string().max(100), id: z.string().max(500) }),
});
export type MaintenanceStep = z.infer<typeof maintenanceStepSchema>;

/** Everything that stands in the backfill queue. */
export const backfillMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('backfill-plan'), businessId: id, backfillId: id }),
  z.object({ type: z.literal('backfill-page'), businessId: id, backfillId: id, ids: z.array(id).min(1).max(1_000) }),
  maintenanceStepSchema,
  probeSchema,
]);
export type BackfillQueueMessage = z.infer<typeof backfillMessageSchema>;

/** Everything that stands in the alert queue: ids of rows in the outbox. */
export const alertMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('alert-delivery'), id }),
  probeSchema,
]);
export type AlertQueueMessage = z.infer<typeof alertMessageSchema>;

export type QueueMessage = z.infer<typeof queueMessageSchema> | BackfillQueueMessage | AlertQueueMessage;
