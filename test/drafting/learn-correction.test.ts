import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  learnCorrection,
  NO_CORRECTION,
  USAGE_WINDOW,
  type UsageSample,
  withSample,
} from '../../src/drafting/learn-correction.ts';

/** Drafts one after the other on a model, each predicted with what was learned of those before it. */
function accuracyOn(report: (counted: number, index: number) => number, counts: number[]): number {
  let samples: UsageSample[] = [];
  let correction = NO_CORRECTION;
  let near = 0;
  counts.forEach((counted, index) => {
    const reported = report(counted, index);
    const predicted = Math.ceil(counted * correction.factor + correction.constant);
    if (Math.abs(predicted - reported) <= 0.1 * reported) near += 1;
    samples = withSample(samples, { counted, reported });
    correction = learnCorrection(samples);
  });
  return near / counts.length;
}

/** Prompt sizes of 200 drafts, deterministic, 700 to 5,700 tokens. */
const COUNTS = Array.from({ length: 200 }, (_, i) => 700 + ((i * 7_919) % 5_000));

describe('the learned token correction', () => {
  it.each([
    ['as it is counted', (n: number) => n],
    ['with a constant of 350', (n: number) => n + 350],
    ['with a constant of 2,000', (n: number) => n + 2_000],
    ['with a factor of 1.3', (n: number) => Math.round(n * 1.3)],
    ['with a factor of 0.7', (n: number) => Math.round(n * 0.7)],
    ['with both', (n: number) => Math.round(n * 1.25 + 180)],
    ['with noise of ±3 %', (n: number, i: number) => Math.round((n * 1.2 + 90) * (1 + (((i * 31) % 7) - 3) / 100))],
  ])('predicts more than 95 %% of drafts within ±10 %% on a model that reports %s', (_name, report) => {
    expect(accuracyOn(report, COUNTS)).toBeGreaterThan(0.95);
  });

  it('is not moved by one wild report in ten', () => {
    const report = (n: number, i: number) => (i % 10 === 9 ? 1 : Math.round(n * 1.2 + 100));
    const sane = COUNTS.filter((_, i) => i % 10 !== 9).length;
    expect((accuracyOn(report, COUNTS) * COUNTS.length) / sane).toBeGreaterThan(0.95);
  });

  it('finds a model again whose usage has changed', () => {
    const report = (n: number, i: number) => (i < 100 ? n : Math.round(n * 1.4));
    expect(accuracyOn(report, COUNTS)).toBeGreaterThan(0.8);
    const later = accuracyOn((n) => Math.round(n * 1.4), COUNTS.slice(100));
    expect(later).toBeGreaterThan(0.95);
  });

  it('stays in its bounds whatever is reported', () => {
    const tokens = fc.integer({ min: -10, max: 10_000_000 });
    const samples = fc.array(fc.record({ counted: tokens, reported: tokens }), { maxLength: 120 });
    fc.assert(
      fc.property(samples, (all) => {
        const window = all.reduce<UsageSample[]>(withSample, []);
        const { constant, factor } = learnCorrection(window);
        expect(window.length).toBeLessThanOrEqual(USAGE_WINDOW);
        expect(factor).toBeGreaterThanOrEqual(0.5);
        expect(factor).toBeLessThanOrEqual(2.5);
        expect(constant).toBeGreaterThanOrEqual(-500);
        expect(constant).toBeLessThanOrEqual(4_000);
      }),
    );
  });
});
