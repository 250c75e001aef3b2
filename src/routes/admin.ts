import { createRoute, z } from '@hono/zod-openapi';
import { requireAdmin } from '../access/authenticate.ts';
import { SCOPES } from '../access/scopes.ts';
import { AppError } from '../lib/errors.ts';
import { actOf, createRouter } from './api.ts';
import { cleaned, idSchema, instantSchema, jsonBody, page, pageQuery, pageSchema, responses } from './schemas.ts';

const text = (longest: number) => cleaned(longest).pipe(z.string().trim().min(1));
const optionalText = (longest: number) => text(longest).nullable().optional();

const timeZone = z
  .string()
  .max(100)
  .refine((zone) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
    } catch {
      return false;
    }
  }, 'not an IANA time zone');

const locale = z
  .string()
  .max(35)
  .refine((tag) => {
    try {
      return Intl.getCanonicalLocales(tag).length === 1;
    } catch {
      return false;
    }
  }, 'not a BCP 47 tag');

const businessFields = {
  // It stands in pages, alerts and signatures: nothing in it may turn a line around or break it.
  name: text(200).refine((name) => !/[\p{Cc}\p{Bidi_Control}]/u.test(name), 'has control characters'),
  vertical: text(100).optional(),
  emailRagEnabled: z.boolean().optional(),
  emailSnippetsEnabled: z.boolean().optional(),
  emailRagMinConfidence: z.number().min(0).max(1).optional(),
  emailRagMaxExamples: z.number().int().min(0).max(10).optional(),
  controlShare: z.number().min(0).max(1).optional(),
  locale: locale.optional(),
  timeZone: timeZone.optional(),
  signature: optionalText(2_000),
  replyAll: z.boolean().optional(),
  website: optionalText(500),
  supportEmail: optionalText(320),
  supportPhone: optionalText(100),
  address: optionalText(500),
  openingHours: optionalText(1_000),
  facts: z.array(text(1_000)).max(100).optional(),
  mailAddresses: z.array(text(320)).max(100).optional(),
  piiPolicy: z.object({ emails: z.boolean(), phones: z.boolean(), nationalIds: z.boolean() }).optional(),
};

const businessSchema = z
  .object({
    ...Object.fromEntries(Object.keys(businessFields).map((field) => [field, z.unknown()])),
    id: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .openapi('Business');

const pilotKey = z.object({ businessId: idSchema, feature: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/) });
const pilotSchema = z
  .object({
    id: z.string(),
    businessId: z.string(),
    feature: z.string(),
    enabledAt: z.string(),
    enabledBy: z.string(),
    notes: z.string().nullable(),
  })
  .openapi('Pilot');

const apiKeySchema = z
  .object({
    id: z.string(),
    businessId: z.string(),
    name: z.string(),
    prefix: z.string(),
    scopes: z.array(z.string()),
    createdBy: z.string(),
    createdAt: z.string(),
    revokedAt: z.string().nullable(),
  })
  .openapi('ApiKey');

const auditSchema = z
  .object({
    id: z.string(),
    at: z.string(),
    businessId: z.string().nullable(),
    action: z.string(),
    actor: z.string(),
    reason: z.string().nullable(),
    before: z.unknown(),
    after: z.unknown(),
    requestId: z.string().nullable(),
  })
  .openapi('AuditEvent');

export const adminRoutes = createRouter();

adminRoutes.use('/admin/api/*', async (c, next) => {
  requireAdmin(c.var.actor);
  await next();
});

const tags = ['Admin'];
const one = z.object({ id: idSchema });

adminRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/businesses',
    tags,
    summary: 'Add a business',
    request: jsonBody(z.strictObject({ id: idSchema, ...businessFields })),
    responses: responses({ 201: ['Added.', businessSchema] }, [400, 403, 409]),
  }),
  async (c) => c.json(businessShape(await c.var.services.createBusiness(c.req.valid('json'), actOf(c))), 201),
);

adminRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/businesses',
    tags,
    summary: 'Businesses',
    request: { query: z.object(pageQuery) },
    responses: responses({ 200: ['A page.', pageSchema(businessSchema)] }, [400, 403]),
  }),
  async (c) => {
    const { limit, cursor } = c.req.valid('query');
    return c.json(
      page(await c.var.services.listBusinesses({ before: cursor, limit: limit + 1 }), limit, businessShape),
      200,
    );
  },
);

adminRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/businesses/{id}',
    tags,
    summary: 'One business',
    request: { params: one },
    responses: responses({ 200: ['The business.', businessSchema] }, [403, 404]),
  }),
  async (c) => c.json(businessShape(await c.var.services.findBusiness(c.req.valid('param').id)), 200),
);

adminRoutes.openapi(
  createRoute({
    method: 'patch',
    path: '/admin/api/businesses/{id}',
    tags,
    summary: 'Change the named fields of a business',
    request: { params: one, ...jsonBody(z.strictObject({ ...businessFields, name: businessFields.name.optional() })) },
    responses: responses({ 200: ['As it is now.', businessSchema] }, [400, 403, 404]),
  }),
  async (c) => {
    const changed = await c.var.services.patchBusiness(c.req.valid('param').id, c.req.valid('json'), actOf(c));
    return c.json(businessShape(changed), 200);
  },
);

adminRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/pilots',
    tags,
    summary: 'Enrolled businesses',
    request: { query: z.object({ ...pilotKey.partial().shape, ...pageQuery }) },
    responses: responses({ 200: ['A page.', pageSchema(pilotSchema)] }, [400, 403]),
  }),
  async (c) => {
    const { limit, cursor, ...filter } = c.req.valid('query');
    const rows = await c.var.services.listPilots({ ...filter, before: cursor, limit: limit + 1 });
    return c.json(page(rows, limit, pilotShape), 200);
  },
);

adminRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/pilots',
    tags,
    summary: 'Enrol a business in a feature',
    request: jsonBody(pilotKey.extend({ notes: optionalText(2_000) })),
    responses: responses(
      { 201: ['Enrolled.', pilotSchema], 200: ['It was enrolled already.', pilotSchema] },
      [400, 403, 404],
    ),
  }),
  async (c) => {
    const { businessId, feature, notes } = c.req.valid('json');
    const { created, row } = await c.var.services.enrolPilot({ businessId, feature, notes: notes ?? null }, actOf(c));
    return c.json(pilotShape(row), created ? 201 : 200);
  },
);

adminRoutes.openapi(
  createRoute({
    method: 'delete',
    path: '/admin/api/pilots',
    tags,
    summary: 'Take a business out of a feature; the pair stands in the body or in the query',
    request: {
      query: pilotKey.partial(),
      body: { required: false, content: { 'application/json': { schema: pilotKey } } },
    },
    responses: responses({ 200: ['Removed.', pilotSchema] }, [400, 403, 404]),
  }),
  async (c) => {
    const { businessId, feature } = { ...c.req.valid('query'), ...c.req.valid('json') };
    if (businessId === undefined || feature === undefined) {
      throw new AppError('INVALID_REQUEST', 'Give businessId and feature, in the body or in the query.');
    }
    return c.json(pilotShape(await c.var.services.removePilot({ businessId, feature }, actOf(c))), 200);
  },
);

adminRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/api-keys',
    tags,
    summary: 'API keys, without their secrets',
    request: { query: z.object({ businessId: idSchema.optional(), ...pageQuery }) },
    responses: responses({ 200: ['A page.', pageSchema(apiKeySchema)] }, [400, 403]),
  }),
  async (c) => {
    const { limit, cursor, businessId } = c.req.valid('query');
    const rows = await c.var.services.listApiKeys({ businessId, before: cursor, limit: limit + 1 });
    return c.json(page(rows, limit, apiKeyShape), 200);
  },
);

adminRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/api-keys',
    tags,
    summary: 'Make an API key of a business; `key` is shown this once',
    request: jsonBody(
      z.object({
        businessId: idSchema,
        name: text(200).default('unnamed'),
        scopes: z
          .array(z.enum(SCOPES))
          .min(1)
          .default([...SCOPES]),
      }),
    ),
    responses: responses({ 201: ['Made.', apiKeySchema.extend({ key: z.string() })] }, [400, 403, 404]),
  }),
  async (c) => {
    const made = await c.var.services.createApiKey(c.req.valid('json'), actOf(c));
    return c.json({ ...apiKeyShape(made), key: made.key }, 201);
  },
);

adminRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/api-keys/{id}/revoke',
    tags,
    summary: 'Revoke an API key at once',
    request: { params: one },
    responses: responses({ 200: ['Revoked.', apiKeySchema] }, [403, 404]),
  }),
  async (c) => c.json(apiKeyShape(await c.var.services.revokeApiKey(c.req.valid('param').id, actOf(c))), 200),
);

adminRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/audit',
    tags,
    summary: 'Who did what, newest first',
    request: {
      query: z.object({
        businessId: idSchema.optional(),
        action: z.string().max(100).optional(),
        actor: z.string().max(200).optional(),
        from: instantSchema.optional(),
        to: instantSchema.optional(),
        ...pageQuery,
      }),
    },
    responses: responses({ 200: ['A page.', pageSchema(auditSchema)] }, [400, 403]),
  }),
  async (c) => {
    const { limit, cursor, from, to, ...filter } = c.req.valid('query');
    const rows = await c.var.services.listAudit({
      ...filter,
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
      before: cursor,
      limit: limit + 1,
    });
    return c.json(
      page(rows, limit, (row) => ({ ...row, at: row.at.toISOString() })),
      200,
    );
  },
);

type Shown<Name extends 'findBusiness' | 'removePilot' | 'revokeApiKey'> = Awaited<
  ReturnType<import('../services.ts').Services[Name]>
>;

function businessShape(row: Shown<'findBusiness'>) {
  return { ...row, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() };
}

function pilotShape(row: Shown<'removePilot'>) {
  return { ...row, enabledAt: row.enabledAt.toISOString() };
}

function apiKeyShape({ key: _key, ...row }: Shown<'revokeApiKey'> & { key?: string }) {
  return { ...row, createdAt: row.createdAt.toISOString(), revokedAt: row.revokedAt?.toISOString() ?? null };
}
