import { describe, expect, test } from 'vitest';
import { findAnchors, NUMBER_WORD } from '../../../src/guards/grounding/anchors.ts';
import { GROUNDING_LOCALES } from '../../../src/guards/grounding/lexicon.ts';
import { foldText } from '../../../src/guards/grounding/normalise-text.ts';
import { parseNumber, parseNumberWords } from '../../../src/guards/grounding/numbers.ts';
import type { Language } from '../../../src/lib/languages.ts';

describe('parseNumber', () => {
  test.each([
    ['1,204.55', '.', 1204.55],
    ['1.204,55', '.', 1204.55],
    ['1.204,55', ',', 1204.55],
    ['1 204,55', ',', 1204.55],
    ["1'204.55", '.', 1204.55],
    ['1.204', '.', 1.204],
    ['1.204', ',', 1204],
    ['1,204', '.', 1204],
    ['12,5', '.', 12.5],
    ['1.234.567', ',', 1_234_567],
    ['0.125', ',', 0.125],
    ['7', ',', 7],
  ] as const)('%s with decimal %j is %d', (written, separator, value) => {
    expect(parseNumber(written, separator)).toBe(value);
  });

  test.each(['1.2.3', '1,20,300', '12.34.56'])('%s is no number', (written) => {
    expect(parseNumber(written, '.')).toBeUndefined();
  });
});

describe('number words', () => {
  test.each([
    ['en', 'twenty-five', [25]],
    ['en', 'one hundred and five', [105]],
    ['en', 'two and three', [2, 3]],
    ['tr', 'yirmi beş', [25]],
    ['tr', 'bin iki yüz elli', [1250]],
    ['de', 'fünfundzwanzig', [25]],
    ['fr', 'quatre-vingt-dix', [90]],
    ['fr', 'soixante-douze', [72]],
    ['es', 'treinta y cinco', [35]],
    ['es', 'doscientos cincuenta', [250]],
    ['en', 'on once bin', []],
  ] as [Language, string, number[]][])('%s: %s', (language, written, values) => {
    const text = foldText(written);
    const { masked } = findAnchors(text, GROUNDING_LOCALES[language]);
    const runs = [...masked.matchAll(new RegExp(`${NUMBER_WORD}+`, 'g'))].map((match) =>
      text.slice(match.index, match.index + match[0].length),
    );
    expect(runs.map((run) => parseNumberWords(run, GROUNDING_LOCALES[language]))).toEqual(values);
  });
});
