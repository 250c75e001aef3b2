import { toCsv } from '../lib/csv.ts';
import { METRIC_NAMES, METRICS } from '../metrics/definitions.ts';
import type { MetricValue } from '../metrics/measure.ts';
import type { MetricReport } from '../metrics/read-metrics.ts';

/** The report as its API has it. */
export function reportShape(report: MetricReport, window: string, pipelineVersion: string | null) {
  const { from, to, businessId, arm, pipelineVersions, metrics, counters, ...rest } = report;
  return {
    window,
    from: from.toISOString(),
    to: to.toISOString(),
    generatedAt: to.toISOString(),
    businessId,
    arm,
    pipelineVersion,
    pipelineVersions,
    ...(Object.fromEntries(
      METRIC_NAMES.map((name) => [
        name,
        { ...metrics[name], title: METRICS[name].title, meaning: METRICS[name].meaning },
      ]),
    ) as Record<(typeof METRIC_NAMES)[number], MetricValue & { title: string; meaning: string }>),
    counters,
    blocked: counters.blocked,
    ...rest,
  };
}

const CSV_COLUMNS = ['value', 'numerator', 'denominator', 'unit', 'state', 'minimumSample', 'needed'] as const;

/** One line a metric, RFC 4180. */
export function metricsCsv(shape: ReturnType<typeof reportShape>): string {
  const lines = [
    ['metric', ...CSV_COLUMNS, 'low', 'high', 'window', 'from', 'to', 'businessId', 'arm', 'pipelineVersion'],
    ...METRIC_NAMES.map((name) => {
      const metric = shape[name];
      return [
        name,
        ...CSV_COLUMNS.map((column) => metric[column]),
        metric.interval?.low,
        metric.interval?.high,
        shape.window,
        shape.from,
        shape.to,
        shape.businessId,
        shape.arm,
        shape.pipelineVersion,
      ];
    }),
  ];
  return toCsv(lines);
}

/** Headers of the CSV as a download. */
export const CSV_HEADERS = {
  'Content-Disposition': 'attachment; filename="rag-pilot.csv"',
  'Content-Type': 'text/csv; charset=utf-8',
};
