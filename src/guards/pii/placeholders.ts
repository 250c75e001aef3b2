import { type FoldedText, foldText } from './fold-text.ts';
import type { PiiType } from './pii-match.ts';

/** `[CARD_1]` as a model may give it back: in any case, with other brackets' spacing; without brackets only with "_". */
const NUMBERED =
  /\[ {0,2}(CARD|IBAN|SSN|EMAIL|PHONE|NATIONAL[_ -]ID|LINK)[_ -]{0,2}([0-9]{1,6}) {0,2}\]|(?<![A-Za-z0-9_])(CARD|IBAN|SSN|EMAIL|PHONE|NATIONAL_ID|LINK)_([0-9]{1,6})(?![A-Za-z0-9_])/gi;
/** What a customer's own "[CARD_1]" was made into, should a model copy it. */
const NEUTRAL = /\[(?:card|iban|ssn|email|phone|national id|link)\]/gi;

export interface Placeholder {
  type: PiiType;
  /** As the session writes it. */
  name: string;
  /** UTF-16 offsets into the text as it was given. */
  start: number;
  end: number;
}

/** The form in which the session writes a placeholder. */
export function placeholderName(type: PiiType, number: number): string {
  return `[${type}_${number}]`;
}

/** Every numbered placeholder in a text, whoever wrote it, also with odd case, brackets or invisible characters. */
export function findPlaceholders(text: string, folded: FoldedText = foldText(text)): Placeholder[] {
  const found: Placeholder[] = [];
  if (!folded.text.includes('[') && !folded.text.includes('_')) return found;
  for (const match of folded.text.matchAll(NUMBERED)) {
    const type = ((match[1] ?? match[3]) as string).toUpperCase().replace(/[ -]/, '_') as PiiType;
    const range = folded.toOriginal(match.index, match.index + match[0].length);
    found.push({ type, name: placeholderName(type, Number(match[2] ?? match[4])), ...range });
  }
  return found;
}

/** Makes a placeholder that stands in somebody's own text harmless: "[CARD_1]" becomes "[card]". */
export function neutralForm(type: PiiType): string {
  return `[${type.toLowerCase().replace('_', ' ')}]`;
}

/** Places where a body still holds a placeholder, numbered or neutral, in order. */
export function leftOverPlaceholders(text: string): { start: number; end: number }[] {
  const folded = foldText(text);
  const neutral = [...folded.text.matchAll(NEUTRAL)].map((match) =>
    folded.toOriginal(match.index, match.index + match[0].length),
  );
  return [...findPlaceholders(text, folded).map(({ start, end }) => ({ start, end })), ...neutral].sort(
    (a, b) => a.start - b.start,
  );
}
