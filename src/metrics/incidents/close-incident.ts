import { sql } from 'drizzle-orm';
import { setAct } from '../../audit/set-act.ts';
import { AppError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { incident } from '../../storage/schema/index.ts';
import { insertEntries } from '../alerts/alert-store.ts';
import { withoutPrivate } from '../alerts/plain-words.ts';
import { type IncidentRow, incidentById } from './incident-store.ts';
import type { IncidentDeps } from './open-incident.ts';

/** Closes an incident; closed already, it stays as it was closed. Throws NOT_FOUND. */
export async function closeIncident(
  deps: IncidentDeps,
  input: { id: string; reason: string },
  act: { actor: string; requestId: string | null },
): Promise<IncidentRow> {
  const now = deps.clock();
  const reason = withoutPrivate(input.reason);
  const [[before]] = await deps.db.operator((queries) => [incidentById(queries, input.id)]);
  if (before === undefined) throw new AppError('NOT_FOUND', 'There is no such incident.');
  if (before.status === 'closed') return before;
  const entry = {
    id: newId('ine', now),
    incidentId: input.id,
    key: 'closed',
    kind: 'resolution' as const,
    text: `Closed: ${reason}`,
    at: now.toISOString(),
    actor: act.actor,
    data: {},
  };
  const results = await deps.db.operator((queries) => [
    setAct(queries, { ...act, reason }),
    queries.execute(sql`
      with closed as (
        update ${incident} set "status" = 'closed', "closedAt" = ${now.toISOString()}::timestamptz, "closedBy" = ${act.actor},
          "closeReason" = ${reason}
        where "id" = ${input.id} and "status" = 'open' returning "id", "businessId"
      )
      select draftgate_write_audit("businessId", 'incident.close', null, jsonb_build_object('id', "id")) from closed`),
    insertEntries(queries, [entry]),
    incidentById(queries, input.id),
  ]);
  return results[3][0] ?? before;
}
