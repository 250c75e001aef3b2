import { AppError } from '../../lib/errors.ts';
import {
  draftsOfIncident,
  entriesOfIncident,
  type IncidentDraft,
  type IncidentEntryRow,
  type IncidentRow,
  incidentById,
  incidentPage,
} from './incident-store.ts';
import type { IncidentDeps } from './open-incident.ts';

/** An incident with its timeline, oldest entry first, and the drafts that it is about. Throws NOT_FOUND. */
export async function findIncident(
  deps: Pick<IncidentDeps, 'db'>,
  id: string,
): Promise<{ incident: IncidentRow; timeline: IncidentEntryRow[]; drafts: IncidentDraft[] }> {
  const [[row], timeline, drafts] = await deps.db.operator((queries) => [
    incidentById(queries, id),
    entriesOfIncident(queries, id),
    draftsOfIncident(queries, { id }),
  ]);
  if (row === undefined) throw new AppError('NOT_FOUND', 'There is no such incident.');
  return { incident: row, timeline, drafts: drafts.rows };
}

/** Incidents, newest first. */
export async function listIncidents(
  deps: Pick<IncidentDeps, 'db'>,
  filter: Parameters<typeof incidentPage>[1],
): Promise<IncidentRow[]> {
  const [rows] = await deps.db.operator((queries) => [incidentPage(queries, filter)]);
  return rows;
}
