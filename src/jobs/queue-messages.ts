import { z } from 'zod';

/** A draft to be tried again. Carries ids only. */
export const draftRetrySchema = z.object({
  type: z.literal('draft-retry'),
  businessId: z.string().min(1),
  messageId: z.string().min(1),
});
export type DraftRetry = z.infer<typeof draftRetrySchema>;

/** Everything that stands in a queue, parsed again on receipt. */
export const queueMessageSchema = z.discriminatedUnion('type', [draftRetrySchema]);
export type QueueMessage = z.infer<typeof queueMessageSchema>;
