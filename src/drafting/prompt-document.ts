import type { AppointmentFact, OrderFact } from '../tools/facts.ts';
import type { Intent, RequiredTool } from '../tools/intents.ts';

/**
 * The one user message that a compose call sends, as JSON. Instructions stand in `instructions` of the request;
 * everything in here is data. A source is named by its `index` alone.
 */
export interface ComposeDocument {
  task: 'compose_reply';
  /** Language to write in. */
  language: string;
  intent: Intent;
  /** The mail's date, YYYY-MM-DD in the business's time zone. */
  mailDate: string;
  business: { name: string; timeZone: string };
  sources: PromptSource[];
  /** Earlier turns, oldest first. Untrusted. */
  thread: { from: 'customer' | 'business'; date: string; text: string }[];
  /** The turn to answer. Untrusted. */
  customerMail: { subject: string; text: string };
  /** Present on the one repair attempt. */
  repair?: { previousBody: string; problems: string[] };
}

export type PromptSource =
  | { index: number; kind: 'order'; order: OrderFact }
  | { index: number; kind: 'appointment'; appointment: AppointmentFact }
  | { index: number; kind: 'snippet'; key: string; text: string }
  | { index: number; kind: 'profile'; profile: Record<string, string> }
  /** How the business answered before: style, never facts. */
  | { index: number; kind: 'example'; question: string; answer: string };

/** Structured answer of a compose call. Recipients and subject are not the model's to say. */
export interface ComposeAnswer {
  body: string;
  /** `index` of every source used. */
  sources: number[];
}

/** The user message of a triage call, and its structured answer. */
export interface TriageDocument {
  task: 'triage';
  customerMail: { subject: string; text: string };
}
export interface TriageAnswer {
  intent: Intent;
  requiredTool: RequiredTool;
}
