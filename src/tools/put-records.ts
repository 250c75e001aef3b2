import { sql } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import { businessExists } from '../mail/message-store.ts';
import { type Database, postgresError } from '../storage/db.ts';
import { appointment, order, snippet } from '../storage/schema/index.ts';

type OrderInput = Omit<typeof order.$inferInsert, 'businessId' | 'updatedAt'>;
type AppointmentInput = Omit<typeof appointment.$inferInsert, 'businessId' | 'updatedAt'>;
type SnippetInput = Omit<typeof snippet.$inferInsert, 'businessId' | 'updatedAt'>;

/** Rows of one statement: Postgres takes 65,535 parameters. */
const ROWS_A_STATEMENT = 500;

/** Writes orders as they are now; the last of two with the same number wins. All or nothing. */
export async function putOrders(deps: { db: Database }, businessId: string, orders: OrderInput[]): Promise<void> {
  const rows = lastOf(orders, (row) => row.orderNumber).map((row) => ({ ...row, businessId }));
  await write(deps.db, businessId, rows, (queries, chunk) =>
    queries
      .insert(order)
      .values(chunk)
      .onConflictDoUpdate({
        target: [order.businessId, order.orderNumber],
        set: excluded(['customerEmail', 'status', 'placedAt', 'currency', 'total', 'items', 'shipments', 'extra']),
      }),
  );
}

export async function putAppointments(
  deps: { db: Database },
  businessId: string,
  appointments: AppointmentInput[],
): Promise<void> {
  const rows = lastOf(appointments, (row) => row.id).map((row) => ({ ...row, businessId }));
  await write(deps.db, businessId, rows, (queries, chunk) =>
    queries
      .insert(appointment)
      .values(chunk)
      .onConflictDoUpdate({
        target: [appointment.businessId, appointment.id],
        set: excluded(['customerEmail', 'status', 'startsAt', 'endsAt', 'service', 'location', 'staff', 'extra']),
      }),
  );
}

export async function putSnippets(deps: { db: Database }, businessId: string, snippets: SnippetInput[]): Promise<void> {
  const rows = lastOf(snippets, (row) => row.key).map((row) => ({ ...row, businessId }));
  await write(deps.db, businessId, rows, (queries, chunk) =>
    queries
      .insert(snippet)
      .values(chunk)
      .onConflictDoUpdate({
        target: [snippet.businessId, snippet.key],
        set: excluded(['language', 'text', 'whenToUse']),
      }),
  );
}

/** The values that an upsert brought, column by column. */
function excluded(columns: string[]) {
  return Object.fromEntries([
    ...columns.map((column) => [column, sql`excluded.${sql.identifier(column)}`]),
    ['updatedAt', sql`now()`],
  ]);
}

function lastOf<T>(rows: T[], key: (row: T) => string): T[] {
  return [...new Map(rows.map((row) => [key(row), row])).values()];
}

type Build<T> = (
  queries: Parameters<Parameters<Database['tenant']>[1]>[0],
  chunk: T[],
) => ReturnType<Parameters<Database['tenant']>[1]>[number];

async function write<T>(db: Database, businessId: string, rows: T[], build: Build<T>): Promise<void> {
  const chunks = Array.from({ length: Math.ceil(rows.length / ROWS_A_STATEMENT) }, (_, i) =>
    rows.slice(i * ROWS_A_STATEMENT, (i + 1) * ROWS_A_STATEMENT),
  );
  const unknownBusiness = () => new AppError('NOT_FOUND', 'There is no such business.');
  try {
    const [businesses] = await db.tenant(businessId, (queries) => [
      businessExists(queries, businessId),
      ...chunks.map((chunk) => build(queries, chunk)),
    ]);
    if (businesses.length === 0) throw unknownBusiness();
  } catch (error) {
    // 23503: the foreign key to the business.
    throw postgresError(error)?.code === '23503' ? unknownBusiness() : error;
  }
}
