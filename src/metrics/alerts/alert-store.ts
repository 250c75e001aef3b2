import { and, desc, eq, gt, inArray, lt, or, sql } from 'drizzle-orm';
import type { Queries } from '../../storage/db.ts';
import { alert, alertDelivery, incident, incidentEntry } from '../../storage/schema/index.ts';

export type AlertRow = typeof alert.$inferSelect;
export type DeliveryRow = typeof alertDelivery.$inferSelect;

/** Alerts of a scope that fire, and those resolved since `since`. */
export function scopeAlerts(queries: Queries, scope: string, since: Date) {
  return queries
    .select()
    .from(alert)
    .where(and(eq(alert.scope, scope), or(eq(alert.state, 'firing'), gt(alert.resolvedAt, since))))
    .orderBy(alert.resolvedAt);
}

/** Runs of one scope go one after the other. */
export function lockAlerts(queries: Queries, scope: string) {
  return queries.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`alerts:${scope}`}, 0))`);
}

/** An alert as it is to be. `from`: the version it was decided on; null for a new one. */
export interface AlertWrite {
  from: number | null;
  row: AlertRow;
}

export interface DeliveryWrite
  extends Pick<DeliveryRow, 'id' | 'alertId' | 'version' | 'channel' | 'notice' | 'status' | 'reason'> {
  at: string;
}

export interface EntryWrite {
  id: string;
  incidentId: string;
  key: string;
  kind: (typeof incidentEntry.$inferSelect)['kind'];
  text: string;
  at: string;
  actor?: string | null;
  data: Record<string, unknown>;
  /** Written only if this alert has come to this version. */
  alertId?: string;
  version?: number;
}

/**
 * Carries changes out, each only on the version it was decided on, with their deliveries and timeline entries. Whoever
 * comes second writes nothing. The last statement gives the ids of the deliveries to be made.
 */
export function alertStatements(
  queries: Queries,
  writes: AlertWrite[],
  deliveries: DeliveryWrite[],
  entries: EntryWrite[],
) {
  const json = sql`${JSON.stringify(writes.map(({ from, row }) => ({ ...row, from })))}::jsonb`;
  const columns = sql`("id" text, "key" text, "scope" text, "kind" text, "severity" text, "state" text, "title" text, "detail" text,
    "figures" jsonb, "businessId" text, "incidentId" text, "rollbackCommand" text, "firedAt" timestamptz, "notifiedAt" timestamptz,
    "seenAt" timestamptz, "resolvedAt" timestamptz, "flaps" int, "version" int, "from" int)`;
  return [
    queries.execute<{ id: string }>(sql`
      insert into ${alert} ("id", "key", "scope", "kind", "severity", "state", "title", "detail", "figures", "businessId", "incidentId",
        "rollbackCommand", "firedAt", "notifiedAt", "seenAt", "resolvedAt", "flaps", "version")
      select "id", "key", "scope", "kind", "severity", "state", "title", "detail", nullif("figures", 'null'), "businessId", "incidentId",
        "rollbackCommand", "firedAt", "notifiedAt", "seenAt", "resolvedAt", "flaps", "version"
      from jsonb_to_recordset(${json}) as w ${columns} where w."from" is null on conflict do nothing returning "id"`),
    queries.execute<{ id: string }>(sql`
      update ${alert} a set "severity" = w."severity", "state" = w."state", "title" = w."title", "detail" = w."detail",
        "figures" = nullif(w."figures", 'null'), "incidentId" = w."incidentId", "rollbackCommand" = w."rollbackCommand",
        "notifiedAt" = w."notifiedAt", "seenAt" = greatest(a."seenAt", w."seenAt"), "resolvedAt" = w."resolvedAt", "flaps" = w."flaps", "version" = w."version"
      from jsonb_to_recordset(${json}) as w ${columns}
      where a."id" = w."id" and a."version" = w."from"
        and not exists (select from ${alert} o where o."key" = w."key" and o."state" = 'firing' and o."id" <> w."id")
      returning a."id"`),
    insertEntries(queries, entries),
    queries.execute<{ id: string }>(sql`
      with made as (
        insert into ${alertDelivery} ("id", "alertId", "version", "channel", "notice", "status", "reason", "createdAt", "nextAttemptAt", "settledAt")
        select d."id", d."alertId", d."version", d."channel", d."notice", d."status", d."reason", d."at", d."at",
          case when d."status" = 'pending' then null else d."at" end
        from jsonb_to_recordset(${JSON.stringify(deliveries)}::jsonb)
          as d("id" text, "alertId" text, "version" int, "channel" text, "notice" jsonb, "status" text, "reason" text, "at" timestamptz)
        join ${alert} a on a."id" = d."alertId" and a."version" = d."version"
        -- A channel that has not taken the last one yet is not reminded of it as well.
        where d."notice" ->> 'event' <> 'reminder' or not exists (select from ${alertDelivery} o
          where o."alertId" = d."alertId" and o."channel" = d."channel" and o."status" = 'pending')
        on conflict do nothing returning "id", "status"
      )
      select "id" from made where "status" = 'pending'`),
  ] as const;
}

/** Timeline entries of incidents that exist; what stands there already stays as it is. */
export function insertEntries(queries: Queries, entries: EntryWrite[]) {
  return queries.execute<{ id: string }>(sql`
    insert into ${incidentEntry} ("id", "incidentId", "key", "kind", "text", "at", "actor", "data")
    select e."id", e."incidentId", e."key", e."kind", e."text", e."at", e."actor", e."data"
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) as e("id" text, "incidentId" text, "key" text, "kind" text,
      "text" text, "at" timestamptz, "actor" text, "data" jsonb, "alertId" text, "version" int)
    join ${incident} i on i."id" = e."incidentId"
    where e."alertId" is null or exists (select from ${alert} a where a."id" = e."alertId" and a."version" = e."version")
    on conflict do nothing returning "id"`);
}

/** Alerts, newest first. */
export function alertPage(
  queries: Queries,
  filter: { state?: AlertRow['state'] | undefined; before?: string | undefined; limit: number },
) {
  return queries
    .select()
    .from(alert)
    .where(
      and(
        filter.state === undefined ? undefined : eq(alert.state, filter.state),
        filter.before === undefined ? undefined : lt(alert.id, filter.before),
      ),
    )
    .orderBy(desc(alert.id))
    .limit(filter.limit);
}

/** What became of telling the channels of these alerts, in order. */
export function deliveriesOf(queries: Queries, alertIds: string[]) {
  return queries
    .select()
    .from(alertDelivery)
    .where(inArray(alertDelivery.alertId, alertIds.length > 0 ? alertIds : ['']))
    .orderBy(alertDelivery.alertId, alertDelivery.version, alertDelivery.channel);
}
