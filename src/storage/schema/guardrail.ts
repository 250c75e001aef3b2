import { sql } from 'drizzle-orm';
import { boolean, index, jsonb, pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { operatorRole } from './roles.ts';

/** What a guardrail decided where it was not "fine", with everything it went by. At most one per cause. */
export const guardrailDecision = pgTable(
  'GuardrailDecision',
  {
    id: text('id').primaryKey(),
    /** The same cause is decided on once: a finding's event, or a guardrail's watch of a business or cohort. */
    cause: text('cause').notNull().unique('GuardrailDecision_cause_key'),
    guardrail: text('guardrail').notNull(),
    feature: text('feature').notNull(),
    tier: text('tier', { enum: ['pilot', 'emergency', 'person'] }).notNull(),
    action: text('action', { enum: ['pause', 'roll-back', 'pause-business', 'report'] }).notNull(),
    level: text('level', { enum: ['business', 'cohort', 'global'] }).notNull(),
    businessIds: text('businessIds').array().notNull(),
    because: text('because').array().notNull(),
    inputs: jsonb('inputs').$type<Record<string, unknown>>().notNull(),
    at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
    /** Null: still to be carried out; the next run does it. */
    doneAt: timestamp('doneAt', { withTimezone: true }),
    /** What came of it: ids of rollback and ramps, or why nothing was done. */
    outcome: jsonb('outcome').$type<Record<string, unknown>>(),
    incidentId: text('incidentId'),
  },
  (table) => [
    index('GuardrailDecision_guardrail_at_idx').on(table.guardrail, table.at),
    index('GuardrailDecision_open_idx').on(table.at).where(sql`"doneAt" is null`),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);

/** Guardrails whose automatic action a person has switched off (or on again). */
export const guardrailSetting = pgTable(
  'GuardrailSetting',
  {
    guardrail: text('guardrail').primaryKey(),
    automatic: boolean('automatic').notNull(),
    reason: text('reason').notNull(),
    changedBy: text('changedBy').notNull(),
    changedAt: timestamp('changedAt', { withTimezone: true }).notNull().defaultNow(),
  },
  () => [pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` })],
);
