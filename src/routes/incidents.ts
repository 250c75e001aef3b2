import { createRoute, z } from '@hono/zod-openapi';
import { INCIDENT_ENTRY_KINDS, INCIDENT_SEVERITIES, INCIDENT_STATUSES } from '../metrics/incidents/incident.ts';
import type { Services } from '../services.ts';
import { actOf, createRouter } from './api.ts';
import { cleaned, idSchema, jsonBody, page, pageQuery, pageSchema, responses } from './schemas.ts';

const words = (longest: number, what: string) => cleaned(longest).pipe(z.string().trim().min(1, `${what} is needed`));

const incidentSchema = z
  .object({
    id: z.string(),
    causeKey: z.string(),
    severity: z.enum(INCIDENT_SEVERITIES),
    status: z.enum(INCIDENT_STATUSES),
    title: z.string(),
    feature: z.string(),
    businessId: z.string().nullable(),
    detectedAt: z.string(),
    openedAt: z.string(),
    data: z.record(z.string(), z.unknown()),
    closedAt: z.string().nullable(),
    closedBy: z.string().nullable(),
    closeReason: z.string().nullable(),
  })
  .openapi('Incident');

const entrySchema = z
  .object({
    id: z.string(),
    kind: z.enum(INCIDENT_ENTRY_KINDS),
    text: z.string(),
    at: z.string(),
    actor: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .openapi('IncidentEntry');

const wholeSchema = incidentSchema.extend({ timeline: z.array(entrySchema) }).openapi('IncidentWithTimeline');

/** Under /admin/api, whose middleware lets nobody but operators in. */
export const incidentRoutes = createRouter();

const tags = ['Incidents'];
const one = z.object({ id: idSchema });

incidentRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/incidents',
    tags,
    summary: 'Incidents, newest first',
    request: { query: z.object({ status: z.enum(INCIDENT_STATUSES).optional(), ...pageQuery }) },
    responses: responses({ 200: ['A page.', pageSchema(incidentSchema)] }, [400, 403]),
  }),
  async (c) => {
    const { limit, cursor, status } = c.req.valid('query');
    const rows = await c.var.services.listIncidents({ status, before: cursor, limit: limit + 1 });
    return c.json(page(rows, limit, incidentShape), 200);
  },
);

incidentRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/admin/api/incidents/{id}',
    tags,
    summary: 'An incident with its timeline, oldest entry first',
    request: { params: one },
    responses: responses({ 200: ['The incident.', wholeSchema] }, [403, 404]),
  }),
  async (c) => c.json(await whole(c.var.services, c.req.valid('param').id), 200),
);

incidentRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/incidents/{id}/notes',
    tags,
    summary: 'Add a note to the timeline; the same words again within a minute are the same note',
    request: { params: one, ...jsonBody(z.strictObject({ text: words(4_000, 'a text') })) },
    responses: responses(
      { 201: ['Added.', entrySchema], 200: ['It was there already.', entrySchema] },
      [400, 403, 404],
    ),
  }),
  async (c) => {
    const { text } = c.req.valid('json');
    const { created, entry } = await c.var.services.addIncidentNote({ id: c.req.valid('param').id, text }, actOf(c));
    return c.json(entryShape(entry), created ? 201 : 200);
  },
);

incidentRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/admin/api/incidents/{id}/close',
    tags,
    summary: 'Close an incident; closed already, it stays as it was closed',
    request: { params: one, ...jsonBody(z.strictObject({ reason: words(2_000, 'a reason') })) },
    responses: responses({ 200: ['As it is now.', wholeSchema] }, [400, 403, 404]),
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    await c.var.services.closeIncident({ id, reason: c.req.valid('json').reason }, actOf(c));
    return c.json(await whole(c.var.services, id), 200);
  },
);

async function whole(services: Services, id: string) {
  const { incident, timeline } = await services.findIncident(id);
  return { ...incidentShape(incident), timeline: timeline.map(entryShape) };
}

type Found = Awaited<ReturnType<Services['findIncident']>>;

function incidentShape(row: Found['incident']) {
  return {
    ...row,
    detectedAt: row.detectedAt.toISOString(),
    openedAt: row.openedAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}

function entryShape({ id, kind, text, at, actor, data }: Found['timeline'][number]) {
  return { id, kind, text, at: at.toISOString(), actor, data };
}
