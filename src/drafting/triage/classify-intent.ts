import { isLanguage, type Language } from '../../lib/languages.ts';
import { INTENTS, type Intent, type RequiredTool } from '../../tools/intents.ts';
import { foldWords } from './fold-words.ts';
import type { Concept } from './locales/lexicon.ts';
import { TRIAGE_LEXICONS } from './locales/lexicons.ts';
import { type CompiledLexicon, compileLexicon, matchConcepts } from './match-concepts.ts';

export interface IntentGuess {
  intent: Intent;
  /** 0 to 1: about the share of such guesses that is right. Below 0.6 a model should be asked. */
  confidence: number;
  required: RequiredTool;
  runnerUp?: Intent;
  /** The evidence for `runnerUp`, 0 to 1: from 0.75 on the mail wants that too. */
  runnerUpScore?: number;
}

/** The intent is said early; words beyond these are not read. */
const WORDS_READ = 600;
/** Nothing that we know was said. */
const CONFIDENCE_OF_NOTHING = 0.3;

const compiled = new Map<Language, CompiledLexicon>();

function lexiconOf(language: Language): CompiledLexicon {
  const known = compiled.get(language);
  if (known) return known;
  const lexicon = compileLexicon(TRIAGE_LEXICONS[language]);
  compiled.set(language, lexicon);
  return lexicon;
}

/**
 * What a mail wants, by the words of one language (English where we have none for it). A question about one's own order
 * gets an order intent; the same question in general ("what is your refund policy", "do you ship to Spain", "which
 * payment methods", "is there a cancellation fee") is GENERAL, and buying is PRODUCT: neither requires an order.
 * `namesOrder`: the mail gives an order or tracking number.
 */
export function classifyIntent(
  text: string,
  subject: string,
  language: string,
  { namesOrder = false }: { namesOrder?: boolean } = {},
): IntentGuess {
  const lexicon = lexiconOf(isLanguage(language) ? language : 'en');
  const body = readWords(text, lexicon);
  if (isOnlyThanks(body, text)) return guess('NO_REPLY', 0.9);

  const scores = new Map<Intent, number>();
  for (const sentence of body.sentences) addScores(scores, scoreSentence(sentence, body.mail, namesOrder), 1);
  // A subject counts as one more sentence, but less: "Re: your order" says nothing of the question.
  const title = readWords(subject, lexicon);
  const alone = body.words === 0;
  for (const sentence of title.sentences)
    addScores(scores, scoreSentence(sentence, title.mail, namesOrder), alone ? 1 : 0.5);
  // A mail that gives an order's number is about that order, whatever else we did not understand.
  if (namesOrder) addScores(scores, new Map([['ORDER', 0.6]]), 1);
  const decided = decide(scores);
  const ofGoods = namesOrder || [body, title].some(speaksOfGoods);
  return decided.confidence < LEAST_EVIDENCE && !ofGoods ? { ...decided, required: 'none' } : decided;
}

/** Below this a guess asks for an order only where the mail speaks of goods: "it has not arrived" may be a transfer. */
const LEAST_EVIDENCE = 0.6;
const GOODS: readonly Concept[] = ['order', 'parcel', 'item', 'ownThing', 'bought'];

function speaksOfGoods({ mail, sentences }: ReadMail): boolean {
  return GOODS.some((concept) => mail.has(concept) || sentences.some(({ numbered }) => numbered.has(concept)));
}

function guess(intent: Intent, confidence: number, second?: [Intent, number]): IntentGuess {
  const rounded = Math.round(confidence * 100) / 100;
  const base = { intent, confidence: rounded, required: INTENTS[intent] };
  return second ? { ...base, runnerUp: second[0], runnerUpScore: second[1] } : base;
}

interface ReadMail {
  words: number;
  sentences: SentenceFacts[];
  mail: Set<Concept>;
  /** Words that stand in no thanks, greeting or filler. */
  otherWords: number;
}
interface SentenceFacts {
  has: Set<Concept>;
  /** A number of four digits or more stands right after or before an order word. */
  numbered: Set<Concept>;
  words: number;
}

function readWords(text: string, lexicon: CompiledLexicon): ReadMail {
  const words = foldWords(text, WORDS_READ);
  const matches = matchConcepts(words, lexicon);
  const sentences: SentenceFacts[] = [];
  for (const word of words) {
    sentences[word.sentence] ??= { has: new Set(), numbered: new Set(), words: 0 };
    const facts = sentences[word.sentence];
    if (facts) facts.words += 1;
  }
  const mail = new Set<Concept>();
  const filler = new Set<number>();
  for (const { concept, sentence, start, end } of matches) {
    sentences[sentence]?.has.add(concept);
    mail.add(concept);
    if (concept === 'filler' || concept === 'thanks')
      for (let index = start; index < end; index += 1) filler.add(index);
    for (let index = end; index <= end + 2; index += 1) {
      if (/\d{4}|^\d{3}$/.test(words[index]?.word ?? '') && words[index]?.sentence === sentence)
        sentences[sentence]?.numbered.add(concept);
    }
    const before = words[start - 1];
    if (before && /\d{4}/.test(before.word)) sentences[sentence]?.numbered.add(concept);
    const twoBefore = words[start - 2];
    if (twoBefore && /\d{4}/.test(twoBefore.word)) sentences[sentence]?.numbered.add(concept);
  }
  return { words: words.length, sentences: sentences.filter(Boolean), mail, otherWords: words.length - filler.size };
}

const LONGEST_THANKS_WORDS = 30;

/** Thanks, greetings and nothing else: names and one stray word are forgiven, a question mark or a topic is not. */
function isOnlyThanks(body: ReadMail, text: string): boolean {
  if (!body.mail.has('thanks') || body.words > LONGEST_THANKS_WORDS || /[?？]/.test(text) || /\d{4}/.test(text))
    return false;
  if (body.otherWords > 2 + body.words / 6) return false;
  const topics: Concept[] = [
    'refund',
    'return',
    'cancel',
    'invoice',
    'notArrived',
    'defect',
    'complaint',
    'anger',
    'problem',
    'wrong',
    'change',
    'when',
    'whereIs',
    'appointment',
  ];
  return !topics.some((topic) => body.mail.has(topic));
}

function addScores(total: Map<Intent, number>, sentence: Map<Intent, number>, weight: number): void {
  for (const [intent, score] of sentence) {
    const before = total.get(intent) ?? 0;
    const now = score * weight;
    // The strongest sentence decides; another one that says the same adds a little.
    total.set(intent, Math.min(0.98, Math.max(before, now) + Math.min(before, now) * 0.15));
  }
}

/** What each intent may hide: a mail that asks to cancel and to be refunded is a cancellation. */
const NEVER_BESIDE: [Intent, Intent][] = [
  ['CANCELLATION', 'REFUND'],
  ['RETURN', 'COMPLAINT'],
  ['REFUND', 'COMPLAINT'],
  ['TRACKING', 'DELIVERY'],
  ['TRACKING', 'ORDER'],
  ['CANCELLATION', 'ORDER'],
  ['RETURN', 'REFUND'],
  ['TRACKING', 'COMPLAINT'],
];

function decide(scores: Map<Intent, number>): IntentGuess {
  const ranked = [...scores].sort((a, b) => b[1] - a[1]);
  const [first, second] = ranked;
  if (!first || first[1] < 0.2) return guess('GENERAL', CONFIDENCE_OF_NOTHING);
  if (!second) return guess(first[0], first[1]);
  const related = NEVER_BESIDE.some(
    ([a, b]) => (a === first[0] && b === second[0]) || (b === first[0] && a === second[0]),
  );
  const doubt = Math.max(0, second[1] - first[1] + 0.35) * (related ? 0.3 : 1);
  return guess(first[0], Math.max(0.2, first[1] - doubt), second);
}

/** What speaks of flights, cash machines or exchange rates hardly asks for a parcel. */
const OTHER_TRADE_FACTOR = 0.2;

/** One sentence's evidence. The rules know concepts, no words: they hold for every language. */
function scoreSentence(
  { has, numbered, words }: SentenceFacts,
  mail: Set<Concept>,
  namesOrder: boolean,
): Map<Intent, number> {
  const scores = new Map<Intent, number>();
  const vote = (intent: Intent, score: number) => scores.set(intent, Math.max(scores.get(intent) ?? 0, score));
  const any = (...concepts: Concept[]) => concepts.some((concept) => has.has(concept));

  const orderNumbered = numbered.has('order') || numbered.has('ownThing');
  const own = any('ownThing', 'bought') || orderNumbered;
  const ownInMail = own || namesOrder || mail.has('ownThing') || mail.has('bought');
  const thing = any('order', 'parcel', 'item', 'ownThing') || orderNumbered;
  const inGeneral = any('policy', 'fee', 'deliveryArea') && !orderNumbered;

  // Account, newsletter and appointment words take "cancel", "change" and "status" for themselves.
  const ofAccount = any('account', 'login', 'register', 'newsletter', 'plan');
  if (any('newsletter')) vote('ACCOUNT', 0.9);
  if (any('login')) vote('ACCOUNT', any('account', 'change', 'problem', 'fetch') ? 0.9 : 0.75);
  if (any('register')) vote('ACCOUNT', 0.85);
  if (any('account'))
    vote(
      'ACCOUNT',
      any('change', 'cancel', 'problem', 'buy', 'setUp', 'plan', 'register') ? 0.9 : words <= 6 ? 0.75 : 0.5,
    );
  else if (any('plan')) vote('ACCOUNT', 0.75);
  if (any('appointment'))
    vote('APPOINTMENT', any('when', 'cancel', 'change', 'generalQuestion', 'ownThing') || words <= 12 ? 0.85 : 0.75);
  const taken = ofAccount || any('appointment');

  if (any('refund')) {
    if (any('policy') || (any('when', 'generalQuestion') && any('option') && !own)) vote('GENERAL', own ? 0.5 : 0.9);
    else vote('REFUND', 0.85);
    if (any('policy') && own) vote('REFUND', 0.5);
  }
  if (any('charged') && !any('refund')) vote('REFUND', ownInMail ? 0.75 : 0.55);
  if (any('return') && !taken) {
    if (any('policy') && !orderNumbered) vote('GENERAL', 0.85);
    else vote('RETURN', ownInMail || any('item', 'order') ? 0.85 : 0.6);
  } else if (any('policy') && !any('refund')) vote('GENERAL', 0.75);
  // What does not fit goes back.
  if (any('fit') && !taken) vote('RETURN', any('change', 'return') || ownInMail ? 0.75 : 0.5);

  if (any('cancel') && !taken) {
    if (any('fee') || any('policy')) vote('GENERAL', orderNumbered ? 0.5 : 0.85);
    else if (thing || own) vote('CANCELLATION', 0.9);
    else vote('CANCELLATION', ownInMail ? 0.6 : 0.35);
  }
  if (any('fee') && !any('refund', 'cancel', 'invoice', 'charged')) vote('GENERAL', 0.65);

  // "Can I pay by invoice?" asks how to pay.
  const asksHowToPay = any('payment') && any('generalQuestion', 'option') && !ownInMail;
  if (asksHowToPay) vote('GENERAL', any('option') ? 0.9 : 0.75);
  else if (any('invoice') && !any('owe')) vote('INVOICE', 0.88);
  else if (any('invoice')) vote('INVOICE', 0.45);
  if (any('bill')) {
    if (numbered.has('bill')) vote('INVOICE', 0.85);
    else if (any('fetch') && !any('owe')) vote('INVOICE', 0.65);
  }

  const late = any('notArrived');
  if (late) vote('TRACKING', thing || own ? 0.88 : ownInMail ? 0.75 : 0.45);
  if (any('deliveryProblem') && (own || any('parcel', 'order', 'deliver'))) vote('DELIVERY', 0.75);
  if (any('track', 'whereIs', 'status') && thing && !taken && !any('refund', 'return', 'cancel', 'invoice')) {
    vote('TRACKING', own || any('track') ? 0.92 : any('order', 'parcel') ? 0.85 : 0.5);
  } else if (any('track') && !taken && (any('deliver') || ownInMail)) vote('TRACKING', 0.6);
  if (any('when') && any('arrive') && !any('refund') && !taken) {
    if (any('deliveryArea') && !own) vote('GENERAL', 0.75);
    else if (own) vote('TRACKING', 0.85);
    else if (thing) vote('TRACKING', ownInMail ? 0.8 : 0.5);
    else if (ownInMail) vote('TRACKING', 0.5);
  }
  if (any('deliveryArea') && !late) vote('GENERAL', own ? 0.4 : 0.8);
  if (any('deliver', 'order', 'parcel') && any('option') && !own) vote('GENERAL', 0.85);

  if (any('address') && !any('newsletter', 'review', 'hours')) {
    const ofOrder = own || any('order', 'parcel');
    if (any('setUp') && !ofOrder) vote('ACCOUNT', 0.75);
    else if (any('deliver') && any('setUp') && !orderNumbered) vote('ACCOUNT', 0.7);
    else if (any('change', 'wrong', 'problem')) vote('DELIVERY', ofOrder || any('deliver') ? 0.85 : 0.55);
  }

  if (any('payment') && !own) {
    if (any('option')) vote('GENERAL', 0.9);
    else if (any('problem')) vote('GENERAL', 0.75);
    else if (any('generalQuestion')) vote('GENERAL', 0.6);
  } else if (any('payment') && any('problem')) vote('ORDER', 0.6);

  if (
    (any('order', 'ownThing') || orderNumbered || namesOrder || (any('bought') && any('item'))) &&
    any('change') &&
    !taken &&
    !any('return', 'address', 'buy')
  )
    vote('ORDER', orderNumbered || any('ownThing') ? 0.88 : namesOrder ? 0.75 : 0.6);
  if (any('defect')) vote('COMPLAINT', ownInMail || thing ? 0.7 : any('arrive') ? 0.6 : 0.45);
  if (any('complaint')) vote('COMPLAINT', 0.85);
  if (any('anger')) vote('COMPLAINT', any('complaint') ? 0.9 : 0.55);
  if (any('review') && !any('complaint')) vote('GENERAL', 0.75);
  if (any('human') && any('contact')) vote('GENERAL', 0.8);
  if (any('hours')) vote('GENERAL', 0.75);
  if (any('buy') && !orderNumbered && !any('bought', 'cancel', 'refund', 'return'))
    vote('PRODUCT', any('item') || words <= 8 ? 0.8 : 0.6);
  if (any('product') && !taken && !asksHowToPay)
    vote('PRODUCT', inGeneral ? 0.4 : own || namesOrder ? 0.3 : ownInMail ? 0.45 : 0.65);

  const ofParcel = any('order', 'parcel', 'deliver', 'notArrived', 'track', 'refund', 'return', 'cancel');
  if (any('elsewhere') && !any('order', 'parcel') && !(any('ownThing') && ofParcel) && !orderNumbered) {
    for (const [intent, score] of scores)
      if (INTENTS[intent] === 'order') scores.set(intent, score * OTHER_TRADE_FACTOR);
  }

  // An order named by its number, and nothing said that we understand.
  if (orderNumbered && !taken) vote('ORDER', 0.55);
  else if (any('ownThing') && !taken) vote('ORDER', 0.35);
  return scores;
}
