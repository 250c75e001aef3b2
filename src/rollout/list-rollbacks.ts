import type { Database } from '../storage/db.ts';
import { type RollbackFilter, type RollbackRow, rollbackPage } from './rollback-store.ts';

/** Rollbacks, newest first. */
export async function listRollbacks(deps: { db: Database }, filter: RollbackFilter): Promise<RollbackRow[]> {
  const [rows] = await deps.db.operator((queries) => [rollbackPage(queries, filter)]);
  return rows;
}
