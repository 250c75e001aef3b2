import type { Database } from '../../storage/db.ts';
import { deleteBeyondCap, deleteDuplicateExamples, deleteOldExamples, type Step } from './maintenance-store.ts';

/** Days that an example is kept, by the mail's `sentAt`. */
export const EXAMPLE_DAYS = 180;
/** Examples that a business keeps. */
export const EXAMPLE_CAP = 100_000;
/** Rows that one step deletes. */
const ROWS_A_STEP = 5_000;
const STEP_TIMEOUT_MS = 60_000;

interface Deps {
  db: Database;
}

/** Deletes examples whose mail is older than 180 days. */
export async function expireExamples(deps: Deps): Promise<Step> {
  const [gone] = await deps.db.operator((queries) => [deleteOldExamples(queries, EXAMPLE_DAYS, ROWS_A_STEP)], {
    timeoutMs: STEP_TIMEOUT_MS,
  });
  return stepOf(gone.rows.length);
}

/** Deletes examples with the same content hash; the oldest stays. */
export async function dropDuplicateExamples(deps: Deps): Promise<Step> {
  const [gone] = await deps.db.operator((queries) => [deleteDuplicateExamples(queries, ROWS_A_STEP)], {
    timeoutMs: STEP_TIMEOUT_MS,
  });
  return stepOf(gone.rows.length);
}

/** Deletes the oldest examples of a business beyond its cap. */
export async function capExamples(deps: Deps, cap: number = EXAMPLE_CAP): Promise<Step> {
  const [gone] = await deps.db.operator((queries) => [deleteBeyondCap(queries, cap, ROWS_A_STEP)], {
    timeoutMs: STEP_TIMEOUT_MS,
  });
  return stepOf(gone.rows.length);
}

/** These tasks need no cursor: what a step deleted is gone, and the next one finds the rest. */
function stepOf(deleted: number): Step {
  return { counts: { deleted }, next: deleted >= ROWS_A_STEP ? { at: '', id: '' } : null };
}
