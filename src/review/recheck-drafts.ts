import { and, asc, gt, inArray, isNotNull } from 'drizzle-orm';
import { PIPELINE_VERSION } from '../config.ts';
import { blockingClaims, groundBody } from '../guards/grounding/ground-body.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../storage/db.ts';
import { draft, draftEvent } from '../storage/schema/index.ts';

const DAY_MS = 86_400_000;
/** Drafts of so many last days are judged again. */
const DAYS = 30;
const DRAFTS_A_STEP = 200;
/** What a reviewer has been shown. */
const SHOWN = ['READY', 'STALE', 'QUARANTINED', 'APPROVED', 'DISCARDED'] as const;

/**
 * Judges the drafts that reviewers were shown once more, by today's rules and the evidence stored with each. A draft with an
 * unsupported or contradicted claim gets one event `rechecked` for each version of the pipeline that finds it.
 */
export async function recheckDrafts(
  deps: { db: Database; clock: Clock },
  after: string | null,
): Promise<{ counts: { checked: number; found: number }; next: string | null }> {
  const since = new Date(deps.clock().getTime() - DAYS * DAY_MS);
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select()
      .from(draft)
      .where(
        and(
          gt(draft.id, after ?? ''),
          gt(draft.createdAt, since),
          inArray(draft.status, [...SHOWN]),
          isNotNull(draft.content),
          isNotNull(draft.evidence),
        ),
      )
      .orderBy(asc(draft.id))
      .limit(DRAFTS_A_STEP),
  ]);
  const events = rows.flatMap((row) => findings(row));
  if (events.length > 0) {
    await deps.db.operator((queries) => [queries.insert(draftEvent).values(events).onConflictDoNothing()]);
  }
  const last = rows.at(-1);
  return {
    counts: { checked: rows.length, found: events.length },
    next: rows.length === DRAFTS_A_STEP && last !== undefined ? last.id : null,
  };
}

function findings(row: typeof draft.$inferSelect): (typeof draftEvent.$inferInsert)[] {
  const { content, evidence } = row;
  if (content === null || evidence === null) return [];
  const body = content.madeBody ?? content.body;
  const claims = groundBody({ body, language: content.language, mailSentAt: evidence.mailSentAt, evidence });
  const blocking = blockingClaims(claims);
  if (blocking.length === 0) return [];
  return [
    {
      id: `${row.id}:${row.version}:rechecked:${PIPELINE_VERSION}`,
      businessId: row.businessId,
      draftId: row.id,
      version: row.version,
      type: 'rechecked',
      pipelineVersion: row.pipelineVersion,
      arm: content.rag.arm,
      trace: {
        checkedBy: PIPELINE_VERSION,
        contradicted: blocking.filter(({ verdict }) => verdict === 'contradicted').length,
        unsupported: blocking.filter(({ verdict }) => verdict === 'unsupported').length,
        types: [...new Set(blocking.map(({ type }) => type))],
      },
    },
  ];
}
