/**
 * Characters a second that a person can at most take in: 700 words a minute, the upper end of skimming (Rayner, Schotter,
 * Masson, Potter, Treiman, Psychological Science in the Public Interest 2016), at six characters a word.
 */
const SKIMMED_CHARACTERS_A_SECOND = 70;
const SHORTEST_READING_MS = 2_000;

/** The shortest time in which a person can have read a body, in milliseconds. Who approves faster has not read it. */
export function shortestReadingMs(body: string): number {
  return Math.max(SHORTEST_READING_MS, (body.length / SKIMMED_CHARACTERS_A_SECOND) * 1000);
}
