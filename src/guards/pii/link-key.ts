/** A link for comparison: scheme and host in lower case, https where none is given, no slash after a bare host. */
export function linkKey(link: string): string {
  const written = link.trim();
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#\\]*)(.*)$/is.exec(written);
  if (!match) return written;
  const scheme = (match[1] ?? 'https').toLowerCase();
  const rest = match[3] === '/' ? '' : (match[3] ?? '');
  return `${scheme}://${(match[2] ?? '').toLowerCase()}${rest}`;
}
