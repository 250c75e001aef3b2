import { sql } from 'drizzle-orm';
import { doublePrecision, integer, jsonb, pgPolicy, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import type { RampSignatures } from '../../rollout/ramp.ts';
import { RAMP_OUTCOMES, RAMP_STATUSES } from '../../rollout/ramp.ts';
import type { RampStep } from '../../rollout/ramp-plan.ts';
import { operatorRole } from './roles.ts';

export const ramp = pgTable(
  'Ramp',
  {
    id: text('id').primaryKey(),
    feature: text('feature').notNull(),
    status: text('status', { enum: RAMP_STATUSES }).notNull().default('pending'),
    plan: jsonb('plan').$type<RampStep[]>().notNull(),
    /** Index of the open step in the plan. */
    step: integer('step').notNull().default(0),
    stepStartedAt: timestamp('stepStartedAt', { withTimezone: true }),
    /** Watched time of this step in which nothing was wrong, in milliseconds. */
    stableMs: doublePrecision('stableMs').notNull().default(0),
    evaluatedAt: timestamp('evaluatedAt', { withTimezone: true }),
    pausedAt: timestamp('pausedAt', { withTimezone: true }),
    pausedBy: text('pausedBy'),
    pauseReason: text('pauseReason'),
    /** What people signed for leaving the open step; emptied when a step opens. */
    signatures: jsonb('signatures').$type<RampSignatures>().notNull().default({}),
    /** The rollback that set it to `rolled-back`; null where rows were removed by SQL. */
    rolledBackBy: text('rolledBackBy'),
    outcome: text('outcome', { enum: RAMP_OUTCOMES }),
    createdBy: text('createdBy').notNull(),
    createdAt: timestamp('createdAt', { withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp('updatedAt', { withTimezone: true }).notNull().defaultNow(),
    /** Grows with every change: a decision is carried out only on the state that it was made from. */
    version: integer('version').notNull().default(0),
  },
  (table) => [
    uniqueIndex('Ramp_feature_open_key')
      .on(table.feature)
      .where(sql`"status" in ('pending', 'running', 'holding', 'awaiting-approval')`),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
