import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance } from '../../src/review/edit-distance.ts';

/** Levenshtein by its definition, as a reference. */
function levenshtein(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

describe('the edit distance', () => {
  it.each([
    ['of equal texts is 0', 'Hello Ada', 'Hello Ada', 0],
    ['of two empty texts is 0', '', '', 0],
    ['from nothing is 1', '', 'Hello', 1],
    ['to nothing is 1', 'Hello', '', 1],
    ['of texts with nothing in common is 1', 'aaaa', 'bbbb', 1],
    ['is edits over the longer length', 'kitten', 'sitting', 3 / 7],
    ['counts one changed digit', '59.90', '59.80', 1 / 5],
    ['counts an insertion in the middle', 'Hello Ada', 'Hello dear Ada', 5 / 14],
    ['counts a repeated piece as an insertion', 'abab', 'ababab', 2 / 6],
    ['does not see how a letter is composed', 'Me\u0301rci', 'M\u00e9rci', 0],
    ['sees white space', 'a b', 'a  b', 1 / 4],
    ['sees line ends', 'a\nb', 'a\r\nb', 1 / 4],
    ['counts UTF-16 units', '\u{1F600}', '\u{1F601}', 1 / 2],
    ['takes lone surrogates and NULs', '\ud800\0', '\ud801\0', 1 / 2],
  ])('%s', (_what, before, after, distance) => {
    expect(editDistance(before, after)).toBeCloseTo(distance, 12);
  });

  const text = fc.oneof(
    fc.string({ maxLength: 60, unit: fc.constantFrom('a', 'b', ' ', '\u0301') }),
    fc.string({ unit: 'binary' }),
  );

  it('is exact, symmetric and between 0 and 1', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const distance = editDistance(a, b);
        const [one, other] = [a.normalize('NFC'), b.normalize('NFC')];
        expect(distance).toBeCloseTo(levenshtein(one, other) / Math.max(1, one.length, other.length), 12);
        expect(editDistance(b, a)).toBeCloseTo(distance, 12);
        expect(distance >= 0 && distance <= 1).toBe(true);
        expect(distance === 0).toBe(one === other);
      }),
    );
  });

  it('is exact for two texts of 10,000 characters', () => {
    const before = 'abcdefghij'.repeat(1_000);
    expect(editDistance(before, before.replaceAll('j', 'x'))).toBeCloseTo(0.1, 12);
    expect(editDistance(`x${before.slice(1, -1)}x`, before)).toBeCloseTo(2 / 10_000, 12);
  });

  it('is an upper bound within 0 and 1 for longer ones, and exact where one place was edited', () => {
    const before = 'word '.repeat(20_000);
    expect(editDistance(before, `${before.slice(0, 50_000)}new ${before.slice(50_000)}`)).toBeCloseTo(4 / 100_004, 12);
    const other = editDistance(before, `X${before.slice(0, -1)}Y`);
    expect(other).toBeGreaterThanOrEqual(2 / 100_001);
    expect(other).toBeLessThanOrEqual(1);
    expect(editDistance('a'.repeat(25_000), 'b'.repeat(31_000))).toBe(1);
  });
});
