import { auditRow } from '../../audit/audit-row.ts';
import { AppError } from '../../lib/errors.ts';
import { auditEvent } from '../../storage/schema/index.ts';
import {
  type BackfillMessage,
  type BackfillProgress,
  type BackfillRow,
  PAGE_SIZE,
  STALLED_AFTER_MS,
} from './backfill.ts';
import {
  activeBackfills,
  backfillById,
  cancelRow,
  countItems,
  finishIfDone,
  markRequeued,
  pendingAfter,
  reopen,
} from './backfill-store.ts';
import { progressById } from './find-backfill.ts';
import { type BackfillDeps, enqueueOrLeave } from './start-backfill.ts';

/** Unfinished backfills that one run looks at. */
const MOST_ACTIVE = 200;
/** So long nobody has worked: the messages may be lost, and are sent again, once. */
const REQUEUE_AFTER_MS = 5 * 60_000;
const PAGES_AT_ONCE = 20;

/** What the minute cron does: ends backfills whose last mail is done, and sends lost messages again. */
export async function tendBackfills(deps: BackfillDeps): Promise<{ active: number; requeued: number }> {
  const now = deps.clock().getTime();
  const [rows] = await deps.db.operator((queries) => [activeBackfills(queries, MOST_ACTIVE)]);
  const [counts] = await deps.db.operator((queries) => [
    countItems(
      queries,
      rows.map(({ id }) => id),
    ),
  ]);
  const pending = new Map(counts.rows.map((row) => [row.backfillId, Number(row.pending)]));
  let requeued = 0;
  for (const row of rows) {
    const idleMs = now - row.lastBatchAt.getTime();
    if (row.status === 'running' && (pending.get(row.id) ?? 0) === 0) {
      await deps.db.operator((queries) => [finishIfDone(queries, row.id)]);
    } else if (idleMs > limitFor(row) && (row.requeuedAt === null || row.requeuedAt < row.lastBatchAt)) {
      await requeue(deps, row);
      requeued += 1;
    }
  }
  return { active: rows.length, requeued };
}

function limitFor(row: BackfillRow): number {
  return row.status === 'planning' ? STALLED_AFTER_MS : REQUEUE_AFTER_MS;
}

/** Sends all pending mails to the queue again, and the plan where it is not finished. Doubles are harmless. */
async function requeue(deps: BackfillDeps, row: Pick<BackfillRow, 'id' | 'businessId' | 'status'>): Promise<void> {
  const { id: backfillId, businessId } = row;
  await deps.db.operator((queries) => [markRequeued(queries, backfillId)]);
  for (let after = ''; ; ) {
    const [items] = await deps.db.operator((queries) => [
      pendingAfter(queries, backfillId, after, PAGE_SIZE * PAGES_AT_ONCE),
    ]);
    const pages: BackfillMessage[] = [];
    for (let at = 0; at < items.length; at += PAGE_SIZE) {
      const ids = items.slice(at, at + PAGE_SIZE).map(({ id }) => id);
      pages.push({ type: 'backfill-page', businessId, backfillId, ids });
    }
    if (pages.length > 0) await deps.enqueueBackfill(pages, 0);
    const last = items.at(-1);
    if (last === undefined || items.length < PAGE_SIZE * PAGES_AT_ONCE) break;
    after = last.id;
  }
  if (row.status === 'planning') await enqueueOrLeave(deps, [{ type: 'backfill-plan', businessId, backfillId }]);
}

interface Act {
  actor: string;
  requestId: string;
}

/** Ends a backfill; what it has stored stays. One that is finished stays as it is. Throws NOT_FOUND. */
export async function cancelBackfill(deps: BackfillDeps, id: string, act: Act): Promise<BackfillProgress> {
  const [[cancelled]] = await deps.db.operator((queries) => [cancelRow(queries, id)]);
  const progress = await progressById(deps, id);
  if (cancelled !== undefined) await audit(deps, 'backfill.cancel', progress, act);
  return progress;
}

/** Tries the failed mails again, and goes on with what a cancelled backfill has left. Throws NOT_FOUND, CONFLICT. */
export async function retryBackfill(deps: BackfillDeps, id: string, act: Act): Promise<BackfillProgress> {
  const [[before], active] = await deps.db.operator((queries) => [
    backfillById(queries, id),
    activeBackfills(queries, MOST_ACTIVE),
  ]);
  if (before === undefined) throw new AppError('NOT_FOUND', 'There is no such backfill.');
  const other = active.find((row) => row.businessId === before.businessId && row.id !== id);
  if (other !== undefined) {
    throw new AppError('CONFLICT', 'Another backfill of this business is not finished.', { details: { id: other.id } });
  }
  await deps.db.operator((queries) => [...reopen(queries, id)]);
  const [[row]] = await deps.db.operator((queries) => [backfillById(queries, id)]);
  if (row !== undefined && row.finishedAt === null) await requeue(deps, row);
  const progress = await progressById(deps, id);
  await audit(deps, 'backfill.retry', progress, act);
  return progress;
}

async function audit(deps: BackfillDeps, action: string, { id, businessId }: BackfillProgress, act: Act) {
  const row = auditRow(deps.clock(), { ...act, action, businessId, after: { id } });
  await deps.db.operator((queries) => [queries.insert(auditEvent).values(row)]);
}
