import type { Finding } from './finding.ts';
import { neutralForm } from './pii/placeholders.ts';
import { identifierKey, scanPii } from './pii/scan-pii.ts';

/** Characters; well under the 998 octets of a line (RFC 5322), also in UTF-8. */
const LONGEST_SUBJECT = 200;
/** A header value as it comes in may be long; beyond this nobody reads it. */
const LONGEST_INPUT = 10_000;
/** Encoded words inside encoded words: deeper ones stay as text. */
const DECODING_ROUNDS = 5;
const ENCODED_WORDS = /=\?[^?\s]{1,60}\?[bq]\?[^?]*\?=(?:\s*=\?[^?\s]{1,60}\?[bq]\?[^?]*\?=)*/gi;
const ENCODED_WORD = /=\?([^?\s]{1,60})\?([bq])\?([^?]*)\?=/gi;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/** Zero-width, bidirectional and tag characters, save the joiners that Persian and emoji are spelt with. */
const INVISIBLE = /(?![\u200c\u200d])\p{Cf}/gu;
const REPLY_PREFIX =
  /^(?:re|aw|antw|antwort|ynt|yan\u0131t|yanit|rv|tr|fw|fwd|wg|ilt|i\u0307lt|\u0130lt|sv|vs|odp|ref|r\u00e9p|rep|rif|res|resp|enc|doorst)\s{0,3}(?:\[\d{1,4}\]|\(\d{1,4}\)|\^\d{1,4}|\d{1,2})?\s{0,3}[:\uff1a]\s*/iu;

/** The header value with encoded words decoded (RFC 2047, also nested), still to be cleaned. */
export function decodeEncodedWords(value: string): string {
  let decoded = value;
  for (let round = 0; round < DECODING_ROUNDS; round++) {
    const next = decoded.replace(ENCODED_WORDS, (words) => decodeWords(words)).slice(0, LONGEST_INPUT);
    if (next === decoded) break;
    decoded = next;
  }
  return decoded;
}

/** Neighbouring words of one charset are decoded together, because a character may be cut between them. */
function decodeWords(words: string): string {
  let text = '';
  let charset = '';
  let bytes: number[] = [];
  for (const [, label, encoding, content] of words.matchAll(ENCODED_WORD)) {
    // RFC 2231 lets a language follow the charset.
    const name = (label as string).replace(/\*.*$/, '').toLowerCase();
    if (name !== charset) text += decodeBytes(bytes, charset);
    if (name !== charset) bytes = [];
    charset = name;
    for (const byte of encoding === 'q' || encoding === 'Q'
      ? bytesOfQ(content as string)
      : bytesOfB(content as string)) {
      bytes.push(byte);
    }
  }
  return text + decodeBytes(bytes, charset);
}

function bytesOfQ(content: string): Uint8Array {
  const unescaped = content.replace(/_/g, ' ');
  const bytes: number[] = [];
  for (let index = 0; index < unescaped.length; index++) {
    const hex = unescaped.charAt(index) === '=' ? /^[0-9a-f]{2}$/i.exec(unescaped.slice(index + 1, index + 3)) : null;
    if (hex) {
      bytes.push(Number.parseInt(hex[0], 16));
      index += 2;
    } else bytes.push(...new TextEncoder().encode(unescaped.charAt(index)));
  }
  return new Uint8Array(bytes);
}

function bytesOfB(content: string): Uint8Array {
  const clean = content.replace(/[^A-Za-z0-9+/]/g, '');
  // One character alone carries no whole byte.
  const whole = clean.length % 4 === 1 ? clean.slice(0, -1) : clean;
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}

function decodeBytes(bytes: number[], charset: string): string {
  if (bytes.length === 0) return '';
  const data = new Uint8Array(bytes);
  try {
    return new TextDecoder(charset).decode(data);
  } catch {
    return new TextDecoder('utf-8').decode(data);
  }
}

/**
 * A value that is safe as one header line: encoded words decoded first, then line breaks and other control characters
 * (also U+0085, U+2028, U+2029, NUL) made blanks, invisible characters dropped, lone surrogates replaced.
 */
export function cleanHeaderValue(value: string): string {
  return clean(decodeEncodedWords(value.slice(0, LONGEST_INPUT)));
}

function clean(decoded: string): string {
  return decoded
    .toWellFormed()
    .replace(CONTROLS, ' ')
    .replace(INVISIBLE, '')
    .replace(/=\?/g, '= ?')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * "Re: " and the cleaned subject, with all reply and forward prefixes made one, cards, IBANs and SSNs taken out, and at
 * most 200 characters. `identifiers` are the draft's order and tracking numbers, which stay.
 */
export function replySubject(
  original: string,
  identifiers: Iterable<string> = [],
): { subject: string; findings: Finding[] } {
  const findings: Finding[] = [];
  const decoded = decodeEncodedWords(original.slice(0, LONGEST_INPUT));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/.test(decoded.trim())) {
    findings.push({
      code: 'HEADER_INJECTION',
      severity: 'warning',
      message:
        'The subject of the mail held line breaks or control characters, as if to add headers; they were removed.',
    });
  }
  let subject = clean(decoded);
  for (let match = REPLY_PREFIX.exec(subject); match; match = REPLY_PREFIX.exec(subject))
    subject = subject.slice(match[0].length);

  const keys = new Set([...identifiers].map(identifierKey));
  const policy = { emails: false, phones: false, nationalIds: false };
  const secrets = scanPii(subject, { policy, links: false, thorough: true, identifiers: keys });
  for (const { type, start, end } of secrets.toReversed())
    subject = subject.slice(0, start) + neutralForm(type) + subject.slice(end);
  if (secrets.length > 0) {
    findings.push({
      code: 'PII_IN_SUBJECT',
      severity: 'info',
      message: 'A private number was taken out of the subject.',
    });
  }
  return { subject: `Re: ${shorten(subject) || '(no subject)'}`, findings };
}

function shorten(text: string): string {
  const room = LONGEST_SUBJECT - 'Re: '.length;
  const characters = Array.from(text.slice(0, 2 * LONGEST_SUBJECT));
  return characters.length <= room
    ? characters.join('')
    : `${characters
        .slice(0, room - 1)
        .join('')
        .trimEnd()}…`;
}
