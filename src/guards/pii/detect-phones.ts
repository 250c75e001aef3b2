import { type DigitRun, digitsOf, groupSize, SEPARATOR } from './digit-runs.ts';
import { isNear, isPrecededBy } from './nearby-words.ts';
import type { PiiMatch } from './pii-match.ts';

const FEWEST_DIGITS = 7;
/** ITU-T E.164. */
const MOST_DIGITS = 15;
const MOST_GROUPS = 8;
const PHONE_WORD =
  /phone|\btel\b|telef|t[eé]l\b|t[eé]l[eé]ph|mobil|\bm[oó]vil|cell|whats\s?app|\bfax|\bgsm|\bcep\b|handy|rufnummer|\bcall|\banswer|\boffice\b|\barar?\b|appel|llam/i;
const IDENTIFIER_WORD =
  /order|track|parcel|shipment|item|product|purchase|account|invoice|bill|reference|\bid\b|sipari|takip|kargo|fatura|bestell|sendung|auftrag|rechnung|commande|suivi|colis|facture|pedido|seguimiento|factura|#\s?$/i;
const NOT_IN_A_PHONE_NUMBER = SEPARATOR.newline | SEPARATOR.comma | SEPARATOR.other;
const IN_A_DATE = SEPARATOR.dot | SEPARATOR.slash | SEPARATOR.dash;

/**
 * Telephone numbers: international (+ or 00), North American, with a trunk zero; other digits only beside a word about
 * telephones, so that order and tracking numbers stay.
 */
export function detectPhones(text: string, run: DigitRun, matches: PiiMatch[]): void {
  if (run.digits < FEWEST_DIGITS) return;
  const groups = run.groups;
  let first = 0;
  while (first < groups) {
    const last = lastGroupOfPhone(text, run, first);
    if (last < 0) {
      first++;
      continue;
    }
    let start = run.starts[first] as number;
    const end = run.ends[last] as number;
    const key = digitsOf(text, run, first, last);
    while (text.charCodeAt(start - 1) === 0x2b || text.charCodeAt(start - 1) === 0x28) start--;
    matches.push({ type: 'PHONE', start, end, key });
    first = last + 1;
  }
}

/** Last group of the telephone number that begins with group `first`; -1 when there is none. */
function lastGroupOfPhone(text: string, run: DigitRun, first: number): number {
  const start = run.starts[first] as number;
  const before = text.charCodeAt(start - 1);
  if (isLetterCode(before) || before === 0x23 || before === 0x5f) return -1;
  // A number has no other digits beside it on its line.
  const startsLine = first === 0 || ((run.separators[first] as number) & NOT_IN_A_PHONE_NUMBER) !== 0;
  const isMarked = before === 0x2b || before === 0x28;
  if (!startsLine && !isMarked) return -1;
  let last = first;
  let digits = groupSize(run, first);
  let isCutShort = false;
  while (last + 1 < run.groups) {
    if ((run.separators[last + 1] as number) & NOT_IN_A_PHONE_NUMBER) break;
    if (digits + groupSize(run, last + 1) > MOST_DIGITS || last - first >= MOST_GROUPS) {
      isCutShort = true;
      break;
    }
    last++;
    digits += groupSize(run, last);
  }
  if (digits < FEWEST_DIGITS || digits > MOST_DIGITS || isLetterCode(text.charCodeAt(run.ends[last] as number)))
    return -1;
  if (isCutShort && before !== 0x2b) return -1;
  return isPhone(text, run, first, last, digits) ? last : -1;
}

function isPhone(text: string, run: DigitRun, first: number, last: number, digits: number): boolean {
  const start = run.starts[first] as number;
  const end = run.ends[last] as number;
  const before = text.charCodeAt(start - 1);
  if (before === 0x2b || (before === 0x28 && text.charCodeAt(start - 2) === 0x2b)) return true;
  const written = text.slice(start, end);
  if (last > first + 1 && (run.separators[first + 1] as number) & IN_A_DATE && isDate(written)) return false;
  const groups = last - first + 1;
  if (
    digits >= 10 &&
    written.startsWith('00') &&
    /^00[ ().-]{0,3}[1-9]/.test(written) &&
    (groups > 1 || digits >= 12)
  ) {
    return !isPrecededBy(text, start, IDENTIFIER_WORD);
  }
  if (before === 0x28 && groups > 1 && digits <= 12) return true;
  const isNorthAmerican =
    (groups === 3 || (groups === 4 && groupSize(run, first) === 1)) &&
    groupSize(run, last) === 4 &&
    groupSize(run, last - 1) === 3 &&
    groupSize(run, last - 2) === 3;
  const hasTrunkZero =
    written.startsWith('0') &&
    !written.startsWith('00') &&
    (groups === 1 ? digits === 10 || digits === 11 : digits >= 9 && digits <= 12);
  if (digits > 13 || isPrecededBy(text, start, IDENTIFIER_WORD)) return false;
  if (isNorthAmerican || hasTrunkZero) return true;
  return groups > 1 ? isNear(text, start, end, PHONE_WORD) : isPrecededBy(text, start, PHONE_WORD);
}

/** "24.12.2026", "2026-12-24", "1/5/26"; not "01.84.17.61.18" and not "28-64-66-98". */
function isDate(written: string): boolean {
  const match = /^(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?![\d./-])/.exec(written);
  if (!match) return false;
  const parts = [Number(match[1]), Number(match[3]), Number(match[4])];
  return (
    parts.some((part) => part >= 1 && part <= 12) && parts.every((part) => part <= 31 || part >= 1900 || part < 100)
  );
}

function isLetterCode(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
