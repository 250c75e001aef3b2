import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../scripts/lib/seeded-random.ts';
import { differenceInterval, isLower, logEvidenceOfLower } from '../../src/metrics/stats/difference-interval.ts';
import { isAbove, isBelow, logEvidenceAgainst, rateInterval } from '../../src/metrics/stats/rate-interval.ts';
import { sampleRatio } from '../../src/metrics/stats/sample-ratio.ts';

/** Two standard errors of a share of 0.05 among 2,000 runs. A fixed-sample interval misses in more than 0.3 of them. */
const TOLERANCE = 0.01;

const counts = fc
  .integer({ min: 0, max: 5_000 })
  .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));

describe('the interval of a rate', () => {
  it('holds the estimate, lies in 0 to 1, and is wider for a smaller error', () => {
    fc.assert(
      fc.property(counts, ([successes, n]) => {
        const wide = rateInterval(successes, n, 0.001);
        const shown = rateInterval(successes, n);
        expect(wide.low).toBeLessThanOrEqual(shown.low);
        expect(wide.high).toBeGreaterThanOrEqual(shown.high);
        expect(shown.low).toBeGreaterThanOrEqual(0);
        expect(shown.high).toBeLessThanOrEqual(1);
        if (n > 0) {
          expect(shown.low).toBeLessThanOrEqual(successes / n);
          expect(shown.high).toBeGreaterThanOrEqual(successes / n);
        }
      }),
    );
  });

  it('agrees with the tests for a limit', () => {
    fc.assert(
      fc.property(counts, fc.double({ min: 0.01, max: 0.99, noNaN: true }), ([successes, n], limit) => {
        const { low, high } = rateInterval(successes, n, 0.01);
        if (Math.abs(low - limit) > 1e-9) expect(isAbove(limit, successes, n, 0.01)).toBe(low > limit);
        if (Math.abs(high - limit) > 1e-9) expect(isBelow(limit, successes, n, 0.01)).toBe(high < limit);
      }),
    );
  });

  it('is what the mixture gives by hand', () => {
    // 0 of 10: B(1, 11) = 1/11, so (1 - p)^10 = alpha / 11 at the upper bound.
    expect(rateInterval(0, 10)).toEqual({ low: 0, high: expect.closeTo(1 - (0.05 / 11) ** 0.1, 9) });
    expect(rateInterval(10, 10)).toEqual({ low: expect.closeTo((0.05 / 11) ** 0.1, 9), high: 1 });
    expect(rateInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it.each([0.02, 0.3, 0.7])(
    'misses a true rate of %f in about one run of twenty at most, looked at after every draft',
    (rate) => {
      const random = seededRandom(7);
      let missed = 0;
      const runs = 2_000;
      for (let run = 0; run < runs; run++) {
        let successes = 0;
        for (let n = 1; n <= 500; n++) {
          if (random() < rate) successes += 1;
          if (logEvidenceAgainst(rate, successes, n) < Math.log(20)) continue;
          missed += 1;
          break;
        }
      }
      expect(missed / runs).toBeLessThanOrEqual(0.05 + TOLERANCE);
    },
  );
});

describe('the interval of a difference', () => {
  it('is null without data in one arm, and turns its sign with the arms', () => {
    expect(differenceInterval({ successes: 0, n: 0 }, { successes: 3, n: 5 })).toBeNull();
    const [one, other] = [
      { successes: 30, n: 80 },
      { successes: 15, n: 20 },
    ];
    const there = differenceInterval(one, other);
    const back = differenceInterval(other, one);
    expect(there?.estimate).toBeCloseTo(-0.375, 12);
    expect(there?.low).toBeCloseTo(-(back?.high ?? 0), 12);
  });

  it('lies below 0 just where the test says that the first is lower', () => {
    fc.assert(
      fc.property(counts, counts, ([a, n], [b, m]) => {
        const [first, second] = [
          { successes: a, n },
          { successes: b, n: m },
        ];
        const difference = differenceInterval(first, second, 0.01);
        if (difference === null) return;
        expect(difference.low).toBeLessThanOrEqual(difference.estimate);
        expect(difference.high).toBeGreaterThanOrEqual(difference.estimate);
        if (Math.abs(difference.high) > 1e-6) expect(isLower(first, second, 0.01)).toBe(difference.high < 0);
      }),
      { numRuns: 50 },
    );
  });

  it('sees the first below the second in about one run of twenty at most where both are alike, looked at after every draft', () => {
    const random = seededRandom(11);
    let missed = 0;
    const runs = 2_000;
    for (let run = 0; run < runs; run++) {
      const rag = { successes: 0, n: 0 };
      const control = { successes: 0, n: 0 };
      for (let draft = 0; draft < 600; draft++) {
        const arm = random() < 0.2 ? control : rag;
        arm.n += 1;
        if (random() < 0.7) arm.successes += 1;
        if (logEvidenceOfLower(rag, control) < Math.log(20)) continue;
        missed += 1;
        break;
      }
    }
    expect(missed / runs).toBeLessThanOrEqual(0.05 + TOLERANCE);
  });
});

describe('the sample ratio', () => {
  it.each([
    [200, 1_000, 0.2, 'ok'],
    [500, 1_000, 0.2, 'mismatch'],
    [0, 0, 0.2, 'no-data'],
    [3, 10, 0.2, 'ok'],
    [0, 50, 0, 'ok'],
    [1, 50, 0, 'mismatch'],
  ] as const)('%i control threads of %i with a share of %f: %s', (control, total, share, expected) => {
    expect(sampleRatio(control, total, share)).toBe(expected);
  });
});
