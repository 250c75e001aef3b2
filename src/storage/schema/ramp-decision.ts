import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { RAMP_ACTIONS } from '../../rollout/ramp.ts';
import { ramp } from './ramp.ts';
import { operatorRole } from './roles.ts';

/** Every decision about a ramp, with what it was made from. Append-only. */
export const rampDecision = pgTable(
  'RampDecision',
  {
    id: text('id').primaryKey(),
    rampId: text('rampId')
      .notNull()
      .references(() => ramp.id, { onDelete: 'cascade' }),
    at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
    /** Index of the step that was open when it was made. */
    step: integer('step').notNull(),
    action: text('action', { enum: RAMP_ACTIONS }).notNull(),
    because: text('because').array().notNull(),
    inputs: jsonb('inputs').$type<Record<string, unknown>>().notNull(),
    /** Businesses that it enrolled. */
    enrolled: text('enrolled').array().notNull().default([]),
  },
  (table) => [
    index('RampDecision_rampId_id_idx').on(table.rampId, table.id),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
