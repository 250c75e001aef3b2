/** Kinds of separators, as bits. */
export const SEPARATOR = {
  blank: 1,
  newline: 2,
  dash: 4,
  dot: 8,
  comma: 16,
  slash: 32,
  parenthesis: 64,
  other: 128,
} as const;

/**
 * Groups of digits with nothing but separators between them: `4111 1111-1111` is three groups.
 * `separators[i]` holds the kinds that stand between group i-1 and group i.
 */
export interface DigitRun {
  /** How many groups; the lists may be longer, with what stood there before. */
  groups: number;
  starts: Int32Array;
  ends: Int32Array;
  separators: Int32Array;
  /** Digits in the groups before each, and last those in all. */
  offsets: Int32Array;
  /** The digits of all groups in turn, as numbers. */
  values: Uint8Array;
  /** How many digits all groups have together. */
  digits: number;
  /** Digits in the largest group. */
  largest: number;
}

const MAX_SEPARATOR_LENGTH = 4;

const SEPARATOR_KINDS = new Uint8Array(128);
for (const [characters, kind] of [
  [' \t', SEPARATOR.blank],
  ['\n\v\f\r', SEPARATOR.newline],
  ['-', SEPARATOR.dash],
  ['.', SEPARATOR.dot],
  [',;', SEPARATOR.comma],
  ['/\\', SEPARATOR.slash],
  ['()', SEPARATOR.parenthesis],
  ['\'"*:_`|~[]>+', SEPARATOR.other],
] as const) {
  for (const character of characters) SEPARATOR_KINDS[character.charCodeAt(0)] = kind;
}

function separatorKind(code: number): number {
  return code < 128 ? (SEPARATOR_KINDS[code] as number) : 0;
}

export function isDigitCode(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** The one run that is handed out, for new lists would cost more than reading the text. */
const RUN: DigitRun = { groups: 0, digits: 0, largest: 0, values: new Uint8Array(256), ...emptyLists(64) };

function growRun(): void {
  const lists = emptyLists(RUN.starts.length * 2);
  lists.starts.set(RUN.starts);
  lists.ends.set(RUN.ends);
  lists.separators.set(RUN.separators);
  lists.offsets.set(RUN.offsets);
  Object.assign(RUN, lists);
}

function growValues(): void {
  const values = new Uint8Array(RUN.values.length * 2);
  values.set(RUN.values);
  RUN.values = values;
}

const DIGIT = /[0-9]/g;
/** So far a loop is quicker than starting the regular expression that skips the rest of a sentence. */
const SHORT_SKIP = 16;

function nextDigit(text: string, from: number): number {
  const near = Math.min(text.length, from + SHORT_SKIP);
  for (let at = from; at < near; at++) if (isDigitCode(text.charCodeAt(at))) return at;
  if (near === text.length) return near;
  DIGIT.lastIndex = near;
  return DIGIT.test(text) ? DIGIT.lastIndex - 1 : text.length;
}

/**
 * Calls `visitGroup` with every group of digits, and `visit` with every run of at least `minimumDigits` digits, left to
 * right. Folded text; linear time. The run is the same object each time, in all texts: nothing of it may be kept, and no
 * visitor may read another text for runs.
 */
export function forEachDigitRun(
  text: string,
  minimumDigits: number,
  visit: (run: DigitRun) => void,
  visitGroup?: (start: number, end: number) => void,
): void {
  const length = text.length;
  const run = RUN;
  for (let position = nextDigit(text, 0); position < length; position = nextDigit(text, position)) {
    let groups = 0;
    let digits = 0;
    let largest = 0;
    let kinds = 0;
    while (true) {
      const start = position;
      for (; position < length; position++) {
        const digit = text.charCodeAt(position) - 0x30;
        if (digit < 0 || digit > 9) break;
        if (digits === run.values.length) growValues();
        run.values[digits++] = digit;
      }
      if (groups === run.starts.length) growRun();
      run.starts[groups] = start;
      run.ends[groups] = position;
      run.separators[groups] = kinds;
      run.offsets[++groups] = digits;
      if (position - start > largest) largest = position - start;
      if (visitGroup !== undefined) visitGroup(start, position);
      kinds = 0;
      const furthest = Math.min(length, position + MAX_SEPARATOR_LENGTH + 1);
      let after = position;
      let code = 0;
      for (; after < furthest; after++) {
        code = text.charCodeAt(after);
        const kind = separatorKind(code);
        if (kind === 0) break;
        kinds |= kind;
      }
      if (kinds === 0 || after === furthest || !isDigitCode(code)) break;
      position = after;
    }
    if (digits < minimumDigits) continue;
    run.groups = groups;
    run.digits = digits;
    run.largest = largest;
    visit(run);
  }
}

function emptyLists(size: number) {
  return {
    starts: new Int32Array(size),
    ends: new Int32Array(size),
    separators: new Int32Array(size),
    offsets: new Int32Array(size + 1),
  };
}

/** How many digits the group has. */
export function groupSize(run: DigitRun, group: number): number {
  return (run.ends[group] as number) - (run.starts[group] as number);
}

/** The kind of separator that counts to a reader: a blank or line break beside another one does not. */
export function mainKind(kinds: number): number {
  return kinds & ~(SEPARATOR.blank | SEPARATOR.newline) || SEPARATOR.blank;
}

/** The digits of the groups from `first` to `last` without what stands between them. */
export function digitsOf(text: string, run: DigitRun, first: number, last: number): string {
  let digits = '';
  for (let group = first; group <= last; group++) digits += text.slice(run.starts[group], run.ends[group]);
  return digits;
}
