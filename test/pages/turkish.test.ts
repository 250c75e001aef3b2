import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser } from '../support/browser.ts';
import { type Harness, startHarness } from '../support/harness.ts';

describe('pages in Turkish', () => {
  let harness: Harness;
  let operator: Browser;

  beforeAll(async () => {
    harness = startHarness();
    operator = openBrowser(harness, { 'accept-language': 'tr' });
    await operator.signIn(env.DRAFTGATE_ADMIN_KEY, 'ada');
  });

  it('say in Turkish what an act could not do, and what the API says in English', async () => {
    const refused = await operator.post('/admin/guardrails/hallucination', { automatic: 'on' });
    expect((await operator.get(refused.location ?? '')).html).toContain('Yapılamadı: Bir gerekçe gerekiyor.');
    const answer = await harness.get('/v1/drafts/none');
    expect(answer.body.error.message).toBe('There is no such draft.');
  });

  it('name the parts of the API reference in Turkish, and say that the contract is English', async () => {
    const { html } = await operator.get('/docs');
    const headings = [...html.matchAll(/<h2>([^<]*)<\/h2>/g)].map(([, text]) => text);
    expect(headings).toContain('Taslaklar');
    const english = (await harness.get('/openapi.json')).body.paths as Record<
      string,
      Record<string, { tags?: string[] }>
    >;
    const tags = new Set(
      Object.values(english).flatMap((calls) => Object.values(calls).flatMap(({ tags: own }) => own ?? [])),
    );
    expect(tags.size).toBeGreaterThan(5);
    expect(headings.filter((heading) => tags.has(heading ?? ''))).toEqual([]);
    expect(html).toContain('İngilizcedir');
    expect(html).not.toMatch(/<summary>(?:Example|Answers)|, required/);
  });

  it('show stored alerts and their deliveries in Turkish', async () => {
    await operator.post('/admin/alerts/test');
    const { html } = await operator.get('/admin/alerts');
    expect(html).toContain('Draftgate size buradan ulaşabiliyor');
    expect(html).toContain('ayarlı değil: SLACK_WEBHOOK_URL');
    expect(html).not.toMatch(/Somebody tries|>announced|>skipped/);
  });
});
