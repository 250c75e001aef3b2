import type { backfill } from '../../storage/schema/index.ts';

export type BackfillRow = typeof backfill.$inferSelect;

export interface BackfillCounts {
  total: number;
  done: number;
  skipped: number;
  failed: number;
}

/** What stands in the backfill queue: ids only. */
export type BackfillMessage =
  | { type: 'backfill-plan'; businessId: string; backfillId: string }
  | { type: 'backfill-page'; businessId: string; backfillId: string; ids: string[] };

export interface BackfillProgress extends BackfillCounts {
  id: string;
  businessId: string;
  /** `stalled`: there is work, and nobody has worked on it for two minutes (a paused queue, for one). */
  status: BackfillRow['status'] | 'stalled';
  days: number;
  model: string;
  tokens: number;
  requests: number;
  since: Date;
  until: Date;
  requestedBy: string;
  createdAt: Date;
  lastBatchAt: Date;
  finishedAt: Date | null;
}

/** Mails that one queue message names. */
export const PAGE_SIZE = 250;
export const STALLED_AFTER_MS = 2 * 60_000;

/** A backfill as people see it. */
export function progressOf(row: BackfillRow, counts: BackfillCounts, now: Date): BackfillProgress {
  const { id, businessId, days, model, tokens, requests, since, until, requestedBy } = row;
  const { createdAt, lastBatchAt, finishedAt } = row;
  const idle = row.finishedAt === null && now.getTime() - lastBatchAt.getTime() > STALLED_AFTER_MS;
  return {
    ...{ id, businessId, status: idle ? 'stalled' : row.status, days, ...counts, model, tokens, requests },
    ...{ since, until, requestedBy, createdAt, lastBatchAt, finishedAt },
  };
}
