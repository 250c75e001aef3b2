import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldText } from '../../../src/guards/pii/fold-text.ts';
import { inDigitsFrom } from './private-numbers.ts';

describe('folding', () => {
  test.each([
    ['ASCII stays', 'Hello, world!\r\n\t', 'Hello, world!\r\n\t'],
    ['letters of other scripts stay', 'şöyle Straße Привет 日本', 'şöyle Straße Привет 日本'],
    ['full-width forms', 'ＡＢ１２＠．', 'AB12@.'],
    ['styled letters', '𝐀𝔟①²', 'Ab12'],
    ['dashes', '1‐2–3—4−5', '1-2-3-4-5'],
    ['blanks', '1\u00a02\u30003\u20044', '1 2 3 4'],
    ['dots', '1·2•3。4', '1.2.3.4'],
    ['zero-width and bidirectional characters go', 'a\u200bb\u202ec\ufeffd\u00ade', 'abcde'],
    ['combining marks go', 'e\u0301\u0336', 'e'],
    ['control characters go, line separators become line breaks', 'a\0b\u0007c\u2028d\u0085e', 'abc\nd\ne'],
    ['one character that stands for several', '№ ﬁ ㏂', 'No fi a.m.'],
    ['nothing', '', ''],
  ])('%s', (_what, original, folded) => {
    expect(foldText(original).text).toBe(folded);
  });

  test.each([0x660, 0x6f0, 0x966, 0xe50, 0xff10, 0x1d7ce, 0x1d7d8, 0x1e950, 0x1fbf0])(
    'digits from %i fold to their value',
    (zero) => {
      expect(foldText(inDigitsFrom('0123456789', zero)).text).toBe('0123456789');
    },
  );

  test('an emoji and a lone surrogate keep their length', () => {
    expect(foldText('😀1').text).toBe('😀1');
    expect(foldText('\ud800a\udc00').text).toHaveLength(3);
  });

  test('every folded range leads back to the characters it came from', () => {
    const characters = fc.constantFrom(
      'a',
      '1',
      '４',
      '\u200b',
      '\u0301',
      '😀',
      '𝟒',
      '№',
      '\ufdfa',
      '\ud800',
      ' ',
      '\n',
      'ş',
    );
    fc.assert(
      fc.property(fc.array(characters, { maxLength: 40 }), fc.nat(), fc.nat(), (list, from, size) => {
        const original = list.join('');
        const folded = foldText(original);
        const start = from % (folded.text.length + 1);
        const end = Math.min(folded.text.length, start + (size % 5));
        const range = folded.toOriginal(start, end);
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThanOrEqual(range.start);
        expect(range.end).toBeLessThanOrEqual(original.length);
        // A range that cuts a pair of surrogates is widened to it.
        if (end > start && folded.text.slice(start, end).isWellFormed())
          expect(foldText(original.slice(range.start, range.end).toWellFormed()).text).toContain(
            folded.text.slice(start, end).toWellFormed(),
          );
      }),
      { numRuns: 500 },
    );
  });
});
