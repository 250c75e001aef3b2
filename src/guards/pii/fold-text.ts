/** Text in the form that detectors read, and the way back to offsets of the original. */
export interface FoldedText {
  text: string;
  /** Range of the original that the folded range [start, end) stands for. */
  toOriginal(start: number, end: number): { start: number; end: number };
}

const DECIMAL_DIGIT = /^\p{Nd}$/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const SPACE = /^\p{Zs}$/u;
const DASH = /^\p{Pd}$/u;
const ASCII_ONLY = /^[\x20-\x7e]+$/;
/** Characters that print as nothing or as a blank, though Unicode files them under letters and symbols. */
const BLANKS = new Set([0x115f, 0x1160, 0x2800, 0x3164, 0xffa0]);
const DOTS = new Set([0xb7, 0x2022, 0x2219, 0x3002, 0xff61]);
const NEEDS_FOLDING = /[^\t\n\v\f\r\x20-\x7e]/;
/** Longest ASCII form that a character of the astral planes folds to. */
const LONGEST_FORM = 18;

/** What becomes of a UTF-16 unit. */
const STAYS = 1;
const BECOMES_ANOTHER = 2;
const IS_LOOKED_UP = 3;
/** By unit; 0 is "not met yet". Filled as characters are met: a pure function's memory. */
const verdicts = new Uint8Array(0x10000)
  .fill(STAYS, 0x09, 0x0e)
  .fill(STAYS, 0x20, 0x7f)
  .fill(IS_LOOKED_UP, 0xd800, 0xe000);
const singles = new Uint16Array(0x10000);
const forms = new Map<number, string | undefined>();

/**
 * Folds what a reader sees as the same into ASCII: full-width and styled forms (NFKC), digits of any script, dashes and
 * blanks; drops zero-width, combining and control characters. Everything else stays as it is. Linear time.
 */
export function foldText(original: string): FoldedText {
  if (!NEEDS_FOLDING.test(original)) {
    return { text: original, toOriginal: (start, end) => ({ start, end }) };
  }
  let units = new Uint16Array(original.length + LONGEST_FORM);
  let length = 0;
  // The lists grow at every place where the two texts get out of step; what follows a step stands for single characters
  // in turn, or all for one.
  const foldedAt: number[] = [0];
  const originalAt: number[] = [0];
  const standsForOne: boolean[] = [false];
  const addStep = (position: number, isOne: boolean) => {
    const last = foldedAt[foldedAt.length - 1] === length ? foldedAt.length - 1 : foldedAt.length;
    foldedAt[last] = length;
    originalAt[last] = position;
    standsForOne[last] = isOne;
  };
  for (let position = 0; position < original.length; position++) {
    const unit = original.charCodeAt(position);
    const verdict = verdicts[unit] || judge(unit);
    if (verdict === STAYS) units[length++] = unit;
    else if (verdict === BECOMES_ANOTHER) units[length++] = singles[unit] as number;
    else {
      const code = original.codePointAt(position) as number;
      const width = code > 0xffff ? 2 : 1;
      const form = formOf(code);
      if (form === undefined) {
        for (let index = 0; index < width; index++) units[length++] = original.charCodeAt(position + index);
      } else {
        addStep(position, true);
        if (length + form.length + original.length - position > units.length) {
          const larger = new Uint16Array(units.length * 2 + form.length);
          larger.set(units);
          units = larger;
        }
        for (let index = 0; index < form.length; index++) units[length++] = form.charCodeAt(index);
        addStep(position + width, false);
      }
      position += width - 1;
    }
  }
  return {
    text: stringOf(units.subarray(0, length)),
    toOriginal(start, end) {
      const first = originalOf(start);
      if (end <= start) return { start: first, end: first };
      const last = originalOf(end - 1);
      const width = (original.codePointAt(last) ?? 0) > 0xffff ? 2 : 1;
      return { start: first, end: Math.min(last + width, original.length) };
    },
  };

  function originalOf(offset: number): number {
    let low = 0;
    let high = foldedAt.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((foldedAt[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    const at = originalAt[low] as number;
    return standsForOne[low] ? at : at + offset - (foldedAt[low] as number);
  }
}

/** A decoder costs more to start than a short text to copy. */
const SHORT_TEXT = 2_048;

function stringOf(units: Uint16Array): string {
  if (units.length <= SHORT_TEXT) return String.fromCharCode.apply(null, units as unknown as number[]);
  // A lone surrogate becomes U+FFFD here, of the same length.
  return new TextDecoder('utf-16le', { fatal: false, ignoreBOM: true }).decode(units);
}

/** First meeting with a unit of the Basic Multilingual Plane. */
function judge(unit: number): number {
  const form = formOf(unit);
  let verdict = IS_LOOKED_UP;
  if (form === undefined) verdict = STAYS;
  else if (form.length === 1) {
    verdict = BECOMES_ANOTHER;
    singles[unit] = form.charCodeAt(0);
  }
  verdicts[unit] = verdict;
  return verdict;
}

/** The folded form of a code point; undefined where it stays. */
function formOf(code: number): string | undefined {
  // Emoji and rare ideographs never fold.
  if ((code >= 0x1f200 && code < 0x1fbf0) || (code >= 0x20000 && code < 0xe0000)) return undefined;
  // What is kept stays small, whatever a sender thinks of.
  if (code >= 0xe0000) return computeForm(code);
  if (forms.has(code)) return forms.get(code);
  const form = computeForm(code);
  forms.set(code, form);
  return form;
}

function computeForm(code: number): string | undefined {
  if (code === 0x85 || code === 0x2028 || code === 0x2029) return '\n';
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return '';
  if (code >= 0xd800 && code <= 0xdfff) return undefined;
  if (BLANKS.has(code)) return ' ';
  const character = String.fromCodePoint(code);
  if (SPACE.test(character)) return ' ';
  if (INVISIBLE.test(character)) return '';
  if (DECIMAL_DIGIT.test(character)) return String(digitValue(code));
  if (DASH.test(character) || code === 0x2212) return '-';
  if (DOTS.has(code)) return '.';
  const compatible = character.normalize('NFKC');
  return compatible !== character && ASCII_ONLY.test(compatible) ? compatible : undefined;
}

/** Decimal digits stand in Unicode in runs of ten, from zero to nine. */
function digitValue(code: number): number {
  const compatible = String.fromCodePoint(code).normalize('NFKC');
  if (/^[0-9]$/.test(compatible)) return Number(compatible);
  let zero = code;
  while (code - zero < 9 && DECIMAL_DIGIT.test(String.fromCodePoint(zero - 1))) zero--;
  return (code - zero) % 10;
}
