import { sql } from 'drizzle-orm';
import { setAct } from '../../audit/set-act.ts';
import { AppError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { incidentEntry } from '../../storage/schema/index.ts';
import { withoutPrivate } from '../alerts/plain-words.ts';
import { type IncidentEntryRow, incidentById } from './incident-store.ts';
import type { IncidentDeps } from './open-incident.ts';

/** A second click within this is the same note. */
const SAME_NOTE_SECONDS = 60;

/** Adds a person's note to the timeline, also of a closed incident, without what is private in it. Throws NOT_FOUND. */
export async function addIncidentNote(
  deps: IncidentDeps,
  input: { id: string; text: string },
  act: { actor: string; requestId: string | null },
): Promise<{ created: boolean; entry: IncidentEntryRow }> {
  const now = deps.clock();
  const noteId = newId('ine', now);
  const text = withoutPrivate(input.text);
  const same = sql`"incidentId" = ${input.id} and "kind" = 'note' and "actor" = ${act.actor} and "text" = ${text}
    and "at" > ${now.toISOString()}::timestamptz - ${SAME_NOTE_SECONDS}::int * interval '1 second'`;
  const [[known], , , notes] = await deps.db.operator((queries) => [
    incidentById(queries, input.id),
    setAct(queries, act),
    queries.execute(sql`
      with written as (
        insert into ${incidentEntry} ("id", "incidentId", "key", "kind", "text", "at", "actor")
        select ${noteId}, i."id", ${`note:${noteId}`}, 'note', ${text}, ${now.toISOString()}::timestamptz, ${act.actor}
        from "Incident" i where i."id" = ${input.id} and not exists (select from ${incidentEntry} where ${same})
        returning "id", "incidentId"
      )
      select draftgate_write_audit(i."businessId", 'incident.note', null, jsonb_build_object('id', i."id", 'entryId', w."id"))
      from written w join "Incident" i on i."id" = w."incidentId"`),
    queries.select().from(incidentEntry).where(same).orderBy(incidentEntry.id),
  ]);
  if (known === undefined) throw new AppError('NOT_FOUND', 'There is no such incident.');
  const entry = notes.find(({ id }) => id === noteId) ?? notes[0];
  if (entry === undefined) throw new Error('the note was not written');
  return { created: entry.id === noteId, entry };
}
