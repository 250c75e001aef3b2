/** Nesting below which a JSON value is taken; deeper ones are an attack or a mistake. */
export const JSON_DEPTH_LIMIT = 64;

// biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is what this is for
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g;

/** Text that Postgres, JSON and people can hold: CRLF and CR become LF, C0 controls but LF and TAB go, a lone surrogate becomes U+FFFD. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, '\n').replace(CONTROL, '');
}

/**
 * `cleanText` on every string and key of a JSON value; keys that become equal keep the last value.
 * Throws RangeError when the value is nested deeper than `JSON_DEPTH_LIMIT`.
 */
export function cleanJson<T>(value: T): T {
  return cleanLevel(value, 0) as T;
}

function cleanLevel(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth >= JSON_DEPTH_LIMIT) throw new RangeError(`JSON is nested deeper than ${JSON_DEPTH_LIMIT} levels`);
  if (Array.isArray(value)) return value.map((item) => cleanLevel(item, depth + 1));
  // Entries, so that a key `__proto__` becomes a property and not a prototype.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), cleanLevel(item, depth + 1)]));
}
