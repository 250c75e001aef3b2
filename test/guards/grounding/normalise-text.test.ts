import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldText, normaliseText, originalSpan } from '../../../src/guards/grounding/normalise-text.ts';

describe('foldText', () => {
  test.each([
    ['İADE Işık ŞÜKÜR', 'iade isik sukur'],
    ['Straße', 'strasse'],
    ['１２３', '123'],
    ['٤٢', '42'],
    ['12\u200b3\u00ad4', '1234'],
    ['dеlivеrеd', 'delivered'],
    ['a\u00a0b\u202fc', 'a b c'],
    ['—', '-'],
    ['**bold**', 'bold'],
    ['\0x\ud800y', 'x y'],
  ])('%j is %j', (written, folded) => {
    expect(foldText(written)).toBe(folded);
  });

  test('a wrapped line is one line, a new paragraph and a list are not', () => {
    expect(foldText('This line is long enough to have been wrapped by a mail program\nHere it goes on.')).not.toContain(
      '\n',
    );
    expect(foldText('One.\n\nTwo.')).toContain('\n');
    expect(foldText('list\n- one\n- two')).toBe('list\n- one\n- two');
  });
});

test('every folded character knows its place in the original', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (original) => {
      const normalised = normaliseText(original);
      expect(normalised.starts.length).toBe(normalised.text.length);
      let last = 0;
      for (let index = 0; index < normalised.text.length; index += 1) {
        const { start, end } = originalSpan(normalised, index, index + 1);
        expect(start).toBeGreaterThanOrEqual(last === start ? start : last - 2);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(original.length);
        last = end;
      }
    }),
  );
});
