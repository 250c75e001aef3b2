import { createRoute, z } from '@hono/zod-openapi';
import { requireAdmin } from '../access/authenticate.ts';
import { AppError } from '../lib/errors.ts';
import {
  GUARDRAIL_ACTIONS,
  GUARDRAIL_NAMES,
  GUARDRAIL_TIERS,
  type GuardrailName,
} from '../metrics/guardrails/guardrail.ts';
import type { GuardrailDecisionRow } from '../metrics/guardrails/guardrail-store.ts';
import type { GuardrailState } from '../metrics/guardrails/manage-guardrails.ts';
import { actOf, createRouter } from './api.ts';
import { cleaned, jsonBody, page, pageQuery, pageSchema, responses } from './schemas.ts';

const interval = z.object({ low: z.number(), high: z.number() }).nullable();

const decisionSchema = z
  .object({
    id: z.string(),
    guardrail: z.string(),
    cause: z.string(),
    tier: z.enum(GUARDRAIL_TIERS),
    action: z.enum(GUARDRAIL_ACTIONS),
    level: z.enum(['business', 'cohort', 'global']),
    businessIds: z.array(z.string()),
    because: z.array(z.string()),
    inputs: z.record(z.string(), z.unknown()).openapi({ description: 'everything that it was made from' }),
    at: z.string(),
    doneAt: z.string().nullable(),
    outcome: z.record(z.string(), z.unknown()).nullable(),
    incidentId: z.string().nullable(),
  })
  .openapi('GuardrailDecision');

const guardrailSchema = z
  .object({
    name: z.enum(GUARDRAIL_NAMES),
    title: z.string(),
    tier: z.enum(GUARDRAIL_TIERS),
    action: z.enum(GUARDRAIL_ACTIONS),
    limit: z.number().nullable(),
    status: z.enum(['fine', 'harmful', 'not-enough-data']),
    estimate: z.number().nullable(),
    numerator: z.number().int().nullable(),
    denominator: z.number().int().nullable(),
    interval: interval.openapi({
      description: 'of the rate, or of the difference of the arms; at the error that it acts on',
    }),
    against: z.enum(['control', 'baseline']).nullable(),
    control: z.object({ successes: z.number().int(), n: z.number().int() }).nullable(),
    harmed: z.array(z.string()),
    automatic: z.boolean().openapi({ description: 'false: it decides and tells, and does nothing' }),
    setting: z.object({ reason: z.string(), changedBy: z.string(), changedAt: z.string() }).nullable(),
    lastDecision: decisionSchema.nullable(),
  })
  .openapi('Guardrail');

export const guardrailRoutes = createRouter();

guardrailRoutes.use('/admin/api/guardrails/*', async (c, next) => {
  requireAdmin(c.var.actor);
  await next();
});

const tags = ['Guardrails'];

guardrailRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/guardrails',
    tags,
    summary: 'Every guardrail: its limit, what it says now, and its last decision',
    responses: responses(
      { 200: ['The guardrails.', z.object({ items: z.array(guardrailSchema), nextCursor: z.null() })] },
      [403],
    ),
  }),
  async (c) => {
    const states = await c.var.services.listGuardrails();
    return c.json({ items: states.map(guardrailShape), nextCursor: null }, 200);
  },
);

guardrailRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/guardrails/decisions',
    tags,
    summary: 'What guardrails decided, newest first',
    request: { query: z.object({ guardrail: z.enum(GUARDRAIL_NAMES).optional(), ...pageQuery }) },
    responses: responses({ 200: ['A page.', pageSchema(decisionSchema)] }, [400, 403]),
  }),
  async (c) => {
    const { guardrail, limit, cursor } = c.req.valid('query');
    const rows = await c.var.services.listGuardrailDecisions({ guardrail, before: cursor, limit: limit + 1 });
    return c.json(page(rows, limit, decisionShape), 200);
  },
);

guardrailRoutes.openapi(
  createRoute({
    method: 'patch',
    path: '/admin/api/guardrails/{name}',
    tags,
    summary: 'Switch the automatic action of a guardrail off or on; that it is off is an alert',
    request: {
      params: z.object({ name: z.string().max(100) }),
      ...jsonBody(
        z.strictObject({
          automatic: z.boolean(),
          reason: cleaned(2_000).pipe(z.string().trim().min(1, 'a reason is needed')),
        }),
      ),
    },
    responses: responses({ 200: ['The guardrail.', guardrailSchema] }, [400, 403, 404]),
  }),
  async (c) => {
    const { name } = c.req.valid('param');
    if (!isGuardrail(name)) throw new AppError('NOT_FOUND', 'There is no such guardrail.');
    const state = await c.var.services.setGuardrail({ name, ...c.req.valid('json') }, actOf(c));
    return c.json(guardrailShape(state), 200);
  },
);

function isGuardrail(name: string): name is GuardrailName {
  return (GUARDRAIL_NAMES as readonly string[]).includes(name);
}

function guardrailShape({ figures, setting, lastDecision, ...state }: GuardrailState) {
  return {
    ...state,
    estimate: figures?.estimate ?? null,
    numerator: figures?.numerator ?? null,
    denominator: figures?.denominator ?? null,
    interval: figures?.interval ?? null,
    against: figures?.against ?? null,
    control: figures?.control ?? null,
    tier: state.tier as (typeof GUARDRAIL_TIERS)[number],
    action: state.action as (typeof GUARDRAIL_ACTIONS)[number],
    setting:
      setting === null
        ? null
        : { reason: setting.reason, changedBy: setting.changedBy, changedAt: setting.changedAt.toISOString() },
    lastDecision: lastDecision === null ? null : decisionShape(lastDecision),
  };
}

function decisionShape({ at, doneAt, feature: _feature, ...row }: GuardrailDecisionRow) {
  return { ...row, at: at.toISOString(), doneAt: doneAt?.toISOString() ?? null };
}
