import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgPolicy, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { ALERT_KINDS, ALERT_SEVERITIES, ALERT_STATES, type AlertFigures } from '../../metrics/alerts/alert.ts';
import { operatorRole } from './roles.ts';

/** One per episode: from firing to resolved, and again if it comes back soon; or one per announcement. Outlives its business. */
export const alert = pgTable(
  'Alert',
  {
    id: text('id').primaryKey(),
    /** At most one firing alert has it, at most one announcement ever. */
    key: text('key').notNull(),
    /** Which check it belongs to: that check alone resolves it. */
    scope: text('scope').notNull(),
    kind: text('kind', { enum: ALERT_KINDS }).notNull(),
    /** The worst of the episode. */
    severity: text('severity', { enum: ALERT_SEVERITIES }).notNull(),
    state: text('state', { enum: ALERT_STATES }).notNull(),
    title: text('title').notNull(),
    detail: text('detail').notNull(),
    figures: jsonb('figures').$type<AlertFigures>(),
    businessId: text('businessId'),
    incidentId: text('incidentId'),
    rollbackCommand: text('rollbackCommand'),
    firedAt: timestamp('firedAt', { withTimezone: true }).notNull(),
    /** When people were last told that it fires. */
    notifiedAt: timestamp('notifiedAt', { withTimezone: true }).notNull(),
    /** When the condition was last seen to hold. */
    seenAt: timestamp('seenAt', { withTimezone: true }).notNull(),
    resolvedAt: timestamp('resolvedAt', { withTimezone: true }),
    /** How often it came back soon after it had been resolved. */
    flaps: integer('flaps').notNull().default(0),
    /** Grows with every change that people are told of: a decision is carried out only on the state it was made from. */
    version: integer('version').notNull().default(1),
  },
  (table) => [
    uniqueIndex('Alert_key_firing_key').on(table.key).where(sql`"state" = 'firing'`),
    uniqueIndex('Alert_key_announced_key').on(table.key).where(sql`"state" = 'announced'`),
    index('Alert_scope_state_idx').on(table.scope, table.state, table.resolvedAt),
    index('Alert_state_id_idx').on(table.state, table.id),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
