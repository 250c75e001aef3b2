import { and, desc, eq, gte, lt, sql } from 'drizzle-orm';
import type { Database } from '../storage/db.ts';
import { auditEvent } from '../storage/schema/index.ts';

export type AuditRow = typeof auditEvent.$inferSelect;

/** Half-open: [from, to). Absent fields: all. */
export interface AuditFilter {
  businessId?: string | undefined;
  action?: string | undefined;
  actor?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

/** Audit events, newest first; `before` is the id of the last one that was seen. Ids of one millisecond have no order, times have. */
export async function listAudit(
  deps: { db: Database },
  filter: AuditFilter & { before?: string | undefined; limit: number },
): Promise<AuditRow[]> {
  const { businessId, action, actor, from, to, before, limit } = filter;
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select()
      .from(auditEvent)
      .where(
        and(
          businessId === undefined ? undefined : eq(auditEvent.businessId, businessId),
          action === undefined ? undefined : eq(auditEvent.action, action),
          actor === undefined ? undefined : eq(auditEvent.actor, actor),
          from === undefined ? undefined : gte(auditEvent.at, from),
          to === undefined ? undefined : lt(auditEvent.at, to),
          before === undefined
            ? undefined
            : sql`(${auditEvent.at}, ${auditEvent.id}) < (select c."at", c."id" from ${auditEvent} c where c."id" = ${before})`,
        ),
      )
      .orderBy(desc(auditEvent.at), desc(auditEvent.id))
      .limit(limit),
  ]);
  return rows;
}

const ROWS_AT_ONCE = 1_000;

/** Every audit event under a filter, newest first, a thousand at a time: what an export is written from. */
export async function* walkAudit(deps: { db: Database }, filter: AuditFilter): AsyncGenerator<AuditRow[]> {
  for (let before: string | undefined; ; ) {
    const rows = await listAudit(deps, { ...filter, before, limit: ROWS_AT_ONCE });
    if (rows.length > 0) yield rows;
    before = rows.at(-1)?.id;
    if (rows.length < ROWS_AT_ONCE) return;
  }
}
