import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '../../lib/errors.ts';
import { backfill } from '../../storage/schema/index.ts';
import { progressById } from './find-backfill.ts';
import { type BackfillDeps, startBackfill } from './start-backfill.ts';

const REQUEST_PREFIX = 'backfill:';
const STATUS_PREFIX = 'backfill-status:';
const MOST_REQUESTS = 50;
const MOST_REPORTS = 100;
const STATUS_KEPT_SECONDS = 30 * 24 * 60 * 60;

export const backfillDaysSchema = z.number().int().min(1).max(180);
const requestSchema = z.object({ days: backfillDaysSchema });

/**
 * Backfills for an operator who has nothing but wrangler: takes requests at `backfill:<businessId>` (`{"days":90}`), deletes
 * them, and keeps progress, or what was wrong with the request, at `backfill-status:<businessId>`. For the minute cron: KV
 * takes one write a second and key.
 */
export async function serveKvBackfills(
  deps: BackfillDeps,
  kv: KVNamespace,
): Promise<{ accepted: number; refused: number }> {
  const { keys } = await kv.list({ prefix: REQUEST_PREFIX, limit: MOST_REQUESTS });
  let accepted = 0;
  let refused = 0;
  const written = new Set<string>();
  for (const { name } of keys) {
    const businessId = name.slice(REQUEST_PREFIX.length);
    const outcome = await acceptRequest(deps, businessId, await kv.get(name));
    if (outcome.error === undefined) accepted += 1;
    else refused += 1;
    await writeStatus(deps, kv, businessId, outcome);
    written.add(businessId);
    // Last: a request that we died over is served again, and starting twice starts one.
    await kv.delete(name);
  }
  await reportProgress(deps, kv, written);
  return { accepted, refused };
}

interface Outcome {
  state: string;
  error?: string;
  [field: string]: unknown;
}

async function acceptRequest(deps: BackfillDeps, businessId: string, value: string | null): Promise<Outcome> {
  const parsed = requestSchema.safeParse(parseJson(value));
  if (!parsed.success) {
    return { state: 'refused', error: 'the value is not {"days": N} with N from 1 to 180' };
  }
  try {
    const { backfill: progress } = await startBackfill(deps, {
      businessId,
      days: parsed.data.days,
      source: 'kv',
      actor: 'kv',
      requestId: null,
    });
    return { state: progress.status, id: progress.id, days: progress.days };
  } catch (error) {
    // What is wrong with the request is answered; a database that is down leaves it for the next minute.
    if (error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'CONFLICT')) {
      return { state: 'refused', error: error.message };
    }
    throw error;
  }
}

/** Writes progress of backfills that KV asked for: while they run, and once more at their end. */
async function reportProgress(deps: BackfillDeps, kv: KVNamespace, written: Set<string>): Promise<void> {
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select({ id: backfill.id, businessId: backfill.businessId })
      .from(backfill)
      .where(
        and(
          eq(backfill.source, 'kv'),
          or(
            isNull(backfill.finishedAt),
            isNull(backfill.reportedAt),
            lt(backfill.reportedAt, sql`${backfill.finishedAt}`),
          ),
        ),
      )
      .limit(MOST_REPORTS),
  ]);
  for (const { id, businessId } of rows) {
    if (written.has(businessId)) continue;
    const { status, days, total, done, skipped, failed } = await progressById(deps, id);
    await writeStatus(deps, kv, businessId, { state: status, id, days, total, done, skipped, failed });
    await deps.db.operator((queries) => [
      queries.update(backfill).set({ reportedAt: sql`now()` }).where(eq(backfill.id, id)),
    ]);
  }
}

async function writeStatus(deps: BackfillDeps, kv: KVNamespace, businessId: string, status: Outcome): Promise<void> {
  const value = JSON.stringify({ ...status, at: deps.clock().toISOString() });
  await kv.put(`${STATUS_PREFIX}${businessId}`, value, { expirationTtl: STATUS_KEPT_SECONDS });
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
