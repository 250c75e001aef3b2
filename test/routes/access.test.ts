import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { newApiKey } from '../../src/access/api-key.ts';
import { SCOPES, type Scope } from '../../src/access/scopes.ts';
import type { Database } from '../../src/storage/db.ts';
import { type Answer, type Harness, inboundMail, startHarness, uniqueId } from '../support/harness.ts';

/** A route of the API, with the scope that it needs (several: any of them) and how to ask it about a business and its draft. */
interface Protected {
  method: string;
  /** As the router has it. */
  route: string;
  scope: Scope | readonly Scope[];
  path: (own: Ids) => string;
  body?: (own: Ids) => unknown;
}

interface Ids {
  businessId: string;
  messageId: string;
  draftId: string;
}

const record = (path: string, body: unknown) => ({
  method: 'PUT',
  route: `/v1/businesses/:businessId/${path}`,
  scope: 'records:write' as const,
  path: ({ businessId }: Ids) => `/v1/businesses/${businessId}/${path.replace(/:(?:orderNumber|id|key)$/, 'x-1')}`,
  body: () => body,
});
const ofDraft = (method: string, verb: string, scope: Scope | readonly Scope[], body?: unknown) => ({
  method,
  route: `/v1/drafts/:id${verb}`,
  scope,
  path: ({ draftId }: Ids) => `/v1/drafts/${draftId}${verb}`,
  body: () => body,
});

const PROTECTED: Protected[] = [
  {
    method: 'POST',
    route: '/v1/messages',
    scope: 'messages:write',
    path: () => '/v1/messages',
    body: ({ businessId }) => inboundMail(businessId, 'Hello'),
  },
  {
    method: 'POST',
    route: '/v1/messages:bulk',
    scope: 'messages:write',
    path: () => '/v1/messages:bulk',
    body: ({ businessId }) => ({ messages: [inboundMail(businessId, 'Hello')] }),
  },
  record('orders/:orderNumber', { customerEmail: 'a@b.example', status: 'shipped' }),
  record('orders:bulk', { orders: [{ orderNumber: 'x-1', customerEmail: 'a@b.example', status: 'shipped' }] }),
  record('appointments/:id', { customerEmail: 'a@b.example', startsAt: '2026-11-20T10:00:00Z' }),
  record('snippets/:key', { text: 'We are open.' }),
  {
    method: 'POST',
    route: '/v1/drafts',
    scope: 'drafts:create',
    path: () => '/v1/drafts',
    body: ({ businessId, messageId }) => ({ businessId, messageId }),
  },
  {
    method: 'GET',
    route: '/v1/drafts',
    scope: 'drafts:read',
    path: ({ businessId }) => `/v1/drafts?businessId=${businessId}`,
  },
  ofDraft('GET', '', 'drafts:read'),
  ofDraft('GET', '/versions', 'drafts:read'),
  ofDraft('POST', '/report', 'drafts:review', { kind: 'tone' }),
  ofDraft('POST', '/regenerate', ['drafts:review', 'drafts:create']),
  ofDraft('POST', '/approve', 'drafts:review', {}),
  ofDraft('POST', '/discard', 'drafts:review', { reason: 'no' }),
];

const ADMIN_ROUTES: [string, string, unknown?][] = [
  ['GET', '/admin/api/businesses'],
  ['POST', '/admin/api/businesses', { id: 'x', name: 'X' }],
  ['GET', '/admin/api/businesses/x'],
  ['PATCH', '/admin/api/businesses/x', { name: 'Y' }],
  ['GET', '/admin/api/pilots'],
  ['POST', '/admin/api/pilots', { businessId: 'x', feature: 'RAG_PILOT' }],
  ['DELETE', '/admin/api/pilots?businessId=x&feature=RAG_PILOT'],
  ['GET', '/admin/api/api-keys'],
  ['POST', '/admin/api/api-keys', { businessId: 'x' }],
  ['POST', '/admin/api/api-keys/x/revoke'],
  ['GET', '/admin/api/audit'],
];

describe('access', () => {
  let harness: Harness;
  let own: Ids;
  let other: Ids;

  beforeAll(async () => {
    harness = startHarness();
    own = await prepared();
    other = await prepared();
  });

  async function prepared(): Promise<Ids> {
    const businessId = await harness.createBusiness();
    const messageId = await harness.receive(businessId, 'Hello, do you sell lamps?');
    const { body } = await harness.draft(businessId, messageId);
    return { businessId, messageId, draftId: body.id };
  }

  async function makeKey(scopes: readonly Scope[] = SCOPES, businessId = own.businessId): Promise<Answer['body']> {
    const { status, body } = await harness.post('/admin/api/api-keys', { businessId, name: 'test', scopes });
    expect(status).toBe(201);
    return body;
  }

  const ask = (route: Protected, about: Ids, key: string | null) =>
    harness.call(route.method, route.path(about), route.body?.(about), { key });

  it('is declared here for every route of the API', () => {
    const declared = new Set([
      ...PROTECTED.map(({ method, route }) => `${method} ${route}`),
      ...ADMIN_ROUTES.map(([method, path]) => `${method} ${path.replace(/\?.*/, '').replace(/\/x(?=\/|$)/, '/:id')}`),
    ]);
    const served = harness.app.routes
      .filter(({ method, path }) => method !== 'ALL' && /^\/(?:v1|admin\/api)\//.test(path))
      .map(({ method, path }) => `${method} ${path}`);
    // Routes of other parts of the admin API have their own tests; the rules of /admin/api/* below are theirs too.
    const untested = served.filter((route) => !declared.has(route) && !route.includes('/admin/api/'));
    expect(untested).toEqual([]);
    expect([...declared].filter((route) => !served.includes(route))).toEqual([]);
  });

  describe('without a valid key', () => {
    const wrong: [string, string | undefined][] = [
      ['no header', undefined],
      ['an empty header', ''],
      ['a scheme alone', 'Bearer'],
      ['another scheme', `Basic ${btoa('admin:admin')}`],
      ['the admin key without scheme', 'admin-key-of-the-test-run-40-characters-'],
      ['the admin key and a bit more', 'Bearer admin-key-of-the-test-run-40-characters-x'],
      ['the beginning of the admin key', 'Bearer admin-key-of-the-test-run-40-characters'],
      ['two tokens', 'Bearer admin-key-of-the-test-run-40-characters- x'],
      ['a token of somebody else’s', `Bearer ghp_${'a'.repeat(36)}`],
      ['our form with a wrong checksum', `Bearer dgk_${'a'.repeat(46)}`],
      ['SQL', "Bearer ' or 1=1 --"],
      ['100 KB', `Bearer ${'x'.repeat(100_000)}`],
    ];

    it.each(wrong)('%s is 401', async (_what, authorization) => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      const answer = await harness.get('/v1/drafts', { key: null, headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.body.error.code).toBe('UNAUTHENTICATED');
      if (authorization !== undefined && authorization.length > 10) {
        expect(JSON.stringify(answer.body)).not.toContain(authorization.slice(7));
      }
    });

    it('every route is 401, also an unknown one, before its body is read', async () => {
      for (const route of PROTECTED) expect((await ask(route, own, null)).status).toBe(401);
      for (const [method, path, body] of ADMIN_ROUTES) {
        expect((await harness.call(method, path, body, { key: null })).status).toBe(401);
      }
      expect((await harness.get('/v1/nothing', { key: null })).status).toBe(401);
      expect((await harness.call('POST', '/v1/messages', '{"half', { key: null })).status).toBe(401);
    });

    it('a well-formed key that was never issued is 401', async () => {
      const { key } = await newApiKey();
      expect((await harness.get('/v1/drafts', { key })).status).toBe(401);
    });

    it('a revoked key is 401 at once, and revoking twice changes nothing', async () => {
      const made = await makeKey();
      expect((await harness.get('/v1/drafts', { key: made.key })).status).toBe(200);
      const first = await harness.post(`/admin/api/api-keys/${made.id}/revoke`);
      expect(first.status).toBe(200);
      expect((await harness.get('/v1/drafts', { key: made.key })).status).toBe(401);
      const second = await harness.post(`/admin/api/api-keys/${made.id}/revoke`);
      expect(second.body).toEqual(first.body);
      expect((await harness.post(`/admin/api/api-keys/${uniqueId('key')}/revoke`)).status).toBe(404);
    });

    it('the scheme is read in any case', async () => {
      const headers = { authorization: `bEARER ${env.DRAFTGATE_ADMIN_KEY}` };
      expect((await harness.get('/v1/drafts?limit=1', { key: null, headers })).status).toBe(200);
    });
  });

  describe.each(PROTECTED)('$method $route', (route) => {
    it('needs its scope, and no other', async () => {
      const enough = [route.scope].flat();
      const { key: without } = await makeKey(SCOPES.filter((scope) => !enough.includes(scope)));
      const refused = await ask(route, own, without);
      expect(refused.status).toBe(403);
      expect(refused.body.error.code).toBe('FORBIDDEN');
      for (const scope of enough) {
        const { key: only } = await makeKey([scope]);
        expect([401, 403, 404]).not.toContain((await ask(route, own, only)).status);
      }
    });

    it('does not show that another business, or its drafts, exist', async () => {
      const { key } = await makeKey();
      const foreign = await ask(route, other, key);
      expect(foreign.status).toBe(404);
      const unknown = { businessId: uniqueId('nowhere'), messageId: uniqueId('mail'), draftId: uniqueId('drf') };
      const nowhere = await ask(route, unknown, key);
      expect(nowhere.status).toBe(404);
      expect(foreign.body.error.message).toBe(nowhere.body.error.message);
    });
  });

  it('to a message of another business is 404 in one’s own', async () => {
    const { key } = await makeKey();
    const about = { businessId: own.businessId, messageId: other.messageId };
    expect((await harness.call('POST', '/v1/drafts', about, { key })).status).toBe(404);
  });

  it('to drafts without naming a business shows one’s own alone', async () => {
    const { key } = await makeKey(['drafts:read'], other.businessId);
    const { body } = await harness.get('/v1/drafts', { key });
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([other.draftId]);
  });

  it.each(ADMIN_ROUTES)('with a key to %s %s is 403, whatever its scopes', async (method, path, body) => {
    const { key } = await makeKey();
    const answer = await harness.call(method, path, body, { key });
    expect(answer.status).toBe(403);
    expect(answer.body.error.code).toBe('FORBIDDEN');
  });

  it('with the admin key is never refused', async () => {
    const fresh = await prepared();
    for (const route of PROTECTED) {
      const { status } = await ask(route, fresh, env.DRAFTGATE_ADMIN_KEY);
      expect([401, 403, 404]).not.toContain(status);
    }
    for (const [method, path, body] of ADMIN_ROUTES.filter(([way]) => way === 'GET')) {
      expect([401, 403]).not.toContain((await harness.call(method, path, body)).status);
    }
  });

  it('is limited per key, not for the admin key', async () => {
    const limited = startHarness();
    const asked: string[] = [];
    limited.services.rateLimit = {
      limit: async ({ key }: { key: string }) => ({ success: asked.push(key) <= 2 }),
    } as RateLimit;
    const made = await makeKey();
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await limited.get('/v1/drafts', { key: made.key })).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
    expect(new Set(asked)).toEqual(new Set([made.id]));
    const refused = await limited.get('/v1/drafts', { key: made.key });
    expect(refused.body.error.code).toBe('RATE_LIMITED');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const before = asked.length;
    expect((await limited.get('/v1/drafts?limit=1')).status).toBe(200);
    expect((await limited.get('/v1/drafts', { key: 'nobody' })).status).toBe(401);
    expect(asked).toHaveLength(before);
  });

  it('shows an API key once, and nothing of it but its beginning afterwards', async () => {
    const made = await makeKey(['drafts:read']);
    expect(made).toMatchObject({ businessId: own.businessId, scopes: ['drafts:read'], revokedAt: null });
    expect(made.key).toMatch(/^dgk_[0-9A-Za-z]{46}$/);
    expect(made.key.startsWith(made.prefix)).toBe(true);
    expect(made.prefix.length).toBeLessThan(12);
    const later = [
      await harness.get(`/admin/api/api-keys?businessId=${own.businessId}&limit=200`),
      await harness.post(`/admin/api/api-keys/${made.id}/revoke`),
      await harness.get(`/admin/api/audit?businessId=${own.businessId}&limit=200`),
    ];
    expect(later[0]?.body.items.some(({ id }: { id: string }) => id === made.id)).toBe(true);
    for (const { body } of later) expect(JSON.stringify(body)).not.toMatch(/"(?:key|hash)"|dgk_\w{20}/);
    expect(JSON.stringify(harness.logged)).not.toContain(made.key.slice(4, 30));
  });

  describe('refused, or failing,', () => {
    function failing(error: Error): Harness {
      const fail = async () => {
        throw error;
      };
      return startHarness({ db: { tenant: fail, operator: fail, roundTrips: () => 0 } as unknown as Database });
    }
    const secret = 'postgres://app:hunter2@db.internal/draftgate';

    it('has one envelope, with the request’s id', async () => {
      const answers = [
        await harness.get('/v1/drafts', { key: null }),
        await harness.get('/v1/drafts', { key: 'nobody' }),
        await harness.get('/nothing'),
        await harness.get('/v1/nothing'),
        await harness.get('/v1/drafts/nobody'),
        await harness.get('/v1/drafts?limit=x'),
        await harness.get('/v1/drafts/%E0%A4%A'),
        await harness.get('/v1/drafts/%00'),
        await harness.call('PUT', '/v1/drafts', {}),
        await harness.call('PATCH', '/v1/messages', {}),
        await harness.call('DELETE', '/healthz'),
        await harness.call('POST', '/v1/messages', 'x', { headers: { 'content-type': 'text/plain' } }),
        await harness.call('POST', '/v1/messages', 'x'.repeat(1_100_000)),
        await harness.call('POST', '/v1/messages', '{"half'),
        await failing(new Error(secret)).get('/v1/drafts'),
      ];
      for (const { status, body, headers } of answers) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(headers.get('content-type')).toContain('application/json');
        expect(Object.keys(body)).toEqual(['error']);
        const { code, message, requestId, details: _details, ...rest } = body.error;
        expect(rest).toEqual({});
        expect(code).toMatch(/^[A-Z_]+$/);
        expect(message).toMatch(/\.$/);
        expect(requestId).toMatch(/^req_[0-9a-z]{26}$/);
        expect(headers.get('x-request-id')).toBe(requestId);
      }
      expect(answers.map(({ status }) => status)).toEqual([
        401, 401, 404, 404, 404, 400, 404, 400, 405, 405, 405, 415, 413, 400, 500,
      ]);
      expect(answers[8]?.headers.get('allow')).toBe('GET, POST');
      expect(new Set(answers.map(({ body }) => body.error.requestId)).size).toBe(answers.length);
    });

    it('has an id of ours, not one that the caller gave, on good answers too', async () => {
      const { headers } = await harness.get('/healthz', { headers: { 'x-request-id': 'mine' } });
      expect(headers.get('x-request-id')).toMatch(/^req_/);
    });

    it.each([
      ['an error', new Error(secret)],
      ['a TypeError', new TypeError(`cannot read ${secret}`)],
      ['an error that has a status', Object.assign(new Error(secret), { status: 400 })],
      ['an error with a cause', new Error('outer', { cause: new Error(secret) })],
    ])('nobody expected, of %s, says a fixed text and logs no message', async (_what, error) => {
      const broken = failing(error);
      const { status, body } = await broken.get('/v1/drafts');
      expect(status).toBe(500);
      expect(body.error).toMatchObject({ code: 'INTERNAL', message: 'Something went wrong on our side.' });
      expect(JSON.stringify([body, broken.logged])).not.toMatch(/hunter2|postgres:|outer/);
      expect(broken.logged).toMatchObject([{ event: 'request.failed', requestId: body.error.requestId }]);
    });
  });

  it('answers carry headers that keep browsers from guessing', async () => {
    const { headers } = await harness.get('/v1/drafts?limit=1');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});
