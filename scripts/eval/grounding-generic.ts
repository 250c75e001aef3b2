import { findAnchors, NUMBER_WORD, numberMatchesAround } from '../../src/guards/grounding/anchors.ts';
import { dayNumber, matchesDay } from '../../src/guards/grounding/calendar.ts';
import { extractDates } from '../../src/guards/grounding/extract-dates.ts';
import { foldText, originalSpan } from '../../src/guards/grounding/normalise-text.ts';
import { PLAIN_NUMBER, parseNumber, parseNumberWords } from '../../src/guards/grounding/numbers.ts';
import { isFree, readText, take } from '../../src/guards/grounding/text-context.ts';

/**
 * The guard's reading of numbers, dates, times and names, judged against the leaves of any JSON: only for texts that
 * others made about other things than orders. An amount is looked for under the thing that is named before it.
 */
export interface GenericFinding {
  start: number;
  end: number;
  kind: 'number' | 'date' | 'time' | 'name';
}

interface Thing {
  /** Folded texts that name it. */
  names: string[];
  numbers: number[];
  fields: Field[];
}

/** A number with the words of the key that it stands under: "TEAM-PTS" is ["team", "pts"]. */
interface Field {
  key: string[];
  number: number;
}

interface Leaves {
  things: Thing[];
  numbers: number[];
  fields: Field[];
  /** Days since 1970. */
  days: number[];
  minutes: Set<number>;
  /** All texts of the source, folded. */
  text: string;
  words: Set<string>;
}

const DATE_FORMS: readonly (readonly [RegExp, (parts: number[]) => [number, number, number]])[] = [
  [/(\d{4})-(\d{2})-(\d{2})/g, ([year = 0, month = 0, day = 0]) => [year, month, day]],
  [/(?<!\d)(\d{2})_(\d{2})_(\d{2})(?!\d)/g, ([month = 0, day = 0, year = 0]) => [2_000 + year, month, day]],
];

/** Numbers in a text leaf, also glued to a unit ("6.78-inch", "50MP"). */
function numbersOf(value: unknown): number[] {
  return (String(value).match(/-?\d+(?:[.,]\d+)*/g) ?? []).flatMap((written) => {
    const number = parseNumber(written.replace('-', ''), '.');
    return number === undefined ? [] : [number];
  });
}

/** "windSpeed", "wind_speed" and "WIND-SPEED" are two words each. */
function keyWords(key: string): string[] {
  return key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

const SHORTEST_KEY = 2;

/** Whether a key's word is the word or short for it: "pts" for "points", "temp" for "temperature". */
function isShortFor(short: string, word: string): boolean {
  if (short.length < SHORTEST_KEY || word.length < 4 || short[0] !== word[0]) return false;
  let at = 0;
  for (const letter of word) if (letter === short[at]) at += 1;
  return at === short.length;
}

/**
 * The fields that a word right behind the number names ("24 points"). Where none of the words is a key, undefined: then
 * any number of the thing will do.
 */
function fieldsNamed(fields: readonly Field[], behind: string): readonly Field[] {
  const word = /^[ -](?:[a-z]{1,9}-)?([a-z]{4,20})/.exec(behind)?.[1];
  return word === undefined ? [] : fields.filter(({ key }) => isShortFor(key.at(-1) ?? '', word));
}

/** Walks a JSON value once; every object that holds a text is a thing that these texts name. */
export function readLeaves(source: unknown): Leaves {
  const leaves: Leaves = {
    things: [],
    numbers: [],
    fields: [],
    days: [],
    minutes: new Set(),
    text: '',
    words: new Set(),
  };
  const texts: string[] = [];
  const walk = (value: unknown): number[] => {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return value.flatMap(walk);
    if (typeof value === 'object') {
      const entries = Object.entries(value);
      const names = entries.flatMap(([, leaf]) =>
        typeof leaf === 'string' && /[A-Za-z]{3}/.test(leaf) && leaf.length < 60 ? [foldText(leaf).trim()] : [],
      );
      const numbers = entries.flatMap(([, leaf]) => walk(leaf));
      const fields = entries.flatMap(([key, leaf]) =>
        typeof leaf === 'string' || typeof leaf === 'number'
          ? numbersOf(leaf).map((number) => ({ key: keyWords(key), number }))
          : [],
      );
      leaves.fields.push(...fields);
      if (names.length > 0) leaves.things.push({ names, numbers, fields });
      // What has a name keeps its numbers to itself.
      return names.length > 0 ? [] : numbers;
    }
    const written = String(value);
    texts.push(foldText(written));
    for (const [form, order] of DATE_FORMS) {
      for (const match of written.matchAll(form)) leaves.days.push(dayNumber(...order(match.slice(1).map(Number))));
    }
    for (const match of written.matchAll(/(?<!\d)(\d{1,2}):(\d{2})/g))
      leaves.minutes.add(Number(match[1]) * 60 + Number(match[2]));
    const numbers = numbersOf(written);
    leaves.numbers.push(...numbers);
    return numbers;
  };
  walk(source);
  leaves.text = texts.join('\n');
  leaves.words = new Set(leaves.text.match(/[a-z0-9]+/g) ?? []);
  return leaves;
}

/** Whether a written number is a source's number, at the precision it is written with. */
function isAmong(written: number, decimals: number, numbers: readonly number[]): boolean {
  const precision = 0.5 * 10 ** -decimals + 1e-9;
  return numbers.some(
    (number) => Math.abs(number - written) <= (decimals === 0 && Number.isInteger(number) ? 1e-9 : precision),
  );
}

const NEVER_NAMES = new Set(
  'the a an in on at it he she they this that these his her its with for from and but as after before both while however additionally overall despite during over other next i we our january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday'.split(
    ' ',
  ),
);

/** Numbers, dates, times and names of an English text that its source does not hold. */
export function judgeAgainstJson(text: string, source: unknown, options: { boundToThings: boolean }): GenericFinding[] {
  const leaves = readLeaves(source);
  const context = readText(text, 'en', 'en-GB');
  const findings: GenericFinding[] = [];
  const report = (kind: GenericFinding['kind'], start: number, end: number): void => {
    findings.push({ kind, ...originalSpan(context.normalised, start, end) });
  };
  const firstDay = leaves.days[0] ?? 0;
  for (const candidate of extractDates(context)) {
    if (candidate.type === 'date') {
      if (leaves.days.length > 0 && candidate.date.kind !== 'relative' && candidate.date.kind !== 'year') {
        if (
          !leaves.days.some((day) =>
            matchesDay(candidate.date, day, candidate.date.kind === 'weekday' ? day : firstDay),
          )
        )
          report('date', candidate.start, candidate.end);
      }
    } else if (candidate.type === 'time' && leaves.minutes.size > 0) {
      if (!candidate.minutes.some((minutes) => leaves.minutes.has(minutes)))
        report('time', candidate.start, candidate.end);
    }
  }

  const mentions: { at: number; thing: Thing }[] = [];
  if (options.boundToThings) {
    const owners = new Map<string, number>();
    for (const name of leaves.things.flatMap((thing) => thing.names)) owners.set(name, (owners.get(name) ?? 0) + 1);
    for (const thing of leaves.things) {
      // A text that many things hold (a city, a position) names none of them.
      for (const name of thing.names.filter((candidate) => (owners.get(candidate) ?? 0) <= 2)) {
        for (let at = context.text.indexOf(name); at >= 0; at = context.text.indexOf(name, at + 1))
          mentions.push({ at, thing });
      }
    }
    mentions.sort((left, right) => left.at - right.at);
  }
  const anchors = findAnchors(context.text, context.locale);
  const pattern = new RegExp(`(?<![a-z0-9])(?:(${PLAIN_NUMBER})|(${NUMBER_WORD}+))(?![0-9])`, 'dg');
  for (const match of numberMatchesAround(context.text, anchors, pattern, anchors.numbers, 2, 60)) {
    const span = { start: match.index, end: match.index + match[0].length };
    if (!isFree(context, span)) continue;
    take(context, span);
    const written = match[1] === undefined ? parseNumberWords(match[0], context.locale) : parseNumber(match[1], '.');
    if (written === undefined) continue;
    const decimals = /[.,](\d{1,2})$/.exec(match[0])?.[1]?.length ?? 0;
    const near = mentions.filter((mention) => mention.at < span.start).slice(-1)[0];
    const things =
      near === undefined ? [] : mentions.filter((mention) => mention.at === near.at).map(({ thing }) => thing);
    const own = things.flatMap(({ numbers }) => numbers);
    const behind = context.text.slice(span.end, span.end + 32);
    const named = fieldsNamed(own.length > 0 ? things.flatMap(({ fields }) => fields) : leaves.fields, behind);
    // "One" is a pronoun, unless it counts something that the source counts ("one block").
    if (match[1] === undefined && written <= 1 && named.length === 0) continue;
    const held = named.length > 0 ? named.map(({ number }) => number) : own.length > 0 ? own : leaves.numbers;
    if (!isAmong(written, decimals, held)) report('number', span.start, span.end);
  }

  for (const match of text.matchAll(/(?<![.!?]\s)(?<!^)(?<=\s)\p{Lu}[\p{L}'’-]+(?:\s\p{Lu}[\p{L}'’-]+)*/gu)) {
    const words = foldText(match[0]).match(/[a-z0-9]+/g) ?? [];
    const unknown = words.filter(
      (word) =>
        word.length > 2 &&
        !NEVER_NAMES.has(word) &&
        !leaves.words.has(word) &&
        !leaves.words.has(word.replace(/s$/, '')),
    );
    if (unknown.length > 0) findings.push({ kind: 'name', start: match.index, end: match.index + match[0].length });
  }
  return findings;
}
