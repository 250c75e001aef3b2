import { auditRow } from '../../audit/audit-row.ts';
import { AppError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { auditEvent } from '../../storage/schema/index.ts';
import type { IndexingDeps } from '../index-examples.ts';
import { type BackfillMessage, type BackfillProgress, type BackfillRow, progressOf } from './backfill.ts';
import { businessExists, insertBackfill } from './backfill-store.ts';
import { progressById } from './find-backfill.ts';

export interface BackfillDeps extends IndexingDeps {
  /** Puts messages into the backfill queue, to be delivered after `delayMs`. */
  enqueueBackfill: (messages: BackfillMessage[], delayMs: number) => Promise<void>;
}

export interface StartBackfill {
  businessId: string;
  /** Mail of so many last days; examples are kept for no longer than 180. */
  days: number;
  source: BackfillRow['source'];
  actor: string;
  requestId: string | null;
}

/**
 * Starts a backfill, or answers the one that is under way with the same days. Throws NOT_FOUND for an unknown business,
 * CONFLICT where another one is not finished.
 */
export async function startBackfill(
  deps: BackfillDeps,
  input: StartBackfill,
): Promise<{ created: boolean; backfill: BackfillProgress }> {
  const { businessId, days, source, actor, requestId } = input;
  const now = deps.clock();
  const id = newId('bf', now);
  const model = deps.model.embeddingName;
  const audit = auditRow(now, { action: 'backfill.start', actor, requestId, businessId, after: { id, days, source } });
  const [businesses, , made, rows] = await deps.db.operator((queries) => [
    businessExists(queries, businessId),
    ...insertBackfill(queries, { id, businessId, days, model, source, requestedBy: actor, since: now, until: now }),
  ]);
  if (businesses.length === 0) throw new AppError('NOT_FOUND', 'There is no such business.');
  const row = rows.find((candidate) => candidate.id === id) ?? rows[0];
  if (row === undefined) throw new Error('insert returned no row');
  if (made.rows.length === 0) {
    if (row.days === days) return { created: false, backfill: await progressById(deps, row.id) };
    throw new AppError('CONFLICT', 'Another backfill of this business is not finished.', { details: { id: row.id } });
  }
  await deps.db.operator((queries) => [queries.insert(auditEvent).values(audit)]);
  await enqueueOrLeave(deps, [{ type: 'backfill-plan', businessId, backfillId: id }]);
  return { created: true, backfill: progressOf(row, { total: 0, done: 0, skipped: 0, failed: 0 }, now) };
}

/** What the queue does not take now, the minute cron sends again. */
export async function enqueueOrLeave(deps: BackfillDeps, messages: BackfillMessage[]): Promise<void> {
  try {
    await deps.enqueueBackfill(messages, 0);
  } catch {
    deps.logger.error('backfill.not-queued', { messages: messages.length });
  }
}
