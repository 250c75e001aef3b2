import { type FoldedWord, foldText } from './fold-words.ts';
import { CONCEPTS, type Concept, type TriageLexicon } from './locales/lexicon.ts';

/** A pattern of the lexicon found in a text; `start` and `end` (exclusive) count words. */
export interface ConceptMatch {
  concept: Concept;
  sentence: number;
  start: number;
  end: number;
}

interface Part {
  word: string;
  prefix: boolean;
  gapBefore: boolean;
}
interface Pattern {
  concept: Concept;
  parts: Part[];
}
/** A lexicon ready for matching; compile once, it is read-only. */
export interface CompiledLexicon {
  exact: Map<string, Pattern[]>;
  prefix: Map<string, Pattern[]>;
  /** Every single word of the lexicon and the words that are no typos of it. */
  known: Set<string>;
  prefixStems: Set<string>;
  /** Each stem that may be misspelt with one letter left out, and itself, to the stems that it came from. */
  deletions: Map<string, string[]>;
}

const GAP_WORDS = 2;
const PREFIX_BUCKET = 3;
const TYPO_STEM_MIN = 5;
/** A shorter stem with any ending behind it is found in too many sound words. */
const TYPO_PREFIX_MIN = 6;
const TYPO_STEM_MAX = 14;
/** The nouns and verbs that decide; correcting all the others would find more errors than there are. */
const TYPO_CONCEPTS: ReadonlySet<Concept> = new Set<Concept>([
  'order',
  'parcel',
  'track',
  'deliver',
  'arrive',
  'refund',
  'cancel',
  'invoice',
  'address',
  'account',
  'login',
  'register',
  'newsletter',
  'appointment',
  'complaint',
  'payment',
  'policy',
  'change',
  'buy',
]);
/** More unknown words than this are no mail but noise. */
const TYPO_LOOKUPS_MAX = 400;

export function compileLexicon(lexicon: TriageLexicon): CompiledLexicon {
  const compiled: CompiledLexicon = {
    exact: new Map(),
    prefix: new Map(),
    known: new Set(lexicon.notTypos.map(foldText)),
    prefixStems: new Set(),
    deletions: new Map(),
  };
  for (const concept of CONCEPTS) {
    for (const text of lexicon.concepts[concept]) addPattern(compiled, concept, text);
  }
  return compiled;
}

function addPattern(compiled: CompiledLexicon, concept: Concept, text: string): void {
  const parts: Part[] = [];
  let gapBefore = false;
  for (const raw of foldText(text).split(' ')) {
    if (raw === '_') {
      gapBefore = true;
      continue;
    }
    const prefix = raw.endsWith('*');
    const word = prefix ? raw.slice(0, -1) : raw;
    parts.push({ word, prefix, gapBefore });
    gapBefore = false;
    if (!prefix) compiled.known.add(word);
    else compiled.prefixStems.add(word);
  }
  const [first] = parts;
  if (!first) return;
  const shortest = first.prefix ? TYPO_PREFIX_MIN : TYPO_STEM_MIN;
  const correctable = parts.length === 1 && TYPO_CONCEPTS.has(concept) && first.word.length <= TYPO_STEM_MAX;
  if (correctable && first.word.length >= shortest) addDeletions(compiled, first.word);
  const index = first.prefix ? compiled.prefix : compiled.exact;
  const key = first.prefix ? first.word.slice(0, PREFIX_BUCKET) : first.word;
  const bucket = index.get(key);
  if (bucket) bucket.push({ concept, parts });
  else index.set(key, [{ concept, parts }]);
}

function addDeletions(compiled: CompiledLexicon, stem: string): void {
  for (const variant of deletionsOf(stem)) {
    const stems = compiled.deletions.get(variant);
    if (!stems) compiled.deletions.set(variant, [stem]);
    else if (!stems.includes(stem)) stems.push(stem);
  }
}

function deletionsOf(word: string): string[] {
  const variants = [word];
  for (let index = 0; index < word.length; index += 1) variants.push(word.slice(0, index) + word.slice(index + 1));
  return variants;
}

/** All patterns found in the words, misspelt ones (one letter wrong, missing, doubled or two swapped) included. */
export function matchConcepts(words: readonly FoldedWord[], lexicon: CompiledLexicon): ConceptMatch[] {
  const corrected = correctTypos(words, lexicon);
  const matches: ConceptMatch[] = [];
  for (let start = 0; start < corrected.length; start += 1) {
    const word = corrected[start]?.word ?? '';
    const patterns = [...(lexicon.exact.get(word) ?? []), ...(lexicon.prefix.get(word.slice(0, PREFIX_BUCKET)) ?? [])];
    for (const pattern of patterns) {
      const end = matchFrom(corrected, start, pattern.parts);
      if (end > 0) matches.push({ concept: pattern.concept, sentence: corrected[start]?.sentence ?? 0, start, end });
    }
  }
  return matches;
}

/** End (exclusive) of the pattern that begins at `start`, 0 where it does not. A pattern stays within one sentence. */
function matchFrom(words: readonly FoldedWord[], start: number, parts: readonly Part[]): number {
  let at = start;
  const sentence = words[start]?.sentence;
  for (const [number, part] of parts.entries()) {
    const last = number > 0 && part.gapBefore ? at + GAP_WORDS : at;
    let found = -1;
    for (let index = at; index <= last; index += 1) {
      const candidate = words[index];
      if (!candidate || candidate.sentence !== sentence) break;
      if (part.prefix ? candidate.word.startsWith(part.word) : candidate.word === part.word) {
        found = index;
        break;
      }
    }
    if (found < 0) return 0;
    at = found + 1;
  }
  return at;
}

function correctTypos(words: readonly FoldedWord[], lexicon: CompiledLexicon): FoldedWord[] {
  const cache = new Map<string, string>();
  return words.map((entry) => {
    const { word } = entry;
    if (word.length < TYPO_STEM_MIN || word.length > TYPO_STEM_MAX + 6 || /\d/.test(word) || isKnown(word, lexicon))
      return entry;
    let corrected = cache.get(word);
    if (corrected === undefined) {
      corrected = cache.size < TYPO_LOOKUPS_MAX ? correction(word, lexicon) : word;
      cache.set(word, corrected);
    }
    return corrected === word ? entry : { ...entry, word: corrected };
  });
}

function isKnown(word: string, lexicon: CompiledLexicon): boolean {
  if (lexicon.known.has(word)) return true;
  for (let length = PREFIX_BUCKET; length <= word.length; length += 1) {
    if (lexicon.prefixStems.has(word.slice(0, length))) return true;
  }
  return false;
}

/** The word with a misspelt stem put right, or the word itself. The longest stem wins. */
function correction(word: string, lexicon: CompiledLexicon): string {
  for (let length = Math.min(word.length, TYPO_STEM_MAX + 1); length >= TYPO_STEM_MIN - 1; length -= 1) {
    const head = word.slice(0, length);
    for (const variant of deletionsOf(head)) {
      for (const stem of lexicon.deletions.get(variant) ?? []) {
        const isWhole = length === word.length;
        if (!isWhole && !lexicon.prefixStems.has(stem)) continue;
        if (isOneSlip(head, stem)) return stem + word.slice(length);
      }
    }
  }
  return word;
}

/** One letter wrong, missing or too many, or two neighbours swapped; the first letter is right or swapped. */
function isOneSlip(written: string, meant: string): boolean {
  if (written === meant) return true;
  let start = 0;
  while (start < written.length && written[start] === meant[start]) start += 1;
  const restWritten = written.slice(start);
  const restMeant = meant.slice(start);
  if (start > 0 && restWritten.length === restMeant.length && restWritten.slice(1) === restMeant.slice(1)) return true;
  if (restWritten === restMeant.slice(1) && start > 0) return true;
  if (restWritten.slice(1) === restMeant) return true;
  return (
    restWritten[0] === restMeant[1] && restWritten[1] === restMeant[0] && restWritten.slice(2) === restMeant.slice(2)
  );
}
