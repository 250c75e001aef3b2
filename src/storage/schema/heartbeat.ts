import { sql } from 'drizzle-orm';
import { boolean, jsonb, pgPolicy, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { operatorRole } from './roles.ts';

/** The last sign of life of what runs by itself: `cron:<task>` and `queue:<queue>`. */
export const heartbeat = pgTable(
  'Heartbeat',
  {
    name: text('name').primaryKey(),
    at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
    ok: boolean('ok').notNull(),
    /** When it last went well. */
    lastOkAt: timestamp('lastOkAt', { withTimezone: true }),
    detail: jsonb('detail').$type<Record<string, unknown>>().notNull().default({}),
  },
  () => [pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` })],
);
