import { AppError } from '../lib/errors.ts';
import type { Actor } from './scopes.ts';

/** Names that the system itself signs with; those with a colon are out of reach anyway. */
const RESERVED = new Set(['kv', 'cron', 'system', 'guardrail', 'admin-key']);
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/;

/**
 * The person behind the admin key, as `X-Draftgate-Actor` says: one key, several people, and audits and confirmations that
 * tell them apart. The key vouches for the name. Throws INVALID_REQUEST for a name of another form, or with another key.
 */
export function namedActor(actor: Actor, header: string | undefined): Actor {
  if (header === undefined) return actor;
  if (actor.kind !== 'admin') throw new AppError('INVALID_REQUEST', 'X-Draftgate-Actor goes with the admin key only.');
  if (!NAME.test(header) || RESERVED.has(header.toLowerCase())) {
    throw new AppError(
      'INVALID_REQUEST',
      'X-Draftgate-Actor takes a name of letters, digits and . _ @ + - (up to 100), and none of ours.',
    );
  }
  return { ...actor, name: header };
}

const PERSON = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._@+'’-]{0,59}$/u;

/** A reviewer's name as they sign in with it, in one form of writing; undefined where it is none. */
export function personName(text: string): string | undefined {
  const name = text.normalize('NFKC').trim().replace(/\s+/g, ' ');
  return PERSON.test(name) && !RESERVED.has(name.toLowerCase()) ? name : undefined;
}
