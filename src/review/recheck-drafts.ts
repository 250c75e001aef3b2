import { and, asc, eq, gt, inArray, isNotNull } from 'drizzle-orm';
import { PIPELINE_VERSION } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../storage/db.ts';
import { draft, draftEvent, message } from '../storage/schema/index.ts';
import { type AnsweredMail, checkShownDraft, findingEvents } from './check-shown-draft.ts';

const DAY_MS = 86_400_000;
/** Drafts of so many last days are judged again. */
const DAYS = 30;
const DRAFTS_A_STEP = 200;
/** What a reviewer has been shown. */
const SHOWN = ['READY', 'STALE', 'QUARANTINED', 'APPROVED', 'DISCARDED'] as const;

/**
 * Judges the drafts that reviewers were shown once more, by today's rules and the evidence stored with each. A draft with a
 * finding gets one event `rechecked` for each version of the pipeline that finds it, and one that says what it is.
 */
export async function recheckDrafts(
  deps: { db: Database; clock: Clock; actOnFindings: () => Promise<void> },
  after: string | null,
): Promise<{ counts: { checked: number; found: number }; next: string | null }> {
  const since = new Date(deps.clock().getTime() - DAYS * DAY_MS);
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select({
        draft,
        mail: { from: message.from, replyTo: message.replyTo, to: message.to, cc: message.cc },
      })
      .from(draft)
      .innerJoin(message, eq(message.id, draft.messageRef))
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
  const found = rows.map((row) => eventsOf(row.draft, row.mail)).filter((events) => events.length > 0);
  if (found.length > 0) {
    await deps.db.operator((queries) => [queries.insert(draftEvent).values(found.flat()).onConflictDoNothing()]);
    await deps.actOnFindings();
  }
  const last = rows.at(-1);
  return {
    counts: { checked: rows.length, found: found.length },
    next: rows.length === DRAFTS_A_STEP && last !== undefined ? last.draft.id : null,
  };
}

function eventsOf(row: typeof draft.$inferSelect, mail: AnsweredMail): (typeof draftEvent.$inferInsert)[] {
  const { content, evidence } = row;
  if (content === null || evidence === null) return [];
  const found = checkShownDraft(content, evidence, mail);
  const events = findingEvents(row, found, 'recheck');
  const [first] = events;
  if (first === undefined) return [];
  const count = (verdict: string) => found.claims.filter((claim) => claim.verdict === verdict).length;
  const rechecked = {
    ...first,
    id: `${row.id}:${row.version}:rechecked:${PIPELINE_VERSION}`,
    type: 'rechecked' as const,
    trace: {
      checkedBy: PIPELINE_VERSION,
      contradicted: count('contradicted'),
      unsupported: count('unsupported'),
      types: [...new Set(found.claims.map(({ type }) => type))],
      security: found.security,
    },
  };
  return [rechecked, ...events];
}
