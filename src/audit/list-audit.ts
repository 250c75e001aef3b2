import { and, desc, eq, lt } from 'drizzle-orm';
import type { Database } from '../storage/db.ts';
import { auditEvent } from '../storage/schema/index.ts';

/** Audit events, newest first. */
export async function listAudit(
  deps: { db: Database },
  filter: { businessId?: string; action?: string; before?: string; limit: number },
) {
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select()
      .from(auditEvent)
      .where(
        and(
          filter.businessId === undefined ? undefined : eq(auditEvent.businessId, filter.businessId),
          filter.action === undefined ? undefined : eq(auditEvent.action, filter.action),
          filter.before === undefined ? undefined : lt(auditEvent.id, filter.before),
        ),
      )
      .orderBy(desc(auditEvent.id))
      .limit(filter.limit),
  ]);
  return rows;
}
