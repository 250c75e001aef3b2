import { beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../support/browser.ts';
import { type Harness, startHarness, uniqueId } from '../support/harness.ts';
import { signedInOperator } from '../support/operator.ts';
import { owner } from '../support/owner.ts';

const nextOf = (html: string) =>
  (/href="([^"]*before=[^"]*)"[^>]*>Next page/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&');

describe('the page of API keys', () => {
  let harness: Harness;
  let operator: Browser;
  let businessId: string;
  let now = new Date();
  beforeAll(async () => {
    harness = startHarness({ clock: () => now });
    operator = await signedInOperator(harness);
    businessId = await harness.createBusiness();
  });

  const PATH = '/admin/api-keys';
  const formId = (html: string) => /name="id" value="(key_[^"]*)"/.exec(html)?.[1] ?? '';
  const shownKey = (html: string) => /<code>(dgk_[^<…]+)<\/code>/.exec(html)?.[1] ?? '';
  const keys = async () => (await harness.get(`/admin/api/api-keys?businessId=${businessId}`)).body.items;

  it('shows a new key in the answer itself and nowhere else, and revokes it', async () => {
    const form = await operator.get(PATH);
    const fields = { id: formId(form.html), businessId, name: 'till', scopes: 'drafts:read' };
    const made = await operator.post(PATH, fields);
    const key = shownKey(made.html);
    expect((await harness.get(`/v1/drafts?businessId=${businessId}`, { key })).status).toBe(200);
    expect((await operator.get(PATH)).html).not.toContain(key);
    const [{ id }] = await keys();
    await operator.post(`${PATH}/${id}/revoke`);
    expect((await harness.get(`/v1/drafts?businessId=${businessId}`, { key })).status).toBe(401);
  });

  it('makes one key of a form that is sent twice, and shows it both times', async () => {
    const form = await operator.get(PATH);
    const fields = { id: formId(form.html), businessId, name: 'shop', scopes: 'drafts:read' };
    const before = (await keys()).length;
    const [first, second] = await Promise.all([operator.post(PATH, fields), operator.post(PATH, fields)]);
    expect(shownKey(first.html)).toMatch(/^dgk_/);
    expect(shownKey(second.html)).toBe(shownKey(first.html));
    expect(await keys()).toHaveLength(before + 1);
    const audit = await harness.get(`/admin/api/audit?businessId=${businessId}&action=api-key.create`);
    expect(audit.body.items.filter(({ after }: { after: { name: string } }) => after.name === 'shop')).toHaveLength(1);

    await operator.get(PATH);
    await operator.post(PATH, { ...fields, name: 'another' });
    expect((await operator.get(PATH)).html).toContain('This form has made its key already');
    now = new Date(now.getTime() + 11 * 60_000);
    expect((await operator.post(PATH, fields)).html).not.toContain('dgk_');
    expect((await operator.get(PATH)).html).toContain('This form has made its key already');
    expect(await keys()).toHaveLength(before + 1);
  });

  it('makes no second key of a name after going back, and no key of another session by the same form', async () => {
    const form = await operator.get(PATH);
    const fields = { businessId, name: 'kiosk', scopes: 'drafts:read' };
    await operator.post(PATH, { ...fields, id: formId(form.html) });
    const back = await operator.get(PATH);
    await operator.post(PATH, { ...fields, id: formId(back.html) });
    expect((await operator.get(PATH)).html).toContain('has a key of this name');
    const grace = await signedInOperator(harness, 'grace');
    await grace.get(PATH);
    expect((await grace.post(PATH, { ...fields, id: formId(form.html) })).html).not.toContain('dgk_');
  });

  it('says what is wrong instead of failing', async () => {
    const form = await operator.get(PATH);
    const fields = { id: formId(form.html), businessId, name: 'new', scopes: 'drafts:read' };
    for (const [wrong, words] of [
      [{ businessId: 'nobody' }, 'no such business'],
      [{ name: '' }, 'A key needs a name and a scope'],
      [{ scopes: 'everything' }, 'A key needs a name and a scope'],
      [{ id: 'key_x' }, 'the form is not complete'],
    ] as const) {
      const answer = await operator.post(PATH, { ...fields, ...wrong });
      expect([answer.status, answer.location]).toEqual([303, PATH]);
      expect((await operator.get(PATH)).html).toContain(words);
    }
  });

  it('lists keys in pages, and those of one business', async () => {
    const many = await harness.createBusiness();
    for (let at = 0; at < 51; at++) {
      await harness.post('/admin/api/api-keys', { businessId: many, name: `bulk ${at}.`, scopes: ['drafts:read'] });
    }
    const names = (html: string) => html.match(/bulk \d+\. /g) ?? [];
    const first = await operator.get(`${PATH}?businessId=${many}`);
    const second = await operator.get(nextOf(first.html));
    expect([names(first.html).length, names(second.html).length]).toEqual([50, 1]);
    expect(new Set([...names(first.html), ...names(second.html)]).size).toBe(51);
    expect(first.html).not.toContain('kiosk');
  });
});

describe('the page of the audit', () => {
  let harness: Harness;
  let operator: Browser;
  let businessId: string;
  beforeAll(async () => {
    harness = startHarness();
    operator = await signedInOperator(harness);
    businessId = await harness.createBusiness();
  });

  const DAY = '2024-05-05';
  /** Events of one day long ago: nobody else has any. */
  async function write(count: number, fields: { actor: string; action: string; at?: string; reason?: string }) {
    await owner()`insert into "AuditEvent" ("id", "at", "businessId", "action", "actor", "reason")
      select ${uniqueId('aud')} || n, coalesce(${fields.at ?? null}::timestamptz, ${`${DAY}T12:00:00Z`}::timestamptz + n * interval '1 ms'),
        ${businessId}, ${fields.action}, ${fields.actor}, ${fields.reason ?? null} from generate_series(1, ${count}) n`;
  }
  const list = (query: Record<string, string>) => operator.get(`/admin/audit?${new URLSearchParams(query)}`);
  const rows = (html: string) => html.match(/<strong>/g)?.length ?? 0;

  it('filters by who, what, whom and when, in pages', async () => {
    const actor = uniqueId('actor');
    await write(60, { actor, action: 'pilot.enrol' });
    await write(2, { actor, action: 'ramp.pause' });
    await write(3, { actor: `${actor}-other`, action: 'pilot.enrol' });
    const first = await list({ actor, action: 'pilot.enrol', businessId });
    expect(rows(first.html)).toBe(50);
    const second = await operator.get(nextOf(first.html));
    expect(rows(second.html)).toBe(10);
    expect(second.html).toContain('First page');
    expect(rows((await list({ actor, action: 'ramp.pause' })).html)).toBe(2);
    expect(rows((await list({ actor, businessId: 'nobody' })).html)).toBe(0);
  });

  it('reads from and to in the zone that was named, and shows times in it', async () => {
    const actor = uniqueId('actor');
    await write(1, { actor, action: 'a', at: '2024-05-05T20:59:00Z' });
    await write(1, { actor, action: 'b', at: '2024-05-05T21:00:00Z' });
    await write(1, { actor, action: 'c', at: '2024-05-06T21:00:00Z' });
    const day = { actor, from: '2024-05-06T00:00', to: '2024-05-07T00:00' };
    const istanbul = await list({ ...day, zone: 'Europe/Istanbul' });
    expect(istanbul.html).toContain('<strong>b</strong>');
    expect(istanbul.html).not.toMatch(/<strong>[ac]</);
    expect(istanbul.html).toContain('6 May 2024, 00:00');
    const utc = await list({ ...day, zone: 'UTC' });
    expect(utc.html).toContain('<strong>c</strong>');
    expect(utc.html).not.toMatch(/<strong>[ab]</);
    operator.cookies.set('zone', 'Europe/Istanbul');
    const own = await list(day);
    expect(own.html).toContain('<strong>b</strong>');
    expect(own.html).toContain('Times are in Europe/Istanbul.');
    operator.cookies.delete('zone');
    const wrong = await list({ ...day, zone: 'Mars/Olympus' });
    expect(wrong.html).toContain('Mars/Olympus is not a time zone');
    expect(wrong.html).not.toContain('audit.csv');
    expect((await list({ actor, from: 'soon' })).html).toContain('From is not a date and time');
  });

  it('exports everything that the filter selects, beyond any page, with formulas made harmless', async () => {
    const actor = uniqueId('actor');
    await write(5_201, { actor, action: 'pilot.enrol', reason: '=HYPERLINK("http://evil.example")' });
    await write(1, { actor: `${actor}-other`, action: 'pilot.enrol' });
    const csv = await operator.get(`/admin/audit.csv?${new URLSearchParams({ actor })}`);
    expect(csv.headers.get('content-disposition')).toContain('audit.csv');
    const lines = csv.html.trimEnd().split('\r\n');
    expect(lines[0]).toBe('at,action,actor,businessId,reason,before,after,requestId');
    expect(lines).toHaveLength(5_202);
    expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(5_202);
    expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
    expect(csv.html).not.toContain(`${actor}-other`);
    expect((await operator.get('/admin/audit.csv?from=soon')).status).toBe(400);
  });
});
