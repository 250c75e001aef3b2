import { createRoute, z } from '@hono/zod-openapi';
import { ALERT_KINDS, ALERT_SEVERITIES, ALERT_STATES, CHANNEL_NAMES } from '../metrics/alerts/alert.ts';
import type { Services } from '../services.ts';
import { DELIVERY_STATUSES } from '../storage/schema/alert-delivery.ts';
import { actOf, createRouter } from './api.ts';
import { page, pageQuery, pageSchema, responses } from './schemas.ts';

const deliverySchema = z
  .object({
    id: z.string(),
    channel: z.enum(CHANNEL_NAMES),
    event: z.string().openapi({ example: 'fired' }),
    status: z.enum(DELIVERY_STATUSES).openapi({
      description:
        'pending: queued, tried again until it is taken; skipped: not configured; failed: given up after a day',
    }),
    reason: z.string().nullable(),
    attempts: z.number().int(),
    nextAttemptAt: z.string().nullable(),
    settledAt: z.string().nullable(),
  })
  .openapi('AlertDelivery');

const figuresSchema = z.object({
  metric: z.string(),
  value: z.number().nullable(),
  numerator: z.number(),
  denominator: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  threshold: z.number(),
  window: z.string(),
});

const alertSchema = z
  .object({
    id: z.string(),
    key: z.string(),
    kind: z.enum(ALERT_KINDS),
    severity: z.enum(ALERT_SEVERITIES),
    state: z.enum(ALERT_STATES),
    title: z.string(),
    detail: z.string(),
    figures: figuresSchema.nullable(),
    businessId: z.string().nullable(),
    incidentId: z.string().nullable(),
    rollbackCommand: z.string().nullable(),
    firedAt: z.string(),
    notifiedAt: z.string(),
    seenAt: z.string(),
    resolvedAt: z.string().nullable(),
    flaps: z.number().int(),
    deliveries: z.array(deliverySchema),
  })
  .openapi('Alert');

const channelSchema = z.object({
  channel: z.enum(CHANNEL_NAMES),
  configured: z.boolean(),
  reason: z.string().nullable().openapi({ description: 'which value is missing or wrong' }),
});

const testSchema = z
  .object({ id: z.string(), channels: z.array(channelSchema), deliveries: z.array(deliverySchema) })
  .openapi('AlertTest');

const letterSchema = z
  .object({
    id: z.string(),
    queue: z.string(),
    businessId: z.string().nullable(),
    body: z.unknown(),
    attempts: z.number().int(),
    at: z.string(),
  })
  .openapi('QueueLetter');

/** Under /admin/api, whose middleware lets nobody but operators in. */
export const alertRoutes = createRouter();

const tags = ['Alerts'];

alertRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/alerts',
    tags,
    summary: 'Alerts and announcements, newest first, with what became of telling the channels',
    request: { query: z.object({ state: z.enum(ALERT_STATES).optional(), ...pageQuery }) },
    responses: responses(
      { 200: ['A page.', pageSchema(alertSchema).extend({ channels: z.array(channelSchema) })] },
      [400, 403],
    ),
  }),
  async (c) => {
    const { limit, cursor, state } = c.req.valid('query');
    const rows = await c.var.services.listAlerts({ state, before: cursor, limit: limit + 1 });
    return c.json({ ...page(rows, limit, alertShape), channels: channelShapes(c.var.services) }, 200);
  },
);

alertRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/alerts/test',
    tags,
    summary: 'Send a test over every configured channel now; what is not taken at once stays queued',
    responses: responses({ 200: ['What each channel did.', testSchema] }, [403]),
  }),
  async (c) => {
    const { alert, deliveries } = await c.var.services.sendTestAlert(actOf(c));
    return c.json(
      { id: alert.id, channels: channelShapes(c.var.services), deliveries: deliveries.map(deliveryShape) },
      200,
    );
  },
);

alertRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/dead-letters',
    tags,
    summary: 'Messages that a queue gave up on, as they are kept: ids, never mail',
    request: { query: z.object({ queue: z.string().min(1).max(100).optional(), ...pageQuery }) },
    responses: responses({ 200: ['A page.', pageSchema(letterSchema)] }, [400, 403]),
  }),
  async (c) => {
    const { limit, cursor, queue } = c.req.valid('query');
    const rows = await c.var.services.listAllDeadLetters({ queue, before: cursor, limit: limit + 1 });
    return c.json(page(rows, limit, letterShape), 200);
  },
);

type AlertRow = Awaited<ReturnType<Services['listAlerts']>>[number];

function alertShape({ scope: _scope, version: _version, ...row }: AlertRow) {
  return {
    ...row,
    firedAt: row.firedAt.toISOString(),
    notifiedAt: row.notifiedAt.toISOString(),
    seenAt: row.seenAt.toISOString(),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    deliveries: row.deliveries.map(deliveryShape),
  };
}

function deliveryShape(row: AlertRow['deliveries'][number]) {
  const { id, channel, notice, status, reason, attempts } = row;
  return {
    id,
    channel,
    event: notice.event,
    status,
    reason,
    attempts,
    nextAttemptAt: status === 'pending' ? row.nextAttemptAt.toISOString() : null,
    settledAt: row.settledAt?.toISOString() ?? null,
  };
}

function letterShape(row: Awaited<ReturnType<Services['listAllDeadLetters']>>[number]) {
  const { id, queue, businessId, body, attempts } = row;
  return { id, queue, businessId, body, attempts, at: row.at.toISOString() };
}

function channelShapes({ channelGaps }: Services) {
  return CHANNEL_NAMES.map((channel) => ({
    channel,
    configured: channelGaps[channel] === null,
    reason: channelGaps[channel],
  }));
}
