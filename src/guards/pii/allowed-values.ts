import { detectEmails } from './detect-emails.ts';
import { detectLinks } from './detect-links.ts';
import { detectPhones } from './detect-phones.ts';
import { forEachDigitRun } from './digit-runs.ts';
import { foldText } from './fold-text.ts';
import type { PiiMatch } from './pii-match.ts';

/** Links, addresses and numbers that the business itself wrote: in snippets and in its profile. */
export interface AllowedValues {
  urls: ReadonlySet<string>;
  /** Lower case. */
  emails: ReadonlySet<string>;
  /** Digits alone. */
  phones: ReadonlySet<string>;
}

export const NOTHING_ALLOWED: AllowedValues = { urls: new Set(), emails: new Set(), phones: new Set() };

/** Collects what snippets and profile fields hold; a profile's phone field may be a bare number. */
export function allowedValuesOf(texts: Iterable<string>): AllowedValues {
  const urls = new Set<string>();
  const emails = new Set<string>();
  const phones = new Set<string>();
  for (const text of texts) {
    const folded = foldText(text).text;
    const found: PiiMatch[] = [];
    detectLinks(folded, found, true);
    detectEmails(folded, found);
    forEachDigitRun(folded, 7, (run) => detectPhones(folded, run, found));
    for (const { type, key } of found) {
      if (type === 'LINK') urls.add(linkKey(key));
      else if (type === 'EMAIL') emails.add(key);
      else phones.add(phoneKey(key));
    }
    if (/^[\d\s()+./-]{5,30}$/.test(folded)) phones.add(phoneKey(folded));
  }
  return { urls, emails, phones };
}

/** A link for comparison: scheme and host in lower case, https where none is given, no slash after a bare host. */
export function linkKey(link: string): string {
  const written = link.trim();
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#\\]*)(.*)$/is.exec(written);
  if (!match) return written;
  const scheme = (match[1] ?? 'https').toLowerCase();
  const rest = match[3] === '/' ? '' : (match[3] ?? '');
  return `${scheme}://${(match[2] ?? '').toLowerCase()}${rest}`;
}

/** A telephone number for comparison: digits, without the 00 that stands for a plus. */
export function phoneKey(phone: string): string {
  return phone.replace(/[^0-9]/g, '').replace(/^00/, '');
}
