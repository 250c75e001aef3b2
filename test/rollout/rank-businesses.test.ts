import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillShare, rankBusinesses, shareOf } from '../../src/rollout/rank-businesses.ts';

const FEATURE = 'RAG_PILOT';
const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 80 });
const percent = fc.integer({ min: 1, max: 100 });

function fill(all: string[], share: number, enrolled: string[] = [], excluded: string[] = []): string[] {
  return fillShare({ feature: FEATURE, percent: share, all, enrolled: new Set(enrolled), excluded: new Set(excluded) });
}

describe('shares of businesses', () => {
  it('are ⌈p·N⌉ for every whole percentage and N', () => {
    fc.assert(
      fc.property(percent, fc.integer({ min: 0, max: 10_000_000 }), (p, n) => {
        const share = BigInt(shareOf(p, n));
        // ⌈pN/100⌉ is the only whole number k with 100(k − 1) < pN ≤ 100k.
        expect(100n * share >= BigInt(p) * BigInt(n)).toBe(true);
        expect(100n * (share - 1n) < BigInt(p) * BigInt(n)).toBe(true);
      }),
    );
  });

  it('enrol exactly that many, without repetition', () => {
    fc.assert(
      fc.property(ids, percent, (all, p) => {
        const chosen = fill(all, p);
        expect(chosen).toHaveLength(shareOf(p, all.length));
        expect(new Set(chosen).size).toBe(chosen.length);
      }),
    );
  });

  it('widen monotonically: whoever is in at a smaller share is in at a larger one', () => {
    fc.assert(
      fc.property(ids, percent, percent, (all, p, q) => {
        const [small, large] = [fill(all, Math.min(p, q)), fill(all, Math.max(p, q))];
        expect(large.slice(0, small.length)).toEqual(small);
      }),
    );
  });

  it('are the same whether widened in steps or at once, and never need a removal', () => {
    fc.assert(
      fc.property(ids, percent, percent, (all, p, q) => {
        const [small, large] = [Math.min(p, q), Math.max(p, q)];
        const first = fill(all, small);
        const then = fill(all, large, first);
        expect([...first, ...then]).toEqual(fill(all, large));
      }),
    );
  });

  it('never enrol whom somebody took out, and enrol nobody where enough are in', () => {
    fc.assert(
      fc.property(ids, percent, fc.func(fc.constantFrom('in', 'out', 'free')), (all, p, stateOf) => {
        const enrolled = all.filter((id) => stateOf(id) === 'in');
        const excluded = all.filter((id) => stateOf(id) === 'out');
        const chosen = fill(all, p, enrolled, excluded);
        expect(chosen.filter((id) => stateOf(id) !== 'free')).toEqual([]);
        const free = all.length - enrolled.length - excluded.length;
        const shortfall = Math.max(0, shareOf(p, all.length) - enrolled.length);
        expect(chosen).toHaveLength(Math.min(free, shortfall));
      }),
    );
  });

  it('rank businesses alike whatever order they come in and whoever joins', () => {
    fc.assert(
      fc.property(ids, fc.string({ minLength: 13, maxLength: 14 }), (all, newcomer) => {
        const order = rankBusinesses(FEATURE, all);
        expect(rankBusinesses(FEATURE, [...all].reverse())).toEqual(order);
        expect(rankBusinesses(FEATURE, [...all, newcomer]).filter((id) => id !== newcomer)).toEqual(order);
      }),
    );
  });
});
