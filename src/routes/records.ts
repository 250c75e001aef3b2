import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../access/authenticate.ts';
import { AppError } from '../lib/errors.ts';
import { cleanJson, JSON_DEPTH_LIMIT } from '../mail/clean-text.ts';
import { createRouter } from './api.ts';
import { cleaned, idSchema, instantOrDaySchema, instantSchema, jsonBody, responses } from './schemas.ts';

const MOST_RECORDS = 500;
const LONGEST_SNIPPET = 20_000;

const words = (longest: number) => cleaned(longest).pipe(z.string().trim().min(1));
const amount = z.number().refine(Number.isFinite, 'not a finite number');
const email = cleaned(320).pipe(z.string().trim().min(3).includes('@'));

const itemSchema = z.looseObject({
  name: words(500),
  quantity: z.number().int().min(0).max(1e6),
  price: amount.nullish(),
});
const shipmentSchema = z.looseObject({
  carrier: words(200).nullish(),
  trackingNumber: words(200).nullish(),
  status: words(200).nullish(),
  eta: instantOrDaySchema.nullish(),
  items: z
    .array(z.looseObject({ name: words(500), quantity: z.number().int().min(0) }))
    .max(1_000)
    .nullish(),
});

const orderFields = z.looseObject({
  customerEmail: email,
  status: words(200),
  placedAt: instantOrDaySchema.nullish(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'an ISO 4217 code')
    .nullish(),
  total: amount.nullish(),
  items: z.array(itemSchema).max(1_000).nullish(),
  shipments: z.array(shipmentSchema).max(200).nullish(),
  deliveredAt: instantOrDaySchema.nullish(),
  cancelledAt: instantOrDaySchema.nullish(),
  returnableUntil: instantOrDaySchema.nullish(),
  refund: z
    .object({ amount: amount.nullish(), status: words(200).nullish(), at: instantOrDaySchema.nullish() })
    .nullish(),
  invoiceNumber: words(200).nullish(),
});
const orderSchema = orderFields.openapi('Order');

const appointmentSchema = z
  .looseObject({
    customerEmail: email,
    status: words(200).default('confirmed'),
    startsAt: instantSchema,
    endsAt: instantSchema.nullish(),
    service: words(500).nullish(),
    location: words(500).nullish(),
    staff: words(200).nullish(),
  })
  .openapi('Appointment');

const snippetSchema = z
  .object({
    text: cleaned(LONGEST_SNIPPET).pipe(z.string().min(1)),
    language: z
      .string()
      .regex(/^[a-z]{2}$/, 'a two-letter code')
      .default('en'),
    whenToUse: cleaned(2_000).default(''),
  })
  .openapi('Snippet');

export const recordRoutes = createRouter();

const business = { businessId: idSchema };
const stored = z.object({
  businessId: z.string(),
  orderNumber: z.string().optional(),
  id: z.string().optional(),
  key: z.string().optional(),
});
const counted = z.object({ stored: z.number().int() });
const errors = [400, 403, 404, 413];

recordRoutes.openapi(
  createRoute({
    method: 'put',
    path: '/v1/businesses/{businessId}/orders/{orderNumber}',
    tags: ['Records'],
    summary: 'Put one order as it is now',
    request: { params: z.object({ ...business, orderNumber: idSchema }), ...jsonBody(orderSchema) },
    responses: responses({ 200: ['Stored.', stored] }, errors),
  }),
  async (c) => {
    const { businessId, orderNumber } = c.req.valid('param');
    authorize(c.var.actor, 'records:write', businessId);
    await c.var.services.putOrders(businessId, [orderRow(orderNumber, c.req.valid('json'))]);
    return c.json({ businessId, orderNumber }, 200);
  },
);

recordRoutes.openapi(
  createRoute({
    method: 'put',
    path: '/v1/businesses/{businessId}/orders:bulk',
    tags: ['Records'],
    summary: 'Put up to 500 orders; all or none',
    request: {
      params: z.object(business),
      ...jsonBody(bulkOf('orders', orderFields.extend({ orderNumber: idSchema }))),
    },
    responses: responses({ 200: ['Stored.', counted] }, errors),
  }),
  async (c) => {
    const { businessId } = c.req.valid('param');
    authorize(c.var.actor, 'records:write', businessId);
    const rows = c.req.valid('json').items.map(({ orderNumber, ...fields }) => orderRow(orderNumber, fields));
    await c.var.services.putOrders(businessId, rows);
    return c.json({ stored: rows.length }, 200);
  },
);

recordRoutes.openapi(
  createRoute({
    method: 'put',
    path: '/v1/businesses/{businessId}/appointments/{id}',
    tags: ['Records'],
    summary: 'Put one appointment as it is now',
    request: { params: z.object({ ...business, id: idSchema }), ...jsonBody(appointmentSchema) },
    responses: responses({ 200: ['Stored.', stored] }, errors),
  }),
  async (c) => {
    const { businessId, id } = c.req.valid('param');
    authorize(c.var.actor, 'records:write', businessId);
    await c.var.services.putAppointments(businessId, [appointmentRow(id, c.req.valid('json'))]);
    return c.json({ businessId, id }, 200);
  },
);

recordRoutes.openapi(
  createRoute({
    method: 'put',
    path: '/v1/businesses/{businessId}/snippets/{key}',
    tags: ['Records'],
    summary: 'Put one snippet: a text of the business that drafts may use and state as fact',
    request: { params: z.object({ ...business, key: idSchema }), ...jsonBody(snippetSchema) },
    responses: responses({ 200: ['Stored.', stored] }, errors),
  }),
  async (c) => {
    const { businessId, key } = c.req.valid('param');
    authorize(c.var.actor, 'records:write', businessId);
    await c.var.services.putSnippets(businessId, [{ key, ...c.req.valid('json') }]);
    return c.json({ businessId, key }, 200);
  },
);

/** `{"<name>": [...]}`, `{"items": [...]}` or the bare list. */
function bulkOf<T extends z.ZodType>(name: string, item: T) {
  return z.preprocess(
    (body) => {
      if (Array.isArray(body)) return { items: body };
      const named = (body as Record<string, unknown> | null)?.[name];
      return named === undefined ? body : { items: named };
    },
    z.object({ items: z.array(item).max(MOST_RECORDS) }),
  );
}

function orderRow(orderNumber: string, fields: z.infer<typeof orderFields>) {
  const { customerEmail, status, placedAt, currency, total, items, shipments, ...extra } = fields;
  return {
    orderNumber,
    customerEmail,
    status,
    placedAt: placedAt ? new Date(placedAt) : null,
    currency: currency ?? null,
    total: total ?? null,
    items: cleanRecord(items ?? []),
    shipments: cleanRecord(shipments ?? []),
    extra: cleanRecord(withoutNulls(extra)),
  };
}

function appointmentRow(id: string, fields: z.infer<typeof appointmentSchema>) {
  const { customerEmail, status, startsAt, endsAt, service, location, staff, ...extra } = fields;
  return {
    id,
    customerEmail,
    status,
    startsAt: new Date(startsAt),
    endsAt: endsAt ? new Date(endsAt) : null,
    service: service ?? null,
    location: location ?? null,
    staff: staff ?? null,
    extra: cleanRecord(withoutNulls(extra)),
  };
}

function cleanRecord<T>(value: T): T {
  try {
    return cleanJson(value);
  } catch {
    throw new AppError('INVALID_REQUEST', `The record is nested deeper than ${JSON_DEPTH_LIMIT} levels.`);
  }
}

function withoutNulls(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && value !== undefined));
}
