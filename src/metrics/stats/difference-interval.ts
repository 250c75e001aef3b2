import { logBeta } from './log-beta.ts';
import { type Interval, SHOWN_ALPHA } from './rate-interval.ts';

export interface Sample {
  successes: number;
  n: number;
}

export interface Difference extends Interval {
  /** Rate of the first sample less that of the second. */
  estimate: number;
}

const HALVINGS = 30;
/** Steps of a golden-section search for the likeliest pair of rates with a given difference. */
const SECTIONS = 40;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Evidence against "the first rate is not below the second", as a logarithm: beta-binomial mixtures of both samples over
 * the best that the claim can do, which is one rate for both. A mixture over a pair of rates is a test martingale for each
 * pair (Robbins 1970), and what is below all of them stays valid for the claim (Wasserman, Ramdas, Balakrishnan, PNAS 2020):
 * it ever exceeds log(1/alpha) with probability alpha at most, at any sample size, however often it is looked at.
 */
export function logEvidenceOfLower(first: Sample, second: Sample): number {
  if (first.n === 0 || second.n === 0 || first.successes / first.n >= second.successes / second.n) return 0;
  const pooled = (first.successes + second.successes) / (first.n + second.n);
  return logMixture(first) + logMixture(second) - logLikelihood(first, pooled) - logLikelihood(second, pooled);
}

/** Whether the first rate is below the second, beyond doubt: its interval of the difference lies below 0. */
export function isLower(first: Sample, second: Sample, alpha: number): boolean {
  return logEvidenceOfLower(first, second) >= Math.log(1 / alpha);
}

/**
 * Anytime-valid interval for the difference of two rates: all differences that some pair of rates, not excluded by the
 * mixture of `logEvidenceOfLower`, has. Exact, from counts alone; null where a sample is empty.
 */
export function differenceInterval(first: Sample, second: Sample, alpha: number = SHOWN_ALPHA): Difference | null {
  if (first.n === 0 || second.n === 0) return null;
  const estimate = first.successes / first.n - second.successes / second.n;
  const least = logMixture(first) + logMixture(second) - Math.log(1 / alpha);
  const excluded = (difference: number) => logLikelihoodAt(difference, first, second) <= least;
  return { estimate, low: bound(-1, estimate, excluded), high: bound(1, estimate, excluded) };
}

/** The likelihood of a difference is concave, so what is not excluded is one interval around the estimate. */
function bound(end: number, estimate: number, excluded: (difference: number) => boolean): number {
  if (estimate === end || !excluded(end)) return end;
  let [outside, inside] = [end, estimate];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (outside + inside) / 2;
    if (excluded(middle)) outside = middle;
    else inside = middle;
  }
  return outside;
}

/** The best logarithmic likelihood that a pair of rates with this difference has. */
function logLikelihoodAt(difference: number, first: Sample, second: Sample): number {
  let low = Math.max(0, -difference);
  let high = Math.min(1, 1 - difference);
  const at = (rate: number) => logLikelihood(first, clamp(rate + difference)) + logLikelihood(second, rate);
  for (let i = 0; i < SECTIONS; i++) {
    const [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    if (at(left) < at(right)) low = left;
    else high = right;
  }
  return Math.max(at(low), at((low + high) / 2), at(high));
}

function logMixture({ successes, n }: Sample): number {
  return logBeta(1 + successes, 1 + n - successes);
}

function logLikelihood({ successes, n }: Sample, rate: number): number {
  return xLogY(successes, rate) + xLogY(n - successes, 1 - rate);
}

function xLogY(x: number, y: number): number {
  return x === 0 ? 0 : x * Math.log(y);
}

function clamp(rate: number): number {
  return Math.min(1, Math.max(0, rate));
}
