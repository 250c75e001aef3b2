/** One word of a text, folded for comparison with a lexicon. */
export interface FoldedWord {
  word: string;
  /** Number of the sentence that it stands in, from 0. */
  sentence: number;
}

const ASCII = /^[\x20-\x7E\n]*$/;

/** Lower case without accents: "Sipariş" and "SIPARIS" are both "siparis", "Größe" is "grosse". */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKC')
    .replace(/[İIı]/g, 'i')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/ß/g, 'ss')
    .replace(/œ/g, 'oe')
    .replace(/æ/g, 'ae')
    .replace(/ø/g, 'o')
    .replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF\u00AD]/g, '');
}

const TOKEN = /[\p{L}\p{N}]+|[.!?;\n…。？！]|['’`´]/gu;
/** What follows an English apostrophe and belongs to the word: "don't" is one word, "l'article" are two. */
const ENGLISH_ENDING = /^(?:t|s|m|d|ll|re|ve)$/;
const LONGEST_SENTENCE_WORDS = 40;

/** The first `limit` words of a text, folded and numbered by sentence; a sentence is cut after 40 words. */
export function foldWords(text: string, limit: number): FoldedWord[] {
  const words: FoldedWord[] = [];
  let sentence = 0;
  let inSentence = 0;
  let apostrophe = false;
  for (const [token] of foldText(unwrapLines(text)).matchAll(TOKEN)) {
    if (words.length >= limit) break;
    if (/^['’`´]$/.test(token)) {
      apostrophe = true;
      continue;
    }
    if (/^[\p{L}\p{N}]/u.test(token)) {
      const last = words.at(-1);
      if (apostrophe && last && inSentence > 0 && ENGLISH_ENDING.test(token)) last.word += token;
      else {
        words.push({ word: token, sentence });
        inSentence += 1;
      }
      apostrophe = false;
    }
    if ((/^[.!?;\n…。？！]$/.test(token) || inSentence >= LONGEST_SENTENCE_WORDS) && inSentence > 0) {
      sentence += 1;
      inSentence = 0;
      apostrophe = false;
    }
  }
  return words;
}

const WRAPPED_LINE_LENGTH = 50;

/** A line break after a long line is a wrap, not the end of a sentence; an empty line always ends one. */
function unwrapLines(text: string): string {
  const lines = text.split('\n');
  let unwrapped = '';
  for (const [index, line] of lines.entries()) {
    const next = lines[index + 1];
    unwrapped += line;
    if (next !== undefined) unwrapped += line.length >= WRAPPED_LINE_LENGTH && next.trim() !== '' ? ' ' : '\n';
  }
  return unwrapped;
}
