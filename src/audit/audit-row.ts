import { newId } from '../lib/ids.ts';
import type { auditEvent } from '../storage/schema/index.ts';

export interface AuditEntry {
  action: string;
  actor: string;
  requestId?: string | null;
  businessId?: string | null;
  reason?: string | null;
  before?: unknown;
  after?: unknown;
}

/** A row of the audit, to be inserted in the same transaction as the act it is about. */
export function auditRow(now: Date, entry: AuditEntry): typeof auditEvent.$inferInsert & { id: string } {
  return { id: newId('aud', now), requestId: null, businessId: null, reason: null, ...entry };
}
