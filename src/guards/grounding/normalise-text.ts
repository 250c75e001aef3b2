/**
 * A text folded for matching: lower-case ASCII as far as letters go, ASCII digits of any script, no invisible
 * characters, single spaces. Every folded character knows which UTF-16 span of the original it came from.
 */
export interface NormalisedText {
  original: string;
  text: string;
  /** Original offset at which the folded character begins. */
  starts: Int32Array;
  /** Original offset just behind the folded character. */
  ends: Int32Array;
}

/** Letters that look like Latin ones; only the confusable ones, the rest of their scripts stays as it is. */
const LOOK_ALIKES: Record<string, string> = {
  а: 'a',
  в: 'b',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  ё: 'e',
  һ: 'h',
  і: 'i',
  ї: 'i',
  ј: 'j',
  к: 'k',
  ӏ: 'l',
  м: 'm',
  н: 'h',
  о: 'o',
  р: 'p',
  ѕ: 's',
  т: 't',
  у: 'y',
  ѵ: 'v',
  х: 'x',
  ԝ: 'w',
  α: 'a',
  β: 'b',
  ε: 'e',
  η: 'n',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ƒ: 'f',
  ɡ: 'g',
  ɑ: 'a',
  ǀ: 'l',
};

const SYMBOLS: Record<string, string> = {
  '’': "'",
  '‘': "'",
  '‛': "'",
  ʼ: "'",
  '´': "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '−': '-',
  '⁄': '/',
  '∕': '/',
  '·': '.',
  '․': '.',
  '٫': '.',
  '٬': ',',
  '，': ',',
  '。': '.',
  '、': ',',
  '٪': '%',
  '•': '-',
  '▪': '-',
  '◦': '-',
};

const foldedCharacters = new Map<string, string>();

function digitValue(codePoint: number): number {
  // Unicode guarantees that decimal digits stand in runs of ten, from zero upwards.
  let before = 0;
  while (before < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(codePoint - before - 1))) before += 1;
  return before;
}

function foldCharacter(character: string): string {
  const known = foldedCharacters.get(character);
  if (known !== undefined) return known;
  let folded = '';
  for (const part of character.toLowerCase().normalize('NFKD').toLowerCase()) {
    const code = part.codePointAt(0) ?? 0;
    if (SYMBOLS[part] !== undefined) folded += SYMBOLS[part];
    else if (LOOK_ALIKES[part] !== undefined) folded += LOOK_ALIKES[part];
    else if (/^[\p{M}\p{Cf}\p{Cc}]$/u.test(part)) folded += '';
    else if (code < 0x80) folded += part;
    else if (/^\p{Zs}$/u.test(part)) folded += ' ';
    else if (/^[\p{Zl}\p{Zp}]$/u.test(part)) folded += '\n';
    else if (/^\p{Pd}$/u.test(part)) folded += '-';
    else if (/^\p{Nd}$/u.test(part)) folded += String(digitValue(code));
    else if (/^\p{Cs}$/u.test(part)) folded += ' ';
    else folded += part;
  }
  // Folding is pure, so remembering it changes nothing; the bound keeps hostile text from filling the memory.
  if (foldedCharacters.size < 5_000) foldedCharacters.set(character, folded);
  return folded;
}

/** A wrapped line is one whose writer did not mean to end a sentence there. */
function isSoftBreak(line: string, next: string): boolean {
  const left = line.trimEnd();
  const right = next.trimStart();
  if (left === '' || right === '' || /[.!?:;>]$/.test(left)) return false;
  if (/^(?:[-*•>#|]|\d{1,3}[.)]\s)/.test(right)) return false;
  return left.length >= 55 || /^\p{Ll}/u.test(right);
}

/** Folds `original`; hard line ends become "\n", soft wraps a space; linear in its length. */
export function normaliseText(original: string): NormalisedText {
  const characters: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let last = '\n';
  let lineStart = 0;
  const push = (character: string, start: number, end: number): void => {
    const blank = character === ' ' || character === '\n';
    if (blank && (last === ' ' || last === '\n')) {
      if (character === '\n' && last === ' ') {
        characters[characters.length - 1] = '\n';
        last = '\n';
      }
      return;
    }
    characters.push(character);
    starts.push(start);
    ends.push(end);
    last = character;
  };
  for (let index = 0; index < original.length; ) {
    const code = original.charCodeAt(index);
    if (code === 10 || code === 13 || code === 0x85) {
      let nextLine = index + 1;
      if (code === 13 && original.charCodeAt(nextLine) === 10) nextLine += 1;
      const end = original.slice(nextLine, nextLine + 200).search(/[\r\n]/);
      const following = original.slice(nextLine, end < 0 ? nextLine + 200 : nextLine + end);
      // A word that is cut at the end of a line is one word.
      if (
        last === '-' &&
        /\p{Ll}$/u.test(original.slice(Math.max(0, index - 3), index - 1)) &&
        /^\p{Ll}/u.test(following)
      ) {
        characters.pop();
        starts.pop();
        ends.pop();
        last = characters[characters.length - 1] ?? '';
        lineStart = nextLine;
        index = nextLine;
        continue;
      }
      const soft = isSoftBreak(original.slice(Math.max(lineStart, index - 200), index), following);
      push(soft ? ' ' : '\n', index, nextLine);
      lineStart = nextLine;
      index = nextLine;
      continue;
    }
    if (code < 0x80) {
      if (code === 9 || code === 11 || code === 12) push(' ', index, index + 1);
      // Emphasis marks would split a word or a number, and control characters hide in them.
      else if (code >= 32 && code !== 42 && code !== 96 && code !== 127) {
        push(code >= 65 && code <= 90 ? String.fromCharCode(code + 32) : original.charAt(index), index, index + 1);
      }
      index += 1;
      continue;
    }
    const character = String.fromCodePoint(original.codePointAt(index) ?? 0xfffd);
    for (const part of foldCharacter(character)) {
      for (let unit = 0; unit < part.length; unit += 1) push(part.charAt(unit), index, index + character.length);
    }
    index += character.length;
  }
  return { original, text: characters.join(''), starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
}

/** Folds a lexicon entry or an evidence value by the same rules as a body. */
export function foldText(text: string): string {
  return normaliseText(text).text;
}

/** The UTF-16 span of the original that folded characters `start` (inclusive) to `end` (exclusive) came from. */
export function originalSpan(normalised: NormalisedText, start: number, end: number): { start: number; end: number } {
  return { start: normalised.starts[start] ?? 0, end: normalised.ends[end - 1] ?? 0 };
}
