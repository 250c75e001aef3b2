/** Milliseconds, log-normal: `median`, and `sigma` of the logarithm. 0.5 has its p95 at 2.3 medians, as hosted models do. */
export function logNormalLatency(random: () => number, median: number, sigma: number): () => number {
  return () => {
    // Box-Muller.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return median * Math.exp(sigma * normal);
  };
}
