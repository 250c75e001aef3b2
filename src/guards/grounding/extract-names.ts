import type { Candidate } from './candidates.ts';
import { lexicon } from './lexicon.ts';
import { CARRIERS } from './locales/carriers.ts';
import { foldText } from './normalise-text.ts';
import { findOccurrences, firstStartingFrom } from './occurrences.ts';
import type { Span } from './segments.ts';
import { isFree, type TextContext, take } from './text-context.ts';

const FOLDED_CARRIERS = CARRIERS.map(foldText);

function isCapital(context: TextContext, offset: number): boolean {
  const { normalised } = context;
  const character = normalised.original.charAt(normalised.starts[offset] ?? 0);
  return character !== character.toLowerCase();
}

/** Names of carriers, those of the records among them; a name that is a common word counts only with a capital. */
export function extractCarriers(
  context: TextContext,
  ofRecords: readonly string[],
  statements: readonly Candidate[],
): Candidate[] {
  const found: Candidate[] = [];
  const names = [...new Set([...ofRecords, ...FOLDED_CARRIERS])].filter((name) => name.length > 1);
  names.sort((left, right) => right.length - left.length);
  const { text } = context;
  for (const name of names) {
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
      const span = { start: at, end: at + name.length };
      if (/[a-z0-9@.-]/.test(text.charAt(at - 1)) || /[a-z0-9]/.test(text.charAt(span.end))) continue;
      if (/^\.[a-z]/.test(text.slice(span.end, span.end + 2))) continue;
      if (!isCapital(context, at) || !isFree(context, span)) continue;
      take(context, span);
      found.push({ type: 'carrier', ...span, key: name });
    }
  }
  // "shipped with Speedy Parcels": a name that no list holds.
  const prepositions = findOccurrences(text, lexicon().carrierPrepositions);
  for (const { type, end } of statements) {
    if (type !== 'status' && type !== 'promise') continue;
    const preposition = prepositions.firstFrom(end);
    if (preposition === undefined || preposition.start > end + 1) continue;
    const match = /^ ((?:[a-z][a-z'&-]+)(?: [a-z][a-z'&-]+){0,2})/.exec(
      text.slice(preposition.end, preposition.end + 60),
    );
    if (match?.[1] === undefined) continue;
    const start = preposition.end + 1;
    let stop = start;
    for (const word of match[1].split(' ')) {
      if (!isCapital(context, stop === start ? start : stop + 1)) break;
      stop = (stop === start ? start : stop + 1) + word.length;
    }
    const span = { start, end: stop };
    if (stop === start || !isFree(context, span)) continue;
    take(context, span);
    found.push({ type: 'carrier', ...span, key: text.slice(start, stop) });
  }
  return found;
}

/** The longest name of goods that a body gives, in words. */
const MOST_WORDS = 5;
const TURKISH_YOUR = /^[a-z]{2,}(?<!(?:s|d|t|y|g|c[ae][gk]|m)[iuae])n[iu]z$/;
const ARTICLE = /^(?:the|a|an|of|le|la|les|el|los|das|die|der|de|du|des|new|own)$/;

/**
 * Goods that a sentence with a statement about goods (`statements`) speaks of: subjects ("your kettle is", "the kettle has
 * been shipped", Turkish "lambanız"), objects ("we shipped your kettle") and contents ("includes a kettle"). Things that
 * every shop speaks of ("your order", "your refund") are none.
 */
export function extractItems(context: TextContext, statements: readonly Candidate[]): Candidate[] {
  const { text, segments } = context;
  const words = lexicon();
  const found: Candidate[] = [];
  const verbs = findOccurrences(text, words.clauseVerbs);
  const things = findOccurrences(text, words.shopThings);
  const named = new Uint8Array(text.length);
  const sorted = [...statements].sort((left, right) => left.start - right.start);
  const stated = (sentence: Span): boolean =>
    (firstStartingFrom(sorted, sentence.start)?.end ?? Number.POSITIVE_INFINITY) <= sentence.end;
  const add = (start: number, end: number): void => {
    const trimmed = { start, end: start + text.slice(start, end).trimEnd().length };
    if (trimmed.end - trimmed.start < 3 || !isFree(context, trimmed)) return;
    const thing = things.firstFrom(trimmed.start);
    if (thing !== undefined && thing.start < trimmed.end) return;
    if (/^(?:it|them|this|that|these|those|you|everything|all|both)$/.test(text.slice(trimmed.start, trimmed.end)))
      return;
    if (named.subarray(trimmed.start, trimmed.end).includes(1)) return;
    named.fill(1, trimmed.start, trimmed.end);
    found.push({ type: 'item', ...trimmed, key: text.slice(trimmed.start, trimmed.end) });
  };
  if (context.locale.language === 'tr') {
    for (const match of text.matchAll(/(?<![a-z0-9'])[a-z]{4,30}(?![a-z0-9'])/g))
      if (TURKISH_YOUR.test(match[0]) && stated(segments.sentenceAt(match.index)))
        add(match.index, match.index + match[0].length);
    return found;
  }
  /** The names from `from` on, up to the verb behind them; `false` where no verb follows. */
  const addSubject = (from: number, limit: number, handsOn: number): boolean => {
    const parts: Span[] = [];
    let at = from;
    let part = from;
    for (let count = 0; count <= MOST_WORDS; count += 1) {
      const word = /^[a-z0-9'-]+/.exec(text.slice(at, Math.min(limit, at + 40)))?.[0];
      if (word === undefined) return false;
      const joins = JOINS.test(word);
      if (verbs.firstFrom(at)?.start === at || (joins && handsOn > at && handsOn - at < 12)) {
        for (const { start, end } of [...parts, { start: part, end: at }]) add(start, end);
        return true;
      }
      if (!joins && count > 0 && at > part && ARTICLE.test(word)) return false;
      at += word.length;
      const next = text.charAt(at);
      if (next === ',' && handsOn > at && handsOn - at < 6) {
        add(part, at);
        return true;
      }
      if (next !== ' ') return false;
      at += 1;
      if (joins) {
        parts.push({ start: part, end: at - word.length - 1 });
        part = at;
      }
    }
    return false;
  };
  // From the last to the first, so that "your lamp and your kettle are" hands its verb on.
  let handsOn = -1;
  for (const { start, end } of [...findOccurrences(text, words.possessives).spans].reverse()) {
    const sentence = segments.sentenceAt(start);
    if (text.charAt(end) !== ' ' || !stated(sentence)) continue;
    if (addSubject(end + 1, sentence.end, handsOn)) handsOn = start;
  }
  const determiners = findOccurrences(text, words.determiners);
  const ownWords = findOccurrences(text, words.possessives);
  for (const { start, end } of determiners.spans) {
    const clause = segments.clauseAt(start);
    // "The kettle has been shipped": nothing but determiner and name before verb and statement.
    const status = firstStartingFrom(sorted, end + 1);
    if (
      status === undefined ||
      status.start - end >= 60 ||
      status.start >= clause.end ||
      text.slice(clause.start, start).trim() !== ''
    )
      continue;
    addSubject(end + 1, clause.end, -1);
  }
  const addObject = (from: number): void => {
    const clause = segments.clauseAt(Math.max(0, from - 1));
    for (const opening of [ownWords.firstFrom(from), determiners.firstFrom(from), articleFrom(text, from)]) {
      if (opening === undefined || opening.start > from + 5 || opening.end >= clause.end) continue;
      const name =
        /^ ((?:[a-z0-9'-]+ ){0,3}?[a-z0-9'-]+)(?=[.,;:!?\n)]|$| (?:to|for|on|by|with|today|yesterday|tomorrow|and|an|am|mit|und|a|par|le|et|por|el|y|in|at) ?)/.exec(
          text.slice(opening.end, Math.min(clause.end + 1, opening.end + 60)),
        );
      if (name?.[1] !== undefined) add(opening.end + 1, opening.end + 1 + name[1].length);
      return;
    }
  };
  for (const statement of statements) if (statement.type === 'status') addObject(statement.end + 1);
  for (const { end } of findOccurrences(text, words.containing).spans) addObject(end + 1);
  return found;
}

const JOINS = /^(?:and|or|und|oder|et|ou|y|o|e|sowie)$/;

function articleFrom(text: string, from: number): Span | undefined {
  const match = /^(?:an?|another|eine?n?|une?|un|una|some)(?= )/.exec(text.slice(from, from + 9));
  return match === null ? undefined : { start: from, end: from + match[0].length };
}

/** "Your parcel is in Berlin": names with a capital behind words that put a thing somewhere. */
export function extractPlaces(context: TextContext): Candidate[] {
  const { text } = context;
  const words = lexicon();
  const found: Candidate[] = [];
  const add = (start: number, name: string): void => {
    const span = { start, end: start + name.length };
    words.notPlaces.lastIndex = 0;
    if (name.length < 3 || words.notPlaces.test(name) || !isCapital(context, start) || !isFree(context, span)) return;
    if (words.months.values.has(name) || words.weekdays.values.has(name)) return;
    found.push({ type: 'place', ...span, key: name });
  };
  for (const { end } of findOccurrences(text, words.placeVerbs).spans) {
    const match = /^ (?:(?:the|der|dem|den|la|le|el|los|las) )?([a-z][a-z'-]+)/.exec(text.slice(end, end + 48));
    if (match?.[1] !== undefined) add(end + match[0].length - match[1].length, match[1]);
  }
  for (const match of text.matchAll(/(?<![a-z0-9'])([a-z]{3,30})'(?:[dt][ae](?:ki|yi[mz]|dir)?|y?[ae])(?![a-z0-9])/g))
    if (context.locale.language === 'tr') add(match.index, match[1] ?? '');
  return found;
}
