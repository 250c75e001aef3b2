import { MAIL_LOCALES } from './locales/mail-locales.ts';
import { OTHER_LANGUAGES } from './locales/other-languages.ts';

export interface DetectedLanguage {
  /** ISO 639-1, "und" where nothing speaks for any language. */
  language: string;
  /** False for very short or mixed texts: keep the thread's or the business's language then. */
  confident: boolean;
}

const CHARACTERS_READ = 4000;
const WORDS_READ = 400;

const SCRIPTS: readonly [RegExp, (text: string) => string][] = [
  [/\p{Script=Cyrillic}/gu, (text) => (/[їєіґ]/i.test(text) ? 'uk' : /[ўў]/i.test(text) ? 'be' : 'ru')],
  [/\p{Script=Greek}/gu, () => 'el'],
  [/\p{Script=Arabic}/gu, (text) => (/[پچژگ]/.test(text) ? 'fa' : 'ar')],
  [/\p{Script=Hebrew}/gu, () => 'he'],
  [/\p{Script=Hangul}/gu, () => 'ko'],
  [
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu,
    (text) => (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text) ? 'ja' : 'zh'),
  ],
  [/\p{Script=Thai}/gu, () => 'th'],
  [/\p{Script=Devanagari}/gu, () => 'hi'],
];

/** Letters to the languages that use them; a word with one is evidence for these. */
const LETTERS: readonly [RegExp, readonly string[]][] = [
  [/[ğı]/, ['tr']],
  [/ş/, ['tr']],
  [/ß/, ['de']],
  [/[ñ¿¡]/, ['es']],
  [/ä/, ['de', 'sv', 'fi']],
  [/[öü]/, ['de', 'tr', 'hu', 'sv', 'fi']],
  [/[œêùûî]/, ['fr']],
  [/[èà]/, ['fr', 'it', 'ca']],
  [/ç/, ['fr', 'tr', 'pt', 'ca']],
  [/[ãõ]/, ['pt']],
  [/[ąęłżźśń]/, ['pl']],
  [/[řěůť]/, ['cs']],
  [/[șță]/, ['ro']],
  [/[åø]/, ['sv', 'da', 'no']],
  [/[őű]/, ['hu']],
  [/[áíóú]/, ['es', 'pt', 'cs', 'hu']],
];
const LETTER_WEIGHT = 0.6;
/** About two frequent words, and one in seven: less may be chance. */
const SCORE_MIN = 1.9;
const SHARE_MIN = 0.14;
const TURKISH_SUFFIX =
  /(?:yor|yorum|yoruz|yorsunuz|miyor|mıyor|ecek|acak|imiz|ımız|iniz|ınız|unuz|ünüz|lerim|larım|lerin|ların|dım|dim|tım|tim|mış|miş|muş|müş|madı|medi|mek|mak|dan|den|siniz|sınız|sunuz|abilir|ebilir)$/;
const GERMAN_SUFFIX = /(?:ung|ungen|lich|keit|heit|schaft|ieren)$/;

const WORDS = collectWords();

/** Word to the languages that list it, each with the share that the word is worth. */
function collectWords(): Map<string, string[]> {
  const words = new Map<string, string[]>();
  const lists: [string, readonly string[]][] = [
    ...Object.entries(MAIL_LOCALES).map(([language, locale]): [string, readonly string[]] => [
      language,
      locale.commonWords,
    ]),
    ...Object.entries(OTHER_LANGUAGES),
  ];
  for (const [language, list] of lists) {
    for (const word of list) {
      const folded = fold(word);
      const languages = words.get(folded);
      if (!languages) words.set(folded, [language]);
      else if (!languages.includes(language)) languages.push(language);
    }
  }
  return words;
}

/** Customers leave accents out: both sides are compared without. */
function fold(word: string): string {
  return word
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/ı/g, 'i');
}

/** The language that a customer's mail is written in, by frequent words, letters and script; typos cost little. */
export function detectLanguage(text: string): DetectedLanguage {
  const prose = withoutForeignMatter(text.slice(0, CHARACTERS_READ).normalize('NFKC'));
  const script = detectScript(prose);
  if (script) return script;

  const scores = new Map<string, number>();
  const add = (language: string, score: number) => scores.set(language, (scores.get(language) ?? 0) + score);
  const words = prose.match(/[\p{L}\p{M}]+/gu)?.slice(0, WORDS_READ) ?? [];
  const found: { languages: string[]; weight: number }[] = [];
  let read = 0;
  for (const word of words) {
    read += 1;
    const folded = fold(word);
    const languages = WORDS.get(folded);
    // One and two letters are often no word at all: "a", "de", "no".
    const weight = folded.length === 1 ? 0.3 : folded.length === 2 ? 0.7 : 1;
    if (languages) {
      found.push({ languages, weight });
      for (const language of languages) add(language, weight / languages.length ** 0.7);
    }
    for (const [letters, users] of LETTERS)
      if (letters.test(word)) for (const user of users) add(user, LETTER_WEIGHT / users.length);
    if (!languages && word.length >= 6) {
      if (TURKISH_SUFFIX.test(word) && !/[qwxäß]/.test(word)) add('tr', 0.4);
      else if (GERMAN_SUFFIX.test(word)) add('de', 0.3);
    }
  }
  const ranked = [...scores].sort((a, b) => b[1] - a[1]);
  const [first, second] = ranked;
  if (!first || read === 0) return { language: 'und', confident: false };
  const [language, best] = first;
  if (!second) return { language, confident: best >= SCORE_MIN && best / read >= SHARE_MIN };
  const only = (mine: string, other: string) =>
    found.reduce(
      (sum, { languages, weight }) => (languages.includes(mine) && !languages.includes(other) ? sum + weight : sum),
      0,
    );
  // Related languages share words; words that only the second one has make a mixed text.
  const mixed = only(second[0], language) > Math.max(1.5, only(language, second[0]) / 3);
  return { language, confident: best >= SCORE_MIN && best / read >= SHARE_MIN && best >= 1.5 * second[1] && !mixed };
}

/** Links, addresses, numbers and codes say nothing of the language. */
function withoutForeignMatter(text: string): string {
  return text
    .replace(/İ/g, 'i')
    .replace(/\b(?:https?:\/\/|www\.)\S{1,2000}/giu, ' ')
    .replace(/[^\s@]{1,64}@[^\s@]{1,255}/gu, ' ')
    .replace(/\S{0,40}\d\S{0,40}/gu, ' ')
    .toLowerCase()
    .replace(/['’`´]/g, (mark) => (mark === '`' ? ' ' : "'"))
    .replace(/(\p{L})'(t|s|m|d|ll|re|ve)\b/gu, '$1$2');
}

const SCRIPT_LETTERS_MIN = 8;

function detectScript(text: string): DetectedLanguage | null {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  for (const [script, name] of SCRIPTS) {
    const count = text.match(script)?.length ?? 0;
    const short = /Han|Hira|Hangul/.test(script.source);
    if (count * 2 > letters)
      return { language: name(text), confident: count >= (short ? 4 : SCRIPT_LETTERS_MIN) && count * 5 > letters * 4 };
  }
  return null;
}
