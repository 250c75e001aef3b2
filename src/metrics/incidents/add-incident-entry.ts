import { newId } from '../../lib/ids.ts';
import { insertEntries } from '../alerts/alert-store.ts';
import type { IncidentEntryKind } from './incident.ts';
import type { IncidentDeps } from './open-incident.ts';

export interface NewIncidentEntry {
  incidentId: string;
  /** The same key is written once. A rollback that carries an `incidentId` writes `rollback:<id>` by itself. */
  key: string;
  kind: IncidentEntryKind;
  text: string;
  at: Date;
  data: Record<string, unknown>;
}

/** Adds a line to an incident's timeline, also of a closed one. Twice, or for an incident that does not exist, changes nothing. */
export async function addIncidentEntry(deps: IncidentDeps, input: NewIncidentEntry): Promise<{ added: boolean }> {
  const [written] = await deps.db.operator((queries) => [
    insertEntries(queries, [{ ...input, id: newId('ine', deps.clock()), at: input.at.toISOString() }]),
  ]);
  return { added: written.rows.length > 0 };
}
