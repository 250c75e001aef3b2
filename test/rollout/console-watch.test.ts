import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../support/page-browser.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

const nextOf = (html: string) =>
  (/href="([^"]*before=[^"]*)"[^>]*>Next page/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&');

describe('the pages of incidents and alerts', () => {
  let world: RolloutWorld;
  let operator: Browser;
  beforeAll(async () => {
    world = await startRolloutWorld();
    operator = await world.operator('ada');
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  async function incident(title: string, businessId: string | null = null): Promise<string> {
    const { id } = await world.services.openIncident({
      causeKey: title,
      severity: 'critical',
      title,
      businessId,
      feature: 'RAG_PILOT',
      detectedAt: new Date(),
      data: {},
    });
    return id;
  }
  const read = async (id: string) => (await world.call('GET', `/admin/api/incidents/${id}`)).body;

  it('refuses to switch a guardrail to what is neither on nor off', async () => {
    const automatic = async () =>
      (await world.services.listGuardrails()).find(({ name }) => name === 'hallucination')?.automatic;
    await operator.get('/admin/guardrails');
    await operator.post('/admin/guardrails/hallucination', { automatic: 'maybe', reason: 'a try' });
    expect((await operator.get('/admin/guardrails')).html).toContain('the form is not complete');
    expect(await automatic()).toBe(true);
  });

  it('adds a note once, whoever clicks twice, also to a closed incident', async () => {
    const id = await incident('A leak');
    const path = `/admin/incidents/${id}`;
    await operator.get(path);
    await operator.post(`${path}/notes`, { text: '' });
    expect((await operator.get(path)).html).toContain('Not done: Write the note first.');
    for (const [verb, field] of [
      ['notes', 'text'],
      ['close', 'reason'],
    ] as const) {
      await operator.post(`${path}/${verb}`, { [field]: 'x'.repeat(2_001) });
      const { html } = await operator.get(path);
      expect(html).toContain('Not done: A text is too long: at most 2000 characters.');
      expect(html).not.toContain('xxx');
    }
    await operator.post(`${path}/notes`, { text: 'the shop <b>knows</b>' });
    await operator.post(`${path}/notes`, { text: 'the shop <b>knows</b>' });
    const shown = await operator.get(path);
    expect(shown.html).toContain('the shop &lt;b&gt;knows&lt;/b&gt;');
    const { timeline } = await read(id);
    expect(timeline.filter(({ kind }: { kind: string }) => kind === 'note')).toMatchObject([{ actor: 'ada' }]);
    await operator.post(`${path}/close`, { reason: 'mended' });
    await operator.post(`${path}/notes`, { text: 'what we learned' });
    expect((await operator.get(path)).html).toContain('what we learned');
  });

  it('leads from an incident to the draft that it is about, with who reported it and why', async () => {
    const businessId = await world.business();
    const draft = await world.draft(businessId);
    const report = { kind: 'wrong_fact' as const, note: 'linen comes in <b>blue</b>', actor: 'grace' };
    await world.services.reportDraft({ businessId, draftId: draft.id, ...report });
    const [opened] = await world.services.listIncidents({ businessId, limit: 1 });
    const { html } = await operator.get(`/admin/incidents/${opened?.id}`);
    expect(html).toContain(`href="/inbox/${draft.id}"`);
    expect(html).toMatch(/A fact is wrong<\/span> by grace .*<q>linen comes in &lt;b&gt;blue&lt;\/b&gt;<\/q>/s);
    expect(html).toContain(`href="/admin/rollbacks?level=business&amp;businessId=${businessId}"`);
    await world.sql(`delete from "Draft" where "id" = $1`, [draft.id]);
    const erased = (await operator.get(`/admin/incidents/${opened?.id}`)).html;
    expect(erased).toContain('a draft that was erased since');
    expect(erased).not.toContain(`/inbox/${draft.id}`);
    // What people wrote of one draft says nothing of another incident.
    expect((await operator.get(`/admin/incidents/${await incident('A leak')}`)).html).not.toContain('Drafts concerned');
  });

  it('closes an incident with a reason, and offers it no more', async () => {
    const id = await incident('A leak');
    const path = `/admin/incidents/${id}`;
    await operator.get(path);
    await operator.post(`${path}/close`, { reason: '' });
    expect((await read(id)).status).toBe('open');
    await operator.get(path);
    await operator.post(`${path}/close`, { reason: 'mended' });
    const closed = await operator.get(path);
    expect(closed.html).not.toContain(`action="${path}/close"`);
    expect(await read(id)).toMatchObject({ status: 'closed', closedBy: 'ada' });
    expect((await operator.get('/admin/incidents/nothing')).status).toBe(404);
  });

  it('lists incidents in pages, by state and by business', async () => {
    const businessId = await world.business();
    for (let at = 0; at < 51; at++) await incident(`Incident ${at}.`);
    const own = await incident('Of one shop', businessId);
    await world.services.closeIncident({ id: own, reason: 'mended' }, { actor: 'ada', requestId: 'r' });
    const links = (html: string) => html.match(/href="\/admin\/incidents\/inc_/g)?.length ?? 0;
    const first = await operator.get('/admin/incidents?status=open');
    expect(links(first.html)).toBe(50);
    const rest = await operator.get(nextOf(first.html));
    expect(links(rest.html)).toBe(1);
    expect(first.html + rest.html).not.toContain('Of one shop');
    const closed = await operator.get('/admin/incidents?status=closed');
    expect([links(closed.html), closed.html.includes('Of one shop')]).toEqual([1, true]);
    expect(links((await operator.get(`/admin/incidents?businessId=${businessId}`)).html)).toBe(1);
  });

  it('sends a test over all channels, and says what became of it at each; to nobody is no success', async () => {
    await operator.get('/admin/alerts');
    const answer = await operator.post('/admin/alerts/test');
    expect(answer.location).toBe('/admin/alerts');
    const shown = await operator.get('/admin/alerts');
    expect(shown.html).toContain('Nothing was sent: no channel is set up.');
    expect(shown.html).toContain('SLACK_WEBHOOK_URL');
    expect(shown.html).toContain('Who was told');
    const { items } = (await world.call('GET', '/admin/api/audit?action=alert.test')).body;
    expect(items).toMatchObject([{ actor: 'ada' }]);
  });

  it('lists alerts in pages and by state', async () => {
    await world.sql(
      `insert into "Alert" ("id", "key", "scope", "kind", "severity", "state", "title", "detail", "firedAt", "notifiedAt", "seenAt", "flaps", "version")
       select 'alt_' || lpad(n::text, 4, '0'), 'key ' || n, 'test', 'operations', 'warning', case when n = 1 then 'firing' else 'resolved' end,
         'Alert ' || n || '.', 'words', now(), now(), now(), 0, 1 from generate_series(1, 52) n`,
    );
    const first = await operator.get('/admin/alerts');
    expect(first.html.match(/<article/g)).toHaveLength(50);
    expect((await operator.get(nextOf(first.html))).html.match(/<article/g)).toHaveLength(2);
    const firing = await operator.get('/admin/alerts?state=firing');
    expect(firing.html.match(/<article/g)).toHaveLength(1);
    expect(firing.html).toContain('Alert 1.');
    expect((await operator.get('/admin/alerts?state=firing', { 'accept-language': 'tr' })).html).toContain('çalıyor');
  });
});
