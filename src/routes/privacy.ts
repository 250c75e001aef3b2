import { createRoute, z } from '@hono/zod-openapi';
import type { ErasedCounts } from '../privacy/erasure.ts';
import { ERASED } from '../privacy/erasure.ts';
import type { Services } from '../services.ts';
import { actOf, createRouter } from './api.ts';
import { cleaned, idSchema, jsonBody, page, pageQuery, pageSchema, responses } from './schemas.ts';

const erasureSchema = z
  .object({
    id: z.string(),
    businessId: z.string(),
    addressHash: z.string().openapi({
      description:
        'SHA-256, in hex, of the business’s id, a line feed, and the address in lower case (its domain in ASCII).',
    }),
    reason: z.string(),
    actor: z.string(),
    records: z.enum(['erased', 'kept']),
    counts: z.object(
      Object.fromEntries(ERASED.map((name) => [name, z.number().int()])) as Record<keyof ErasedCounts, z.ZodNumber>,
    ),
    sharedMessages: z.array(z.string()).openapi({
      description:
        'Mail of others that stands in a thread with the customer. It stays, without the address; look whether its words do.',
    }),
    at: z.string(),
  })
  .openapi('Erasure');

/** Under /admin/api, whose middleware lets nobody but operators in. */
export const privacyRoutes = createRouter();

const tags = ['Privacy'];
const one = z.object({ id: idSchema });

privacyRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/erasures',
    tags,
    summary: 'Erase a customer of a business: mail, drafts, examples, orders and appointments, queued work',
    request: jsonBody(
      z.strictObject({
        businessId: idSchema,
        customerEmail: cleaned(320).pipe(z.string().trim().min(1)),
        reason: cleaned(2_000).pipe(z.string().trim().min(1)),
        records: z
          .enum(['erase', 'keep'])
          .default('erase')
          .openapi({ description: 'Orders and appointments, which a business may have to keep.' }),
      }),
    ),
    responses: responses(
      {
        201: ['Erased.', erasureSchema],
        200: ['Nothing was left to erase: the receipt of the erasure before.', erasureSchema],
      },
      [400, 403, 404, 422],
    ),
  }),
  async (c) => {
    const { created, receipt } = await c.var.services.eraseCustomer(c.req.valid('json'), actOf(c));
    return c.json(erasureShape(receipt), created ? 201 : 200);
  },
);

privacyRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/erasures',
    tags,
    summary: 'Receipts of erasures, newest first',
    request: {
      query: z.object({
        businessId: idSchema.optional(),
        addressHash: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
        ...pageQuery,
      }),
    },
    responses: responses({ 200: ['A page.', pageSchema(erasureSchema)] }, [400, 403]),
  }),
  async (c) => {
    const { limit, cursor, ...filter } = c.req.valid('query');
    const rows = await c.var.services.listErasures({ ...filter, before: cursor, limit: limit + 1 });
    return c.json(page(rows, limit, erasureShape), 200);
  },
);

privacyRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/erasures/{id}',
    tags,
    summary: 'One receipt',
    request: { params: one },
    responses: responses({ 200: ['The receipt.', erasureSchema] }, [403, 404]),
  }),
  async (c) => c.json(erasureShape(await c.var.services.findErasure(c.req.valid('param').id)), 200),
);

privacyRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/businesses/{id}/export',
    tags,
    summary: 'Everything stored about a business, one JSON object a line; whole only with its last line, of type "end"',
    request: { params: one },
    responses: {
      ...responses({}, [403, 404]),
      200: { description: 'The rows.', content: { 'application/x-ndjson': { schema: z.string() } } },
    },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    const { exportBusiness, logger } = c.var.services;
    const lines = await exportBusiness(id, actOf(c));
    const { requestId } = c.var;
    const encoder = new TextEncoder();
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { done, value } = await lines.next();
          if (done) controller.close();
          else controller.enqueue(encoder.encode(value));
        } catch (error) {
          // The answer has begun: what is cut off lacks its last line.
          logger.error('export.failed', { requestId, error: error instanceof Error ? error.name : 'unknown' });
          controller.error(new Error('export failed'));
        }
      },
      cancel: async () => void (await lines.return(undefined)),
    });
    const answer: Response = c.body(stream, 200, {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': `attachment; filename="${id.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 100)}.ndjson"`,
      'cache-control': 'no-store',
    });
    // The types of routes know JSON and text only.
    return answer as never;
  },
);

function erasureShape({ requestId: _request, at, ...row }: Awaited<ReturnType<Services['findErasure']>>) {
  return { ...row, at: at.toISOString() };
}
