import { createRoute, z } from '@hono/zod-openapi';
import { backfillDaysSchema } from '../retrieval/backfill/kv-backfills.ts';
import type { Services } from '../services.ts';
import { actOf, createRouter } from './api.ts';
import { idSchema, jsonBody, page, pageQuery, pageSchema, responses } from './schemas.ts';

const backfillSchema = z
  .object({
    id: z.string(),
    businessId: z.string(),
    status: z.enum(['planning', 'running', 'stalled', 'done', 'cancelled']),
    days: z.number().int(),
    total: z.number().int(),
    done: z.number().int(),
    skipped: z.number().int(),
    failed: z.number().int(),
    model: z.string(),
    tokens: z.number().int(),
    requests: z.number().int(),
    since: z.string(),
    until: z.string(),
    requestedBy: z.string(),
    createdAt: z.string(),
    lastBatchAt: z.string(),
    finishedAt: z.string().nullable(),
  })
  .openapi('Backfill');

const estimateSchema = z
  .object({
    dryRun: z.literal(true),
    businessId: z.string(),
    days: z.number().int(),
    model: z.string(),
    total: z.number().int(),
    sampled: z.number().int().openapi({ description: 'Mails read for the estimate; exact where it equals total.' }),
    toEmbed: z.number().int(),
    toSkip: z.number().int(),
    tokens: z.number().int(),
    cost: z.number().nullable().openapi({ description: 'US dollars; null where the price is not known.' }),
  })
  .openapi('BackfillEstimate');

const deadLetterSchema = z
  .object({
    id: z.string(),
    messageId: z.string(),
    reason: z.string().nullable(),
    attempts: z.number().int(),
    at: z.string(),
  })
  .openapi('DeadLetter');

/** Under /admin/api, whose middleware lets nobody but operators in. */
export const backfillRoutes = createRouter();

const tags = ['Backfills'];
const one = z.object({ id: idSchema });

backfillRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/backfills',
    tags,
    summary: 'Make examples of the mail a business sent in the last days; with dryRun only say what it would cost',
    request: jsonBody(
      z.strictObject({
        businessId: idSchema,
        days: backfillDaysSchema.default(90),
        dryRun: z.boolean().default(false),
      }),
    ),
    responses: responses(
      {
        201: ['Started.', backfillSchema],
        200: ['It was under way already; or the estimate of a dry run.', z.union([backfillSchema, estimateSchema])],
      },
      [400, 403, 404, 409],
    ),
  }),
  async (c) => {
    const { businessId, days, dryRun } = c.req.valid('json');
    if (dryRun) return c.json(await c.var.services.estimateBackfill({ businessId, days }), 200);
    const { created, backfill } = await c.var.services.startBackfill({ businessId, days, source: 'api', ...actOf(c) });
    return c.json(shape(backfill), created ? 201 : 200);
  },
);

backfillRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/backfills/{id}',
    tags,
    summary: 'How far a backfill is',
    request: { params: one },
    responses: responses({ 200: ['The backfill.', backfillSchema] }, [403, 404]),
  }),
  async (c) => c.json(shape(await c.var.services.findBackfill(c.req.valid('param').id)), 200),
);

backfillRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/backfills/{id}/cancel',
    tags,
    summary: 'End a backfill; what it has stored stays',
    request: { params: one },
    responses: responses({ 200: ['As it is now.', backfillSchema] }, [403, 404]),
  }),
  async (c) => c.json(shape(await c.var.services.cancelBackfill(c.req.valid('param').id, actOf(c))), 200),
);

backfillRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/backfills/{id}/retry',
    tags,
    summary: 'Try the failed mails again, and go on with what a cancelled backfill left',
    request: { params: one },
    responses: responses({ 200: ['As it is now.', backfillSchema] }, [403, 404, 409]),
  }),
  async (c) => c.json(shape(await c.var.services.retryBackfill(c.req.valid('param').id, actOf(c))), 200),
);

backfillRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/backfills/{id}/dead-letters',
    tags,
    summary: 'Mails that could not be indexed, and why',
    request: { params: one, query: z.object(pageQuery) },
    responses: responses({ 200: ['A page.', pageSchema(deadLetterSchema)] }, [400, 403, 404]),
  }),
  async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const rows = await c.var.services.listDeadLetters(c.req.valid('param').id, { before: cursor, limit: limit + 1 });
    return c.json(
      page(rows, limit, (row) => ({ ...row, at: row.at.toISOString() })),
      200,
    );
  },
);

function shape(progress: Awaited<ReturnType<Services['findBackfill']>>) {
  const { since, until, createdAt, lastBatchAt, finishedAt, ...rest } = progress;
  return {
    ...rest,
    since: since.toISOString(),
    until: until.toISOString(),
    createdAt: createdAt.toISOString(),
    lastBatchAt: lastBatchAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
