import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ApiClient, createApiClient } from '../../scripts/lib/api-client.ts';
import { type Chromium, expectUsable, type Look, launch, signIn } from './chromium.ts';

interface Draft {
  id: string;
  messageId: string;
  status: string;
  body: string;
  editDistance: number | null;
}

describe('the pages in a browser', () => {
  let api: ApiClient;
  let key: string;
  const opened: Chromium[] = [];

  beforeAll(async () => {
    api = createApiClient(inject('base'), inject('adminKey'));
    const made = await api.post('/admin/api/api-keys', { businessId: 'demo', name: 'Ada' });
    key = (made.body as { key: string }).key;
  });
  afterEach(async () => {
    for (const browser of opened.splice(0)) await browser.close();
  });

  async function open(look: Look = {}): Promise<Chromium> {
    const browser = await launch(look);
    opened.push(browser);
    return browser;
  }
  async function drafts(): Promise<Draft[]> {
    return ((await api.get('/v1/drafts?businessId=demo&limit=200')).body as { items: Draft[] }).items;
  }
  async function draftOf(mail: string): Promise<Draft> {
    const found = (await drafts()).find(({ messageId }) => messageId.startsWith(`<${mail}@`));
    if (found === undefined) throw new Error(`no draft of ${mail}`);
    return found;
  }

  const looks: [string, Look][] = [
    ['light', {}],
    ['dark', { theme: 'dark' }],
    ['narrow', { width: 360 }],
    ['narrow-dark', { theme: 'dark', width: 360 }],
    ['wide', { width: 1920 }],
  ];
  it.each(looks)('every page is usable: %s', async (name, look) => {
    const browser = await open(look);
    const { page } = browser;
    await page.goto('/sign-in');
    await expectUsable(browser, `sign-in-${name}`);
    await signIn(page, key);
    await expectUsable(browser, `inbox-${name}`);
    for (const mail of ['anna-1', 'anna-2', 'mert-1', 'attack-1', 'robot-1']) {
      await page.goto(`/inbox/${(await draftOf(mail)).id}`);
      await expectUsable(browser, `draft-${mail}-${name}`);
    }
    await page.goto('/inbox?q=nothing-is-like-this');
    await expectUsable(browser, `inbox-none-${name}`);
    await page.goto('/inbox/nothing');
    await expectUsable(browser, `error-${name}`);
    await page.goto('/docs');
    await expectUsable(browser, `docs-${name}`);
  });

  it('the theme and the language can be chosen, and are kept', async () => {
    const { page } = await open();
    await signIn(page, key);
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await page.locator('html[data-theme="dark"]').waitFor();
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');
    await page.getByRole('button', { name: 'Türkçe' }).click();
    await page.locator('html[lang="tr"]').waitFor();
    await page.goto('/inbox');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Gelen kutusu');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
  });

  it('a fact shows its evidence on focus, by keyboard', async () => {
    const { page } = await open();
    await signIn(page, key);
    await page.goto(`/inbox/${(await draftOf('anna-1')).id}`);
    const fact = page.locator('mark.claim').first();
    const tip = page.locator('.tip').first();
    expect(await tip.isVisible()).toBe(false);
    for (let i = 0; i < 40 && !(await fact.evaluate((one) => one === one.ownerDocument.activeElement)); i++) {
      await page.keyboard.press('Tab');
    }
    expect(await tip.isVisible()).toBe(true);
    expect(await tip.textContent()).toContain('order NL-10234');
  });

  it('a draft is found, opened and approved by keyboard; the next opens, and undo brings it back', async () => {
    const { page, complaints } = await open();
    await signIn(page, key);
    await page.keyboard.press('/');
    await page.keyboard.type('Mi cita');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=Mi/);
    await page.goto('/inbox');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/inbox\/dr/);
    const sofia = await draftOf('sofia-1');
    await page.goto(`/inbox/${sofia.id}`);
    await page.keyboard.press('a');
    await page.getByText('Approved: Re: Mi cita').waitFor();
    expect(page.url()).not.toContain(sofia.id);
    expect((await draftOf('sofia-1')).status).toBe('APPROVED');
    await page.keyboard.press('u');
    await page.getByText('Taken back').waitFor();
    expect(await draftOf('sofia-1')).toMatchObject({ status: 'READY', body: sofia.body });
    expect(complaints).toEqual([]);
  });

  it('an edit shows its difference and share while it is typed, and is stored', async () => {
    const { page, complaints } = await open();
    await signIn(page, key);
    const paul = await draftOf('paul-1');
    await page.goto(`/inbox/${paul.id}`);
    await page.keyboard.press('e');
    const text = page.getByLabel('Reply', { exact: true });
    expect(await text.inputValue()).toBe(paul.body);
    await text.press('End');
    await text.fill(`${paul.body}\n\nBien à vous`);
    await page.locator('.difference ins').first().waitFor();
    expect(await page.locator('[data-share] output').textContent()).toMatch(/^[1-9]\d* %$/);
    await page.getByRole('button', { name: 'Approve with my changes' }).click();
    await page.getByText('Approved: ').waitFor();
    const stored = await draftOf('paul-1');
    expect(stored.body).toBe(`${paul.body}\n\nBien à vous`);
    expect(stored.editDistance).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  it('a text that was not sent comes back in its tab, and hides the button that would drop it', async () => {
    const { page, complaints } = await open();
    await signIn(page, key);
    const mert = await draftOf('mert-1');
    await page.goto(`/inbox/${mert.id}`);
    await page.keyboard.press('e');
    const text = page.getByLabel('Reply', { exact: true });
    await text.fill(`${mert.body}\n\nSevgiler`);
    await page.goto('/inbox');
    await page.goto(`/inbox/${mert.id}`);
    await page.getByText('Your unsent text was brought back.').waitFor();
    expect(await text.inputValue()).toBe(`${mert.body}\n\nSevgiler`);
    expect(await page.locator('form.approve').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Start over' }).click();
    expect(await text.inputValue()).toBe(mert.body);
    expect(await page.locator('form.approve').isVisible()).toBe(true);
    // The session ends while one writes: signing in leads back to the draft, with the text.
    await text.fill(`${mert.body}\n\nSaygılar`);
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Approve with my changes' }).click();
    await page.getByText('Your session is over').waitFor();
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByLabel('Your name').fill('Ada');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Not sent yet').waitFor();
    expect(await text.inputValue()).toBe(`${mert.body}\n\nSaygılar`);
    expect((await draftOf('mert-1')).status).toBe('READY');
    expect(complaints).toEqual([]);
  });

  it('past answers are shown with how alike they are', async () => {
    const { page } = await open();
    await signIn(page, key);
    for (const mail of ['nora-1', 'omar-1', 'ines-1']) {
      await page.goto(`/inbox/${(await draftOf(mail)).id}`);
      if (
        await page
          .getByText(/\d+ % alike/)
          .first()
          .isVisible()
      )
        return;
    }
    throw new Error('no draft of the demo has a past answer');
  });

  it('of two reviewers the second is told, and keeps what they wrote', async () => {
    const first = await open();
    const second = await open();
    const other = await api.post('/admin/api/api-keys', { businessId: 'demo', name: 'Grace' });
    await signIn(first.page, key);
    await signIn(second.page, (other.body as { key: string }).key);
    const { id } = await draftOf('lena-1');
    await first.page.goto(`/inbox/${id}`);
    await second.page.goto(`/inbox/${id}`);
    await second.page.keyboard.press('e');
    await second.page.getByLabel('Reply', { exact: true }).fill('Guten Tag, meine eigenen Worte.');
    await first.page.keyboard.press('a');
    await first.page.getByText('Approved: ').waitFor();
    await second.page.getByRole('button', { name: 'Approve with my changes' }).click();
    await second.page.getByText('Somebody was faster').waitFor();
    expect(await second.page.getByLabel('Your text').inputValue()).toBe('Guten Tag, meine eigenen Worte.');
    expect(await second.page.getByRole('alert').textContent()).toContain('Ada');
    await expectUsable(second, 'conflict');
  });

  it('changed facts are shown on opening; no key approves them, a press that says so does, also without script', async () => {
    const browser = await open();
    await signIn(browser.page, key);
    const { id } = await draftOf('jonas-1');
    await browser.page.goto(`/inbox/${id}`);
    await browser.page.getByText('Facts have changed since this draft was made').waitFor();
    await expectUsable(browser, 'facts-changed');
    await browser.page.keyboard.press('a');
    const { page } = await open({ script: false });
    await signIn(page, key);
    await page.goto(`/inbox/${id}`);
    expect((await draftOf('jonas-1')).status).toBe('READY');
    await page.getByRole('button', { name: 'Approve all the same' }).first().click();
    await page.getByText('Approved: ').waitFor();
    expect((await draftOf('jonas-1')).status).toBe('APPROVED');
  });

  it('on a narrow screen the filters are folded until they are asked for; a report fits into its card', async () => {
    const narrow = await open({ width: 360 });
    await signIn(narrow.page, key);
    const search = narrow.page.locator('#q');
    expect(await search.isVisible()).toBe(false);
    await narrow.page.keyboard.press('/');
    expect(await search.isVisible()).toBe(true);
    await narrow.page.setViewportSize({ width: 1280, height: 900 });
    expect(await search.isVisible()).toBe(true);
    await narrow.page.goto(`/inbox/${(await draftOf('anna-1')).id}`);
    await narrow.page.keyboard.press('p');
    const select = await narrow.page.locator('#kind').boundingBox();
    const card = await narrow.page.locator('details:has(#kind)').boundingBox();
    if (select === null || card === null) throw new Error('nothing to report by');
    expect(select.x + select.width).toBeLessThanOrEqual(card.x + card.width);
  });

  it('an operator finds the draft that a rollback took back, explained', async () => {
    const browser = await open();
    const { page } = browser;
    await signIn(page, inject('adminKey'), 'grace');
    await page.goto('/inbox?show=QUARANTINED');
    await page.locator('.inbox-row').first().click();
    await page.getByText('switched off since').waitFor();
    await expectUsable(browser, 'quarantined');
  });
});
