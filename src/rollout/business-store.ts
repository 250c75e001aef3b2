import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { type Act, setAct } from '../audit/set-act.ts';
import { AppError } from '../lib/errors.ts';
import { type Database, postgresError } from '../storage/db.ts';
import { business, deadLetter, pilotBusiness } from '../storage/schema/index.ts';

/** The audit of businesses and pilots is written by triggers, so that plain SQL leaves the same. */
interface Deps {
  db: Database;
}

export type BusinessInput = Omit<typeof business.$inferInsert, 'createdAt' | 'updatedAt'>;

/** Throws CONFLICT where the id is taken. */
export async function createBusiness(deps: Deps, input: BusinessInput, act: Act) {
  try {
    const [, [row]] = await deps.db.operator((queries) => [
      setAct(queries, act),
      queries.insert(business).values(input).returning(),
    ]);
    if (row === undefined) throw new Error('insert returned no row');
    return row;
  } catch (error) {
    if (postgresError(error)?.code === '23505') throw new AppError('CONFLICT', 'A business with this id exists.');
    throw error;
  }
}

/** Changes the named fields and nothing else. Throws NOT_FOUND. */
export async function patchBusiness(deps: Deps, id: string, patch: Partial<BusinessInput>, act: Act) {
  const [, [row]] = await deps.db.operator((queries) => [
    setAct(queries, act),
    queries
      .update(business)
      .set({ ...patch, updatedAt: sql`now()` })
      .where(eq(business.id, id))
      .returning(),
  ]);
  if (row === undefined) throw new AppError('NOT_FOUND', 'There is no such business.');
  return row;
}

/** Deletes a business and, by cascade, everything of it; its audit stays. Throws NOT_FOUND. */
export async function deleteBusiness(deps: Deps, id: string, act: Act): Promise<void> {
  const [, , rows] = await deps.db.operator((queries) => [
    setAct(queries, act),
    queries.delete(deadLetter).where(eq(deadLetter.businessId, id)),
    queries.delete(business).where(eq(business.id, id)).returning({ id: business.id }),
  ]);
  if (rows.length === 0) throw new AppError('NOT_FOUND', 'There is no such business.');
}

export async function findBusiness(deps: Deps, id: string) {
  const [[row]] = await deps.db.operator((queries) => [queries.select().from(business).where(eq(business.id, id))]);
  if (row === undefined) throw new AppError('NOT_FOUND', 'There is no such business.');
  return row;
}

/** Businesses by id, descending. */
export async function listBusinesses(deps: Deps, page: { before?: string; limit: number }) {
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select()
      .from(business)
      .where(page.before === undefined ? undefined : lt(business.id, page.before))
      .orderBy(desc(business.id))
      .limit(page.limit),
  ]);
  return rows;
}

export interface PilotKey {
  businessId: string;
  feature: string;
}

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

/** Takes a business out of a feature. Throws NOT_FOUND where it is not enrolled. */
export async function removePilot(deps: Deps, input: PilotKey, act: Act) {
  const [, [row]] = await deps.db.operator((queries) => [
    setAct(queries, act),
    queries.delete(pilotBusiness).where(pilotOf(input)).returning(),
  ]);
  if (row === undefined) throw new AppError('NOT_FOUND', 'This business is not enrolled in this feature.');
  return row;
}

function pilotOf({ businessId, feature }: PilotKey) {
  return and(eq(pilotBusiness.businessId, businessId), eq(pilotBusiness.feature, feature));
}

export async function listPilots(
  deps: Deps,
  filter: { businessId?: string; feature?: string; before?: string; limit: number },
) {
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select()
      .from(pilotBusiness)
      .where(
        and(
          filter.businessId === undefined ? undefined : eq(pilotBusiness.businessId, filter.businessId),
          filter.feature === undefined ? undefined : eq(pilotBusiness.feature, filter.feature),
          filter.before === undefined ? undefined : lt(pilotBusiness.id, filter.before),
        ),
      )
      .orderBy(desc(pilotBusiness.id))
      .limit(filter.limit),
  ]);
  return rows;
}
