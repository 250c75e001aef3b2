import { env } from 'cloudflare:workers';
import { type Browser, openBrowser } from './browser.ts';
import type { Harness } from './harness.ts';

/** A browser of an operator who has signed in with the admin key under this name. */
export async function signedInOperator(harness: Harness, name = 'ada'): Promise<Browser> {
  const person = openBrowser(harness);
  await person.signIn(env.DRAFTGATE_ADMIN_KEY, name);
  return person;
}
