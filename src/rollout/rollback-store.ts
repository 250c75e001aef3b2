import { and, desc, eq, lt, ne, type SQL, sql } from 'drizzle-orm';
import { setAct } from '../audit/set-act.ts';
import type { Queries } from '../storage/db.ts';
import { business, draft, draftEvent, feature, pilotBusiness, rollback } from '../storage/schema/index.ts';
import { ramp as rampTable } from '../storage/schema/ramp.ts';
import { type RollbackLevel, type RollbackSelector, rampStage } from './rollback.ts';

export type RollbackRow = typeof rollback.$inferSelect;

/** Rollbacks, restores and ramp steps of a feature go one after the other. Drafts never take this lock. */
export function lockRollout(queries: Queries, featureName: string) {
  return queries.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`rollout:${featureName}`}, 0))`);
}

/** Rows of "PilotBusiness" `p` under a selector. */
export function selectedPilots(featureName: string, selector: RollbackSelector): SQL {
  const ofFeature = sql`p."feature" = ${featureName}`;
  if ('businessId' in selector) return sql`${ofFeature} and p."businessId" = ${selector.businessId}`;
  if ('from' in selector) {
    const utc = (time: string) => sql`(${time}::timestamptz at time zone 'UTC')`;
    return sql`${ofFeature} and p."enabledAt" >= ${utc(selector.from)} and p."enabledAt" < ${utc(selector.to)}`;
  }
  if ('rampId' in selector) {
    return selector.step === null
      ? sql`${ofFeature} and starts_with(p."enabledBy", ${rampStage(selector.rampId, '')})`
      : sql`${ofFeature} and p."enabledBy" = ${rampStage(selector.rampId, selector.step)}`;
  }
  return ofFeature;
}

/** Drafts `d` made with RAG that nobody has decided on, of the businesses that a rollback touches. */
function pendingDrafts(businesses: SQL): SQL {
  // DRAFTING and RETRYING ones hold no RAG body that could be approved: their commit asks the flag again.
  return sql`d."ragEnabled" and d."status" in ('READY', 'STALE') and ${businesses}`;
}

export interface RollbackWrite {
  /** Id to take; `otherId` where a rollback of that id stands already (KV still held the last one's). */
  id: string;
  otherId: string;
  feature: string;
  level: RollbackLevel;
  selector: RollbackSelector;
  reason: string;
  actor: string;
  requestedBy: string | null;
  incidentId: string | null;
  requestId: string | null;
  detectedAt: Date;
  decidedAt: Date;
  kv: 'written' | 'pending' | null;
  kvWrittenAt: Date | null;
}

const THIS = sql`current_setting('app.rollback_id', true)`;
/** How long a rollback waits for commits in flight. */
const LOCK_TIMEOUT_MS = 5_000;

/**
 * One transaction: locks (pilot rows, then business rows: the order of a commit), removes, and only in a later statement
 * quarantines, so that it sees the drafts of the commits that it waited for. Returns the rollback; where there was nothing
 * to do, the standing one of the same selector.
 */
export function rollBackStatements(queries: Queries, write: RollbackWrite) {
  const { level, selector } = write;
  const isGlobal = level === 'global';
  const picked = selectedPilots(write.feature, selector);
  const selectorJson = sql`${JSON.stringify(selector)}::jsonb`;
  const businessId = 'businessId' in selector ? selector.businessId : null;
  const made = sql`exists (select from ${rollback} r where r."id" = ${THIS})`;
  const touched =
    businessId !== null
      ? sql`d."businessId" = ${businessId}`
      : isGlobal
        ? sql`true`
        : sql`d."businessId" in (select unnest(r."affected") from ${rollback} r where r."id" = ${THIS})`;
  const touchedEvents =
    businessId !== null
      ? sql`e."businessId" = ${businessId}`
      : isGlobal
        ? sql`true`
        : sql`e."businessId" = any(r."affected")`;
  const flagsOn = sql`from ${business} b where b."id" = ${businessId}::text and (b."emailRagEnabled" or b."emailSnippetsEnabled")`;
  const standing = sql`select r."id" from ${rollback} r where r."feature" = ${write.feature} and r."level" = ${level}
    and r."selector" = ${selectorJson} and r."status" <> 'restored'`;
  return [
    setAct(queries, write),
    queries.execute(sql`select set_config('lock_timeout', ${`${LOCK_TIMEOUT_MS}ms`}, true)`),
    lockRollout(queries, write.feature),
    // Under the lock: cron may carry the same id out of KV while its first owner still waits for a commit.
    queries.execute(sql`select set_config('app.rollback_id',
      case when exists (select from ${rollback} where "id" = ${write.id}) then ${write.otherId} else ${write.id} end, true)`),
    queries.execute(sql`select 1 from ${pilotBusiness} p where ${picked} order by p."id" for update`),
    queries.execute(sql`select 1 from ${business} b where b."id" = ${businessId}::text for no key update`),
    queries.execute(sql`
      with removed as (
        delete from ${pilotBusiness} p where ${picked} returning to_jsonb(p) as pilot, p."businessId"
      ), had as (
        select (select to_jsonb(e) from "PilotExclusion" e where e."businessId" = ${businessId}::text and e."feature" = ${write.feature}) as exclusion,
          coalesce((select jsonb_agg(pilot order by "businessId") from removed), '[]') as pilots,
          coalesce((select jsonb_agg(jsonb_build_object('businessId', b."id", 'emailRagEnabled', b."emailRagEnabled",
            'emailSnippetsEnabled', b."emailSnippetsEnabled")) ${flagsOn}), '[]') as flags
      )
      insert into ${rollback} ("id", "feature", "level", "selector", "reason", "actor", "requestedBy", "incidentId", "requestId",
        "kv", "detectedAt", "decidedAt", "kvWrittenAt", "restorePoint", "affected")
      select ${THIS}, ${write.feature}, ${level}, ${selectorJson}, ${write.reason}, ${write.actor}, ${write.requestedBy}::text,
        ${write.incidentId}::text, ${write.requestId}::text, ${write.kv}::text, ${write.detectedAt.toISOString()}::timestamptz,
        ${write.decidedAt.toISOString()}::timestamptz, ${write.kvWrittenAt?.toISOString() ?? null}::timestamptz, jsonb_build_object('rows', pilots, 'flags', flags, 'exclusion', exclusion),
        array(select "businessId" from removed union select b."id" ${flagsOn} order by 1)
      from had
      where pilots <> '[]' or flags <> '[]' or not exists (${standing})
        or (${isGlobal} and not exists (select from ${feature} f where f."feature" = ${write.feature} and f."state" = 'killed'))`),
    queries.execute(sql`
      update ${business} set "emailRagEnabled" = false, "emailSnippetsEnabled" = false, "updatedAt" = now()
      where "id" = ${businessId}::text and ("emailRagEnabled" or "emailSnippetsEnabled")`),
    queries.execute(sql`
      insert into "PilotExclusion" ("businessId", "feature", "actor", "reason", "rollbackId")
      select b."id", ${write.feature}, ${write.actor}, ${write.reason}, ${THIS} from ${business} b
      where b."id" = ${businessId}::text and ${made}
      on conflict ("businessId", "feature") do update set "rollbackId" = excluded."rollbackId", "since" = now(),
        "actor" = excluded."actor", "reason" = excluded."reason"`),
    queries.execute(sql`
      insert into ${feature} ("feature", "state", "reason", "changedBy")
      select ${write.feature}, 'killed', ${write.reason}, ${write.actor} where ${isGlobal}
      on conflict ("feature") do update set "state" = 'killed', "reason" = excluded."reason",
        "changedBy" = excluded."changedBy", "changedAt" = now() where ${feature}."state" <> 'killed'`),
    queries.execute(sql`
      with stopped as (
        update ${rampTable} m set "status" = 'rolled-back', "rolledBackBy" = r."id", "updatedAt" = now(), "version" = m."version" + 1
        from ${rollback} r
        where r."id" = ${THIS} and r."level" <> 'business' and (${isGlobal} or cardinality(r."affected") > 0)
          and m."feature" = r."feature" and m."status" <> 'rolled-back' and m."outcome" is distinct from 'aborted'
        returning m."id", m."step"
      )
      select draftgate_write_audit(null, 'ramp.rolled-back', null, jsonb_build_object('id', s."id", 'step', s."step", 'rollbackId', ${THIS}))
      from stopped s`),
    // A new global rollback also answers a restore that still waits for its confirmation.
    queries.execute(sql`
      update ${rollback} set "status" = 'done', "restoreRequestedAt" = null, "restoreRequestedBy" = null
      where ${isGlobal} and "feature" = ${write.feature} and "level" = 'global' and "status" = 'restore-requested'`),
    queries.execute(sql`
      with quarantined as (
        update ${draft} d set "status" = 'QUARANTINED', "updatedAt" = now() where ${pendingDrafts(touched)} returning 1
      )
      update ${rollback} r set "quarantinedDrafts" = (select count(*) from quarantined), "writtenAt" = clock_timestamp(),
        "lastOldDraftAt" = (select max(e."at") from ${draftEvent} e where e."type" = 'drafted' and e."arm" = 'rag' and ${touchedEvents})
      where r."id" = ${THIS}`),
    queries.execute(sql`
      select draftgate_write_audit(${businessId}::text, 'rollback', null, jsonb_build_object('id', r."id", 'level', r."level",
        'selector', r."selector", 'affected', r."affected", 'quarantinedDrafts', r."quarantinedDrafts", 'incidentId', r."incidentId"))
      from ${rollback} r where r."id" = ${THIS}`),
    queries.select().from(rollback).where(sql`${rollback.id} = ${THIS}`),
    queries.select().from(rollback).where(sql`${rollback.id} in (${standing})`).orderBy(desc(rollback.id)).limit(1),
  ] as const;
}

/** What a rollback would touch, without touching it. */
export function previewStatements(queries: Queries, featureName: string, selector: RollbackSelector) {
  const picked = selectedPilots(featureName, selector);
  const businessId = 'businessId' in selector ? selector.businessId : null;
  const enrolled = sql`(select p."businessId" from ${pilotBusiness} p where ${picked})`;
  const touched =
    businessId !== null
      ? sql`d."businessId" = ${businessId}`
      : Object.keys(selector).length === 0
        ? sql`true`
        : sql`d."businessId" in ${enrolled}`;
  return [
    queries.execute<{ businessId: string }>(sql`
      select p."businessId" from ${pilotBusiness} p where ${picked}
      union select b."id" from ${business} b where b."id" = ${businessId}::text and (b."emailRagEnabled" or b."emailSnippetsEnabled")
      order by 1`),
    queries.execute<{ drafts: string }>(sql`select count(*) as drafts from ${draft} d where ${pendingDrafts(touched)}`),
    queries.select({ state: feature.state }).from(feature).where(eq(feature.feature, featureName)),
    queries.execute<{ id: string }>(sql`
      select "id" from ${rampTable} where "feature" = ${featureName} and "status" <> 'rolled-back' and "outcome" is distinct from 'aborted'`),
  ] as const;
}

export function rollbackById(queries: Queries, id: string) {
  return queries.select().from(rollback).where(eq(rollback.id, id));
}

export interface RollbackFilter {
  feature?: string | undefined;
  level?: RollbackLevel | undefined;
  /** Only those that still keep RAG off for a business that they touched, or for this one. */
  standing?: { businessId?: string } | undefined;
  before?: string | undefined;
  limit: number;
}

/** Rollbacks, newest first. */
export function rollbackPage(queries: Queries, filter: RollbackFilter) {
  return queries
    .select()
    .from(rollback)
    .where(
      and(
        filter.feature === undefined ? undefined : eq(rollback.feature, filter.feature),
        filter.level === undefined ? undefined : eq(rollback.level, filter.level),
        filter.standing === undefined ? undefined : stands(filter.standing.businessId),
        filter.before === undefined ? undefined : lt(rollback.id, filter.before),
      ),
    )
    .orderBy(desc(rollback.id))
    .limit(filter.limit);
}

/** Not restored, and not overtaken by hand: whoever enrols a business again and switches RAG on has answered it. */
function stands(businessId: string | undefined): SQL {
  const one = businessId === undefined ? sql`` : sql`and b."id" = ${businessId}`;
  return sql`${rollback.status} <> 'restored' and exists (select from ${business} b where b."id" = any(${rollback.affected}) ${one}
    and not (b."emailRagEnabled" and exists (select from ${pilotBusiness} p where p."businessId" = b."id" and p."feature" = ${rollback.feature})))`;
}

const RESTORED = sql`current_setting('app.restore_id', true)`;

/** Global rollbacks that came after one and stand: to restore the older would switch on what they switched off. */
function newerGlobals(id: SQL, featureName: string): SQL {
  return sql`select newer."id" from ${rollback} newer where newer."feature" = ${featureName} and newer."level" = 'global'
    and newer."status" <> 'restored' and newer."id" > ${id}`;
}

export function newerGlobalStatements(queries: Queries, row: Pick<RollbackRow, 'id' | 'feature'>) {
  return [
    queries.execute<{ id: string }>(sql`${newerGlobals(sql`${row.id}::text`, row.feature)} order by 1 desc limit 1`),
  ] as const;
}

/**
 * One transaction that brings back what a rollback removed, row for row. A business that was taken out again since stays
 * out; where a later rollback did it, that one's restore point inherits the row, if it has none of that business.
 */
export function restoreStatements(
  queries: Queries,
  row: Pick<RollbackRow, 'id' | 'feature' | 'level'>,
  act: { actor: string; requestId: string; reason: string | null },
) {
  const isGlobal = row.level === 'global';
  const keptOut = (businessId: SQL) => sql`exists (select from "PilotExclusion" e where e."businessId" = ${businessId}
    and e."feature" = ${row.feature} and e."rollbackId" is distinct from ${RESTORED})`;
  const pilotRows = sql`${rollback} r cross join lateral jsonb_array_elements(r."restorePoint" -> 'rows') as pilot`;
  const flagRows = sql`${rollback} r, jsonb_to_recordset(r."restorePoint" -> 'flags')
    as flag("businessId" text, "emailRagEnabled" boolean, "emailSnippetsEnabled" boolean)`;
  const pilotBusinessId = sql`pilot ->> 'businessId'`;
  return [
    setAct(queries, act),
    queries.execute(sql`select set_config('lock_timeout', ${`${LOCK_TIMEOUT_MS}ms`}, true)`),
    lockRollout(queries, row.feature),
    queries.execute(sql`
      with mine as (
        update ${rollback} r set "status" = 'restored', "restoredAt" = clock_timestamp(), "restoredBy" = ${act.actor},
          "restoreReason" = coalesce(${act.reason}::text, r."restoreReason")
        where r."id" = ${row.id} and case when ${isGlobal}
          then r."status" = 'restore-requested' and lower(r."restoreRequestedBy") <> lower(${act.actor})
            and not exists (${newerGlobals(sql`r."id"`, row.feature)})
          else r."status" = 'done' and not exists (select from ${feature} f where f."feature" = r."feature" and f."state" = 'killed') end
        returning r."id"
      )
      select set_config('app.restore_id', coalesce((select "id" from mine), ''), true)`),
    queries.execute(sql`
      with inherited as (
        select later."id", jsonb_agg(pilot) as pilots, array_agg(${pilotBusinessId}) as ids from ${pilotRows}
        join "PilotExclusion" e on e."businessId" = ${pilotBusinessId} and e."feature" = r."feature"
        join ${rollback} later on later."id" = e."rollbackId" and later."id" <> r."id" and later."status" <> 'restored'
        where r."id" = ${RESTORED} and not exists (
          select from jsonb_array_elements(later."restorePoint" -> 'rows') has where has ->> 'businessId' = ${pilotBusinessId})
        group by later."id"
      )
      update ${rollback} r set "restorePoint" = jsonb_set(r."restorePoint", '{rows}', r."restorePoint" -> 'rows' || i.pilots),
        "affected" = array(select distinct a from unnest(r."affected" || i.ids) a order by 1)
      from inherited i where r."id" = i."id"`),
    queries.execute(sql`
      insert into ${pilotBusiness} ("id", "businessId", "feature", "enabledAt", "enabledBy", "notes")
      select "id", "businessId", "feature", "enabledAt", "enabledBy", "notes" from (
        select distinct on (old."businessId") old.*
        from ${pilotRows}, jsonb_populate_record(null::${pilotBusiness}, pilot) as old
        where r."id" = ${RESTORED} and exists (select from ${business} b where b."id" = old."businessId")
          and not ${keptOut(sql`old."businessId"`)}
        order by old."businessId", old."enabledAt" desc
      ) newest
      order by "id"
      on conflict ("businessId", "feature") do update set "id" = excluded."id", "enabledAt" = excluded."enabledAt",
        "enabledBy" = excluded."enabledBy", "notes" = excluded."notes"`),
    queries.execute(sql`
      update ${business} b set "emailRagEnabled" = b."emailRagEnabled" or flag."emailRagEnabled",
        "emailSnippetsEnabled" = b."emailSnippetsEnabled" or flag."emailSnippetsEnabled", "updatedAt" = now()
      from ${flagRows} where r."id" = ${RESTORED} and b."id" = flag."businessId" and not ${keptOut(sql`b."id"`)}`),
    queries.execute(sql`delete from "PilotExclusion" where "feature" = ${row.feature} and "rollbackId" = ${RESTORED}`),
    // What kept the business out before this rollback keeps it out again, unless that was restored too.
    queries.execute(sql`
      insert into "PilotExclusion" ("businessId", "feature", "since", "actor", "reason", "rollbackId")
      select old."businessId", old."feature", old."since", old."actor", old."reason", old."rollbackId"
      from ${rollback} r, jsonb_populate_record(null::"PilotExclusion", nullif(r."restorePoint" -> 'exclusion', 'null')) as old
      where r."id" = ${RESTORED} and exists (select from ${business} b where b."id" = old."businessId")
        and not exists (select from ${pilotBusiness} p where p."businessId" = old."businessId" and p."feature" = old."feature")
        and not exists (select from ${rollback} other where other."id" = old."rollbackId" and other."status" = 'restored')
      on conflict do nothing`),
    queries.execute(sql`
      update ${feature} set "state" = 'active', "reason" = ${act.reason}, "changedBy" = ${act.actor}, "changedAt" = now()
      where "feature" = ${row.feature} and ${isGlobal} and ${RESTORED} <> ''`),
    // One step lower, with nothing signed: the rows that came back stay, and the gates are passed anew.
    queries.execute(sql`
      with resumed as (
        update ${rampTable} m set "status" = case when m."stepStartedAt" is null then 'pending' else 'running' end, "step" = greatest(m."step" - 1, 0),
          "stepStartedAt" = case when m."stepStartedAt" is null then null else now() end, "stableMs" = 0,
          "evaluatedAt" = null, "signatures" = '{}', "rolledBackBy" = null, "outcome" = null, "pausedAt" = null, "pausedBy" = null,
          "pauseReason" = null, "updatedAt" = now(), "version" = m."version" + 1
        where m."rolledBackBy" = ${RESTORED} and m."status" = 'rolled-back'
          and not exists (select from ${rampTable} o where o."feature" = m."feature" and o."id" <> m."id"
            and (o."status" in ('pending', 'running', 'holding', 'awaiting-approval') or (o."id" > m."id" and o."outcome" = 'completed')))
        returning m."id", m."step"
      )
      select draftgate_write_audit(null, 'ramp.resume', null, jsonb_build_object('id', s."id", 'step', s."step", 'restored', ${RESTORED}))
      from resumed s`),
    queries.execute(sql`
      select draftgate_write_audit(null, 'rollback.restore', null, jsonb_build_object('id', r."id", 'level', r."level"))
      from ${rollback} r where r."id" = ${RESTORED}`),
    queries
      .select()
      .from(rollback)
      .where(and(eq(rollback.id, row.id), sql`${rollback.id} = ${RESTORED}`)),
    queries.execute<{ businessId: string }>(sql`
      select ${pilotBusinessId} as "businessId" from ${pilotRows} where r."id" = ${RESTORED}
        and not exists (select from ${pilotBusiness} p where p."businessId" = ${pilotBusinessId} and p."feature" = r."feature") order by 1`),
  ] as const;
}

export function requestRestoreStatements(
  queries: Queries,
  id: string,
  act: { actor: string; requestId: string; reason: string | null },
) {
  return [
    setAct(queries, act),
    queries.execute(sql`
      with asked as (
        update ${rollback} set "status" = 'restore-requested', "restoreRequestedAt" = now(), "restoreRequestedBy" = ${act.actor},
          "restoreReason" = ${act.reason}
        where "id" = ${id} and "status" = 'done' and "level" = 'global' returning "id"
      )
      select draftgate_write_audit(null, 'rollback.restore-request', null, jsonb_build_object('id', "id")) from asked`),
    rollbackById(queries, id),
  ] as const;
}

export function setRollbackKv(queries: Queries, id: string, kv: RollbackRow['kv']) {
  return queries
    .update(rollback)
    .set({ kv, ...(kv === 'written' ? { kvWrittenAt: sql`now()` } : {}) })
    .where(eq(rollback.id, id))
    .returning();
}

/** What the reconciliation of KV and Postgres goes by. */
export function edgeStateStatements(queries: Queries, featureName: string) {
  const globals = and(eq(rollback.feature, featureName), eq(rollback.level, 'global'));
  return [
    queries.select({ state: feature.state }).from(feature).where(eq(feature.feature, featureName)),
    queries
      .select()
      .from(rollback)
      .where(
        and(
          globals,
          sql`case when ${rollback.status} = 'restored' then ${rollback.kv} = 'clear-pending' else ${rollback.kv} = 'pending' end`,
        ),
      )
      .orderBy(desc(rollback.id))
      .limit(1),
    queries
      .select({ restoredAt: rollback.restoredAt })
      .from(rollback)
      .where(and(globals, eq(rollback.status, 'restored')))
      .orderBy(desc(rollback.restoredAt))
      .limit(1),
    queries
      .select()
      .from(rollback)
      .where(and(globals, ne(rollback.status, 'restored')))
      .orderBy(desc(rollback.id))
      .limit(1),
  ] as const;
}
