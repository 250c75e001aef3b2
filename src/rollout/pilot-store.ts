import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { type Act, setAct } from '../audit/set-act.ts';
import { AppError } from '../lib/errors.ts';
import { type Database, postgresError, type Queries } from '../storage/db.ts';
import { business, pilotBusiness, pilotExclusion } from '../storage/schema/index.ts';

/** The audit of pilots is written by triggers, so that plain SQL leaves the same. */
interface Deps {
  db: Database;
}

export interface PilotKey {
  businessId: string;
  feature: string;
}

/** Businesses that one act may enrol or remove. */
export const MOST_PILOTS_AT_ONCE = 500;

/** Enrols a business in a feature. `created` is false where it was enrolled before; nothing changes then. */
export async function enrolPilot(deps: Deps, input: PilotKey & { notes: string | null }, act: Act) {
  const { businessId, feature, notes } = input;
  try {
    const [, made, [row]] = await deps.db.operator((queries) => [
      setAct(queries, act),
      queries
        .insert(pilotBusiness)
        .values({ id: crypto.randomUUID(), businessId, feature, enabledBy: act.actor, notes })
        .onConflictDoNothing()
        .returning({ id: pilotBusiness.id }),
      queries.select().from(pilotBusiness).where(pilotOf(input)),
    ]);
    if (row === undefined) throw new Error('insert returned no row');
    return { created: made.length > 0, row };
  } catch (error) {
    if (postgresError(error)?.code === '23503') throw new AppError('NOT_FOUND', 'There is no such business.');
    throw error;
  }
}

export interface ManyPilots {
  businessIds: string[];
  feature: string;
}

/**
 * Enrols all of these businesses or, where one does not exist, none. Answers the ids that were not enrolled before. Throws
 * NOT_FOUND with the unknown ids.
 */
export async function enrolPilots(
  deps: Deps,
  input: ManyPilots & { notes: string | null },
  act: Act,
): Promise<{ enrolled: string[]; before: string[] }> {
  const ids = fewEnough(input.businessIds);
  const [, made, known] = await deps.db.operator((queries) => [
    setAct(queries, act),
    queries.execute<{ businessId: string }>(sql`
      insert into ${pilotBusiness} ("id", "businessId", "feature", "enabledBy", "notes")
      select gen_random_uuid()::text, b."id", ${input.feature}, ${act.actor}, ${input.notes}::text from ${business} b
      where b."id" in ${ids} and (select count(*) from ${business} k where k."id" in ${ids}) = ${ids.length}::int
      order by b."id" on conflict do nothing returning "businessId"`),
    queries.select({ id: business.id }).from(business).where(inArray(business.id, ids)),
  ]);
  const names = new Set(known.map(({ id }) => id));
  const unknown = ids.filter((id) => !names.has(id));
  if (unknown.length > 0) {
    throw new AppError('NOT_FOUND', 'There is no such business.', { details: { businesses: unknown.slice(0, 20) } });
  }
  const enrolled = made.rows.map(({ businessId }) => businessId);
  return { enrolled, before: ids.filter((id) => !enrolled.includes(id)) };
}

/** Takes a business out of a feature. Throws NOT_FOUND where it is not enrolled. */
export async function removePilot(deps: Deps, { businessId, feature }: PilotKey, act: Act) {
  const [row] = await removePilots(deps, { businessIds: [businessId], feature }, act);
  if (row === undefined) throw new AppError('NOT_FOUND', 'This business is not enrolled in this feature.');
  return row;
}

/** Takes businesses out of a feature, in one transaction. Answers the rows of those that were enrolled. */
export async function removePilots(deps: Deps, { businessIds, feature }: ManyPilots, act: Act) {
  const ids = fewEnough(businessIds).toSorted();
  // A statement each: several rows removed by one are a cohort's rollback to the trigger, which ends the ramp.
  const [, ...removed] = await deps.db.operator((queries) => [
    setAct(queries, act),
    ...ids.map((businessId) => removal(queries, { businessId, feature })),
  ]);
  return removed.flat();
}

function removal(queries: Queries, pilot: PilotKey) {
  return queries.delete(pilotBusiness).where(pilotOf(pilot)).returning();
}

export interface PilotPreview {
  id: string;
  /** `repeated`: it was named before in the same list. */
  state: 'not-enrolled' | 'enrolled' | 'unknown' | 'repeated';
  name: string | null;
  emailRagEnabled: boolean;
  enabledAt: Date | null;
  /** Who took it out, where somebody did: ramps leave it alone. */
  keptOut: { actor: string; reason: string | null; since: Date } | null;
}

/** What is known of each of these ids, in their order. Changes nothing. */
export async function previewPilots(deps: Deps, { businessIds, feature }: ManyPilots): Promise<PilotPreview[]> {
  const ids = fewEnough(businessIds);
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select({
        id: business.id,
        name: business.name,
        emailRagEnabled: business.emailRagEnabled,
        enabledAt: pilotBusiness.enabledAt,
        actor: pilotExclusion.actor,
        reason: pilotExclusion.reason,
        since: pilotExclusion.since,
      })
      .from(business)
      .leftJoin(pilotBusiness, and(eq(pilotBusiness.businessId, business.id), eq(pilotBusiness.feature, feature)))
      .leftJoin(pilotExclusion, and(eq(pilotExclusion.businessId, business.id), eq(pilotExclusion.feature, feature)))
      .where(inArray(business.id, ids)),
  ]);
  const known = new Map(rows.map((row) => [row.id, row]));
  const seen = new Set<string>();
  return businessIds.map((id) => {
    const row = known.get(id);
    const repeated = seen.has(id);
    seen.add(id);
    const { actor = null, reason = null, since = null } = row ?? {};
    return {
      id,
      state: repeated
        ? 'repeated'
        : row === undefined
          ? 'unknown'
          : row.enabledAt === null
            ? 'not-enrolled'
            : 'enrolled',
      name: row?.name ?? null,
      emailRagEnabled: row?.emailRagEnabled ?? false,
      enabledAt: row?.enabledAt ?? null,
      keptOut: actor === null || since === null ? null : { actor, reason, since },
    };
  });
}

/** Each id once. Throws INVALID_REQUEST for none, or for more than one act may touch. */
function fewEnough(ids: string[]): string[] {
  const once = [...new Set(ids)];
  if (once.length === 0) throw new AppError('INVALID_REQUEST', 'Choose a business.');
  if (ids.length > MOST_PILOTS_AT_ONCE) {
    throw new AppError('INVALID_REQUEST', `At most ${MOST_PILOTS_AT_ONCE} businesses at once.`);
  }
  return once;
}

function pilotOf({ businessId, feature }: PilotKey) {
  return and(eq(pilotBusiness.businessId, businessId), eq(pilotBusiness.feature, feature));
}

export async function listPilots(
  deps: Deps,
  filter: { businessId?: string; businessIds?: string[]; feature?: string; before?: string; limit: number },
) {
  const { businessId, businessIds, feature, before, limit } = filter;
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select()
      .from(pilotBusiness)
      .where(
        and(
          businessId === undefined ? undefined : eq(pilotBusiness.businessId, businessId),
          businessIds === undefined ? undefined : inArray(pilotBusiness.businessId, ['', ...businessIds]),
          feature === undefined ? undefined : eq(pilotBusiness.feature, feature),
          before === undefined ? undefined : lt(pilotBusiness.id, before),
        ),
      )
      .orderBy(desc(pilotBusiness.id))
      .limit(limit),
  ]);
  return rows;
}
