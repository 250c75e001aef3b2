import type { AlertCondition } from './alerts/alert.ts';
import { METRIC_NAMES, METRICS, type MetricName } from './definitions.ts';
import type { MetricValue } from './measure.ts';

/**
 * Which of the nine metrics alert, and which cannot be judged: those keep the alert that they have. An alert fires where the
 * interval leaves the limit out, so a bad hour of few drafts is not one. Pure. Hallucinations alert by their guardrail.
 */
export function metricAlerts(
  metrics: Record<MetricName, MetricValue>,
  window: string,
): { conditions: AlertCondition[]; unknown: string[] } {
  const conditions: AlertCondition[] = [];
  const unknown: string[] = [];
  for (const name of METRIC_NAMES) {
    const { kind, title, severity, meaning } = METRICS[name];
    const value = metrics[name];
    const key = `metric:${name}`;
    if (kind === 'count') continue;
    if (value.state === 'not-enough-data') unknown.push(key);
    if (value.state !== 'alert') continue;
    conditions.push({
      key,
      kind: 'metric',
      severity,
      title: `${title} ${value.alert.is === 'above' ? 'is too high' : 'is too low'}`,
      detail: `${meaning} Over the last ${window}.`,
      businessId: null,
      incidentId: null,
      figures: {
        metric: name,
        value: value.value,
        numerator: value.numerator,
        denominator: value.denominator,
        low: value.interval?.low ?? null,
        high: value.interval?.high ?? null,
        threshold: value.alert.value,
        window,
      },
      rollbackCommand: null,
    });
  }
  return { conditions, unknown };
}
