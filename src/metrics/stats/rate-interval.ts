import { logBeta } from './log-beta.ts';

export interface Interval {
  low: number;
  high: number;
}

/** Error of what people are shown: at most one interval in twenty ever misses, however often it is looked at. */
export const SHOWN_ALPHA = 0.05;
/** Steps that halve the distance to a bound: 2^-40 is far below what anybody reads. */
const HALVINGS = 40;

/**
 * Evidence against a true rate of `rate` after `successes` of `n`, as the logarithm of a test martingale: the beta-binomial
 * mixture of likelihood ratios (Robbins 1970; Howard, Ramdas, McAuliffe, Sekhon, Annals of Statistics 2021, section 4.1)
 * with a uniform mixture. By Ville's inequality it ever exceeds log(1/alpha) with probability alpha at most.
 */
export function logEvidenceAgainst(rate: number, successes: number, n: number): number {
  if (n === 0) return 0;
  const likelihood = xLogY(successes, rate) + xLogY(n - successes, 1 - rate);
  return logBeta(1 + successes, 1 + n - successes) - likelihood;
}

/**
 * Anytime-valid confidence sequence for a rate (0 to 1): at 1 - alpha it covers the true rate at all sample sizes at once,
 * so that looking at it every minute costs nothing. Exact, from counts alone; [0, 1] without data.
 */
export function rateInterval(successes: number, n: number, alpha: number = SHOWN_ALPHA): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const estimate = successes / n;
  const limit = Math.log(1 / alpha);
  const excluded = (rate: number) => logEvidenceAgainst(rate, successes, n) >= limit;
  return { low: bound(0, estimate, excluded), high: bound(1, estimate, excluded) };
}

/** Whether all rates up to `limit` are excluded: the rate is above it, beyond doubt. */
export function isAbove(limit: number, successes: number, n: number, alpha: number): boolean {
  return n > 0 && successes / n > limit && logEvidenceAgainst(limit, successes, n) >= Math.log(1 / alpha);
}

/** Whether all rates from `limit` up are excluded. */
export function isBelow(limit: number, successes: number, n: number, alpha: number): boolean {
  return isAbove(1 - limit, n - successes, n, alpha);
}

/** The evidence falls towards the estimate from both sides, so what is not excluded is one interval. */
function bound(end: number, estimate: number, excluded: (rate: number) => boolean): number {
  if (estimate === end || !excluded(end)) return end;
  let [outside, inside] = [end, estimate];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (outside + inside) / 2;
    if (excluded(middle)) outside = middle;
    else inside = middle;
  }
  return outside;
}

function xLogY(x: number, y: number): number {
  return x === 0 ? 0 : x * Math.log(y);
}
