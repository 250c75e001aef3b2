import { identifierKey } from '../../tools/identifier-key.ts';
import { foldText } from './fold-words.ts';
import { TRIAGE_LEXICONS } from './locales/lexicons.ts';

export type EntityKind = 'order' | 'tracking' | 'appointment' | 'invoice';

export interface NamedEntity {
  kind: EntityKind;
  /** As written, NFKC. */
  value: string;
  /** `identifierKey(value)`. */
  key: string;
}

export interface Entities {
  /** Numbers that the mail clearly calls an order, tracking, appointment or invoice number: a failed look-up counts. */
  named: NamedEntity[];
  /** Keys of everything that might be one, named ones first, at most 50: a failed look-up means nothing. */
  candidates: string[];
}

const CHARACTERS_READ = 50_000;
const CANDIDATES_MAX = 50;
const NAMED_MAX = 20;
const VALUE_LENGTH_MAX = 40;

interface Token {
  text: string;
  folded: string;
  newlineBefore: boolean;
}

/** What is no identifier, however its digits look; the order matters, as an address may hold a date. */
const NO_IDENTIFIER = [
  /[^\s@<>()[\],;:]{1,64}@[^\s@<>()[\],;:]{1,255}/gu,
  /(?<![\w./-])(?:\d{4}[./-](?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|[12]\d|3[01])[./-](?:\d{4}|\d{2}))(?:T[\d:.]{1,20}Z?)?(?![\w/-])/g,
  /(?<![\w:])(?:[01]?\d|2[0-4])[:h][0-5]\d(?::[0-5]\d)?(?![\w:])/g,
  /(?:[$€£₺¥]|\b(?:usd|eur|gbp|chf|tl|try|rs)\b)[ \u00A0]?\d[\d.,]{0,20}/gi,
  /(?<![\w-])\d[\d.,]{0,20}[ \u00A0]?(?:[$€£₺¥%]|(?:euros?|eur|dollars?|dolar|dólares|usd|tl|try|lira|liras|gbp|pounds?|chf|francs?|franken|pesos?)\b)/giu,
  /(?<![\w.,-])\d{1,3}(?:[.,]\d{3}){0,4}[.,]\d{2}(?![\w-])/g,
];
const PHONE = [
  /\+\d(?:[ ().-]{0,2}\d){7,14}(?!\d)/g,
  /(?<!\w)\(\d{2,5}\)[ ]?\d{3,4}[ -]\d{2,4}(?:[ -]\d{2,4})?(?!\w)/g,
  /(?<![\w-])\d{3}[-.]\d{3}[-.]\d{4}(?![\w-])/g,
  /(?<![\w-])0\d{3}[ ]\d{3}[ ]\d{2}[ ]\d{2}(?![\w-])/g,
];
/** Carriers' shapes: UPS, UPU S.10, Amazon, DHL; USPS and others are digits only and need a word beside them. */
const TRACKING_SHAPE = [
  /(?<![A-Za-z0-9])1[Zz](?:[ ]?[0-9A-Za-z]){16}(?![A-Za-z0-9])/g,
  /(?<![A-Za-z0-9])(?:[A-Z]{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}[ ]?[A-Z]{2}|[a-z]{2}\d{9}[a-z]{2})(?![A-Za-z0-9])/g,
  /(?<![A-Za-z0-9])(?:TBA|tba)\d{12}(?![A-Za-z0-9])/g,
  /(?<![A-Za-z0-9])(?:JJD|JVGL|JD)\d{14,20}(?![A-Za-z0-9])/g,
];

const TOKEN = /[\p{L}\p{N}]+(?:[-_/][\p{L}\p{N}]+)*|\n|[^\s]/gu;
const OPENING = new Set([
  ':',
  '#',
  '(',
  '[',
  '"',
  "'",
  '„',
  '“',
  '”',
  '«',
  '»',
  '*',
  '=',
  '-',
  '–',
  '°',
  '’',
  '‘',
  '.',
  ',',
  '>',
]);

interface IdentifierWords {
  nouns: Map<string, { kind: EntityKind; verbMarks: Set<string> }>;
  number: Set<string>;
  connector: Set<string>;
  copula: Set<string>;
  and: Set<string>;
  numbered: Set<string>;
  otherThing: Set<string>;
  unit: Set<string>;
  phone: Set<string>;
}

const WORDS = collectWords();

/** All languages at once: customers mix them, and these words hardly collide. */
function collectWords(): IdentifierWords {
  const words: IdentifierWords = {
    nouns: new Map(),
    number: new Set(),
    connector: new Set(),
    copula: new Set([':', '=']),
    and: new Set([',', '/', '&', '+']),
    numbered: new Set(),
    otherThing: new Set(),
    unit: new Set(),
    phone: new Set(),
  };
  const lists = ['number', 'connector', 'copula', 'and', 'numbered', 'otherThing', 'unit', 'phone'] as const;
  const kinds = ['invoice', 'appointment', 'tracking', 'order'] as const;
  for (const { identifiers } of Object.values(TRIAGE_LEXICONS)) {
    for (const list of lists) for (const word of identifiers[list]) words[list].add(foldText(word));
    const verbMarks = new Set(identifiers.verbMark.map(foldText));
    for (const kind of kinds)
      for (const noun of identifiers[kind]) words.nouns.set(foldText(noun), { kind, verbMarks });
  }
  for (const word of words.copula) words.connector.add(word);
  return words;
}

/** Identifiers that a mail names or may hold. Money, dates, times and phone numbers are none; placeholders name nothing. */
export function extractEntities(text: string, subject: string): Entities {
  const named = new Map<string, NamedEntity>();
  const candidates = new Set<string>();
  for (const part of [subject, text]) {
    const masked = mask(plainText(part.slice(0, CHARACTERS_READ)), NO_IDENTIFIER);
    const { rest, found } = takeShapes(masked);
    for (const value of found) addNamed(named, 'tracking', value);
    const tokens = tokenize(rest);
    nameByWords(tokens, named);
    const quiet = tokenize(mask(rest, PHONE));
    for (const [index, { text: value }] of quiet.entries()) {
      if (candidates.size >= CANDIDATES_MAX) break;
      if (isCandidate(value) && !isPhone(quiet, index)) candidates.add(identifierKey(value));
    }
  }
  const list = [...named.values()];
  return {
    named: list,
    candidates: [...new Set([...list.map(({ key }) => key), ...candidates])].slice(0, CANDIDATES_MAX),
  };
}

/** NFKC, but "nº48213" and "№48213" stay two things. */
function plainText(text: string): string {
  return text
    .replace(/[º°]/g, '° ')
    .replace(/№/g, 'no ')
    .normalize('NFKC')
    .replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF\u00AD]/g, '');
}

function addNamed(named: Map<string, NamedEntity>, kind: EntityKind, value: string): void {
  const key = identifierKey(value);
  if (key !== '' && !named.has(key) && named.size < NAMED_MAX) named.set(key, { kind, value, key });
}

/** Everything the patterns match becomes a run of one character that ends any phrase. */
function mask(text: string, patterns: readonly RegExp[]): string {
  return patterns.reduce((masked, pattern) => masked.replace(pattern, (match) => '¤'.repeat(match.length)), text);
}

function takeShapes(text: string): { rest: string; found: string[] } {
  const found: string[] = [];
  let rest = text;
  for (const shape of TRACKING_SHAPE) {
    rest = rest.replace(shape, (match) => {
      const key = identifierKey(match);
      if (/^1Z/.test(key) && !/\d{4}/.test(key)) return match;
      found.push(match);
      return '¤'.repeat(match.length);
    });
  }
  return { rest, found };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let newlineBefore = false;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '\n') {
      newlineBefore = true;
      continue;
    }
    tokens.push({ text: token, folded: foldText(token), newlineBefore });
    newlineBefore = false;
  }
  return splitGluedNouns(tokens);
}

/** "order-12345" and "Bestellung_4711" are a noun and its number; "ORD-12345" is one number. */
function splitGluedNouns(tokens: Token[]): Token[] {
  return tokens.flatMap((token) => {
    const glue = token.text.search(/[-_/]/);
    if (glue <= 0 || !WORDS.nouns.has(token.folded.slice(0, glue)) || !/\d{3}/.test(token.text)) return [token];
    const [noun, value] = [token.text.slice(0, glue), token.text.slice(glue + 1)];
    return [
      { text: noun, folded: foldText(noun), newlineBefore: token.newlineBefore },
      { text: value, folded: foldText(value), newlineBefore: false },
    ];
  });
}

function digitsOf(value: string): number {
  return value.replace(/\D/g, '').length;
}

function isCandidate(value: string): boolean {
  if (value.length < 4 || value.length > VALUE_LENGTH_MAX || digitsOf(value) < 3) return false;
  return !/^(?:19|20)\d\d$/.test(value) && identifierKey(value).length >= 4;
}

function isPhone(tokens: readonly Token[], index: number): boolean {
  for (let back = 1; back <= 4; back += 1) {
    const token = tokens[index - back];
    if (!token || token.newlineBefore) return token ? WORDS.phone.has(token.folded) : false;
    if (WORDS.phone.has(token.folded)) return true;
    if (!OPENING.has(token.text) && !WORDS.number.has(token.folded) && !/^\d+$/.test(token.text)) return false;
  }
  return false;
}

function nameByWords(tokens: readonly Token[], named: Map<string, NamedEntity>): void {
  const used = new Set<number>();
  const take = (kind: EntityKind, first: number) => {
    for (const index of listFrom(tokens, first)) {
      used.add(index);
      addNamed(named, kind, valueAt(tokens, index));
    }
  };
  for (const [index, token] of tokens.entries()) {
    const noun = WORDS.nouns.get(token.folded);
    if (noun) {
      const value = valueAfterNoun(tokens, index, noun.kind, noun.verbMarks);
      if (value && !used.has(value.index)) take(value.kind, value.index);
    }
    if (WORDS.numbered.has(token.folded)) {
      const value = valueBeforeNumbered(tokens, index);
      if (value) take(value.kind, value.index);
    }
  }
  for (const [index, token] of tokens.entries()) {
    if (used.has(index)) continue;
    if (tokens[index - 1]?.text === '#' && isHashNumber(tokens, index)) take('order', index);
    else if (/^\d{12,22}$/.test(token.text) && !isCardLike(token.text) && hasTrackingNounBefore(tokens, index)) {
      addNamed(named, 'tracking', token.text);
    }
  }
}

interface Found {
  index: number;
  kind: EntityKind;
}

const WORDS_BETWEEN = 7;

/** Walks from a noun over "number", "is", ":" and "#" to its value. */
function valueAfterNoun(tokens: readonly Token[], at: number, kind: EntityKind, verbMarks: Set<string>): Found | null {
  const noun = tokens[at];
  let explicit = /(?:nummern?|number|nr|code|id|no)$/.test(noun?.folded ?? '') || hasNumberWordBefore(tokens, at);
  let hash = false;
  let copula = false;
  for (let index = at + 1; index <= at + WORDS_BETWEEN; index += 1) {
    const token = tokens[index];
    if (!token || (token.newlineBefore && !explicit)) return null;
    const previous = tokens[index - 1]?.folded ?? '';
    if (token.text === '.' && !WORDS.number.has(previous)) return null;
    if (token.text === '#') hash = true;
    if (WORDS.copula.has(token.folded)) copula = true;
    if (/\d/.test(token.text)) {
      if (!isValue(tokens, index, explicit, hash)) return null;
      const quantity = /^[1-9]\d{0,3}$/.test(token.text) && verbMarks.has(tokens[at - 1]?.folded ?? '');
      if (quantity && !explicit && !hash) return null;
      if (kind === 'tracking' && !explicit && digitsOf(token.text) < 8) return null;
      return { index, kind: kind === 'order' && copula && namesTrackingNumber(tokens, at) ? 'tracking' : kind };
    }
    if (WORDS.nouns.has(token.folded) && !WORDS.number.has(token.folded)) return null;
    if (WORDS.number.has(token.folded)) explicit = true;
    else if (!OPENING.has(token.text) && !WORDS.connector.has(token.folded)) return null;
  }
  return null;
}

/** "numéro de commande", "N° de pedido": the number word stands first. */
function hasNumberWordBefore(tokens: readonly Token[], at: number): boolean {
  for (let index = at - 1; index >= Math.max(0, at - 5); index -= 1) {
    const token = tokens[index];
    if (!token) return false;
    if (WORDS.number.has(token.folded)) return !WORDS.otherThing.has(tokens[index - 1]?.folded ?? '');
    if (!WORDS.connector.has(token.folded) && !WORDS.nouns.has(token.folded) && !/^[°.º]$/.test(token.text))
      return false;
  }
  return false;
}

/** "my tracking number for the order is …": what follows is not the order's number. */
function namesTrackingNumber(tokens: readonly Token[], at: number): boolean {
  let noun = false;
  let number = false;
  for (let index = at - 1; index >= Math.max(0, at - 7); index -= 1) {
    const folded = tokens[index]?.folded ?? '';
    if (/^[.!?]$/.test(folded)) break;
    if (WORDS.nouns.get(folded)?.kind === 'tracking') {
      noun = true;
      if (/(?:nummer|number|nr|code)$/.test(folded)) number = true;
    }
    if (WORDS.number.has(folded)) number = true;
  }
  return noun && number;
}

function isValue(tokens: readonly Token[], index: number, explicit: boolean, hash: boolean): boolean {
  const value = tokens[index]?.text ?? '';
  const digits = digitsOf(value);
  if (value.length > VALUE_LENGTH_MAX || !/^[A-Za-z0-9]/.test(value) || /[^A-Za-z0-9_/-]/.test(value)) return false;
  if (/^(?:1st|2nd|3rd|\d+(?:th|x|st|er|ème|e|kg|g|cm|mm|ml|l|h|pm|am|gb|tb))$/i.test(value)) return false;
  const unit = WORDS.unit.has(tokens[index + 1]?.folded ?? '');
  if (explicit) return value.length >= 2 && digits >= 1 && !(unit && digits <= 3);
  if (unit && /^[1-9]\d*$/.test(value) && digits <= 5) return false;
  if (hash) return digits >= 2;
  if (/^(?:19|20)\d\d$/.test(value)) return false;
  return /[A-Za-z]/.test(value) ? digits >= 3 : digits >= 4;
}

function isHashNumber(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 2]?.folded ?? '';
  if (WORDS.otherThing.has(before)) return false;
  if (WORDS.number.has(before) && WORDS.otherThing.has(tokens[index - 3]?.folded ?? '')) return false;
  return digitsOf(tokens[index]?.text ?? '') >= 3 && isValue(tokens, index, false, true);
}

/** "4711 numaralı siparişim": the value stands before, the noun after. */
function valueBeforeNumbered(tokens: readonly Token[], at: number): Found | null {
  let index = at - 1;
  while (index >= at - 3 && /^(?:no|['’‘])$/.test(tokens[index]?.folded ?? '')) index -= 1;
  if (!isValue(tokens, index, true, false)) return null;
  for (let after = at + 1; after <= at + 3; after += 1) {
    const noun = WORDS.nouns.get(tokens[after]?.folded ?? '');
    if (noun) return { index, kind: noun.kind };
  }
  return null;
}

const LIST_MAX = 10;

/** The value at `first` and those listed after it: "12345, 12346 and 12347". */
function listFrom(tokens: readonly Token[], first: number): number[] {
  const list = [first];
  const shape = tokens[first]?.text ?? '';
  for (let index = first + 1; list.length < LIST_MAX; index += 1) {
    const token = tokens[index];
    if (!token) break;
    if (WORDS.and.has(token.folded) || token.text === '#') continue;
    const alike = tokens[index - 1]?.text === '#' || Math.abs(token.text.length - shape.length) <= 1;
    const separated = index > (list.at(-1) ?? first) + 1;
    if (
      !separated ||
      !alike ||
      digitsOf(token.text) < 3 ||
      !isValue(tokens, index, false, tokens[index - 1]?.text === '#')
    )
      break;
    list.push(index);
  }
  return list;
}

/** USPS and others print their digits in groups of four; those belong together. */
function valueAt(tokens: readonly Token[], index: number): string {
  const value = tokens[index]?.text ?? '';
  if (!/^\d{4}$/.test(value)) return value;
  let joined = value;
  let next = index + 1;
  while (/^\d{4}$/.test(tokens[next]?.text ?? '') && next < index + 6) {
    joined += tokens[next]?.text;
    next += 1;
  }
  if (joined.length > 4 && /^\d{1,3}$/.test(tokens[next]?.text ?? '')) joined += tokens[next]?.text;
  return joined.length >= 12 ? joined : value;
}

function hasTrackingNounBefore(tokens: readonly Token[], index: number): boolean {
  for (let back = 1; back <= 8; back += 1)
    if (WORDS.nouns.get(tokens[index - back]?.folded ?? '')?.kind === 'tracking') return true;
  return false;
}

/** 13 to 16 digits that pass Luhn and begin like a payment card. */
function isCardLike(value: string): boolean {
  if (!/^[3-6]\d{12,15}$/.test(value)) return false;
  let sum = 0;
  for (let index = 0; index < value.length; index += 1) {
    const digit = Number(value[value.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
