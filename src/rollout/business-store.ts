import { and, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm';
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

export interface BusinessFilter {
  before?: string;
  limit: number;
  /** Stands somewhere in the id or the name; case does not matter. */
  words?: string;
  /** Only those that are enrolled in a feature, or only the others. */
  pilots?: { feature: string; enrolled: boolean };
  ids?: string[];
  /** By their own switch of RAG. */
  ragOn?: boolean;
}

/** Businesses by id, descending. */
export async function listBusinesses(deps: Deps, filter: BusinessFilter) {
  const { before, limit, words, pilots, ids, ragOn } = filter;
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select()
      .from(business)
      .where(
        and(
          before === undefined ? undefined : lt(business.id, before),
          ids === undefined ? undefined : inArray(business.id, ids),
          ragOn === undefined ? undefined : eq(business.emailRagEnabled, ragOn),
          words === undefined
            ? undefined
            : sql`strpos(${folded(sql`${business.id} || ' ' || ${business.name}`)}, ${folded(sql`${words}::text`)}) > 0`,
          pilots === undefined
            ? undefined
            : sql`${sql.raw(pilots.enrolled ? '' : 'not')} exists (select from ${pilotBusiness} p
                where p."businessId" = ${business.id} and p."feature" = ${pilots.feature})`,
        ),
      )
      .orderBy(desc(business.id))
      .limit(limit),
  ]);
  return rows;
}

/** Without case; the Turkish i with and without dot are one letter to whoever searches. */
function folded(text: SQL): SQL {
  return sql`lower(translate(${text}, 'İIı', 'iii'))`;
}
