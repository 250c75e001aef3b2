import { sql } from 'drizzle-orm';
import type { Clock } from '../lib/clock.ts';
import { type FlagReason, RAG_FEATURE } from '../rollout/decide.ts';
import type { EdgeSwitch } from '../rollout/edge-switch.ts';
import { ragReason, showFeature } from '../rollout/show-feature.ts';
import type { Database } from '../storage/db.ts';
import { auditEvent, business, draft, draftEvent, pilotBusiness, pilotExclusion } from '../storage/schema/index.ts';

/** What a business of the rollout gets now, and who took it away where somebody did. */
export interface BusinessRag {
  businessId: string;
  reason: FlagReason;
  off: { how: 'rollback' | 'removed' | 'switched-off'; by: string; at: Date } | null;
}

export interface RolloutNow {
  at: Date;
  /** Businesses that are enrolled or were taken out, and of how many RAG is on. */
  pilots: number;
  on: number;
  rolledBack: number;
  /** Drafts that wait for a reviewer, and those that a rollback took back. */
  ready: number;
  quarantined: number;
  /** Drafts of the window that only the demo's past has: no mail stands behind them. */
  withoutMail: number;
  businesses: BusinessRag[];
}

interface Deps {
  db: Database;
  edge: EdgeSwitch;
  clock: Clock;
  config: { environment: string };
}

interface PilotRow extends Record<string, unknown> {
  businessId: string;
  enrolled: boolean;
  emailRagEnabled: boolean;
  controlShare: number;
  how: 'rollback' | 'removed' | 'switched-off' | null;
  by: string | null;
  at: string | null;
}

/** The rollout as it stands at this moment, whatever window the metrics are of. `businessId` narrows what is counted. */
export async function readRolloutNow(
  deps: Deps,
  query: { businessId?: string | undefined; windowHours: number },
): Promise<RolloutNow> {
  const only = query.businessId ?? null;
  const now = deps.clock();
  const from = new Date(now.getTime() - query.windowHours * 3_600_000);
  // Only a local service has such a past: elsewhere nobody looks for it among all events.
  const isLocal = deps.config.environment === 'development' || deps.config.environment === 'test';
  const [feature, [pilots, drafts, past]] = await Promise.all([
    showFeature(deps, RAG_FEATURE),
    deps.db.operator((queries) => [
      queries.execute<PilotRow>(sql`
        select b."id" as "businessId", p."id" is not null as "enrolled", b."emailRagEnabled", b."controlShare"::float8 as "controlShare",
          coalesce(x."actor", o."actor") as "by", coalesce(x."since", o."at")::text as "at",
          case when x."rollbackId" is not null then 'rollback' when x."businessId" is not null then 'removed'
            when o."actor" is not null then 'switched-off' end as "how"
        from ${business} b
        left join ${pilotBusiness} p on p."businessId" = b."id" and p."feature" = ${RAG_FEATURE}
        left join ${pilotExclusion} x on x."businessId" = b."id" and x."feature" = ${RAG_FEATURE}
        left join lateral (
          select a."actor", a."at" from ${auditEvent} a where a."businessId" = b."id" and a."action" = 'business.update'
            and a."after"->>'emailRagEnabled' = 'false' order by a."at" desc limit 1
        ) o on not b."emailRagEnabled" and x."businessId" is null
        where p."id" is not null or x."businessId" is not null order by b."id"`),
      queries.execute<{ ready: number; quarantined: number }>(sql`
        select (count(*) filter (where "status" = 'READY'))::int as "ready",
          (count(*) filter (where "status" = 'QUARANTINED'))::int as "quarantined"
        from ${draft} where "status" in ('READY', 'QUARANTINED') and (${only}::text is null or "businessId" = ${only})`),
      queries.execute<{ count: number }>(sql`
        select count(*)::int as "count" from ${draftEvent} where ${isLocal} and "type" = 'drafted' and "trace" ? 'demo'
          and "at" >= ${from.toISOString()}::timestamptz and (${only}::text is null or "businessId" = ${only})`),
    ]),
  ]);
  const { changed } = feature;
  const killed: BusinessRag['off'] =
    feature.state === 'killed' && changed !== null ? { how: 'rollback', by: changed.by, at: changed.at } : null;
  const businesses = pilots.rows.map(({ businessId, how, by, at, ...row }): BusinessRag => {
    const reason = ragReason(feature, row);
    const own = how === null || by === null || at === null ? null : { how, by, at: new Date(at) };
    return { businessId, reason, off: reason === 'ON' || reason === 'CONTROL_ARM' ? null : (own ?? killed) };
  });
  const counted = businesses.filter(({ businessId }) => only === null || businessId === only);
  return {
    at: now,
    pilots: counted.length,
    on: counted.filter(({ reason }) => reason === 'ON').length,
    rolledBack: counted.filter(({ off }) => off?.how === 'rollback').length,
    ready: drafts.rows[0]?.ready ?? 0,
    quarantined: drafts.rows[0]?.quarantined ?? 0,
    withoutMail: past.rows[0]?.count ?? 0,
    businesses,
  };
}
