import { expect, it } from 'vitest';
import { instantIn } from '../../src/pages/console/zone.ts';

it.each([
  ['UTC', '2026-11-27T09:30', '2026-11-27T09:30:00.000Z'],
  ['Europe/Istanbul', '2026-11-27T00:30', '2026-11-26T21:30:00.000Z'],
  ['Europe/Berlin', '2026-07-01T12:00', '2026-07-01T10:00:00.000Z'],
  ['Europe/Berlin', '2026-12-01T12:00', '2026-12-01T11:00:00.000Z'],
  ['Europe/Berlin', '2026-03-29T01:59', '2026-03-29T00:59:00.000Z'],
  ['Europe/Berlin', '2026-03-29T03:00', '2026-03-29T01:00:00.000Z'],
  ['Asia/Kolkata', '2026-01-01T00:00', '2025-12-31T18:30:00.000Z'],
  ['America/St_Johns', '2026-01-01T00:00', '2026-01-01T03:30:00.000Z'],
])('clocks in %s show %s at %s', (zone, wall, instant) => {
  expect(instantIn(zone, wall)?.toISOString()).toBe(instant);
});

it.each(['', 'yesterday', '2026-13-40T00:00', '2026-11-27'])('%j is no time of a clock', (wall) => {
  expect(instantIn('UTC', wall)).toBeNull();
});
