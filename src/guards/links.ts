import type { Finding } from './finding.ts';
import { detectLinks } from './pii/detect-links.ts';
import { foldText } from './pii/fold-text.ts';
import { linkKey } from './pii/link-key.ts';
import type { PiiMatch } from './pii/pii-match.ts';

/** One word with a dot in it, as a profile's website may be; no mail address. */
const BARE_HOST = /^\s*([^\s@/:]{1,253}\.[^\s@/:.\d]{2,63}(?:\/\S{0,2000})?)\s*$/;

/** Every link in a text as a reader's mail program may take it, with UTF-16 offsets into the text as given. */
export function linksIn(text: string): { url: string; start: number; end: number }[] {
  const folded = foldText(text);
  const found: PiiMatch[] = [];
  detectLinks(folded.text, found, true);
  const host = found.length === 0 ? BARE_HOST.exec(folded.text)?.[1] : undefined;
  if (host !== undefined) {
    const start = folded.text.indexOf(host);
    found.push({ type: 'LINK', start, end: start + host.length, key: host });
  }
  return found.map(({ start, end, key }) => ({ url: key, ...folded.toOriginal(start, end) }));
}

/**
 * UNKNOWN_LINK (block) for each link that neither a snippet nor the profile holds exactly as it stands. Hosts in
 * `allowedDomains` pass with any path over https, without user name and port. Run it after placeholders are restored.
 */
export function checkLinks(
  body: string,
  allowedUrls: Iterable<string>,
  allowedDomains: Iterable<string> = [],
): Finding[] {
  const urls = new Set([...allowedUrls].map(linkKey));
  const domains = new Set([...allowedDomains].map((domain) => domain.toLowerCase()));
  return linksIn(body)
    .filter(({ url, start, end }) => {
      // What folding changed (full-width, invisible characters) is no exact copy of anything.
      if (body.slice(start, end) !== url) return true;
      return !urls.has(linkKey(url)) && !isOnDomain(url, domains);
    })
    .map(({ start, end }) => ({
      code: 'UNKNOWN_LINK',
      severity: 'block',
      message: 'The text holds a link that neither a snippet nor the profile has.',
      start,
      end,
    }));
}

function isOnDomain(url: string, domains: ReadonlySet<string>): boolean {
  const host = /^https:\/\/([a-z0-9.-]+)(?:[/?#][\x21-\x7e]*)?$/.exec(linkKey(url))?.[1];
  return host !== undefined && domains.has(host);
}
