import { beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../support/browser.ts';
import { type Harness, startHarness, uniqueId } from '../support/harness.ts';
import { signedInOperator } from '../support/operator.ts';
import { owner } from '../support/owner.ts';

describe('enrolling and removing many businesses', () => {
  let harness: Harness;
  let operator: Browser;
  beforeAll(async () => {
    harness = startHarness();
    operator = await signedInOperator(harness);
  });

  async function businesses(count: number, fields: Record<string, unknown> = {}): Promise<string[]> {
    const made: string[] = [];
    for (let at = 0; at < count; at++) made.push(await harness.createBusiness({ emailRagEnabled: true, ...fields }));
    return made;
  }
  const pilots = async (id: string) => (await harness.get(`/admin/api/pilots?businessId=${id}`)).body.items;
  const rowOf = (html: string, id: string) => html.split('<tr>').filter((row) => row.includes(`>${id}<`));

  it('tells unknown ids, enrolled ones and repeated ones before anything is done, and then enrols the rest', async () => {
    const [one = '', two = '', three = ''] = await businesses(3);
    await harness.post('/admin/api/pilots', { businessId: three, feature: 'RAG_PILOT' });
    await operator.get('/admin/businesses');
    const ids = `${one}\n${two}\n${one}\nno-such-shop\n${three}`;
    const preview = await operator.post('/admin/pilots/preview', { ids, act: 'enrol' });
    expect(preview.status).toBe(200);
    expect(preview.html).toContain('2 to enrol; 1 enrolled already; 1 unknown; 1 named twice.');
    expect(rowOf(preview.html, one).map((row) => row.includes('named before'))).toEqual([false, true]);
    expect(rowOf(preview.html, 'no-such-shop')[0]).toContain('unknown: left out');
    expect(rowOf(preview.html, three)[0]).toContain('enrolled already');
    expect(await pilots(one)).toEqual([]);

    const confirm = { ids: /name="ids" value="([^"]*)"/.exec(preview.html)?.[1] ?? '' };
    expect(confirm.ids.split(' ')).toEqual([one, two]);
    await operator.post('/admin/pilots', { ...confirm, reason: '' });
    expect((await operator.get('/admin/businesses')).html).toContain('A reason is needed');
    expect(await pilots(one)).toEqual([]);
    await operator.post('/admin/pilots', { ...confirm, reason: 'second wave' });
    expect((await operator.get('/admin/businesses')).html).toContain('Enrolled: 2 businesses. Enrolled before: 0.');
    expect(await pilots(two)).toMatchObject([{ enabledBy: 'ada', notes: 'second wave' }]);
    await operator.post('/admin/pilots', { ...confirm, reason: 'second wave' });
    expect((await operator.get('/admin/businesses')).html).toContain('Enrolled: 0 businesses. Enrolled before: 2.');
  });

  it('enrols nobody where one of them is gone meanwhile', async () => {
    const [one = ''] = await businesses(1);
    await operator.get('/admin/businesses');
    await operator.post('/admin/pilots', { ids: `${one} gone-shop`, reason: 'third wave' });
    expect((await operator.get('/admin/businesses')).html).toContain('Not done');
    expect(await pilots(one)).toEqual([]);
  });

  it('removes many with a reason that the audit has', async () => {
    const [one = '', two = '', three = ''] = await businesses(3);
    for (const businessId of [one, two]) await harness.post('/admin/api/pilots', { businessId, feature: 'RAG_PILOT' });
    await operator.get('/admin/businesses');
    const preview = await operator.post('/admin/pilots/preview', { ids: `${one} ${two} ${three}`, act: 'remove' });
    expect(preview.html).toContain('2 to remove; 1 not enrolled; 0 unknown; 0 named twice.');
    await operator.post('/admin/pilots/remove', { ids: `${one} ${two} ${three}`, reason: 'they left' });
    expect((await operator.get('/admin/businesses')).html).toContain(
      'Removed: 2 businesses. Not enrolled any more: 1.',
    );
    for (const id of [one, two]) {
      expect(await pilots(id)).toEqual([]);
      const { items } = (await harness.get(`/admin/api/audit?businessId=${id}&action=pilot.remove`)).body;
      expect(items).toMatchObject([{ actor: 'ada', reason: 'they left' }]);
    }

    const again = await operator.post('/admin/pilots/preview', { ids: one, act: 'enrol' });
    expect(again.html).toContain('was taken out by ada: they left');
  });

  it('takes as many as it says at once', async () => {
    const prefix = uniqueId('many');
    await owner()`insert into "Business" ("id", "name") select ${prefix} || '-' || n, 'Many' from generate_series(1, 500) n`;
    const ids = Array.from({ length: 500 }, (_, at) => `${prefix}-${at + 1}`).join('\n');
    await operator.get('/admin/businesses');
    const preview = await operator.post('/admin/pilots/preview', { ids, act: 'enrol' });
    expect(preview.html).toContain('Enrol 500 businesses');
    await operator.post('/admin/pilots', { ids, reason: 'all of them' });
    expect((await operator.get('/admin/businesses')).html).toContain('Enrolled: 500 businesses. Enrolled before: 0.');
    await operator.post('/admin/pilots/remove', { ids, reason: 'none of them' });
    expect((await operator.get('/admin/businesses')).html).toContain('Removed: 500 businesses');
    await owner()`delete from "Business" where starts_with("id", ${prefix})`;
  });

  it('refuses none and too many', async () => {
    await operator.get('/admin/businesses');
    await operator.post('/admin/pilots/preview', { ids: '  ', act: 'enrol' });
    expect((await operator.get('/admin/businesses')).html).toContain('Choose a business');
    const many = Array.from({ length: 501 }, (_, at) => `shop-${at}`).join('\n');
    await operator.post('/admin/pilots/preview', { ids: many, act: 'enrol' });
    expect((await operator.get('/admin/businesses')).html).toContain('At most 500 businesses');
  });

  it('searches by id and name in pages, and finds what lies beyond the first rows', async () => {
    const word = uniqueId('İSTANBUL%_');
    const made = await businesses(52, { name: `Shop of ${word}` });
    await businesses(1, { name: 'Another' });
    await harness.post('/admin/api/pilots', { businessId: made[0], feature: 'RAG_PILOT' });
    const links = (html: string) => made.filter((id) => html.includes(`href="/admin/businesses/${id}"`));
    const first = await operator.get(
      `/admin/businesses?${new URLSearchParams({ q: word.replace('İSTANBUL', 'istanbul') })}`,
    );
    expect(links(first.html)).toHaveLength(50);
    expect(first.html).not.toContain('Another');
    const next = /href="([^"]*before=[^"]*)"[^>]*>Next page/.exec(first.html)?.[1] ?? '';
    const second = await operator.get(next.replaceAll('&amp;', '&'));
    expect(links(second.html)).toHaveLength(2);
    expect([...links(first.html), ...links(second.html)].toSorted()).toEqual(made.toSorted());
    const enrolled = await operator.get(`/admin/businesses?${new URLSearchParams({ q: word, enrolled: 'yes' })}`);
    expect(links(enrolled.html)).toEqual([made[0]]);
    const one = await operator.get(`/admin/businesses?q=${made[7]}`);
    expect(links(one.html)).toEqual([made[7]]);
    expect((await operator.get('/admin/businesses?q=%25')).html).not.toContain('Another');
  });
});
