import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { setAct } from '../audit/set-act.ts';
import type { Queries } from '../storage/db.ts';
import { business, feature, pilotBusiness, pilotExclusion, ramp, rampDecision } from '../storage/schema/index.ts';
import type { RampVerdict } from './decide-ramp.ts';
import { rampStage } from './rollback.ts';
import { lockRollout } from './rollback-store.ts';

export type RampRow = typeof ramp.$inferSelect;
export type RampDecisionRow = typeof rampDecision.$inferSelect;

export function businessIdOf(queries: Queries, id: string) {
  return queries.select({ id: business.id }).from(business).where(eq(business.id, id));
}

export function rampById(queries: Queries, id: string) {
  return queries.select().from(ramp).where(eq(ramp.id, id));
}

export function rampPage(
  queries: Queries,
  filter: { feature?: string | undefined; before?: string | undefined; limit: number },
) {
  return queries
    .select()
    .from(ramp)
    .where(
      and(
        filter.feature === undefined ? undefined : eq(ramp.feature, filter.feature),
        filter.before === undefined ? undefined : lt(ramp.id, filter.before),
      ),
    )
    .orderBy(desc(ramp.id))
    .limit(filter.limit);
}

/** Decisions about a ramp, newest first. */
export function decisionsOf(queries: Queries, rampId: string, page: { before?: string | undefined; limit: number }) {
  return queries
    .select()
    .from(rampDecision)
    .where(
      and(eq(rampDecision.rampId, rampId), page.before === undefined ? undefined : lt(rampDecision.id, page.before)),
    )
    .orderBy(desc(rampDecision.id))
    .limit(page.limit);
}

/** The ramp of each feature that is open, else the newest one: the others are history. */
export function currentRamps(queries: Queries) {
  const isOver = sql`${ramp.status} in ('done', 'rolled-back')`;
  return queries.selectDistinctOn([ramp.feature]).from(ramp).orderBy(ramp.feature, isOver, desc(ramp.id));
}

/** Everything in Postgres that a decision about a ramp goes by. */
export function rampFactStatements(queries: Queries, rampId: string, featureName: string) {
  return [
    rampById(queries, rampId),
    queries.select({ state: feature.state }).from(feature).where(eq(feature.feature, featureName)),
    queries.select({ id: business.id, vertical: business.vertical }).from(business).orderBy(business.id),
    queries
      .select({
        businessId: pilotBusiness.businessId,
        enabledAt: pilotBusiness.enabledAt,
        ragOn: business.emailRagEnabled,
      })
      .from(pilotBusiness)
      .innerJoin(business, eq(business.id, pilotBusiness.businessId))
      .where(eq(pilotBusiness.feature, featureName)),
    queries
      .select({ businessId: pilotExclusion.businessId })
      .from(pilotExclusion)
      .where(eq(pilotExclusion.feature, featureName)),
  ] as const;
}

export interface RampStepWrite {
  ramp: RampRow;
  verdict: RampVerdict;
  decisionId: string;
  now: Date;
  inputs: Record<string, unknown>;
  /** It changes nothing: where the newest decision says the same, it is not stored again every minute. */
  repeatable: boolean;
}

const ACTED = sql`current_setting('app.ramp_acted', true)`;

/**
 * Carries out a decision in one transaction, if the ramp is still what it was made from; otherwise nothing happens. Rows that
 * somebody took out meanwhile make the transaction fail (trigger): the next run decides anew.
 */
export function rampStepStatements(queries: Queries, write: RampStepWrite) {
  const { ramp: row, verdict, now } = write;
  const opens = verdict.action === 'start' || verdict.action === 'advance';
  const step = verdict.action === 'advance' ? row.step + 1 : row.step;
  const stage = rampStage(row.id, row.plan[step]?.name ?? '');
  const at = now.toISOString();
  const paused = verdict.action === 'pause';
  const ids = sql`array(select jsonb_array_elements_text(${JSON.stringify(verdict.enrol)}::jsonb))`;
  const because = sql`array(select jsonb_array_elements_text(${JSON.stringify(verdict.because)}::jsonb))`;
  return [
    setAct(queries, {
      actor: `ramp:${row.id}`,
      reason: `${verdict.action} ${row.plan[step]?.name ?? ''}`.trim(),
      rampId: row.id,
    }),
    lockRollout(queries, row.feature),
    queries.execute(sql`
      with mine as (
        update ${ramp} set "status" = ${verdict.status}, "step" = ${step}, "stableMs" = ${verdict.stableMs},
          "stepStartedAt" = case when ${opens} then ${at}::timestamptz else "stepStartedAt" end,
          "signatures" = case when ${opens} then '{}'::jsonb else "signatures" end,
          "outcome" = case when ${verdict.action === 'finish'} then 'completed' else "outcome" end,
          "pausedAt" = case when ${paused} then ${at}::timestamptz else "pausedAt" end,
          "pausedBy" = case when ${paused} then 'guardrail' else "pausedBy" end,
          "pauseReason" = case when ${paused} then ${verdict.because.join('; ')} else "pauseReason" end,
          "evaluatedAt" = ${at}::timestamptz, "updatedAt" = now(), "version" = "version" + 1
        where "id" = ${row.id} and "version" = ${row.version} returning "id"
      )
      select set_config('app.ramp_acted', coalesce((select "id" from mine), ''), true)`),
    queries.execute(sql`
      insert into ${pilotBusiness} ("id", "businessId", "feature", "enabledBy")
      select gen_random_uuid()::text, b."id", ${row.feature}, ${stage} from ${business} b
      where ${ACTED} = ${row.id} and b."id" = any(${ids})
        and not exists (select from ${pilotExclusion} e where e."businessId" = b."id" and e."feature" = ${row.feature})
      order by b."id" on conflict do nothing`),
    queries.execute(sql`
      update ${business} b set "emailRagEnabled" = true, "emailSnippetsEnabled" = true, "updatedAt" = now()
      from ${pilotBusiness} p where p."businessId" = b."id" and p."feature" = ${row.feature} and p."enabledBy" = ${stage}
        and ${ACTED} = ${row.id} and b."id" = any(${ids}) and not (b."emailRagEnabled" and b."emailSnippetsEnabled")`),
    queries.execute(sql`
      insert into ${rampDecision} ("id", "rampId", "at", "step", "action", "because", "inputs", "enrolled")
      select ${write.decisionId}, ${row.id}, ${at}::timestamptz, ${row.step}, ${verdict.action}, ${because}, ${JSON.stringify(write.inputs)}::jsonb,
        array(select p."businessId" from ${pilotBusiness} p where p."feature" = ${row.feature} and p."enabledBy" = ${stage}
          and p."businessId" = any(${ids}) order by 1)
      where ${ACTED} = ${row.id} and not (${write.repeatable} and exists (
        select from (select * from ${rampDecision} d where d."rampId" = ${row.id} order by d."id" desc limit 1) newest
        where newest."step" = ${row.step} and newest."action" = ${verdict.action} and newest."because" = ${because}))`),
    queries.execute(sql`
      select draftgate_write_audit(null, ${`ramp.${verdict.action}`}, jsonb_build_object('status', ${row.status}::text, 'step', ${row.step}::int),
        jsonb_build_object('id', ${row.id}::text, 'status', ${verdict.status}::text, 'step', ${step}::int, 'because', ${because}))
      where ${ACTED} = ${row.id} and ${opens || paused || verdict.status !== row.status || verdict.enrol.length > 0}`),
    rampById(queries, row.id),
  ] as const;
}
