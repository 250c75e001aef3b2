import type { AlertCondition, Severity } from './alert.ts';

const MINUTE_MS = 60_000;
/** People are told again of what still fires after this. */
const REMIND_AFTER_MS: Record<Severity, number> = {
  critical: 30 * MINUTE_MS,
  warning: 4 * 60 * MINUTE_MS,
  info: 24 * 60 * MINUTE_MS,
};
/** What fires again within this after it was resolved is the same alert. */
export const FLAP_WINDOW_MS = 30 * MINUTE_MS;
/** An alert that came back once has to be quiet this long to be resolved, doubling each time it comes back. */
const FIRST_QUIET_MS = 5 * MINUTE_MS;
const LONGEST_QUIET_MS = 60 * MINUTE_MS;
const WORSE: Record<Severity, number> = { info: 0, warning: 1, critical: 2 };

/** What the state machine knows of an alert. */
export interface AlertRecord {
  key: string;
  state: 'firing' | 'resolved';
  severity: Severity;
  notifiedAt: Date;
  seenAt: Date;
  resolvedAt: Date | null;
  flaps: number;
}

export type AlertChange<R extends AlertRecord> =
  | { action: 'fire'; condition: AlertCondition }
  /** Told: it came back, got worse, or still holds. `hold` tells nobody. */
  | { action: 'fire-again' | 'worsen' | 'remind' | 'hold'; record: R; condition: AlertCondition }
  /** Not enough data: it stays as it is, and its quiet time does not run. */
  | { action: 'keep'; record: R }
  | { action: 'resolve'; record: R };

/**
 * What becomes of a scope's alerts. `records`: those that fire, and the newest resolved one of a key within `FLAP_WINDOW_MS`.
 * Pure. An alert that flaps needs longer and longer quiet before it counts as resolved.
 */
export function decideAlerts<R extends AlertRecord>(facts: {
  now: Date;
  conditions: AlertCondition[];
  unknown: string[];
  records: R[];
}): AlertChange<R>[] {
  const { now, records } = facts;
  const firing = new Map(records.filter(({ state }) => state === 'firing').map((record) => [record.key, record]));
  const resolved = new Map(records.filter((record) => isRecent(record, now)).map((record) => [record.key, record]));
  const conditions = worstPerKey(facts.conditions);
  const unknown = new Set(facts.unknown);
  const changes: AlertChange<R>[] = [];
  for (const condition of conditions.values()) {
    const record = firing.get(condition.key);
    const before = resolved.get(condition.key);
    if (record !== undefined) changes.push({ action: heldAction(record, condition, now), record, condition });
    else if (before !== undefined) changes.push({ action: 'fire-again', record: before, condition });
    else changes.push({ action: 'fire', condition });
  }
  for (const record of firing.values()) {
    if (conditions.has(record.key)) continue;
    if (unknown.has(record.key)) changes.push({ action: 'keep', record });
    else if (now.getTime() - record.seenAt.getTime() >= quietMs(record.flaps))
      changes.push({ action: 'resolve', record });
  }
  return changes;
}

/** How long a condition has to be absent before its alert is resolved, in milliseconds. */
export function quietMs(flaps: number): number {
  return flaps === 0 ? 0 : Math.min(LONGEST_QUIET_MS, FIRST_QUIET_MS * 2 ** (flaps - 1));
}

function heldAction(record: AlertRecord, condition: AlertCondition, now: Date): 'worsen' | 'remind' | 'hold' {
  if (WORSE[condition.severity] > WORSE[record.severity]) return 'worsen';
  return now.getTime() - record.notifiedAt.getTime() >= REMIND_AFTER_MS[record.severity] ? 'remind' : 'hold';
}

/** The worse of two: within an episode a severity only grows, so that whoever was called is told of the end. */
export function worseOf(a: Severity, b: Severity): Severity {
  return WORSE[a] >= WORSE[b] ? a : b;
}

function isRecent(record: AlertRecord, now: Date): boolean {
  return record.resolvedAt !== null && now.getTime() - record.resolvedAt.getTime() < FLAP_WINDOW_MS;
}

function worstPerKey(conditions: AlertCondition[]): Map<string, AlertCondition> {
  const byKey = new Map<string, AlertCondition>();
  for (const condition of conditions) {
    const known = byKey.get(condition.key);
    if (known === undefined || WORSE[condition.severity] > WORSE[known.severity]) byKey.set(condition.key, condition);
  }
  return byKey;
}
