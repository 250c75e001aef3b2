import { type DigitRun, digitsOf, groupSize, mainKind, SEPARATOR } from './digit-runs.ts';
import { isPrecededBy } from './nearby-words.ts';
import type { PiiMatch } from './pii-match.ts';

const BSN_WORD = /bsn|burgerservice|sofi/i;
const TAX_WORD = /steuer|id-?nr|tax\s?id|\btin\b/i;

/** A French NIR has seven groups and fifteen digits, the most of all. */
const MOST_GROUPS = 7;
const FEWEST_DIGITS = 9;
const MOST_DIGITS = 15;
const NOT_IN_AN_ID = SEPARATOR.comma | SEPARATOR.parenthesis | SEPARATOR.other;

/** Groups in which ids are written. */
const ITIN_GROUPS = [3, 2, 4];
const SWEDISH_GROUPS = [6, 4];
const SWEDISH_GROUPS_WITH_CENTURY = [8, 4];
const CPF_GROUPS = [3, 3, 3, 2];

/** National ids made of digits alone; folded text. */
export function detectNumericIds(text: string, run: DigitRun, matches: PiiMatch[]): void {
  if (run.digits < FEWEST_DIGITS) return;
  const { groups, starts, ends, separators, offsets } = run;
  // Only the run's ends can touch a letter: between its groups there are separators.
  const touchesBefore = isAlphanumeric(text.charCodeAt((starts[0] as number) - 1));
  const touchesAfter = isAlphanumeric(text.charCodeAt(ends[groups - 1] as number));
  for (let first = touchesBefore ? 1 : 0; first < groups; first++) {
    const offset = offsets[first] as number;
    const furthest = Math.min(groups, first + MOST_GROUPS);
    for (let last = first; last < furthest; last++) {
      if (last > first && (separators[last] as number) & NOT_IN_AN_ID) break;
      const count = (offsets[last + 1] as number) - offset;
      if (count > MOST_DIGITS) break;
      if (count < FEWEST_DIGITS || (touchesAfter && last === groups - 1)) continue;
      if (!isNumericId(text, run, first, last, count)) continue;
      const start = starts[first] as number;
      matches.push({ type: 'NATIONAL_ID', start, end: ends[last] as number, key: digitsOf(text, run, first, last) });
      first = last;
      break;
    }
  }
}

function isNumericId(text: string, run: DigitRun, first: number, last: number, count: number): boolean {
  const start = run.starts[first] as number;
  switch (count) {
    case 9: {
      const digits = digitsFrom(run, first, count);
      return (
        (digits[0] === 9 && isSplit(run, first, last, ITIN_GROUPS) && isUsItin(digits)) ||
        (isDutchBsn(digits) && isPrecededBy(text, start, BSN_WORD))
      );
    }
    case 10:
    case 12:
      return (
        mainKind(run.separators[last] as number) === SEPARATOR.dash &&
        (isSplit(run, first, last, SWEDISH_GROUPS) || isSplit(run, first, last, SWEDISH_GROUPS_WITH_CENTURY)) &&
        isSwedishId(digitsFrom(run, first, count))
      );
    case 11: {
      const digits = digitsFrom(run, first, count);
      return (
        isTurkishId(digits) ||
        isGermanTaxId(digits, () => isPrecededBy(text, start, TAX_WORD)) ||
        isPolishPesel(digits) ||
        isBelgianId(digits) ||
        (isSplit(run, first, last, CPF_GROUPS) &&
          mainKind(run.separators[last] as number) === SEPARATOR.dash &&
          isBrazilianCpf(digits))
      );
    }
    case 13:
      return isSwissAhv(digitsFrom(run, first, count));
    case 15:
      return isFrenchNir(digitsOf(text, run, first, last));
    default:
      return false;
  }
}

/** By length: filled anew each time, for new lists would cost more than the checks. */
const DIGITS = Array.from({ length: MOST_DIGITS + 1 }, (_, length) => new Uint8Array(length));

function digitsFrom(run: DigitRun, first: number, count: number): Uint8Array {
  const digits = DIGITS[count] as Uint8Array;
  const offset = run.offsets[first] as number;
  for (let index = 0; index < count; index++) digits[index] = run.values[offset + index] as number;
  return digits;
}

/** Whether the groups from `first` to `last` have these sizes. */
function isSplit(run: DigitRun, first: number, last: number, sizes: readonly number[]): boolean {
  if (sizes.length !== last - first + 1) return false;
  for (let index = 0; index < sizes.length; index++) if (groupSize(run, first + index) !== sizes[index]) return false;
  return true;
}

/** Sticky: each is tried only where its digits could stand. */
const DNI = /[0-9]{8}[- ]?[A-Za-z](?![A-Za-z0-9])/y;
const NIE = /[XYZxyz][- ]?[0-9]{7}[- ]?[A-Za-z](?![A-Za-z0-9])/y;
const NINO = /[A-Za-z]{2}[- ]?[0-9]{2}[- ]?[0-9]{2}[- ]?[0-9]{2}[- ]?[A-Da-d](?![A-Za-z0-9])/y;
const CODICE_FISCALE =
  /[A-Za-z]{3} ?[A-Za-z]{3} ?[0-9L-Vl-v]{2}[A-Za-z][0-9L-Vl-v]{2} ?[A-Za-z][0-9L-Vl-v]{3}[A-Za-z](?![A-Za-z0-9])/y;
/** Corsican departments are 2A and 2B. */
const CORSICAN_NIR =
  /[12][ .-]?[0-9]{2}[ .-]?[0-9]{2}[ .-]?2[ABab][ .-]?[0-9]{3}[ .-]?[0-9]{3}[ .-]?[0-9]{2}(?![A-Za-z0-9])/y;
/** Characters from the beginning of a codice fiscale to its first digit, and of a Corsican NIR to its letter. */
const REACH = 16;

/** The national id with letters in it whose first or telling group of digits is [start, end); folded text. */
export function detectLetteredIds(text: string, start: number, end: number, matches: PiiMatch[]): void {
  const size = end - start;
  const before = text.charCodeAt(start - 1);
  if (size === 8) {
    if (isLetterBehind(text, end)) tryAt(text, start, DNI, isSpanishDni, matches);
  } else if (size === 7) {
    const letter = isAlphanumeric(before) ? start - 1 : start - 2;
    if ((text.charCodeAt(letter) & 0x5f) >= 0x58 && isLetterBehind(text, end))
      tryAt(text, letter, NIE, isSpanishDni, matches);
  } else if (size === 6 || size === 2) {
    const letter = isAlphanumeric(before) ? start - 2 : start - 3;
    if (isAsciiLetter(text.charCodeAt(letter)) && isAsciiLetter(text.charCodeAt(letter + 1)))
      tryAt(text, letter, NINO, isBritishNino, matches);
  }
  if (size <= 5 && isAsciiLetter(text.charCodeAt(end)) && (isAsciiLetter(before) || before === 0x20)) {
    for (let at = start - 6; at >= Math.max(0, start - REACH); at--)
      if (tryAt(text, at, CODICE_FISCALE, isItalianFiscalCode, matches)) break;
  }
  const next = text.charCodeAt(end) & 0x5f;
  if (text.charCodeAt(end - 1) === 0x32 && (next === 0x41 || next === 0x42)) {
    for (let at = end - 1; at >= Math.max(0, end - REACH); at--)
      if (tryAt(text, at, CORSICAN_NIR, isFrenchNir, matches)) break;
  }
}

/** The control letter of a Spanish number, which a blank or a dash may part from it. */
function isLetterBehind(text: string, end: number): boolean {
  const after = text.charCodeAt(end);
  return isAsciiLetter(after === 0x20 || after === 0x2d ? text.charCodeAt(end + 1) : after);
}

function tryAt(
  text: string,
  at: number,
  pattern: RegExp,
  isValid: (key: string) => boolean,
  matches: PiiMatch[],
): boolean {
  if (at < 0 || isAlphanumeric(text.charCodeAt(at - 1))) return false;
  pattern.lastIndex = at;
  if (!pattern.test(text)) return false;
  const end = pattern.lastIndex;
  const key = text
    .slice(at, end)
    .replace(/[^A-Za-z0-9]/g, '')
    .toUpperCase();
  if (!isValid(key)) return false;
  matches.push({ type: 'NATIONAL_ID', start: at, end, key });
  return true;
}

function isAsciiLetter(code: number): boolean {
  const upper = code & 0x5f;
  return code >= 0x41 && code <= 0x7a && upper >= 0x41 && upper <= 0x5a;
}

function numberAt(digits: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let index = start; index < end; index++) value = value * 10 + (digits[index] as number);
  return value;
}

function weightedSum(digits: Uint8Array, weights: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index++) sum += (weights[index] as number) * (digits[index] as number);
  return sum;
}

/** T.C. kimlik no: tenth digit from seven times the odd places less the even ones, eleventh from the sum. */
function isTurkishId(digits: Uint8Array): boolean {
  if (digits[0] === 0) return false;
  const tenth = ((weightedSum(digits, [7, -1, 7, -1, 7, -1, 7, -1, 7]) % 10) + 10) % 10;
  return tenth === digits[9] && weightedSum(digits, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10 === digits[10];
}

/** Steuer-ID: ISO 7064 mod 11,10; one digit twice or three times among the first ten, unless a word vouches for it. */
function isGermanTaxId(digits: Uint8Array, isVouchedFor: () => boolean): boolean {
  if (digits[0] === 0) return false;
  let product = 10;
  for (let index = 0; index < 10; index++) {
    const sum = ((digits[index] as number) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  if ((11 - product) % 10 !== digits[10]) return false;
  const counts = new Array<number>(10).fill(0);
  for (const digit of digits.slice(0, 10)) counts[digit] = (counts[digit] as number) + 1;
  const repeated = counts.filter((count) => count > 1);
  if (repeated.length === 1) return (repeated[0] as number) <= 3;
  return repeated.length === 0 && isVouchedFor();
}

/** PESEL: weights 1 3 7 9, and a date of birth whose month carries the century. */
function isPolishPesel(digits: Uint8Array): boolean {
  if (!isMonthAndDay(numberAt(digits, 2, 4) % 20, numberAt(digits, 4, 6))) return false;
  return (10 - (weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === digits[10];
}

function isMonthAndDay(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/** Rijksregisternummer: 97 less the rest of the first nine digits by 97, with a 2 in front for births since 2000. */
function isBelgianId(digits: Uint8Array): boolean {
  if (!isMonthAndDay(numberAt(digits, 2, 4), numberAt(digits, 4, 6))) return false;
  const number = numberAt(digits, 0, 9);
  const check = numberAt(digits, 9, 11);
  return 97 - (number % 97) === check || 97 - ((2_000_000_000 + number) % 97) === check;
}

/** AHV number: 756 and an EAN-13 check digit. */
function isSwissAhv(digits: Uint8Array): boolean {
  if (numberAt(digits, 0, 3) !== 756) return false;
  return (10 - (weightedSum(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === digits[12];
}

/** NIR: sex, year, month, department (Corsica 2A, 2B), and 97 less the rest by 97. */
function isFrenchNir(key: string): boolean {
  if (!/^[12]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)/.test(key)) return false;
  const corsica = key.includes('A') ? 1_000_000 : key.includes('B') ? 2_000_000 : 0;
  const number = Number(key.slice(0, 13).replace(/[AB]/, '0')) - corsica;
  return 97 - (number % 97) === Number(key.slice(13));
}

/** CPF: two check digits by falling weights, mod 11. */
function isBrazilianCpf(digits: Uint8Array): boolean {
  if (digits.every((digit) => digit === digits[0])) return false;
  const first = ((weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
  const second = ((weightedSum(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
  return first === digits[9] && second === digits[10];
}

/** ITIN, written 9xx-xx-xxxx, with the middle groups that the IRS issues. */
function isUsItin(digits: Uint8Array): boolean {
  const group = numberAt(digits, 3, 5);
  return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group <= 92) || group >= 94;
}

/** BSN: the eleven test. */
function isDutchBsn(digits: Uint8Array): boolean {
  return weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}

/** Personnummer: date and Luhn over the last ten digits. */
function isSwedishId(digits: Uint8Array): boolean {
  const ten = digits.slice(-10);
  if (!isMonthAndDay(numberAt(ten, 2, 4), numberAt(ten, 4, 6) % 60)) return false;
  let sum = 0;
  for (let index = 0; index < 10; index++) {
    const value = (ten[index] as number) * (index % 2 === 0 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** DNI and NIE: letter by the rest of the number by 23; X, Y, Z count as 0, 1, 2. */
function isSpanishDni(key: string): boolean {
  const number = Number(key.slice(0, -1).replace('X', '0').replace('Y', '1').replace('Z', '2'));
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23] === key.at(-1);
}

/** National Insurance number: prefixes that HMRC allocates. */
function isBritishNino(key: string): boolean {
  return /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]/.test(key) && !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(key);
}

const ODD_PLACES = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
/** Codice fiscale: control letter from tabled values of odd places and plain values of even ones, mod 26. */
function isItalianFiscalCode(key: string): boolean {
  if (!'ABCDEHLMPRST'.includes(key.charAt(8))) return false;
  let sum = 0;
  for (let index = 0; index < 15; index++) {
    const code = key.charCodeAt(index);
    const value = code < 0x41 ? code - 0x30 : code - 0x41;
    sum += index % 2 === 0 ? (ODD_PLACES[value] as number) : value;
  }
  return String.fromCharCode(0x41 + (sum % 26)) === key.at(-1);
}

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
