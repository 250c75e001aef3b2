import { lexicon } from './lexicon.ts';
import type { GroundingLocale } from './locale.ts';
import type { Span } from './segments.ts';

/** Where words stand that long patterns turn on, so that these patterns need not be tried at every character. */
export interface Anchors {
  /** Digits, number words, and articles that count ("an hour ago"). */
  numbers: Span[];
  months: Span[];
  weekdays: Span[];
  relativeDays: Span[];
  /** The text with each run of number words ("twenty-five") replaced, sign for sign, by `NUMBER_WORD` signs. */
  masked: string;
}

/** Stands for a number word in a masked text: patterns over hundreds of such words would take a second to compile. */
export const NUMBER_WORD = '\uE000';
/** Of a number in words, in characters. */
const LONGEST_NUMBER = 80;
/** Endings that may be glued to a name ("cumaya", "Montags"). */
const LONGEST_ENDING = 6;
const COUNTING_ARTICLES = ['a', 'an', 'un', 'une', 'una', 'bir', 'einem', 'einer'];

function firstWords(words: Iterable<string>): Set<string> {
  return new Set([...words].map((word) => /^[a-z]+/.exec(word)?.[0] ?? ''));
}

/**
 * Whether two neighbouring number words make one number: "twenty-five", "two hundred", "hundred and five",
 * "treinta y cinco", "quatre-vingt"; "two three" and "two and three" are two.
 */
function makeOneNumber(left: string, joint: string, right: string): boolean {
  const { numberWords, ordinalWords, scaleWords } = lexicon();
  if (!/^(?:[ -]| and | y | et |-et-)$/.test(joint)) return false;
  if (scaleWords.values.has(right)) return joint.length === 1;
  if (scaleWords.values.has(left)) return joint !== '-et-';
  const [first, second] = [
    numberWords.values.get(left) ?? 0,
    numberWords.values.get(right) ?? ordinalWords.values.get(right) ?? 0,
  ];
  if (joint === ' and ') return false;
  const units = joint.includes('-') && [20, 60, 80].includes(first) ? 20 : 10;
  if (first === 4 && second === 20) return joint === '-';
  if (second <= 0) return false;
  return first >= 100 ? first % 100 === 0 && second < 100 : first >= 20 && first % 10 === 0 && second < units;
}

interface AnchorWords {
  numbers: Set<string>;
  articles: Set<string>;
  months: Set<string>;
  weekdays: Set<string>;
  relativeDays: Set<string>;
}

let anchorWords: AnchorWords | undefined;

function buildAnchorWords(): AnchorWords {
  const { numberWords, ordinalWords, scaleWords, months, weekdays, relativeDays } = lexicon();
  return {
    numbers: firstWords([...numberWords.values.keys(), ...ordinalWords.values.keys(), ...scaleWords.values.keys()]),
    articles: new Set(COUNTING_ARTICLES),
    months: firstWords(months.values.keys()),
    weekdays: firstWords(weekdays.values.keys()),
    relativeDays: firstWords(relativeDays.values.keys()),
  };
}

function beginsWithOne(token: string, names: ReadonlySet<string>): boolean {
  for (let length = token.length; length >= Math.max(2, token.length - LONGEST_ENDING); length -= 1) {
    if (names.has(token.slice(0, length))) return true;
  }
  return false;
}

/** Finds all anchors of a folded text in one pass; words that mean something else in the locale's language are none. */
export function findAnchors(text: string, locale: GroundingLocale): Anchors {
  anchorWords ??= buildAnchorWords();
  const anchors: Anchors = { numbers: [], months: [], weekdays: [], relativeDays: [], masked: '' };
  const ambiguous = lexicon().ambiguousWords;
  const months = lexicon().months.values;
  const runs: Span[] = [];
  let previous = '';
  for (const match of text.matchAll(/[a-z]+|\d+/g)) {
    const token = match[0];
    const span = { start: match.index, end: match.index + token.length };
    // "sept" beside a digit is September, and seven in French anywhere else.
    const isMonth =
      months.has(token) &&
      (/\d\.? $/.test(text.slice(Math.max(0, span.start - 3), span.start)) ||
        /^\.? ?\d/.test(text.slice(span.end, span.end + 3)));
    const isWord = anchorWords.numbers.has(token) && ambiguous.get(token)?.has(locale.language) !== false && !isMonth;
    if (/^\d/.test(token) || isWord || anchorWords.articles.has(token)) anchors.numbers.push(span);
    if (isWord) {
      const last = runs[runs.length - 1];
      if (
        last !== undefined &&
        span.start - last.end <= 5 &&
        span.end - last.start <= LONGEST_NUMBER &&
        makeOneNumber(previous, text.slice(last.end, span.start), token)
      )
        last.end = span.end;
      else runs.push({ ...span });
      previous = token;
    }
    if (token.length > 40) continue;
    if (beginsWithOne(token, anchorWords.months)) anchors.months.push(span);
    if (beginsWithOne(token, anchorWords.weekdays)) anchors.weekdays.push(span);
    if (beginsWithOne(token, anchorWords.relativeDays)) anchors.relativeDays.push(span);
  }
  let at = 0;
  const parts: string[] = [];
  for (const run of runs) {
    parts.push(text.slice(at, run.start), NUMBER_WORD.repeat(run.end - run.start));
    at = run.end;
  }
  anchors.masked = runs.length === 0 ? text : parts.join('') + text.slice(at);
  return anchors;
}

/**
 * Matches of a global pattern inside windows of `before` and `after` characters around the anchors, in text order.
 * `index` of each is its offset in the whole text.
 */
export function matchesAround(
  text: string,
  pattern: RegExp,
  anchors: readonly Span[],
  before: number,
  after: number,
): RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  for (let next = 0; next < anchors.length; ) {
    const from = Math.max(0, (anchors[next]?.start ?? 0) - before);
    let to = (anchors[next]?.end ?? 0) + after;
    for (next += 1; next < anchors.length && (anchors[next]?.start ?? 0) - before <= to; next += 1)
      to = (anchors[next]?.end ?? 0) + after;
    for (const match of text.slice(from, to).matchAll(pattern)) {
      match.index += from;
      found.push(match);
    }
  }
  return found;
}

/**
 * The same over the masked text, for patterns (with the flag "d") that hold `NUMBER_WORD`; groups of the matches hold
 * the words again.
 */
export function numberMatchesAround(
  text: string,
  { masked }: Anchors,
  pattern: RegExp,
  anchors: readonly Span[],
  before: number,
  after: number,
): RegExpExecArray[] {
  const matches = matchesAround(masked, pattern, anchors, before, after);
  for (const match of matches) {
    if (!match[0].includes(NUMBER_WORD)) continue;
    const from = match.index - (match.indices?.[0]?.[0] ?? 0);
    match.forEach((group, position) => {
      const at = match.indices?.[position];
      if (at !== undefined && group?.includes(NUMBER_WORD)) match[position] = text.slice(from + at[0], from + at[1]);
    });
  }
  return matches;
}
