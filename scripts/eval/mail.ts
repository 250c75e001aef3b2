import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { htmlToText } from '../../src/mail/html-to-text.ts';
import { machineMail } from '../../src/mail/machine-mail.ts';
import { stripQuotes } from '../../src/mail/strip-quotes.ts';
import { stripSignature } from '../../src/mail/strip-signature.ts';

export interface EvaluationRow {
  name: string;
  /** A share from 0 to 1, or a count where the name says so. */
  value: number;
  n: number;
  goal?: number;
  note?: string;
}

interface ReplyRecord {
  id: string;
  kind: 'strip_quote' | 'strip_quote_html' | 'strip_signature' | 'fragments';
  text: string;
  expected_reply?: string;
  expected_signature?: string;
  expected?: {
    n_fragments?: number;
    quoted?: boolean[];
    signature?: boolean[];
    hidden?: boolean[];
    fragment_equals?: [string, number][];
    fragment_equals_trimmed?: [string, number][];
    fragment_matches?: [string, number][];
  };
}

interface RawMailRecord {
  id: string;
  raw_b64: string;
}

/** Reply stripping and machine mail on the sets `mime_reply_stripping` and `mime_corpus`. Throws where they are absent. */
export async function evaluateMail(dataDir: string): Promise<EvaluationRow[]> {
  return [...evaluateReplies(dataDir), ...evaluateMachineMail(dataDir)];
}

/** Records that a run got wrong, for a person to look at. */
export function replyMisses(dataDir: string): ReplyRecord[] {
  return readRecords<ReplyRecord>(dataDir, 'mime_reply_stripping').filter((record) => !isReplyRight(record));
}

function readRecords<T>(dataDir: string, set: string): T[] {
  const path = join(dataDir, set, 'dev.jsonl');
  if (!existsSync(path)) throw new Error(`no data at ${path}`);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T);
}

function evaluateReplies(dataDir: string): EvaluationRow[] {
  const records = readRecords<ReplyRecord>(dataDir, 'mime_reply_stripping');
  const share = (kind: string, chosen: ReplyRecord[], goal?: number, note?: string): EvaluationRow => ({
    name: `reply stripping: ${kind}`,
    value: chosen.filter(isReplyRight).length / Math.max(1, chosen.length),
    n: chosen.length,
    ...(goal !== undefined && { goal }),
    ...(note && { note }),
  });
  const ofKind = (kind: ReplyRecord['kind']) => records.filter((record) => record.kind === kind);
  return [
    share('all', records, 0.95, 'white space folded'),
    share('quotes in text', ofKind('strip_quote')),
    share('quotes in HTML', ofKind('strip_quote_html'), undefined, 'compared as text'),
    share('signatures', ofKind('strip_signature')),
    share('fragments', ofKind('fragments'), undefined, 'first fragment shown, hidden ones gone, unsplit mails whole'),
  ];
}

function folded(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function isReplyRight(record: ReplyRecord): boolean {
  switch (record.kind) {
    case 'strip_quote':
      return folded(stripQuotes(record.text.replace(/\r\n/g, '\n')).reply) === folded(record.expected_reply ?? '');
    case 'strip_quote_html':
      return (
        folded(stripQuotes(htmlToText(record.text)).reply) ===
        folded(htmlToText(record.expected_reply ?? '').replace(/^> ?/gm, ''))
      );
    case 'strip_signature':
      return folded(stripSignature(record.text).signature) === folded(record.expected_signature ?? '');
    case 'fragments':
      return areFragmentsRight(record);
  }
}

/** The peers' parsers cut a mail into fragments; ours shows one text. What they show first must be shown, what they hide must not. */
function areFragmentsRight({ text, expected = {} }: ReplyRecord): boolean {
  const clean = text.replace(/\r\n/g, '\n');
  const shown = stripSignature(stripQuotes(clean).reply).text;
  if (expected.n_fragments === 1) return folded(shown) === folded(clean);
  const isHidden = (index: number) => index > 0 && (expected.hidden?.[index] ?? true);
  for (const [content, index] of [...(expected.fragment_equals ?? []), ...(expected.fragment_equals_trimmed ?? [])]) {
    if (index === 0 && folded(shown) !== folded(content)) return false;
    if (isHidden(index) && folded(shown).includes(folded(content))) return false;
  }
  for (const [pattern, index] of expected.fragment_matches ?? []) {
    const source = pattern.replace(/^\/|\/$/g, '');
    if (index === 0 && !new RegExp(source).test(shown)) return false;
    if (isHidden(index) && new RegExp(source, 'm').test(shown)) return false;
  }
  return true;
}

/**
 * Labels from the corpus's own file names and headers, read apart from our code: a list header, an Auto-Submitted other
 * than "no", an empty return path, a report or a calendar part, a sender that says no-reply or alerts, or a file name that says bounce, DSN, newsletter or calendar.
 */
function machineLabel(id: string, headers: Record<string, string[]>): boolean {
  const first = (name: string) => headers[name]?.[0]?.toLowerCase() ?? '';
  if (/bounce|delivery-status|dsn|mdn|auto-?reply|vacation|newsletter|calendar/i.test(id.split('/').at(-1) ?? ''))
    return true;
  if (headers['list-id'] || headers['list-unsubscribe'] || headers['list-post'] || headers['x-mailing-list'])
    return true;
  if (first('auto-submitted') && !first('auto-submitted').startsWith('no')) return true;
  if (/^<\s*>/.test(first('return-path'))) return true;
  if (/^(?:bulk|list|junk|auto_reply)/.test(first('precedence'))) return true;
  return (
    /^(?:multipart\/report|text\/calendar)/.test(first('content-type')) ||
    /mailer-daemon|postmaster@|no-?reply@|notifications?@|alerts@/.test(first('from'))
  );
}

function evaluateMachineMail(dataDir: string): EvaluationRow[] {
  const counts = { machine: 0, machineFound: 0, person: 0, personTaken: 0 };
  for (const { id, raw_b64 } of readRecords<RawMailRecord>(dataDir, 'mime_corpus')) {
    const { headers, body } = readRaw(Buffer.from(raw_b64, 'base64').toString('latin1'));
    if (!headers.from) continue;
    const found = machineMail({
      headers,
      from: { address: addressIn(headers.from[0] ?? '') },
      subject: decodeWords(headers.subject?.[0] ?? ''),
      text: body,
      ownAddresses: [],
      to: (headers.to?.[0] ?? '').split(',').map((address) => ({ address: addressIn(address) })),
      replyTo: headers['reply-to'] ? [{ address: addressIn(headers['reply-to'][0] ?? '') }] : [],
    });
    const taken = found !== null && found.skipReason !== 'SELF';
    if (machineLabel(id, headers)) {
      counts.machine += 1;
      if (taken) counts.machineFound += 1;
    } else {
      counts.person += 1;
      if (taken) counts.personTaken += 1;
    }
  }
  return [
    {
      name: 'machine mail: found',
      value: counts.machineFound / Math.max(1, counts.machine),
      n: counts.machine,
      note: 'labelled by their own headers and file names',
    },
    {
      name: 'machine mail: people taken for machines',
      value: counts.personTaken / Math.max(1, counts.person),
      n: counts.person,
      note: 'all others with a From',
    },
  ];
}

function readRaw(raw: string): { headers: Record<string, string[]>; body: string } {
  const end = /\r?\n\r?\n/.exec(raw);
  const head = end ? raw.slice(0, end.index) : raw;
  const headers: Record<string, string[]> = {};
  for (const line of head
    .replace(/\r/g, '')
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    headers[name] = [...(headers[name] ?? []), line.slice(colon + 1).trim()];
  }
  return { headers, body: end ? raw.slice(end.index + end[0].length) : '' };
}

/** RFC 2047, as far as this corpus needs it: a mail's subject arrives decoded. */
function decodeWords(header: string): string {
  return header
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (whole, charset: string, encoding: string, text: string) => {
      const bytes =
        encoding.toLowerCase() === 'b'
          ? Buffer.from(text, 'base64')
          : Buffer.from(
              text
                .replace(/_/g, ' ')
                .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
              'latin1',
            );
      try {
        return new TextDecoder(charset).decode(bytes);
      } catch {
        return whole;
      }
    });
}

function addressIn(header: string): string {
  return /<([^<>]*)>/.exec(header)?.[1] ?? /[^\s<>,()"]+@[^\s<>,()"]+/.exec(header)?.[0] ?? header.trim();
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { data: { type: 'string' }, misses: { type: 'boolean' } } });
  if (!values.data) {
    console.error('usage: eval/mail.ts --data <folder> [--misses]');
    process.exit(2);
  }
  try {
    for (const row of await evaluateMail(values.data)) {
      console.log(
        `${row.name.padEnd(44)} ${row.value.toFixed(3)}  n=${row.n}${row.goal === undefined ? '' : `  goal ${row.goal}`}  ${row.note ?? ''}`,
      );
    }
    if (values.misses) for (const { id } of replyMisses(values.data)) console.log(`missed: ${id}`);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}
