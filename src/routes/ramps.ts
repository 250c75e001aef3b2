import { createRoute, z } from '@hono/zod-openapi';
import { requireAdmin } from '../access/authenticate.ts';
import { RAG_FEATURE } from '../rollout/decide.ts';
import { RAMP_ACTIONS, RAMP_OUTCOMES, RAMP_STATUSES } from '../rollout/ramp.ts';
import { RAMP_METRICS, type RampStep } from '../rollout/ramp-plan.ts';
import type { RampDecisionRow, RampRow } from '../rollout/ramp-store.ts';
import { actOf, createRouter } from './api.ts';
import { featureSchema } from './rollbacks.ts';
import { cleaned, idSchema, jsonBody, page, pageQuery, pageSchema, responses } from './schemas.ts';

const text = cleaned(2_000).pipe(z.string().trim().min(1));
const businessIds = z.array(idSchema).max(100);

const stepSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9%._-]{0,63}$/),
  who: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('named'),
      atLeast: z.number().int().min(1).max(100),
      atMost: z.number().int().min(1).max(100),
      businesses: businessIds.default([]),
    }),
    z.strictObject({ kind: z.literal('share'), percent: z.number().int().min(1).max(100) }),
  ]),
  rag: z.boolean(),
  opensAfter: z
    .strictObject({
      backfillDays: z.number().int().min(1).max(3_650).optional(),
      ragOn: z
        .strictObject({ businesses: z.number().int().min(1).max(1_000), days: z.number().min(0).max(365) })
        .optional(),
    })
    .optional(),
  holdHours: z.number().min(0).max(8_760),
  leave: z
    .array(
      z.strictObject({
        metric: z.enum(RAMP_METRICS),
        is: z.enum(['above', 'below', 'at-most']),
        limit: z.number(),
        samples: z.number().int().min(1).max(1_000_000),
      }),
    )
    .max(20),
  securityCheck: z.boolean(),
});

const planSchema = z
  .array(stepSchema)
  .min(1)
  .max(50)
  .superRefine((plan, context) => {
    const names = plan.map((step) => step.name);
    if (new Set(names).size < names.length) context.addIssue({ code: 'custom', message: 'step names repeat' });
    const shares = plan.flatMap((step) => (step.who.kind === 'share' ? [step.who.percent] : []));
    if (shares.some((share, index) => share < (shares[index - 1] ?? 0))) {
      context.addIssue({ code: 'custom', message: 'shares may only grow' });
    }
  });

const nullable = z.string().nullable();
const decisionSchema = z.object({
  id: z.string(),
  at: z.string(),
  step: z.number().int(),
  action: z.enum(RAMP_ACTIONS),
  because: z.array(z.string()),
  enrolled: z.array(z.string()),
  inputs: z.record(z.string(), z.unknown()),
});
const rampSchema = z
  .object({
    id: z.string(),
    feature: z.string(),
    status: z.enum(RAMP_STATUSES),
    outcome: z.enum(RAMP_OUTCOMES).nullable(),
    step: z.number().int(),
    stepName: nullable,
    stepStartedAt: nullable,
    stableHours: z.number().openapi({ description: 'watched hours of this step in which nothing was wrong' }),
    plan: z.array(z.unknown()),
    paused: z.object({ at: z.string(), by: nullable, reason: nullable }).nullable(),
    signatures: z.record(z.string(), z.unknown()),
    rolledBackBy: nullable,
    evaluatedAt: nullable,
    createdBy: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .openapi('Ramp');
const shownRamp = rampSchema.extend({ decisions: z.array(decisionSchema) }).openapi('RampWithDecisions');

export const rampRoutes = createRouter();

rampRoutes.use('/admin/api/ramps/*', async (c, next) => {
  requireAdmin(c.var.actor);
  await next();
});

const tags = ['Rollout'];
const one = z.object({ id: idSchema });
const reasonBody = {
  body: {
    required: false,
    content: { 'application/json': { schema: z.strictObject({ reason: text.optional() }) } },
  },
} as const;

rampRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/ramps',
    tags,
    summary: 'Start a ramp; cron carries it step by step through its gates',
    request: jsonBody(
      z.strictObject({
        feature: featureSchema,
        businesses: z
          .record(z.string(), businessIds)
          .default({})
          .openapi({
            description: 'ids for the counted steps, by step name',
            example: { baseline: ['a'], pilot: ['a', 'b'] },
          }),
        plan: planSchema.optional().openapi({ description: 'absent: the default plan' }),
      }),
    ),
    responses: responses({ 201: ['Made; it starts within a minute.', rampSchema] }, [400, 403, 404, 409, 422]),
  }),
  async (c) => {
    const { feature, businesses, plan } = c.req.valid('json');
    const input = { feature, businesses, plan: plan as RampStep[] | undefined };
    return c.json(rampShape(await c.var.services.createRamp(input, actOf(c))), 201);
  },
);

rampRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/ramps',
    tags,
    summary: 'Ramps, newest first',
    request: { query: z.object({ feature: z.enum([RAG_FEATURE]).optional(), ...pageQuery }) },
    responses: responses({ 200: ['A page.', pageSchema(rampSchema)] }, [400, 403]),
  }),
  async (c) => {
    const { limit, cursor, feature } = c.req.valid('query');
    const rows = await c.var.services.listRamps({ feature, before: cursor, limit: limit + 1 });
    return c.json(page(rows, limit, rampShape), 200);
  },
);

rampRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/ramps/{id}',
    tags,
    summary: 'One ramp with its newest decisions and what they were made from',
    request: { params: one },
    responses: responses({ 200: ['The ramp.', shownRamp] }, [403, 404]),
  }),
  async (c) => {
    const { ramp, decisions } = await c.var.services.showRamp(c.req.valid('param').id);
    return c.json({ ...rampShape(ramp), decisions: decisions.map(decisionShape) }, 200);
  },
);

rampRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/ramps/{id}/approve',
    tags,
    summary: 'Sign for leaving the open step, and for its security check; or name the next step’s businesses',
    request: {
      params: one,
      body: {
        required: false,
        content: {
          'application/json': {
            schema: z.strictObject({
              reason: text.optional(),
              securityCheck: text.optional().openapi({ description: 'where the record of the passed check is' }),
              businesses: businessIds.optional().openapi({ description: 'of the next counted step' }),
            }),
          },
        },
      },
    },
    responses: responses({ 200: ['As it is now.', rampSchema] }, [400, 403, 404, 409, 422]),
  }),
  async (c) => {
    const { reason, securityCheck, businesses } = c.req.valid('json');
    const input = { id: c.req.valid('param').id, reason: reason ?? null, securityCheck, businesses };
    return c.json(rampShape(await c.var.services.approveRamp(input, actOf(c))), 200);
  },
);

rampRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/ramps/{id}/pause',
    tags,
    summary: 'Hold a ramp until somebody resumes it',
    request: { params: one, ...reasonBody },
    responses: responses({ 200: ['As it is now.', rampSchema] }, [400, 403, 404, 409]),
  }),
  async (c) => {
    const input = named(c.req.valid('param').id, c.req.valid('json'));
    return c.json(rampShape(await c.var.services.pauseRamp(input, actOf(c))), 200);
  },
);

rampRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/ramps/{id}/resume',
    tags,
    summary: 'Let a paused ramp go on; its gates are asked anew',
    request: { params: one, ...reasonBody },
    responses: responses({ 200: ['As it is now.', rampSchema] }, [400, 403, 404, 409]),
  }),
  async (c) => {
    const input = named(c.req.valid('param').id, c.req.valid('json'));
    return c.json(rampShape(await c.var.services.resumeRamp(input, actOf(c))), 200);
  },
);

rampRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/ramps/{id}/abort',
    tags,
    summary: 'End a ramp where it stands; whoever is enrolled stays so',
    request: { params: one, ...reasonBody },
    responses: responses({ 200: ['As it is now.', rampSchema] }, [400, 403, 404, 409]),
  }),
  async (c) => {
    const input = named(c.req.valid('param').id, c.req.valid('json'));
    return c.json(rampShape(await c.var.services.abortRamp(input, actOf(c))), 200);
  },
);

function named(id: string, { reason }: { reason?: string | undefined }): { id: string; reason: string | null } {
  return { id, reason: reason ?? null };
}

const HOUR_MS = 3_600_000;

function rampShape(row: RampRow) {
  const { id, feature, status, outcome, step, plan, rolledBackBy, createdBy } = row;
  return {
    id,
    feature,
    status,
    outcome,
    step,
    stepName: plan[step]?.name ?? null,
    stepStartedAt: row.stepStartedAt?.toISOString() ?? null,
    stableHours: Math.floor((row.stableMs / HOUR_MS) * 100) / 100,
    plan,
    paused:
      row.pausedAt === null ? null : { at: row.pausedAt.toISOString(), by: row.pausedBy, reason: row.pauseReason },
    signatures: { ...row.signatures },
    rolledBackBy,
    evaluatedAt: row.evaluatedAt?.toISOString() ?? null,
    createdBy,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function decisionShape({ id, at, step, action, because, enrolled, inputs }: RampDecisionRow) {
  return { id, at: at.toISOString(), step, action, because, enrolled, inputs };
}
