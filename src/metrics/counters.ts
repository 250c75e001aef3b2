/** Sums over draft events, in the order of the table: every metric and every guardrail is a function of these. */
export const COUNTERS = [
  /** Outcomes that stand. Machine mail is `skipped` and was never asked for; a new version of a draft is asked for again. */
  'asked',
  'ready',
  'failed',
  'skipped',
  /** Of `ready`. */
  'verifications',
  /** Bodies that a guard caught before anybody saw them. */
  'blocked',
  /** Drafts that reviewers saw with a wrong fact, made with RAG by the pipeline of today; others are counted apart. */
  'hallucinations',
  'hallucinationsOlderPipeline',
  'hallucinationsWithoutRag',
  'unconfirmedReports',
  'securityIncidents',
  'retrievals',
  'retrievalHits',
  'retrievalTimeouts',
  'retrievalErrors',
  'toolCalls',
  'toolValidationErrors',
  'tokenSamples',
  'tokenWithin10',
  'tokenOver20',
  'tokenBudgetOverruns',
  /** Reviews of drafts that were READY, in the window in which they happened. */
  'approved',
  'discarded',
  /** Approvals faster than anybody can read: in `approved`, but no evidence for a gate or a guardrail. */
  'fastApprovals',
  /** Bands of edit distance among `approved`. */
  'editUpTo30',
  'editOver50',
] as const;
export type Counter = (typeof COUNTERS)[number];
export type DraftCounters = Record<Counter, number>;

export const NO_COUNTERS: DraftCounters = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as DraftCounters;

export function addCounters(a: DraftCounters, b: DraftCounters): DraftCounters {
  return Object.fromEntries(COUNTERS.map((name) => [name, a[name] + b[name]])) as DraftCounters;
}

export function sumCounters(all: Iterable<DraftCounters>): DraftCounters {
  let sum = NO_COUNTERS;
  for (const counters of all) sum = addCounters(sum, counters);
  return sum;
}

/** Approvals and reviews that are evidence: what nobody can have read is left out. */
export function pacedReviews({ approved, discarded, fastApprovals }: DraftCounters): { successes: number; n: number } {
  const successes = approved - fastApprovals;
  return { successes, n: successes + discarded };
}
