import { lexicon } from './lexicon.ts';
import type { Span } from './segments.ts';

/** Where words stand that long patterns turn on, so that these patterns need not be tried at every character. */
export interface Anchors {
  /** Digits, number words, and articles that count ("an hour ago"). */
  numbers: Span[];
  months: Span[];
  weekdays: Span[];
  relativeDays: Span[];
}

/** Endings that may be glued to a name ("cumaya", "Montags"). */
const LONGEST_ENDING = 6;
const COUNTING_ARTICLES = ['a', 'an', 'un', 'une', 'una', 'bir', 'einem', 'einer'];

function firstWords(words: Iterable<string>): Set<string> {
  return new Set([...words].map((word) => /^[a-z]+/.exec(word)?.[0] ?? ''));
}

interface AnchorWords {
  numbers: Set<string>;
  months: Set<string>;
  weekdays: Set<string>;
  relativeDays: Set<string>;
}

let anchorWords: AnchorWords | undefined;

function buildAnchorWords(): AnchorWords {
  const { numberWords, ordinalWords, scaleWords, months, weekdays, relativeDays } = lexicon();
  return {
    numbers: firstWords([
      ...numberWords.values.keys(),
      ...ordinalWords.values.keys(),
      ...scaleWords.values.keys(),
      ...COUNTING_ARTICLES,
    ]),
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

/** Finds all anchors of a folded text in one pass. */
export function findAnchors(text: string): Anchors {
  anchorWords ??= buildAnchorWords();
  const anchors: Anchors = { numbers: [], months: [], weekdays: [], relativeDays: [] };
  for (const match of text.matchAll(/[a-z]+|\d+/g)) {
    const token = match[0];
    const span = { start: match.index, end: match.index + token.length };
    if (/^\d/.test(token) || anchorWords.numbers.has(token)) anchors.numbers.push(span);
    if (token.length > 40) continue;
    if (beginsWithOne(token, anchorWords.months)) anchors.months.push(span);
    if (beginsWithOne(token, anchorWords.weekdays)) anchors.weekdays.push(span);
    if (beginsWithOne(token, anchorWords.relativeDays)) anchors.relativeDays.push(span);
  }
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
