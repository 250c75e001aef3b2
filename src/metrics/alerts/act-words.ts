import type { Severity } from './alert.ts';

/** An audit row of an act that is announced; acts of plain SQL in one transaction are one. */
export interface AnnouncedAct {
  key: string;
  action: string;
  actor: string;
  reason: string | null;
  businessId: string | null;
  after: Record<string, unknown>;
  /** Rows that one transaction of plain SQL changed. */
  rows: number;
  at: Date;
}

/** What stands in Postgres of a rollback that was announced. */
export interface RollbackFigures {
  level: 'business' | 'cohort' | 'global';
  affected: number;
  quarantinedDrafts: number;
  kv: string | null;
}

/** Acts of rollout that everybody is told of, whoever did them: names of audit actions. */
export const ANNOUNCED_ACTIONS = [
  'rollback',
  'rollback.restore-request',
  'rollback.restore',
  'ramp.create',
  'ramp.start',
  'ramp.advance',
  'ramp.pause',
  'ramp.resume',
  'ramp.abort',
  'ramp.roll-back',
  'ramp.rolled-back',
  'ramp.finish',
] as const;
/** Of these, what was done by plain SQL. */
export const SQL_ACTIONS = ['pilot.remove', 'feature.change', 'business.update'] as const;

const RAMP_WORDS: Record<string, string> = {
  'ramp.create': 'Ramp made',
  'ramp.start': 'Ramp started',
  'ramp.advance': 'Ramp advanced',
  'ramp.pause': 'Ramp paused',
  'ramp.resume': 'Ramp resumed',
  'ramp.abort': 'Ramp aborted',
  'ramp.roll-back': 'Ramp rolled back',
  'ramp.rolled-back': 'Ramp rolled back',
  'ramp.finish': 'Ramp finished',
};

/** What is said of an act. `step`: the name of the ramp's step, where there is one. */
export function actWords(
  act: AnnouncedAct,
  known: { rollback: RollbackFigures | null; step: string | null },
): { severity: Severity; title: string; detail: string } {
  const by = `By ${act.actor}${act.reason === null ? '' : `: ${act.reason}`}.`;
  const { rollback, step } = known;
  switch (act.action) {
    case 'rollback': {
      const what =
        rollback?.level === 'global'
          ? 'globally'
          : rollback?.level === 'business'
            ? 'for one business'
            : 'for a cohort';
      const figures =
        rollback === null
          ? ''
          : ` Businesses: ${rollback.affected}. Drafts set aside: ${rollback.quarantinedDrafts}.${rollback.kv === null ? '' : ` Edge switch: ${rollback.kv}.`}`;
      return { severity: 'warning', title: `RAG rolled back ${what}`, detail: `${by}${figures}` };
    }
    case 'rollback.restore-request':
      return {
        severity: 'warning',
        title: 'Restore of a global rollback asked for',
        detail: `${by} It takes effect when somebody else confirms it.`,
      };
    case 'rollback.restore':
      return { severity: 'warning', title: 'Rollback restored', detail: by };
    case 'pilot.remove':
    case 'feature.change':
    case 'business.update':
      return {
        severity: 'warning',
        title: 'RAG changed by SQL',
        detail: `${by} Rows of ${act.action.split('.')[0]} changed: ${act.rows}.`,
      };
    default: {
      const because = act.after.because;
      const reasons = Array.isArray(because) && because.length > 0 ? ` Because: ${because.join('; ')}.` : '';
      const stopped = /paus|abort|roll/.test(act.action);
      return {
        severity: stopped ? 'warning' : 'info',
        title: `${RAMP_WORDS[act.action] ?? act.action}${step === null ? '' : `: step ${step}`}`,
        detail: `${by}${reasons}`,
      };
    }
  }
}
