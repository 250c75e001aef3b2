import { describe, expect, it } from 'vitest';
import { createDatabase, type Database } from '../../src/storage/db.ts';
import { inboundMail, startHarness } from '../support/harness.ts';

/** A port that nothing listens on. */
const nowhere = createDatabase({
  url: 'postgres://draftgate_app:x@localhost/postgres',
  fetchEndpoint: '',
  timeoutMs: 1_000,
  lockTimeoutMs: 1_000,
});

describe('a database that is down', () => {
  it('is a 503 with Retry-After, a code and no internals, on every kind of call', async () => {
    const broken: Database = {
      tenant: (...rest) => unreachable(() => nowhere.tenant(...rest)),
      operator: (...rest) => unreachable(() => nowhere.operator(...rest)),
      roundTrips: () => 0,
    };
    const harness = startHarness({ db: broken });
    const calls = [
      harness.post('/v1/messages', inboundMail('b', 'Hello')),
      harness.draft('b', 'm'),
      harness.get('/v1/drafts'),
      harness.post('/admin/api/businesses', { id: 'b', name: 'B' }),
    ];
    for (const { status, body, headers } of await Promise.all(calls)) {
      expect(status).toBe(503);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(body.error.code).toBe('DATABASE_UNAVAILABLE');
      expect(JSON.stringify(body)).not.toMatch(/postgres|127\.0\.0\.1|localhost/);
    }
    expect((await harness.get('/healthz', { key: null })).status).toBe(200);
    expect((await harness.get('/readyz', { key: null })).status).toBe(503);
  });

  it('in the middle of a draft leaves the claim, and the draft is made later', async () => {
    const good = startHarness();
    const businessId = await good.createBusiness();
    await good.putOrder(businessId, '#W1001');
    const messageId = await good.receive(businessId, 'Hello, where is my order #W1001?');
    let left = 2;
    const failing: Database = {
      ...good.services.db,
      tenant: (...rest) => (left-- > 0 ? good.services.db.tenant(...rest) : unreachable(() => nowhere.tenant(...rest))),
    };
    const harness = startHarness({ db: failing });
    expect((await harness.draft(businessId, messageId)).status).toBe(503);
    const events = await good.get(`/v1/drafts?businessId=${businessId}`);
    expect(events.body.items).toMatchObject([{ status: 'DRAFTING', body: '' }]);
  });
});

/** neonConfig is global: while these calls run it must not point to the run's own database. */
async function unreachable<T>(call: () => Promise<T>): Promise<T> {
  const { neonConfig } = await import('@neondatabase/serverless');
  const before = neonConfig.fetchEndpoint;
  neonConfig.fetchEndpoint = 'http://127.0.0.1:9/sql';
  const made = call();
  neonConfig.fetchEndpoint = before;
  return made;
}
