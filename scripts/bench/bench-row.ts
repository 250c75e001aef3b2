export interface BenchOptions {
  /** A real Postgres with pgvector, where the bench wants one in place of the embedded database. */
  postgresUrl?: string;
}

/** One measured figure, beside what a user would pick instead, in the same unit. */
export interface BenchRow {
  name: string;
  value: number;
  /** "ms", "MB/s", "round trips", ... */
  unit: string;
  other?: { name: string; value: number };
  /** Which way is better; the ratio is printed as how many times better (above 1) or worse (below 1) ours is. */
  better?: 'lower' | 'higher';
  /** A bound that must hold; the command fails where it does not. */
  limit?: { relation: '<=' | '>='; bound: number };
  /** Number of measurements. */
  n?: number;
  note?: string;
}

/** What each module beside this file exports as `bench`; its file name is the name for `--only`. */
export type Bench = (options: BenchOptions) => Promise<BenchRow[]>;

/** A quantile (0 to 1) of unsorted numbers, by the nearest rank; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** How many times better ours is than the other; undefined where nothing is compared. */
export function ratioOf({ value, other, better = 'lower' }: BenchRow): number | undefined {
  if (other === undefined || other.value === 0 || value === 0) return undefined;
  return better === 'lower' ? other.value / value : value / other.value;
}

/** Whether the bound holds; undefined without one. */
export function holdsLimit({ value, limit }: BenchRow): boolean | undefined {
  if (limit === undefined) return undefined;
  return limit.relation === '<=' ? value <= limit.bound : value >= limit.bound;
}
