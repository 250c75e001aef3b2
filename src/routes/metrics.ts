import { createRoute, z } from '@hono/zod-openapi';
import { requireAdmin } from '../access/authenticate.ts';
import { AppError } from '../lib/errors.ts';
import { METRIC_NAMES } from '../metrics/definitions.ts';
import { METRIC_STATES } from '../metrics/measure.ts';
import type { MetricQuery, MetricReport } from '../metrics/read-metrics.ts';
import { markerText, type RolloutMarker } from '../metrics/rollout-markers.ts';
import type { RolloutNow } from '../metrics/rollout-now.ts';
import { FLAG_REASONS } from '../rollout/decide.ts';
import { type ApiContext, createRouter } from './api.ts';
import { CSV_HEADERS, metricsCsv, reportShape } from './metrics-shape.ts';
import { idSchema, responses } from './schemas.ts';

const MOST_HOURS = 24 * 92;

/** `24h`, `7d`: hours or days until now. */
export const windowSchema = z
  .string()
  .regex(/^\d{1,4}[hd]$/, 'such as 24h or 7d')
  .transform((text, context) => {
    const hours = Number.parseInt(text, 10) * (text.endsWith('d') ? 24 : 1);
    if (hours >= 1 && hours <= MOST_HOURS) return { text, hours };
    context.addIssue({ code: 'custom', message: 'from 1h to 92d' });
    return z.NEVER;
  })
  .default({ text: '24h', hours: 24 })
  .openapi({ type: 'string', example: '24h', default: '24h' });

export const metricQuerySchema = z.object({
  window: windowSchema,
  businessId: idSchema.optional(),
  arm: z.enum(['rag', 'control', 'none']).optional(),
  pipelineVersion: z.string().min(1).max(50).optional(),
});

const interval = z.object({ low: z.number(), high: z.number() });
const sample = z.object({ successes: z.number().int(), n: z.number().int() });
const difference = interval.extend({ estimate: z.number() }).nullable();
const compared = z.object({ rag: sample, control: sample, difference });
const limit = z.union([
  z.object({ is: z.enum(['above', 'below']), value: z.number() }),
  z.object({ is: z.literal('between'), low: z.number(), high: z.number() }),
]);

const metricSchema = z
  .object({
    value: z.number().nullable().openapi({ description: 'a share from 0 to 1, a count, or milliseconds' }),
    numerator: z.number(),
    denominator: z.number(),
    interval: interval
      .nullable()
      .openapi({ description: '95 %, valid however often it is looked at (confidence sequence)' }),
    unit: z.enum(['share', 'count', 'ms']),
    target: limit,
    alert: z.object({ is: z.enum(['above', 'below']), value: z.number() }),
    state: z.enum(METRIC_STATES),
    minimumSample: z.number().int(),
    needed: z.number().int().openapi({ description: 'samples that are missing for a judgement' }),
    embedding: z.number().nullable().optional().openapi({ description: 'p95 of the embedding, ms' }),
    search: z.number().nullable().optional().openapi({ description: 'p95 of the search, ms' }),
    title: z.string(),
    meaning: z.string(),
  })
  .openapi('Metric');

const reportSchema = z
  .object({
    window: z.string(),
    from: z.string(),
    to: z.string(),
    generatedAt: z.string(),
    businessId: z.string().nullable(),
    arm: z.enum(['rag', 'control', 'none']).nullable(),
    pipelineVersion: z.string().nullable(),
    pipelineVersions: z.array(z.string()),
    ...(Object.fromEntries(METRIC_NAMES.map((name) => [name, metricSchema])) as Record<
      (typeof METRIC_NAMES)[number],
      typeof metricSchema
    >),
    counters: z.record(z.string(), z.number().int()),
    retrying: z.number().int(),
    blocked: z.number().int().openapi({ description: 'bodies that a guard caught before anybody saw them' }),
    fastApprovals: z.object({ count: z.number().int(), of: z.number().int() }).openapi({
      description: 'approvals faster than a person can read: counted, but no evidence for a gate or a guardrail',
    }),
    editHistogram: z.array(z.number().int()),
    comparison: z.object({
      primary: compared,
      metrics: z.record(z.string(), compared),
      verdict: z.enum(['better', 'worse', 'no-difference-seen', 'not-enough-data']),
      words: z.string(),
    }),
    sampleRatio: z.object({
      status: z.enum(['ok', 'mismatch', 'no-data']),
      control: z.number().int(),
      total: z.number().int(),
      expectedShare: z.number(),
    }),
    now: z
      .object({
        pilots: z.number().int().openapi({ description: 'businesses that are enrolled or were taken out' }),
        on: z.number().int(),
        rolledBack: z.number().int(),
        ready: z.number().int(),
        quarantined: z.number().int(),
      })
      .openapi({ description: 'the rollout at this moment, whatever the window' }),
  })
  .openapi('RagPilotMetrics');

export const metricRoutes = createRouter();

metricRoutes.use('/admin/api/metrics/*', async (c, next) => {
  requireAdmin(c.var.actor);
  await next();
});

const tags = ['Metrics'];

metricRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/metrics/rag-pilot',
    tags,
    summary: 'The nine metrics of a window, with intervals, targets and states',
    description: 'With "Accept: text/csv" one line a metric.',
    request: { query: metricQuerySchema },
    responses: responses({ 200: ['The metrics.', reportSchema] }, [400, 403, 404]),
  }),
  async (c) => (await answerMetrics(c)) as never,
);

/** The numbers as JSON, or as CSV where only that is accepted. Throws INVALID_REQUEST, NOT_FOUND. */
export async function answerMetrics(c: ApiContext): Promise<Response> {
  const parsed = metricQuerySchema.safeParse(c.req.query());
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), problem: message }));
    throw new AppError('INVALID_REQUEST', 'The query of the request is not valid.', { details: { issues } });
  }
  const { window, pipelineVersion } = parsed.data;
  const query = queryOf(parsed.data);
  const [report, now] = await Promise.all([c.var.services.readMetrics(query), c.var.services.readRolloutNow(query)]);
  const shape = reportShape(report, window.text, pipelineVersion ?? null);
  return wantsCsv(c) ? c.body(metricsCsv(shape), 200, CSV_HEADERS) : c.json({ ...shape, now: nowShape(now) }, 200);
}

function nowShape({ pilots, on, rolledBack, ready, quarantined }: RolloutNow) {
  return { pilots, on, rolledBack, ready, quarantined };
}

const pointSchema = z.object({
  at: z.string(),
  counters: z.record(z.string(), z.number().int()),
  values: z.record(z.string(), z.number().nullable()),
});

metricRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/metrics/rag-pilot/series',
    tags,
    summary: 'The metrics by hour (up to two days) or day (UTC), with what happened to the rollout',
    request: { query: metricQuerySchema },
    responses: responses(
      {
        200: [
          'The series.',
          z.object({
            bucket: z.enum(['hour', 'day']),
            points: z.array(pointSchema),
            markers: z.array(
              z.object({
                at: z.string(),
                kind: z.enum(['rollback', 'restore', 'ramp']),
                id: z.string(),
                text: z.string(),
              }),
            ),
          }),
        ],
      },
      [400, 403],
    ),
  }),
  async (c) => {
    const { bucket, points, markers } = await c.var.services.readMetricSeries(queryOf(c.req.valid('query')));
    return c.json({ bucket, points: points.map(pointShape), markers: markers.map(markerShape) }, 200);
  },
);

metricRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/metrics/rag-pilot/businesses',
    tags,
    summary: 'The counted metrics business by business, most drafts first',
    request: { query: metricQuerySchema.omit({ businessId: true }) },
    responses: responses(
      {
        200: [
          'The businesses with a draft in the window.',
          z.object({
            items: z.array(
              z.object({
                businessId: z.string(),
                counters: z.record(z.string(), z.number().int()),
                values: z.record(z.string(), z.number().nullable()),
                states: z.record(z.string(), z.enum(METRIC_STATES)),
                rag: z
                  .object({
                    reason: z.enum(FLAG_REASONS),
                    off: z
                      .object({ how: z.enum(['rollback', 'removed', 'switched-off']), by: z.string(), at: z.string() })
                      .nullable(),
                  })
                  .nullable()
                  .openapi({ description: 'what it gets now; null where it never took part' }),
              }),
            ),
            nextCursor: z.null(),
          }),
        ],
      },
      [400, 403],
    ),
  }),
  async (c) => {
    const query = queryOf(c.req.valid('query'));
    const [rows, now] = await Promise.all([
      c.var.services.readBusinessMetrics(query),
      c.var.services.readRolloutNow(query),
    ]);
    const ragOf = new Map(
      now.businesses.map(({ businessId, reason, off }) => [
        businessId,
        { reason, off: off && { ...off, at: off.at.toISOString() } },
      ]),
    );
    const items = rows.map(({ businessId, counters, metrics }) => ({
      businessId,
      counters,
      values: Object.fromEntries(METRIC_NAMES.map((name) => [name, metrics[name].value])),
      states: Object.fromEntries(METRIC_NAMES.map((name) => [name, metrics[name].state])),
      rag: ragOf.get(businessId) ?? null,
    }));
    return c.json({ items, nextCursor: null }, 200);
  },
);

export function queryOf(
  query: z.infer<typeof metricQuerySchema> | Omit<z.infer<typeof metricQuerySchema>, 'businessId'>,
): MetricQuery {
  const { window, ...rest } = query;
  return { windowHours: window.hours, ...rest };
}

function pointShape({
  at,
  counters,
  metrics,
}: {
  at: string;
  counters: Record<string, number>;
  metrics: MetricReport['metrics'];
}) {
  return { at, counters, values: Object.fromEntries(METRIC_NAMES.map((name) => [name, metrics[name].value])) };
}

function wantsCsv(c: ApiContext): boolean {
  const accept = c.req.header('accept') ?? '';
  return accept.includes('text/csv') && !accept.includes('application/json');
}

function markerShape(marker: RolloutMarker) {
  const { at, kind, id } = marker;
  return { at, kind, id, text: markerText(marker) };
}
