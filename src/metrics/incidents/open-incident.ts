import { sql } from 'drizzle-orm';
import { setAct } from '../../audit/set-act.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import type { Database } from '../../storage/db.ts';
import { incident } from '../../storage/schema/index.ts';
import { insertEntries } from '../alerts/alert-store.ts';
import { plainWords } from '../alerts/plain-words.ts';
import type { INCIDENT_SEVERITIES } from './incident.ts';
import { openIncidentOf } from './incident-store.ts';

export interface IncidentDeps {
  db: Database;
  clock: Clock;
}

export interface NewIncident {
  /** At most one incident is open per cause. */
  causeKey: string;
  severity: (typeof INCIDENT_SEVERITIES)[number];
  title: string;
  businessId: string | null;
  feature: string;
  detectedAt: Date;
  /** Figures and ids; nothing that stands in a mail. */
  data: Record<string, unknown>;
}

/** Opens an incident, unless one of the same cause is open: then that one. Its timeline begins with the detection. */
export async function openIncident(deps: IncidentDeps, input: NewIncident): Promise<{ id: string; opened: boolean }> {
  const now = deps.clock();
  const id = newId('inc', now);
  const title = plainWords(input.title, 200);
  const [, [made], [open]] = await deps.db.operator((queries) => [
    setAct(queries, { actor: 'system', reason: title }),
    queries
      .insert(incident)
      .values({ ...input, id, title, openedAt: now })
      .onConflictDoNothing()
      .returning({ id: incident.id }),
    openIncidentOf(queries, input.causeKey),
    // Of an incident that was open already nothing is written: there is none of this id.
    insertEntries(queries, [
      {
        id: newId('ine', now),
        incidentId: id,
        key: 'detection',
        kind: 'detection',
        text: title,
        at: input.detectedAt.toISOString(),
        data: input.data,
      },
    ]),
    queries.execute(sql`
      select draftgate_write_audit("businessId", 'incident.open', null, jsonb_build_object('id', "id", 'causeKey', "causeKey"))
      from ${incident} where "id" = ${id}`),
  ]);
  const found = made ?? open;
  // Closed between two statements of ours: then ours is opened.
  return found === undefined ? openIncident(deps, input) : { id: found.id, opened: made !== undefined };
}
