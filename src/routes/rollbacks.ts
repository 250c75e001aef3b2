import { createRoute, z } from '@hono/zod-openapi';
import { requireAdmin } from '../access/authenticate.ts';
import { RAG_FEATURE } from '../rollout/decide.ts';
import type { RestoreOutcome } from '../rollout/restore-rollback.ts';
import type { RollbackOutcome, RollbackTarget } from '../rollout/roll-back.ts';
import { ROLLBACK_LEVELS, ROLLBACK_STATUSES } from '../rollout/rollback.ts';
import type { RollbackRow } from '../rollout/rollback-store.ts';
import { actOf, createRouter } from './api.ts';
import { cleaned, idSchema, instantSchema, jsonBody, page, pageQuery, pageSchema, responses } from './schemas.ts';

const reason = cleaned(2_000).pipe(z.string().trim().min(1, 'a reason is needed'));
const instant = instantSchema.transform((text) => new Date(text)).openapi({ type: 'string', format: 'date-time' });
/** A typing error must not look like a rollback: only features that exist. */
export const featureSchema = z.enum([RAG_FEATURE]).default(RAG_FEATURE);

const targetFields = {
  feature: featureSchema,
  level: z.enum(ROLLBACK_LEVELS),
  businessId: idSchema.optional().openapi({ description: 'level business' }),
  from: instant.optional().openapi({ description: 'level cohort: enabled at or after' }),
  to: instant.optional().openapi({ description: 'level cohort: enabled before' }),
  rampId: idSchema.optional().openapi({ description: 'level cohort: rows that this ramp enrolled' }),
  step: z
    .union([z.string().min(1).max(100), z.number().int().min(0).max(100)])
    .optional()
    .openapi({ description: 'of these, one step: its name or index' }),
};
type TargetFields = z.infer<z.ZodObject<typeof targetFields>>;

const previewInput = z.strictObject(targetFields).superRefine(checkTarget);
const rollbackInput = z
  .strictObject({
    ...targetFields,
    detectedAt: instant.optional().openapi({ description: 'when it was noticed; absent: now' }),
    incidentId: idSchema.optional(),
    reason,
  })
  .superRefine(checkTarget);

const nullableTime = z.string().nullable();
const rollbackSchema = z
  .object({
    id: z.string(),
    feature: z.string(),
    level: z.enum(ROLLBACK_LEVELS),
    selector: z.record(z.string(), z.unknown()),
    status: z.enum([...ROLLBACK_STATUSES, 'unfinished']).openapi({
      description: 'unfinished: off at the edge, Postgres did not answer; cron finishes it under this id',
    }),
    affected: z.array(z.string()),
    quarantinedDrafts: z.number().int(),
    kv: z
      .enum(['written', 'pending', 'cleared'])
      .nullable()
      .openapi({ description: 'the edge switch; null where the level does not touch it' }),
    timings: z.object({
      detectedAt: z.string(),
      decidedAt: z.string(),
      kvWrittenAt: nullableTime,
      writtenAt: nullableTime,
      lastOldDraftAt: nullableTime.openapi({ description: 'last commit of a draft with RAG under the selector' }),
      detectedToWrittenMs: z.number().nullable(),
      detectedToLastOldDraftMs: z.number().nullable().openapi({ description: '0 where it was before the detection' }),
    }),
    reason: z.string(),
    actor: z.string(),
    requestedBy: z.string().nullable(),
    incidentId: z.string().nullable(),
    restore: z.object({
      requestedAt: nullableTime,
      requestedBy: z.string().nullable(),
      restoredAt: nullableTime,
      restoredBy: z.string().nullable(),
      reason: z.string().nullable(),
      skipped: z.array(z.string()).optional().openapi({ description: 'taken out again since, or gone' }),
    }),
  })
  .openapi('Rollback');

const previewSchema = z
  .object({
    level: z.enum(ROLLBACK_LEVELS),
    affected: z.array(z.string()),
    pendingDrafts: z.number().int(),
    ramps: z.array(z.string()),
    featureState: z.enum(['active', 'killed']),
    edge: z.enum(['absent', 'off', 'unreadable']),
  })
  .openapi('RollbackPreview');

export const rollbackRoutes = createRouter();

rollbackRoutes.use('/admin/api/rollbacks/*', async (c, next) => {
  requireAdmin(c.var.actor);
  await next();
});

const tags = ['Rollout'];
const one = z.object({ id: idSchema });
const restoreBody = {
  body: {
    required: false,
    content: { 'application/json': { schema: z.strictObject({ reason: reason.optional() }) } },
  },
} as const;

rollbackRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/rollbacks',
    tags,
    summary: 'Roll back: one business, a cohort, or everybody. Twice changes nothing',
    request: jsonBody(rollbackInput),
    responses: responses(
      {
        201: ['Rolled back.', rollbackSchema],
        200: ['It stood already; nothing was left to do.', rollbackSchema],
        202: ['Off at the edge; Postgres does not answer, cron finishes it.', rollbackSchema],
      },
      [400, 403, 404, 422],
    ),
  }),
  async (c) => {
    const input = c.req.valid('json');
    const { feature, reason: why, detectedAt, incidentId } = input;
    const act = actOf(c);
    const outcome = await c.var.services.rollBack(
      { feature, target: targetOf(input), reason: why, detectedAt, incidentId },
      act,
    );
    const status = outcome.status === 'made' ? 201 : outcome.status === 'standing' ? 200 : 202;
    return c.json(outcomeShape(outcome, { actor: act.actor, reason: why }), status);
  },
);

rollbackRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/rollbacks/preview',
    tags,
    summary: 'What a rollback would touch; changes nothing',
    request: jsonBody(previewInput),
    responses: responses({ 200: ['What it would touch now.', previewSchema] }, [400, 403, 404, 422]),
  }),
  async (c) => {
    const input = c.req.valid('json');
    return c.json(await c.var.services.previewRollback({ feature: input.feature, target: targetOf(input) }), 200);
  },
);

rollbackRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/rollbacks',
    tags,
    summary: 'Rollbacks, newest first',
    request: {
      query: z.object({
        feature: z.enum([RAG_FEATURE]).optional(),
        level: z.enum(ROLLBACK_LEVELS).optional(),
        ...pageQuery,
      }),
    },
    responses: responses({ 200: ['A page.', pageSchema(rollbackSchema)] }, [400, 403]),
  }),
  async (c) => {
    const { limit, cursor, ...filter } = c.req.valid('query');
    const rows = await c.var.services.listRollbacks({ ...filter, before: cursor, limit: limit + 1 });
    return c.json(
      page(rows, limit, (row) => rollbackShape(row)),
      200,
    );
  },
);

rollbackRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/rollbacks/{id}',
    tags,
    summary: 'One rollback',
    request: { params: one },
    responses: responses({ 200: ['The rollback.', rollbackSchema] }, [403, 404]),
  }),
  async (c) => c.json(rollbackShape(await c.var.services.findRollback(c.req.valid('param').id)), 200),
);

rollbackRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/rollbacks/{id}/restore',
    tags,
    summary: 'Bring back the exact rows and flags; a global rollback waits for the confirmation of somebody else',
    request: { params: one, ...restoreBody },
    responses: responses(
      { 200: ['Restored.', rollbackSchema], 202: ['Waits for the confirmation of somebody else.', rollbackSchema] },
      [400, 403, 404, 409],
    ),
  }),
  async (c) => {
    const outcome = await c.var.services.restoreRollback(
      restoreInput(c.req.valid('param').id, c.req.valid('json')),
      actOf(c),
    );
    return c.json(restoreShape(outcome), outcome.status === 'restored' ? 200 : 202);
  },
);

rollbackRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/rollbacks/{id}/restore/confirm',
    tags,
    summary: 'Confirm the restore of a global rollback that somebody else asked for',
    request: { params: one, ...restoreBody },
    responses: responses({ 200: ['Restored, both switches are cleared.', rollbackSchema] }, [400, 403, 404, 409]),
  }),
  async (c) => {
    const input = restoreInput(c.req.valid('param').id, c.req.valid('json'));
    return c.json(restoreShape(await c.var.services.confirmRestore(input, actOf(c))), 200);
  },
);

function restoreInput(id: string, body: { reason?: string | undefined }): { id: string; reason: string | null } {
  return { id, reason: body.reason ?? null };
}

/** Exactly the fields of its level: a rollback must not hit less or more than its sender thinks. */
function checkTarget(input: TargetFields, context: z.RefinementCtx): void {
  const given = (['businessId', 'from', 'to', 'rampId', 'step'] as const).filter((field) => input[field] !== undefined);
  const allowed = {
    business: [['businessId']],
    cohort: [['from', 'to'], ['rampId'], ['rampId', 'step']],
    global: [[]],
  };
  const fits = allowed[input.level].some((fields: string[]) => fields.join() === given.join());
  if (fits) return;
  const wanted = {
    business: 'exactly "businessId"',
    cohort: '"from" and "to", or "rampId" and perhaps "step"',
    global: 'no selector',
  };
  context.addIssue({ code: 'custom', path: ['level'], message: `${input.level} takes ${wanted[input.level]}` });
}

function targetOf(input: TargetFields): RollbackTarget {
  const { level, businessId, from, to, rampId, step } = input;
  if (level === 'business' && businessId !== undefined) return { level, businessId };
  if (level === 'cohort' && from !== undefined && to !== undefined) return { level, from, to };
  if (level === 'cohort' && rampId !== undefined) return { level, rampId, step };
  if (level === 'global') return { level };
  throw new Error('the schema lets no other target through');
}

function rollbackShape(row: RollbackRow, skipped?: string[]) {
  const { id, feature, level, selector, status, affected, quarantinedDrafts, reason: why, actor } = row;
  return {
    id,
    feature,
    level,
    selector: { ...selector },
    status,
    affected,
    quarantinedDrafts,
    kv: row.kv === 'clear-pending' ? ('pending' as const) : row.kv,
    timings: {
      detectedAt: row.detectedAt.toISOString(),
      decidedAt: row.decidedAt.toISOString(),
      kvWrittenAt: row.kvWrittenAt?.toISOString() ?? null,
      writtenAt: row.writtenAt.toISOString(),
      lastOldDraftAt: row.lastOldDraftAt?.toISOString() ?? null,
      detectedToWrittenMs: row.writtenAt.getTime() - row.detectedAt.getTime(),
      detectedToLastOldDraftMs:
        row.lastOldDraftAt === null ? null : Math.max(0, row.lastOldDraftAt.getTime() - row.detectedAt.getTime()),
    },
    reason: why,
    actor,
    requestedBy: row.requestedBy,
    incidentId: row.incidentId,
    restore: {
      requestedAt: row.restoreRequestedAt?.toISOString() ?? null,
      requestedBy: row.restoreRequestedBy,
      restoredAt: row.restoredAt?.toISOString() ?? null,
      restoredBy: row.restoredBy,
      reason: row.restoreReason,
      ...(skipped === undefined ? {} : { skipped }),
    },
  };
}

function outcomeShape(outcome: RollbackOutcome, said: { actor: string; reason: string }) {
  if (outcome.status !== 'unfinished') return rollbackShape(outcome.row);
  const { id, feature, level, detectedAt, decidedAt } = outcome;
  return {
    id,
    feature,
    level,
    selector: {},
    status: 'unfinished' as const,
    affected: [],
    quarantinedDrafts: 0,
    kv: 'written' as const,
    timings: {
      detectedAt: detectedAt.toISOString(),
      decidedAt: decidedAt.toISOString(),
      kvWrittenAt: decidedAt.toISOString(),
      writtenAt: null,
      lastOldDraftAt: null,
      detectedToWrittenMs: null,
      detectedToLastOldDraftMs: null,
    },
    ...said,
    requestedBy: null,
    incidentId: null,
    restore: { requestedAt: null, requestedBy: null, restoredAt: null, restoredBy: null, reason: null },
  };
}

function restoreShape(outcome: RestoreOutcome) {
  return rollbackShape(outcome.row, outcome.status === 'restored' ? outcome.skipped : undefined);
}
