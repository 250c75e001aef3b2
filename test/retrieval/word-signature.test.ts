import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsOfQuery, distinctStems, SIGNATURE_BITS, signatureOfExample } from '../../src/retrieval/word-signature.ts';

describe('the words of a text', () => {
  it.each([
    ['Refund, refunds and REFUNDED!', ['refund', 'and']],
    ['İade süreci, iademi bekliyorum', ['iade', 'sureci', 'iademi', 'bekliy']],
    ['Rückgabe der Lampe: Ruckgabe', ['ruckga', 'der', 'lampe']],
    ['Order #A-1042 and 1042', ['order', 'a', '1042', 'and']],
    ['', []],
    ['!!! ??? ...', []],
  ])('%j are %j', (text, stems) => {
    expect(distinctStems(text, 50)).toEqual(stems);
  });

  it('are read in linear time, however long a text is', () => {
    const started = performance.now();
    distinctStems('a'.repeat(1_000_000), 64);
    distinctStems('a b '.repeat(300_000), 64);
    distinctStems('\u0301'.repeat(1_000_000), 64);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('a signature', () => {
  it('holds the bit of every word that a query shares with it', () => {
    const signature = signatureOfExample('Where is my parcel?', 'We have asked the carrier.');
    expect(signature).toMatch(/^[01]{512}$/);
    for (const bit of bitsOfQuery('parcel carrier')) expect(signature[bit]).toBe('1');
    const others = bitsOfQuery('wedding invitation stationery').filter((bit) => signature[bit] === '1');
    expect(others).toEqual([]);
  });

  it('is never more than a fifth full, whatever the texts', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 5_000, unit: 'binary' }),
        fc.string({ maxLength: 5_000 }),
        (question, answer) => {
          const signature = signatureOfExample(question, answer);
          expect(signature).toHaveLength(SIGNATURE_BITS);
          expect([...signature].filter((bit) => bit === '1').length).toBeLessThanOrEqual(96);
          for (const bit of bitsOfQuery(question)) expect(bit).toBeLessThan(SIGNATURE_BITS);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('stays what it is: stored rows depend on it', () => {
    expect(bitsOfQuery('refund parcel sipariş 1042')).toEqual(BITS_OF_THE_FIRST_VERSION);
  });
});

const BITS_OF_THE_FIRST_VERSION = [393, 83, 94, 349];
