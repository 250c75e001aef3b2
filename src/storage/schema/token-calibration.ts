import { sql } from 'drizzle-orm';
import { doublePrecision, integer, pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { operatorRole, tenantRole } from './roles.ts';

/** Learned correction per model: reported usage is about `factor` × counted + `constant`. */
export const tokenCalibration = pgTable(
  'TokenCalibration',
  {
    model: text('model').primaryKey(),
    constant: doublePrecision('constant').notNull().default(0),
    factor: doublePrecision('factor').notNull().default(1),
    /** Drafts learned from so far. */
    samples: integer('samples').notNull().default(0),
    /** The latest pairs, oldest first: tokens as we counted them, and as the API reported them. */
    counted: integer('counted').array().notNull().default([]),
    reported: integer('reported').array().notNull().default([]),
    updatedAt: timestamp('updatedAt', { withTimezone: true }).notNull().defaultNow(),
  },
  () => [
    pgPolicy('tenant_rows', { for: 'all', to: tenantRole, using: sql`true`, withCheck: sql`true` }),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
