import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { type Harness, inboundMail, startHarness } from '../support/harness.ts';

interface Example {
  method: string;
  path: string;
  body: string | undefined;
}

describe('the API reference', () => {
  let harness: Harness;
  let html: string;

  beforeAll(async () => {
    harness = startHarness();
    // What the demo holds, as far as the examples name it.
    await harness.call('POST', '/admin/api/businesses', { id: 'demo', name: 'Nordlicht Home' });
    await harness.putOrder('demo', 'NL-10234');
    await harness.call('POST', '/v1/messages', {
      ...inboundMail('demo', 'Hello'),
      messageId: '<anna-1@mail.example.com>',
    });
    html = (await openBrowser(harness).get('/docs')).html;
  });

  function examples(): Example[] {
    return [...html.matchAll(/<pre[^>]*>([\s\S]*?)<\/pre>/g)].map(([, escaped = '']) => {
      const shell = escaped
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&');
      return {
        method: /-X (\w+)/.exec(shell)?.[1] ?? 'GET',
        path: /"http:\/\/[^/]+([^"]*)"/.exec(shell)?.[1] ?? '',
        body: /-d '([\s\S]*)'$/.exec(shell)?.[1],
      };
    });
  }

  it('names every call of the contract', async () => {
    const { body } = await harness.get('/openapi.json', { key: null });
    const calls = Object.values(body.paths as Record<string, object>).flatMap((methods) => Object.keys(methods));
    expect(examples()).toHaveLength(calls.length);
  });

  it('has examples that work against the demo as they stand', async () => {
    const complete = examples().filter(({ path }) => path.startsWith('/v1/') && !path.includes('$'));
    expect(complete.length).toBeGreaterThan(7);
    for (const { method, path, body } of complete) {
      const answer = await harness.call(method, path, body, { key: env.DRAFTGATE_ADMIN_KEY });
      expect([method, path, answer.status, JSON.stringify(answer.body).slice(0, 300)]).toEqual([
        method,
        path,
        expect.toSatisfy((status: number) => status < 300),
        expect.anything(),
      ]);
    }
  });
});
