import type { AlertCondition } from './alerts/alert.ts';
import { metricAlerts } from './metric-alerts.ts';
import { readMetrics } from './read-metrics.ts';

/** A day: long enough for the drafts of a small shop, short enough to be today's. */
const WINDOW_HOURS = 24;

/** Cron's part: the nine metrics of the last day, judged, and their alerts brought up to date. */
export async function raiseMetricAlerts(
  deps: Parameters<typeof readMetrics>[0] & {
    syncAlerts: (input: { scope: string; conditions: AlertCondition[]; unknown: string[] }) => Promise<{
      fired: string[];
      resolved: string[];
    }>;
  },
): Promise<{ fired: string[]; resolved: string[] }> {
  const { metrics } = await readMetrics(deps, { windowHours: WINDOW_HOURS });
  const { fired, resolved } = await deps.syncAlerts({ scope: 'metrics', ...metricAlerts(metrics, '24 hours') });
  return { fired, resolved };
}
