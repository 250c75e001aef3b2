/** Lines as CSV (RFC 4180, CRLF). A text that a spreadsheet would take for a formula begins with an apostrophe. */
export function toCsv(lines: readonly (readonly unknown[])[]): string {
  return `${lines.map((line) => line.map(cellOf).join(',')).join('\r\n')}\r\n`;
}

function cellOf(value: unknown): string {
  const text = value == null ? '' : String(value);
  const safe = typeof value === 'string' && /^(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
