import { murmur3 } from './thread-bucket.ts';

/** Salt of the order in which shares widen; another ramp of the same feature keeps it, so that nobody is reshuffled. */
const RANK_SALT = 'rank-1';

/** Business ids in the stable order of a feature: by murmur3 over `feature:salt:business`, then by id. */
export function rankBusinesses(feature: string, businessIds: readonly string[]): string[] {
  return businessIds
    .map((id) => ({ id, rank: murmur3(`${feature}:${RANK_SALT}:${id}`) }))
    .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/** ⌈p·N⌉ for a whole percentage: exact, no rounding error for any N below 2^46. */
export function shareOf(percent: number, total: number): number {
  return Math.ceil((percent * total) / 100);
}

/** Who has to be added so that ⌈p·N⌉ businesses are enrolled: the first in rank that may be. Never takes anybody out. */
export function fillShare(input: {
  feature: string;
  percent: number;
  all: readonly string[];
  enrolled: ReadonlySet<string>;
  excluded: ReadonlySet<string>;
}): string[] {
  const missing = shareOf(input.percent, input.all.length) - input.enrolled.size;
  if (missing <= 0) return [];
  const free = input.all.filter((id) => !input.enrolled.has(id) && !input.excluded.has(id));
  return rankBusinesses(input.feature, free).slice(0, missing);
}
