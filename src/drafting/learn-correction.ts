import type { TokenCorrection } from './token-budget.ts';

/** Tokens of one prompt as we counted them, and as the API reported them. */
export interface UsageSample {
  counted: number;
  reported: number;
}

/** Latest samples that a model is judged by. */
export const USAGE_WINDOW = 50;
/** Whatever an API reports, no correction leaves these bounds: constant in tokens. */
const FACTOR_BOUNDS = [0.5, 2.5] as const;
const CONSTANT_BOUNDS = [-500, 4_000] as const;
/** Pairs of samples nearer than this share of their size say nothing about the slope. */
const NEAREST_PAIR = 0.05;
export const NO_CORRECTION: TokenCorrection = { constant: 0, factor: 1 };

/** Adds a sample to the window, oldest first; a report that no correction within the bounds explains is left out. */
export function withSample(samples: readonly UsageSample[], sample: UsageSample): UsageSample[] {
  return [...samples, sample].filter(isSound).slice(-USAGE_WINDOW);
}

/**
 * Fits reported ≈ factor × counted + constant by Theil–Sen (the median slope of all pairs, then the median rest), which up
 * to a quarter of wild samples does not move. Prompts of one size only give a factor alone.
 */
export function learnCorrection(samples: readonly UsageSample[]): TokenCorrection {
  if (samples.length === 0) return NO_CORRECTION;
  const slopes: number[] = [];
  samples.forEach((a, i) => {
    for (const b of samples.slice(i + 1)) {
      const distance = b.counted - a.counted;
      if (Math.abs(distance) < NEAREST_PAIR * Math.max(a.counted, b.counted)) continue;
      slopes.push((b.reported - a.reported) / distance);
    }
  });
  if (slopes.length === 0) {
    return { constant: 0, factor: within(FACTOR_BOUNDS, median(samples.map((s) => s.reported / s.counted))) };
  }
  const factor = within(FACTOR_BOUNDS, median(slopes));
  const constant = within(CONSTANT_BOUNDS, median(samples.map((s) => s.reported - factor * s.counted)));
  return { constant, factor };
}

function isSound({ counted, reported }: UsageSample): boolean {
  const least = FACTOR_BOUNDS[0] * counted + CONSTANT_BOUNDS[0];
  return counted > 0 && reported > Math.max(0, least) && reported <= FACTOR_BOUNDS[1] * counted + CONSTANT_BOUNDS[1];
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function within([least, most]: readonly [number, number], value: number): number {
  return Math.min(most, Math.max(least, value));
}
