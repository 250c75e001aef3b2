import { type Interval, SHOWN_ALPHA } from './rate-interval.ts';

export interface Sample {
  successes: number;
  n: number;
}

export interface Difference extends Interval {
  /** Rate of the first sample less that of the second. */
  estimate: number;
}

/** Reviewed drafts, both arms together, at which the interval is narrowest. */
const TUNED_FOR_DRAFTS = 200;
/** What the tuning assumes of the rates and of the smaller arm; any other values stay valid, a little wider. */
const ASSUMED_RATE = 0.7;
const ASSUMED_SHARE = 0.2;

/**
 * Anytime-valid interval for the difference of two rates: the normal-mixture sequential test (mSPRT; Johari, Koomen,
 * Pekelis, Walsh, Operations Research 2022; asymptotic confidence sequences: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas,
 * Annals of Statistics 2024). Valid however often it is looked at, once each arm has a dozen or so; null without data.
 */
export function differenceInterval(first: Sample, second: Sample, alpha: number = SHOWN_ALPHA): Difference | null {
  if (first.n === 0 || second.n === 0) return null;
  const estimate = first.successes / first.n - second.successes / second.n;
  const variance = varianceOf(first) + varianceOf(second);
  const mixture = mixtureVariance(alpha);
  const width = Math.sqrt(
    ((2 * variance * (variance + mixture)) / mixture) * Math.log(Math.sqrt((variance + mixture) / variance) / alpha),
  );
  return { estimate, low: Math.max(-1, estimate - width), high: Math.min(1, estimate + width) };
}

/** Variance of a rate, from counts with half a success and half a failure more, so that 0 of 5 is not certainty. */
function varianceOf({ successes, n }: Sample): number {
  const rate = (successes + 0.5) / (n + 1);
  return (rate * (1 - rate)) / n;
}

/**
 * Variance of the mixture that makes the interval narrowest where TUNED_FOR_DRAFTS are reviewed: about 2 log(1/alpha) +
 * log(1 + 2 log(1/alpha)) times the variance there (Howard et al. 2021, equation 3.6).
 */
function mixtureVariance(alpha: number): number {
  const small = TUNED_FOR_DRAFTS * ASSUMED_SHARE;
  const large = TUNED_FOR_DRAFTS - small;
  const variance = ASSUMED_RATE * (1 - ASSUMED_RATE) * (1 / small + 1 / large);
  const twice = 2 * Math.log(1 / alpha);
  return variance * (twice + Math.log(1 + twice));
}
