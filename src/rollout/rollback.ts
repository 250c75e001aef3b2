export const ROLLBACK_LEVELS = ['business', 'cohort', 'global'] as const;
export type RollbackLevel = (typeof ROLLBACK_LEVELS)[number];

/** `restore-requested`: a global one waits for a second person. */
export const ROLLBACK_STATUSES = ['done', 'restore-requested', 'restored'] as const;

/** `pending` and `clear-pending`: KV did not answer; cron tries again every minute. */
export const ROLLBACK_KV_STATES = ['written', 'pending', 'cleared', 'clear-pending'] as const;

/** Which rows of a feature: one business, all enabled in [from, to), all of a ramp or of one of its steps, or all. */
export type RollbackSelector =
  | { businessId: string }
  | { from: string; to: string }
  | { rampId: string; step: string | null }
  | Record<string, never>;

export interface RestorePoint {
  /** Rows of "PilotBusiness" as `to_jsonb` writes them: times with microseconds, without zone. */
  rows: Record<string, unknown>[];
  /** Flags as they were, of businesses whose flags were changed. */
  flags: { businessId: string; emailRagEnabled: boolean; emailSnippetsEnabled: boolean }[];
  /** What kept the one business out before, as `to_jsonb` writes it. */
  exclusion?: Record<string, unknown> | null;
}

/** `enabledBy` of the rows that a ramp's step enrolled: what a rollback of that step selects by. */
export function rampStage(rampId: string, step: string): string {
  return `ramp:${rampId}:${step}`;
}
