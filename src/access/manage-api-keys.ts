import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { auditRow } from '../audit/audit-row.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { Database } from '../storage/db.ts';
import { apiKey, auditEvent, business } from '../storage/schema/index.ts';
import { derivedApiKey, newApiKey } from './api-key.ts';
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

export interface NewKeyInput {
  businessId: string;
  name: string;
  scopes: Scope[];
}

/** Makes a key; the answer is the only place that ever holds it. Throws NOT_FOUND for an unknown business. */
export async function createApiKey(deps: Deps, input: NewKeyInput, act: Act) {
  const made = await newApiKey();
  const now = deps.clock();
  const id = newId('key', now);
  await assertBusiness(deps, input.businessId);
  const { businessId, name, scopes } = input;
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

/** The id of a key that a form will make; it stands in the form. */
export function newKeyId(now: Date): string {
  return newId('key', now);
}

/** So long the same form shows the key that it made once more. */
const SHOWN_AGAIN_MS = 10 * 60_000;
const KEY_ID = /^key_[0-9a-hjkmnp-tv-z]{26}$/;

/**
 * Makes the key of a form. The form sent twice makes one key, and is answered with it both times: a double click loses
 * nothing. Throws CONFLICT for an old form, another form's fields, or a name that a live key of the business has.
 */
export async function createApiKeyOnce(
  deps: Deps & { config: { adminKey: string } },
  input: NewKeyInput & { id: string; session: string },
  act: Act,
) {
  const { id, businessId, name, scopes } = input;
  if (!KEY_ID.test(id)) throw new AppError('INVALID_REQUEST', 'Load the page anew: the form is not complete.');
  await assertBusiness(deps, businessId);
  const made = await derivedApiKey(deps.config.adminKey, `${input.session}:${id}`);
  const now = deps.clock();
  const creation = auditRow(now, { ...act, businessId, action: 'api-key.create', after: { id, name, scopes } });
  const [, [row]] = await deps.db.operator((queries) => [
    queries.execute(sql`
      with made as (
        insert into ${apiKey} ("id", "businessId", "name", "prefix", "hash", "scopes", "createdBy", "createdAt")
        select ${id}, ${businessId}, ${name}, ${made.prefix}, ${made.hash},
          array(select jsonb_array_elements_text(${JSON.stringify(scopes)}::jsonb)), ${act.actor}, ${now.toISOString()}::timestamptz
        where not exists (select from ${apiKey} k where k."businessId" = ${businessId} and k."name" = ${name} and k."revokedAt" is null)
        on conflict do nothing returning "id"
      )
      insert into ${auditEvent} ("id", "businessId", "action", "actor", "after", "requestId")
      select ${creation.id}, ${businessId}, ${creation.action}, ${act.actor}, ${JSON.stringify(creation.after)}::jsonb, ${act.requestId}
      from made`),
    queries
      .select({ ...shown, hash: apiKey.hash })
      .from(apiKey)
      .where(eq(apiKey.id, id)),
  ]);
  if (row === undefined) {
    throw new AppError('CONFLICT', 'This business has a key of this name: revoke it first, or choose another name.');
  }
  const { hash, ...key } = row;
  const isSame =
    hash === made.hash && key.businessId === businessId && key.name === name && sameScopes(key.scopes, scopes);
  if (!isSame || key.revokedAt !== null || now.getTime() - key.createdAt.getTime() > SHOWN_AGAIN_MS) {
    throw new AppError('CONFLICT', 'This form has made its key already: load the page anew to make another.');
  }
  return { ...key, key: made.key };
}

function sameScopes(some: string[], others: string[]): boolean {
  return some.length === others.length && some.every((scope) => others.includes(scope));
}

async function assertBusiness(deps: Pick<Deps, 'db'>, businessId: string): Promise<void> {
  const [[known]] = await deps.db.operator((queries) => [
    queries.select({ id: business.id }).from(business).where(eq(business.id, businessId)),
  ]);
  if (known === undefined) throw new AppError('NOT_FOUND', 'There is no such business.');
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
