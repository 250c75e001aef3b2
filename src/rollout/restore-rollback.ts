import { AppError } from '../lib/errors.ts';
import type { RollbackDeps } from './roll-back.ts';
import {
  edgeStateStatements,
  newerGlobalStatements,
  type RollbackRow,
  requestRestoreStatements,
  restoreStatements,
  rollbackById,
  setRollbackKv,
} from './rollback-store.ts';

export interface RestoreInput {
  id: string;
  reason: string | null;
}

interface RestoreAct {
  actor: string;
  requestId: string;
}

export type RestoreOutcome =
  /** `skipped`: businesses that somebody took out again since, or that are gone. */
  | { status: 'restored'; row: RollbackRow; skipped: string[] }
  /** A global one waits for another person. */
  | { status: 'awaiting-confirmation'; row: RollbackRow };

/** Brings back the exact rows and flags of a rollback. Twice changes nothing. Throws NOT_FOUND, CONFLICT. */
export async function restoreRollback(
  deps: RollbackDeps,
  input: RestoreInput,
  act: RestoreAct,
): Promise<RestoreOutcome> {
  const row = await findRollback(deps, input.id);
  if (row.status === 'restored') return { status: 'restored', row, skipped: [] };
  if (row.level !== 'global') return applyRestore(deps, row, input, act);
  const [, , [asked]] = await deps.db.operator((queries) =>
    requestRestoreStatements(queries, row.id, { ...act, reason: input.reason }),
  );
  if (asked === undefined) throw new Error('the rollback is gone');
  return asked.status === 'restored'
    ? { status: 'restored', row: asked, skipped: [] }
    : { status: 'awaiting-confirmation', row: asked };
}

/** Carries out the restore of a global rollback that somebody else asked for, and clears both switches. Throws NOT_FOUND, CONFLICT. */
export async function confirmRestore(
  deps: RollbackDeps,
  input: RestoreInput,
  act: RestoreAct,
): Promise<RestoreOutcome> {
  const row = await findRollback(deps, input.id);
  if (row.status === 'restored') return { status: 'restored', row, skipped: [] };
  const outcome = await applyRestore(deps, row, input, act);
  return { ...outcome, row: await clearEdge(deps, outcome.row) };
}

export async function findRollback(deps: Pick<RollbackDeps, 'db'>, id: string): Promise<RollbackRow> {
  const [[row]] = await deps.db.operator((queries) => [rollbackById(queries, id)]);
  if (row === undefined) throw new AppError('NOT_FOUND', 'There is no such rollback.');
  return row;
}

async function applyRestore(deps: RollbackDeps, row: RollbackRow, input: RestoreInput, act: RestoreAct) {
  const results = await deps.db.operator((queries) =>
    restoreStatements(queries, row, { ...act, reason: input.reason }),
  );
  const [restored] = results[results.length - 2] as RollbackRow[];
  const skipped = results[results.length - 1] as { rows: { businessId: string }[] };
  if (restored === undefined) return explain(deps, row.id, act);
  deps.logger.info('rollback.restore', { id: row.id, level: row.level, skipped: skipped.rows.length });
  return {
    status: 'restored' as const,
    row: restored,
    skipped: [...new Set(skipped.rows.map((each) => each.businessId))],
  };
}

async function explain(deps: RollbackDeps, id: string, act: RestoreAct) {
  const now = await findRollback(deps, id);
  if (now.status === 'restored') return { status: 'restored' as const, row: now, skipped: [] };
  if (now.level !== 'global') {
    throw new AppError('CONFLICT', 'The feature is rolled back globally: restore that rollback first.');
  }
  if (now.status !== 'restore-requested') {
    throw new AppError('CONFLICT', 'Nobody has asked to restore this rollback: POST …/restore first.');
  }
  const [newer] = await deps.db.operator((queries) => newerGlobalStatements(queries, now));
  const [blocking] = newer.rows;
  if (blocking !== undefined) {
    throw new AppError('CONFLICT', `A later global rollback stands, ${blocking.id}: restore that one first.`);
  }
  throw new AppError(
    'CONFLICT',
    now.restoreRequestedBy?.toLowerCase() === act.actor.toLowerCase()
      ? 'The restore has to be confirmed by somebody else than the one who asked for it.'
      : 'The restore could not be confirmed: try again.',
  );
}

/** Postgres is restored already; a KV that does not answer now is cleared by cron. */
async function clearEdge(deps: RollbackDeps, row: RollbackRow): Promise<RollbackRow> {
  let kv: RollbackRow['kv'] = 'cleared';
  try {
    await deps.edge.clear(row.feature);
    await keepNewerSwitch(deps, row.feature);
  } catch {
    kv = 'clear-pending';
    deps.logger.error('rollback.edge-not-cleared', { id: row.id });
  }
  const [[marked]] = await deps.db.operator((queries) => [setRollbackKv(queries, row.id, kv)]);
  return marked ?? row;
}

/** A rollback that came between restore and clearing had its switch taken away with ours: it gets it back. */
async function keepNewerSwitch(deps: RollbackDeps, feature: string): Promise<void> {
  const [[state], , , [standing]] = await deps.db.operator((queries) => edgeStateStatements(queries, feature));
  if (state?.state !== 'killed' || standing === undefined) return;
  const { reason, actor: by, decidedAt: at, id } = standing;
  await deps.edge.writeOff(feature, { reason, by, at, id });
}
