import { detectCards } from './detect-cards.ts';
import { detectEmails } from './detect-emails.ts';
import { ibanAround } from './detect-ibans.ts';
import { detectLinks } from './detect-links.ts';
import { detectLetteredIds, detectNumericIds } from './detect-national-ids.ts';
import { detectPhones } from './detect-phones.ts';
import { detectSsns } from './detect-ssns.ts';
import { forEachDigitRun } from './digit-runs.ts';
import { type FoldedText, foldText } from './fold-text.ts';
import type { PiiMatch, PiiPolicy, PiiType } from './pii-match.ts';

/** Where two kinds claim the same characters, the first of these has them. */
const PRECEDENCE: readonly PiiType[] = ['IBAN', 'CARD', 'SSN', 'LINK', 'EMAIL', 'NATIONAL_ID', 'PHONE'];
const ALWAYS: ReadonlySet<PiiType> = new Set(['IBAN', 'CARD', 'SSN']);

export interface ScanOptions {
  policy: PiiPolicy;
  links: boolean;
  /** For what a model wrote: odd forms count too, at the price of an occasional second look. */
  thorough: boolean;
  /** Compact forms (see `identifierKey`) of order and tracking numbers, which are nobody's card. */
  identifiers: ReadonlySet<string>;
  /** The text is one field of a record, not a mail. */
  isField?: boolean;
}

/** Letters and digits of an identifier, upper case: "#w-123" and "W123" are the same. */
export function identifierKey(identifier: string): string {
  return foldText(identifier)
    .text.replace(/[^\p{L}\p{N}]/gu, '')
    .toUpperCase();
}

/**
 * Private values in a text, in order and without overlaps, with UTF-16 offsets into the text as given. Linear time.
 * A caller that has the folded text already may pass it.
 */
export function scanPii(text: string, options: ScanOptions, folded: FoldedText = foldText(text)): PiiMatch[] {
  const found: PiiMatch[] = [];
  const { policy, thorough, identifiers } = options;
  let free = 0;
  forEachDigitRun(
    folded.text,
    policy.phones ? 7 : 9,
    (run) => {
      detectCards(folded.text, run, found);
      detectSsns(folded.text, run, found, options.isField === true);
      if (policy.nationalIds) detectNumericIds(folded.text, run, found);
      if (policy.phones) detectPhones(folded.text, run, found);
    },
    (start, end) => {
      if (policy.nationalIds) detectLetteredIds(folded.text, start, end, found);
      if (start < free) return;
      const iban = ibanAround(folded.text, start, free, thorough);
      if (iban === undefined) return;
      found.push(iban);
      free = iban.end;
    },
  );
  if (policy.emails) detectEmails(folded.text, found);
  if (options.links) detectLinks(folded.text, found, thorough);
  if (found.length === 0) return found;
  const values =
    identifiers.size === 0 ? found : found.filter((match) => !isIdentifier(folded.text, match, identifiers));
  const kept = withoutOverlaps(values);
  for (const match of kept) {
    const range = folded.toOriginal(match.start, match.end);
    match.start = range.start;
    match.end = range.end;
  }
  return kept;
}

/** Whether the match, or the whole word it stands in, is a known order or tracking number. */
function isIdentifier(text: string, match: PiiMatch, identifiers: ReadonlySet<string>): boolean {
  if (match.type === 'LINK' || match.type === 'EMAIL') return false;
  if (identifiers.has(match.key.toUpperCase())) return true;
  let start = match.start;
  let end = match.end;
  while (start > 0 && match.start - start < 40 && /[\w-]/.test(text.charAt(start - 1))) start--;
  while (end < text.length && end - match.end < 40 && /[\w-]/.test(text.charAt(end))) end++;
  return identifiers.has(identifierKey(text.slice(start, end)));
}

function withoutOverlaps(found: PiiMatch[]): PiiMatch[] {
  const ordered = found.sort((a, b) => a.start - b.start || b.end - a.end);
  if (ordered.every(({ start }, at) => at === 0 || (ordered[at - 1] as PiiMatch).end <= start)) return ordered;
  const links = ordered.filter((match) => match.type === 'LINK');
  // A number inside a link goes with the link.
  let link = 0;
  const candidates = ordered.filter((match) => {
    if (match.type === 'LINK') return true;
    while (link < links.length && (links[link] as PiiMatch).end <= match.start) link++;
    const around = links[link];
    return !(around && around.start <= match.start && match.end <= around.end);
  });
  // Left to right; of two that overlap the more severe stays, and a link is cut short where a card begins in it.
  const kept: PiiMatch[] = [];
  for (const match of candidates) {
    const last = kept.at(-1);
    if (!last || last.end <= match.start) {
      kept.push(match);
      continue;
    }
    if (rank(match) >= rank(last)) continue;
    kept.pop();
    if (last.type === 'LINK' && ALWAYS.has(match.type) && match.start - last.start >= 4) {
      kept.push({ ...last, end: match.start, key: last.key.slice(0, match.start - last.start) });
    }
    kept.push(match);
  }
  return kept;
}

function rank(match: PiiMatch): number {
  return PRECEDENCE.indexOf(match.type);
}
