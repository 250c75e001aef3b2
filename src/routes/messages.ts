import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../access/authenticate.ts';
import { AppError } from '../lib/errors.ts';
import type { IncomingMessage, Received } from '../mail/receive-messages.ts';
import { createRouter } from './api.ts';
import { addressSchema, cleaned, idSchema, instantSchema, jsonBody, responses } from './schemas.ts';

const LONGEST_TEXT = 1_048_576;
const MOST_ADDRESSES = 200;
const MOST_MESSAGES = 500;

const addresses = z.array(addressSchema).max(MOST_ADDRESSES);
const headerValue = cleaned(100_000);

const messageSchema = z
  .object({
    businessId: idSchema,
    messageId: idSchema,
    threadId: idSchema.nullish(),
    inReplyTo: cleaned(1_000).nullish(),
    references: z
      .union([z.array(cleaned(1_000)).max(1_000), cleaned(100_000).transform((text) => text.split(/\s+/))])
      .nullish(),
    direction: z.enum(['INBOUND', 'OUTBOUND']),
    from: addressSchema,
    to: addresses,
    cc: addresses.nullish(),
    replyTo: z.union([addresses, addressSchema.transform((address) => [address])]).nullish(),
    subject: cleaned(10_000),
    text: cleaned(LONGEST_TEXT),
    html: cleaned(LONGEST_TEXT).nullish(),
    headers: z.record(cleaned(200), z.union([headerValue, z.array(headerValue).max(100)])).nullish(),
    authentication: z.object({ dmarc: cleaned(40).nullish() }).nullish(),
    sentAt: instantSchema,
  })
  .openapi('Message');

const receivedSchema = z.object({ id: z.string(), threadId: z.string(), duplicate: z.boolean() }).openapi('Received');

const bulkItemSchema = z.object({
  index: z.number().int(),
  messageId: z.string().nullable(),
  status: z
    .number()
    .int()
    .openapi({ description: '201 stored, 200 was there, 400 not valid, 404 unknown business, 409 other content' }),
  id: z.string().optional(),
  threadId: z.string().optional(),
  duplicate: z.boolean().optional(),
  error: z.object({ code: z.string(), message: z.string(), details: z.unknown().optional() }).optional(),
});

export const messageRoutes = createRouter();

messageRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/v1/messages',
    tags: ['Messages'],
    summary: 'Hand in one mail',
    request: jsonBody(messageSchema),
    responses: responses(
      { 201: ['Stored.', receivedSchema], 200: ['It was there already.', receivedSchema] },
      [400, 403, 404, 409, 413],
    ),
  }),
  async (c) => {
    const body = c.req.valid('json');
    authorize(c.var.actor, 'messages:write', body.businessId);
    const [received] = await c.var.services.receiveMessages(body.businessId, [incoming(body)]);
    if (received === undefined || received.status === 'conflict') throw conflict();
    return c.json(receivedShape(received), received.status === 'stored' ? 201 : 200);
  },
);

messageRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/v1/messages:bulk',
    tags: ['Messages'],
    summary: 'Hand in up to 500 mails of one or several businesses; each has its own result',
    request: jsonBody(
      z.preprocess(
        (body) => (Array.isArray(body) ? { messages: body } : body),
        z.object({ messages: z.array(z.unknown()).max(MOST_MESSAGES) }),
      ),
    ),
    responses: responses(
      { 200: ['Results, in the order of the request.', z.object({ items: z.array(bulkItemSchema) })] },
      [400, 403, 404, 413],
    ),
  }),
  async (c) => {
    const { messages } = c.req.valid('json');
    const items: z.infer<typeof bulkItemSchema>[] = [];
    const valid = new Map<string, { index: number; message: IncomingMessage }[]>();
    for (const [index, raw] of messages.entries()) {
      const parsed = messageSchema.safeParse(raw);
      if (!parsed.success) {
        const issues = parsed.error.issues
          .slice(0, 5)
          .map((i) => ({ path: i.path.map(String).join('.'), problem: i.message }));
        const error = { code: 'INVALID_REQUEST', message: 'This message is not valid.', details: { issues } };
        items[index] = { index, messageId: messageIdOf(raw), status: 400, error };
        continue;
      }
      authorize(c.var.actor, 'messages:write', parsed.data.businessId);
      const ofBusiness = valid.get(parsed.data.businessId) ?? [];
      ofBusiness.push({ index, message: incoming(parsed.data) });
      valid.set(parsed.data.businessId, ofBusiness);
    }
    for (const [businessId, batch] of valid) {
      const results = await receivedOrUnknown(
        c.var.services.receiveMessages(
          businessId,
          batch.map(({ message }) => message),
        ),
      );
      for (const [at, { index, message }] of batch.entries()) {
        items[index] =
          results instanceof AppError
            ? failedItem(index, message.messageId, 404, results)
            : bulkItem(index, message.messageId, results[at] ?? { status: 'conflict' });
      }
    }
    return c.json({ items }, 200);
  },
);

function bulkItem(index: number, messageId: string, received: Received): z.infer<typeof bulkItemSchema> {
  if (received.status !== 'conflict') {
    return { index, messageId, status: received.status === 'stored' ? 201 : 200, ...receivedShape(received) };
  }
  return failedItem(index, messageId, 409, conflict());
}

function failedItem(index: number, messageId: string, status: number, { code, message }: AppError) {
  return { index, messageId, status, error: { code, message } };
}

/** A business that does not exist is the result of its own messages, not of the whole request. */
async function receivedOrUnknown(receiving: Promise<Received[]>): Promise<Received[] | AppError> {
  try {
    return await receiving;
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return error;
    throw error;
  }
}

function receivedShape(received: Exclude<Received, { status: 'conflict' }>) {
  return { id: received.id, threadId: received.threadId, duplicate: received.status === 'duplicate' };
}

function conflict(): AppError {
  return new AppError('MESSAGE_CONFLICT', 'Another mail with this messageId is stored.');
}

function messageIdOf(raw: unknown): string | null {
  const id = (raw as { messageId?: unknown } | null)?.messageId;
  return typeof id === 'string' ? id.slice(0, 500) : null;
}

function incoming(body: z.infer<typeof messageSchema>): IncomingMessage {
  return {
    messageId: body.messageId,
    threadId: body.threadId ?? undefined,
    inReplyTo: body.inReplyTo ?? undefined,
    references: body.references ?? undefined,
    direction: body.direction,
    from: body.from,
    to: body.to,
    cc: body.cc ?? [],
    replyTo: body.replyTo ?? [],
    subject: body.subject,
    text: body.text,
    html: body.html ?? undefined,
    headers: body.headers ?? {},
    dmarc: body.authentication?.dmarc?.toLowerCase() ?? undefined,
    sentAt: new Date(body.sentAt),
  };
}
