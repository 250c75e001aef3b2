import { distance } from 'fastest-levenshtein';

/** Up to here the distance is exact, in UTF-16 units after normalisation. */
const EXACT_LENGTH = 10_000;

/**
 * Normalised Levenshtein distance of two texts on NFC: 0 (equal) to 1 (nothing in common), edits over the longer length.
 * Exact up to 10,000 units on each side; beyond, an upper bound from pieces of that length.
 */
export function editDistance(before: string, after: string): number {
  const a = before.normalize('NFC');
  const b = after.normalize('NFC');
  const longest = Math.max(a.length, b.length);
  if (longest === 0 || a === b) return 0;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  let edits = 0;
  for (let i = 0; i < Math.max(left.length, right.length); i += EXACT_LENGTH) {
    edits += distance(left.slice(i, i + EXACT_LENGTH), right.slice(i, i + EXACT_LENGTH));
  }
  return edits / longest;
}
