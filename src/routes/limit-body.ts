import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Config } from '../config.ts';
import { AppError } from '../lib/errors.ts';
import type { ApiEnv } from './api.ts';

/** 413 above the limit (counted while reading, whatever Content-Length says), 415 for a body that is not JSON. */
export function limitBody(config: Config): MiddlewareHandler<ApiEnv> {
  const tooLarge = (limit: number) => () => {
    throw new AppError('TOO_LARGE', `A request body may have ${limit} bytes here.`);
  };
  const single = bodyLimit({ maxSize: config.maxBodyBytes, onError: tooLarge(config.maxBodyBytes) });
  const bulk = bodyLimit({ maxSize: config.maxBulkBodyBytes, onError: tooLarge(config.maxBulkBodyBytes) });
  return async (c, next) => {
    const type = c.req.header('content-type');
    const hasBody = c.req.raw.body !== null && c.req.header('content-length') !== '0';
    if (hasBody && !/^application\/(?:[\w.+-]+\+)?json\b/i.test(type ?? '')) {
      throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send JSON: "Content-Type: application/json".');
    }
    return (c.req.path.endsWith(':bulk') ? bulk : single)(c, next);
  };
}
