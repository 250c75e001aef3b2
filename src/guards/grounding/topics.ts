import { lexicon } from './lexicon.ts';
import { TOPICS, type Topic } from './locale.ts';
import { findOccurrences, type Occurrences, wordsAhead, wordsBack } from './occurrences.ts';
import type { Span } from './segments.ts';
import type { TextContext } from './text-context.ts';

interface TopicMention extends Span {
  topic: Topic;
  /** The point from which time is counted ("30 days after delivery"), not what the value is said of. */
  isReference: boolean;
}

/** Words between a reference word and its noun ("after we have received your return"). */
const REFERENCE_REACH = 6;
const read = new WeakMap<TextContext, readonly TopicMention[]>();

function isReference(text: string, span: Span, before: Occurrences, behind: Occurrences): boolean {
  const from = wordsBack(text, span.start, REFERENCE_REACH, 0);
  const word = before.lastBefore(span.start);
  if (word !== undefined && word.start >= from && !/[.!?\n,;]/.test(text.slice(word.end, span.start))) return true;
  const trailing = behind.firstFrom(span.end);
  return trailing !== undefined && trailing.end <= wordsAhead(text, span.end, 3, text.length);
}

function mentionsOf(context: TextContext): readonly TopicMention[] {
  const known = read.get(context);
  if (known !== undefined) return known;
  const words = lexicon();
  const { text } = context;
  const before = findOccurrences(text, words.referenceWords);
  const behind = findOccurrences(text, words.trailingReferences);
  const mentions = TOPICS.flatMap((topic) =>
    findOccurrences(text, words.topics[topic]).spans.map((span) => ({
      ...span,
      topic,
      isReference: isReference(text, span, before, behind),
    })),
  ).sort((left, right) => left.start - right.start);
  read.set(context, mentions);
  return mentions;
}

function firstFrom(mentions: readonly TopicMention[], offset: number): number {
  let low = 0;
  let high = mentions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((mentions[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a long clause says beyond these many characters around a value is not said of it. */
const REACH = 300;

function topicsWithin(mentions: readonly TopicMention[], start: number, end: number, references: boolean): Set<Topic> {
  const found = new Set<Topic>();
  for (let at = firstFrom(mentions, start); at < mentions.length; at += 1) {
    const mention = mentions[at] as TopicMention;
    if (mention.start >= end) break;
    if (mention.end <= end && (references || !mention.isReference)) found.add(mention.topic);
  }
  return found;
}

/**
 * What the value at `span` is said of: by its clause, else its sentence, else the sentence before, and `within` a text
 * at last by all of it. Empty where nothing says.
 */
export function topicsOf(context: TextContext, span: Span, within?: Span): ReadonlySet<Topic> {
  const mentions = mentionsOf(context);
  if (mentions.length === 0) return new Set();
  const { segments } = context;
  const near = (range: Span): Span => ({
    start: Math.max(range.start, span.start - REACH, within?.start ?? 0),
    end: Math.min(range.end, span.end + REACH),
  });
  const sentence = segments.sentenceAt(span.start);
  const scopes = [near(segments.clauseAt(span.start)), near(sentence)];
  for (const { start, end } of scopes) {
    const topics = topicsWithin(mentions, start, end, false);
    if (topics.size > 0) return topics;
  }
  const inSentence = near(sentence);
  const references = topicsWithin(mentions, inSentence.start, inSentence.end, true);
  if (references.size > 0) return references;
  if (sentence.start > (within?.start ?? 0)) {
    const previous = near(segments.sentenceAt(sentence.start - 1));
    const topics = topicsWithin(mentions, previous.start, previous.end, true);
    if (topics.size > 0) return topics;
  }
  return within === undefined ? new Set() : topicsWithin(mentions, within.start, within.end, true);
}
