import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../lib/errors.ts';
import { DEPLOYMENT_CHECKS } from '../operations/check-deployment.ts';
import { PROOF_KINDS } from '../storage/schema/index.ts';
import { actOf, createRouter } from './api.ts';
import { idSchema, jsonBody, page, pageQuery, pageSchema, responses } from './schemas.ts';

const LONGEST_DETAIL = 10_000;

const proofSchema = z
  .object({
    id: z.string(),
    kind: z.enum(PROOF_KINDS),
    passed: z.boolean(),
    at: z.string(),
    by: z.string(),
    detail: z.record(z.string(), z.unknown()),
  })
  .openapi('Proof');

const heartbeatSchema = z
  .object({
    name: z.string().openapi({ example: 'cron:ramps' }),
    at: z.string(),
    ok: z.boolean(),
    lastOkAt: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .openapi('Heartbeat');

const checksSchema = z
  .object({
    environment: z.string(),
    checks: z.array(
      z.object({
        name: z.enum(DEPLOYMENT_CHECKS),
        status: z.enum(['ok', 'failed', 'skipped']),
        detail: z.string(),
      }),
    ),
    heartbeats: z.array(heartbeatSchema),
  })
  .openapi('DeploymentChecks');

/** Under /admin/api, whose middleware lets nobody but operators in. */
export const operationsRoutes = createRouter();

const tags = ['Operations'];

operationsRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/checks',
    tags,
    summary: 'What the deployment says of itself, and the last signs of life of cron tasks and queues; reads only',
    responses: responses({ 200: ['The checks.', checksSchema] }, [403]),
  }),
  async (c) => {
    const { checkDeployment, listHeartbeats, config } = c.var.services;
    const checks = await checkDeployment();
    const heartbeats = await listHeartbeats().catch(() => []);
    return c.json({ environment: config.environment, checks, heartbeats: heartbeats.map(heartbeatShape) }, 200);
  },
);

operationsRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/checks/queues',
    tags,
    summary: 'Send a probe through every queue; the heartbeat queue:<binding> with its id shows that it came through',
    responses: responses(
      {
        202: [
          'Sent.',
          z
            .object({ probe: z.string(), queues: z.array(z.string()), refused: z.array(z.string()) })
            .openapi('QueueProbe'),
        ],
      },
      [403],
    ),
  }),
  async (c) => c.json(await c.var.services.probeQueues(), 202),
);

operationsRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/proofs',
    tags,
    summary: 'Recorded drills, load tests and runs of the security suites, newest first',
    request: { query: z.object({ kind: z.enum(PROOF_KINDS).optional(), ...pageQuery }) },
    responses: responses({ 200: ['A page.', pageSchema(proofSchema)] }, [400, 403]),
  }),
  async (c) => {
    const { limit, cursor, kind } = c.req.valid('query');
    const rows = await c.var.services.listProofs({ kind, before: cursor, limit: limit + 1 });
    return c.json(page(rows, limit, proofShape), 200);
  },
);

operationsRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/proofs',
    tags,
    summary: 'Record that something was tried on this deployment; the commands do so by themselves',
    request: jsonBody(
      z.strictObject({
        kind: z.enum(PROOF_KINDS),
        passed: z.boolean(),
        detail: z
          .record(z.string().max(100), z.unknown())
          .refine((detail) => JSON.stringify(detail).length <= LONGEST_DETAIL, `more than ${LONGEST_DETAIL} characters`)
          .default({}),
      }),
    ),
    responses: responses({ 201: ['Recorded.', proofSchema] }, [400, 403]),
  }),
  async (c) => c.json(proofShape(await c.var.services.recordProof(c.req.valid('json'), actOf(c))), 201),
);

operationsRoutes.openapi(
  createRoute({
    method: 'delete',
    path: '/admin/api/businesses/{id}',
    tags: ['Admin'],
    summary: 'Delete a business with everything it has; `confirm` repeats its id. Its audit stays',
    request: { params: z.object({ id: idSchema }), query: z.object({ confirm: idSchema }) },
    responses: { 204: { description: 'Deleted.' }, ...responses({}, [400, 403, 404]) },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    if (c.req.valid('query').confirm !== id) {
      throw new AppError('INVALID_REQUEST', 'confirm must repeat the id of the business.');
    }
    await c.var.services.deleteBusiness(id, actOf(c));
    return c.body(null, 204);
  },
);

const draftEventSchema = z
  .object({
    id: z.string(),
    version: z.number().int(),
    type: z.string(),
    arm: z.enum(['rag', 'control', 'none']),
    pipelineVersion: z.string(),
    trace: z.record(z.string(), z.unknown()),
    at: z.string(),
  })
  .openapi('DraftEvent');

operationsRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/drafts/{id}/events',
    tags: ['Admin'],
    summary: 'What a draft went through: stages with their milliseconds, decisions, reviews; oldest first',
    request: { params: z.object({ id: idSchema }) },
    responses: responses(
      { 200: ['The events.', z.object({ items: z.array(draftEventSchema), nextCursor: z.null() })] },
      [403, 404],
    ),
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    const draft = await c.var.services.findDraft(null, id);
    if (draft === undefined) throw new AppError('NOT_FOUND', 'There is no such draft.');
    const rows = await c.var.services.listDraftEvents(draft.businessId, id);
    const items = rows.map(({ businessId: _business, draftId: _draft, at, ...row }) => ({
      ...row,
      at: at.toISOString(),
    }));
    return c.json({ items, nextCursor: null }, 200);
  },
);

type Row<Name extends 'recordProof' | 'listHeartbeats'> = Awaited<ReturnType<import('../services.ts').Services[Name]>>;

function proofShape(row: Row<'recordProof'>) {
  return { ...row, at: row.at.toISOString() };
}

function heartbeatShape(row: Row<'listHeartbeats'>[number]) {
  return { ...row, at: row.at.toISOString(), lastOkAt: row.lastOkAt?.toISOString() ?? null };
}
