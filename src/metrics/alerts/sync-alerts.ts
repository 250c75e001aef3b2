import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Database } from '../../storage/db.ts';
import type { AlertCondition, NoticeEvent } from './alert.ts';
import {
  type AlertRow,
  type AlertWrite,
  alertStatements,
  type EntryWrite,
  lockAlerts,
  scopeAlerts,
} from './alert-store.ts';
import { type AlertChange, decideAlerts, FLAP_WINDOW_MS, worseOf } from './decide-alerts.ts';
import { oneLine, plainWords } from './plain-words.ts';
import { type ChannelGaps, planDeliveries } from './plan-deliveries.ts';

export type { AlertCondition } from './alert.ts';

export interface AlertDeps {
  db: Database;
  clock: Clock;
  logger: Logger;
  channelGaps: ChannelGaps;
  /** Tells the queue of deliveries that stand in Postgres. It may fail: cron makes up for it. */
  enqueueDeliveries: (ids: string[], delayMs: number) => Promise<void>;
}

export const LONGEST_TITLE = 150;
export const LONGEST_DETAIL = 2_000;

/**
 * All conditions of a `scope` that hold now: new ones fire, held ones are told again after a pause, absent ones resolve (at
 * once, or after some quiet where they flap); keys in `unknown` (not enough data) stay as they are. One transaction.
 */
export async function syncAlerts(
  deps: AlertDeps,
  input: { scope: string; conditions: AlertCondition[]; unknown: string[] },
): Promise<{ fired: string[]; renotified: string[]; resolved: string[] }> {
  const now = deps.clock();
  const [records] = await deps.db.operator((queries) => [
    scopeAlerts(queries, input.scope, new Date(now.getTime() - FLAP_WINDOW_MS)),
  ]);
  const changes = decideAlerts({ now, ...input, records: records as (AlertRow & { state: 'firing' | 'resolved' })[] });
  const carried = changes.map((change) => carryOut(change, input.scope, now));
  if (carried.length === 0) return { fired: [], renotified: [], resolved: [] };
  const [, inserted, updated, , queued] = await deps.db.operator((queries) => [
    lockAlerts(queries, input.scope),
    ...alertStatements(
      queries,
      carried.map(({ write }) => write),
      carried.flatMap(({ write, event }) =>
        event === null ? [] : planDeliveries(write.row, event, now, deps.channelGaps),
      ),
      carried.flatMap(({ write, event }) => (event === null ? [] : entriesOf(write.row, event, now))),
    ),
  ]);
  await enqueueOrLeave(
    deps,
    queued.rows.map(({ id }) => id),
  );
  // Of two runs at once the second has written nothing.
  const written = new Set([...inserted.rows, ...updated.rows].map(({ id }) => id));
  const keysOf = (...events: NoticeEvent[]) =>
    carried.flatMap(({ write, event }) =>
      event !== null && events.includes(event) && written.has(write.row.id) ? [write.row.key] : [],
    );
  return {
    fired: keysOf('fired', 'fired-again'),
    renotified: keysOf('worsened', 'reminder'),
    resolved: keysOf('resolved'),
  };
}

/** The row as it is to be, and what people are told; null where they are told nothing. */
function carryOut(
  change: AlertChange<AlertRow & { state: 'firing' | 'resolved' }>,
  scope: string,
  now: Date,
): { write: AlertWrite; event: NoticeEvent | null } {
  switch (change.action) {
    case 'fire': {
      const base = {
        id: newId('alr', now),
        key: change.condition.key,
        scope,
        firedAt: now,
        notifiedAt: now,
        flaps: 0,
        version: 1,
      };
      return { write: { from: null, row: { ...base, ...held(change.condition, now) } }, event: 'fired' };
    }
    case 'fire-again': {
      const row = { ...change.record, ...held(change.condition, now), notifiedAt: now, flaps: change.record.flaps + 1 };
      return told(change.record, row, 'fired-again');
    }
    case 'worsen':
    case 'remind': {
      const row = { ...change.record, ...held(change.condition, now, change.record), notifiedAt: now };
      return told(change.record, row, change.action === 'worsen' ? 'worsened' : 'reminder');
    }
    case 'hold':
      return quiet(change.record, { ...change.record, ...held(change.condition, now, change.record) });
    case 'keep':
      return quiet(change.record, { ...change.record, seenAt: now });
    case 'resolve':
      return told(change.record, { ...change.record, state: 'resolved', resolvedAt: now }, 'resolved');
  }
}

function told(before: AlertRow, row: AlertRow, event: NoticeEvent) {
  return { write: { from: before.version, row: { ...row, version: before.version + 1 } }, event };
}

function quiet(before: AlertRow, row: AlertRow) {
  return { write: { from: before.version, row }, event: null };
}

function held(condition: AlertCondition, now: Date, before?: AlertRow) {
  const { kind, severity, figures, businessId, incidentId, rollbackCommand } = condition;
  return {
    kind,
    severity: before === undefined ? severity : worseOf(before.severity, severity),
    state: 'firing' as const,
    title: plainWords(condition.title, LONGEST_TITLE),
    detail: plainWords(condition.detail, LONGEST_DETAIL),
    figures,
    businessId,
    incidentId: incidentId ?? before?.incidentId ?? null,
    rollbackCommand: rollbackCommand === null ? null : oneLine(rollbackCommand, LONGEST_DETAIL),
    seenAt: now,
    resolvedAt: null,
  };
}

const TOLD: Partial<Record<NoticeEvent, string>> = {
  fired: 'Alert fires',
  'fired-again': 'Alert fires again',
  worsened: 'Alert got worse',
  resolved: 'Alert resolved',
  announced: 'Announced',
};

/** What an incident's timeline says of an alert; reminders are not worth a line. */
export function entriesOf(row: AlertRow, event: NoticeEvent, now: Date): EntryWrite[] {
  const said = TOLD[event];
  if (row.incidentId === null || said === undefined) return [];
  return [
    {
      id: newId('ine', now),
      incidentId: row.incidentId,
      key: `alert:${row.id}:${row.version}`,
      kind: 'alert',
      text: `${said}: ${row.title}`,
      at: now.toISOString(),
      data: { alertId: row.id, event, severity: row.severity },
      alertId: row.id,
      version: row.version,
    },
  ];
}

/** The rows stand: a queue that does not take them costs a minute, not an alert. */
export async function enqueueOrLeave(
  deps: Pick<AlertDeps, 'enqueueDeliveries' | 'logger'>,
  ids: string[],
): Promise<void> {
  if (ids.length === 0) return;
  try {
    await deps.enqueueDeliveries(ids, 0);
  } catch {
    deps.logger.error('alert.not-queued', { deliveries: ids.length });
  }
}
