import { sql } from 'drizzle-orm';
import { setAct } from '../../audit/set-act.ts';
import { newId } from '../../lib/ids.ts';
import { type AlertRow, alertStatements, type DeliveryRow, deliveriesOf } from './alert-store.ts';
import { type DeliveryDeps, deliverAlert } from './deliver-alert.ts';
import { planDeliveries } from './plan-deliveries.ts';
import { type AlertDeps, enqueueOrLeave } from './sync-alerts.ts';

/**
 * A test event over every configured channel, sent at once: the answer says what each did. What was not taken waits like any
 * alert. PagerDuty gets its resolve behind the trigger, so that nobody has to close it.
 */
export async function sendTestAlert(
  deps: AlertDeps & DeliveryDeps,
  act: { actor: string; requestId: string },
): Promise<{ alert: AlertRow; deliveries: DeliveryRow[] }> {
  const now = deps.clock();
  const id = newId('alr', now);
  const row: AlertRow = {
    id,
    key: `test:${id}`,
    scope: 'tests',
    kind: 'test',
    severity: 'info',
    state: 'announced',
    title: 'Draftgate can reach you here',
    detail: 'Somebody tries the channels of alerts. Nothing is wrong, nothing is to be done.',
    figures: {
      metric: 'example',
      value: 0.5,
      numerator: 1,
      denominator: 2,
      low: 0.1,
      high: 0.9,
      threshold: 0.6,
      window: 'no window',
    },
    businessId: null,
    incidentId: null,
    rollbackCommand: null,
    firedAt: now,
    notifiedAt: now,
    seenAt: now,
    resolvedAt: null,
    flaps: 0,
    version: 1,
  };
  const over = { ...row, version: 2 };
  await deps.db.operator((queries) => [
    setAct(queries, act),
    ...alertStatements(queries, [{ from: null, row }], planDeliveries(row, 'test', now, deps.channelGaps), []),
    ...alertStatements(queries, [{ from: 1, row: over }], planDeliveries(over, 'test-over', now, deps.channelGaps), []),
    queries.execute(sql`select draftgate_write_audit(null, 'alert.test', null, jsonb_build_object('id', ${id}::text))`),
  ]);
  const [planned] = await deps.db.operator((queries) => [deliveriesOf(queries, [id])]);
  const byChannel = [...Map.groupBy(planned, ({ channel }) => channel).values()];
  // Channels side by side, one channel's in their order. What fails here is in Postgres, and is tried again.
  await Promise.all(
    byChannel.map(async (ofChannel) => {
      for (const delivery of ofChannel) if (delivery.status === 'pending') await deliverAlert(deps, delivery.id);
    }),
  );
  const [deliveries] = await deps.db.operator((queries) => [deliveriesOf(queries, [id])]);
  await enqueueOrLeave(
    deps,
    deliveries.filter(({ status }) => status === 'pending').map((delivery) => delivery.id),
  );
  return { alert: over, deliveries };
}
