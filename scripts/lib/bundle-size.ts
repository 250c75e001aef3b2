/** What the platform's smallest plan takes, gzipped. */
export const MOST_BUNDLE_KIB = 3 * 1024;

/** KiB gzipped of the bundle that `wrangler deploy --dry-run` printed, or undefined where it said nothing of it. */
export function bundleKib(output: string): number | undefined {
  const size = /gzip: ([\d.]+) KiB/.exec(output)?.[1];
  return size === undefined ? undefined : Number(size);
}
