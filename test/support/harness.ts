import { env } from 'cloudflare:workers';
import { createApp } from '../../src/app.ts';
import type { Config } from '../../src/config.ts';
import type { Logger } from '../../src/lib/logger.ts';
import { createServices, type Overrides } from '../../src/services.ts';
import { createModelScript } from './model-script.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field, as a client without types would.
type Json = Record<string, any>;

export interface Answer<T = Json> {
  status: number;
  body: T;
  headers: Headers;
}

let counter = 0;

/** An id that no other test of this run uses: all files share one database. */
export function uniqueId(prefix: string): string {
  counter += 1;
  return `${prefix}-${crypto.randomUUID().slice(0, 8)}-${counter}`;
}

/**
 * The real application in the Workers runtime, over the run's database and a scripted model of its own. Without a script
 * the offline writer answers.
 */
export function startHarness(overrides: Overrides & { config?: Partial<Config> } = {}) {
  const modelKey = uniqueId('model');
  const logged: Record<string, unknown>[] = [];
  const logger: Logger = {
    info: (event, fields) => void logged.push({ event, ...fields }),
    error: (event, fields) => void logged.push({ event, ...fields }),
  };
  const queued: { retry: { businessId: string; messageId: string }; delayMs: number }[] = [];
  const services = createServices(
    { ...env, OPENAI_API_KEY: modelKey },
    {
      logger,
      enqueueRetry: async (retry, delayMs) => void queued.push({ retry, delayMs }),
      ...overrides,
    },
  );
  const app = createApp(services);

  async function call<T = Json>(
    method: string,
    path: string,
    body?: unknown,
    options: { key?: string | null; headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> {
    const key = options.key === undefined ? env.DRAFTGATE_ADMIN_KEY : options.key;
    const response = await app.request(
      path,
      {
        method,
        headers: {
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
        },
        body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      },
      env,
    );
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('application/json');
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }

  return {
    services,
    app,
    logged,
    queued,
    call,
    post: <T = Json>(path: string, body: unknown = {}, options = {}) => call<T>('POST', path, body, options),
    get: <T = Json>(path: string, options = {}) => call<T>('GET', path, undefined, options),

    /** Steers this harness's model and counts its calls. */
    model: createModelScript(env.OPENAI_BASE_URL, modelKey),

    async createBusiness(fields: Record<string, unknown> = {}): Promise<string> {
      const id = uniqueId('business');
      const made = await call('POST', '/admin/api/businesses', { id, name: 'Corner Shop', ...fields });
      if (made.status !== 201) throw new Error(`business: ${JSON.stringify(made.body)}`);
      return id;
    },
    async putOrder(businessId: string, orderNumber: string, fields: Record<string, unknown> = {}): Promise<void> {
      const path = `/v1/businesses/${businessId}/orders/${encodeURIComponent(orderNumber)}`;
      const put = await call('PUT', path, { ...ORDER, ...fields });
      if (put.status !== 200) throw new Error(`order: ${JSON.stringify(put.body)}`);
    },
    /** Hands in a customer's mail and answers its messageId. */
    async receive(businessId: string, text: string, fields: Record<string, unknown> = {}): Promise<string> {
      const message = { ...inboundMail(businessId, text), ...fields };
      const stored = await call('POST', '/v1/messages', message);
      if (stored.status !== 201) throw new Error(`message: ${JSON.stringify(stored.body)}`);
      return message.messageId;
    },
    draft: (businessId: string, messageId: string, options = {}) =>
      call('POST', '/v1/drafts', { businessId, messageId }, options),
  };
}

export type Harness = ReturnType<typeof startHarness>;

export const CUSTOMER = 'ada@customer.example';

/** An order of CUSTOMER's that is on its way. */
export const ORDER = {
  customerEmail: CUSTOMER,
  status: 'shipped',
  placedAt: '2026-11-02T10:00:00Z',
  currency: 'EUR',
  total: 59.9,
  items: [{ name: 'Lamp', quantity: 1, price: 59.9 }],
  shipments: [{ carrier: 'DHL', trackingNumber: '773344556677', status: 'in transit', eta: '2026-11-12' }],
};

export function inboundMail(businessId: string, text: string) {
  return {
    businessId,
    messageId: `<${uniqueId('mail')}@customer.example>`,
    direction: 'INBOUND',
    from: { address: CUSTOMER, name: 'Ada' },
    to: [{ address: 'shop@corner.example' }],
    subject: 'A question',
    text,
    sentAt: '2026-11-09T09:30:00Z',
  };
}
