import { inArray, sql } from 'drizzle-orm';
import { newId } from '../../lib/ids.ts';
import type { Queries } from '../../storage/db.ts';
import { alert, auditEvent, ramp, rollback } from '../../storage/schema/index.ts';
import { ANNOUNCED_ACTIONS, type AnnouncedAct, actWords, SQL_ACTIONS } from './act-words.ts';
import { type EntryWrite, insertEntries } from './alert-store.ts';
import { announce } from './announce.ts';
import { plainWords } from './plain-words.ts';
import { type AlertDeps, LONGEST_DETAIL } from './sync-alerts.ts';

/** Acts older than this are history: a service that was down longer does not tell of them any more. */
const LOOK_BACK_MS = 3 * 24 * 60 * 60_000;
const MOST_A_RUN = 50;

/**
 * Announces every rollback, restore and ramp step that has no announcement yet, whoever made it: the audit has them all, also
 * those of plain SQL (triggers write it). Fills the timelines of incidents that rollbacks name. Twice changes nothing.
 */
export async function announceActs(deps: AlertDeps): Promise<{ announced: number }> {
  const since = new Date(deps.clock().getTime() - LOOK_BACK_MS);
  const [found] = await deps.db.operator((queries) => [unannouncedActs(queries, since)]);
  const acts = found.rows.map(
    (row): AnnouncedAct => ({ ...row, after: row.after ?? {}, rows: Number(row.rows), at: new Date(row.at) }),
  );
  const rollbackIds = acts.flatMap(({ action, after }) => (action.startsWith('rollback') ? [String(after.id)] : []));
  const rampIds = acts.flatMap(({ action, after }) => (action.startsWith('ramp') ? [String(after.id)] : []));
  const [rollbacks, ramps] = await deps.db.operator((queries) => [
    queries
      .select()
      .from(rollback)
      .where(inArray(rollback.id, rollbackIds.length > 0 ? rollbackIds : [''])),
    queries
      .select({ id: ramp.id, plan: ramp.plan })
      .from(ramp)
      .where(inArray(ramp.id, rampIds.length > 0 ? rampIds : [''])),
  ]);
  let announced = 0;
  for (const act of acts) {
    const about = rollbacks.find(({ id }) => id === act.after.id) ?? null;
    const plan = ramps.find(({ id }) => id === act.after.id)?.plan;
    const words = actWords(act, {
      rollback: about === null ? null : { ...about, affected: about.affected.length },
      step: typeof act.after.step === 'number' ? (plan?.[act.after.step]?.name ?? null) : null,
    });
    // The timeline first: the announcement is what says that both were done.
    if (about !== null) await fillTimeline(deps, act, about, words.title);
    const outcome = await announce(deps, {
      ...words,
      key: act.key,
      businessId: act.businessId,
      incidentId: about?.incidentId ?? null,
    });
    if (outcome.announced) announced += 1;
  }
  return { announced };
}

interface ActRow extends Record<string, unknown> {
  key: string;
  action: string;
  actor: string;
  reason: string | null;
  businessId: string | null;
  after: Record<string, unknown> | null;
  rows: number;
  at: string;
}

/** Audit rows without an announcement, oldest first. Rows of one SQL transaction (`xmin`) and one kind are one act. */
function unannouncedActs(queries: Queries, since: Date) {
  const listOf = (actions: readonly string[]) =>
    sql`(${sql.join(
      actions.map((action) => sql`${action}`),
      sql`, `,
    )})`;
  return queries.execute<ActRow>(sql`
    select acts."key", min(acts."action") as "action", min(acts."actor") as "actor", min(acts."reason") as "reason",
      case when count(*) = 1 then min(acts."businessId") end as "businessId", (array_agg(acts."after"))[1] as "after",
      count(*)::int as "rows", min(acts."at") as "at"
    from (
      select e.*, case when e."action" in ${listOf(ANNOUNCED_ACTIONS)} then 'act:' || e."id"
        else 'act:sql:' || e."action" || ':' || e.xmin::text || ':' || to_char(e."at" at time zone 'UTC', 'YYYY-MM') end as "key"
      from ${auditEvent} e
      where e."at" > ${since.toISOString()}::timestamptz and (e."action" in ${listOf(ANNOUNCED_ACTIONS)}
        or (e."action" in ${listOf(SQL_ACTIONS)} and starts_with(e."actor", 'sql:')
          and (e."action" <> 'business.update' or e."after" ->> 'emailRagEnabled' = 'false' or e."after" ->> 'emailSnippetsEnabled' = 'false')))
    ) acts
    where not exists (select from ${alert} a where a."state" = 'announced' and a."key" = acts."key")
    group by acts."key" order by min(acts."at"), acts."key" limit ${MOST_A_RUN}`);
}

/** Detection, decision and act of a rollback that names an incident, and its restore. */
async function fillTimeline(
  deps: AlertDeps,
  act: AnnouncedAct,
  about: typeof rollback.$inferSelect,
  title: string,
): Promise<void> {
  const { incidentId } = about;
  if (incidentId === null) return;
  const because = plainWords(act.reason ?? about.reason, LONGEST_DETAIL);
  const data = { rollbackId: about.id, level: about.level, actor: act.actor };
  const line = (key: string, kind: EntryWrite['kind'], text: string, at: Date): EntryWrite => ({
    id: newId('ine', deps.clock()),
    incidentId,
    key,
    kind,
    text,
    at: at.toISOString(),
    data,
  });
  if (act.action !== 'rollback') {
    const done = line(`${act.action}:${about.id}`, 'act', `${title}, by ${act.actor}`, act.at);
    await deps.db.operator((queries) => [insertEntries(queries, [done])]);
    return;
  }
  const figures = `Businesses: ${about.affected.length}, drafts set aside: ${about.quarantinedDrafts}`;
  const entries = [line(`rollback:${about.id}`, 'act', `${title}. ${figures}`, about.writtenAt)];
  // A guardrail has written down itself what it detected and decided.
  if (!act.actor.startsWith('guardrail:')) {
    entries.unshift(
      line(`rollback:${about.id}:detected`, 'detection', 'Detected, as the rollback says', about.detectedAt),
      line(
        `rollback:${about.id}:decided`,
        'decision',
        `${act.actor} decided to roll back: ${because}`,
        about.decidedAt,
      ),
    );
  }
  await deps.db.operator((queries) => [insertEntries(queries, entries)]);
}
