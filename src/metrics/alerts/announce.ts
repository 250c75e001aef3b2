import { newId } from '../../lib/ids.ts';
import type { Severity } from './alert.ts';
import { type AlertRow, alertStatements } from './alert-store.ts';
import { oneLine, plainWords } from './plain-words.ts';
import { planDeliveries } from './plan-deliveries.ts';
import { type AlertDeps, enqueueOrLeave, entriesOf, LONGEST_DETAIL, LONGEST_TITLE } from './sync-alerts.ts';

export interface Announcement {
  /** Announced once, ever. */
  key: string;
  severity: Severity;
  title: string;
  detail: string;
  businessId: string | null;
  incidentId: string | null;
  rollbackCommand?: string | null;
}

/** Tells all channels of something that happened, once per key. Delivered like an alert; resolves nothing. */
export async function announce(deps: AlertDeps, input: Announcement): Promise<{ announced: boolean }> {
  const now = deps.clock();
  const row: AlertRow = {
    id: newId('alr', now),
    key: input.key,
    scope: 'announcements',
    kind: 'announcement',
    severity: input.severity,
    state: 'announced',
    title: plainWords(input.title, LONGEST_TITLE),
    detail: plainWords(input.detail, LONGEST_DETAIL),
    figures: null,
    businessId: input.businessId,
    incidentId: input.incidentId,
    rollbackCommand: input.rollbackCommand == null ? null : oneLine(input.rollbackCommand, LONGEST_DETAIL),
    firedAt: now,
    notifiedAt: now,
    seenAt: now,
    resolvedAt: null,
    flaps: 0,
    version: 1,
  };
  const results = await deps.db.operator((queries) => [
    ...alertStatements(
      queries,
      [{ from: null, row }],
      planDeliveries(row, 'announced', now, deps.channelGaps),
      entriesOf(row, 'announced', now),
    ),
  ]);
  await enqueueOrLeave(
    deps,
    results[3].rows.map(({ id }) => id),
  );
  return { announced: results[0].rows.length > 0 };
}
