import { foldCase } from './fold-case.ts';
import { MAIL_LOCALES } from './locales/mail-locales.ts';

export interface SignedText {
  /** Never empty where there is any text. */
  text: string;
  signature: string;
}

const SIGNATURE_LINES_MAX = 25;
const SIGNATURE_LINE_LENGTH_MAX = 100;
const LINE_READ = 200;

const locales = Object.values(MAIL_LOCALES);
const CLOSINGS = new Set(locales.flatMap((locale) => locale.closing.map(foldCase)));
const SENT_FROM = locales.flatMap((locale) => locale.sentFrom.map(foldCase));
const SENT_FROM_END = locales.flatMap((locale) => locale.sentFromEnd.map(foldCase));
/** "Von meinem Konto …" is no signature: a device or a program must be named. */
const DEVICE =
  /\b(?:i-?phone|i-?pad|i-?pod|android|samsung|galaxy|huawei|xiaomi|redmi|oppo|oneplus|pixel|nokia|blackberry|windows|outlook|yahoo|gmail|gmx|web\.de|mail|e-?mail|proton|thunderbird|spark|aquamail|bluemail|handy|smartphone|mobil\p{L}*|phone|telefon\p{L}*|t[ée]l[ée]phone|tel[ée]fono|m[óo]vil|celular|portable|tablet\p{L}*|mac|macbook|laptop|acompli|ios|cep|cihaz\p{L}*|app)/iu;
const CONTACT =
  /@|https?:\/\/|www\.|\+\d|\b(?:tel|phone|mobile|fax|skype|t|f|m|p|tél|mobil|telefon|gsm|cep|móvil|tfno|handy|linkedin|twitter)\b\s?[.:]|\(\d{2,4}\)\s?\d|\b\d{3}[-.\s]\d{3}[-.\s]\d{4}\b|mailing list/i;

/**
 * Cuts what follows "-- ", a line of dashes above contact data, "Sent from my iPhone", and a closing with a name below.
 * Where lines below a closing hold numbers that are no contact data, they may be an order's: nothing is cut.
 */
export function stripSignature(text: string): SignedText {
  const lines = text.split('\n');
  const heads = lines.map((line) => line.slice(0, LINE_READ).trim());
  let end = lastText(heads, lines.length);
  for (let round = 0; round < 4; round += 1) {
    const cut = signatureStart(heads, end);
    if (cut >= end) break;
    end = lastText(heads, cut);
  }
  const kept = lines.slice(0, end).join('\n').trim();
  if (kept === '') return { text: text.trim(), signature: '' };
  return { text: kept, signature: lines.slice(end).join('\n').trim() };
}

/** Number of lines up to and with the last one that is not empty. */
function lastText(heads: readonly string[], before: number): number {
  let end = before;
  while (end > 0 && heads[end - 1] === '') end -= 1;
  return end;
}

/** Index of the line that the signature begins with; `end` where there is none. */
function signatureStart(heads: readonly string[], end: number): number {
  const floor = Math.max(0, end - SIGNATURE_LINES_MAX);
  for (let index = floor; index < end; index += 1) {
    const head = heads[index] ?? '';
    const below = heads.slice(index + 1, end).filter((line) => line !== '');
    if (/^(?:--|—|-- )$/.test(head) && below.every(isShort)) return index;
    if (
      /^[-_=]{4,}$/.test(head) &&
      below.length > 0 &&
      below.every(isShort) &&
      below.some(isContact) &&
      !below.some(isSentence)
    )
      return index;
    if (isSentFrom(head) && (index + 1 === end || below.length <= 2)) return index;
    if (isClosing(head) && index > 0 && below.every(isNameOrContact)) return index;
  }
  const last = heads[end - 1] ?? '';
  if (end > 1 && heads[end - 2] === '' && /^[-–—]\p{Lu}[\p{L} .'-]{1,40}$/u.test(last)) return end - 1;
  return end;
}

function isShort(head: string): boolean {
  return head.length <= SIGNATURE_LINE_LENGTH_MAX;
}

function isContact(head: string): boolean {
  return CONTACT.test(head);
}

function isSentence(head: string): boolean {
  return head.endsWith('?') || (head.length > 60 && /[.!]$/.test(head));
}

const WORDS_OF_A_NAME = 6;

/** A name, a role, a company, a phone number: short, without digits unless contact data, and not a sentence. */
function isNameOrContact(head: string): boolean {
  if (isContact(head)) return head.length <= SIGNATURE_LINE_LENGTH_MAX && !head.endsWith('?');
  if (isSentFrom(head)) return true;
  return !/\d/.test(head) && !/[?!:]$/.test(head) && head.split(/\s+/).length <= WORDS_OF_A_NAME && head.length <= 60;
}

function isClosing(head: string): boolean {
  if (head.length > 50) return false;
  const lowered = foldCase(head).replace(/[\s,.!;:)]+$/, '');
  return (
    CLOSINGS.has(lowered) ||
    (CLOSINGS.has(lowered.replace(/,.*$/, '').trim()) && lowered.split(/\s+/).length <= 5 && !/\d/.test(head))
  );
}

function isSentFrom(head: string): boolean {
  if (head === '' || head.length > 120) return false;
  const lowered = foldCase(head);
  const words = lowered.split(/\s+/).length;
  // "Sent from my desk, which is much easier than by phone." is a sentence.
  if (words > 7 && /[.!?]$/.test(lowered)) return false;
  if (/^sent from (?:my|a) /.test(lowered) && !/[,.;]/.test(lowered)) return words <= 7;
  if (!DEVICE.test(head)) return false;
  return (
    SENT_FROM.some((start) => lowered.startsWith(start)) ||
    (lowered.length <= 60 && SENT_FROM_END.some((ending) => lowered.replace(/[.\s]+$/, '').endsWith(ending)))
  );
}
