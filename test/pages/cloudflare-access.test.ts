import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAccessVerifier } from '../../src/access/cloudflare-access.ts';
import { openBrowser } from '../support/browser.ts';
import { type Harness, startHarness } from '../support/harness.ts';

const TEAM = 'https://team.cloudflareaccess.com';
const AUDIENCE = 'audience-tag-of-the-application';

describe('Cloudflare Access', () => {
  let harness: Harness;
  let sign: (
    claims?: Record<string, unknown>,
    options?: { issuer?: string; audience?: string; exp?: string },
  ) => Promise<string>;
  let foreignKey: CryptoKey;
  let fetched = 0;

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    foreignKey = (await generateKeyPair('RS256')).privateKey;
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
    const original = globalThis.fetch;
    // The team's keys are the one thing that this test cannot ask for.
    vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
      if (!String(input instanceof Request ? input.url : input).startsWith(TEAM)) return original(input, init);
      fetched += 1;
      return Response.json({ keys: [jwk] });
    });
    sign = (claims = { email: 'ada@shop.example' }, { issuer = TEAM, audience = AUDIENCE, exp = '5m' } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('subject-1')
        .setIssuedAt()
        .setExpirationTime(exp)
        .sign(privateKey);
    const verifyAccess = createAccessVerifier({ teamUrl: TEAM, audience: AUDIENCE }, () => new Date());
    harness = startHarness(verifyAccess === undefined ? {} : { verifyAccess });
  });
  afterAll(() => void vi.unstubAllGlobals());

  const ask = (token: string, method = 'GET', path = '/admin/api/businesses', headers = {}) =>
    harness.call(method, path, undefined, { key: null, headers: { 'cf-access-jwt-assertion': token, ...headers } });

  it('lets an operator into API and pages, under the name that it vouches for', async () => {
    const token = await sign();
    expect((await ask(token)).status).toBe(200);
    expect((await ask(token)).status).toBe(200);
    expect(fetched).toBe(1);
    const person = openBrowser(harness, { 'cf-access-jwt-assertion': token });
    expect((await person.get('/docs')).html).toContain('Signed in as ada@shop.example');
    expect((await person.post('/sign-out')).status).toBe(303);
  });

  it.each([
    ['another audience', { audience: 'other' }],
    ['another issuer', { issuer: 'https://other.cloudflareaccess.com' }],
    ['an expired one', { exp: '-1m' }],
  ])('refuses %s', async (_what, options) => {
    expect((await ask(await sign(undefined, options))).status).toBe(401);
  });

  it('refuses another key’s signature, an unsigned token, rubbish and nobody', async () => {
    const foreign = await new SignJWT({ email: 'x@y.example' })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(TEAM)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(foreignKey);
    const [, payload] = (await sign()).split('.');
    const unsigned = `${btoa('{"alg":"none"}').replaceAll('=', '')}.${payload}.`;
    for (const token of [foreign, unsigned, 'x', 'a.b.c', await sign({})]) {
      expect((await ask(token)).status).toBe(401);
    }
  });

  it('an API call that another site makes with its cookie is refused', async () => {
    const token = await sign();
    const path = '/admin/api/api-keys/none/revoke';
    expect((await ask(token, 'POST', path, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await ask(token, 'POST', path, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask(token, 'POST', path)).status).toBe(404);
  });

  it('means nothing where it is not configured', async () => {
    const plain = startHarness();
    const headers = { 'cf-access-jwt-assertion': await sign() };
    expect((await plain.get('/admin/api/businesses', { key: null, headers })).status).toBe(401);
  });
});
