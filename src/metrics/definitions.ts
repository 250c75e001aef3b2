import type { Counter, DraftCounters } from './counters.ts';

/** The nine metrics of the handbook, in its order. */
export const METRIC_NAMES = [
  'draftSuccessRate',
  'verificationRate',
  'hallucinationCount',
  'ragHitRate',
  'ragLatencyP95',
  'tokenAccuracy',
  'approvalRate',
  'editDistance',
  'discardRate',
] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

type Sum = (counters: DraftCounters) => number;
/** Shares are 0 to 1, latencies milliseconds. */
export type Limit = { is: 'above' | 'below'; value: number } | { is: 'between'; low: number; high: number };

interface Definition {
  title: string;
  /** One sentence for people. */
  meaning: string;
  target: Limit;
  /** Below this many samples there is no value: it neither alerts nor passes a gate. */
  minimumSample: number;
  /** Its alert pages somebody. */
  severity: 'critical' | 'warning';
}

export interface RateDefinition extends Definition {
  kind: 'rate';
  numerator: Sum;
  denominator: Sum;
  /** Alerts where this share is beyond `value` for certain; it may look at another share than the target does. */
  alert: { numerator: Sum; is: 'above' | 'below'; value: number };
}

export interface CountDefinition extends Definition {
  kind: 'count';
  numerator: Sum;
  denominator: Sum;
  alert: { is: 'above'; value: number };
}

export interface LatencyDefinition extends Definition {
  kind: 'latency';
  denominator: Sum;
  alert: { is: 'above'; value: number };
}

export type MetricDefinition = RateDefinition | CountDefinition | LatencyDefinition;

const of =
  (name: Counter): Sum =>
  (counters) =>
    counters[name];
const reviewed: Sum = ({ approved, discarded }) => approved + discarded;
/** Until there are so many, a rate says nothing. */
const SAMPLE = 30;

export const METRICS: Record<MetricName, MetricDefinition> = {
  draftSuccessRate: {
    kind: 'rate',
    title: 'Draft success rate',
    meaning: 'Drafts ready of drafts asked for. Machine mail is not asked for; a draft still tried again is not ready.',
    numerator: of('ready'),
    denominator: of('asked'),
    target: { is: 'above', value: 0.95 },
    alert: { numerator: of('ready'), is: 'below', value: 0.9 },
    minimumSample: SAMPLE,
    severity: 'critical',
  },
  verificationRate: {
    kind: 'rate',
    title: 'Verification rate',
    meaning: 'Drafts that ask for what is missing, of drafts ready.',
    numerator: of('verifications'),
    denominator: of('ready'),
    target: { is: 'between', low: 0.2, high: 0.4 },
    alert: { numerator: of('verifications'), is: 'above', value: 0.6 },
    minimumSample: SAMPLE,
    severity: 'warning',
  },
  hallucinationCount: {
    kind: 'count',
    title: 'Hallucinations',
    meaning: 'Drafts shown to a reviewer with a fact that the evidence stored with them does not bear out.',
    numerator: of('hallucinations'),
    denominator: of('ready'),
    target: { is: 'below', value: 1 },
    alert: { is: 'above', value: 0 },
    minimumSample: 0,
    severity: 'critical',
  },
  ragHitRate: {
    kind: 'rate',
    title: 'RAG hit rate',
    meaning: 'Retrievals that found an example above the confidence, of retrievals.',
    numerator: of('retrievalHits'),
    denominator: of('retrievals'),
    target: { is: 'above', value: 0.6 },
    alert: { numerator: of('retrievalHits'), is: 'below', value: 0.3 },
    minimumSample: SAMPLE,
    severity: 'warning',
  },
  ragLatencyP95: {
    kind: 'latency',
    title: 'RAG latency, p95',
    meaning: 'Embedding and search together; 95 of 100 retrievals are faster.',
    denominator: of('retrievals'),
    target: { is: 'below', value: 200 },
    alert: { is: 'above', value: 500 },
    minimumSample: SAMPLE,
    severity: 'warning',
  },
  tokenAccuracy: {
    kind: 'rate',
    title: 'Token accuracy',
    meaning:
      'Drafts whose predicted prompt tokens are within 10 % of what the model reports. Alerts on those off by over 20 %.',
    numerator: of('tokenWithin10'),
    denominator: of('tokenSamples'),
    target: { is: 'above', value: 0.8 },
    alert: { numerator: of('tokenOver20'), is: 'above', value: 0.3 },
    minimumSample: SAMPLE,
    severity: 'warning',
  },
  approvalRate: {
    kind: 'rate',
    title: 'Approval rate',
    meaning: 'Drafts approved, edited or not, of drafts reviewed.',
    numerator: of('approved'),
    denominator: reviewed,
    target: { is: 'above', value: 0.7 },
    alert: { numerator: of('approved'), is: 'below', value: 0.6 },
    minimumSample: SAMPLE,
    severity: 'critical',
  },
  editDistance: {
    kind: 'rate',
    title: 'Edit distance',
    meaning: 'Approved drafts that were edited by 30 % or less. Alerts on those edited by more than half.',
    numerator: of('editUpTo30'),
    denominator: of('approved'),
    target: { is: 'above', value: 0.6 },
    alert: { numerator: of('editOver50'), is: 'above', value: 0.4 },
    minimumSample: SAMPLE,
    severity: 'warning',
  },
  discardRate: {
    kind: 'rate',
    title: 'Discard rate',
    meaning: 'Drafts discarded of drafts reviewed.',
    numerator: of('discarded'),
    denominator: reviewed,
    target: { is: 'below', value: 0.2 },
    alert: { numerator: of('discarded'), is: 'above', value: 0.3 },
    minimumSample: SAMPLE,
    severity: 'warning',
  },
};

export function holds(limit: Limit, value: number): boolean {
  switch (limit.is) {
    case 'above':
      return value > limit.value;
    case 'below':
      return value < limit.value;
    case 'between':
      return value >= limit.low && value <= limit.high;
  }
}
