import { sql } from 'drizzle-orm';
import { boolean, index, jsonb, pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { operatorRole } from './roles.ts';

export const PROOF_KINDS = ['drill-business', 'drill-cohort', 'drill-global', 'loadtest', 'security-suites'] as const;
export type ProofKind = (typeof PROOF_KINDS)[number];

/** That something was tried on this deployment, when, by whom and with what outcome. Append-only. */
export const proof = pgTable(
  'Proof',
  {
    id: text('id').primaryKey(),
    kind: text('kind', { enum: PROOF_KINDS }).notNull(),
    passed: boolean('passed').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
    by: text('by').notNull(),
    /** Its figures. */
    detail: jsonb('detail').$type<Record<string, unknown>>().notNull().default({}),
  },
  (table) => [
    index('Proof_kind_id_idx').on(table.kind, table.id),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
