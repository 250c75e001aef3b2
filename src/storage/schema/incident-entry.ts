import { sql } from 'drizzle-orm';
import { index, jsonb, pgPolicy, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { INCIDENT_ENTRY_KINDS } from '../../metrics/incidents/incident.ts';
import { incident } from './incident.ts';
import { operatorRole } from './roles.ts';

/** A line of an incident's timeline. Append-only. */
export const incidentEntry = pgTable(
  'IncidentEntry',
  {
    id: text('id').primaryKey(),
    incidentId: text('incidentId')
      .notNull()
      .references(() => incident.id, { onDelete: 'cascade' }),
    /** What it is about: the same thing is written once. */
    key: text('key').notNull(),
    kind: text('kind', { enum: INCIDENT_ENTRY_KINDS }).notNull(),
    text: text('text').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
    /** The person who wrote it; null where the system did. */
    actor: text('actor'),
    data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
  },
  (table) => [
    unique('IncidentEntry_incidentId_key_key').on(table.incidentId, table.key),
    index('IncidentEntry_incidentId_at_idx').on(table.incidentId, table.at),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
