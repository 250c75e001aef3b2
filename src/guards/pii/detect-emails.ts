import type { PiiMatch } from './pii-match.ts';

const LONGEST_LOCAL_PART = 64;
const LONGEST_DOMAIN = 253;
const SPELT_AT = /\s?[[({<]\s?(?:at|@|\u00e4t)\s?[\])}>]\s?/gi;
const LOCAL_BEFORE = /[\w.%+\-\u0080-\uffff]{1,64}$/;
const SPELT_DOMAIN_AFTER =
  /^[a-z0-9-]{1,63}(?:\s?[[({<]\s?(?:dot|punkt|nokta|point|punto|\.)\s?[\])}>]\s?[a-z0-9-]{1,63}|\.[a-z0-9-]{1,63}){1,5}/i;

/** Mail addresses: plain, international, quoted, with blanks round the @, and spelt "name (at) shop (dot) example". */
export function detectEmails(text: string, matches: PiiMatch[]): void {
  let free = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const start = localPartStart(text, at, free);
    const end = domainEnd(text, at);
    if (start < 0 || end < 0) continue;
    matches.push({ type: 'EMAIL', start, end, key: text.slice(start, end).replace(/\s/g, '').toLowerCase() });
    free = end;
  }
  if (!/[[({<]\s?(?:at|@|\u00e4t)\s?[\])}>]/i.test(text)) return;
  for (const spelt of text.matchAll(SPELT_AT)) {
    const local = LOCAL_BEFORE.exec(text.slice(Math.max(0, spelt.index - LONGEST_LOCAL_PART), spelt.index));
    const after = spelt.index + spelt[0].length;
    const domain = SPELT_DOMAIN_AFTER.exec(text.slice(after, after + LONGEST_DOMAIN));
    if (!local || !domain) continue;
    const start = spelt.index - local[0].length;
    const end = after + domain[0].length;
    const host = domain[0].replace(/[[({<]\s?(?:dot|punkt|nokta|point|punto|\.)\s?[\])}>]/gi, '.').replace(/\s/g, '');
    matches.push({ type: 'EMAIL', start, end, key: `${local[0]}@${host}`.toLowerCase() });
  }
}

function localPartStart(text: string, at: number, free: number): number {
  let end = at;
  if (text.charCodeAt(end - 1) === 0x20 && text.charCodeAt(at + 1) === 0x20) end--;
  const lowest = Math.max(free, end - LONGEST_LOCAL_PART - 2);
  if (text.charCodeAt(end - 1) === 0x22) {
    for (let open = end - 2; open >= lowest; open--) if (text.charCodeAt(open) === 0x22) return open;
    return -1;
  }
  let start = end;
  while (start > lowest && isLocalCode(text.charCodeAt(start - 1))) start--;
  while (start < end && !isWordCode(text.charCodeAt(start))) start++;
  return start < end ? start : -1;
}

function domainEnd(text: string, at: number): number {
  let start = at + 1;
  if (text.charCodeAt(start) === 0x20) start++;
  let end = start;
  const highest = Math.min(text.length, start + LONGEST_DOMAIN);
  let lastDot = -1;
  while (end < highest) {
    const code = text.charCodeAt(end);
    if (code === 0x2e) {
      if (end === start || lastDot === end - 1) break;
      lastDot = end;
    } else if (!isDomainCode(code)) break;
    end++;
  }
  while (end > start && !isWordCode(text.charCodeAt(end - 1))) end--;
  if (lastDot >= end) lastDot = start + text.slice(start, end).lastIndexOf('.');
  if (lastDot <= start || end - lastDot < 3) return -1;
  return isLetterCode(text.charCodeAt(lastDot + 1)) ? end : -1;
}

function isLetterCode(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code >= 0xa0;
}

function isWordCode(code: number): boolean {
  return isLetterCode(code) || (code >= 0x30 && code <= 0x39);
}

function isDomainCode(code: number): boolean {
  return isWordCode(code) || code === 0x2d;
}

const LOCAL_PUNCTUATION = new Set([...".!#$%&'*+/=?^_`{|}~-"].map((character) => character.charCodeAt(0)));
function isLocalCode(code: number): boolean {
  return isWordCode(code) || LOCAL_PUNCTUATION.has(code);
}
