import { neutralForm } from '../../guards/pii/placeholders.ts';
import { scanPii } from '../../guards/pii/scan-pii.ts';

const POLICY = { emails: true, phones: true, nationalIds: true };
/** "0.1234 (1234" of a rate with its count is no telephone number. */
const DECIMAL = /^0\.\d+(?![\d.])/;
/** Control, format and bidirectional characters, and line separators: nothing that breaks a header or turns a text around. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/**
 * A text as it may leave the house: one line, at most `longest` UTF-16 units, private values replaced. Reasons are typed by
 * people, who paste addresses.
 */
export function plainWords(text: string, longest: number): string {
  // Cut first: a reason may be long, and nobody reads more of it here.
  return clip(withoutPrivate(oneLine(text, longest * 2)), longest);
}

/** A text with private values replaced, its lines as they are: what people write where nothing is ever erased. */
export function withoutPrivate(text: string): string {
  let result = '';
  let from = 0;
  for (const match of scanPii(text, {
    policy: POLICY,
    links: false,
    thorough: false,
    identifiers: new Set(),
    isField: false,
  })) {
    if (match.type === 'PHONE' && DECIMAL.test(text.slice(match.start, match.end))) continue;
    result += `${text.slice(from, match.start)}${neutralForm(match.type)}`;
    from = match.end;
  }
  return result + text.slice(from);
}

/** Without line ends and unseen characters. */
export function oneLine(text: string, longest: number): string {
  return clip(text.toWellFormed().replace(UNSEEN, ' ').replace(/ {2,}/g, ' ').trim(), longest);
}

function clip(text: string, longest: number): string {
  return text.length <= longest
    ? text
    : `${text
        .slice(0, longest - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`;
}
