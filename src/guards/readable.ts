import { isLanguage } from '../lib/languages.ts';
import type { Finding } from './finding.ts';

/** Whoever reads a text says in which language it is written; `detectLanguage` is one. */
type DetectLanguage = (text: string) => { language: string; confident: boolean };

/** Sentences longer than this are judged by their beginning. */
const LONGEST_SENTENCE = 400;
/** One or two words are as often a name as a sentence. */
const FEWEST_WORDS = 3;
/** Letters without case: more than a name has, in alphabets and in scripts that write a word with one or two signs. */
const MOST_LETTERS_OF_A_NAME = 7;
const MOST_SIGNS_OF_A_NAME = 3;
/** No word of our languages is as long. */
const LONGEST_WORD = 60;

const WORD = /[\p{L}\p{M}]+/gu;
const NOT_LATIN = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u;
const SIGNS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const LIKE_A_NAME = /^\p{Lu}[\p{Ll}\p{M}]+$/u;
const SPELT = /(?<![\p{L}\p{N}])(?:\p{L}[ .\-_*]{1,3}){5,40}\p{L}(?![\p{L}\p{N}])/gu;
/**
 * Refunds, deliveries, shipments and cancellations in languages without a lexicon, for sentences that are too short to tell
 * their language. Stems that no word of our own languages has.
 */
const FACTS_ELSEWHERE = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${[
    // Italian, Portuguese, Catalan
    'rimbors(?!$)\\p{L}*|consegnat[oaei]|spedit[oaei]|restituir(?:emo|ò)|annullat[oaei]|risarcir\\p{L}*|buono sconto|in arrivo|sconto',
    'reembols(?:ado|ada)s? na|devolverei|cancelad[oa]s? pel[oa]|desconto|foi (?:entregue|enviad[oa])|reemborsarem\\p{L}*|lliurat',
    // Dutch, Swedish, Danish, Norwegian
    'terugbeta\\p{L}*|terugbetaald|vergoed(?:en|ing|t)|bezorgd|verzonden|geannuleerd|korting|geleverd|kortingscode',
    'återbeta\\p{L}*|levererad[es]?|skickad[es]?|avbokad|ersätt(?:er|ning)\\p{L}*|rabattkod|refunder(?:er|et|es|ing)|leveret|afsendt|levert|tilbakebetal\\p{L}*|tilbagebetal\\p{L}*',
    // Polish, Czech, Romanian, Hungarian, Finnish
    'zwrócimy|zwrot|dostarczon[oay]|wysłan[oay]|anulowan[oay]|rabatu|vrátíme|doručen[oaá]?|odeslán[oa]?|zrušen[oa]|slev[au]',
    'rambursa\\p{L}*|livrat[ăe]?|expediat[ăe]?|anulat[ăe]|visszatérít\\p{L}*|kézbesít\\p{L}*|hyvit\\p{L}*|palautamme|toimitettu|lähetetty',
  ].join('|')})(?![\\p{L}\\p{N}])`,
  'giu',
);
const UNBROKEN = new RegExp(`[\\p{L}\\p{N}+/=_]{${LONGEST_WORD},}`, 'gu');

/**
 * UNREADABLE_TEXT (block), once, where a body says something that grounding cannot read: a sentence in a language or script
 * without a lexicon, words spelt letter by letter, or encoded. What stands so in the business's own texts may be repeated.
 */
export function checkReadable(body: string, ownTexts: readonly string[], detectLanguage: DetectLanguage): Finding[] {
  const own = ownTexts.join('\n');
  const at =
    firstThat(body, FACTS_ELSEWHERE, (word) => !own.includes(word)) ??
    firstThat(body, SPELT, () => true) ??
    firstThat(body, UNBROKEN, (run) => !own.includes(run)) ??
    firstForeignWords(body, own) ??
    firstThat(body, /[^.!?\n]+/gu, (sentence) => isForeignSentence(sentence, own, detectLanguage));
  if (at === undefined) return [];
  return [
    {
      code: 'UNREADABLE_TEXT',
      severity: 'block',
      message: 'A part of the text is in a language or form in which its facts cannot be checked.',
      ...at,
    },
  ];
}

interface Place {
  start: number;
  end: number;
}

function firstThat(body: string, pattern: RegExp, holds: (text: string) => boolean): Place | undefined {
  for (const match of body.matchAll(pattern)) {
    if (holds(match[0])) return { start: match.index, end: match.index + match[0].length };
  }
  return undefined;
}

/** Words in other scripts than Latin that are neither names nor the business's own. */
function firstForeignWords(body: string, own: string): Place | undefined {
  if (!NOT_LATIN.test(body)) return undefined;
  let letters = 0;
  let signs = 0;
  for (const { 0: word, index } of body.matchAll(WORD)) {
    if (!NOT_LATIN.test(word) || own.includes(word)) continue;
    const place = { start: index, end: index + word.length };
    if (SIGNS.test(word)) signs += [...word].length;
    else if (word.toLowerCase() === word.toUpperCase()) letters += [...word].length;
    else if (word.length > 1 && !LIKE_A_NAME.test(word)) return place;
    if (letters > MOST_LETTERS_OF_A_NAME || signs > MOST_SIGNS_OF_A_NAME) return place;
  }
  return undefined;
}

function isForeignSentence(sentence: string, own: string, detectLanguage: DetectLanguage): boolean {
  const text = sentence.trim();
  // Words in other scripts have been judged already; here they are names.
  const words = (text.slice(0, LONGEST_SENTENCE).match(WORD) ?? []).filter((word) => !NOT_LATIN.test(word));
  if (words.length < FEWEST_WORDS || own.includes(text)) return false;
  const { language, confident } = detectLanguage(words.join(' '));
  return confident && language !== 'und' && !isLanguage(language);
}
