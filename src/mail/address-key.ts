import type { Address } from './address.ts';

/** RFC 5321 limits, in characters. */
const LONGEST_ADDRESS = 254;
const LONGEST_LOCAL_PART = 64;
const DOT_ATOM = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN =
  /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?)+$/u;

/**
 * Canonical form of one plain mailbox, for comparison: lower case, domain in its ASCII (IDNA) form. Null for anything
 * else: lists, names, quotes, comments, control or invisible characters, look-alikes that normalisation would change.
 */
export function addressKey(address: string): string | null {
  if (typeof address !== 'string' || address.length > LONGEST_ADDRESS + 64) return null;
  const trimmed = address.replace(/^[ \t]+|[ \t]+$/g, '');
  // The Kelvin sign is no K: composing or lower-casing it would make two people one.
  if (trimmed.length > LONGEST_ADDRESS || trimmed.normalize('NFKC') !== trimmed) return null;
  const at = trimmed.indexOf('@');
  if (at < 1 || at > LONGEST_LOCAL_PART || trimmed.includes('@', at + 1)) return null;
  const local = trimmed.slice(0, at);
  if (!DOT_ATOM.test(local)) return null;
  const domain = domainKey(trimmed.slice(at + 1));
  return domain === null ? null : `${local.toLowerCase()}@${domain}`;
}

/** ASCII form of a host name with at least two labels; null for addresses, ports, paths and what IDNA refuses. */
export function domainKey(domain: string): string | null {
  if (domain.length > 253 || !DOMAIN.test(domain)) return null;
  let host: string;
  try {
    host = new URL(`https://${domain}`).hostname;
  } catch {
    return null;
  }
  // URL reads "1.2" and "0x7f.1" as IPv4 addresses.
  if (/^[\d.]+$/.test(host) || !host.includes('.')) return null;
  return host.split('.').every((label) => label.length > 0 && label.length <= 63) ? host : null;
}

/** One entry of an address header: a mailbox (its address empty when there is none), or a group of them. */
export type ParsedAddress =
  | { name: string; address: string }
  | { name: string; group: { name: string; address: string }[] };

/** Longer headers are cut: nobody writes to so many people by hand. */
const LONGEST_HEADER = 100_000;

interface Piece {
  kind: 'text' | 'quoted' | 'comment' | 'angle' | 'delimiter';
  text: string;
}

/**
 * Reads an address header (RFC 5322, leniently). What is quoted is never taken for an address, and an entry yields one
 * address at most. The result is as written: compare and send only what `addressKey` accepts.
 */
export function parseAddressList(header: string): ParsedAddress[] {
  const entries: ParsedAddress[] = [];
  let group: { name: string; group: { name: string; address: string }[] } | undefined;
  let depth = 0;
  let pieces: Piece[] = [];
  let pending: string | undefined;

  const flush = (delimiter: string) => {
    if (!pieces.some((piece) => piece.kind !== 'comment' || piece.text !== '') && pieces.length === 0) return;
    const entry = entryOf(pieces);
    const hasAngle = pieces.some((piece) => piece.kind === 'angle');
    pieces = [];
    if (entry === undefined) return;
    // "Joe, PhD <j@example.com>": the comma was part of a name that nobody quoted.
    if (pending !== undefined) {
      if (hasAngle) entry.name = `${pending}, ${entry.name}`;
      else push({ name: pending, address: '' });
      pending = undefined;
    }
    if (delimiter === ',' && entry.address === '' && !hasAngle && entry.name !== '') pending = entry.name;
    else push(entry);
  };
  const push = (entry: { name: string; address: string }) => {
    if (group) group.group.push(entry);
    else entries.push(entry);
  };
  const settle = () => {
    if (pending === undefined) return;
    push({ name: pending, address: '' });
    pending = undefined;
  };

  for (const piece of piecesOf(header.slice(0, LONGEST_HEADER))) {
    if (piece.kind !== 'delimiter') {
      pieces.push(piece);
      continue;
    }
    if (piece.text === ':') {
      const name = pieces
        .map(({ text }) => text)
        .join(' ')
        .trim();
      pieces = [];
      settle();
      depth++;
      if (!group) {
        group = { name, group: [] };
        entries.push(group);
      }
      continue;
    }
    flush(piece.text);
    if (piece.text === ';') {
      settle();
      depth = Math.max(0, depth - 1);
      if (depth === 0) group = undefined;
    }
  }
  flush('');
  settle();
  return entries;
}

/** Cuts a header into quoted strings, comments, angle brackets, delimiters and the text between. Linear time. */
function piecesOf(header: string): Piece[] {
  const pieces: Piece[] = [];
  let text = '';
  let index = 0;
  const endText = () => {
    if (text.trim() !== '') pieces.push({ kind: 'text', text: text.trim() });
    text = '';
  };
  // An unclosed quote or comment is looked for once, not again at each of its openings.
  let unclosedQuote = false;
  let unclosedComment = false;
  while (index < header.length) {
    const character = header.charAt(index);
    if (character === '"' && !unclosedQuote) {
      const end = quoteEnd(header, index);
      if (end < 0) {
        unclosedQuote = true;
        index++;
        continue;
      }
      const quoted = header.slice(index, end + 1);
      // A quoted local part goes on with its domain.
      if (
        header.charAt(end + 1) === '@' ||
        text.endsWith('@') ||
        (text !== '' && /\S$/.test(text) && text.includes('@'))
      ) {
        text += quoted;
      } else {
        endText();
        pieces.push({ kind: 'quoted', text: quoted.slice(1, -1).replace(/\\(.)/gs, '$1') });
      }
      index = end + 1;
    } else if (character === '"') {
      index++;
    } else if (character === '(' && !unclosedComment) {
      const end = commentEnd(header, index);
      if (end < 0) {
        unclosedComment = true;
        text += ' ';
        index++;
        continue;
      }
      endText();
      pieces.push({ kind: 'comment', text: header.slice(index + 1, end).trim() });
      index = end + 1;
    } else if (character === '<') {
      endText();
      let end = index + 1;
      while (end < header.length && header.charAt(end) !== '>' && header.charAt(end) !== '<') end++;
      // "<" again before ">": the first one was no bracket.
      if (header.charAt(end) === '<') {
        index = end;
        continue;
      }
      pieces.push({ kind: 'angle', text: header.slice(index + 1, end).trim() });
      index = end + 1;
    } else if (character === ',' || character === ';' || character === ':') {
      endText();
      pieces.push({ kind: 'delimiter', text: character });
      index++;
    } else {
      text += character;
      index++;
    }
  }
  endText();
  return pieces;
}

function quoteEnd(header: string, open: number): number {
  for (let at = open + 1; at < header.length; at++) {
    const character = header.charAt(at);
    if (character === '\\') at++;
    else if (character === '"') return at;
  }
  return -1;
}

function commentEnd(header: string, open: number): number {
  let depth = 0;
  for (let at = open; at < header.length; at++) {
    const character = header.charAt(at);
    if (character === '\\') at++;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at;
  }
  return -1;
}

function entryOf(pieces: Piece[]): { name: string; address: string } | undefined {
  if (pieces.length === 0) return undefined;
  const comments = pieces.filter(({ kind, text }) => kind === 'comment' && text !== '').map(({ text }) => text);
  const angle = pieces.findLast(({ kind }) => kind === 'angle');
  const words = pieces.filter(({ kind }) => kind === 'text' || kind === 'quoted');
  if (angle) {
    const name = words
      .map(({ text }) => text)
      .join(' ')
      .replace(/\s+/g, ' ')
      .trim();
    return { name: name || comments.join(' '), address: angle.text };
  }
  let address = '';
  const names: string[] = [];
  for (const { kind, text } of words) {
    if (kind === 'quoted') {
      names.push(text);
      continue;
    }
    for (const word of wordsOf(text)) {
      if (address === '' && word.includes('@')) address = word;
      else names.push(word);
    }
  }
  return { name: (names.join(' ') || comments.join(' ')).replace(/\s+/g, ' ').trim(), address };
}

/** Words at blanks, save blanks inside quotes: `"a b"@example.com` is one. */
function wordsOf(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"|[^\s"])+/gs) ?? [];
}

/** The mailboxes of a header that are fit to be used, groups opened, in order. */
export function mailboxesOf(header: string): Address[] {
  return parseAddressList(header)
    .flatMap((entry) => ('group' in entry ? entry.group : [entry]))
    .filter((entry) => addressKey(entry.address) !== null)
    .map(({ address, name }) => (name ? { address, name } : { address }));
}
