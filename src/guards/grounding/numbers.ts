import { lexicon } from './lexicon.ts';
import type { GroundingLocale } from './locale.ts';

/** A number in digits, groups of three by space or apostrophe included. */
export const GROUPED_NUMBER = "\\d{1,3}(?:[ ']\\d{3})+(?:[.,]\\d{1,2})?(?!\\d)|\\d+(?:[.,]\\d+)*";
/** The same without groups by space: two numbers side by side stay two. */
export const PLAIN_NUMBER = "\\d{1,3}(?:'\\d{3})+(?:[.,]\\d{1,2})?(?!\\d)|\\d+(?:[.,]\\d+)*";

/**
 * The value of a number as it is written in the language: one separator before exactly three digits is read by
 * `decimalSeparator`, every other form has one reading. Undefined where the form is not a number ("1.2.3").
 */
export function parseNumber(written: string, decimalSeparator: '.' | ','): number | undefined {
  const compact = written.replace(/[ ']/g, '');
  const separators = compact.replace(/\d/g, '');
  if (separators === '') return Number(compact);
  const last = separators.charAt(separators.length - 1);
  const other = last === '.' ? ',' : '.';
  const [head = '', tail = ''] = [
    compact.slice(0, compact.lastIndexOf(last)),
    compact.slice(compact.lastIndexOf(last) + 1),
  ];
  const grouped = (part: string, separator: string): boolean =>
    part
      .split(separator)
      .every((group, index) => (index === 0 ? group.length >= 1 && group.length <= 3 : group.length === 3));
  if (separators.includes(other)) {
    if (separators.indexOf(last) !== separators.length - 1 || !grouped(head, other)) return undefined;
    return Number(`${head.replaceAll(other, '')}.${tail}`);
  }
  if (separators.length > 1) return grouped(compact, last) ? Number(compact.replaceAll(last, '')) : undefined;
  const couldBeGroup = tail.length === 3 && head.length <= 3 && head !== '0';
  if (couldBeGroup && last !== decimalSeparator) return Number(head + tail);
  return Number(`${head}.${tail}`);
}

let hyphenated: RegExp | undefined;

/** Number words that hold a hyphen themselves: "quatre-vingt-dix" is not four, twenty and ten. */
function hyphenatedWords(): RegExp {
  if (hyphenated !== undefined) return hyphenated;
  const compounds = [...lexicon().numberWords.values.keys()].filter((word) => word.includes('-'));
  compounds.sort((left, right) => right.length - left.length);
  hyphenated = new RegExp(compounds.join('|') || '(?!)', 'g');
  return hyphenated;
}

/** The number that number words stand for; undefined where one of them means something else in this language. */
export function parseNumberWords(written: string, locale: GroundingLocale): number | undefined {
  const words = lexicon();
  let total = 0;
  let current = 0;
  for (const word of written.replace(hyphenatedWords(), (compound) => compound.replaceAll('-', '_')).split(/[ -]+/)) {
    if (word === 'and' || word === 'y' || word === 'et') continue;
    if (words.ambiguousWords.get(word)?.has(locale.language) === false) return undefined;
    const scale = words.scaleWords.values.get(word);
    const value = words.numberWords.values.get(word.replaceAll('_', '-'));
    if (scale !== undefined) {
      current = (current === 0 ? 1 : current) * scale;
      if (scale >= 1_000) {
        total += current;
        current = 0;
      }
    } else if (value !== undefined) current += value;
    else return undefined;
  }
  return total + current;
}
