import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../support/harness.ts';

let harness: Harness;
beforeAll(() => {
  harness = startHarness();
});

const ask = (path: string, options: RequestInit = {}) =>
  harness.app.request(new Request(`https://draftgate.example${path}`, options), undefined, env);
const admin = { authorization: `Bearer ${env.DRAFTGATE_ADMIN_KEY}` };

describe('whatever is asked', () => {
  const requests: [string, string, RequestInit?][] = [
    ['a probe', '/healthz'],
    ['the description', '/openapi.json'],
    ['the readable description', '/docs'],
    ['a list', '/v1/drafts?limit=1', { headers: admin }],
    ['a list of operators', '/admin/api/businesses?limit=1', { headers: admin }],
    ['no key', '/v1/drafts'],
    ['an unknown address', '/nothing'],
    ['an unknown address behind a key', '/v1/nothing', { headers: admin }],
    ['another method', '/healthz', { method: 'DELETE' }],
    ['OPTIONS', '/v1/drafts', { method: 'OPTIONS' }],
    ['HEAD', '/healthz', { method: 'HEAD' }],
    ['HEAD of nothing', '/nothing', { method: 'HEAD' }],
    ['a broken escape', '/v1/drafts/%E0%A4%A', { headers: admin }],
    ['a lone percent sign', '/%'],
    ['dots and slashes', '/v1/..%2f..%2fadmin/api/businesses'],
    ['double slashes', '//v1//drafts', { headers: admin }],
    ['a NUL', '/v1/drafts/%00', { headers: admin }],
    ['a query that is none', '/v1/drafts?%&=&limit=%ZZ', { headers: admin }],
    ['a path of 8,000 characters', `/v1/drafts/${'x'.repeat(8_000)}`, { headers: admin }],
    ['headers of 60 KB', '/v1/drafts', { headers: { ...admin, 'x-padding': 'x'.repeat(60_000) } }],
    ['a key of 60 KB', '/v1/drafts', { headers: { authorization: `Bearer ${'x'.repeat(60_000)}` } }],
    [
      'half a body',
      '/v1/drafts',
      { method: 'POST', headers: { ...admin, 'content-type': 'application/json' }, body: '{"' },
    ],
    [
      'a body of another kind',
      '/v1/drafts',
      { method: 'POST', headers: { ...admin, 'content-type': 'text/xml' }, body: '<a/>' },
    ],
    ['a GET with a strange type', '/v1/drafts?limit=1', { headers: { ...admin, 'content-type': 'text/xml' } }],
  ];

  it.each(requests)(
    '%s: an answer that browsers cannot misuse, and an envelope where it fails',
    async (_what, path, options) => {
      const response = await ask(path, options);
      const { status, headers } = response;
      expect(status).not.toBe(500);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toMatch(/^(?:no-referrer|same-origin)$/);
      expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/);
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/);
      const text = await response.text();
      if (options?.method === 'HEAD') return expect(text).toBe('');
      if (status < 400) return;
      expect(headers.get('content-type')).toContain('application/json');
      expect(JSON.parse(text)).toEqual({
        error: expect.objectContaining({
          code: expect.stringMatching(/^[A-Z_]+$/),
          requestId: headers.get('x-request-id'),
        }),
      });
      expect(text.length).toBeLessThan(2_000);
    },
  );

  it('a body that does not say how long it is, is cut off at the limit', async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        if (sent > 64 * 1_048_576) controller.close();
        else controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const response = await ask('/v1/messages', {
      method: 'POST',
      headers: { ...admin, 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(3 * 1_048_576);
  });

  it('a mistaken value is named by its place, and not repeated', async () => {
    const secret = 'zzsecretzz';
    const bodies: [string, unknown][] = [
      [
        '/v1/messages',
        {
          businessId: 'x',
          messageId: 'x',
          direction: secret,
          from: { address: secret },
          to: secret,
          subject: 5,
          text: [secret],
          sentAt: secret,
        },
      ],
      ['/v1/drafts', { businessId: [secret], messageId: { secret } }],
      ['/admin/api/erasures', { businessId: 'x', customerEmail: `${secret} ${secret}`, reason: 'x', records: secret }],
      ['/admin/api/businesses', { id: 'x', name: 'x', timeZone: secret, locale: secret, controlShare: secret }],
    ];
    for (const [path, body] of bodies) {
      const response = await ask(path, {
        method: 'POST',
        headers: { ...admin, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect([path, response.status]).toEqual([path, 400]);
      const text = await response.text();
      expect([path, text.includes(secret)]).toEqual([path, false]);
    }
  });
});
