import type { Candidate } from './candidates.ts';
import { lexicon } from './lexicon.ts';
import { originalSpan } from './normalise-text.ts';
import { isFree, type TextContext, take } from './text-context.ts';

/** Top-level domains that make two words with a dot between them an address; enough of them to catch invented links. */
const DOMAINS =
  'com|net|org|info|biz|io|co|shop|store|app|dev|xyz|online|site|link|click|club|top|live|pro|tech|cloud|page|website|space|email|support|help|ai|ly|gg|cc|tv|ws|to|me|us|uk|eu|de|fr|es|tr|at|ch|nl|be|it|pl|pt|ru|cn|jp|in|br|mx|ca|au|nz|se|no|dk|fi|cz|gr|ie|il|za|ae|sa|edu|gov|mil|int|name|mobi|travel|jobs|museum|asia|cat|tel|example|test|invalid|localhost';

const URL_PATTERN = new RegExp(
  `(?:h(?:tt|xx)ps?|ftp)://[^\\s<>"')\\]]{1,2000}|(?<![a-z0-9@._-])(?:www\\.)?(?:[a-z0-9-]{1,63}\\.){1,6}(?:${DOMAINS})(?![a-z0-9-])(?:\\.(?=\\s|$)|(?::\\d{1,5})?(?:[/?#][^\\s<>"')\\]]{0,2000})?)`,
  'g',
);
const EMAIL_PATTERN = /(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64} ?@ ?(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?![a-z0-9-])/g;
const PLACEHOLDER_PATTERN = /\[[a-z]{2,20}_\d{1,4}\]/g;
const ADDRESS_LITERAL = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g;

/** The form in which two web addresses are compared: no scheme, no "www.", no stop or slash at the end. */
export function urlKey(raw: string): string {
  return raw
    .toLowerCase()
    .replace(/[\p{Cf}\p{Cc}]/gu, '')
    .replace(/^h(?:tt|xx)ps?:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[.,;:!?'")\]]+$/, '')
    .replace(/\/+$/, '');
}

function spelledOutPattern(): RegExp {
  const { sources } = lexicon();
  const dot = `(?: ?[\\[(] ?(?:\\.|${sources.dotWords}) ?[\\])] ?| (?:\\.|${sources.dotWords}) )`;
  const at = `(?: ?[\\[(] ?(?:@|${sources.atWords}) ?[\\])] ?| (?:${sources.atWords}) )`;
  return new RegExp(
    `(?<![a-z0-9])(?:[a-z0-9_-]{1,64}${at})?[a-z0-9-]{2,63}${dot}(?:com|net|org|info|io|co|shop|store|biz|xyz|online|example|app|site|link)(?![a-z0-9])`,
    'g',
  );
}

let spelledOut: RegExp | undefined;

/** Finds placeholders (taken, no claims), e-mail addresses, web addresses and spelled-out forms of both. */
export function extractAddresses(context: TextContext): Candidate[] {
  const found: Candidate[] = [];
  const { text, normalised } = context;
  for (const match of text.matchAll(PLACEHOLDER_PATTERN))
    take(context, { start: match.index, end: match.index + match[0].length });
  const rawOf = (start: number, end: number): string => {
    const span = originalSpan(normalised, start, end);
    return normalised.original.slice(span.start, span.end);
  };
  for (const match of text.matchAll(EMAIL_PATTERN)) {
    const span = { start: match.index, end: match.index + match[0].length };
    if (!isFree(context, span)) continue;
    take(context, span);
    found.push({ type: 'email', ...span, key: rawOf(span.start, span.end).toLowerCase() });
  }
  for (const match of text.matchAll(URL_PATTERN)) {
    const start = match.index;
    const shown = match[0].replace(/[.,;:!?'"]+$/, '');
    const end = start + shown.length;
    const bare = !shown.includes('/') && !shown.startsWith('www.');
    const lastDot = shown.lastIndexOf('.');
    // "Thanks.It" is a missing space, not an address: a capital behind the stop gives it away.
    const behindDot = normalised.original.charAt(normalised.starts[start + lastDot + 1] ?? 0);
    if (bare && (behindDot !== behindDot.toLowerCase() || /^[\d.]+$/.test(shown))) continue;
    if (!isFree(context, { start, end })) continue;
    take(context, { start, end });
    found.push({ type: 'url', start, end, key: urlKey(rawOf(start, end)) });
  }
  for (const match of text.matchAll(ADDRESS_LITERAL)) {
    const span = { start: match.index, end: match.index + match[0].length };
    if (!isFree(context, span)) continue;
    take(context, span);
    found.push({ type: 'url', ...span, key: match[0] });
  }
  spelledOut ??= spelledOutPattern();
  for (const match of text.matchAll(spelledOut)) {
    const span = { start: match.index, end: match.index + match[0].length };
    if (!isFree(context, span)) continue;
    take(context, span);
    found.push({ type: match[0].includes('@') ? 'email' : 'url', ...span, key: urlKey(rawOf(span.start, span.end)) });
  }
  return found;
}
