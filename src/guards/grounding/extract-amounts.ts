import { type Anchors, findAnchors, matchesAround, NUMBER_WORD, numberMatchesAround } from './anchors.ts';
import type { Candidate } from './candidates.ts';
import { lexicon, occursIn } from './lexicon.ts';
import { COUNTED_UNITS, type CountedUnit } from './locale.ts';
import { GROUPED_NUMBER, PLAIN_NUMBER, parseNumber, parseNumberWords } from './numbers.ts';
import type { Span } from './segments.ts';
import { isFree, sentenceText, type TextContext, take } from './text-context.ts';

const DOLLARS = ['USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD', 'MXN', 'ARS', 'CLP', 'COP', 'TWD'];
const SYMBOLS: Record<string, readonly string[]> = {
  '€': ['EUR'],
  us$: ['USD'],
  ca$: ['CAD'],
  c$: ['CAD'],
  au$: ['AUD'],
  a$: ['AUD'],
  $: DOLLARS,
  '£': ['GBP'],
  '¥': ['JPY', 'CNY'],
  '₺': ['TRY'],
  '₽': ['RUB'],
  '₹': ['INR'],
  '₴': ['UAH'],
  '₩': ['KRW'],
  '₪': ['ILS'],
  zl: ['PLN'],
  kr: ['SEK', 'NOK', 'DKK', 'ISK'],
};
const CODES =
  'eur|usd|gbp|try|chf|cad|aud|nzd|jpy|cny|sek|nok|dkk|isk|pln|czk|huf|ron|bgn|inr|brl|mxn|zar|aed|sar|rub|uah|ils|krw|sgd|hkd|thb|ars|clp|cop|twd|btc|eth|usdt';

function buildPatterns() {
  const { sources, scaleWords } = lexicon();
  const symbol = '(?:us|ca|c|au|a)?\\$|[€£¥₺₽₹₴₩₪]';
  const scale = `(?: ?(${scaleWords.source})(?![a-z]))?`;
  const behind = `(?:${symbol}|(?:zl|kr|${CODES})(?:'[a-z]{1,8})?(?![a-z0-9])|(?:${sources.currency})(?![a-z0-9]))`;
  const units = COUNTED_UNITS.map((unit) => `(?<${unit}>${sources.units[unit]})`).join('|');
  const number = `(?:${PLAIN_NUMBER})`;
  const words = `${NUMBER_WORD}+`;
  return {
    percent: new RegExp(
      `(?<![\\w.,${NUMBER_WORD}])(?:% ?(${number})|(?:${sources.percentPrefixes}) (${number}|${words})|(${number}) ?(?:%|(?:${sources.percentWords})(?![a-z0-9]))|(${words}) (?:%|(?:${sources.percentWords})(?![a-z0-9])))`,
      'dg',
    ),
    moneyBefore: new RegExp(`(?<![a-z0-9])(${symbol}|(?:zl|kr|${CODES})(?= ?\\d)) ?(${GROUPED_NUMBER})${scale}`, 'g'),
    moneyBehind: new RegExp(
      `(?<![\\w.,])(${GROUPED_NUMBER})(?:[.,]?-{1,2})?${scale} ?-?(${behind})(?: ?(\\d{2})(?![\\d.,]))?`,
      'g',
    ),
    moneyWords: new RegExp(
      `(?<![a-z0-9${NUMBER_WORD}])(${words}) (${behind})(?:(?: (?:and|und|et|y|con|ve))? (${words})(?: (${behind}))?(?![a-z0-9]))?`,
      'dg',
    ),
    counted: new RegExp(
      `(?<![\\w.,#${NUMBER_WORD}])(?:(${number})|(${words}))(?:(?: ?- ?| (?:${sources.range}) )(?:(${number})|(${words})))?(?: ?x)?(?:[ -](?:[a-z'-]{1,15} ){0,2}?|)(?:${units})(?:'[a-z]{1,8})?(?![a-z0-9])`,
      'dg',
    ),
    single: new RegExp(
      `(?<![a-z0-9])(?:${sources.within}) (?:(?:the|this|one|an?|einer|eines|einem|ein|une?|una?|bir) )(?:next |nachsten |prochaine? |proxim[oa] )?(?:${units})(?![a-z0-9])`,
      'g',
    ),
    spelled: new RegExp(
      `(?<![a-z0-9${NUMBER_WORD}])${NUMBER_WORD}+(?:[ ,-]{1,2}${NUMBER_WORD}+){3,30}(?![a-z0-9${NUMBER_WORD}])`,
      'g',
    ),
    leftOver: new RegExp(`(?<![a-z0-9'${NUMBER_WORD}-])${NUMBER_WORD}+(?![a-z0-9'${NUMBER_WORD}-])`, 'g'),
    bare: new RegExp(`(?<![\\w])#?(${number})(?:([a-z]{1,12})(?![a-z0-9]))?`, 'g'),
    wordBefore: new RegExp(`(?:^|[^a-z0-9])(${words})(?: (?:new|of the|of|of your|x|adet|tane|stuck))? $`, 'd'),
    countingContext: new RegExp(`(?:${sources.countingContexts}) ?[#:]?$`),
  };
}

function isCountOfGoods(unit: CountedUnit): boolean {
  return unit === 'item' || unit === 'piece' || unit === 'order' || unit === 'shipment';
}

/** "Please send us three photos", "which of the two?": no count of anything that the customer has. */
function isAskedFor(context: TextContext, offset: number): boolean {
  const sentence = sentenceText(context, offset);
  return /\?\s*$/.test(sentence) || occursIn(lexicon().requests, sentence);
}

/** "24/7" and "7/24" mean always. */
function isRoundTheClock(text: string, at: number): boolean {
  return /(?:^|[^\d/])(?:24\/7|7\/24)(?![\d/])/.test(text.slice(Math.max(0, at - 4), at + 6));
}

let patterns: ReturnType<typeof buildPatterns> | undefined;

/** ISO codes that a written currency may stand for, and whether it is a hundredth ("cents"). */
function currencyOf(written: string): { currencies: readonly string[]; hundredth: boolean } {
  const symbol = SYMBOLS[written];
  if (symbol !== undefined) return { currencies: symbol, hundredth: false };
  const code = written.replace(/'[a-z]*$/, '');
  if (new RegExp(`^(?:${CODES})$`).test(code)) return { currencies: [code.toUpperCase()], hundredth: false };
  const codes = lexicon()
    .currencyWords.filter((entry) => entry.pattern.test(written))
    .map((entry) => entry.code);
  if (codes.includes('CENT')) return { currencies: [], hundredth: true };
  return { currencies: codes.flatMap((entry) => (entry === 'DOLLAR' ? DOLLARS : [entry])), hundredth: false };
}

/**
 * Finds percentages, amounts of money, counted things and durations, then every number that is left. `itemNames` are
 * spans of names of goods: a number word before one counts it ("four Tea Kettles").
 */
export function extractAmounts(
  context: TextContext,
  itemNames: readonly Span[] = [],
  anchors: Anchors = findAnchors(context.text, context.locale),
): Candidate[] {
  patterns ??= buildPatterns();
  const { text, locale } = context;
  const words = lexicon();
  const found: Candidate[] = [];
  const read = (written: string | undefined): number | undefined =>
    written === undefined
      ? undefined
      : /^\d/.test(written)
        ? parseNumber(written, locale.decimalSeparator)
        : parseNumberWords(written, locale);
  const free = (start: number, end: number): boolean => isFree(context, { start, end });

  // "zero three zero, nine nine": digits one by one make an identifier or a telephone number.
  for (const match of anchors.masked.matchAll(patterns.spelled)) {
    const span = { start: match.index, end: match.index + match[0].length };
    const digits = text
      .slice(span.start, span.end)
      .split(/[ ,-]+/)
      .map(read);
    if (digits.some((digit) => digit === undefined || digit > 9) || !isFree(context, span)) continue;
    take(context, span);
    found.push({ type: 'tracking_number', ...span, key: digits.join('') });
  }

  for (const match of numberMatchesAround(text, anchors, patterns.percent, anchors.numbers, 12, 60)) {
    const start = match.index;
    const end = start + match[0].length;
    const value = read(match[1] ?? match[2] ?? match[3] ?? match[4]);
    if (value === undefined || !free(start, end)) continue;
    take(context, { start, end });
    found.push({ type: 'percentage', start, end, value });
  }

  const addMoney = (
    start: number,
    end: number,
    number: string,
    scale: string | undefined,
    currency: string,
    cents?: string,
  ): void => {
    const span = { start, end: start + text.slice(start, end).trimEnd().length };
    if (!isFree(context, span)) return;
    const value = read(number);
    const written = currencyOf(currency);
    const factor =
      (scale === undefined ? 1 : (words.scaleWords.values.get(scale) ?? 1)) * (written.hundredth ? 0.01 : 1);
    take(context, span);
    const amount = value === undefined ? undefined : value * factor + (cents === undefined ? 0 : Number(cents) / 100);
    found.push({
      type: 'money',
      ...span,
      ...(amount === undefined ? {} : { amount }),
      ...(written.currencies.length === 0 ? {} : { currencies: written.currencies }),
    });
  };
  for (const match of matchesAround(text, patterns.moneyBefore, anchors.numbers, 8, 60)) {
    const currency = match[1] ?? '';
    const at = context.normalised.starts[match.index] ?? 0;
    // "try 2" is English unless it is written as a code.
    if (currency === 'try' && context.normalised.original.slice(at, at + 3) !== 'TRY') continue;
    addMoney(match.index, match.index + match[0].length, match[2] ?? '', match[3], currency);
  }
  for (const match of matchesAround(text, patterns.moneyBehind, anchors.numbers, 2, 100)) {
    addMoney(match.index, match.index + match[0].length, match[1] ?? '', match[2], match[3] ?? '', match[4]);
  }
  for (const match of numberMatchesAround(text, anchors, patterns.moneyWords, anchors.numbers, 2, 100)) {
    const [whole, major, currency = '', minor, unit] = match;
    if (read(major) === undefined) continue;
    const cents = read(minor);
    // "fifty-nine euros and ninety cents", "neunundfünfzig Euro neunzig": one amount.
    const isOne =
      cents !== undefined &&
      cents < 100 &&
      (unit === undefined ? !/ (?:and|und|et|y|ve) /.test(whole) : currencyOf(unit).hundredth);
    const length = isOne || minor === undefined ? whole.length : whole.indexOf(currency) + currency.length;
    addMoney(match.index, match.index + length, major ?? '', undefined, currency, isOne ? String(cents) : undefined);
    if (!isOne && minor !== undefined && unit !== undefined) {
      const start = match.index + whole.lastIndexOf(minor);
      addMoney(start, match.index + whole.length, minor, undefined, unit);
    }
  }

  for (const match of numberMatchesAround(text, anchors, patterns.counted, anchors.numbers, 2, 140)) {
    const start = match.index;
    const end = start + match[0].length;
    const low = read(match[1] ?? match[2]);
    const high = read(match[3] ?? match[4]);
    const unit = COUNTED_UNITS.find((key) => match.groups?.[key] !== undefined) as CountedUnit;
    if (low === undefined || !free(start, end)) continue;
    // "one of our products", "one order at a time": a pronoun, not a count.
    if (isCountOfGoods(unit) && high === undefined && (text.charAt(end) === ':' || isAskedFor(context, start)))
      continue;
    const within = /^ (?:icinde|zarfinda|sonra)/.test(text.slice(end, end + 10));
    if (low === 1 && !within && match[1] === undefined && (/^\w+ of /.test(match[0]) || locale.language !== 'en'))
      continue;
    take(context, { start, end });
    found.push({ type: 'quantity', start, end, low, ...(high === undefined ? {} : { high }), unit, token: match[0] });
  }

  for (const match of text.matchAll(patterns.single)) {
    const span = { start: match.index, end: match.index + match[0].length };
    const unit = COUNTED_UNITS.find((key) => match.groups?.[key] !== undefined) as CountedUnit;
    if (!isFree(context, span)) continue;
    take(context, span);
    found.push({ type: 'quantity', ...span, low: 1, unit, token: match[0] });
  }

  const wordBefore = (end: number): string | undefined => {
    const from = Math.max(0, end - 40);
    const group = patterns?.wordBefore.exec(anchors.masked.slice(from, end))?.indices?.[1];
    return group === undefined ? undefined : text.slice(from + group[0], from + group[1]);
  };
  for (const name of itemNames) {
    const written = wordBefore(name.start);
    const low = read(written);
    if (written === undefined || low === undefined || (low === 1 && locale.language !== 'en')) continue;
    const start = text.lastIndexOf(written, name.start);
    if (!free(start, start + written.length)) continue;
    take(context, { start, end: start + written.length });
    found.push({ type: 'quantity', start, end: start + written.length, low, token: written });
  }

  for (const match of matchesAround(text, patterns.bare, anchors.numbers, 3, 60)) {
    const written = match[1] ?? '';
    const start = match.index;
    const end = start + match[0].length;
    if (!free(start, end)) continue;
    const lineStart =
      start === 0 || text.charAt(start - 1) === '\n' || /\n(?:- )?$/.test(text.slice(Math.max(0, start - 3), start));
    if (lineStart && /^\d{1,2}$/.test(match[0]) && /^[.):] ?/.test(text.slice(end, end + 2))) continue;
    if (isRoundTheClock(text, start)) continue;
    if (
      patterns.countingContext.test(text.slice(Math.max(0, start - 30), start).trimEnd()) &&
      /^\d{1,2}$/.test(match[0])
    )
      continue;
    take(context, { start, end });
    const value = parseNumber(written, locale.decimalSeparator);
    if (match[2] === undefined && /^\d[\d.,']*[.,]\d{2}$/.test(written)) {
      found.push({ type: 'money', start, end, ...(value === undefined ? {} : { amount: value }) });
    } else if (match[2] === undefined && /^(?:19|20)\d{2}$/.test(written)) {
      found.push({ type: 'date', start, end, date: { kind: 'year', year: Number(written) } });
    } else {
      found.push({ type: 'quantity', start, end, low: value ?? Number.NaN, token: match[0] });
    }
  }
  for (const match of anchors.masked.matchAll(patterns.leftOver)) {
    const span = { start: match.index, end: match.index + match[0].length };
    const written = text.slice(span.start, span.end);
    const low = read(written);
    words.notCounts.lastIndex = 0;
    // Words for one are articles and pronouns.
    if (low === undefined || low < 2 || words.notCounts.test(written) || !isFree(context, span)) continue;
    if (isAskedFor(context, span.start) || /^(?: [a-z]{1,12})?:/.test(text.slice(span.end, span.end + 15))) continue;
    if (/^ (?:of (?:us|our|my)|von uns|d'entre nous|de nosotros)/.test(text.slice(span.end, span.end + 16))) continue;
    take(context, span);
    found.push({ type: 'quantity', ...span, low, token: written });
  }
  return found;
}
