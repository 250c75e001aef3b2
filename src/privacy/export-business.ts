import { eq, is, type SQL, sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { auditRow } from '../audit/audit-row.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Database } from '../storage/db.ts';
import * as schema from '../storage/schema/index.ts';
import { auditEvent, business, tenantRole } from '../storage/schema/index.ts';

/** Columns that no export holds: secrets, and what is computed from the rest. */
const LEFT_OUT: Record<string, string[]> = {
  ApiKey: ['hash'],
  Embedding: ['embedding', 'bits', 'wordBits'],
  Draft: ['leaseId', 'committedLeaseId'],
};

/** Rows that are read at once, and characters: a mail may have a megabyte, and the Worker 128 of them. */
const ROWS_A_PAGE = 500;
const CHARACTERS_A_PAGE = 4_000_000;
const PAGE_TIMEOUT_MS = 30_000;

interface ExportedTable {
  name: string;
  /** Column that names the business. */
  businessColumn: string;
  /** What its rows are ordered and paged by, with the columns' SQL types. */
  key: { column: string; type: string }[];
  /** Read under row-level security of the business; the rest tenants may not read at all. */
  tenantReads: boolean;
}

/** Every table that carries a business: a new one is exported without anybody thinking of it. */
export function exportedTables(): ExportedTable[] {
  return Object.values(schema).flatMap((table): ExportedTable[] => {
    if (!is(table, PgTable)) return [];
    const { name, columns, primaryKeys, policies } = getTableConfig(table);
    const businessColumn = table === business ? 'id' : 'businessId';
    if (!columns.some((column) => column.name === businessColumn)) return [];
    if (table !== business && businessColumn === 'id') return [];
    const keyNames = new Set(primaryKeys[0]?.columns.map((column) => column.name));
    const keyColumns = columns.filter((column) => column.primary || keyNames.has(column.name));
    return [
      {
        name,
        businessColumn,
        key: keyColumns.map((column) => ({ column: column.name, type: column.getSQLType() })),
        tenantReads: policies.some((policy) => [policy.to].flat().includes(tenantRole)),
      },
    ];
  });
}

/**
 * Everything stored about one business, as lines of JSON: `{"type":"export",…}`, `{"table","row"}` for each row, and
 * `{"type":"end","rows":{…}}`, without which the export is not whole. Read page by page, not at one instant. Throws NOT_FOUND
 * before the first line.
 */
export async function exportBusiness(
  deps: { db: Database; clock: Clock },
  businessId: string,
  act: { actor: string; requestId: string },
): Promise<AsyncGenerator<string>> {
  const now = deps.clock();
  const [[known]] = await deps.db.operator((queries) => [
    queries.select({ id: business.id }).from(business).where(eq(business.id, businessId)),
  ]);
  if (known === undefined) throw new AppError('NOT_FOUND', 'There is no such business.');
  await deps.db.operator((queries) => [
    queries.insert(auditEvent).values(auditRow(now, { ...act, businessId, action: 'business.export' })),
  ]);
  return lines(deps.db, businessId, now);
}

async function* lines(db: Database, businessId: string, now: Date): AsyncGenerator<string> {
  yield lineOf({ type: 'export', version: 1, businessId, at: now.toISOString() });
  const counts: Record<string, number> = {};
  for (const table of exportedTables()) {
    counts[table.name] = 0;
    let after: unknown[] | null = null;
    for (;;) {
      const rows: Record<string, unknown>[] = await readPage(db, table, businessId, after);
      const last = rows.at(-1);
      if (last === undefined) break;
      counts[table.name] = (counts[table.name] ?? 0) + rows.length;
      after = table.key.map(({ column }) => last[column]);
      yield rows.map((row) => lineOf({ table: table.name, row })).join('');
    }
  }
  yield lineOf({ type: 'end', rows: counts });
}

async function readPage(db: Database, table: ExportedTable, businessId: string, after: unknown[] | null) {
  const name = (column: string): SQL => sql`${sql.identifier(column)}`;
  const key = sql.join(
    table.key.map(({ column }) => name(column)),
    sql`, `,
  );
  const cursor =
    after === null
      ? sql`true`
      : sql`(${key}) > (${sql.join(
          table.key.map(({ type }, index) => sql`${after[index]}::${sql.raw(type)}`),
          sql`, `,
        )})`;
  const leftOut = JSON.stringify(LEFT_OUT[table.name] ?? []);
  const statement = sql`
    select "row" from (
      select "row", row_number() over (order by place) as number, sum(length("row"::text)) over (order by place) as characters
      from (
        select to_jsonb(t) - array(select jsonb_array_elements_text(${leftOut}::jsonb)) as "row", row_number() over (order by ${key}) as place
        from ${sql.identifier(table.name)} t
        where ${name(table.businessColumn)} = ${businessId} and ${cursor}
        order by ${key} limit ${ROWS_A_PAGE}
      ) page
    ) measured where number = 1 or characters <= ${CHARACTERS_A_PAGE} order by number`;
  const read = { timeoutMs: PAGE_TIMEOUT_MS };
  const [page] = table.tenantReads
    ? await db.tenant(businessId, (queries) => [queries.execute<{ row: Record<string, unknown> }>(statement)], read)
    : await db.operator((queries) => [queries.execute<{ row: Record<string, unknown> }>(statement)], read);
  return page.rows.map(({ row }) => row);
}

function lineOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
