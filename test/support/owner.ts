import { env } from 'cloudflare:workers';
import { neon, neonConfig } from '@neondatabase/serverless';
import { inject } from 'vitest';

/** SQL as the owner, past row-level security: for arranging and looking only. */
export function owner() {
  neonConfig.fetchEndpoint = env.DATABASE_FETCH_ENDPOINT;
  return neon(inject('ownerDatabaseUrl'));
}
