import type { Language } from '../../lib/languages.ts';
import { GROUNDING_LOCALES, lexicon, occursIn } from './lexicon.ts';
import type { GroundingLocale } from './locale.ts';
import { type NormalisedText, normaliseText } from './normalise-text.ts';
import { type Segments, type Span, segmentText } from './segments.ts';

/** A folded text with its structure, and a record of which characters an extractor has already explained. */
export interface TextContext {
  normalised: NormalisedText;
  text: string;
  segments: Segments;
  locale: GroundingLocale;
  /** Order of 03/04/2026 in this text. */
  dateOrder: 'day-month' | 'month-day';
  taken: Uint8Array;
}

let monthOrDay: RegExp | undefined;

function monthOrDayPattern(): RegExp {
  const words = lexicon();
  monthOrDay ??= new RegExp(`(?:${words.months.source}|${words.weekdays.source})(?![a-z0-9])`, 'y');
  return monthOrDay;
}

/** Folds and segments `original`. `localeTag` (BCP 47) decides the order of all-digit dates for English only. */
export function readText(original: string, language: Language, localeTag: string): TextContext {
  const normalised = normaliseText(original);
  const locale = GROUNDING_LOCALES[language];
  const isLowerCase = (offset: number): boolean => {
    const character = original.charAt(normalised.starts[offset] ?? original.length);
    return character !== character.toUpperCase();
  };
  const english = /^en[-_](?!us)/i.test(localeTag) ? 'day-month' : 'month-day';
  return {
    normalised,
    text: normalised.text,
    segments: segmentText(normalised.text, lexicon().conjunctions, monthOrDayPattern(), isLowerCase),
    locale,
    dateOrder: language === 'en' ? english : locale.dateOrder,
    taken: new Uint8Array(normalised.text.length),
  };
}

export function isFree(context: TextContext, span: Span): boolean {
  for (let offset = span.start; offset < span.end; offset += 1) if (context.taken[offset] === 1) return false;
  return true;
}

export function take(context: TextContext, span: Span): void {
  context.taken.fill(1, span.start, span.end);
}

/** The folded text from `offset` back to the beginning of its clause (at most 200 characters). */
export function clauseBefore(context: TextContext, offset: number): string {
  return context.text.slice(Math.max(context.segments.clauseAt(offset).start, offset - 200), offset);
}

export function sentenceText(context: TextContext, offset: number): string {
  const span = context.segments.sentenceAt(offset);
  return context.text.slice(Math.max(span.start, offset - 400), Math.min(span.end, offset + 400));
}

/** Whether the customer is named as the source of what stands at `offset` ("you wrote that ..."). */
export function isAttributed(context: TextContext, offset: number): boolean {
  const span = context.segments.sentenceAt(offset);
  return occursIn(
    lexicon().attributions,
    context.text.slice(Math.max(span.start, offset - 200), Math.min(span.end, offset + 80)),
  );
}
