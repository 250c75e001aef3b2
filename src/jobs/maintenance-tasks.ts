import { AppError } from '../lib/errors.ts';
import type { Cursor, Step } from '../retrieval/maintenance/maintenance-store.ts';
import type { Services } from '../services.ts';

/** The tasks of 03:00 UTC. Each does a bounded step; what is left goes on through the queue. */
export const MAINTENANCE_TASKS: Record<string, (services: Services, cursor: Cursor | null) => Promise<Step>> = {
  'index-sent-mail': (services, cursor) => services.indexNewMail(cursor),
  'expire-examples': (services) => services.expireExamples(),
  'drop-duplicate-examples': (services) => services.dropDuplicateExamples(),
  'cap-examples': (services) => services.capExamples(),
  'recheck-drafts': async (services, cursor) => {
    const { counts, next } = await services.recheckDrafts(cursor?.id ?? null);
    return { counts, next: next === null ? null : { at: '', id: next } };
  },
  'check-isolation': async (services) => ({ counts: await services.checkIsolation(), next: null }),
};

/** Does one step of a task, reports its counts, and queues the next step where there is more to do. */
export async function maintain(
  services: Services,
  task: string,
  cursor: Cursor | null,
): Promise<Record<string, unknown>> {
  const run = MAINTENANCE_TASKS[task];
  if (run === undefined) throw new AppError('UNPROCESSABLE', 'There is no such maintenance task.');
  const { counts, next, delayMs } = await run(services, cursor);
  if (next !== null) await services.enqueueBackfill([{ type: 'maintenance', task, cursor: next }], delayMs ?? 0);
  return { ...counts, more: next !== null };
}

/** A step that came through the queue. */
export async function runMaintenanceStep(services: Services, task: string, cursor: Cursor): Promise<void> {
  services.logger.info('maintenance.step', { task, ...(await maintain(services, task, cursor)) });
}
