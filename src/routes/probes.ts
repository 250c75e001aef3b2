import { createRoute, z } from '@hono/zod-openapi';
import { createRouter } from './api.ts';

const health = z.object({ status: z.literal('ok') });
const check = z.enum(['ok', 'failed', 'behind']);
const readiness = z
  .object({ ready: z.boolean(), checks: z.object({ database: check, migrations: check, kv: check }) })
  .openapi('Readiness');

const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});

export const probeRoutes = createRouter();

probeRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/healthz',
    tags: ['Probes'],
    summary: 'Whether the process answers',
    security: [],
    responses: { 200: json('It does.', health) },
  }),
  (c) => c.json({ status: 'ok' as const }, 200),
);

probeRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/readyz',
    tags: ['Probes'],
    summary: 'Whether database, migrations and KV are as this Worker needs them',
    security: [],
    responses: { 200: json('It can serve.', readiness), 503: json('Not now; see Retry-After.', readiness) },
  }),
  async (c) => {
    const state = await c.var.services.checkReadiness();
    if (state.ready) return c.json(state, 200);
    c.header('Retry-After', '5');
    return c.json(state, 503);
  },
);
