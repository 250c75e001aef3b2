import type { Language } from '../../lib/languages.ts';
import type { CountedUnit, DateLabel, GroundingLocale, MoneyLabel, PromiseKind, StatedStatus } from './locale.ts';
import {
  COUNTED_UNITS,
  DATE_LABELS,
  MONEY_LABELS,
  PROMISE_KINDS,
  STATED_STATUSES,
  TOPICS,
  type Topic,
} from './locale.ts';
import { de } from './locales/de.ts';
import { en } from './locales/en.ts';
import { es } from './locales/es.ts';
import { fr } from './locales/fr.ts';
import { tr } from './locales/tr.ts';
import { foldText } from './normalise-text.ts';

export const GROUNDING_LOCALES: Readonly<Record<Language, GroundingLocale>> = { en, tr, de, fr, es };
const LOCALES = Object.values(GROUNDING_LOCALES);

const WILDCARD = '¤';
/** A word that may stand inside a phrase: anything that does not end a sentence. */
const GAP_WORD = '[^\\s;:!?]*[^\\s;:!?.]';

/** Regular-expression source of phrases as `GroundingLocale` describes them; repetition stays within a word or a few words. */
export function phraseSource(phrases: readonly string[]): string {
  const sources = phrases.map((phrase) =>
    // Folding drops asterisks as emphasis, so the wildcard travels as another sign.
    foldText(phrase.replaceAll('*', WILDCARD))
      // An optional group takes the space before it along: "on hold (again)?" matches without either.
      .replace(/ \(((?:[^() ]|[^() ] )*[^() ])\)\?/g, '( ($1))?')
      .replace(/\((?!\?)/g, '(?:')
      .replace(/ ~~ /g, ` (?:${GAP_WORD} ){0,8}`)
      .replace(/ ~(?= |$)/g, ` (?:${GAP_WORD} ){0,3}`)
      .replace(/(\{0,3\}) /g, '$1')
      .replaceAll(WILDCARD, "[a-z']*"),
  );
  return `(?:${sources.join('|')})`;
}

const BEFORE_WORD = '(?<![a-z0-9])';
const AFTER_WORD = '(?![a-z0-9])';
const MATCHES_NOTHING = /(?!)/g;

/** A global pattern that finds any of the phrases as whole words. */
function phrasePattern(phrases: readonly string[]): RegExp {
  if (phrases.length === 0) return MATCHES_NOTHING;
  return new RegExp(`${BEFORE_WORD}${phraseSource(phrases)}${AFTER_WORD}`, 'g');
}

function allOf(pick: (locale: GroundingLocale) => readonly string[]): RegExp {
  return phrasePattern(LOCALES.flatMap((locale) => [...pick(locale)]));
}

/** The same for a text that is nothing but one of the phrases. */
function wholePattern(pick: (locale: GroundingLocale) => readonly string[]): RegExp {
  return new RegExp(`^${joined(pick)}$`);
}

function tableOf<Key extends string>(
  keys: readonly Key[],
  pick: (locale: GroundingLocale, key: Key) => readonly string[] | undefined,
): Record<Key, RegExp> {
  return Object.fromEntries(keys.map((key) => [key, allOf((locale) => pick(locale, key) ?? [])])) as Record<
    Key,
    RegExp
  >;
}

/** Names of the months or weekdays in a language, as `Intl` writes them alone and inside a date. */
function intlNames(language: Language, field: 'month' | 'weekday', count: number, base: number): string[][] {
  return Array.from({ length: count }, (_, index) => {
    const date = new Date(field === 'month' ? Date.UTC(2023, index, 15) : Date.UTC(2023, 0, base + index));
    const forms = new Set<string>();
    const options: Intl.DateTimeFormatOptions[] =
      field === 'month'
        ? [{ month: 'long' }, { month: 'short' }, { day: 'numeric', month: 'long' }]
        : [{ weekday: 'long' }];
    for (const option of options) {
      const parts = new Intl.DateTimeFormat(language, { ...option, timeZone: 'UTC' }).formatToParts(date);
      const name = parts.find((part) => part.type === field)?.value.replace(/\.$/, '');
      if (name !== undefined && name.length > 2) forms.add(foldText(name));
    }
    return [...forms];
  });
}

interface NamedNumbers {
  /** Folded word to its number. */
  values: ReadonlyMap<string, number>;
  /** Alternation of the words, longest first. */
  source: string;
}

function namedNumbers(entries: Iterable<readonly [string, number]>): NamedNumbers {
  const values = new Map<string, number>();
  for (const [word, value] of entries) if (!values.has(foldText(word))) values.set(foldText(word), value);
  const words = [...values.keys()].sort((left, right) => right.length - left.length);
  return {
    values,
    source:
      words.length === 0 ? '(?!)' : `(?:${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`,
  };
}

function wordTable(pick: (locale: GroundingLocale) => Readonly<Record<string, number>>): NamedNumbers {
  return namedNumbers(LOCALES.flatMap((locale) => Object.entries(pick(locale))));
}

/** Words that mean something else in other languages, with the languages that they count in. */
function ambiguousWords(): ReadonlyMap<string, ReadonlySet<Language>> {
  const words = new Map<string, Set<Language>>();
  for (const locale of LOCALES) {
    for (const word of locale.ambiguousWords) {
      const languages = words.get(foldText(word)) ?? new Set();
      words.set(foldText(word), languages.add(locale.language));
    }
  }
  return words;
}

function joined(pick: (locale: GroundingLocale) => readonly string[]): string {
  const phrases = LOCALES.flatMap((locale) => [...pick(locale)]);
  return phrases.length === 0 ? '(?!)' : phraseSource(phrases);
}

/** Folded names of holidays to month and day; `pattern` finds those that are used as a date. */
function namedHolidays(): { values: ReadonlyMap<string, string>; pattern: RegExp } {
  const values = new Map(
    LOCALES.flatMap((locale) => Object.entries(locale.holidays).map(([name, day]) => [foldText(name), day] as const)),
  );
  const names = [...values.keys()].sort((left, right) => right.length - left.length).join('|');
  const before = joined((locale) => locale.holidayPrepositions);
  return {
    values,
    pattern: new RegExp(
      `(?<![a-z0-9])(?:${before} (?:the |den |dem |le |la |el )?(${names})(?![a-z0-9])|(${names})(?:'?(?:n?[dt][ae]n?|n?[ae]|y[ae]|s[iı]n[dt]a|dan once|den once)|(?: kadar| once))(?![a-z0-9]))`,
      'g',
    ),
  };
}

function buildLexicon() {
  const months = namedNumbers(
    LOCALES.flatMap((locale) =>
      intlNames(locale.language, 'month', 12, 1).flatMap((forms, index) =>
        [...forms, ...(locale.monthForms[index] ?? [])].map((form) => [form, index + 1] as const),
      ),
    ),
  );
  const weekdays = namedNumbers(
    LOCALES.flatMap((locale) =>
      intlNames(locale.language, 'weekday', 7, 1).flatMap((forms, index) =>
        [...forms, ...(locale.weekdayForms[index] ?? [])].map((form) => [form, index] as const),
      ),
    ),
  );
  const unitSources = Object.fromEntries(
    COUNTED_UNITS.map((unit) => [unit, joined((locale) => locale.units[unit])]),
  ) as Record<CountedUnit, string>;
  const currencyCodes = [...new Set(LOCALES.flatMap((locale) => Object.keys(locale.currencies)))];
  const currencyWords = currencyCodes.map((code) => ({
    code,
    pattern: new RegExp(`^${joined((locale) => locale.currencies[code] ?? [])}$`),
  }));
  return {
    months,
    weekdays,
    numberWords: wordTable((locale) => locale.numberWords),
    ordinalWords: wordTable((locale) => locale.ordinalWords),
    scaleWords: wordTable((locale) => locale.scaleWords),
    relativeDays: wordTable((locale) => locale.relativeDays),
    ambiguousWords: ambiguousWords(),
    relativeAgo: LOCALES.flatMap((locale) => locale.relativeAgo),
    relativeAhead: LOCALES.flatMap((locale) => locale.relativeAhead),
    sources: {
      dateConnectors: joined((locale) => locale.dateConnectors),
      monthPrepositions: joined((locale) => locale.monthPrepositions),
      next: joined((locale) => locale.nextWords),
      last: joined((locale) => locale.lastWords),
      this: joined((locale) => locale.thisWords),
      units: unitSources,
      range: joined((locale) => locale.rangeWords),
      currency: joined((locale) => Object.values(locale.currencies).flat()),
      percentWords: joined((locale) => locale.percentWords),
      percentPrefixes: joined((locale) => locale.percentPrefixes),
      timePrefixes: joined((locale) => locale.timePrefixes),
      timeSuffixes: joined((locale) => locale.timeSuffixes),
      dotWords: joined((locale) => locale.dotWords),
      atWords: joined((locale) => locale.atWords),
      within: joined((locale) => locale.withinWords),
      countingContexts: joined((locale) => locale.countingContexts),
    },
    currencyWords,
    notDates: allOf((locale) => locale.notDates),
    nouns: {
      order: allOf((locale) => locale.nouns.order),
      tracking: allOf((locale) => locale.nouns.tracking),
      appointment: allOf((locale) => locale.nouns.appointment),
      phone: allOf((locale) => locale.nouns.phone),
      message: allOf((locale) => locale.nouns.message),
      invoice: allOf((locale) => locale.nouns.invoice),
    },
    everyOrder: allOf((locale) => locale.everyOrder),
    conjunctions: allOf((locale) => locale.conjunctions),
    negations: allOf((locale) => locale.negations),
    trailingNegations: allOf((locale) => locale.trailingNegations),
    falseNegations: allOf((locale) => locale.falseNegations),
    conditionals: allOf((locale) => locale.conditionals),
    trailingConditionals: allOf((locale) => locale.trailingConditionals),
    questionStarts: allOf((locale) => locale.questionStarts),
    habitual: allOf((locale) => locale.habitual),
    unstated: allOf((locale) => locale.unstated),
    futures: allOf((locale) => locale.futures),
    pasts: allOf((locale) => locale.pasts),
    attributions: allOf((locale) => locale.attributions),
    vague: allOf((locale) => locale.vague),
    topics: tableOf<Topic>(TOPICS, (locale, key) => locale.topics[key]),
    referenceWords: allOf((locale) => locale.referenceWords),
    trailingReferences: allOf((locale) => locale.trailingReferences),
    holidays: namedHolidays(),
    possessives: allOf((locale) => locale.possessives),
    clauseVerbs: allOf((locale) => locale.clauseVerbs),
    shopThings: allOf((locale) => locale.shopThings),
    paymentNouns: allOf((locale) => locale.paymentNouns),
    refundNouns: allOf((locale) => locale.refundNouns),
    placeVerbs: allOf((locale) => locale.placeVerbs),
    notPlaces: wholePattern((locale) => locale.notPlaces),
    proForms: allOf((locale) => locale.promises.proForms),
    affirmations: allOf((locale) => locale.promises.affirmations),
    containing: allOf((locale) => locale.containing),
    requests: allOf((locale) => locale.requests),
    monthEnds: allOf((locale) => locale.monthEnds),
    wishes: allOf((locale) => locale.wishes),
    determiners: allOf((locale) => locale.determiners),
    carrierPrepositions: allOf((locale) => locale.carrierPrepositions),
    namedTimes: allOf((locale) => locale.namedTimes),
    clockTimes: wordTable((locale) => locale.clockTimes),
    weekends: allOf((locale) => locale.weekendWords),
    notCounts: wholePattern((locale) => locale.notCounts),
    statuses: tableOf<StatedStatus>(STATED_STATUSES, (locale, key) => locale.statuses[key]),
    negatedStatuses: tableOf<StatedStatus>(STATED_STATUSES, (locale, key) => locale.negatedStatuses[key]),
    promiseMarkers: allOf((locale) => locale.promises.markers),
    promiseActions: tableOf<PromiseKind>(PROMISE_KINDS, (locale, key) => locale.promises.actions[key]),
    completePromises: tableOf<PromiseKind>(PROMISE_KINDS, (locale, key) => locale.promises.complete[key]),
    refusals: tableOf<PromiseKind>(PROMISE_KINDS, (locale, key) => locale.promises.refusals[key]),
    undertakings: allOf((locale) => locale.promises.undertakings),
    dateLabels: tableOf<DateLabel>(DATE_LABELS, (locale, key) => locale.dateLabels[key]),
    moneyLabels: tableOf<MoneyLabel>(MONEY_LABELS, (locale, key) => locale.moneyLabels[key]),
  };
}

type Lexicon = ReturnType<typeof buildLexicon>;
let built: Lexicon | undefined;

/** All locales' words, compiled on first use (tens of milliseconds, so not at start-up). */
export function lexicon(): Lexicon {
  built ??= buildLexicon();
  return built;
}

/** Whether a global pattern matches anywhere in `text`. */
export function occursIn(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}
