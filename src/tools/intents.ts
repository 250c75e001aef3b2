/** The closed list of intents, and the tool data that each requires before a model may write a body. */
export const INTENTS = {
  ORDER: 'order',
  TRACKING: 'order',
  DELIVERY: 'order',
  RETURN: 'order',
  REFUND: 'order',
  CANCELLATION: 'order',
  INVOICE: 'order',
  PRODUCT: 'none',
  APPOINTMENT: 'appointment',
  ACCOUNT: 'none',
  COMPLAINT: 'none',
  GENERAL: 'none',
  NO_REPLY: 'none',
} as const satisfies Record<string, RequiredTool>;

export type RequiredTool = 'order' | 'appointment' | 'none';
export type Intent = keyof typeof INTENTS;
export const INTENT_NAMES = Object.keys(INTENTS) as [Intent, ...Intent[]];
