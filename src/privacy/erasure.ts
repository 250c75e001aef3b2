import { sha256Hex } from '../lib/hash.ts';
import type { Address } from '../mail/address.ts';
import { addressKey } from '../mail/address-key.ts';

/** What an erasure removed or changed, in rows. */
export const ERASED = [
  'messages',
  'threads',
  'drafts',
  'draftVersions',
  /** Events that lost a reviewer's note; what they count stays. */
  'draftEvents',
  'embeddings',
  'orders',
  'appointments',
  'backfillItems',
  'deadLetters',
  /** Mail of others from which the address was taken. */
  'messagesChanged',
  /** Drafts for others, from which the address was taken. */
  'draftsChanged',
  /** Drafts for others that are made again without the erased mail. */
  'draftsRemade',
] as const;
export type ErasedCounts = Record<(typeof ERASED)[number], number>;

/** SHA-256 of a business and a canonical address (`addressKey`): one for all spellings, another in each business. */
export function addressHashOf(businessId: string, key: string): Promise<string> {
  return sha256Hex(`${businessId}\n${key}`);
}

export interface MailHeaders {
  direction: 'INBOUND' | 'OUTBOUND';
  from: Address;
  to: Address[];
  cc: Address[];
  replyTo: Address[];
}

/**
 * Whether a mail is the customer's (`erase`): written by them, to be answered to them alone, or sent to nobody else but the
 * business itself. `shared`: somebody else's mail that names the address.
 */
export function shareOf(mail: MailHeaders, key: string, ownKeys: ReadonlySet<string>): 'erase' | 'shared' | 'none' {
  const from = addressKey(mail.from.address);
  const keys = (list: Address[]) => list.map(({ address }) => addressKey(address));
  const recipients = keys([...mail.to, ...mail.cc]);
  const answers = keys(mail.replyTo);
  const named = [from, ...recipients, ...answers].includes(key);
  if (!named) return 'none';
  if (mail.direction === 'INBOUND') {
    const theirs = from === key || (answers.length > 0 && answers.every((answer) => answer === key));
    return theirs ? 'erase' : 'shared';
  }
  const others = recipients.filter(
    (other) => other !== key && other !== from && !(other !== null && ownKeys.has(other)),
  );
  return recipients.includes(key) && others.length === 0 ? 'erase' : 'shared';
}

/** A pattern of Postgres for an address in a text, in any case, and not inside of a longer address. */
export function patternOf(spellings: readonly string[]): string {
  const alternatives = spellings.map((spelling) => spelling.replace(/[^\p{L}\p{N}]/gu, (sign) => `\\${sign}`));
  return `(?<![[:alnum:].+_-])(?:${alternatives.join('|')})(?![[:alnum:]_-])`;
}
