import { z } from '@hono/zod-openapi';
import { DRAFT_KINDS, DRAFT_STATUSES } from '../drafting/draft.ts';
import { CLAIM_TYPES } from '../guards/grounding/claim.ts';
import { cleanText } from '../mail/clean-text.ts';
import { RAG_STATUSES } from '../retrieval/rag-status.ts';
import { FLAG_REASONS } from '../rollout/decide.ts';
import { INTENT_NAMES } from '../tools/intents.ts';

/** A text as it may be stored: no NULs, no lone surrogates, LF line ends. */
export const cleaned = (longest: number) => z.string().max(longest).transform(cleanText);

export const idSchema = z
  .string()
  .min(1)
  .max(500)
  .refine((id) => cleanText(id) === id && id.trim() === id, 'has control characters or blank ends');

const YEAR_1_MS = Date.parse('0001-01-01T00:00:00Z');

export const instantSchema = z.iso
  .datetime({ offset: true, error: 'an ISO 8601 time with zone, such as 2026-11-23T09:30:00Z' })
  .refine(isStorable, 'out of range')
  .openapi({ example: '2026-11-23T09:30:00Z' });

export const instantOrDaySchema = z.union([instantSchema, z.iso.date().refine(isStorable, 'out of range')]);

/** The years 1 to 9999 in UTC: an offset may lead out of the four digits that Postgres and ISO 8601 read. */
function isStorable(text: string): boolean {
  const instant = Date.parse(text);
  return instant >= YEAR_1_MS && instant < Date.UTC(10_000, 0, 1);
}

export const addressSchema = z
  .object({ address: cleaned(320).pipe(z.string().min(1)), name: cleaned(500).nullish() })
  .transform(({ address, name }) => (name ? { address, name } : { address }))
  .openapi('Address');

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().openapi({ example: 'INVALID_REQUEST' }),
      message: z.string(),
      requestId: z.string(),
      details: z.unknown().optional(),
    }),
  })
  .openapi('Error');

const shownAddress = z.object({ address: z.string(), name: z.string().optional() });

const claimSchema = z.object({
  type: z.enum(CLAIM_TYPES),
  text: z.string(),
  start: z.number().int(),
  end: z.number().int(),
  verdict: z.enum(['verified', 'contradicted', 'unsupported', 'unverifiable']),
  evidence: z.string().optional().openapi({ example: 'orders[#W1].shipments[0].trackingNumber' }),
});

export const draftSchema = z
  .object({
    id: z.string(),
    version: z.number().int(),
    businessId: z.string(),
    messageId: z.string(),
    threadId: z.string(),
    status: z.enum(DRAFT_STATUSES),
    kind: z.enum(DRAFT_KINDS),
    intent: z.enum(INTENT_NAMES).nullable(),
    language: z.string().nullable(),
    to: z.array(shownAddress),
    cc: z.array(shownAddress),
    bcc: z.array(shownAddress),
    subject: z.string(),
    body: z.string(),
    claims: z.array(claimSchema),
    sources: z.array(
      z.object({
        index: z.number().int(),
        kind: z.enum(['order', 'appointment', 'snippet', 'profile', 'example']),
        id: z.string(),
        used: z.boolean(),
      }),
    ),
    rag: z.object({
      enabled: z.boolean(),
      reason: z.enum([...FLAG_REASONS, 'SKIPPED']).nullable(),
      arm: z.enum(['rag', 'control', 'none']),
      status: z.enum(RAG_STATUSES),
      examples: z.array(z.object({ id: z.string(), confidence: z.number() })),
    }),
    tokens: z.object({ predicted: z.number(), actual: z.number().nullable(), dropped: z.array(z.string()) }),
    findings: z.array(
      z.object({
        code: z.string(),
        severity: z.enum(['info', 'warning', 'block']),
        message: z.string(),
        start: z.number().int().optional(),
        end: z.number().int().optional(),
      }),
    ),
    skipReason: z.string().nullable(),
    retryReason: z
      .string()
      .nullable()
      .openapi({ description: 'Why nothing was made yet, where the draft is RETRYING or FAILED', example: 'timeout' }),
    editDistance: z.number().nullable(),
    reviewedAt: z.string().nullable(),
    reviewedBy: z.string().nullable(),
    reviewReason: z.string().nullable(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .openapi('Draft');

const MOST_ITEMS = 200;

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(MOST_ITEMS).default(50),
  cursor: z
    .string()
    .max(1_000)
    .transform((cursor, context) => {
      const id = readCursor(cursor);
      if (id !== null) return id;
      context.addIssue({ code: 'custom', message: 'not a cursor of ours' });
      return z.NEVER;
    })
    .optional()
    .openapi({ type: 'string' }),
};

/** A page of a list: `nextCursor` is null on the last one. Ask for one row more than `limit`. */
export function page<T extends { id: string }, S>(rows: T[], limit: number, shape: (row: T) => S) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(shape),
    nextCursor: rows.length > limit && last !== undefined ? writeCursor(last.id) : null,
  };
}

export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

function writeCursor(id: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(id)))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

function readCursor(cursor: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const id = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return id === cleanText(id) ? id : null;
  } catch {
    return null;
  }
}

type Answer = { description: string; content?: { 'application/json': { schema: z.ZodType } } };

/** The responses of a route: its own, and the errors that it can answer. */
export function responses(own: Record<number, [string, z.ZodType]>, errors: number[]): Record<number, Answer> {
  const json = (schema: z.ZodType, description: string) => ({
    description,
    content: { 'application/json': { schema } },
  });
  return Object.fromEntries([
    ...Object.entries(own).map(([status, [description, schema]]) => [status, json(schema, description)]),
    ...[...errors, 400, 401, 429, 500, 503].map((status) => [
      status,
      json(errorSchema, ERROR_TEXTS[status] ?? 'Error'),
    ]),
  ]);
}

const ERROR_TEXTS: Record<number, string> = {
  400: 'The request has not the right shape.',
  401: 'No key, or a wrong one.',
  403: 'The key lacks the scope.',
  404: 'Unknown here.',
  409: 'In conflict with what is stored.',
  413: 'Too large.',
  422: 'Well-formed, but cannot be done.',
  429: 'Too many requests; see Retry-After.',
  500: 'Something went wrong on our side.',
  503: 'Try again; see Retry-After.',
};

/** A JSON body that must be there. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { body: { required: true, content: { 'application/json': { schema } } } } as const;
}
