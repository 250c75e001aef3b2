import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { auditRow } from '../audit/audit-row.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { Database } from '../storage/db.ts';
import { apiKey, auditEvent, business } from '../storage/schema/index.ts';
import { newApiKey } from './api-key.ts';
import type { Scope } from './scopes.ts';

interface Deps {
  db: Database;
  clock: Clock;
}

interface Act {
  actor: string;
  requestId: string;
}

const shown = {
  id: apiKey.id,
  businessId: apiKey.businessId,
  name: apiKey.name,
  prefix: apiKey.prefix,
  scopes: apiKey.scopes,
  createdBy: apiKey.createdBy,
  createdAt: apiKey.createdAt,
  revokedAt: apiKey.revokedAt,
};

/** Makes a key; the answer is the only place that ever holds it. Throws NOT_FOUND for an unknown business. */
export async function createApiKey(deps: Deps, input: { businessId: string; name: string; scopes: Scope[] }, act: Act) {
  const made = await newApiKey();
  const now = deps.clock();
  const id = newId('key', now);
  const { businessId, name, scopes } = input;
  const [[known]] = await deps.db.operator((queries) => [
    queries.select({ id: business.id }).from(business).where(eq(business.id, businessId)),
  ]);
  if (known === undefined) throw new AppError('NOT_FOUND', 'There is no such business.');
  const [[row]] = await deps.db.operator((queries) => [
    queries
      .insert(apiKey)
      .values({ id, businessId, name, prefix: made.prefix, hash: made.hash, scopes, createdBy: act.actor })
      .returning(shown),
    queries
      .insert(auditEvent)
      .values(auditRow(now, { ...act, businessId, action: 'api-key.create', after: { id, name, scopes } })),
  ]);
  if (row === undefined) throw new Error('insert returned no row');
  return { ...row, key: made.key };
}

/** Revokes a key at once; doing it twice changes nothing. */
export async function revokeApiKey(deps: Deps, id: string, act: Act) {
  const now = deps.clock();
  const revocation = auditRow(now, { ...act, action: 'api-key.revoke', after: { id } });
  const [, [row]] = await deps.db.operator((queries) => [
    queries.execute(sql`
      with revoked as (
        update ${apiKey} set "revokedAt" = now() where "id" = ${id} and "revokedAt" is null returning "businessId"
      )
      insert into ${auditEvent} ("id", "businessId", "action", "actor", "after", "requestId")
      select ${revocation.id}, "businessId", ${revocation.action}, ${revocation.actor}, ${JSON.stringify(revocation.after)}::jsonb, ${act.requestId}
      from revoked`),
    queries.select(shown).from(apiKey).where(eq(apiKey.id, id)),
  ]);
  if (row === undefined) throw new AppError('NOT_FOUND', 'There is no such key.');
  return row;
}

export async function listApiKeys(deps: Deps, filter: { businessId?: string; before?: string; limit: number }) {
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select(shown)
      .from(apiKey)
      .where(
        and(
          filter.businessId === undefined ? undefined : eq(apiKey.businessId, filter.businessId),
          filter.before === undefined ? undefined : lt(apiKey.id, filter.before),
        ),
      )
      .orderBy(desc(apiKey.id))
      .limit(filter.limit),
  ]);
  return rows;
}
