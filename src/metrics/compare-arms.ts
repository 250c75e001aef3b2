import { type DraftCounters, pacedReviews } from './counters.ts';
import { METRIC_NAMES, METRICS, type MetricName } from './definitions.ts';
import { type Difference, differenceInterval, type Sample } from './stats/difference-interval.ts';

/** Reviews that each arm needs before a difference is spoken of. */
export const REVIEWS_AN_ARM = 30;

export interface ArmComparison {
  /** Approved without a material edit (30 % or less), of reviews that are evidence. */
  primary: { rag: Sample; control: Sample; difference: Difference | null };
  metrics: Partial<Record<MetricName, { rag: Sample; control: Sample; difference: Difference | null }>>;
  verdict: 'better' | 'worse' | 'no-difference-seen' | 'not-enough-data';
  /** One sentence for people. */
  words: string;
}

/** RAG against the control arm of the same businesses at the same time. Pure. */
export function compareArms(rag: DraftCounters, control: DraftCounters): ArmComparison {
  const primary = compare(primarySample(rag), primarySample(control));
  const metrics: ArmComparison['metrics'] = {};
  for (const name of METRIC_NAMES) {
    const definition = METRICS[name];
    if (definition.kind !== 'rate') continue;
    const sample = (counters: DraftCounters): Sample => ({
      successes: definition.numerator(counters),
      n: definition.denominator(counters),
    });
    metrics[name] = compare(sample(rag), sample(control));
  }
  return { primary, metrics, ...verdictOf(primary) };
}

/** An approval that nobody can have read is no evidence; which band it was in is not known, so it leaves by its share. */
function primarySample(counters: DraftCounters): Sample {
  const { n } = pacedReviews(counters);
  return { successes: Math.max(0, Math.min(n, counters.editUpTo30 - counters.fastApprovals)), n };
}

function compare(rag: Sample, control: Sample) {
  return { rag, control, difference: differenceInterval(rag, control) };
}

function verdictOf({ rag, control, difference }: ArmComparison['primary']): Pick<ArmComparison, 'verdict' | 'words'> {
  const missing = (sample: Sample) => Math.max(0, REVIEWS_AN_ARM - sample.n);
  if (missing(rag) + missing(control) > 0 || difference === null) {
    const arms = [
      ...(missing(rag) > 0 ? [`${missing(rag)} more reviews with RAG`] : []),
      ...(missing(control) > 0 ? [`${missing(control)} more of the control arm`] : []),
    ];
    return { verdict: 'not-enough-data', words: `Not enough data: about ${arms.join(' and ')}.` };
  }
  const points = (share: number) => `${(Math.abs(share) * 100).toFixed(1)} points`;
  if (difference.low > 0) {
    return {
      verdict: 'better',
      words: `With RAG ${points(difference.estimate)} more drafts are approved without a material edit.`,
    };
  }
  if (difference.high < 0) {
    return {
      verdict: 'worse',
      words: `With RAG ${points(difference.estimate)} fewer drafts are approved without a material edit.`,
    };
  }
  const more = reviewsToTell({ rag, control, difference });
  return {
    verdict: 'no-difference-seen',
    words: `No difference that is certain: between ${points(difference.low)} fewer and ${points(difference.high)} more.${
      more === null ? '' : ` If it stays as it is, about ${more} more reviews will tell.`
    }`,
  };
}

/** Reviews until the interval, which shrinks with the root of the sample, leaves 0 out at today's estimate; null where none would. */
export function reviewsToTell({ rag, control, difference }: ArmComparison['primary']): number | null {
  if (difference === null || Math.abs(difference.estimate) < 0.01) return null;
  const width = (difference.high - difference.low) / 2;
  const more = (rag.n + control.n) * ((width / Math.abs(difference.estimate)) ** 2 - 1);
  return inTens(more);
}

/**
 * Reviews of both arms together until each has enough to be compared, at the share of the control arm (0 to 1); 0 where they
 * have; null where an arm gets none.
 */
export function reviewsUntilCompared({ rag, control }: ArmComparison['primary'], controlShare: number): number | null {
  const needed = [
    { missing: REVIEWS_AN_ARM - rag.n, share: 1 - controlShare },
    { missing: REVIEWS_AN_ARM - control.n, share: controlShare },
  ].filter(({ missing }) => missing > 0);
  if (needed.length === 0) return 0;
  if (needed.some(({ share }) => share <= 0)) return null;
  return inTens(Math.max(...needed.map(({ missing, share }) => missing / share)));
}

function inTens(reviews: number): number {
  return Math.max(10, Math.ceil(reviews / 10) * 10);
}
