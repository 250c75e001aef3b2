import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Database } from '../../storage/db.ts';
import { type BackfillProgress, progressOf } from './backfill.ts';
import { backfillById, backfillPage, countItems, failedItems, lettersOf, settledLastMinute } from './backfill-store.ts';

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

/** Backfills with their counts, newest first. `perMinute`: mails settled within the last minute, 0 once it is finished. */
export async function listBackfills(
  deps: Deps,
  filter: { businessId?: string; before?: string; limit: number },
): Promise<(BackfillProgress & { perMinute: number })[]> {
  const [rows] = await deps.db.operator((queries) => [backfillPage(queries, filter)]);
  const ids = rows.map(({ id }) => id);
  const active = rows.filter(({ finishedAt }) => finishedAt === null).map(({ id }) => id);
  const [counts, settled] = await deps.db.operator((queries) => [
    countItems(queries, ids),
    settledLastMinute(queries, active),
  ]);
  const countsOf = new Map(counts.rows.map((row) => [row.backfillId, row]));
  const rates = new Map(settled.rows.map((row) => [row.backfillId, Number(row.settled)]));
  const now = deps.clock();
  return rows.map((row) => {
    const { total = 0, done = 0, skipped = 0, failed = 0 } = countsOf.get(row.id) ?? {};
    return { ...progressOf(row, { total, done, skipped, failed }, now), perMinute: rates.get(row.id) ?? 0 };
  });
}

/** Mails that an unfinished backfill settled within the last minute. */
export async function backfillRate(deps: Deps, id: string): Promise<number> {
  const [settled] = await deps.db.operator((queries) => [settledLastMinute(queries, [id])]);
  return Number(settled.rows[0]?.settled ?? 0);
}

/** Queue messages of a backfill that nobody could work on. */
export async function listBackfillLetters(deps: Deps, id: string, page: { before?: string; limit: number }) {
  const [letters] = await deps.db.operator((queries) => [lettersOf(queries, id, page)]);
  return letters;
}
