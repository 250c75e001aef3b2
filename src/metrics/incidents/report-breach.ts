import { sql } from 'drizzle-orm';
import { draft, draftEvent } from '../../storage/schema/index.ts';
import type { announce } from '../alerts/announce.ts';
import { rollbackCommand } from '../alerts/rollback-command.ts';
import type { AlertDeps } from '../alerts/sync-alerts.ts';
import { openIncident } from './open-incident.ts';

/** Something of one business was found at another. Ids only. */
export interface Breach {
  check: string;
  businessId: string;
  ids: string[];
}

interface Deps extends AlertDeps {
  announce: typeof announce;
}

/**
 * A breach of isolation is a security incident: one open incident for each check and business, a critical notice, and, where a
 * draft holds it, a `security` event, on which the guardrail rolls the business back in its next run.
 */
export async function reportBreach(deps: Deps, feature: string, { check, businessId, ids }: Breach): Promise<void> {
  const causeKey = `isolation:${check}:${businessId}`;
  const title = `Isolation: ${check} crosses from one business into another`;
  const { id: incidentId } = await openIncident(deps, {
    causeKey,
    severity: 'critical',
    title,
    businessId,
    feature,
    detectedAt: deps.clock(),
    data: { check, ids },
  });
  await deps.announce(deps, {
    key: `${causeKey}:${incidentId}`,
    severity: 'critical',
    title,
    detail: `The nightly check found ${ids.length} row(s) of ${businessId}: ${ids.slice(0, 5).join(', ')}. See docs/incident-playbook.md.`,
    businessId,
    incidentId,
    rollbackCommand: rollbackCommand({ level: 'business', businessId }, `isolation: ${check}`),
  });
  await deps.db.operator((queries) => [
    queries.execute(sql`
      insert into ${draftEvent} ("id", "businessId", "draftId", "version", "type", "pipelineVersion", "arm", "trace")
      select "id" || ':' || "version" || ':security', "businessId", "id", "version", 'security', "pipelineVersion",
        coalesce("content" -> 'rag' ->> 'arm', 'none'), ${JSON.stringify({ codes: ['cross-tenant'], source: 'recheck', check })}::jsonb
      from ${draft} where "id" = any(array(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)))
        and "businessId" = ${businessId} and "content" is not null
      on conflict do nothing`),
  ]);
}
