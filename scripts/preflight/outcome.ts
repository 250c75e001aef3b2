export interface Outcome {
  /** Groups the lines: `hand check`, `checklist`. */
  group: string;
  name: string;
  status: 'pass' | 'fail' | 'skipped';
  /** One line: what was seen, or why it was not looked at. */
  detail: string;
}

export type Verdict = Pick<Outcome, 'status' | 'detail'>;

export const pass = (detail: string): Verdict => ({ status: 'pass', detail });
export const fail = (detail: string): Verdict => ({ status: 'fail', detail });
export const skipped = (detail: string): Verdict => ({ status: 'skipped', detail });

/** `pass` where there are no problems. */
export function verdictOf(problems: (string | false | undefined)[], detail: string): Verdict {
  const real = problems.filter((problem): problem is string => typeof problem === 'string');
  return real.length === 0 ? pass(detail) : fail(real.join('; '));
}

/** Runs one check; whatever it throws is a failure in one line. */
export async function runCheck(group: string, name: string, check: () => Promise<Verdict> | Verdict): Promise<Outcome> {
  try {
    return { group, name, ...(await check()) };
  } catch (error) {
    const text = error instanceof Error ? (error.message.split('\n')[0] ?? 'failed') : 'failed';
    return { group, name, ...fail(text) };
  }
}
