import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newId } from '../../src/lib/ids.ts';

it('an id is its prefix, and 26 characters that nobody mistakes for others', () => {
  expect(newId('drf', new Date())).toMatch(/^drf_[0-9a-hjkmnp-tv-z]{26}$/);
});

it('ids of one prefix sort by time, to the millisecond', () => {
  const times = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(times, times, (a, b) => {
      fc.pre(a.getTime() < b.getTime());
      expect(newId('msg', a) < newId('msg', b)).toBe(true);
    }),
  );
  const now = Date.parse('2026-11-09T09:30:00Z');
  expect(newId('msg', new Date(now)) < newId('msg', new Date(now + 1))).toBe(true);
});

it('ids of one millisecond differ', () => {
  const now = new Date();
  const ids = Array.from({ length: 5_000 }, () => newId('msg', now));
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(ids.map((id) => id.slice(0, 14))).size).toBe(1);
});
