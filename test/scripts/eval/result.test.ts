import { describe, expect, it } from 'vitest';
import { cellsOf, meetsGoal, parseGoal } from '../../../scripts/eval/result.ts';

describe('a goal', () => {
  it.each([
    ['>= 0.99', 0.99, true],
    ['>= 0.99', 0.98, false],
    ['<= 0.05', 0.05, true],
    ['<= 0.05', 0.06, false],
    ['0', 0, true],
    ['0', 1, false],
    [0, 1, false],
    [0.95, 0.96, true],
    [0.95, 0.9, false],
  ])('%s of %f is met: %s', (goal, value, met) => {
    expect(meetsGoal({ name: '', value, n: 10, goal: parseGoal(goal) })).toBe(met);
  });

  it('is missed where nothing was measured', () => {
    expect(meetsGoal({ name: '', value: 0, n: 0, goal: parseGoal('<= 0') })).toBe(false);
  });

  it('is absent where none is given, and refused where it is no number', () => {
    expect(parseGoal(undefined)).toBeUndefined();
    expect(meetsGoal({ name: '', value: 0, n: 1 })).toBeUndefined();
    expect(() => parseGoal('high')).toThrow('not a goal');
  });

  it('stands in the table with its verdict', () => {
    expect(cellsOf({ name: 'leaks', value: 3, n: 9, goal: parseGoal(0), note: 'why' })).toEqual([
      'leaks',
      '3',
      '9',
      '<= 0',
      'MISS',
      'why',
    ]);
  });
});
