import type { Beat } from '../operations/heartbeats.ts';
import type { Services } from '../services.ts';
import { MAINTENANCE_TASKS, maintain } from './maintenance-tasks.ts';

/** Drafts that one minute's run takes up again. */
const UNFINISHED_A_RUN = 10;

interface Task {
  name: string;
  run: (services: Services) => Promise<object>;
}

/** Which tasks run when (UTC). Each on its own: one that fails does not stop the others. */
const TASKS: Record<string, Task[]> = {
  '* * * * *': [
    { name: 'edge-switch', run: (services) => services.reconcileEdge() },
    { name: 'metric-rollup', run: (services) => services.rollUpMetrics() },
    { name: 'guardrails', run: (services) => services.runGuardrails() },
    { name: 'metric-alerts', run: (services) => services.raiseMetricAlerts() },
    { name: 'ramps', run: (services) => services.runRamps() },
    { name: 'announcements', run: (services) => services.announceActs() },
    { name: 'dead-letters', run: (services) => services.checkDeadLetters() },
    { name: 'alert-deliveries', run: (services) => services.tendDeliveries() },
    { name: 'unfinished-drafts', run: resumeUnfinishedDrafts },
    { name: 'index-approved-drafts', run: indexApprovedDrafts },
    { name: 'tend-backfills', run: (services) => services.tendBackfills() },
    { name: 'kv-backfills', run: (services) => services.serveKvBackfills() },
  ],
  '0 3 * * *': Object.keys(MAINTENANCE_TASKS).map((name) => ({
    name,
    run: (services) => maintain(services, name, null),
  })),
};

/** Runs the tasks of a cron expression, logs what each did, and leaves a heartbeat of each. */
export async function runCron(cron: string, services: Services): Promise<void> {
  const beats: Beat[] = [];
  for (const task of TASKS[cron] ?? []) {
    const name = `cron:${task.name}`;
    try {
      const report = { ...(await task.run(services)) };
      services.logger.info('cron.done', { task: task.name, ...report });
      beats.push({ name, ok: true, detail: { cron } });
    } catch (error) {
      const because = error instanceof Error ? error.name : 'unknown';
      services.logger.error('cron.failed', { task: task.name, error: because });
      beats.push({ name, ok: false, detail: { cron, error: because } });
    }
  }
  // A database that is down has no heartbeats: their age is what shows.
  await services.recordHeartbeats(beats).catch(() => services.logger.error('cron.no-heartbeat', { cron }));
}

/** Takes over drafts whose worker died, and retries that the queue lost. */
async function resumeUnfinishedDrafts(services: Services): Promise<Record<string, unknown>> {
  const drafts = await services.findUnfinishedDrafts(UNFINISHED_A_RUN);
  // Side by side: ten with a model that hangs take as long as one.
  const outcomes = await Promise.allSettled(
    drafts.map((draft) => services.generateDraft({ ...draft, retry: 'when-due' })),
  );
  const resumed = outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value.status === 'made');
  return { found: drafts.length, resumed: resumed.length };
}

/** Approved answers become examples within minutes; what is left over waits for the next minute. */
async function indexApprovedDrafts(services: Services): Promise<Record<string, unknown>> {
  const { counts, next } = await services.indexApprovedDrafts(null);
  return { ...counts, more: next !== null };
}
