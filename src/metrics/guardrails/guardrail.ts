import { type DraftCounters, pacedReviews } from '../counters.ts';
import type { Sample } from '../stats/difference-interval.ts';

export const GUARDRAIL_TIERS = ['pilot', 'emergency', 'person'] as const;
export type GuardrailTier = (typeof GUARDRAIL_TIERS)[number];
/** `report`: an incident and an alert for people, nothing else. */
export const GUARDRAIL_ACTIONS = ['pause', 'roll-back', 'pause-business', 'report'] as const;
export type GuardrailAction = (typeof GUARDRAIL_ACTIONS)[number];
export type GuardrailLevel = 'business' | 'cohort' | 'global';

interface Base {
  title: string;
  tier: GuardrailTier;
  action: GuardrailAction;
}

/** A share of events that may not be above `limit`, whichever arm they are of. */
export interface RateGuardrail extends Base {
  kind: 'rate';
  limit: number;
  sample: (counters: DraftCounters) => Sample;
}

/** A relative loss against the control arm, 1 - p_rag / p_control, that may not be above `limit`. */
export interface DropGuardrail extends Base {
  kind: 'drop';
  limit: number;
  sample: (counters: DraftCounters) => Sample;
}

/** Acts on the first case. */
export interface FindingGuardrail extends Base {
  kind: 'finding';
}

export type Guardrail = RateGuardrail | DropGuardrail | FindingGuardrail;

const timeouts = (counters: DraftCounters): Sample => ({
  successes: counters.retrievalTimeouts,
  n: counters.retrievals,
});
const validation = (counters: DraftCounters): Sample => ({
  successes: counters.toolValidationErrors,
  n: counters.toolCalls,
});

/**
 * Every guardrail, as the handbook has them. Each fails towards doing nothing where there is no data; the hard ones need one
 * case only, and that case is confirmed by code before it counts.
 */
export const GUARDRAILS = {
  hallucination: { kind: 'finding', title: 'A wrong fact reached a reviewer', tier: 'emergency', action: 'roll-back' },
  'security-incident': { kind: 'finding', title: 'A leak or a bypass', tier: 'emergency', action: 'roll-back' },
  'unconfirmed-report': {
    kind: 'finding',
    title: 'A reviewer reports what the re-check cannot see',
    tier: 'person',
    action: 'pause-business',
  },
  'retrieval-timeouts-emergency': {
    kind: 'rate',
    title: 'Retrieval times out',
    tier: 'emergency',
    action: 'roll-back',
    limit: 0.1,
    sample: timeouts,
  },
  'retrieval-timeouts-pilot': {
    kind: 'rate',
    title: 'Retrieval times out',
    tier: 'pilot',
    action: 'pause',
    limit: 0.05,
    sample: timeouts,
  },
  'tool-validation-emergency': {
    kind: 'rate',
    title: 'Records fail their tool’s schema',
    tier: 'emergency',
    action: 'roll-back',
    limit: 0.02,
    sample: validation,
  },
  'tool-validation-pilot': {
    kind: 'rate',
    title: 'Records fail their tool’s schema',
    tier: 'pilot',
    action: 'pause',
    limit: 0.01,
    sample: validation,
  },
  'approval-drop-emergency': {
    kind: 'drop',
    title: 'Reviewers approve less with RAG',
    tier: 'emergency',
    action: 'roll-back',
    limit: 0.3,
    sample: pacedReviews,
  },
  'approval-drop-pilot': {
    kind: 'drop',
    title: 'Reviewers approve less with RAG',
    tier: 'pilot',
    action: 'pause',
    limit: 0.2,
    sample: pacedReviews,
  },
} as const satisfies Record<string, Guardrail>;

export type GuardrailName = keyof typeof GUARDRAILS;
export const GUARDRAIL_NAMES = Object.keys(GUARDRAILS) as [GuardrailName, ...GuardrailName[]];
export type FindingGuardrailName = 'hallucination' | 'security-incident' | 'unconfirmed-report';
export type WatchedGuardrailName = Exclude<GuardrailName, FindingGuardrailName>;
export const WATCHED_GUARDRAILS = GUARDRAIL_NAMES.filter(
  (name): name is WatchedGuardrailName => GUARDRAILS[name].kind !== 'finding',
);
