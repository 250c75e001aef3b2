import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect, inject } from 'vitest';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** `DRAFTGATE_SCREENSHOTS=folder`: a picture of every page that is looked at. */
const PICTURES = process.env.DRAFTGATE_SCREENSHOTS;

export interface Look {
  theme?: 'light' | 'dark';
  width?: number;
  script?: boolean;
}

/** A new browser with an empty profile. Whatever a page complains about is in `complaints`. */
export async function launch({ theme = 'light', width = 1280, script = true }: Look = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'draftgate-chromium-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: inject('chromium'),
    args: FLAGS,
    baseURL: inject('base'),
    colorScheme: theme,
    viewport: { width, height: 900 },
    javaScriptEnabled: script,
    locale: 'en-GB',
  });
  const page: Page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A refused post answers 409: that is no fault of the page.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(`${request.url()} failed`);
  });
  return {
    page,
    complaints,
    async close(): Promise<void> {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export type Chromium = Awaited<ReturnType<typeof launch>>;

export async function signIn(page: Page, key: string, name = 'Ada'): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Key', { exact: true }).fill(key);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/inbox/);
}

/** Nothing that axe finds, nothing that moves sideways. */
export async function expectUsable({ page, complaints }: Chromium, name: string): Promise<void> {
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  // By the debugger's own evaluation: the page's policy stays as it is.
  const violations = await page.evaluate(
    `${AXE}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
      .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html, failureSummary }) => html.slice(0, 160) + ' ' + failureSummary).join(' | ')))`,
  );
  expect(violations, name).toEqual([]);
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(overflow, `${name} moves sideways`).toBeLessThanOrEqual(0);
  expect(complaints, name).toEqual([]);
}
