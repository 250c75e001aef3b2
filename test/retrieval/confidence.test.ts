import { describe, expect, it } from 'vitest';
import { fitLogistic } from '../../scripts/eval/fit-logistic.ts';
import { CALIBRATIONS } from '../../src/retrieval/calibrations.ts';
import { calibrationOf, confidenceOf } from '../../src/retrieval/confidence.ts';
import { distinctExamples } from '../../src/retrieval/distinct-examples.ts';

describe('the confidence of an example', () => {
  it('rises with similarity and with shared words, and stays between 0 and 1', () => {
    for (const model of [...Object.keys(CALIBRATIONS), 'a model that nobody knows']) {
      const at = (similarity: number, wordShare = 0) => confidenceOf(model, { similarity, wordShare });
      expect(at(0.9)).toBeGreaterThan(at(0.5));
      expect(at(0.5, 1)).toBeGreaterThanOrEqual(at(0.5));
      expect(at(-1)).toBeGreaterThanOrEqual(0);
      expect(at(1, 1)).toBeLessThanOrEqual(1);
    }
  });

  it('says where its numbers come from, and does not call a guess a fit', () => {
    expect(CALIBRATIONS['offline-use-512']).toMatchObject({ fitted: true, origin: expect.stringContaining('pairs') });
    expect(CALIBRATIONS['text-embedding-3-small']).toMatchObject({
      fitted: false,
      origin: expect.stringContaining('not fitted'),
    });
    expect(calibrationOf('another').fitted).toBe(false);
  });

  it('is fitted by maximum likelihood: the curve that made the pairs is found again', () => {
    const pairs = Array.from({ length: 4_000 }, (_, i) => {
      const similarity = (i % 100) / 100;
      const wordShare = ((i * 37) % 50) / 50;
      const p = 1 / (1 + Math.exp(-(5 * similarity + 2 * wordShare - 3)));
      return { similarity, wordShare, relevant: ((i * 7_919) % 1_000) / 1_000 < p };
    });
    const fit = fitLogistic(pairs);
    expect(fit.similarity).toBeCloseTo(5, 0);
    expect(fit.wordShare).toBeCloseTo(2, 0);
    expect(fit.intercept).toBeCloseTo(-3, 0);
  });
});

describe('examples that say the same', () => {
  it('are shown once, the best of them', () => {
    const examples = [
      { id: 1, answer: 'Please send it back within 30 days, we pay for the parcel.' },
      { id: 2, answer: 'Please send it back within 30 days; we pay for the parcel!' },
      { id: 3, answer: 'We are sorry. Another lamp is on its way to you.' },
    ];
    expect(distinctExamples(examples).map(({ id }) => id)).toEqual([1, 3]);
    expect(distinctExamples([...examples].reverse()).map(({ id }) => id)).toEqual([3, 2]);
  });
});
