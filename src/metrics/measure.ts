import type { DraftCounters } from './counters.ts';
import { holds, type Limit, METRIC_NAMES, METRICS, type MetricDefinition, type MetricName } from './definitions.ts';
import { type LatencyBin, latencyQuantile } from './latency-histogram.ts';
import { type Interval, isAbove, isBelow, rateInterval, SHOWN_ALPHA } from './stats/rate-interval.ts';

export const METRIC_STATES = ['ok', 'off-target', 'alert', 'not-enough-data'] as const;
export type MetricState = (typeof METRIC_STATES)[number];

export interface MetricValue {
  /** Null without a sample. A share from 0 to 1, a count, or milliseconds. */
  value: number | null;
  numerator: number;
  denominator: number;
  /** Covers the true value at 95 %, however often it is looked at. Null for counts. */
  interval: Interval | null;
  unit: 'share' | 'count' | 'ms';
  target: Limit;
  alert: { is: 'above' | 'below'; value: number };
  state: MetricState;
  minimumSample: number;
  /** Samples that are missing for a judgement; 0 where there are enough. */
  needed: number;
  /** Latency alone: 95th percentiles of its parts, in milliseconds. */
  embedding?: number | null;
  search?: number | null;
}

/** What a window's counters say of the nine metrics. Pure; every number comes from the counters and bins. */
export function measure(counters: DraftCounters, latency: LatencyBin[]): Record<MetricName, MetricValue> {
  return Object.fromEntries(METRIC_NAMES.map((name) => [name, measureOne(METRICS[name], counters, latency)])) as Record<
    MetricName,
    MetricValue
  >;
}

const P95 = 0.95;

function measureOne(definition: MetricDefinition, counters: DraftCounters, latency: LatencyBin[]): MetricValue {
  const { target, minimumSample, kind } = definition;
  const denominator = definition.denominator(counters);
  const enough = denominator >= minimumSample;
  const needed = Math.max(0, minimumSample - denominator);
  const base = { target, minimumSample, needed, denominator };
  switch (kind) {
    case 'rate': {
      const numerator = definition.numerator(counters);
      const value = denominator === 0 ? null : numerator / denominator;
      const { is, value: limit } = definition.alert;
      const beyond = is === 'above' ? isAbove : isBelow;
      const alerts = beyond(limit, definition.alert.numerator(counters), denominator, SHOWN_ALPHA);
      return {
        ...base,
        value,
        numerator,
        interval: denominator === 0 ? null : rateInterval(numerator, denominator),
        unit: 'share',
        alert: { is, value: limit },
        state: stateOf(enough && value !== null, alerts, value !== null && holds(target, value)),
      };
    }
    case 'count': {
      const numerator = definition.numerator(counters);
      return {
        ...base,
        value: numerator,
        numerator,
        interval: null,
        unit: 'count',
        alert: definition.alert,
        state: numerator > definition.alert.value ? 'alert' : 'ok',
      };
    }
    case 'latency': {
      const value = latencyQuantile(latency, 'total', P95);
      const interval = quantileInterval(latency);
      return {
        ...base,
        value,
        numerator: denominator,
        interval,
        unit: 'ms',
        alert: definition.alert,
        state: stateOf(
          enough && value !== null,
          interval !== null && interval.low > definition.alert.value,
          value !== null && holds(target, value),
        ),
        embedding: latencyQuantile(latency, 'embedding', P95),
        search: latencyQuantile(latency, 'search', P95),
      };
    }
  }
}

function stateOf(enough: boolean, alerts: boolean, onTarget: boolean): MetricState {
  if (!enough) return 'not-enough-data';
  if (alerts) return 'alert';
  return onTarget ? 'ok' : 'off-target';
}

/**
 * Interval of the 95th percentile: the share of retrievals below it is a rate, so the quantiles at the ends of that rate's
 * interval enclose it (Howard and Ramdas, Bernoulli 2022, section 3).
 */
function quantileInterval(latency: LatencyBin[]): Interval | null {
  const n = latency.reduce((sum, { bin, count }) => sum + (bin < 1_000 ? count : 0), 0);
  if (n === 0) return null;
  const { low, high } = rateInterval(Math.round(P95 * n), n);
  const at = (p: number) => latencyQuantile(latency, 'total', p) ?? 0;
  return { low: at(low), high: at(high) };
}
