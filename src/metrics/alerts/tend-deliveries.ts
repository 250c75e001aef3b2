import type { AlertCondition } from './alert.ts';
import { type DeliveryDeps, deliverAlert } from './deliver-alert.ts';
import { stuckChannels, takeLost } from './delivery-store.ts';
import { type AlertDeps, syncAlerts } from './sync-alerts.ts';

/** So long after it was due, the queue's message counts as lost. */
const LOST_AFTER_MS = 90_000;
const MOST_A_RUN = 100;
/** What one run sends by itself where the queue does not answer. */
const MOST_BY_HAND = 20;
const STUCK_AFTER_MS = 10 * 60_000;
const STUCK_ATTEMPTS = 3;

/** The minute cron's part: sends what the queue lost through it again, or by itself where the queue does not take it. */
export async function tendDeliveries(
  deps: AlertDeps & DeliveryDeps,
): Promise<{ requeued: number; sentByHand: number; stuckChannels: string[] }> {
  const now = deps.clock();
  const [lost, stuck] = await deps.db.operator((queries) => [
    takeLost(queries, new Date(now.getTime() - LOST_AFTER_MS), now, MOST_A_RUN),
    stuckChannels(queries, new Date(now.getTime() - STUCK_AFTER_MS), STUCK_ATTEMPTS),
  ]);
  const ids = lost.map(({ id }) => id);
  let byHand: string[] = [];
  if (ids.length > 0) {
    await deps.enqueueDeliveries(ids, 0).catch(() => {
      deps.logger.error('alert.not-queued', { deliveries: ids.length });
      byHand = ids.slice(0, MOST_BY_HAND);
    });
  }
  // Each within its own limit: a channel that hangs does not hold the others up.
  await Promise.all(byHand.map((id) => deliverAlert(deps, id)));
  const conditions = stuck.rows.map(
    ({ channel, waiting, reason }): AlertCondition => ({
      key: `channel:${channel}`,
      kind: 'operations',
      severity: 'warning',
      title: `Alerts do not reach ${channel}`,
      detail: `${waiting} notices wait; the last attempt came to: ${reason ?? 'nothing'}. Nothing is lost; they go out when ${channel} takes them.`,
      businessId: null,
      incidentId: null,
      figures: null,
      rollbackCommand: null,
    }),
  );
  await syncAlerts(deps, { scope: 'channels', conditions, unknown: [] });
  return {
    requeued: ids.length - byHand.length,
    sentByHand: byHand.length,
    stuckChannels: stuck.rows.map(({ channel }) => channel),
  };
}
