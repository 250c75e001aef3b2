import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Database } from '../../storage/db.ts';
import { type BackfillProgress, progressOf } from './backfill.ts';
import { backfillById, countItems, failedItems } from './backfill-store.ts';

interface Deps {
  db: Database;
  clock: Clock;
}

/** A backfill with its counts. Throws NOT_FOUND. */
export async function progressById(deps: Deps, id: string): Promise<BackfillProgress> {
  const [[row], counts] = await deps.db.operator((queries) => [backfillById(queries, id), countItems(queries, [id])]);
  if (row === undefined) throw new AppError('NOT_FOUND', 'There is no such backfill.');
  const { total = 0, done = 0, skipped = 0, failed = 0 } = counts.rows[0] ?? {};
  return progressOf(row, { total, done, skipped, failed }, deps.clock());
}

/** Mails of a backfill that failed, newest id first. Throws NOT_FOUND. */
export async function listDeadLetters(deps: Deps, id: string, page: { before?: string; limit: number }) {
  const [[row], items] = await deps.db.operator((queries) => [
    backfillById(queries, id),
    failedItems(queries, id, page),
  ]);
  if (row === undefined) throw new AppError('NOT_FOUND', 'There is no such backfill.');
  return items.rows.map(({ at, ...item }) => ({ ...item, at: new Date(at) }));
}
