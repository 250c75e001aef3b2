import { sql } from 'drizzle-orm';
import { integer, pgPolicy, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { COUNTERS, type Counter } from '../../metrics/counters.ts';
import { operatorRole } from './roles.ts';

const counterColumn = (name: Counter) => integer(name).notNull().default(0);
const counterColumns = Object.fromEntries(COUNTERS.map((name) => [name, counterColumn(name)])) as Record<
  Counter,
  ReturnType<typeof counterColumn>
>;

/** Sums of the draft events of an hour. A row with an empty `businessId` is the sum over all businesses. */
export const metricRollup = pgTable(
  'MetricRollup',
  {
    hour: timestamp('hour', { withTimezone: true }).notNull(),
    businessId: text('businessId').notNull(),
    arm: text('arm', { enum: ['rag', 'control', 'none'] }).notNull(),
    pipelineVersion: text('pipelineVersion').notNull(),
    ...counterColumns,
    /** Bins of the latency histograms, and what is in each. */
    latencyBins: integer('latencyBins').array().notNull().default([]),
    latencyCounts: integer('latencyCounts').array().notNull().default([]),
    /** Approved drafts by edit distance: ten bins of 0.1. */
    editBins: integer('editBins').array().notNull().default([]),
  },
  (table) => [
    primaryKey({ columns: [table.businessId, table.hour, table.arm, table.pipelineVersion] }),
    pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` }),
  ],
);

/** Hours whose rollup no longer says what the events say: an event came late, or was erased (trigger). */
export const metricStaleHour = pgTable(
  'MetricStaleHour',
  {
    hour: timestamp('hour', { withTimezone: true }).primaryKey(),
  },
  () => [pgPolicy('operator_rows', { for: 'all', to: operatorRole, using: sql`true`, withCheck: sql`true` })],
);
