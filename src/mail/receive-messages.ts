import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { canonicalJson, sha256Hex } from '../lib/hash.ts';
import { newId } from '../lib/ids.ts';
import type { Database } from '../storage/db.ts';
import type { Address } from './address.ts';
import { addressKey } from './address-key.ts';
import { businessExists, knownMessages, type NewMessage, threadsFor, writeMessages } from './message-store.ts';

/** A mail as an integrator hands it in, texts already cleaned. */
export interface IncomingMessage {
  messageId: string;
  threadId?: string | undefined;
  inReplyTo?: string | undefined;
  references?: string[] | undefined;
  direction: 'INBOUND' | 'OUTBOUND';
  from: Address;
  to: Address[];
  cc: Address[];
  replyTo: Address[];
  subject: string;
  text: string;
  html?: string | undefined;
  headers: Record<string, string | string[]>;
  dmarc?: string | undefined;
  sentAt: Date;
}

export type Received =
  | { status: 'stored' | 'duplicate'; id: string; threadId: string }
  /** The same messageId with other content. */
  | { status: 'conflict' };

/** References that a mail may cite; more are ignored, the nearest ones count. */
const MOST_REFERENCES = 50;

/**
 * Stores mails in two round trips, however many. A mail joins a thread that it names or cites only where its sender takes
 * part in it (has written in it, or was written to by the business); else it opens a new one. Every draft of a thread that
 * gets new mail becomes STALE. Storing the same mail twice changes nothing.
 */
export async function receiveMessages(
  deps: { db: Database; clock: Clock },
  businessId: string,
  incoming: IncomingMessage[],
): Promise<Received[]> {
  const prepared = await Promise.all(
    incoming.map(async (message) => ({
      message,
      key: messageKey(message.messageId),
      cites: citedKeys(message),
      contentHash: await contentHash(message),
    })),
  );
  const [businesses, known, threads, cited] = await deps.db.tenant(businessId, (queries) => [
    businessExists(queries, businessId),
    knownMessages(
      queries,
      businessId,
      prepared.map(({ message }) => message.messageId),
    ),
    threadsFor(
      queries,
      businessId,
      prepared.flatMap(({ message }) => message.threadId ?? []),
    ),
    threadsFor(
      queries,
      businessId,
      [],
      prepared.flatMap(({ cites }) => cites),
    ),
  ]);
  if (businesses.length === 0) throw new AppError('NOT_FOUND', 'There is no such business.');

  const stored = new Map(known.map((row) => [row.messageId, row]));
  const byId = new Map([...threads, ...cited].map((row) => [row.id, new Set(row.participants)]));
  // Several mails may claim one Message-ID: one that a stranger copied must not keep the others from their thread.
  const threadsOfKey = new Map<string, string[]>();
  for (const row of cited) addTo(threadsOfKey, row.messageKey ?? '', row.id);
  const fresh: NewMessage[] = [];
  const results: Received[] = [];
  for (const { message, key, cites, contentHash: hash } of prepared) {
    const before = stored.get(message.messageId);
    if (before !== undefined) {
      results.push(
        before.contentHash === hash
          ? { status: 'duplicate', id: before.id, threadId: before.threadId }
          : { status: 'conflict' },
      );
      continue;
    }
    const candidates = [message.threadId ?? [], cites.flatMap((cite) => threadsOfKey.get(cite) ?? [])].flat();
    const joined = candidates.find((id) => mayJoin(message, byId.get(id)));
    const free = message.threadId !== undefined && !byId.has(message.threadId) ? message.threadId : undefined;
    const threadId = joined ?? free ?? newId('thr', deps.clock());
    const participants = participantsOf(message);
    byId.set(threadId, new Set([...(byId.get(threadId) ?? []), ...participants]));
    addTo(threadsOfKey, key, threadId);
    const id = newId('msg', deps.clock());
    stored.set(message.messageId, { messageId: message.messageId, id, threadId, contentHash: hash });
    fresh.push({ id, threadId, participants, contentHash: hash, messageKey: key, message });
    results.push({ status: 'stored', id, threadId });
  }
  if (fresh.length === 0) return results;
  const written = await writeMessages(deps.db, businessId, fresh);
  return results.map((result) => settled(result, written, fresh));
}

function addTo(lists: Map<string, string[]>, key: string, value: string): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}

/** A mail that somebody else stored between our read and our write is theirs: the same content makes it a duplicate. */
function settled(result: Received, written: Awaited<ReturnType<typeof writeMessages>>, fresh: NewMessage[]): Received {
  if (result.status !== 'stored') return result;
  const own = fresh.find((message) => message.id === result.id);
  const row = written.find((candidate) => candidate.messageId === own?.message.messageId);
  if (row === undefined || row.id === result.id) return result;
  return row.contentHash === own?.contentHash
    ? { status: 'duplicate', id: row.id, threadId: row.threadId }
    : { status: 'conflict' };
}

/** The business's own mail may join any thread that it cites; a forged sender none. */
function mayJoin(message: IncomingMessage, participants: Set<string> | undefined): boolean {
  if (participants === undefined) return false;
  if (message.direction === 'OUTBOUND') return true;
  const sender = addressKey(message.from.address);
  return message.dmarc !== 'fail' && sender !== null && participants.has(sender);
}

/** Whom a mail makes a participant: its sender if a customer wrote it, everybody it went to if the business did. */
function participantsOf(message: IncomingMessage): string[] {
  const addresses = message.direction === 'INBOUND' ? [message.from] : [...message.to, ...message.cc];
  const forged = message.direction === 'INBOUND' && message.dmarc === 'fail';
  return forged ? [] : [...new Set(addresses.map(({ address }) => addressKey(address)).filter((key) => key !== null))];
}

/** Message-IDs are compared without angle brackets and case. */
export function messageKey(messageId: string): string {
  return messageId.trim().replace(/^</, '').replace(/>$/, '').toLowerCase();
}

function citedKeys(message: IncomingMessage): string[] {
  const cites = [message.inReplyTo, ...(message.references ?? []).slice(-MOST_REFERENCES).reverse()];
  return [...new Set(cites.flatMap((cite) => (cite === undefined || cite.trim() === '' ? [] : [messageKey(cite)])))];
}

/** What makes two deliveries the same mail: its content, not the headers and verdicts that each hop adds. */
function contentHash(message: IncomingMessage): Promise<string> {
  const { headers: _headers, dmarc: _dmarc, threadId: _threadId, sentAt, ...content } = message;
  return sha256Hex(canonicalJson({ ...content, sentAt: sentAt.toISOString() }));
}
