import { env } from 'cloudflare:workers';
import { neon, neonConfig } from '@neondatabase/serverless';
import { beforeAll, describe, expect, inject, it } from 'vitest';

describe('the Workers runtime of the tests', () => {
  beforeAll(() => {
    neonConfig.fetchEndpoint = env.DATABASE_FETCH_ENDPOINT;
  });

  it('runs in workerd', () => {
    expect(navigator.userAgent).toBe('Cloudflare-Workers');
  });

  it('reaches the database of the test run through the driver of the Worker, as the application role', async () => {
    const sql = neon(env.DATABASE_URL);
    expect(await sql`SELECT session_user::text AS user`).toEqual([{ user: 'draftgate_app' }]);
  });

  it('finds the migrations applied', async () => {
    const sql = neon(inject('ownerDatabaseUrl'));
    const [row] =
      await sql`SELECT to_regclass('"Business"')::text AS business, to_regclass('"PilotBusiness"')::text AS pilots`;
    expect(row).toEqual({ business: '"Business"', pilots: '"PilotBusiness"' });
  });

  it('knows the model endpoint and the admin key of the test run', () => {
    expect(env.OPENAI_BASE_URL).toBe(inject('modelBaseUrl'));
    expect(env.DRAFTGATE_ADMIN_KEY).toHaveLength(40);
  });
});
