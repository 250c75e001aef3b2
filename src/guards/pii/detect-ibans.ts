import type { PiiMatch } from './pii-match.ts';

/**
 * Structure of the account part by country, after the two check digits: n digits, a letters, c both (SWIFT IBAN
 * Registry, and the national formats of countries that use IBANs without being registered).
 */
const STRUCTURES: Record<string, string> = {
  AD: 'n8c12',
  AE: 'n19',
  AL: 'n8c16',
  AO: 'n21',
  AT: 'n16',
  AZ: 'a4c20',
  BA: 'n16',
  BE: 'n12',
  BF: 'c2n22',
  BG: 'a4n6c8',
  BH: 'a4c14',
  BI: 'n23',
  BJ: 'c2n22',
  BR: 'n23a1c1',
  BY: 'c4n4c16',
  CF: 'n23',
  CG: 'n23',
  CH: 'n5c12',
  CI: 'c2n22',
  CM: 'n23',
  CR: 'n18',
  CV: 'n21',
  CY: 'n8c16',
  CZ: 'n20',
  DE: 'n18',
  DJ: 'n23',
  DK: 'n14',
  DO: 'c4n20',
  DZ: 'n22',
  EE: 'n16',
  EG: 'n25',
  ES: 'n20',
  FI: 'n14',
  FK: 'a2n12',
  FO: 'n14',
  FR: 'n10c11n2',
  GA: 'n23',
  GB: 'a4n14',
  GE: 'a2n16',
  GI: 'a4c15',
  GL: 'n14',
  GQ: 'n23',
  GR: 'n7c16',
  GT: 'c24',
  GW: 'c2n19',
  HN: 'a4n20',
  HR: 'n17',
  HU: 'n24',
  IE: 'a4n14',
  IL: 'n19',
  IQ: 'a4n15',
  IR: 'n22',
  IS: 'n22',
  IT: 'a1n10c12',
  JO: 'a4n4c18',
  KM: 'n23',
  KW: 'a4c22',
  KZ: 'n3c13',
  LB: 'n4c20',
  LC: 'a4c24',
  LI: 'n5c12',
  LT: 'n16',
  LU: 'n3c13',
  LV: 'a4c13',
  LY: 'n21',
  MA: 'n24',
  MC: 'n10c11n2',
  MD: 'c20',
  ME: 'n18',
  MG: 'n23',
  MK: 'n3c10n2',
  ML: 'c2n22',
  MN: 'n16',
  MR: 'n23',
  MT: 'a4n5c18',
  MU: 'a4n19a3',
  MZ: 'n21',
  NE: 'a2n22',
  NI: 'a4n20',
  NL: 'a4n10',
  NO: 'n11',
  OM: 'n3c16',
  PK: 'a4c16',
  PL: 'n24',
  PS: 'a4c21',
  PT: 'n21',
  QA: 'a4c21',
  RO: 'a4c16',
  RS: 'n18',
  RU: 'n14c15',
  SA: 'n2c18',
  SC: 'a4n20a3',
  SD: 'n14',
  SE: 'n20',
  SI: 'n15',
  SK: 'n20',
  SM: 'a1n10c12',
  SN: 'a2n22',
  SO: 'n19',
  ST: 'n21',
  SV: 'a4n20',
  TD: 'n23',
  TG: 'a2n22',
  TL: 'n19',
  TN: 'n20',
  TR: 'n6c16',
  UA: 'n6c19',
  VA: 'n18',
  VG: 'a4n16',
  XK: 'n16',
  YE: 'a4n4c18',
};
const KINDS = { n: 1, a: 2, c: 3 } as const;
const MAX_SEPARATOR_LENGTH = 3;

/** Kind of every character that follows country and check digits; undefined for a country without IBANs. */
const SHAPES = new Map(
  Object.entries(STRUCTURES).map(([country, structure]) => [
    country,
    [...structure.matchAll(/([nac])(\d+)/g)].flatMap(([, kind, count]) =>
      new Array<number>(Number(count)).fill(KINDS[kind as keyof typeof KINDS]),
    ),
  ]),
);

/**
 * The IBAN whose check digits begin the group of digits at `digit`, not before `free`: by country structure, length and
 * mod-97 (ISO 13616, ISO 7064). `thorough` also takes mixed case and separators in odd places: for what a model wrote,
 * where a miss costs more than a second look.
 */
export function ibanAround(text: string, digit: number, free: number, thorough: boolean): PiiMatch | undefined {
  const second = previousAlphanumeric(text, digit, free);
  if (second < 0 || !isLetter(text.charCodeAt(second))) return undefined;
  const start = previousAlphanumeric(text, second, free);
  if (start < 0 || !isLetter(text.charCodeAt(start)) || isWordBefore(text, start)) return undefined;
  const country = (text.charAt(start) + text.charAt(second)).toUpperCase();
  const shape = SHAPES.get(country);
  if (!shape) return undefined;
  const fourth = nextAlphanumeric(text, digit);
  if (fourth < 0 || !isDigit(text.charCodeAt(fourth))) return undefined;
  const check = (text.charCodeAt(digit) - 0x30) * 10 + text.charCodeAt(fourth) - 0x30;
  // 00, 01 and 99 never come out of the formula.
  if (check < 2 || check > 98) return undefined;

  let at = fourth;
  let remainder = 0;
  for (const kind of shape) {
    at = nextAlphanumeric(text, at);
    if (at < 0) return undefined;
    const code = text.charCodeAt(at);
    if (isDigit(code) ? kind === KINDS.a : kind === KINDS.n) return undefined;
    remainder = withCharacter(remainder, code);
  }
  if (isDigit(text.charCodeAt(at + 1))) return undefined;
  // Country and check digits are moved behind the account (ISO 7064, mod 97-10).
  remainder = withCharacter(withCharacter(remainder, country.charCodeAt(0)), country.charCodeAt(1));
  if ((remainder * 100 + check) % 97 !== 1) return undefined;
  const end = at + 1;
  const written = text.slice(start, end);
  const key = written.replace(/[^A-Za-z0-9]/g, '');
  if (!thorough && !isWrittenPlainly(written, key)) return undefined;
  return { type: 'IBAN', start, end, key: key.toUpperCase() };
}

/** The remainder by 97 with one more digit, or letter counted from ten. */
function withCharacter(remainder: number, code: number): number {
  return isDigit(code) ? (remainder * 10 + code - 0x30) % 97 : (remainder * 100 + (code & 0x5f) - 0x37) % 97;
}

/** Country and check digits together, or single characters; and one case, save a capital that a telephone put first. */
function isWrittenPlainly(written: string, key: string): boolean {
  const spelt = written.length >= 2 * key.length - 1;
  if (!spelt && !/^[A-Za-z]{2}[^A-Za-z0-9]{0,3}[0-9]{2}/.test(written)) return false;
  const rest = key.slice(1);
  return key === key.toUpperCase() || rest === rest.toLowerCase();
}

/** A letter or digit right before means the middle of a word, unless the word is "IBAN". */
function isWordBefore(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (!isLetter(before) && !isDigit(before)) return false;
  if ((before & 0x5f) !== 0x4e) return true;
  return text.slice(Math.max(0, start - 4), start).toUpperCase() !== 'IBAN';
}

/** Offset of the next letter or digit after at most three separators; -1 when something else comes. */
function nextAlphanumeric(text: string, after: number): number {
  for (let at = after + 1; at <= after + 1 + MAX_SEPARATOR_LENGTH; at++) {
    const code = text.charCodeAt(at);
    if (isDigit(code) || isLetter(code)) return at;
    if (!isSeparator(code)) return -1;
  }
  return -1;
}

/** The same to the left, not before `lowest`. */
function previousAlphanumeric(text: string, before: number, lowest: number): number {
  for (let at = before - 1; at >= lowest && at >= before - 1 - MAX_SEPARATOR_LENGTH; at--) {
    const code = text.charCodeAt(at);
    if (isDigit(code) || isLetter(code)) return at;
    if (!isSeparator(code)) return -1;
  }
  return -1;
}

function isSeparator(code: number): boolean {
  return (
    code === 0x20 ||
    (code >= 0x09 && code <= 0x0d) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x2f ||
    code === 0x5f ||
    code === 0x2c ||
    code === 0x3a ||
    code === 0x7c ||
    code === 0x2a ||
    code === 0x60
  );
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
