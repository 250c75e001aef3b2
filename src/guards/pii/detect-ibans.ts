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

/** By country (`countryKey`), the kind of every character that follows it and the check digits. */
const SHAPES = new Map(
  Object.entries(STRUCTURES).map(([country, structure]) => [
    countryKey(country.charCodeAt(0), country.charCodeAt(1)),
    [...structure.matchAll(/([nac])(\d+)/g)].flatMap(([, kind, count]) =>
      new Array<number>(Number(count)).fill(KINDS[kind as keyof typeof KINDS]),
    ),
  ]),
);

/** A number is found sooner than a string made of two characters; case does not count. */
function countryKey(first: number, second: number): number {
  return ((first & 0x1f) << 5) | (second & 0x1f);
}

/**
 * The IBAN whose check digits begin the group of digits at `digit`, not before `free`: by country structure, length and
 * mod-97 (ISO 13616, ISO 7064). `thorough` also takes mixed case and separators in odd places: for what a model wrote,
 * where a miss costs more than a second look.
 */
export function ibanAround(text: string, digit: number, free: number, thorough: boolean): PiiMatch | undefined {
  const second = previousAlphanumeric(text, digit, free);
  if (second < 0) return undefined;
  const secondLetter = text.charCodeAt(second);
  if (!isLetter(secondLetter)) return undefined;
  const start = previousAlphanumeric(text, second, free);
  if (start < 0) return undefined;
  const firstLetter = text.charCodeAt(start);
  if (!isLetter(firstLetter) || isWordBefore(text, start)) return undefined;
  const shape = SHAPES.get(countryKey(firstLetter, secondLetter));
  if (!shape) return undefined;
  const fourth = nextAlphanumeric(text, digit);
  if (fourth < 0 || !isDigit(text.charCodeAt(fourth))) return undefined;
  const check = (text.charCodeAt(digit) - 0x30) * 10 + text.charCodeAt(fourth) - 0x30;
  // 00, 01 and 99 never come out of the formula.
  if (check < 2 || check > 98) return undefined;

  let at = fourth;
  let remainder = 0;
  let account = '';
  let copied = fourth + 1;
  let cases = secondLetter & 0x20 ? HAS_LOWER : HAS_UPPER;
  for (const kind of shape) {
    const next = nextAlphanumeric(text, at);
    if (next < 0) return undefined;
    const code = text.charCodeAt(next);
    const isNumber = code <= 0x39;
    if (isNumber ? kind === KINDS.a : kind === KINDS.n) return undefined;
    if (!isNumber) cases |= code & 0x20 ? HAS_LOWER : HAS_UPPER;
    remainder = withCharacter(remainder, code);
    if (next > at + 1) {
      account += text.slice(copied, at + 1);
      copied = next;
    }
    at = next;
  }
  const end = at + 1;
  if (isDigit(text.charCodeAt(end))) return undefined;
  // Country and check digits are moved behind the account (ISO 7064, mod 97-10).
  remainder = withCharacter(withCharacter(remainder, firstLetter), secondLetter);
  if ((remainder * 100 + check) % 97 !== 1) return undefined;
  if (!thorough) {
    // Country and check digits together, or single characters.
    const isSpelt = end - start >= 2 * (shape.length + 4) - 1;
    if (!isSpelt && (second > start + 1 || fourth > digit + 1)) return undefined;
    // One case, save a capital that a telephone put first.
    if (cases === (HAS_LOWER | HAS_UPPER) || (cases === HAS_UPPER && firstLetter & 0x20)) return undefined;
  }
  account += text.slice(copied, end);
  const key = text.charAt(start) + text.charAt(second) + text.charAt(digit) + text.charAt(fourth) + account;
  return { type: 'IBAN', start, end, key: key.toUpperCase() };
}

/** Cases of the letters behind the first. */
const HAS_LOWER = 1;
const HAS_UPPER = 2;

/** The remainder by 97 with one more digit, or letter counted from ten. */
function withCharacter(remainder: number, code: number): number {
  return code <= 0x39 ? (remainder * 10 + code - 0x30) % 97 : (remainder * 100 + (code & 0x5f) - 0x37) % 97;
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
    const role = roleOf(text.charCodeAt(at));
    if (role === ALPHANUMERIC) return at;
    if (role !== SEPARATES) return -1;
  }
  return -1;
}

/** The same to the left, not before `lowest`. */
function previousAlphanumeric(text: string, before: number, lowest: number): number {
  for (let at = before - 1; at >= lowest && at >= before - 1 - MAX_SEPARATOR_LENGTH; at--) {
    const role = roleOf(text.charCodeAt(at));
    if (role === ALPHANUMERIC) return at;
    if (role !== SEPARATES) return -1;
  }
  return -1;
}

const ALPHANUMERIC = 1;
const SEPARATES = 2;
const ROLES = Uint8Array.from({ length: 128 }, (_, code) => {
  if (isDigit(code) || isLetter(code)) return ALPHANUMERIC;
  return '\t\n\v\f\r -./_,:|*`'.includes(String.fromCharCode(code)) ? SEPARATES : 0;
});

function roleOf(code: number): number {
  return code < 128 ? (ROLES[code] as number) : 0;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
