import { type Anchors, findAnchors, matchesAround, NUMBER_WORD, numberMatchesAround } from './anchors.ts';
import { isRealDate } from './calendar.ts';
import type { Candidate, DateValue } from './candidates.ts';
import { lexicon, occursIn, phraseSource } from './lexicon.ts';
import { parseNumberWords } from './numbers.ts';
import { findOccurrences } from './occurrences.ts';
import { isFree, sentenceText, type TextContext, take } from './text-context.ts';

const SUFFIX = "(?:'[a-z]{1,8}|'?(?:da|de|ta|te|dan|den|tan|ten|daki|deki|taki|teki|a|e|i|u|in|un|ya|ye|s))?";
const YEAR = "(?:\\d{4}|'\\d{2})(?!\\d)";

function buildPatterns() {
  const words = lexicon();
  const { sources, months, weekdays } = words;
  const cardinal = `${NUMBER_WORD}+`;
  const dayWord = cardinal;
  const dayDigits = '\\d{1,2}';
  const ordinalEnd = '(?:st|nd|rd|th|er|re|eme|o|a|\\.)?';
  const weekday = `(?:${weekdays.source})${SUFFIX}\\.?,? (?:(?:the|der|den|dem|le|el|dia|de) )?`;
  const connector = `(?:${sources.dateConnectors} ){0,2}`;
  const month = `(${months.source})\\.?${SUFFIX}`;
  const year = `(?:,? ${connector}(${YEAR})${SUFFIX})?`;
  const trailingWeekday = `(?:,? \\(?(?<after>${weekdays.source})(?![a-z0-9])\\)?)?`;
  const range = `(?:(\\d{1,2})${ordinalEnd}(?: ?- ?| (?:${sources.range}) (?:the )?))?`;
  const unit = `(${sources.units.day}|${sources.units.week}|${sources.units.month}|${sources.units.year}|${sources.units.hour}|${sources.units.minute}|${sources.units.businessDay})`;
  const count = `(\\d{1,3}|${cardinal}|an?|einem|einer|un|une|una|bir)`;
  const relative = (templates: readonly string[]): RegExp =>
    new RegExp(
      `(?<![a-z0-9${NUMBER_WORD}])(?:${templates
        .map((template) =>
          phraseSource([template.replace('{n}', '0n0').replace('{unit}', '0u0')])
            .replace('0n0', () => count)
            .replace('0u0', () => unit),
        )
        .join('|')})(?![a-z0-9])`,
      'dg',
    );
  const week = `(?:${sources.units.week}|${sources.units.month})`;
  return {
    dayMonth: new RegExp(
      `(?<![a-z0-9.,${NUMBER_WORD}])(?:(?<before>${weekday}))?${range}(?:(${dayDigits})${ordinalEnd}|(${dayWord})) ?-?${connector}${month}(?![a-z0-9])${year}${trailingWeekday}`,
      'dg',
    ),
    monthDay: new RegExp(
      `(?<![a-z0-9])(?:(?<before>${weekday}))?${month} (?:the )?(?:(${dayDigits})(?:st|nd|rd|th)?|(${dayWord}))(?![a-z0-9%€$£₺:]|[.,]\\d|'[a-z])(?:,? (\\d{4})(?!\\d))?`,
      'dg',
    ),
    dayOfMonth: new RegExp(
      `(?<![a-z0-9])(?:(?:on|by|until|before|from) the|am|bis zum|vor dem|le|el|al|hasta el) (?:(\\d{1,2})(?:st|nd|rd|th|\\.)|(${NUMBER_WORD}+))(?![a-z0-9]|[.,]\\d| ?[%€$£₺]|${NUMBER_WORD})(?! (?:of|day|item|piece|time|order|attempt|floor|parcel|delivery|part|step|${sources.currency}|${Object.values(sources.units).join('|')}))`,
      'dg',
    ),
    iso: /(?<![a-z0-9])(\d{4})-(\d{2})-(\d{2})(?!\d)/g,
    yearFirst: /(?<![\d./])(\d{4})([./])(\d{1,2})\2(\d{1,2})(?![\d/]|\.\d)/g,
    numeric: new RegExp(
      `(?<![\\d./-])(?:(?<before>${weekday}))?(\\d{1,2})([./-]) ?(\\d{1,2})\\3 ?(\\d{4}|\\d{2})(?![\\d/]|[.-]\\d)${trailingWeekday}`,
      'g',
    ),
    dayDotMonth: /(?<![\d.,])(\d{1,2})\. ?(\d{1,2})\.(?=[\s,;)]|$)(?! ?\d)/g,
    daySlashMonth: /(?<![\d./])(\d{1,2})\/(\d{1,2})(?![\d/]|[.,]\d)/g,
    dottedBehindPreposition:
      /(?<=(?:^|[^a-z])(?:am|vom|bis|zum|ab|seit|den|dem|on|le|du|el|del) )(\d{1,2})\.(\d{1,2})(?![\d.,]|\d)(?! ?(?:uhr|eur|€|usd|tl|h))/g,
    monthYear: new RegExp(`(?<![a-z0-9])${month} ${connector}(\\d{4})(?!\\d)`, 'g'),
    bareMonth: new RegExp(`(?<![a-z0-9])(?:${sources.monthPrepositions}) ${month}(?![a-z0-9])`, 'g'),
    relativeDay: new RegExp(`(?<![a-z0-9])(${words.relativeDays.source})${SUFFIX}(?![a-z0-9])`, 'g'),
    ago: relative(words.relativeAgo),
    ahead: relative(words.relativeAhead),
    weekday: new RegExp(
      `(?<![a-z0-9])(?:(?<next>${sources.next})|(?<last>${sources.last})|(?<this>${sources.this}))? ?(?<![a-z0-9])(${weekdays.source})${SUFFIX}(?:s|leri|lari)?(?: (?:(?<nextBehind>${sources.next})|(?<lastBehind>${sources.last})))?(?![a-z0-9])`,
      'g',
    ),
    week: new RegExp(
      `(?<![a-z0-9])(?:(?:(?<next>${sources.next})|(?<last>${sources.last})|(?<this>${sources.this})) (?<unit>${week})|(?<unitBefore>${week}) (?:(?<nextBehind>${sources.next})|(?<lastBehind>${sources.last})))(?![a-z0-9])`,
      'g',
    ),
    time: /(?<![\d:.,])(\d{1,2}) ?[:h] ?(\d{2})(?::\d{2})?(?![\d:])(?: ?(am|pm|a\.m\.?|p\.m\.?|uhr|h)(?![a-z0-9]))?/g,
    clockHour:
      /(?<![\d:.,]|(?:sous|dans|en|les|d'ici|de) )(\d{1,2})(?:[.](\d{2}))? ?(am|pm|a\.m\.?|p\.m\.?|uhr|heures?|o'clock)(?![a-z0-9])/g,
    frenchHour: /(?<=(?:^|[^a-z])(?:a|vers|des|entre|et|de|jusqu'a|las) )(\d{1,2}) ?h(?![a-z0-9])/g,
    prefixedTime: new RegExp(
      `(?<![a-z0-9])(?:saat(?:i|leri)?|um|gegen|ab|at|a las?|sobre las?) (\\d{1,2})\\.(\\d{2})(?![\\d.,])(?! ?(?:${sources.currency}|[€$£₺%]))`,
      'g',
    ),
    clockWord: new RegExp(
      `(?<![a-z0-9])(?:at|by|before|until|till|around|after|am|gegen|um|bis|vor|a|avant|vers|jusqu'a|al?|hasta|oglen|gun)? ?(${words.clockTimes.source})(?:e|de|a|da|leyin)?(?![a-z0-9])`,
      'g',
    ),
    spokenTime: new RegExp(
      `(?<![a-z0-9])(?:(half past|halb|quarter (?:past|to)|viertel (?:vor|nach)) (${NUMBER_WORD}+)|(?:at|by|around|um|gegen|saat|vers|a las?) (${NUMBER_WORD}+)(?= (?:o'clock|uhr|heures?|en punto|pm|am|de la)|[.,!?\n]|$)|(${NUMBER_WORD}+) (?:o'clock|uhr|heures?))(?![a-z0-9])`,
      'dg',
    ),
    prefixedHour: /(?<![a-z0-9])(?:saat(?:i)?|a las) (\d{1,2})(?![\d.,:]\d|\d|:)/g,
  };
}

let patterns: ReturnType<typeof buildPatterns> | undefined;

type Groups = Record<string, string | undefined>;

function weekdayOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const { weekdays } = lexicon();
  for (const [name, value] of weekdays.values) if (new RegExp(`^${name}(?![a-z])`).test(written.trim())) return value;
  const stem = [...weekdays.values]
    .filter(([name]) => written.startsWith(name))
    .sort(([left], [right]) => right.length - left.length)[0];
  return stem?.[1];
}

function dayOfWord(written: string | undefined, context: TextContext): number | undefined {
  if (written === undefined) return undefined;
  const { ordinalWords } = lexicon();
  const parts = written.split(/[ -]/);
  const last = ordinalWords.values.get(parts[parts.length - 1] ?? '');
  if (last !== undefined)
    return parts.length > 1 ? (parseNumberWords(parts.slice(0, -1).join(' '), context.locale) ?? 0) + last : last;
  return parseNumberWords(written, context.locale);
}

function fullYear(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const digits = written.replace(/\D/g, '');
  return digits.length === 2 ? 2_000 + Number(digits) : Number(digits);
}

/** Finds dates of every written and relative form, then times of day. Times stand apart from the date they go with. */
export function extractDates(
  context: TextContext,
  anchors: Anchors = findAnchors(context.text, context.locale),
): Candidate[] {
  patterns ??= buildPatterns();
  const words = lexicon();
  const { text } = context;
  const found: Candidate[] = [];
  const add = (start: number, end: number, date: DateValue): void => {
    const trimmed = text.slice(start, end);
    const lead = trimmed.length - trimmed.trimStart().length;
    // The stop behind an abbreviated month may be the sentence's own.
    const span = { start: start + lead, end: end - (trimmed.length - trimmed.replace(/[ .]+$/, '').length) };
    if (!isFree(context, span)) return;
    take(context, span);
    found.push({ type: 'date', ...span, date });
  };
  const dayValue = (day: number, month: number, year: number | undefined, weekday: number | undefined): DateValue => {
    if (!isRealDate(day, month, year)) return { kind: 'invalid' };
    return {
      kind: 'day',
      day,
      month,
      ...(year === undefined ? {} : { year }),
      ...(weekday === undefined ? {} : { weekday }),
    };
  };
  const allDigits = (first: number, second: number, year: number | undefined, weekday?: number): DateValue => {
    const monthFirst = context.dateOrder === 'month-day';
    // Only one order can be meant where the other gives no date.
    const preferred = monthFirst ? dayValue(second, first, year, weekday) : dayValue(first, second, year, weekday);
    if (preferred.kind !== 'invalid') return preferred;
    return monthFirst ? dayValue(first, second, year, weekday) : dayValue(second, first, year, weekday);
  };

  for (const match of text.matchAll(patterns.iso)) {
    add(
      match.index,
      match.index + match[0].length,
      dayValue(Number(match[3]), Number(match[2]), Number(match[1]), undefined),
    );
  }
  for (const match of text.matchAll(patterns.yearFirst)) {
    add(
      match.index,
      match.index + match[0].length,
      dayValue(Number(match[4]), Number(match[3]), Number(match[1]), undefined),
    );
  }
  for (const match of matchesAround(text, patterns.numeric, anchors.numbers, 30, 60)) {
    const groups: Groups = match.groups ?? {};
    const weekday = weekdayOf(groups.before) ?? weekdayOf(groups.after);
    add(
      match.index,
      match.index + match[0].length,
      allDigits(Number(match[2]), Number(match[4]), fullYear(match[5]), weekday),
    );
  }
  for (const match of numberMatchesAround(text, anchors, patterns.dayMonth, anchors.months, 60, 60)) {
    const groups: Groups = match.groups ?? {};
    const [, , first, digits, word, month, year] = match;
    const day = digits === undefined ? dayOfWord(word, context) : Number(digits);
    const monthNumber = words.months.values.get(month ?? '');
    if (day === undefined || monthNumber === undefined) continue;
    const weekday = weekdayOf(groups.before) ?? weekdayOf(groups.after);
    if (first !== undefined) {
      const at = match.index + match[0].indexOf(first);
      add(at, at + first.length, dayValue(Number(first), monthNumber, fullYear(year), undefined));
      const second = match[0].indexOf(digits ?? word ?? '', at - match.index + first.length);
      add(match.index + second, match.index + match[0].length, dayValue(day, monthNumber, fullYear(year), undefined));
      continue;
    }
    add(match.index, match.index + match[0].length, dayValue(day, monthNumber, fullYear(year), weekday));
  }
  for (const match of numberMatchesAround(text, anchors, patterns.monthDay, anchors.months, 40, 60)) {
    const groups: Groups = match.groups ?? {};
    const [, , month, digits, word, year] = match;
    const day = digits === undefined ? dayOfWord(word, context) : Number(digits);
    const monthNumber = words.months.values.get(month ?? '');
    if (day === undefined || monthNumber === undefined) continue;
    add(
      match.index,
      match.index + match[0].length,
      dayValue(day, monthNumber, fullYear(year), weekdayOf(groups.before)),
    );
  }
  for (const pattern of [patterns.dayDotMonth, patterns.dottedBehindPreposition]) {
    // "8.11." is a day only where a stop does not separate decimals.
    if (context.locale.decimalSeparator === '.') break;
    for (const match of text.matchAll(pattern)) {
      const value = dayValue(Number(match[1]), Number(match[2]), undefined, undefined);
      if (value.kind === 'invalid') continue;
      const end = match.index + match[0].trimEnd().length;
      add(match.index, end, value);
    }
  }
  for (const match of text.matchAll(patterns.daySlashMonth)) {
    if (
      match[0] === '24/7' ||
      match[0] === '7/24' ||
      (match[0].length < 4 && !occursIn(words.nouns.order, sentenceText(context, match.index)))
    )
      continue;
    const value = allDigits(Number(match[1]), Number(match[2]), undefined);
    if (value.kind !== 'invalid') add(match.index, match.index + match[0].length, value);
  }
  for (const match of matchesAround(text, patterns.monthYear, anchors.months, 4, 40)) {
    const month = words.months.values.get(match[1] ?? '');
    if (month !== undefined)
      add(match.index, match.index + match[0].length, { kind: 'month', month, year: Number(match[2]) });
  }
  for (const match of matchesAround(text, patterns.bareMonth, anchors.months, 30, 20)) {
    const month = words.months.values.get(match[1] ?? '');
    if (month !== undefined) add(match.index, match.index + match[0].length, { kind: 'month', month });
  }
  const notDates = [...text.matchAll(words.notDates)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  for (const span of notDates)
    if (isFree(context, span) && !/\d/.test(text.slice(span.start, span.end))) take(context, span);
  const countOf = (written: string): number | undefined => {
    if (/^\d+$/.test(written)) return Number(written);
    if (/^(?:an?|einem|einer|un|une|una|bir)$/.test(written)) return 1;
    return parseNumberWords(written, context.locale);
  };
  for (const [pattern, sign] of [
    [patterns.ago, -1],
    [patterns.ahead, 1],
  ] as const) {
    for (const match of numberMatchesAround(text, anchors, pattern, anchors.numbers, 30, 60)) {
      const filled = match.slice(1).filter((group) => group !== undefined);
      const count = countOf(filled[0] ?? '');
      const unit = filled[1] ?? '';
      if (count === undefined) continue;
      const isUnit = (key: 'day' | 'week' | 'month'): boolean => new RegExp(`^${words.sources.units[key]}$`).test(unit);
      const span = [match.index, match.index + match[0].length] as const;
      if (isUnit('day')) add(...span, { kind: 'relative', days: sign * count });
      else if (isUnit('week')) add(...span, { kind: 'relative', days: sign * 7 * count });
      else if (isUnit('month')) add(...span, { kind: 'relativeMonth', months: sign * count });
    }
  }
  for (const span of findOccurrences(text, words.monthEnds).spans) add(span.start, span.end, { kind: 'monthEnd' });
  for (const span of findOccurrences(text, words.weekends).spans) add(span.start, span.end, { kind: 'weekend' });
  for (const match of numberMatchesAround(text, anchors, patterns.dayOfMonth, anchors.numbers, 20, 30)) {
    const digits = match[1];
    const day = digits === undefined ? dayOfWord(match[2], context) : Number(digits);
    const written = digits ?? match[2] ?? '';
    const isOrdinal = digits !== undefined || words.ordinalWords.values.has(written.split(/[ -]/).pop() ?? '');
    if (day === undefined || day < 1 || day > 31 || !isOrdinal) continue;
    const start = match.index + match[0].lastIndexOf(written);
    add(start, match.index + match[0].length, { kind: 'dayOfMonth', day });
  }
  for (const match of text.matchAll(words.holidays.pattern)) {
    const name = match[1] ?? match[2] ?? '';
    const start = match.index + match[0].indexOf(name);
    const [month, day] = (words.holidays.values.get(name) ?? '').split('-').map(Number);
    add(
      start,
      start + name.length,
      day === undefined ? { kind: 'named', name } : { kind: 'day', day, month: month ?? 0 },
    );
  }
  for (const match of matchesAround(text, patterns.relativeDay, anchors.relativeDays, 2, 40)) {
    const word = match[1] ?? '';
    if (words.ambiguousWords.get(word)?.has(context.locale.language) === false) continue;
    add(match.index, match.index + match[0].length, {
      kind: 'relative',
      days: words.relativeDays.values.get(word) ?? 0,
    });
  }
  for (const match of text.matchAll(patterns.week)) {
    const groups: Groups = match.groups ?? {};
    const weeks = groups.next !== undefined || groups.nextBehind !== undefined ? 1 : groups.this === undefined ? -1 : 0;
    const unit = groups.unit ?? groups.unitBefore ?? '';
    const isWeek = new RegExp(`^${words.sources.units.week}$`).test(unit);
    add(
      match.index,
      match.index + match[0].length,
      isWeek ? { kind: 'week', weeks } : { kind: 'relativeMonth', months: weeks },
    );
  }
  for (const match of matchesAround(text, patterns.weekday, anchors.weekdays, 40, 40)) {
    const groups: Groups = match.groups ?? {};
    const name = match[4] ?? '';
    if (words.ambiguousWords.get(name)?.has(context.locale.language) === false) continue;
    const weekday = words.weekdays.values.get(name);
    if (weekday === undefined) continue;
    const next = groups.next ?? groups.nextBehind;
    const last = groups.last ?? groups.lastBehind;
    const direction = next !== undefined ? 'next' : last !== undefined ? 'last' : undefined;
    add(match.index, match.index + match[0].length, {
      kind: 'weekday',
      weekday,
      ...(direction === undefined ? {} : { direction }),
    });
  }

  const addTime = (start: number, end: number, hour: number, minute: number, half: string | undefined): void => {
    const span = { start, end: start + text.slice(start, end).trimEnd().length };
    if (hour > 24 || minute > 59 || !isFree(context, span)) return;
    take(context, span);
    const afternoon = half?.startsWith('p') === true;
    const morning = half?.startsWith('a') === true;
    const exact = (morning && hour === 12 ? 0 : afternoon && hour < 12 ? hour + 12 : hour) * 60 + minute;
    const minutes = [exact];
    // English writes 2:30 for 14:30 where the half of the day is understood.
    if (!afternoon && !morning && context.locale.language === 'en' && hour >= 1 && hour <= 11)
      minutes.push(exact + 720);
    found.push({ type: 'time', ...span, minutes });
  };
  for (const pattern of [patterns.time, patterns.clockHour, patterns.prefixedTime]) {
    for (const match of text.matchAll(pattern)) {
      addTime(match.index, match.index + match[0].length, Number(match[1]), Number(match[2] ?? 0), match[3]);
    }
  }
  for (const match of text.matchAll(patterns.clockWord)) {
    const name = match[1] ?? '';
    const minutes = words.clockTimes.values.get(name) ?? 0;
    addTime(
      match.index + match[0].length - name.length,
      match.index + match[0].length,
      Math.floor(minutes / 60),
      minutes % 60,
      undefined,
    );
  }
  for (const match of numberMatchesAround(text, anchors, patterns.spokenTime, anchors.numbers, 30, 40)) {
    const hour = parseNumberWords(match[2] ?? match[3] ?? match[4] ?? '', context.locale);
    const lead = match[1] ?? '';
    const shift = /past|apres|y media/.test(lead) ? 30 : /halb/.test(lead) ? -30 : 0;
    if (hour === undefined || hour > 24) continue;
    const span = { start: match.index, end: match.index + match[0].length };
    if (!isFree(context, span)) continue;
    take(context, span);
    const exact = hour * 60 + shift;
    found.push({ type: 'time', ...span, minutes: hour <= 12 ? [exact, exact + 720] : [exact] });
  }
  for (const span of findOccurrences(text, words.namedTimes).spans) {
    if (
      !/(?<![a-z])(?:at|by|before|until|till|around|bis|zum|vor|gegen|zu|avant|a|d'ici|pour|vers|antes del?|al|hasta el|para el) (?:the |the )?$/.test(
        text.slice(Math.max(0, span.start - 14), span.start),
      ) &&
      context.locale.language !== 'tr'
    )
      continue;
    if (!isFree(context, span)) continue;
    take(context, span);
    found.push({ type: 'time', ...span, minutes: [] });
  }
  for (const pattern of [patterns.frenchHour, patterns.prefixedHour]) {
    for (const match of text.matchAll(pattern))
      addTime(match.index, match.index + match[0].length, Number(match[1]), 0, undefined);
  }
  return found;
}
