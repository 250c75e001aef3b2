import { linksIn } from '../links.ts';
import { detectEmails } from './detect-emails.ts';
import { detectPhones } from './detect-phones.ts';
import { forEachDigitRun } from './digit-runs.ts';
import { foldText } from './fold-text.ts';
import { linkKey } from './link-key.ts';
import type { PiiMatch } from './pii-match.ts';

/** Links, addresses and numbers that the business itself wrote, in snippets and in its profile: key to written form. */
export interface AllowedValues {
  /** By `linkKey`. */
  urls: ReadonlyMap<string, string>;
  /** By the address in lower case. */
  emails: ReadonlyMap<string, string>;
  /** By `phoneKey`. */
  phones: ReadonlyMap<string, string>;
}

export const NOTHING_ALLOWED: AllowedValues = { urls: new Map(), emails: new Map(), phones: new Map() };

/** Collects what snippets and profile fields hold; a profile field may be a bare host or number. */
export function allowedValuesOf(texts: Iterable<string>): AllowedValues {
  const urls = new Map<string, string>();
  const emails = new Map<string, string>();
  const phones = new Map<string, string>();
  for (const text of texts) {
    const folded = foldText(text);
    for (const { url } of linksIn(text)) urls.set(linkKey(url), url);
    const found: PiiMatch[] = [];
    detectEmails(folded.text, found);
    forEachDigitRun(folded.text, 7, (run) => detectPhones(folded.text, run, found));
    for (const { type, key, start, end } of found) {
      if (type === 'EMAIL') emails.set(key, folded.text.slice(start, end));
      else phones.set(phoneKey(key), folded.text.slice(start, end));
    }
    if (/^[\d\s()+./-]{5,30}$/.test(folded.text)) phones.set(phoneKey(folded.text), folded.text.trim());
  }
  return { urls, emails, phones };
}

/** A telephone number for comparison: digits, without the 00 that stands for a plus. */
export function phoneKey(phone: string): string {
  return phone.replace(/[^0-9]/g, '').replace(/^00/, '');
}
