import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ApiClient, createApiClient } from '../../scripts/lib/api-client.ts';
import { CONSOLE_PAGES } from '../../src/pages/console/console-pages.ts';
import { type Chromium, expectUsable, type Look, launch } from './chromium.ts';

const DASHBOARD = '/admin/metrics/rag-pilot';

describe('the console and the dashboard in a browser', () => {
  let api: ApiClient;
  const opened: Chromium[] = [];

  beforeAll(() => {
    api = createApiClient(inject('base'), inject('adminKey'));
  });
  afterEach(async () => {
    for (const browser of opened.splice(0)) await browser.close();
  });

  async function operator(look: Look = {}): Promise<Chromium> {
    const browser = await launch(look);
    opened.push(browser);
    const { page } = browser;
    await page.goto('/sign-in?next=/admin');
    await page.fill('[name=key]', inject('adminKey'));
    await page.fill('[name=name]', 'ada');
    await page.click('main button[type=submit]');
    await page.waitForURL('**/admin');
    return browser;
  }

  it.each([
    ['light', {}],
    ['dark', { theme: 'dark' }],
    ['narrow', { width: 360 }],
  ] as [string, Look][])('every page is usable: %s', async (name, look) => {
    const browser = await operator(look);
    const { items } = (await api.get('/admin/api/incidents')).body as { items: { id: string }[] };
    const ramps = (await api.get('/admin/api/ramps')).body as { items: { id: string }[] };
    const paths = [
      ...CONSOLE_PAGES.map(([path]) => path),
      '/admin/businesses/demo',
      '/admin/rollbacks?level=business&businessId=demo',
      '/admin/backfills?businessId=demo&days=90',
      '/admin/experiments?businessId=demo&window=30d',
      '/admin/audit?actor=nobody',
      `/admin/incidents/${items[0]?.id}`,
      `/admin/ramps/${ramps.items[0]?.id}`,
      `${DASHBOARD}?window=30d`,
    ];
    await browser.page.goto('/admin/backfills');
    paths.push((await browser.page.getByRole('link', { name: 'demo', exact: true }).getAttribute('href')) ?? '');
    for (const path of paths) {
      const answer = await browser.page.goto(path);
      expect([path, answer?.status()]).toEqual([path, 200]);
      await expectUsable(browser, `console-${path.replace(/\W+/g, '-')}-${name}`);
    }
  });

  it.each([
    ['light', {}],
    ['narrow', { width: 360, theme: 'dark' }],
  ] as [string, Look][])('shows what a form answers so that it is usable: %s', async (name, look) => {
    const browser = await operator(look);
    const { page } = browser;
    await page.goto('/admin/businesses');
    await page.getByText('paste ids').click();
    await page.getByLabel('Business ids, one a line').fill('demo\nada-dental\nnobody\nada-dental');
    await page.getByRole('button', { name: 'See what enrolling does' }).click();
    await page.getByText('1 to enrol; 1 enrolled already; 1 unknown; 1 named twice.').waitFor();
    await expectUsable(browser, `console-pilots-preview-${name}`);
    await page.goto('/admin/api-keys');
    await page.getByLabel('Business (id)').fill('demo');
    await page.getByLabel('Name', { exact: true }).fill(`key of ${name}`);
    await page.getByLabel('read drafts').check();
    await page.getByRole('button', { name: 'Create a key' }).click();
    await page.getByText('it is shown only here').waitFor();
    await expectUsable(browser, `console-key-made-${name}`);
    await page.goto('/admin/rollbacks?level=global');
    await expectUsable(browser, `console-rollback-global-${name}`);
    await page.getByRole('button', { name: 'Türkçe' }).click();
    for (const path of CONSOLE_PAGES.map(([href]) => href)) {
      await page.goto(path);
      await expectUsable(browser, `console-tr-${path.replace(/\W+/g, '-')}-${name}`);
    }
  });

  it.each([true, false])(
    'enrols a business, rolls it back, and restores it, with client script: %s',
    async (script) => {
      const { page, complaints } = await operator({ script });
      const businessId = `browser-${script}`;
      await api.post('/admin/api/businesses', { id: businessId, name: `Browser ${script}`, emailRagEnabled: true });
      await page.goto(`/admin/businesses/${businessId}`);
      await page.getByLabel('Reason').first().fill('try it');
      await page.getByRole('button', { name: 'Enrol' }).click();
      await page.getByText('Enrolled: 1 business').waitFor();
      await page.getByRole('link', { name: 'Roll this business back' }).click();
      await page.getByText('1 business, 0 waiting drafts').waitFor();
      await page.getByLabel('Reason').first().fill('it invents hours');
      await page.getByRole('button', { name: 'Roll back now' }).click();
      await page.getByText('Rolled back: 1 business, 0 drafts quarantined').first().waitFor();
      const pilots = async () =>
        ((await api.get(`/admin/api/pilots?businessId=${businessId}`)).body as { items: unknown[] }).items.length;
      expect(await pilots()).toBe(0);
      const card = page.locator('article', { hasText: 'it invents hours' });
      await card.getByLabel('Reason').fill('mended');
      await card.getByRole('button', { name: 'Restore' }).click();
      await page.getByText('Restored.', { exact: true }).first().waitFor();
      expect(await pilots()).toBe(1);
      expect(complaints).toEqual([]);
    },
  );

  it('shows the numbers of the JSON on the dashboard', async () => {
    const { page } = await operator();
    await page.goto(`${DASHBOARD}?window=30d&businessId=demo`);
    const shown = await page.$$eval('[data-metric]', (tiles) =>
      tiles.map((tile) => [
        tile.getAttribute('data-metric'),
        tile.querySelector('[data-value]')?.getAttribute('data-value'),
      ]),
    );
    const report = (await api.get('/admin/api/metrics/rag-pilot?window=30d&businessId=demo')).body as Record<
      string,
      { value: number | null }
    >;
    expect(shown).toHaveLength(9);
    for (const [name, value] of shown) {
      const expected = report[name ?? '']?.value;
      expect([name, value]).toEqual([name, expected === null ? '' : String(expected)]);
    }
  });
});
