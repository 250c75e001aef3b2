import type { ToolResults } from '../tools/facts.ts';
import type { RequiredTool } from '../tools/intents.ts';

export type VerificationTemplate = 'order' | 'appointment' | 'check';

export type PolicyDecision =
  | { action: 'compose' }
  | {
      action: 'verify';
      template: VerificationTemplate;
      /** For the trace only: outside, every reason has the same polite words. */
      because: string[];
    };

/** Whether a model may write at all. Fails closed: required data missing, or a named thing that was not found, asks instead. */
export function decidePolicy(required: RequiredTool[], results: ToolResults): PolicyDecision {
  const failed = results.calls.filter((call) => call.named && call.status !== 'ok');
  const because = failed.map((call) => `${call.tool}:${call.status}`);
  if (required.includes('order') && results.orders.length === 0) because.push('required:order');
  if (required.includes('appointment') && results.appointments.length === 0) because.push('required:appointment');
  if (because.length === 0) return { action: 'compose' };
  const aboutOrder = because.some((reason) => !reason.includes('appointment'));
  return { action: 'verify', template: aboutOrder ? 'order' : 'appointment', because };
}
