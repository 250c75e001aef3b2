/** What a step is judged by. Rates are 0 to 1, latency is in milliseconds, the others are counts since the step opened. */
export const RAMP_METRICS = [
  'draftSuccessRate',
  'toolErrorRate',
  'tokenBudgetOverruns',
  'tokenErrorRate',
  'ragHitRate',
  'ragLatencyP95',
  'approvalRate',
] as const;
export type RampMetric = (typeof RAMP_METRICS)[number];

/** Passes on the point estimate, once there are `samples`. */
export interface RampCondition {
  metric: RampMetric;
  /** Strictly above, strictly below, or at most. */
  is: 'above' | 'below' | 'at-most';
  limit: number;
  samples: number;
}

export interface RampStep {
  /** Unique in its plan; stands in `enabledBy` of the rows that the step enrols. */
  name: string;
  who:
    | { kind: 'named'; atLeast: number; atMost: number; businesses: string[] }
    /** Of all businesses, in whole percent, rounded up to a business. */
    | { kind: 'share'; percent: number };
  /** Off: the businesses are watched as they are, nobody is enrolled. */
  rag: boolean;
  /** What has to hold before this step opens. */
  opensAfter?: {
    /** Days of past mail that the named businesses must have indexed. */
    backfillDays?: number;
    ragOn?: { businesses: number; days: number };
  };
  /** Stable, watched hours before it may be left. */
  holdHours: number;
  leave: RampCondition[];
  securityCheck: boolean;
}

/** Until the metrics say otherwise, how many drafts a rate needs to be looked at. */
const SAMPLES = 30;
const DAYS = 24;

const drafting: RampCondition[] = [
  { metric: 'draftSuccessRate', is: 'above', limit: 0.95, samples: SAMPLES },
  { metric: 'toolErrorRate', is: 'at-most', limit: 0.01, samples: SAMPLES },
  { metric: 'tokenBudgetOverruns', is: 'at-most', limit: 0, samples: SAMPLES },
];
const approval: RampCondition = { metric: 'approvalRate', is: 'above', limit: 0.7, samples: SAMPLES };
const retrieval: RampCondition[] = [
  { metric: 'ragHitRate', is: 'above', limit: 0.6, samples: SAMPLES },
  { metric: 'ragLatencyP95', is: 'below', limit: 200, samples: SAMPLES },
  approval,
];
const tokenError: RampCondition = { metric: 'tokenErrorRate', is: 'below', limit: 0.15, samples: 100 };

const shareStep = (percent: number): RampStep => ({
  name: `${percent}%`,
  who: { kind: 'share', percent },
  rag: true,
  ...(percent === 10 ? { opensAfter: { ragOn: { businesses: 2, days: 7 } } } : {}),
  holdHours: 7 * DAYS,
  leave: [approval],
  securityCheck: true,
});

/** The plan of the handbook. Hallucinations, leaks and security incidents are invariants of every step, not conditions. */
export const DEFAULT_RAMP_PLAN: RampStep[] = [
  {
    name: 'baseline',
    who: { kind: 'named', atLeast: 1, atMost: 2, businesses: [] },
    rag: false,
    holdHours: 2 * DAYS,
    leave: drafting,
    securityCheck: false,
  },
  {
    name: 'pilot',
    who: { kind: 'named', atLeast: 2, atMost: 2, businesses: [] },
    rag: true,
    opensAfter: { backfillDays: 90 },
    holdHours: 2 * DAYS,
    leave: retrieval,
    securityCheck: false,
  },
  {
    name: 'expansion',
    who: { kind: 'named', atLeast: 5, atMost: 5, businesses: [] },
    rag: true,
    holdHours: 2 * DAYS,
    leave: [...retrieval, tokenError],
    securityCheck: false,
  },
  ...[10, 25, 50, 100].map(shareStep),
];
