import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser } from '../support/browser.ts';
import { type Harness, startHarness } from '../support/harness.ts';

describe('signing in', () => {
  let harness: Harness;
  let businessId: string;

  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness();
  });

  let address = 0;
  const browser = (headers = {}) => {
    address += 1;
    return openBrowser(harness, { 'cf-connecting-ip': `198.51.100.${address}`, ...headers });
  };
  async function makeKey(scopes?: string[]) {
    const { body } = await harness.post('/admin/api/api-keys', { businessId, name: 'reviewer', scopes });
    return body as { id: string; key: string };
  }

  it('sends whoever is unknown to the sign-in page, and back afterwards', async () => {
    const person = browser();
    const sent = await person.get('/inbox?status=STALE');
    expect(sent.status).toBe(303);
    expect(sent.location).toBe('/sign-in?next=%2Finbox%3Fstatus%3DSTALE');
    const shown = await person.get(sent.location ?? '');
    expect(shown.status).toBe(200);
    expect(shown.html).toContain('value="/inbox?status=STALE"');
    const { key } = await makeKey();
    expect((await person.post('/sign-in', { key, name: 'Ayşe', next: '/inbox?status=STALE' })).location).toBe(
      '/inbox?status=STALE',
    );
  });

  it('keeps a cookie that holds no key, and that scripts cannot read', async () => {
    const person = browser();
    const { key } = await makeKey();
    const answer = await person.post('/sign-in', { key, name: 'Ayşe' });
    const cookie = answer.headers.getSetCookie().find((one) => one.startsWith('draftgate_session'));
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Lax/);
    const value = person.cookies.get('draftgate_session') ?? '';
    expect(value).not.toContain(key);
    expect(atob((value.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/'))).not.toContain(key.slice(10));
  });

  it('over https marks the cookie Secure and binds it to the host', async () => {
    const { key } = await makeKey();
    const answer = await harness.app.request(
      'https://draftgate.example/sign-in',
      {
        method: 'POST',
        body: new URLSearchParams({ key, name: 'Ayşe' }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://draftgate.example' },
      },
      env,
    );
    expect(answer.headers.getSetCookie().join()).toMatch(/__Host-draftgate_session=[^;]+;.*Secure/);
  });

  it.each([
    ['nothing', ''],
    ['a wrong key', `dgk_${'a'.repeat(46)}`],
    ['nearly the admin key', `${env.DRAFTGATE_ADMIN_KEY}x`],
  ])('refuses %s with 401', async (_what, key) => {
    const person = browser();
    const answer = await person.post('/sign-in', { key, name: 'ada' });
    expect(answer.status).toBe(401);
    expect(person.cookies.size).toBe(0);
  });

  it('refuses a key that may not review', async () => {
    const { key } = await makeKey(['messages:write']);
    expect((await browser().post('/sign-in', { key })).status).toBe(403);
  });

  it.each(['', 'cron', 'ＣＲＯＮ', 'admin-key', '<b>', 'key:1', 'a/b', 'a'.repeat(61)])(
    'refuses an operator or a reviewer named "%s"',
    async (name) => {
      const { key } = await makeKey();
      expect((await browser().post('/sign-in', { key, name })).status).toBe(422);
      expect((await browser().post('/sign-in', { key: env.DRAFTGATE_ADMIN_KEY, name })).status).toBe(422);
    },
  );

  it.each(['Ayşe', 'Jean-Luc O’Neill'])('takes an operator named "%s"', async (name) => {
    expect((await browser().post('/sign-in', { key: env.DRAFTGATE_ADMIN_KEY, name })).status).toBe(303);
  });

  it('ends when the key is revoked', async () => {
    const person = browser();
    const { id, key } = await makeKey();
    await person.signIn(key);
    expect((await person.get('/sign-in')).location).toBe('/inbox');
    await harness.post(`/admin/api/api-keys/${id}/revoke`);
    expect((await person.get('/sign-in')).status).toBe(200);
    // What was on the screen before is of no use either.
    const mail = await harness.receive(businessId, 'Hello, do you sell lamps?');
    const { body: draft } = await harness.draft(businessId, mail);
    await person.post(`/inbox/${draft.id}/approve`, { version: '1' });
    expect((await harness.get(`/v1/drafts/${draft.id}`)).body.status).toBe('READY');
  });

  it('ends with its sign-out, also where its cookie was copied to', async () => {
    const { key } = await makeKey();
    for (const of of [key, env.DRAFTGATE_ADMIN_KEY]) {
      const [person, other] = [browser(), browser()];
      await person.signIn(of, 'Ayşe');
      await other.signIn(of, 'Ayşe');
      const copied = browser();
      for (const [name, value] of person.cookies) copied.cookies.set(name, value);
      expect((await copied.get('/inbox')).status).toBe(200);
      await person.post('/sign-out');
      expect((await copied.get('/inbox')).status).toBe(303);
      expect((await other.get('/inbox')).status).toBe(200);
    }
  });

  it('is refused a NUL, in an address and in a form', async () => {
    const person = browser();
    await person.signIn(env.DRAFTGATE_ADMIN_KEY, 'ada');
    for (const path of [
      '/inbox?q=%00',
      '/inbox/%00',
      '/admin/audit?actor=x%00',
      '/admin/businesses/%00',
      '/inbox?after=%00',
    ]) {
      expect((await person.get(path)).status, path).toBe(400);
    }
    await person.get('/admin/businesses');
    expect((await person.post('/admin/api-keys', { name: 'a\0b', businessId })).status).toBe(400);
    expect((await harness.get('/admin/api/audit?actor=%00')).status).toBe(400);
  });

  it('ends on every device at once, but not for others who share the key', async () => {
    const { key } = await makeKey();
    const [here, there, colleague] = [browser(), browser(), browser()];
    await here.signIn(key, 'Ayşe');
    await there.signIn(key, 'Ayşe');
    await colleague.signIn(key, 'Grace');
    expect((await here.get('/inbox')).html).toContain('Signed in as Ayşe');
    const signedIn = async (one: Browser) => (await one.get('/inbox')).status === 200;
    expect((await here.post('/sign-out/everywhere')).location).toBe('/sign-in');
    expect(await Promise.all([here, there, colleague].map(signedIn))).toEqual([false, false, true]);
    await there.signIn(key, 'Ayşe');
    expect(await signedIn(there)).toBe(true);
    const audit = await harness.get(`/admin/api/audit?businessId=${businessId}&action=sessions.end`);
    expect(audit.body.items).toMatchObject([
      { action: 'sessions.end', actor: expect.stringMatching(/^key:.+\/Ayşe$/) },
    ]);
  });

  it('ends after twelve hours, and with another admin key', async () => {
    const person = browser();
    const { key } = await makeKey();
    await person.signIn(key);
    const headers = { cookie: `draftgate_session=${person.cookies.get('draftgate_session')}` };
    const at = (ms: number) => startHarness({ clock: () => new Date(Date.now() + ms) });
    const signedIn = async (other: Harness) => (await other.app.request('/sign-in', { headers }, env)).status === 303;
    expect(await signedIn(at(11 * 3_600_000))).toBe(true);
    expect(await signedIn(at(12 * 3_600_000 + 60_000))).toBe(false);
    expect(await signedIn(startHarness({ config: { adminKey: 'another admin key of forty characters...' } }))).toBe(
      false,
    );
  });

  it('does not take a cookie that was changed', async () => {
    const person = browser();
    await person.signIn((await makeKey()).key);
    const [payload = '', signature] = (person.cookies.get('draftgate_session') ?? '').split('.');
    const forged = btoa(atob(payload.replaceAll('-', '+').replaceAll('_', '/')).replace('"key"', '"admin"'));
    for (const cookie of [`${forged}.${signature}`, payload, `${payload}.`, 'x.y', '.']) {
      person.cookies.set('draftgate_session', cookie);
      expect((await person.get('/inbox')).status).toBe(303);
    }
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/inbox/..//evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/inboxes',
    '/inbox@evil.example',
    '',
  ])('never leads away: next=%j', async (next) => {
    const { key } = await makeKey();
    const { location } = await browser().post('/sign-in', { key, name: 'Ayşe', next });
    const led = new URL(location ?? 'https://none.example', 'http://localhost');
    expect(led.origin).toBe('http://localhost');
    expect(location).toMatch(/^\/(?!\/)/);
  });

  it('is limited per address', async () => {
    const person = browser();
    const statuses: number[] = [];
    for (let i = 0; i < 25; i++) statuses.push((await person.post('/sign-in', { key: 'wrong' })).status);
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    expect((await browser().post('/sign-in', { key: 'wrong' })).status).toBe(401);
  });

  it('signing out forgets the session', async () => {
    const person = browser();
    await person.signIn((await makeKey()).key);
    expect((await person.post('/sign-out')).location).toBe('/sign-in');
    expect(person.cookies.has('draftgate_session')).toBe(false);
    expect((await person.get('/sign-in')).html).toContain('You are signed out.');
  });

  describe('forms', () => {
    it('from another site are refused, whatever they hold', async () => {
      const person = browser();
      await person.signIn((await makeKey()).key);
      const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
      expect((await person.post('/sign-out', {}, foreign)).status).toBe(403);
      expect((await person.post('/sign-in', { key: 'x' }, foreign)).status).toBe(403);
    });

    it('without the token of the session are refused, also with that of another', async () => {
      const one = browser();
      const other = browser();
      const { key } = await makeKey();
      await one.signIn(key);
      await other.signIn(key);
      const foreign = /name="formToken" value="([^"]+)"/.exec((await other.get('/docs')).html)?.[1] ?? '';
      expect(foreign).not.toBe('');
      for (const formToken of ['', 'x', foreign]) {
        expect((await one.post('/sign-out', { formToken })).status).toBe(403);
      }
      expect((await one.post('/sign-out')).status).toBe(303);
    });
  });

  it('has a policy that allows nothing inline and nothing from elsewhere', async () => {
    const { headers, html } = await browser().get('/sign-in');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(html).not.toMatch(/<script>|style="|onclick=/);
  });

  it('speaks the language of the browser, and another after a switch', async () => {
    const person = browser({ 'accept-language': 'tr-TR,tr;q=0.9,en;q=0.8' });
    expect((await person.get('/sign-in')).html).toContain('<html lang="tr"');
    const answer = await person.post('/preferences', { language: 'en', theme: 'dark', next: '/docs' });
    expect(answer.location).toBe('/docs');
    expect((await person.get('/docs')).html).toContain('<html lang="en" data-theme="dark"');
  });

  it('the console is for operators only', async () => {
    const person = browser();
    expect((await person.get('/admin')).location).toBe('/sign-in?next=%2Fadmin');
    await person.signIn((await makeKey()).key);
    for (const path of ['/admin', '/admin/', '/admin/anything', '/admin/metrics/rag-pilot']) {
      expect((await person.get(path)).status).toBe(403);
    }
  });

  it('errors are pages for browsers, and the envelope for the API', async () => {
    const person = browser();
    const missing = await person.get('/nothing');
    expect(missing.status).toBe(404);
    expect(missing.html).toContain('There is nothing here');
    expect(missing.html).toContain(missing.headers.get('x-request-id') ?? 'none');
    expect((await person.get('/v1/nothing')).html).toContain('"code":"UNAUTHENTICATED"');
  });

  it('serves styles and scripts under their hash, to be kept for long', async () => {
    const person = browser();
    const { html } = await person.get('/sign-in');
    const paths = [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(2);
    for (const path of paths) {
      const asset = await person.get(path);
      expect(asset.status).toBe(200);
      expect(asset.headers.get('cache-control')).toContain('immutable');
    }
    expect((await person.get(`/assets/old/app.css`)).headers.get('cache-control')).toBe('no-store');
    expect((await person.get('/assets/x/constructor')).status).toBe(404);
  });
});
