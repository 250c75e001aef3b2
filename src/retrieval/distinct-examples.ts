import { distinctStems } from './word-signature.ts';

/** Two answers that share this part of their words (Jaccard) say the same: the better one stands for both. */
const NEAR_DUPLICATE = 0.8;
const WORDS_READ = 200;

/** Leaves out examples whose answer nearly repeats that of an earlier, better one. */
export function distinctExamples<T extends { answer: string }>(bestFirst: readonly T[]): T[] {
  const kept: { example: T; words: Set<string> }[] = [];
  for (const example of bestFirst) {
    const words = new Set(distinctStems(example.answer, WORDS_READ));
    if (!kept.some((other) => jaccard(other.words, words) >= NEAR_DUPLICATE)) kept.push({ example, words });
  }
  return kept.map(({ example }) => example);
}

function jaccard(a: Set<string>, b: Set<string>): number {
  if (a.size === 0 && b.size === 0) return 1;
  let shared = 0;
  for (const word of a) if (b.has(word)) shared += 1;
  return shared / (a.size + b.size - shared);
}
