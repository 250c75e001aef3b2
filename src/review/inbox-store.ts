import { and, asc, desc, eq, gt, ilike, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import type { DraftStatus } from '../drafting/draft.ts';
import type { Database, Queries } from '../storage/db.ts';
import { apiKey, business, draft, exampleEmbedding, message } from '../storage/schema/index.ts';
import type { Intent } from '../tools/intents.ts';

export interface InboxFilter {
  /** Null: all businesses, for operators. */
  businessId: string | null;
  statuses: readonly DraftStatus[];
  intent: Intent | null;
  language: string | null;
  /** Only drafts with findings that a reviewer should look at. */
  withFindings: boolean;
  /** Drafts that have waited so many hours or longer. */
  olderThanHours: number | null;
  /** Words in the mail's subject, sender or text. */
  search: string | null;
}

export interface InboxPage extends InboxFilter {
  /** Open drafts are worked off oldest first, decided ones are looked up newest first. */
  order: 'oldest' | 'newest';
  after: string | null;
  limit: number;
}

const shown = {
  id: draft.id,
  businessId: draft.businessId,
  businessName: business.name,
  timeZone: business.timeZone,
  status: draft.status,
  kind: draft.kind,
  content: draft.content,
  reviewedBy: draft.reviewedBy,
  from: message.from,
  subject: message.subject,
  preview: sql<string>`left(${message.text}, 240)`,
  sentAt: message.sentAt,
};

/** Drafts with the mail that they answer. */
export async function listInbox(db: Database, page: InboxPage) {
  const build = (queries: Queries) =>
    [
      queries
        .select(shown)
        .from(draft)
        .innerJoin(message, and(eq(message.businessId, draft.businessId), eq(message.id, draft.messageRef)))
        .innerJoin(business, eq(business.id, draft.businessId))
        .where(and(...conditions(page)))
        .orderBy(page.order === 'oldest' ? asc(draft.id) : desc(draft.id))
        .limit(page.limit),
    ] as const;
  const [rows] = await (page.businessId === null ? db.operator(build) : db.tenant(page.businessId, build));
  return rows;
}

export type InboxRow = Awaited<ReturnType<typeof listInbox>>[number];

function conditions(page: InboxPage): (SQL | undefined)[] {
  const like = page.search === null ? null : `%${page.search.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const past = page.order === 'oldest' ? gt : lt;
  return [
    page.businessId === null ? undefined : eq(draft.businessId, page.businessId),
    page.statuses.length === 0 ? undefined : inArray(draft.status, [...page.statuses]),
    page.intent === null ? undefined : sql`${draft.content}->>'intent' = ${page.intent}`,
    page.language === null ? undefined : sql`${draft.content}->>'language' = ${page.language}`,
    page.withFindings ? sql`jsonb_path_exists(${draft.content}, '$.findings[*] ? (@.severity != "info")')` : undefined,
    page.olderThanHours === null
      ? undefined
      : sql`${message.sentAt} < now() - make_interval(hours => ${page.olderThanHours})`,
    like === null
      ? undefined
      : or(
          ilike(message.subject, like),
          ilike(message.text, like),
          sql`${message.from}->>'address' ilike ${like}`,
          sql`${message.from}->>'name' ilike ${like}`,
        ),
    page.after === null ? undefined : past(draft.id, page.after),
  ];
}

/** Mails of a thread that are shown beside a draft; the newest are kept. */
const THREAD_MESSAGES = 50;

/** What a draft's page shows beside the draft itself. */
export async function readDraftSurroundings(
  db: Database,
  row: { businessId: string; threadId: string; exampleIds: string[]; reviewedBy: string | null },
) {
  const { businessId, threadId, exampleIds } = row;
  const [messages, examples, [owner]] = await db.tenant(businessId, (queries) => [
    queries
      .select({
        id: message.id,
        direction: message.direction,
        from: message.from,
        to: message.to,
        cc: message.cc,
        subject: message.subject,
        text: message.text,
        dmarc: message.dmarc,
        sentAt: message.sentAt,
      })
      .from(message)
      .where(and(eq(message.businessId, businessId), eq(message.threadId, threadId)))
      .orderBy(desc(message.sentAt), desc(message.id))
      .limit(THREAD_MESSAGES),
    queries
      .select({
        id: exampleEmbedding.id,
        question: exampleEmbedding.question,
        answer: exampleEmbedding.answer,
        sentAt: exampleEmbedding.sentAt,
      })
      .from(exampleEmbedding)
      .where(
        and(
          eq(exampleEmbedding.businessId, businessId),
          inArray(exampleEmbedding.id, exampleIds.length > 0 ? exampleIds : ['']),
        ),
      ),
    queries
      .select({ name: business.name, timeZone: business.timeZone })
      .from(business)
      .where(eq(business.id, businessId)),
  ]);
  const [, keyId, person] = /^key:([^/]+)(?:\/(.+))?$/.exec(row.reviewedBy ?? '') ?? [];
  const [[key]] =
    keyId === undefined
      ? [[]]
      : await db.operator((queries) => [
          queries
            .select({ name: apiKey.name })
            .from(apiKey)
            .where(and(eq(apiKey.id, keyId), eq(apiKey.businessId, businessId))),
        ]);
  return {
    messages: messages.reverse(),
    examples,
    business: owner ?? { name: businessId, timeZone: 'UTC' },
    /** The person, and whose key it was where that says more. */
    reviewerName:
      person === undefined ? (key?.name ?? row.reviewedBy) : key === undefined ? person : `${person} (${key.name})`,
  };
}
