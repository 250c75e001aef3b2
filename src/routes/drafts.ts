import { createRoute, z } from '@hono/zod-openapi';
import { authorize, requireScope } from '../access/authenticate.ts';
import type { Scope } from '../access/scopes.ts';
import { DRAFT_STATUSES } from '../drafting/draft.ts';
import type { DraftRow } from '../drafting/draft-store.ts';
import type { DraftOutcome } from '../drafting/generate-draft.ts';
import { AppError } from '../lib/errors.ts';
import { REPORT_KINDS } from '../review/report-draft.ts';
import { type ApiContext, createRouter } from './api.ts';
import { draftShape } from './draft-shape.ts';
import { cleaned, draftSchema, idSchema, jsonBody, page, pageQuery, pageSchema, responses } from './schemas.ts';

const LONGEST_BODY = 200_000;
/** Until when a client need not ask again for a draft that is tried again, in seconds. */
const RETRY_AFTER_SECONDS = 30;

export const draftRoutes = createRouter();

const one = z.object({ id: idSchema });
const draftAnswer: [string, typeof draftSchema] = ['The draft.', draftSchema];

draftRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/v1/drafts',
    tags: ['Drafts'],
    summary: 'Draft the reply to a message; a second request gets the same draft',
    request: {
      headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
      ...jsonBody(z.object({ businessId: idSchema, messageId: idSchema })),
    },
    responses: responses(
      {
        201: ['Made now (also SKIPPED).', draftSchema],
        200: ['It was there.', draftSchema],
        202: ['Not yet: tried again by itself; see Retry-After.', draftSchema],
      },
      [400, 403, 404, 409, 422],
    ),
  }),
  async (c) => {
    const { businessId, messageId } = c.req.valid('json');
    authorize(c.var.actor, 'drafts:create', businessId);
    const idempotencyKey = c.req.valid('header')['idempotency-key'] ?? null;
    return answer(c, await c.var.services.requestDraft({ businessId, messageId, idempotencyKey }), 201);
  },
);

draftRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/v1/drafts/{id}',
    tags: ['Drafts'],
    summary: 'One draft',
    request: { params: one },
    responses: responses({ 200: draftAnswer }, [403, 404]),
  }),
  async (c) => c.json(draftShape(await loaded(c, c.req.valid('param').id, 'drafts:read')), 200),
);

draftRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/v1/drafts/{id}/versions',
    tags: ['Drafts'],
    summary: 'Older versions of a draft, newest first',
    request: { params: one },
    responses: responses(
      {
        200: [
          'The versions.',
          pageSchema(
            z.object({
              version: z.number().int(),
              status: z.enum(DRAFT_STATUSES),
              body: z.string(),
              replacedAt: z.string(),
            }),
          ),
        ],
      },
      [403, 404],
    ),
  }),
  async (c) => {
    const draft = await loaded(c, c.req.valid('param').id, 'drafts:read');
    const rows = await c.var.services.listVersions(draft.businessId, draft.id);
    const items = rows.map(({ version, status, content, replacedAt }) => ({
      version,
      status,
      body: content?.body ?? '',
      replacedAt: replacedAt.toISOString(),
    }));
    return c.json({ items, nextCursor: null }, 200);
  },
);

draftRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/v1/drafts',
    tags: ['Drafts'],
    summary: 'Drafts, newest first',
    request: {
      query: z.object({
        businessId: idSchema.optional(),
        status: z
          .string()
          .transform((text) => text.split(','))
          .pipe(z.array(z.enum(DRAFT_STATUSES)))
          .optional()
          .openapi({ type: 'string', description: 'One or several, comma-separated', example: 'READY,STALE' }),
        ...pageQuery,
      }),
    },
    responses: responses({ 200: ['A page.', pageSchema(draftSchema)] }, [400, 403, 404]),
  }),
  async (c) => {
    const { businessId, status, limit, cursor } = c.req.valid('query');
    const { actor, services } = c.var;
    if (businessId !== undefined) authorize(actor, 'drafts:read', businessId);
    else requireScope(actor, 'drafts:read');
    const rows = await services.listDrafts({
      businessId: businessId ?? (actor.kind === 'key' ? actor.businessId : null),
      statuses: status ?? [],
      before: cursor ?? null,
      limit: limit + 1,
    });
    return c.json(page(rows, limit, draftShape), 200);
  },
);

draftRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/v1/drafts/{id}/approve',
    tags: ['Review'],
    summary: 'Approve a draft, as it is or with an edited body',
    description:
      '409 FACTS_CHANGED, once to whoever approves, where facts changed since (approve again to insist), 409 CONFIRMATION_REQUIRED where an edited body has findings. On the pages a reviewer can take a review back for 10 seconds: who sends approved drafts waits until `reviewedAt` is that old; then it is final.',
    request: {
      params: one,
      body: {
        required: false,
        content: {
          'application/json': {
            schema: z.object({
              body: z
                .string()
                .min(1)
                .max(LONGEST_BODY)
                .refine((text) => text.isWellFormed() && !text.includes('\0'), 'has a NUL or a lone surrogate')
                .optional(),
              confirm: z.boolean().default(false),
            }),
          },
        },
      },
    },
    responses: responses({ 200: draftAnswer }, [400, 403, 404, 409]),
  }),
  async (c) => {
    const draft = await loaded(c, c.req.valid('param').id, 'drafts:review');
    const { body, confirm } = c.req.valid('json') ?? {};
    const approved = await c.var.services.approveDraft({
      businessId: draft.businessId,
      draftId: draft.id,
      body,
      confirm: confirm ?? false,
      actor: c.var.actor.name,
    });
    return c.json(draftShape(approved), 200);
  },
);

draftRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/v1/drafts/{id}/discard',
    tags: ['Review'],
    summary: 'Discard a draft, with a reason',
    request: { params: one, ...jsonBody(z.object({ reason: cleaned(2_000).pipe(z.string().trim().min(1)) })) },
    responses: responses({ 200: draftAnswer }, [400, 403, 404, 409]),
  }),
  async (c) => {
    const draft = await loaded(c, c.req.valid('param').id, 'drafts:review');
    const { reason } = c.req.valid('json');
    const { businessId, id: draftId } = draft;
    const discarded = await c.var.services.discardDraft({ businessId, draftId, reason, actor: c.var.actor.name });
    return c.json(draftShape(discarded), 200);
  },
);

draftRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/v1/drafts/{id}/report',
    tags: ['Review'],
    summary: 'Report a draft: a wrong fact, a leak, its tone, something else',
    request: {
      params: one,
      ...jsonBody(z.object({ kind: z.enum(REPORT_KINDS), note: cleaned(2_000).nullish() })),
    },
    responses: responses({ 200: draftAnswer }, [400, 403, 404, 409]),
  }),
  async (c) => {
    const draft = await loaded(c, c.req.valid('param').id, 'drafts:review');
    const { kind, note } = c.req.valid('json');
    const { businessId, id: draftId } = draft;
    const act = { businessId, draftId, kind, note: note ?? null, actor: c.var.actor.name };
    return c.json(draftShape(await c.var.services.reportDraft(act)), 200);
  },
);

draftRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/v1/drafts/{id}/regenerate',
    tags: ['Review'],
    summary: 'Make a new version of a draft that nobody has decided on',
    description:
      'For who reviews (`drafts:review`) and for who asks for drafts (`drafts:create`): either scope is enough.',
    request: { params: one },
    responses: responses({ 200: draftAnswer, 202: ['Not yet: tried again by itself.', draftSchema] }, [403, 404, 409]),
  }),
  async (c) => {
    const draft = await loaded(c, c.req.valid('param').id, 'drafts:review', 'drafts:create');
    const { businessId, id: draftId } = draft;
    return answer(c, await c.var.services.regenerateDraft({ businessId, draftId }), 200);
  },
);

function answer<Made extends 200 | 201>(c: ApiContext, outcome: DraftOutcome, made: Made) {
  if (outcome.status === 'in-progress') {
    throw new AppError('DRAFT_IN_PROGRESS', 'The draft is being made. Ask again.', {
      retryAfterSeconds: outcome.retryAfterSeconds,
    });
  }
  const { draft } = outcome;
  if (draft.status === 'RETRYING') {
    const wait = Math.ceil(((draft.nextAttemptAt?.getTime() ?? 0) - c.var.services.clock().getTime()) / 1000);
    c.header('Retry-After', String(Math.max(1, Number.isFinite(wait) && wait > 0 ? wait : RETRY_AFTER_SECONDS)));
    return c.json(draftShape(draft), 202);
  }
  return c.json(draftShape(draft), outcome.status === 'made' ? made : 200);
}

/** The draft, if this actor may see it; another business's does not exist. */
async function loaded(c: ApiContext, id: string, ...anyOf: Scope[]): Promise<DraftRow> {
  const { actor, services } = c.var;
  requireScope(actor, ...anyOf);
  const draft = await services.findDraft(actor.kind === 'key' ? actor.businessId : null, id);
  if (draft === undefined) throw new AppError('NOT_FOUND', 'There is no such draft.');
  return draft;
}
