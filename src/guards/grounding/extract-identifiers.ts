import type { Candidate } from './candidates.ts';
import { lexicon, occursIn } from './lexicon.ts';
import { clauseBefore, isFree, type TextContext, take } from './text-context.ts';

/** The form in which order and tracking numbers are compared: folded, without "#", spaces and dashes. */
export function identifierKey(folded: string): string {
  return folded.replace(/[^a-z0-9]/g, '');
}

/** Identifiers that the evidence knows, by comparison key. */
export type KnownIdentifiers = ReadonlyMap<string, 'order_number' | 'tracking_number' | 'other'>;

const TOKEN = /(?<![a-z0-9])(?:# ?)?[a-z0-9]+(?:[-_/.][a-z0-9]+){0,8}(?![a-z0-9])/g;
const GROUPED_DIGITS = /(?<![\d.,])#?\d{1,8}(?:[ -]\d{1,8}){1,12}(?![\d.,]\d|\d)/g;
const PHONE =
  /(?<![a-z0-9#])(?:\+|00)? ?\(?\d{1,5}\)?(?:[ ./()-]{1,3}\d{1,8}){1,8}(?![a-z0-9])|(?<![a-z0-9#])\+\d{7,15}(?!\d)|(?<![a-z0-9#])\d{7,15}(?!\d)/g;
/** Carriers' forms: UPS 1Z..., postal union AB123456789CD, or ten digits and more. */
const TRACKING_SHAPE = /^(?:1z[a-z0-9]{16}|[a-z]{2}\d{9}[a-z]{2}|\d{10,34}|[a-z]{2,4}\d{9,20})$/;

function labelBefore(context: TextContext, start: number): 'order_number' | 'tracking_number' | undefined {
  const before = context.text.slice(Math.max(0, start - 40), start);
  const words = lexicon();
  let best: 'order_number' | 'tracking_number' | undefined;
  let bestEnd = -1;
  for (const [type, pattern] of [
    ['order_number', words.nouns.order],
    ['tracking_number', words.nouns.tracking],
  ] as const) {
    for (const match of before.matchAll(pattern)) {
      const end = match.index + match[0].length;
      if (end > bestEnd && !/[.!?\n]/.test(before.slice(end).replace(/(?:no|nr|n|num|ref)\./g, ''))) {
        best = type;
        bestEnd = end;
      }
    }
  }
  return best;
}

/** "order 12345", "order no. 12345", "sipariş numarası: 12345": nothing but number words between noun and number. */
const NUMBER_LABEL =
  /^(?:'?[a-z]{0,4})?[\s:#(]*(?:(?:number|numbers|no|nr|num|nummer|numara[a-z]*|numero|n°|id|code|kod[a-z]*|ref|reference|referans)\.?[\s:#'"(]*(?:(?:is|ist|lautet|est|le|es|el)[\s:#'"(]*){0,2})?$/;

/** An amount, percentage or decimal is no identifier, whatever stands before it. */
function isAmount(context: TextContext, start: number, end: number): boolean {
  const { text } = context;
  if (/^(?:[.,]\d| ?(?:[%€$£₺]|eur|usd|gbp|try|tl|euro|dollar|lira|dolar)(?![a-z]))/.test(text.slice(end, end + 10)))
    return true;
  return /[%€$£₺] ?$|(?:^|[^a-z])(?:eur|usd|gbp|try) $|\d[.,]$/.test(text.slice(Math.max(0, start - 5), start));
}

function directLabel(context: TextContext, start: number): 'order_number' | 'tracking_number' | undefined {
  const before = context.text.slice(Math.max(0, start - 48), start);
  const words = lexicon();
  for (const [type, pattern] of [
    ['tracking_number', words.nouns.tracking],
    ['order_number', words.nouns.order],
  ] as const) {
    for (const match of before.matchAll(pattern))
      if (NUMBER_LABEL.test(before.slice(match.index + match[0].length))) return type;
  }
  return undefined;
}

/** "12345 numaralı siparişiniz", "12345 nolu": the label behind the number. */
function labelBehind(context: TextContext, end: number): 'order_number' | 'tracking_number' | undefined {
  const behind = context.text.slice(end, end + 48);
  if (!/^'?[a-z]{0,4} ?(?:numarali|nolu|no'lu|takip|kodlu|sayili|siparis)/.test(behind)) return undefined;
  return occursIn(lexicon().nouns.tracking, behind) ? 'tracking_number' : 'order_number';
}

const STARTS_LIKE_DATE = /^(?:\d{1,2}[./-] ?\d{1,2}[./-] ?(?:\d{4}|\d{2}(?!\d))|\d{4}-\d{2}-\d{2})/;
const PHONE_DIGITS = { least: 7, most: 15 };

function isPhone(context: TextContext, written: string, start: number, end: number): boolean {
  const digits = written.replace(/\D/g, '');
  if (digits.length < PHONE_DIGITS.least || digits.length > PHONE_DIGITS.most) return false;
  if (STARTS_LIKE_DATE.test(written)) return false;
  if (/^ ?(?:\+|00)/.test(written)) return true;
  const label = occursIn(lexicon().nouns.phone, `${clauseBefore(context, start).slice(-48)} `);
  if (label || occursIn(lexicon().nouns.phone, context.text.slice(end, end + 24))) return true;
  return /^\(?0\d/.test(written) && /[ /()-]/.test(written) && digits.length >= 9;
}

/** Finds phone numbers, then order and tracking numbers: those that the evidence knows, labelled ones, and tokens in their shape. */
export function extractIdentifiers(context: TextContext, known: KnownIdentifiers): Candidate[] {
  const found: Candidate[] = [];
  const { text } = context;
  const add = (type: 'order_number' | 'tracking_number', start: number, end: number): void => {
    take(context, { start, end });
    found.push({ type, start, end, key: identifierKey(text.slice(start, end)) });
  };

  // A known number wins over every other reading, also written in groups.
  for (const pattern of [TOKEN, GROUPED_DIGITS]) {
    for (const match of text.matchAll(pattern)) {
      const start = match.index;
      let end = start + match[0].length;
      let key = identifierKey(match[0]);
      let type = known.get(key);
      if (type === undefined && match[0].includes('-') && pattern === TOKEN) {
        // "1001-order" and the like: the first part may be the number.
        const head = /^#? ?[a-z0-9]+/.exec(match[0])?.[0] ?? '';
        type = known.get(identifierKey(head));
        if (type !== undefined) {
          end = start + head.length;
          key = identifierKey(head);
        }
      }
      if (type === undefined || !/\d/.test(key) || !isFree(context, { start, end })) continue;
      const short = /^\d{1,4}$/.test(key) && !match[0].includes('#');
      const label = short ? (directLabel(context, start) ?? labelBehind(context, end)) : 'known';
      if (label === undefined) continue;
      if (type === 'other') take(context, { start, end });
      else add(type, start, end);
    }
  }

  for (const match of text.matchAll(PHONE)) {
    const lead = match[0].length - match[0].trimStart().length;
    const span = { start: match.index + lead, end: match.index + match[0].length };
    if (!isFree(context, span) || !isPhone(context, text.slice(span.start, span.end), span.start, span.end)) continue;
    const label = directLabel(context, span.start);
    if (label !== undefined) continue;
    take(context, span);
    found.push({ type: 'phone', ...span, key: text.slice(span.start, span.end).replace(/\D/g, '') });
  }

  for (const match of text.matchAll(TOKEN)) {
    const token = match[0].replace(/[-_/.]+$/, '');
    const start = match.index;
    const end = start + token.length;
    if (!/\d/.test(token) || !isFree(context, { start, end })) continue;
    const key = identifierKey(token);
    const digits = key.replace(/\D/g, '').length;
    const letters = key.length - digits;
    const hash = token.startsWith('#');
    const label = directLabel(context, start) ?? labelBehind(context, end);
    const dateLike =
      /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/.test(token) ||
      /^\d+(?:[.,]\d+)+$/.test(token) ||
      /^\d{1,2}[.h]\d{2}$/.test(token);
    if ((dateLike || isAmount(context, start, end)) && !hash) continue;
    // "30mp", "14h30", "2l", "5x": a number with its unit is no identifier.
    const mixed =
      letters > 0 &&
      digits >= 2 &&
      key.length >= 5 &&
      !/^\d{1,4}[a-z]{1,12}$/.test(key) &&
      !/^\d{1,3}-[a-z-]+$/.test(token) &&
      !/^\d{1,2}h\d{2}$/.test(key) &&
      !/^\d{4}\d{2}\d{2}t\d/.test(key);
    if (hash && digits >= 1) {
      add(label === 'tracking_number' || TRACKING_SHAPE.test(key) ? 'tracking_number' : 'order_number', start, end);
    } else if (
      label !== undefined &&
      digits >= 2 &&
      !/^\d{1,3}[a-z]+$/.test(key) &&
      (digits >= 3 || letters > 0 || label === 'tracking_number')
    ) {
      add(label, start, end);
    } else if (mixed || (letters === 0 && digits >= 7)) {
      const shape = TRACKING_SHAPE.test(key);
      add(shape || labelBefore(context, start) === 'tracking_number' ? 'tracking_number' : 'order_number', start, end);
    }
  }
  // Digit groups that together are as long as a parcel number ("9747 0320 4371").
  for (const match of text.matchAll(GROUPED_DIGITS)) {
    const span = { start: match.index, end: match.index + match[0].length };
    if (!isFree(context, span) || identifierKey(match[0]).length < 10 || STARTS_LIKE_DATE.test(match[0])) continue;
    add(directLabel(context, span.start) ?? 'tracking_number', span.start, span.end);
  }
  return found;
}
