import { and, desc, eq, isNull, lt, type SQL, sql } from 'drizzle-orm';
import { rampStage } from '../../rollout/rollback.ts';
import type { Queries } from '../../storage/db.ts';
import {
  auditEvent,
  business,
  draftEvent,
  guardrailDecision,
  guardrailSetting,
  incident,
  pilotBusiness,
  ramp,
  rampDecision,
  rollback,
} from '../../storage/schema/index.ts';
import { addCounters, COUNTERS, type DraftCounters, NO_COUNTERS } from '../counters.ts';
import { countOf } from '../event-sql.ts';
import { counterRows, type WatchBounds, watchedCounterRows } from '../metric-store.ts';
import type { BusinessWatch, WatchDay } from './decide-guardrail.ts';
import type { FindingGuardrailName, WatchedGuardrailName } from './guardrail.ts';

export type GuardrailDecisionRow = typeof guardrailDecision.$inferSelect;
export type NewGuardrailDecision = typeof guardrailDecision.$inferInsert;

/** Baselines are read so far back. */
const BASELINE_DAYS = 60;
const DAY_MS = 86_400_000;
const LONGEST_WATCH_DAYS = 400;
/** Findings older than this that nobody has decided on are history. */
const FINDING_DAYS = 7;
const FINDINGS_A_RUN = 100;
/** What `rampStage` puts before a ramp's id. */
const RAMP_PREFIX = rampStage('', '').slice(0, -1);

export interface EnrolledBusiness extends Record<string, unknown> {
  businessId: string;
  enabledAt: string;
  /** Its latest restore: what was before is another story. */
  restoredAt: string | null;
}

export interface RunningRamp extends Record<string, unknown> {
  id: string;
  /** Whose rows it enrolled. */
  members: string[];
  /** Whom it enrolled and somebody has taken out since. */
  former: string[];
}

/**
 * Who is enrolled, since when, and the ramp that runs. Rows are also typed by hand: one that begins in the future, or never,
 * is watched from when it was written.
 */
export function enrolledStatements(queries: Queries, feature: string) {
  return [
    queries.execute<EnrolledBusiness>(sql`
      select p."businessId", greatest(least(p."enabledAt" at time zone 'UTC', coalesce((select max(a."at") from ${auditEvent} a
          where a."businessId" = p."businessId" and a."action" = 'pilot.enrol' and a."after" ->> 'feature' = p."feature"), now())),
          date_trunc('day', now()) - ${LONGEST_WATCH_DAYS}::int * interval '1 day')::text as "enabledAt",
        (select max(r."restoredAt") from ${rollback} r where r."feature" = p."feature" and r."restoredAt" is not null
          and (r."level" = 'global' or p."businessId" = any(r."affected")))::text as "restoredAt"
      from ${pilotBusiness} p where p."feature" = ${feature} order by 1`),
    queries.execute<RunningRamp>(sql`
      select r."id", coalesce((select array_agg(p."businessId") from ${pilotBusiness} p where p."feature" = ${feature}
        and starts_with(p."enabledBy", ${RAMP_PREFIX} || r."id" || ':')), '{}') as "members",
        array(select distinct b from ${rampDecision} d cross join lateral unnest(d."enrolled") b where d."rampId" = r."id"
          and not exists (select from ${pilotBusiness} p where p."businessId" = b and p."feature" = ${feature})) as "former"
      from ${ramp} r where r."feature" = ${feature} and r."status" in ('running', 'holding', 'awaiting-approval')
      order by r."id" desc limit 1`),
  ] as const;
}

export interface LastAct extends Record<string, unknown> {
  guardrail: string;
  businessId: string;
  at: string;
}

/** When each guardrail last decided about each business: its watch begins anew there. */
export function lastActs(queries: Queries) {
  return queries.execute<LastAct>(sql`
    select "guardrail", b as "businessId", max("at")::text as "at"
    from ${guardrailDecision} cross join lateral unnest("businessIds") b group by 1, 2`);
}

/** Counters of each watch by day, and of each business's time before it was enrolled. */
export function watchStatements(queries: Queries, watches: WatchBounds[], now: Date) {
  return [
    watchedCounterRows(queries, watches, now),
    counterRows(
      queries,
      {
        from: new Date(now.getTime() - BASELINE_DAYS * DAY_MS),
        to: now,
        businessIds: [...new Set(watches.map(({ businessId }) => businessId))],
        arm: 'none',
      },
      { business: true, bucket: null },
    ),
  ] as const;
}

type Row = DraftCounters & Record<string, unknown>;

/** The rows of `watchStatements` as one watch per bound, days in order, also those without a draft. */
export function watchesOf(
  bounds: WatchBounds[],
  rows: (Row & { businessId: string; from: string; arm: string; bucket: string })[],
  baselines: (Row & { businessId: string })[],
  now: Date,
): Map<string, BusinessWatch> {
  const before = new Map<string, DraftCounters>();
  for (const row of baselines) {
    before.set(row.businessId, addCounters(before.get(row.businessId) ?? NO_COUNTERS, countersOf(row)));
  }
  const own = Map.groupBy(rows, (row) => watchKey(row.businessId, new Date(row.from)));
  return new Map(
    bounds.map((bound) => {
      const key = watchKey(bound.businessId, bound.from);
      const firstDay = Math.floor(bound.from.getTime() / DAY_MS);
      const count = Math.max(1, Math.floor(now.getTime() / DAY_MS) - firstDay + 1);
      const days: WatchDay[] = Array.from({ length: count }, () => ({ rag: NO_COUNTERS, control: NO_COUNTERS }));
      for (const row of own.get(key) ?? []) {
        const day = days[Math.floor(Date.parse(row.bucket) / DAY_MS) - firstDay];
        if (day === undefined || row.arm === 'none') continue;
        const arm = row.arm === 'rag' ? 'rag' : 'control';
        day[arm] = addCounters(day[arm], countersOf(row));
      }
      const baseline = before.get(bound.businessId) ?? NO_COUNTERS;
      return [key, { businessId: bound.businessId, days, baseline }];
    }),
  );
}

export const watchKey = (businessId: string, from: Date) => `${from.getTime()} ${businessId}`;

function countersOf(row: Row): DraftCounters {
  return Object.fromEntries(COUNTERS.map((name) => [name, Number(row[name])])) as DraftCounters;
}

export interface OpenFinding extends Record<string, unknown> {
  id: string;
  businessId: string;
  draftId: string;
  type: 'hallucination' | 'security' | 'reported';
  arm: string;
  pipelineVersion: string;
  trace: Record<string, unknown>;
  at: string;
  enrolled: boolean;
  /** Its draft is from before a restore that followed a roll-back of the same guardrail. */
  settled: boolean;
}

/** Restores of the business of event `e`; `r` is the rollback. */
const restoredSince = (when: SQL) => sql`exists (select from ${rollback} r where r."restoredAt" is not null
  and (r."level" = 'global' or e."businessId" = any(r."affected")) and ${when})`;
const draftedBefore = sql`r."actor" = case when e."type" = 'security' then 'guardrail:security-incident' else 'guardrail:' || e."type" end
  and r."restoredAt" > (select min(d."at") from ${draftEvent} d where d."draftId" = e."draftId" and d."version" = e."version" and d."type" = 'drafted')`;

/** Confirmed findings, and reports that nobody could confirm, on which no decision stands yet. */
export function openFindings(queries: Queries, feature: string) {
  return queries.execute<OpenFinding>(sql`
    select e."id", e."businessId", e."draftId", e."type", e."arm", e."pipelineVersion", e."trace" - 'note' as "trace", e."at"::text as "at",
      exists (select from ${pilotBusiness} p where p."businessId" = e."businessId" and p."feature" = ${feature}) as "enrolled",
      ${restoredSince(draftedBefore)} as "settled"
    from ${draftEvent} e
    where e."at" > now() - ${FINDING_DAYS}::int * interval '1 day'
      and (e."type" in ('hallucination', 'security') or (e."type" = 'reported' and e."trace"->>'confirmed' = 'false'
        and e."trace"->>'kind' in ('wrong_fact', 'leak')))
      and not exists (select from ${guardrailDecision} d where d."cause" = e."id")
    order by e."at", e."id" limit ${FINDINGS_A_RUN}`);
}

/** Confirmed findings of this pipeline in a window that a ramp answers for: what a restore has settled is not counted again. */
export function standingFindings(
  queries: Queries,
  { from, to, businessIds }: { from: Date; to: Date; businessIds: string[] },
) {
  return queries.execute<{ hallucinations: number; securityIncidents: number }>(sql`
    select ${countOf('hallucinations')}, ${countOf('securityIncidents')} from ${draftEvent} e
    where e."type" in ('hallucination', 'security') and e."businessId" in ${businessIds}
      and e."at" >= ${from.toISOString()}::timestamptz and e."at" < ${to.toISOString()}::timestamptz
      and not ${restoredSince(sql`(r."restoredAt" > e."at" or (${draftedBefore}))`)}`);
}

/** Of decision `d`: a person has taken its roll-back back, so that what was before is another story. */
const isRestored = sql`exists (select from ${rollback} r where r."id" = d."outcome" ->> 'rollbackId' and r."status" = 'restored')`;

/** Businesses with a finding that rolled back, in the last day: a second one makes it more than one business's matter. */
export function recentlyHarmed(queries: Queries, guardrail: FindingGuardrailName) {
  return queries.execute<{ businessId: string }>(sql`
    select distinct b as "businessId" from ${guardrailDecision} d cross join lateral unnest(d."businessIds") b
    where d."guardrail" = ${guardrail} and d."action" = 'roll-back' and d."at" > now() - interval '1 day' and not ${isRestored}`);
}

/** The open incident of another finding of the same kind at the same business, if it is as severe as this one at least. */
export function openIncidentOfFindings(
  queries: Queries,
  { id, guardrail, businessIds }: GuardrailDecisionRow,
  severity: 'critical' | 'warning',
) {
  return queries.execute<{ causeKey: string }>(sql`
    select i."causeKey" from ${guardrailDecision} d join ${incident} i on i."id" = d."incidentId" and i."status" = 'open'
    where d."guardrail" = ${guardrail} and d."businessIds"[1] = ${businessIds[0] ?? ''} and d."id" <> ${id}
      and i."severity" in ('critical', ${severity}) and not ${isRestored}
    order by d."id" limit 1`);
}

/** Takes a decision, once per cause: no row comes back where it stands already. */
export function takeDecision(queries: Queries, row: NewGuardrailDecision) {
  return queries.insert(guardrailDecision).values(row).onConflictDoNothing().returning();
}

/** Decisions that nobody has carried out: a run that died after taking them. */
export function unfinishedDecisions(queries: Queries) {
  return queries
    .select()
    .from(guardrailDecision)
    .where(and(isNull(guardrailDecision.doneAt), lt(guardrailDecision.at, sql`now() - interval '30 seconds'`)))
    .orderBy(guardrailDecision.id)
    .limit(20);
}

export function finishDecision(
  queries: Queries,
  id: string,
  outcome: Record<string, unknown>,
  incidentId: string | null,
) {
  return queries
    .update(guardrailDecision)
    .set({ doneAt: sql`now()`, outcome, incidentId })
    .where(eq(guardrailDecision.id, id))
    .returning();
}

export function settings(queries: Queries) {
  return queries.select().from(guardrailSetting);
}

/** The first decision of every incident that is open: its alert holds. */
export function openDecisions(queries: Queries) {
  return queries
    .selectDistinctOn([guardrailDecision.incidentId], { decision: guardrailDecision, causeKey: incident.causeKey })
    .from(guardrailDecision)
    .innerJoin(incident, and(eq(incident.id, guardrailDecision.incidentId), eq(incident.status, 'open')))
    .orderBy(guardrailDecision.incidentId, guardrailDecision.id);
}

export function decisionPage(
  queries: Queries,
  filter: { guardrail?: WatchedGuardrailName | string; before?: string; limit: number },
) {
  return queries
    .select()
    .from(guardrailDecision)
    .where(
      and(
        filter.guardrail === undefined ? undefined : eq(guardrailDecision.guardrail, filter.guardrail),
        filter.before === undefined ? undefined : lt(guardrailDecision.id, filter.before),
      ),
    )
    .orderBy(desc(guardrailDecision.id))
    .limit(filter.limit);
}

/** Turns RAG off for a business until a person has looked; says whether it was on. The audit is the trigger's. */
export function pauseBusiness(queries: Queries, businessId: string) {
  return queries
    .update(business)
    .set({ emailRagEnabled: false, updatedAt: sql`now()` })
    .where(and(eq(business.id, businessId), eq(business.emailRagEnabled, true)))
    .returning({ id: business.id });
}
