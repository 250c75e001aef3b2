import { and, asc, desc, eq, lt, sql } from 'drizzle-orm';
import type { Queries } from '../../storage/db.ts';
import { draft, draftEvent, guardrailDecision, incident, incidentEntry } from '../../storage/schema/index.ts';

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

export interface IncidentDraft extends Record<string, unknown> {
  draftId: string;
  /** Null where the draft was erased since. */
  subject: string | null;
  exists: boolean;
  reports: { kind: string; note: string | null; by: string; at: string }[];
}

/** So many drafts of an incident are named: a night's re-check may bring a hundred. */
const DRAFTS_NAMED = 20;

/** The drafts whose findings brought it, with what people reported of them: a finding's decision names its event. */
export function draftsOfIncident(queries: Queries, { id }: { id: string }) {
  return queries.execute<IncidentDraft>(sql`
    with concerned as (
      select f."draftId", min(f."at") as "at" from ${guardrailDecision} g join ${draftEvent} f on f."id" = g."cause"
      where g."incidentId" = ${id} group by 1 order by 2 limit ${DRAFTS_NAMED}
    )
    select c."draftId", d."id" is not null as "exists", d."content"->>'subject' as "subject", coalesce((
      select jsonb_agg(jsonb_build_object('kind', e."trace"->'kind', 'note', e."trace"->'note', 'by', e."trace"->'by', 'at', e."at")
        order by e."at") from ${draftEvent} e where e."draftId" = c."draftId" and e."type" = 'reported'), '[]'::jsonb) as "reports"
    from concerned c left join ${draft} d on d."id" = c."draftId" order by c."at"`);
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
