import { and, eq, isNull } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import { equalSecrets, sha256Hex } from '../lib/hash.ts';
import type { Database } from '../storage/db.ts';
import { apiKey } from '../storage/schema/index.ts';
import { isWellFormedKey } from './api-key.ts';
import type { Actor, Scope } from './scopes.ts';

/** Who a bearer token is. Throws UNAUTHENTICATED. The admin key needs no database. */
export async function authenticate(
  deps: { db: Database; adminKey: string },
  authorization: string | undefined,
): Promise<Actor> {
  const token = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new AppError('UNAUTHENTICATED', 'Send a key: "Authorization: Bearer <key>".');
  if (await equalSecrets(token, deps.adminKey)) return { kind: 'admin', name: 'admin-key' };
  if (await isWellFormedKey(token)) {
    const hash = await sha256Hex(token);
    const [[row]] = await deps.db.operator((queries) => [
      queries
        .select({ id: apiKey.id, name: apiKey.name, businessId: apiKey.businessId, scopes: apiKey.scopes })
        .from(apiKey)
        .where(and(eq(apiKey.hash, hash), isNull(apiKey.revokedAt))),
    ]);
    if (row !== undefined) {
      return { kind: 'key', name: `key:${row.id}`, keyId: row.id, businessId: row.businessId, scopes: row.scopes };
    }
  }
  throw new AppError('UNAUTHENTICATED', 'This key is not valid.');
}

/** Throws NOT_FOUND for another business (it does not exist for this key), FORBIDDEN for a missing scope. */
export function authorize(actor: Actor, scope: Scope, businessId: string): void {
  if (actor.kind === 'admin') return;
  if (actor.businessId !== businessId) throw new AppError('NOT_FOUND', 'There is no such business.');
  requireScope(actor, scope);
}

/** One of them is enough. */
export function requireScope(actor: Actor, ...anyOf: Scope[]): void {
  if (actor.kind === 'admin' || anyOf.some((scope) => actor.scopes.includes(scope))) return;
  throw new AppError('FORBIDDEN', `This key lacks the scope ${anyOf.join(' or ')}.`);
}

export function requireAdmin(actor: Actor): void {
  if (actor.kind !== 'admin') throw new AppError('FORBIDDEN', 'This needs the admin key.');
}
