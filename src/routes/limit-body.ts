import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Config } from '../config.ts';
import { AppError } from '../lib/errors.ts';
import type { ApiContext, ApiEnv } from './api.ts';

/** The media types that the validators read; another one would leave a body unread where it is optional. */
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** 413 above the limit, 415 for a body that is not JSON. An empty body is no body, whatever its Content-Type. */
export function limitBody(config: Config): MiddlewareHandler<ApiEnv> {
  const tooLarge = (limit: number) => () => {
    throw new AppError('TOO_LARGE', `A request body may have ${limit} bytes here.`);
  };
  const single = bodyLimit({ maxSize: config.maxBodyBytes, onError: tooLarge(config.maxBodyBytes) });
  const bulk = bodyLimit({ maxSize: config.maxBulkBodyBytes, onError: tooLarge(config.maxBulkBodyBytes) });
  return async (c, next) => {
    const hasBody = c.req.raw.body !== null && c.req.header('content-length') !== '0';
    if (hasBody && !JSON_TYPE.test(c.req.header('content-type') ?? '')) {
      throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send JSON: "Content-Type: application/json".');
    }
    return (c.req.path.endsWith(':bulk') ? bulk : single)(c, async () => {
      if (c.req.header('content-type') !== undefined && (!hasBody || (await c.req.text()) === '')) withoutBody(c);
      await next();
    });
  };
}

/** Validators read a body where they see a Content-Type. */
function withoutBody(c: ApiContext): void {
  const headers = new Headers(c.req.raw.headers);
  headers.delete('content-type');
  c.req.raw = new Request(c.req.url, { method: c.req.method, headers });
}
