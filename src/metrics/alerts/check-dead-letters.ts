import { and, count, desc, eq, gt, lt } from 'drizzle-orm';
import { deadLetter } from '../../storage/schema/index.ts';
import type { AlertCondition } from './alert.ts';
import { type AlertDeps, syncAlerts } from './sync-alerts.ts';

const LOOK_BACK_MS = 60 * 60_000;

/** Tells people of queues that gave up on messages within the last hour. */
export async function checkDeadLetters(deps: AlertDeps): Promise<{ letters: number }> {
  const since = new Date(deps.clock().getTime() - LOOK_BACK_MS);
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select({ queue: deadLetter.queue, letters: count() })
      .from(deadLetter)
      .where(gt(deadLetter.at, since))
      .groupBy(deadLetter.queue),
  ]);
  const conditions = rows.map(
    ({ queue, letters }): AlertCondition => ({
      key: `dead-letters:${queue}`,
      kind: 'operations',
      severity: 'warning',
      title: `The queue ${queue} gave up on messages`,
      detail: `Within the last hour: ${letters}. They are kept: GET /admin/api/dead-letters?queue=${queue}.`,
      businessId: null,
      incidentId: null,
      figures: null,
      rollbackCommand: null,
    }),
  );
  await syncAlerts(deps, { scope: 'dead-letters', conditions, unknown: [] });
  return { letters: rows.reduce((sum, { letters }) => sum + letters, 0) };
}

/** Letters of all queues, or of one; the id orders them. */
export async function listDeadLettersOfQueues(
  deps: Pick<AlertDeps, 'db'>,
  filter: { queue?: string | undefined; before?: string | undefined; limit: number },
) {
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select()
      .from(deadLetter)
      .where(
        and(
          filter.queue === undefined ? undefined : eq(deadLetter.queue, filter.queue),
          filter.before === undefined ? undefined : lt(deadLetter.id, filter.before),
        ),
      )
      .orderBy(desc(deadLetter.id))
      .limit(filter.limit),
  ]);
  return rows;
}
