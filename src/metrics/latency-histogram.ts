/** Bins of a mergeable histogram, as of DDSketch (Masson, Rim, Lee, VLDB 2019): each 4 % wide, so that its middle is within 2 %. */
export const BIN_RATIO = 1.04;
/** Bin 0 holds everything below 1 ms; the last one everything from about 90 s up. */
export const LAST_BIN = 291;
/** `embedding` and `search` are parts of `total`. A bin's key is its part's offset plus its number. */
export const LATENCY_PARTS = { total: 0, embedding: 1_000, search: 2_000 } as const;
export type LatencyPart = keyof typeof LATENCY_PARTS;

export interface LatencyBin {
  /** As stored: offset of the part plus number of the bin. */
  bin: number;
  count: number;
}

/** The p-quantile (nearest rank) in milliseconds, within 2 % of exact from 1 ms up; null without data. */
export function latencyQuantile(bins: LatencyBin[], part: LatencyPart, p: number): number | null {
  const own = bins
    .map(({ bin, count }) => ({ bin: bin - LATENCY_PARTS[part], count }))
    .filter(({ bin }) => bin >= 0 && bin <= LAST_BIN)
    .sort((a, b) => a.bin - b.bin);
  const n = own.reduce((sum, { count }) => sum + count, 0);
  if (n === 0) return null;
  const rank = Math.max(1, Math.ceil(p * n));
  let seen = 0;
  for (const { bin, count } of own) {
    seen += count;
    if (seen >= rank) return middleOf(bin);
  }
  return middleOf(LAST_BIN);
}

export function latencySamples(bins: LatencyBin[], part: LatencyPart): number {
  return bins
    .filter(({ bin }) => bin >= LATENCY_PARTS[part] && bin <= LATENCY_PARTS[part] + LAST_BIN)
    .reduce((sum, { count }) => sum + count, 0);
}

/** Geometric middle of a bin, in milliseconds. */
function middleOf(bin: number): number {
  return bin === 0 ? 0.5 : BIN_RATIO ** (bin - 0.5);
}
