import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanJson, cleanText, JSON_DEPTH_LIMIT } from '../../src/mail/clean-text.ts';

const HOSTILE = fc.constantFrom(
  'a',
  '\r',
  '\n',
  '\t',
  '\u0000',
  '\u001B',
  '\u007F',
  '\uD800',
  '\uDC00',
  '\u2028',
  '\u200B',
  'ü',
);

describe('cleanText', () => {
  it.each([
    ['a\u0000b', 'ab'],
    ['a\u0007\u001Bb', 'ab'],
    ['a\tb\nc', 'a\tb\nc'],
    ['a\r\nb\rc', 'a\nb\nc'],
    ['a\uD800b', 'a\uFFFDb'],
    ['\uDC00\uD800', '\uFFFD\uFFFD'],
    ['😀 ü İ \u200B \u202E', '😀 ü İ \u200B \u202E'],
    ['', ''],
  ])('turns %j into %j', (dirty, clean) => {
    expect(cleanText(dirty)).toBe(clean);
  });

  it('changes nothing the second time, whatever came', () => {
    fc.assert(
      fc.property(fc.string({ unit: HOSTILE, maxLength: 60 }), (text) => {
        const once = cleanText(text);
        expect(cleanText(once)).toBe(once);
        expect(once.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('cleanJson', () => {
  it('cleans strings and keys at any depth and keeps the rest', () => {
    expect(cleanJson({ 'a\u0000': ['b\r\n', { c: '\uD800' }], n: 1, t: true, z: null })).toEqual({
      a: ['b\n', { c: '\uFFFD' }],
      n: 1,
      t: true,
      z: null,
    });
  });

  it('makes a key named __proto__ a property', () => {
    const cleaned = cleanJson(JSON.parse('{"__proto__": {"admin": true}}')) as Record<string, unknown>;
    expect(Object.keys(cleaned)).toEqual(['__proto__']);
    expect((cleaned as { admin?: boolean }).admin).toBeUndefined();
  });

  it('refuses what is nested too deep', () => {
    const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    expect(cleanJson(nested(JSON_DEPTH_LIMIT))).toEqual(nested(JSON_DEPTH_LIMIT));
    expect(() => cleanJson(nested(JSON_DEPTH_LIMIT + 1))).toThrow(RangeError);
    expect(() => cleanJson(nested(5_000))).toThrow(RangeError);
  });
});
