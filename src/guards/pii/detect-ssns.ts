import { type DigitRun, digitsOf, groupSize, mainKind, SEPARATOR } from './digit-runs.ts';
import { isPrecededBy } from './nearby-words.ts';
import type { PiiMatch } from './pii-match.ts';

const SSN_WORD =
  /ssn|s\.s\.n|social\s{0,3}-?sec|soc\.?\s{0,3}sec|sosyal\s{0,3}g[uü]venlik|seguridad\s{0,3}social|s[eé]curit[eé]\s{0,3}sociale|sozialversicherung/i;
/** Printed on sample cards and in advertisements, never anybody's (Social Security Administration). */
const NEVER_ISSUED = new Set(['078051120', '219099999', '457555462']);

/**
 * US social security numbers: 3-2-4 digits within the ranges that the SSA issues. In another grouping, or without any,
 * nine digits are one only beside a word that says so, or when numbers are all there is in a mail; a field of a record
 * (`isField`) holds bare numbers of every kind.
 */
export function detectSsns(text: string, run: DigitRun, matches: PiiMatch[], isField: boolean): void {
  if (run.digits < 9) return;
  // Behind the first group only 3-2-4 and the like are looked for.
  const groups = run.largest < 3 ? 1 : run.groups;
  for (let first = 0; first < groups; first++) {
    const last = lastGroupOfSsn(text, run, first, isField);
    if (last < 0) continue;
    const start = run.starts[first] as number;
    const end = run.ends[last] as number;
    const digits = digitsOf(text, run, first, last);
    if (!isIssuable(digits)) continue;
    matches.push({ type: 'SSN', start, end, key: digits });
    first = last;
  }
}

/** Last of the groups, from `first` on, that make nine digits grouped as an SSN; -1 when they do not. */
function lastGroupOfSsn(text: string, run: DigitRun, first: number, isField: boolean): number {
  const groups = run.groups;
  const start = run.starts[first] as number;
  const size = groupSize(run, first);
  if (first > 0 && size !== 3 && size !== 5) return -1;
  if (text.charCodeAt(start - 1) === 0x2b) return -1;
  const second = first + 1 < groups ? groupSize(run, first + 1) : 0;
  const kind = first + 1 < groups ? mainKind(run.separators[first + 1] as number) : 0;
  if (size === 3 && second === 2 && first + 2 < groups && groupSize(run, first + 2) === 4) {
    const next = mainKind(run.separators[first + 2] as number);
    if (kind !== next || kind === SEPARATOR.comma || kind === SEPARATOR.parenthesis) return -1;
    // "1-078-05-1123" and "078-05-1123-9" are longer numbers of another kind.
    const before = first > 0 ? mainKind(run.separators[first] as number) : 0;
    const after = first + 3 < groups ? mainKind(run.separators[first + 3] as number) : 0;
    return kind === SEPARATOR.blank || (before !== kind && after !== kind) ? first + 2 : -1;
  }
  // "78263-1234" is a postcode in most texts, and "100-123456" an order number.
  if (((size === 3 && second === 6) || (size === 5 && second === 4)) && kind === SEPARATOR.dash) {
    return (!isField && isBareValue(text)) || isPrecededBy(text, start, SSN_WORD) ? first + 1 : -1;
  }
  // In any other grouping a word must say so, right before the whole run.
  if (first > 0) return -1;
  let digits = 0;
  let last = -1;
  for (let group = 0; group < groups && digits < 9; group++) {
    digits += groupSize(run, group);
    if (digits === 9) last = group;
  }
  if (last < 0) return -1;
  const alone = !isField && run.groups === 1 && isBareValue(text);
  return alone || isPrecededBy(text, start, SSN_WORD) ? last : -1;
}

/** Whether the text is no sentence but numbers alone, as a form field is. */
function isBareValue(text: string): boolean {
  return text.length <= 40 && !/[^\s\d"'.-]/.test(text);
}

function isIssuable(digits: string): boolean {
  const area = digits.slice(0, 3);
  if (area === '000' || area === '666' || area.startsWith('9')) return false;
  return digits.slice(3, 5) !== '00' && digits.slice(5) !== '0000' && !NEVER_ISSUED.has(digits);
}
