import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Actor } from '../access/scopes.ts';
import { AppError } from '../lib/errors.ts';
import type { Services } from '../services.ts';

export interface ApiEnv {
  Bindings: Env;
  Variables: { services: Services; requestId: string; actor: Actor };
}

export type ApiContext = Context<ApiEnv>;

/** A router whose validation failures answer in the one error envelope. */
export function createRouter() {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const issues = result.error.issues.slice(0, 20).map((issue) => ({
        path: issue.path.map(String).join('.'),
        problem: issue.message,
      }));
      const place = result.target === 'json' ? 'body' : result.target;
      throw new AppError('INVALID_REQUEST', `The ${place} of the request is not valid.`, { details: { issues } });
    },
  });
}

/** Who acts and under which request, for audit rows. */
export function actOf(c: ApiContext): { actor: string; requestId: string } {
  return { actor: c.var.actor.name, requestId: c.var.requestId };
}
