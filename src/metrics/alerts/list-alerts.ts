import type { Database } from '../../storage/db.ts';
import { type AlertRow, alertPage, type DeliveryRow, deliveriesOf } from './alert-store.ts';

/** Alerts with what became of telling the channels, newest first. */
export async function listAlerts(
  deps: { db: Database },
  filter: Parameters<typeof alertPage>[1],
): Promise<(AlertRow & { deliveries: DeliveryRow[] })[]> {
  const [rows] = await deps.db.operator((queries) => [alertPage(queries, filter)]);
  const [deliveries] = await deps.db.operator((queries) => [
    deliveriesOf(
      queries,
      rows.map(({ id }) => id),
    ),
  ]);
  const byAlert = Map.groupBy(deliveries, ({ alertId }) => alertId);
  return rows.map((row) => ({ ...row, deliveries: byAlert.get(row.id) ?? [] }));
}
