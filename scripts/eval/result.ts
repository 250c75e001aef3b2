/** One line of the evaluation's table. */
export interface Result {
  name: string;
  /** A share from 0 to 1, or a count or another number where the name says so. */
  value: number;
  n: number;
  goal?: Goal;
  note?: string;
}

export interface Goal {
  relation: '>=' | '<=';
  bound: number;
}

/** Whether the value meets its goal; nothing was measured: no. Undefined without a goal. */
export function meetsGoal({ value, n, goal }: Result): boolean | undefined {
  if (goal === undefined) return undefined;
  if (n === 0 || !Number.isFinite(value)) return false;
  return goal.relation === '>=' ? value >= goal.bound : value <= goal.bound;
}

/** A goal as the parts of the evaluation write it: ">= 0.99", "<= 0.05", "0" or 0 (none may), 0.95 (at least). */
export function parseGoal(goal: string | number | undefined): Goal | undefined {
  if (goal === undefined) return undefined;
  const match = /^(>=|<=|≥|≤)?\s*([\d.]+)$/.exec(String(goal).trim());
  const bound = Number(match?.[2]);
  if (match === null || !Number.isFinite(bound)) throw new Error(`not a goal: ${goal}`);
  const sign = match[1] ?? (bound === 0 ? '<=' : '>=');
  return { relation: sign === '<=' || sign === '≤' ? '<=' : '>=', bound };
}

/** Cells of the table: name, value, n, goal, ok or MISS, note. */
export function cellsOf(result: Result): string[] {
  const { name, value, n, goal, note } = result;
  const met = meetsGoal(result);
  return [
    name,
    Number.isInteger(value) && (value > 1 || value < 0) ? String(value) : value.toFixed(3),
    String(n),
    goal === undefined ? '' : `${goal.relation} ${goal.bound}`,
    met === undefined ? '' : met ? 'ok' : 'MISS',
    note ?? '',
  ];
}
