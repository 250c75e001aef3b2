import { and, arrayOverlaps, asc, desc, eq, ilike, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import { DRAFT_STATUSES, type DraftStatus } from '../drafting/draft.ts';
import { featureHolds } from '../drafting/draft-store.ts';
import { RAG_FEATURE } from '../rollout/decide.ts';
import type { BatchOptions, Database, Queries } from '../storage/db.ts';
import {
  apiKey,
  appointment,
  business,
  draft,
  draftEvent,
  exampleEmbedding,
  message,
  order,
} from '../storage/schema/index.ts';
import type { Intent } from '../tools/intents.ts';
import { appointmentColumns, orderColumns } from '../tools/look-up-store.ts';
import type { Records } from './current-facts.ts';
import type { ReportKind } from './report-draft.ts';

export interface InboxFilter {
  /** Null: all businesses, for operators. */
  businessId: string | null;
  statuses: readonly DraftStatus[];
  intent: Intent | null;
  language: string | null;
  /** Only drafts that a reviewer should look at twice: with findings, reported, or with facts that may have changed. */
  withFindings: boolean;
  /** Drafts that have waited so many hours or longer. */
  olderThanHours: number | null;
  /** Words in the mail's subject, sender or text. */
  search: string | null;
}

export interface InboxPage extends InboxFilter {
  /** Open drafts are worked off by the age of their mail, decided ones are looked up newest draft first. */
  order: 'oldest' | 'newest';
  after: string | null;
  limit: number;
}

export interface Report {
  kind: ReportKind;
  note: string | null;
  by: string;
  at: string;
}

/** Reports of a draft's current version, newest first. */
const reportsOfDraft = sql<Report[]>`(
  select coalesce(jsonb_agg(jsonb_build_object('kind', e."trace"->'kind', 'note', e."trace"->'note', 'by', e."trace"->'by',
    'at', e."at") order by e."at" desc), '[]'::jsonb)
  from ${draftEvent} e where e."draftId" = ${draft}."id" and e."version" = ${draft}."version" and e."type" = 'reported')`;

/** Records of a draft that were written after it was begun, or are gone: of these its facts may have changed. */
const touched = (name: 'orders' | 'appointments', id: string, records: SQL, key: SQL) => sql`(
  select count(*) from jsonb_array_elements(${draft.evidence}->${name}) fact
  where not exists (select from ${records} r where r."businessId" = ${draft.businessId}
    and ${key} = draftgate_identifier_key(fact->>${id}) and r."updatedAt" <= ${draft.requestedAt})) > 0`;

/**
 * A search reads the mails of so many newest drafts of the asked states. Row-level security lets no index answer a search
 * for words (its operators are not leakproof), so it has to be bounded, and the page says so.
 */
export const SEARCHED_DRAFTS = 2_000;

const shown = {
  id: draft.id,
  businessId: draft.businessId,
  businessName: business.name,
  timeZone: business.timeZone,
  status: draft.status,
  kind: draft.kind,
  content: draft.content,
  /** Null where nothing is left to decide. */
  records: sql<Records | null>`case when ${draft.status} = 'READY' and ${draft.evidence} is not null
    then jsonb_build_object('orders', ${draft.evidence}->'orders', 'appointments', ${draft.evidence}->'appointments') end`,
  reports: reportsOfDraft,
  reviewedBy: draft.reviewedBy,
  from: message.from,
  subject: message.subject,
  preview: sql<string>`left(${message.text}, 240)`,
  sentAt: message.sentAt,
};

/** Drafts with the mail that they answer. */
export async function inboxRows(db: Database, page: InboxPage) {
  const build = (queries: Queries) =>
    [
      queries
        .select(shown)
        .from(draft)
        .innerJoin(message, and(eq(message.businessId, draft.businessId), eq(message.id, draft.messageRef)))
        .innerJoin(business, eq(business.id, draft.businessId))
        .where(and(...conditions(page)))
        .orderBy(...(page.order === 'oldest' ? [asc(message.sentAt), asc(draft.id)] : [desc(draft.id)]))
        .limit(page.limit),
    ] as const;
  const [rows] = await (page.businessId === null ? db.operator(build) : db.tenant(page.businessId, build));
  return rows;
}

/** The records of several businesses by their keys, in one round trip. */
export async function recordsOf(
  db: Database,
  businessIds: string[],
  keys: { orders: string[]; appointments: string[] },
  options: BatchOptions,
) {
  const orders = ['', ...keys.orders];
  const appointments = ['', ...keys.appointments];
  const build = (queries: Queries) =>
    [
      queries
        .select({ businessId: order.businessId, ...orderColumns })
        .from(order)
        .where(
          and(
            inArray(order.businessId, businessIds),
            or(
              inArray(order.orderKey, orders),
              arrayOverlaps(order.trackingKeys, orders),
              inArray(order.invoiceKey, orders),
            ),
          ),
        ),
      queries
        .select({ businessId: appointment.businessId, ...appointmentColumns })
        .from(appointment)
        .where(and(inArray(appointment.businessId, businessIds), inArray(appointment.appointmentKey, appointments))),
    ] as const;
  const [only] = businessIds;
  return businessIds.length === 1 && only !== undefined ? db.tenant(only, build, options) : db.operator(build, options);
}

function conditions(page: InboxPage): (SQL | undefined)[] {
  const like = page.search === null ? null : `%${page.search.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  return [
    page.businessId === null ? undefined : eq(draft.businessId, page.businessId),
    page.statuses.length === 0 ? undefined : inArray(draft.status, [...page.statuses]),
    page.intent === null ? undefined : sql`${draft.content}->>'intent' = ${page.intent}`,
    page.language === null ? undefined : sql`${draft.content}->>'language' = ${page.language}`,
    page.withFindings
      ? or(
          sql`jsonb_path_exists(${draft.content}, '$.findings[*] ? (@.severity != "info")')`,
          sql`${reportsOfDraft} <> '[]'::jsonb`,
          and(
            eq(draft.status, 'READY'),
            or(
              touched('orders', 'orderNumber', sql`${order}`, sql`r."orderKey"`),
              touched('appointments', 'id', sql`${appointment}`, sql`r."appointmentKey"`),
            ),
          ),
        )
      : undefined,
    page.olderThanHours === null
      ? undefined
      : sql`${message.sentAt} < now() - make_interval(hours => ${page.olderThanHours})`,
    like === null ? undefined : sql`${draft.id} = any(array(${newest(page)}))`,
    like === null
      ? undefined
      : or(
          ilike(message.subject, like),
          ilike(message.text, like),
          sql`${message.from}->>'address' ilike ${like}`,
          sql`${message.from}->>'name' ilike ${like}`,
        ),
    page.after === null ? undefined : page.order === 'newest' ? lt(draft.id, page.after) : laterThan(page.after),
  ];
}

/** Whose mail is younger than that of the draft which a page ended with. */
function laterThan(draftId: string): SQL {
  return sql`(${message.sentAt}, ${draft.id}) > (
    select m."sentAt", d."id" from ${draft} d join ${message} m on m."businessId" = d."businessId" and m."id" = d."messageRef"
    where d."id" = ${draftId})`;
}

/** Ids of what a search looks at: by the index on business, state and id; for operators over all businesses by id alone. */
function newest({ businessId, statuses }: InboxPage): SQL {
  if (businessId === null) return sql`select "id" from ${draft} order by "id" desc limit ${SEARCHED_DRAFTS}::int`;
  const states = JSON.stringify(statuses.length === 0 ? DRAFT_STATUSES : statuses);
  return sql`
    select recent."id" from jsonb_array_elements_text(${states}::jsonb) state cross join lateral (
      select d."id" from ${draft} d where d."businessId" = ${businessId} and d."status" = state order by d."id" desc limit ${SEARCHED_DRAFTS}::int
    ) recent order by recent."id" desc limit ${SEARCHED_DRAFTS}::int`;
}

/** Mails of a thread that are shown beside a draft; the newest are kept. */
const THREAD_MESSAGES = 50;

/** What a draft's page shows beside the draft itself. */
export async function readDraftSurroundings(
  db: Database,
  row: { id: string; businessId: string; threadId: string; exampleIds: string[]; reviewedBy: string | null },
) {
  const { businessId, threadId, exampleIds } = row;
  const [messages, examples, [owner], [reported]] = await db.tenant(businessId, (queries) => [
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
      .select({
        name: business.name,
        timeZone: business.timeZone,
        pastAnswersOn: sql<boolean>`${featureHolds(businessId, RAG_FEATURE, 'emailRagEnabled')}`,
      })
      .from(business)
      .where(eq(business.id, businessId)),
    queries
      .select({ reports: reportsOfDraft })
      .from(draft)
      .where(and(eq(draft.businessId, businessId), eq(draft.id, row.id))),
  ]);
  const reports = reported?.reports ?? [];
  const named = [row.reviewedBy ?? '', ...reports.map(({ by }) => by)].map(partsOf);
  const keyIds = named.flatMap(({ keyId }) => keyId ?? []);
  const [keys] =
    keyIds.length === 0
      ? [[]]
      : await db.operator((queries) => [
          queries
            .select({ id: apiKey.id, name: apiKey.name })
            .from(apiKey)
            .where(and(inArray(apiKey.id, keyIds), eq(apiKey.businessId, businessId))),
        ]);
  /** The person, and whose key it was where that says more. */
  const nameOf = (actor: string) => {
    const { keyId, person } = partsOf(actor);
    const name = keys.find(({ id }) => id === keyId)?.name;
    return person === undefined ? (name ?? actor) : name === undefined ? person : `${person} (${name})`;
  };
  return {
    messages: messages.reverse(),
    examples,
    business: owner ?? { name: businessId, timeZone: 'UTC', pastAnswersOn: false },
    reports: reports.map((report) => ({ ...report, by: nameOf(report.by), at: new Date(report.at) })),
    reviewerName: row.reviewedBy === null ? null : nameOf(row.reviewedBy),
  };
}

/** `key:<id>/<person>` in its parts; an operator has none. */
function partsOf(actor: string): { keyId?: string | undefined; person?: string | undefined } {
  const [, keyId, person] = /^key:([^/]+)(?:\/(.+))?$/.exec(actor) ?? [];
  return { keyId, person };
}
