import { foldText } from './fold-text.ts';
import type { PiiPolicy, PiiType } from './pii-match.ts';
import { findPlaceholders, neutralForm, placeholderName } from './placeholders.ts';
import { identifierKey, scanPii } from './scan-pii.ts';

/** What one draft has redacted: the same value has the same placeholder in mail, thread, tools and examples. */
export interface RedactionSession {
  policy: PiiPolicy;
  /** Compact order and tracking numbers of the draft (`identifierKey`), never redacted. */
  identifiers: Set<string>;
  /** "CARD:4111…" to "[CARD_1]" and the value, in the one form that stands for all ways of writing it. */
  placeholders: Map<string, { name: string; type: PiiType; key: string }>;
  counts: Map<PiiType, number>;
}

/** Deeper than any record of ours; below it a value is dropped rather than passed on unread. */
const DEEPEST_VALUE = 64;

/** An empty session for one draft; `identifiers` are its known order and tracking numbers, in any spelling. */
export function createRedactionSession(policy: PiiPolicy, identifiers: Iterable<string> = []): RedactionSession {
  const session: RedactionSession = {
    policy,
    identifiers: new Set(),
    placeholders: new Map(),
    counts: new Map(),
  };
  keepIdentifiers(session, identifiers);
  return session;
}

/** Adds order and tracking numbers that from now on are never redacted in this draft. */
export function keepIdentifiers(session: RedactionSession, identifiers: Iterable<string>): void {
  for (const identifier of identifiers) {
    const key = identifierKey(identifier);
    if (key.length > 0) session.identifiers.add(key);
  }
}

/**
 * Puts a placeholder in place of every private value and link; `found` has UTF-16 offsets into the text as given.
 * Placeholders that stand in the text already are somebody's own words and are made harmless.
 */
export function redactPii(
  text: string,
  session: RedactionSession,
): { text: string; found: { type: PiiType; start: number; end: number }[] } {
  return redact(text, session, false);
}

function redact(text: string, session: RedactionSession, isField: boolean): ReturnType<typeof redactPii> {
  const folded = foldText(text);
  const { policy, identifiers } = session;
  const matches = scanPii(text, { policy, links: true, thorough: false, identifiers, isField }, folded);
  const replacements = matches.map((match) => ({
    start: match.start,
    end: match.end,
    by: placeholderFor(match.type, match.key, session),
  }));
  const inOrder = replacements.length;
  for (const own of findPlaceholders(text, folded)) {
    replacements.push({ start: own.start, end: own.end, by: neutralForm(own.type) });
  }
  const found = matches.map(({ type, start, end }) => ({ type, start, end }));
  if (replacements.length === 0) return { text, found };
  // Two values may stand in one character of a folded text.
  if (replacements.length > inOrder || folded.text !== text) {
    replacements.sort((a, b) => a.start - b.start || b.end - a.end);
  }
  let redacted = '';
  let copied = 0;
  for (const { start, end, by } of replacements) {
    if (start < copied) continue;
    redacted += text.slice(copied, start) + by;
    copied = end;
  }
  return { text: redacted + text.slice(copied), found };
}

function placeholderFor(type: PiiType, key: string, session: RedactionSession): string {
  const id = `${type}:${key}`;
  const known = session.placeholders.get(id);
  if (known) return known.name;
  const number = (session.counts.get(type) ?? 0) + 1;
  const name = placeholderName(type, number);
  session.counts.set(type, number);
  session.placeholders.set(id, { name, type, key });
  return name;
}

/** The same for a JSON value: strings, and numbers that are cards; keys stay. Nothing of the input is changed. */
export function redactDeep<Value>(value: Value, session: RedactionSession): Value {
  return redactValue(value, session, 0) as Value;
}

function redactValue(value: unknown, session: RedactionSession, depth: number): unknown {
  if (typeof value === 'string') return redact(value, session, true).text;
  if (typeof value === 'number' || typeof value === 'bigint') {
    const written = String(value);
    if (!/^\d{12,19}$/.test(written)) return value;
    const redacted = redact(written, session, true).text;
    return redacted === written ? value : redacted;
  }
  if (value === null || typeof value !== 'object') return value;
  if (depth >= DEEPEST_VALUE) return null;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, session, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactValue(item, session, depth + 1)]));
}
