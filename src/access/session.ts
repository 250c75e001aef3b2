import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import { auditRow } from '../audit/audit-row.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { equalSecrets, hmacSha256 } from '../lib/hash.ts';
import type { Database, Queries } from '../storage/db.ts';
import { apiKey, auditEvent, endedSession } from '../storage/schema/index.ts';
import type { Actor } from './scopes.ts';

/** How long a sign-in lasts, in seconds: a working day. */
export const SESSION_SECONDS = 12 * 60 * 60;

/** What a session's cookie says. It carries no key: `keyId` is the row that must still stand. */
export interface Session {
  id: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  holder: { kind: 'admin'; name: string } | { kind: 'key'; keyId: string; person: string };
}

/** Key for signing sessions and form tokens, derived from the admin key: a new admin key ends every session. */
export function sessionSecret(adminKey: string): Promise<ArrayBuffer> {
  return hmacSha256(new TextEncoder().encode(adminKey).slice().buffer, 'draftgate session 1');
}

/** `<payload>.<signature>`, both base64url. */
export async function sealSession(secret: ArrayBuffer, session: Session): Promise<string> {
  const payload = base64url(new TextEncoder().encode(JSON.stringify(session)));
  return `${payload}.${base64url(await hmacSha256(secret, `session:${payload}`))}`;
}

/** The session that a cookie holds; undefined where it was not signed by us or has expired. */
export async function unsealSession(secret: ArrayBuffer, sealed: string, now: Date): Promise<Session | undefined> {
  const [payload = '', signature = ''] = sealed.split('.');
  if (!(await equalSecrets(signature, base64url(await hmacSha256(secret, `session:${payload}`))))) return undefined;
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const session = JSON.parse(new TextDecoder().decode(bytes)) as Session;
  return session.expiresAt > now.getTime() ? session : undefined;
}

/** The token that every form of a session carries. */
export async function formToken(secret: ArrayBuffer, sessionId: string): Promise<string> {
  return base64url(await hmacSha256(secret, `form:${sessionId}`));
}

/**
 * Who a session is today: signing out and a revoked key end it at once, changed scopes count at once. An operator's session
 * stands where the database does not answer: then above all somebody has to be able to switch RAG off.
 */
export async function sessionActor(deps: { db: Database }, session: Session): Promise<Actor | undefined> {
  const { holder } = session;
  if (holder.kind === 'admin') return (await hasEnded(deps, session.id)) ? undefined : holder;
  const [[row], ended] = await deps.db.operator((queries) => [
    queries
      .select({ businessId: apiKey.businessId, scopes: apiKey.scopes, sessionsEndedAt: apiKey.sessionsEndedAt })
      .from(apiKey)
      .where(and(eq(apiKey.id, holder.keyId), isNull(apiKey.revokedAt))),
    endedRow(queries, session.id),
  ]);
  if (ended.length > 0) return undefined;
  // A cookie of a version that asked for no name.
  if (row === undefined || holder.person === undefined) return undefined;
  const { keyId, person } = holder;
  const { sessionsEndedAt, ...rights } = row;
  const endedAt = Object.hasOwn(sessionsEndedAt, person) ? Date.parse(sessionsEndedAt[person] ?? '') : 0;
  if (session.expiresAt - SESSION_SECONDS * 1000 <= endedAt) return undefined;
  return { kind: 'key', name: `key:${keyId}/${person}`, keyId, person, ...rights };
}

function endedRow(queries: Queries, id: string) {
  return queries.select({ id: endedSession.id }).from(endedSession).where(eq(endedSession.id, id));
}

async function hasEnded(deps: { db: Database }, id: string): Promise<boolean> {
  try {
    const [ended] = await deps.db.operator((queries) => [endedRow(queries, id)]);
    return ended.length > 0;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** Ends one session, wherever its cookie is. Twice is once. */
export async function endSession(deps: { db: Database; clock: Clock }, session: Session): Promise<void> {
  const now = deps.clock();
  await deps.db.operator((queries) => [
    queries.delete(endedSession).where(lt(endedSession.expiresAt, now)),
    queries
      .insert(endedSession)
      .values({ id: session.id, expiresAt: new Date(session.expiresAt) })
      .onConflictDoNothing(),
  ]);
}

/** Ends all sessions that a person has with a key, on every device. Others who share the key stay signed in. */
export async function endSessions(
  deps: { db: Database; clock: Clock },
  { keyId, person, businessId }: { keyId: string; person: string; businessId: string },
  act: { actor: string; requestId: string },
): Promise<void> {
  const now = deps.clock();
  // What ended so long ago that its sessions have run out anyway is forgotten.
  const oldest = new Date(now.getTime() - SESSION_SECONDS * 1000);
  await deps.db.operator((queries) => [
    queries.execute(sql`
      update ${apiKey} set "sessionsEndedAt" = coalesce((
          select jsonb_object_agg("key", "value") from jsonb_each_text("sessionsEndedAt")
          where "value"::timestamptz > ${oldest.toISOString()}::timestamptz
        ), '{}') || jsonb_build_object(${person}::text, ${now.toISOString()}::text)
      where "id" = ${keyId}`),
    queries
      .insert(auditEvent)
      .values(auditRow(now, { ...act, businessId, action: 'sessions.end', after: { keyId, person } })),
  ]);
}

function base64url(bytes: ArrayBuffer | Uint8Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
