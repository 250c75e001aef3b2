import { and, asc, desc, eq, lt } from 'drizzle-orm';
import type { Queries } from '../../storage/db.ts';
import { incident, incidentEntry } from '../../storage/schema/index.ts';

export type IncidentRow = typeof incident.$inferSelect;
export type IncidentEntryRow = typeof incidentEntry.$inferSelect;

export function incidentById(queries: Queries, id: string) {
  return queries.select().from(incident).where(eq(incident.id, id));
}

export function openIncidentOf(queries: Queries, causeKey: string) {
  return queries
    .select({ id: incident.id })
    .from(incident)
    .where(and(eq(incident.causeKey, causeKey), eq(incident.status, 'open')));
}

/** Its timeline, oldest first. */
export function entriesOfIncident(queries: Queries, id: string) {
  return queries
    .select()
    .from(incidentEntry)
    .where(eq(incidentEntry.incidentId, id))
    .orderBy(asc(incidentEntry.at), asc(incidentEntry.id));
}

/** Incidents, newest first. */
export function incidentPage(
  queries: Queries,
  filter: {
    status?: IncidentRow['status'] | undefined;
    businessId?: string | undefined;
    before?: string | undefined;
    limit: number;
  },
) {
  return queries
    .select()
    .from(incident)
    .where(
      and(
        filter.status === undefined ? undefined : eq(incident.status, filter.status),
        filter.businessId === undefined ? undefined : eq(incident.businessId, filter.businessId),
        filter.before === undefined ? undefined : lt(incident.id, filter.before),
      ),
    )
    .orderBy(desc(incident.id))
    .limit(filter.limit);
}
