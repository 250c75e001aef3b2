import { type DigitRun, digitsOf, groupSize, mainKind, SEPARATOR } from './digit-runs.ts';
import { isNear, isPrecededBy } from './nearby-words.ts';
import type { PiiMatch } from './pii-match.ts';

const SHORTEST_CARD = 12;
const LONGEST_CARD = 19;
const CARD_WORD = /card|kart|karte|carte|tarjeta|visa|maestro|master|debit|credit|kredi|cvv|cvc/i;
const IDENTIFIER_WORD =
  /order|track|parcel|shipment|awb|reference|sipari|takip|kargo|g[oö]nderi|bestell|sendung|auftrag|commande|suivi|colis|pedido|seguimiento|env[ií]o/i;

const MAESTRO = new Set([5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763]);

/**
 * Card numbers by brand prefix, length and Luhn (ISO/IEC 7812), in any grouping that people use. Twelve digits are a
 * Maestro card or, far more often, a tracking number: there the narrow prefixes or a word nearby decide.
 */
export function detectCards(text: string, run: DigitRun, matches: PiiMatch[]): void {
  if (run.digits < SHORTEST_CARD) return;
  const digits = readDigits(text, run);
  let offset = 0;
  for (let first = 0; first < run.groups; first++) {
    const last = longestCardFrom(text, run, digits, first, offset);
    offset += groupSize(run, first);
    if (last < 0) continue;
    const start = run.starts[first] as number;
    const end = run.ends[last] as number;
    matches.push({ type: 'CARD', start, end, key: digitsOf(text.slice(start, end)) });
    for (; first < last; first++) offset += groupSize(run, first + 1);
  }
}

/** The digits of a run without what stands between them. */
interface RunDigits {
  values: Uint8Array;
  /** Luhn sums (mod 10) of the first n digits, with the digits at even or at odd places doubled. */
  evenDoubled: Uint8Array;
  oddDoubled: Uint8Array;
  /** Group that ends after n digits, counted from 1; 0 when none does. */
  groupEnding: Int32Array;
}

function readDigits(text: string, run: DigitRun): RunDigits {
  if (scratch.values.length < run.digits) scratch = emptyDigits(run.digits * 2);
  const { values, evenDoubled, oddDoubled, groupEnding } = scratch;
  groupEnding.fill(0, 0, run.digits + 1);
  let index = 0;
  let even = 0;
  let odd = 0;
  for (let group = 0; group < run.groups; group++) {
    const end = run.ends[group] as number;
    for (let at = run.starts[group] as number; at < end; at++) {
      const digit = text.charCodeAt(at) - 0x30;
      const doubled = digit > 4 ? digit * 2 - 9 : digit * 2;
      const isEven = (index & 1) === 0;
      even += isEven ? doubled : digit;
      odd += isEven ? digit : doubled;
      if (even > 9) even -= 10;
      if (odd > 9) odd -= 10;
      values[index++] = digit;
      evenDoubled[index] = even;
      oddDoubled[index] = odd;
    }
    groupEnding[index] = group + 1;
  }
  return scratch;
}

/** Reused: new lists would cost more than filling them. */
let scratch = emptyDigits(256);

function emptyDigits(size: number): RunDigits {
  return {
    values: new Uint8Array(size),
    evenDoubled: new Uint8Array(size + 1),
    oddDoubled: new Uint8Array(size + 1),
    groupEnding: new Int32Array(size + 1),
  };
}

/** Last group of the longest card that begins with group `first`, whose digits begin at `offset`; -1 without one. */
function longestCardFrom(text: string, run: DigitRun, digits: RunDigits, first: number, offset: number): number {
  if (offset + SHORTEST_CARD > run.digits) return -1;
  const { values } = digits;
  const prefix =
    (values[offset] as number) * 1000 +
    (values[offset + 1] as number) * 100 +
    (values[offset + 2] as number) * 10 +
    (values[offset + 3] as number);
  if (!mayBeginCard(prefix)) return -1;
  for (let count = Math.min(LONGEST_CARD, run.digits - offset); count >= SHORTEST_CARD; count--) {
    const stop = offset + count;
    const group = (digits.groupEnding[stop] as number) - 1;
    if (group < 0) continue;
    // The last digit is never doubled, the one before it is.
    const sums = stop % 2 === 1 ? digits.oddDoubled : digits.evenDoubled;
    if (sums[stop] !== sums[offset]) continue;
    const brand = brandOf(prefix, count);
    if (brand === 'none') continue;
    const start = run.starts[first] as number;
    const end = run.ends[group] as number;
    if (!isCardGrouping(run, first, group) || !standsFree(text, start, end, count)) continue;
    if (brand === 'doubtful' && !isNear(text, start, end, CARD_WORD)) continue;
    if (count === SHORTEST_CARD && isPrecededBy(text, start, IDENTIFIER_WORD)) continue;
    return group;
  }
  return -1;
}

function mayBeginCard(prefix: number): boolean {
  return (prefix >= 1800 && prefix < 7000) || prefix === 604 || (prefix >= 8100 && prefix < 8172) || prefix >= 9000;
}

/** Issuer ranges as the card schemes publish them; `doubtful` ones need a word about cards nearby. */
function brandOf(prefix: number, digits: number): 'sure' | 'doubtful' | 'none' {
  const two = Math.floor(prefix / 100);
  const one = Math.floor(prefix / 1000);
  if (one === 4) return digits === 13 || digits === 16 || digits === 18 || digits === 19 ? 'sure' : 'none';
  if (two >= 51 && two <= 55) return digits === 16 ? 'sure' : 'none';
  if (prefix >= 2221 && prefix <= 2720) return digits === 16 ? 'sure' : 'none';
  if (two === 34 || two === 37) return digits === 15 ? 'sure' : 'none';
  if (two === 36 || two === 38 || two === 39 || (prefix >= 3000 && prefix <= 3059) || prefix === 3095) {
    return digits === 14 || digits === 16 || digits === 19 ? 'sure' : 'none';
  }
  if (two === 35) return digits >= 16 ? 'sure' : 'none';
  if (prefix === 1800 || prefix === 2131) return digits === 15 ? 'sure' : 'none';
  // Mir and Troy.
  if ((prefix >= 2200 && prefix <= 2204) || prefix === 9792) return digits === 16 ? 'sure' : 'none';
  // Discover, UnionPay, RuPay and Maestro share the range of six.
  if (one === 6 || two === 50 || (two >= 56 && two <= 58) || prefix === 604) {
    if (digits >= 16) return 'sure';
    return MAESTRO.has(prefix) ? 'sure' : 'doubtful';
  }
  if (prefix >= 8100 && prefix < 8172) return digits >= 16 ? 'doubtful' : 'none';
  return 'none';
}

/** Whether the digits are grouped as somebody writes one number, and not as a list of amounts, dates or sizes. */
function isCardGrouping(run: DigitRun, first: number, last: number): boolean {
  if (first === last) return true;
  // A line break may fall inside a group, so groups are looked at with and without it.
  return isOneNumber(run, first, last, false) || isOneNumber(run, first, last, true);
}

function isOneNumber(run: DigitRun, first: number, last: number, joinLines: boolean): boolean {
  let groups = 1;
  let size = groupSize(run, first);
  let smallest = LONGEST_CARD;
  let largest = 0;
  let kind = 0;
  let mixed = false;
  for (let group = first + 1; group <= last; group++) {
    const kinds = run.separators[group] as number;
    if (joinLines && kinds & SEPARATOR.newline) {
      size += groupSize(run, group);
      continue;
    }
    const main = mainKind(kinds);
    if (kind !== 0 && main !== kind) mixed = true;
    kind |= main;
    smallest = Math.min(smallest, size);
    largest = Math.max(largest, size);
    size = groupSize(run, group);
    groups++;
  }
  if (groups === 1) return true;
  // From here on: smallest and largest of all groups but the last, whose size is in `size`.
  if (smallest >= 4) return true;
  if (kind & SEPARATOR.comma) return false;
  if (smallest === 3) return true;
  if (mixed) return false;
  return (smallest === largest && size <= smallest) || groups === 2 || kind === SEPARATOR.dash;
}

/** Letters may touch a long number ("card4111…"); a short one inside a word is part of an identifier. */
function standsFree(text: string, start: number, end: number, digits: number): boolean {
  if (digits >= 15) return true;
  return !isLetter(text.charCodeAt(start - 1)) && !isLetter(text.charCodeAt(end));
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
