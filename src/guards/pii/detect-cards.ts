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
  sumDigits(run);
  for (let first = 0; first < run.groups; first++) {
    const last = longestCardFrom(text, run, first);
    if (last < 0) continue;
    const start = run.starts[first] as number;
    const end = run.ends[last] as number;
    matches.push({ type: 'CARD', start, end, key: digitsOf(text, run, first, last) });
    first = last;
  }
}

/** Luhn sums (mod 10) of the first n digits of the run, with those at even or at odd places doubled. Lists are reused. */
let evenDoubled = new Uint8Array(256);
let oddDoubled = new Uint8Array(256);

function sumDigits(run: DigitRun): void {
  if (evenDoubled.length <= run.digits) {
    evenDoubled = new Uint8Array(run.digits * 2);
    oddDoubled = new Uint8Array(run.digits * 2);
  }
  const { values, digits } = run;
  let even = 0;
  let odd = 0;
  for (let index = 0; index < digits; index++) {
    const digit = values[index] as number;
    const doubled = digit > 4 ? digit * 2 - 9 : digit * 2;
    const isEven = (index & 1) === 0;
    even += isEven ? doubled : digit;
    odd += isEven ? digit : doubled;
    if (even > 9) even -= 10;
    if (odd > 9) odd -= 10;
    evenDoubled[index + 1] = even;
    oddDoubled[index + 1] = odd;
  }
}

/** Last group of the longest card that begins with group `first`; -1 without one. */
function longestCardFrom(text: string, run: DigitRun, first: number): number {
  const { groups, offsets, values } = run;
  const offset = offsets[first] as number;
  if (offset + SHORTEST_CARD > run.digits) return -1;
  const prefix =
    (values[offset] as number) * 1000 +
    (values[offset + 1] as number) * 100 +
    (values[offset + 2] as number) * 10 +
    (values[offset + 3] as number);
  if (!mayBeginCard(prefix)) return -1;
  let after = first + 1;
  while (after < groups && (offsets[after + 1] as number) <= offset + LONGEST_CARD) after++;
  for (let last = after - 1; last >= first; last--) {
    const stop = offsets[last + 1] as number;
    const count = stop - offset;
    if (count < SHORTEST_CARD) break;
    // The last digit is never doubled, the one before it is.
    const sums = stop % 2 === 1 ? oddDoubled : evenDoubled;
    if (count > LONGEST_CARD || sums[stop] !== sums[offset]) continue;
    const brand = brandOf(prefix, count);
    if (brand === 'none') continue;
    const start = run.starts[first] as number;
    const end = run.ends[last] as number;
    if (!isCardGrouping(run, first, last) || !standsFree(text, start, end, count)) continue;
    if (brand === 'doubtful' && !isNear(text, start, end, CARD_WORD)) continue;
    if (count === SHORTEST_CARD && isPrecededBy(text, start, IDENTIFIER_WORD)) continue;
    return last;
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
