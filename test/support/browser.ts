import { env } from 'cloudflare:workers';
import type { Harness } from './harness.ts';
import { openPages } from './page-browser.ts';

export type { Browser, Page } from './page-browser.ts';

/** A browser over a harness, with the bindings of the Workers runtime. */
export function openBrowser({ app }: Harness, defaults: Record<string, string> = {}) {
  return openPages(app, env, defaults);
}
