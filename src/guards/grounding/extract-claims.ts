import type { Language } from '../../lib/languages.ts';
import { findAnchors } from './anchors.ts';
import type { Candidate } from './candidates.ts';
import { extractAddresses } from './extract-addresses.ts';
import { extractAmounts } from './extract-amounts.ts';
import { extractDates } from './extract-dates.ts';
import { extractIdentifiers, type KnownIdentifiers } from './extract-identifiers.ts';
import { extractCarriers, extractItems, extractPlaces } from './extract-names.ts';
import { extractStatements } from './extract-statements.ts';
import { labelAmounts, labelDates } from './label-values.ts';
import { lexicon } from './lexicon.ts';
import type { Topic } from './locale.ts';
import { findOccurrences } from './occurrences.ts';
import type { Span } from './segments.ts';
import { readText, type TextContext, take } from './text-context.ts';
import { topicsOf } from './topics.ts';

export interface ExtractedText {
  context: TextContext;
  /** In text order. */
  candidates: Candidate[];
}

/** Spans of folded names in a folded text, as whole words. */
export function findNames(text: string, names: readonly string[]): (Span & { name: string })[] {
  const found: (Span & { name: string })[] = [];
  for (const name of names) {
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
      const before = text.charAt(at - 1);
      const after = text.charAt(at + name.length);
      if (/[a-z0-9]/.test(before) || /\d/.test(after)) continue;
      found.push({ start: at, end: at + name.length, name });
    }
  }
  return found;
}

/** All candidate claims of a text; `names` are folded names whose numbers are no claims, `items` those of goods. Of texts that are evidence also
 * what they undertake is a fact ("we answer within 24 hours"). */
export function extractClaims(
  original: string,
  language: Language,
  localeTag: string,
  names: readonly string[],
  known: KnownIdentifiers,
  items: readonly string[] = [],
  carriers: readonly string[] = [],
  isEvidence = false,
): ExtractedText {
  const context = readText(original, language, localeTag);
  for (const span of findNames(context.text, names)) take(context, span);
  const addresses = extractAddresses(context);
  const identifiers = extractIdentifiers(context, known);
  const { candidates: statements, isUndertaking } = extractStatements(context);
  const messages = findOccurrences(context.text, lexicon().nouns.message);
  const orders = findOccurrences(context.text, lexicon().nouns.order);
  const aboutMessage = (offset: number): boolean => {
    const clause = context.segments.clauseAt(offset);
    const start = Math.max(clause.start, offset - 200);
    const end = Math.min(clause.end, offset + 200);
    return messages.within(start, end) && !orders.within(start, end);
  };
  const anchors = findAnchors(context.text, context.locale);
  /** "Have a nice weekend" is no date; "it arrives at the weekend" is. */
  const saysSomething = (span: Span): boolean => {
    const topics = topicsOf(context, span);
    return OF_TIME.some((topic) => topics.has(topic));
  };
  const dates = extractDates(context, anchors).filter((candidate) => {
    if (candidate.type !== 'date' || isEvidence) return true;
    const { kind } = candidate.date;
    // "We will check today", "your mail of yesterday": relative days in talk about the talk itself are no facts.
    if (kind === 'weekend') return saysSomething(candidate);
    if (kind !== 'relative' && kind !== 'weekday' && kind !== 'week' && kind !== 'relativeMonth') return true;
    return !isUndertaking(candidate.start) && !aboutMessage(candidate.start);
  });
  const amounts = extractAmounts(context, findNames(context.text, items), anchors).filter((candidate) => {
    const duration = candidate.type === 'quantity' && candidate.unit !== undefined && DURATIONS.has(candidate.unit);
    return !duration || isEvidence || !isUndertaking(candidate.start);
  });
  const carried = extractCarriers(context, carriers, statements).filter(({ start }) => !isUndertaking(start));
  // "DHL'ye teslim edildi", "se entregó a DHL": what is delivered to a carrier is shipped.
  for (const statement of statements) {
    if (statement.type !== 'status' || statement.stated !== 'delivered') continue;
    const before = /'y?[ae] $/.test(context.text.slice(Math.max(0, statement.start - 4), statement.start));
    const behind = /^ (?:a|al|an|to|au) $/.exec(
      context.text.slice(statement.end, statement.end + 4).replace(/[^ ]$/, ''),
    );
    const handed = carried.some(
      ({ start, end }) =>
        (before && end < statement.start && statement.start - end <= 4) ||
        (behind !== null && start >= statement.end && start - statement.end <= 4),
    );
    if (handed) statement.stated = 'shipped';
  }
  const named = [...extractPlaces(context), ...extractItems(context, statements.filter(isOfGoods))].filter(
    (candidate) => !isUndertaking(candidate.start) && !aboutMessage(candidate.start),
  );
  const candidates = [...addresses, ...identifiers, ...dates, ...amounts, ...statements, ...carried, ...named].sort(
    (left, right) => left.start - right.start || left.end - right.end,
  );
  labelDates(context, candidates);
  labelAmounts(context, candidates);
  return { context, candidates };
}

/** Matters that a day is promised for. */
const OF_TIME: readonly Topic[] = ['delivery', 'dispatch', 'refund', 'pickup', 'appointment', 'exchange'];

const OF_GOODS: ReadonlySet<string> = new Set([
  ...['processing', 'shipped', 'in_transit', 'out_for_delivery', 'ready_for_pickup', 'delivered', 'on_hold', 'delayed'],
  ...['lost', 'returned', 'replaced', 'ship', 'deliver', 'replacement'],
]);

function isOfGoods(candidate: Candidate): boolean {
  if (candidate.type === 'status') return OF_GOODS.has(candidate.stated);
  return candidate.type === 'promise' && OF_GOODS.has(candidate.kind);
}

export const DURATIONS: ReadonlySet<string> = new Set([
  'minute',
  'hour',
  'day',
  'businessDay',
  'week',
  'month',
  'year',
]);
