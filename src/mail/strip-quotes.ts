import { foldCase } from './fold-case.ts';
import { MAIL_LOCALES } from './locales/mail-locales.ts';
import { OTHER_MAIL_WORDS } from './locales/other-mail-words.ts';

export interface SplitMail {
  /** What the sender wrote, never empty where there is any text: a mail that is only a quote or a forward keeps its text. */
  reply: string;
  quoted: string;
}

/** Only so much of a line is looked at; what programs write is shorter. */
const LINE_READ = 300;
const BLOCK_LINES = 8;
const ATTRIBUTION_LINES = 4;

type HeaderField = 'from' | 'sent' | 'to' | 'subject' | 'cc';

const locales = Object.values(MAIL_LOCALES);
const HEADER_FIELDS = collectHeaderFields();
const ORIGINAL_MESSAGE = wordSet([
  ...locales.flatMap((locale) => locale.originalMessage),
  ...OTHER_MAIL_WORDS.originalMessage,
]);
const FORWARDED_MESSAGE = wordSet([
  ...locales.flatMap((locale) => locale.forwardedMessage),
  ...OTHER_MAIL_WORDS.forwardedMessage,
]);
const WROTE = [...locales.flatMap((locale) => locale.wrote), ...OTHER_MAIL_WORDS.wrote].map(foldCase);
const ATTRIBUTION_START = [
  ...locales.flatMap((locale) => locale.attributionStart),
  ...OTHER_MAIL_WORDS.attributionStart,
].map(foldCase);

function collectHeaderFields(): Map<string, HeaderField> {
  const fields = new Map<string, HeaderField>();
  const add = (field: HeaderField, names: readonly string[]) => {
    for (const name of names) if (!fields.has(foldCase(name))) fields.set(foldCase(name), field);
  };
  for (const field of ['from', 'sent', 'subject', 'to', 'cc'] as const)
    for (const locale of locales) add(field, locale.headerFields[field]);
  for (const field of ['from', 'sent', 'subject', 'to'] as const) add(field, OTHER_MAIL_WORDS[field]);
  return fields;
}

function wordSet(words: readonly string[]): Set<string> {
  return new Set(words.map(foldCase));
}

/**
 * Splits a mail's text into what its sender wrote and what was quoted. Knows the marks of common programs in our five
 * languages and `>` in any; answers between quotes are kept. Time is linear in the length.
 */
export function stripQuotes(text: string): SplitMail {
  const lines = text.split('\n');
  const heads = lines.map((line) => line.slice(0, LINE_READ).trim());
  const fields = heads.map(headerFields);
  const quoted = new Array<boolean>(lines.length).fill(false);
  let index = 0;
  while (index < lines.length) {
    if (beginsRestOfQuote(heads, fields, index)) {
      quoted.fill(true, index);
      break;
    }
    const attributionEnd = endOfAttribution(heads, index);
    if (attributionEnd > index) {
      const next = nextText(heads, attributionEnd);
      if (next < lines.length && !isMarked(heads[next])) {
        quoted.fill(true, index);
        break;
      }
      const end = next < lines.length ? endOfMarked(heads, next) : lines.length;
      quoted.fill(true, index, end);
      index = end;
    } else if (isMarked(heads[index])) {
      const end = endOfMarked(heads, index);
      quoted.fill(true, index, end);
      index = end;
    } else index += 1;
  }
  const reply = lines
    .filter((_, line) => !quoted[line])
    .join('\n')
    .trim();
  if (reply === '' || isBareForward(reply, heads, quoted)) return { reply: text.trim(), quoted: '' };
  return {
    reply,
    quoted: lines
      .filter((_, line) => quoted[line])
      .join('\n')
      .trim(),
  };
}

const FORWARD_COMMENT_LENGTH = 20;

/** "FYI" above a forwarded mail: the forwarded text is what the sender has to say. */
function isBareForward(reply: string, heads: readonly string[], quoted: readonly boolean[]): boolean {
  if (reply.length >= FORWARD_COMMENT_LENGTH) return false;
  return isForwardMark(heads[quoted.indexOf(true)] ?? '');
}

/** `>` begins a quoted line; ">>> look here <<<" is decoration. */
function isMarked(head: string | undefined): boolean {
  return (head?.startsWith('>') ?? false) && !head?.endsWith('<<');
}

function nextText(heads: readonly string[], from: number): number {
  let index = from;
  while (index < heads.length && heads[index] === '') index += 1;
  return index;
}

const WRAPPED_QUOTE_LENGTH = 60;

/** End (exclusive) of a run of `>` lines, with the empty lines and the wrapped ends of lines among them. */
function endOfMarked(heads: readonly string[], from: number): number {
  let end = from;
  let index = from;
  while (index < heads.length) {
    const head = heads[index] ?? '';
    if (isMarked(head)) end = index + 1;
    else if (head !== '' && !isWrappedEnd(heads, index)) break;
    index += 1;
  }
  return end;
}

/** What a program broke off a quoted line without a new mark: lower case or a link, directly between two marked lines. */
function isWrappedEnd(heads: readonly string[], index: number): boolean {
  const before = heads[index - 1] ?? '';
  const head = heads[index] ?? '';
  if (!isMarked(before) || !isMarked(heads[index + 1])) return false;
  return (
    (before.length >= WRAPPED_QUOTE_LENGTH && /^\p{Ll}/u.test(head)) ||
    /^[(<[]?https?:/.test(head) ||
    head.endsWith('>')
  );
}

/** Everything from this line on is quoted: "-----Original Message-----", or a block of From, Sent, To, Subject. */
function beginsRestOfQuote(heads: readonly string[], fields: readonly HeaderField[][], index: number): boolean {
  const head = heads[index] ?? '';
  if (head === '') return false;
  if (isDashedLabel(head)) return true;
  if (/^[_\-=*—–]{10,}$/.test(head)) {
    const next = nextText(heads, index + 1);
    return next - index <= 3 && isHeaderBlock(heads, fields, next);
  }
  return isHeaderBlock(heads, fields, index);
}

function isDashedLabel(head: string): boolean {
  const dashes = /^[-_=*—–\s]*/.exec(head)?.[0].replace(/\s/g, '').length ?? 0;
  const label = foldCase(trimMarks(head));
  if (isForwardMark(head)) return true;
  if (dashes < 2) return false;
  if (ORIGINAL_MESSAGE.has(label)) return true;
  // "---- Name wrote ----" and "------On <date>, Name wrote-----"
  return /[-—–]{2}$/.test(head) && endsWithWrote(label);
}

/** "---------- Forwarded message ----------" or "Begin forwarded message:". */
function isForwardMark(head: string): boolean {
  return (
    FORWARDED_MESSAGE.has(foldCase(trimMarks(head))) && (/^[-_=*—–\s]*[-—–_=*]{2}/.test(head) || head.endsWith(':'))
  );
}

function trimMarks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && /[-_=*—–\s:>]/.test(text[start] ?? '')) start += 1;
  while (end > start && /[-_=*—–\s:]/.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(start, end);
}

/** Three different header fields within eight lines, a sender or a date and a recipient or subject among them. */
function isHeaderBlock(heads: readonly string[], fields: readonly HeaderField[][], index: number): boolean {
  const first = fields[index]?.[0];
  if (first !== 'from' && first !== 'sent') return false;
  const found = new Set<HeaderField>();
  let unknown = 0;
  for (let line = index; line < Math.min(heads.length, index + BLOCK_LINES); line += 1) {
    const head = heads[line] ?? '';
    const onLine = fields[line] ?? [];
    for (const field of onLine) found.add(field);
    if (onLine.length === 0 && head !== '') unknown += 1;
    if (unknown > 2) break;
  }
  found.delete('cc');
  if (found.size >= 3) return true;
  const start = (heads[index] ?? '') + (heads[index + 1] ?? '');
  if (found.size === 2 && found.has('sent') && found.has('to')) return ADDRESS.test(start) && YEAR_OR_DATE.test(start);
  // Some programs write only two; then the sender must be an address.
  return found.size === 2 && found.has('from') && (found.has('sent') || found.has('subject')) && ADDRESS.test(start);
}

function headerField(head: string): HeaderField | undefined {
  const colon = head.search(/[:：]/);
  if (colon <= 0 || colon > 30) return undefined;
  const name = foldCase(head.slice(0, colon).replace(/[*_>]/g, '').trim());
  return HEADER_FIELDS.get(name);
}

/** The fields on one line: the one it begins with, and others behind it, as when HTML lost its line breaks. */
function headerFields(head: string): HeaderField[] {
  const first = headerField(head);
  if (!first) return [];
  const inside = [...head.matchAll(/\s(\p{L}+)\s?[:：]\s/gu)].map((match) =>
    HEADER_FIELDS.get(foldCase(match[1] ?? '')),
  );
  return [first, ...inside.filter((field) => field !== undefined)];
}

const YEAR_OR_DATE = /\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}[./-]\p{L}{3,9}\.?[./-]\d{2,4}/u;
const TIME = /\b\d{1,2}\s?[:.h]\s?\d{2}(?!\d)/;
const ADDRESS = /[^\s@<>]@[^\s@<>]|@\p{L}/u;

/**
 * End (exclusive) of a line like "On <date>, <name> wrote:" that begins at `index`, over up to four lines; `index`
 * where none begins.
 */
function endOfAttribution(heads: readonly string[], index: number): number {
  const first = heads[index] ?? '';
  if (first === '' || isMarked(first)) return index;
  let joined = '';
  let taken = 0;
  for (let line = index; line < heads.length && taken < ATTRIBUTION_LINES; line += 1) {
    const head = heads[line] ?? '';
    if (head === '' && line - index > 5) break;
    if (head === '') continue;
    if (isMarked(head) && !isTornEnd(head)) break;
    joined = `${joined} ${head}`.trim().slice(0, LINE_READ * 2);
    taken += 1;
    if (isAttribution(joined, heads, line + 1)) return line + 1;
    if (!mayContinue(joined)) break;
  }
  return index;
}

/** "> wrote:": the end of an address that a program broke over lines, not a quoted line. */
function isTornEnd(head: string): boolean {
  return head.length < 40 && /[:：]$/.test(head) && WROTE.includes(foldCase(trimMarks(head)));
}

/** Only a line that begins like an attribution is worth joining with the next. */
function mayContinue(joined: string): boolean {
  if (joined.length >= LINE_READ) return false;
  const date = YEAR_OR_DATE.test(joined) || TIME.test(joined);
  const address = ADDRESS.test(joined);
  if (date && address) return true;
  return (date || address) && (startsLikeAttribution(joined) || /[<,]$|<[^<>\s]{0,100}$/.test(joined));
}

function startsLikeAttribution(text: string): boolean {
  const lowered = foldCase(text);
  if (/^\d/.test(lowered)) return true;
  return ATTRIBUTION_START.some((word) => lowered.startsWith(`${word} `) && /\d/.test(lowered.slice(0, 40)));
}

function isAttribution(text: string, heads: readonly string[], next: number): boolean {
  if (text.length > LINE_READ * 1.5) return false;
  const date = YEAR_OR_DATE.test(text);
  const time = TIME.test(text);
  const address = ADDRESS.test(text);
  const following = nextText(heads, next);
  const marked = isMarked(heads[following]) && !isTornEnd(heads[following] ?? '');
  const wrote = endsWithWrote(foldCase(trimMarks(text)));
  const colon = /[:：]$/.test(text);
  if (wrote && (date || time) && (startsLikeAttribution(text) || address || marked)) return marked || address || time;
  if (wrote && address && colon) return true;
  if (wrote && marked && colon && text.length <= 100) return true;
  if (colon && date && time && address) return true;
  if (colon && (date || time) && containsWrote(text) && (startsLikeAttribution(text) || address)) return true;
  return marked && date && address && startsLikeAttribution(text);
}

function endsWithWrote(lowered: string): boolean {
  // Apple Mail writes "şunları yazdı (13 Kas 2026 14:05)".
  const text =
    lowered.endsWith(')') && !WROTE.some((word) => lowered.endsWith(word))
      ? lowered.slice(0, lowered.lastIndexOf('(')).trim()
      : lowered;
  return WROTE.some(
    (word) =>
      text.endsWith(word) &&
      (text.length === word.length ||
        /[\s)>\]"'“”]/.test(text[text.length - word.length - 1] ?? '') ||
        /[^\p{L}]/u.test(word[0] ?? '')),
  );
}

function containsWrote(text: string): boolean {
  const padded = ` ${foldCase(text)} `;
  return WROTE.some((word) => padded.includes(` ${word} `));
}
