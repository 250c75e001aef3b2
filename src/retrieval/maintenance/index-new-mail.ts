import { sql } from 'drizzle-orm';
import { UNDO_SECONDS } from '../../config.ts';
import { ownWords } from '../../mail/read-turn.ts';
import { draft, message } from '../../storage/schema/index.ts';
import { type IndexingDeps, indexExamples, readSentMail, type Settle, type Settled } from '../index-examples.ts';
import { deleteExamplesOfUnapproved, lockApproved, mailsBefore } from '../index-store.ts';
import { type Prepared, prepareExample } from '../prepare-example.ts';
import { type Cursor, readWatermark, type Step, writeWatermark } from './maintenance-store.ts';

const SENT_MAIL = 'index-sent-mail';
const APPROVED_DRAFTS = 'index-approved-drafts';
/** Rows that one step reads. */
const MAILS_A_STEP = 500;
const DRAFTS_A_STEP = 50;
/** Where nothing was ever indexed, a run begins so far back; older mail is a backfill's. */
const FIRST_RUN_DAYS = 2;
const DAY_MS = 86_400_000;
const PAUSE_MS = 60_000;

interface Row extends Record<string, unknown> {
  id: string;
  businessId: string;
  at: string;
}

/**
 * Indexes the sent mail that came in since the last run, over all businesses; a missed night is made up, mail that came
 * late too. The watermark moves only over what is settled. Doing it twice changes nothing.
 */
export async function indexNewMail(deps: IndexingDeps, from: Cursor | null): Promise<Step> {
  const cursor = from ?? (await readWatermark(deps.db, SENT_MAIL)) ?? firstRun(deps);
  const [page] = await deps.db.operator((queries) => [
    queries.execute<Row>(sql`
      select "id", "businessId", "receivedAt"::text as "at" from ${message}
      where "direction" = 'OUTBOUND' and ("receivedAt", "id") > (${cursor.at}::timestamptz, ${cursor.id})
      order by "receivedAt", "id" limit ${MAILS_A_STEP}`),
  ]);
  return indexPage(deps, SENT_MAIL, page.rows, MAILS_A_STEP, cursor, (businessId, ids) =>
    readSentMail(deps, businessId, ids),
  );
}

interface ApprovedDraft extends Row {
  messageRef: string;
  kind: 'reply' | 'verification';
  approvedBody: string;
  unedited: boolean;
  subject: string;
  text: string;
  html: string | null;
  from: { address: string };
  sentAt: string;
}

/**
 * Makes examples of drafts approved since the last run, as soon as they can no longer be taken back. A template that nobody
 * edited teaches nothing, and is left out.
 */
export async function indexApprovedDrafts(deps: IndexingDeps, from: Cursor | null): Promise<Step> {
  const cursor = from ?? (await readWatermark(deps.db, APPROVED_DRAFTS)) ?? firstRun(deps);
  const [page] = await deps.db.operator((queries) => [
    queries.execute<ApprovedDraft>(sql`
      select d."id", d."businessId", d."reviewedAt"::text as "at", d."messageRef", d."kind", d."approvedBody",
        coalesce(d."editDistance" = 0, false) as "unedited", m."subject", m."text", m."html", m."from", m."sentAt"
      from ${draft} d join ${message} m on m."id" = d."messageRef"
      where d."status" = 'APPROVED' and d."approvedBody" is not null
        and (d."reviewedAt", d."id") > (${cursor.at}::timestamptz, ${cursor.id})
        and d."reviewedAt" <= now() - make_interval(secs => ${UNDO_SECONDS})
      order by d."reviewedAt", d."id" limit ${DRAFTS_A_STEP}`),
  ]);
  const byId = new Map(page.rows.map((row) => [row.id, row]));
  const read = async function* (businessId: string, ids: string[]) {
    const drafts = ids.flatMap((id) => byId.get(id) ?? []);
    const [before] = await deps.db.tenant(businessId, (queries) => [
      mailsBefore(
        queries,
        businessId,
        drafts.map(({ messageRef }) => messageRef),
      ),
    ]);
    yield drafts.map((row) =>
      prepareApproved(
        row,
        before.rows.filter(({ sentId }) => sentId === row.messageRef),
      ),
    );
  };
  return indexPage(deps, APPROVED_DRAFTS, page.rows, DRAFTS_A_STEP, cursor, read, onlyApproved);
}

/** An undo that is under way while its draft is read and embedded wins. */
function onlyApproved(businessId: string): Settle {
  return (queries, settled) => {
    const refs = settled.map(({ messageRef }) => messageRef);
    return [lockApproved(queries, businessId, refs), deleteExamplesOfUnapproved(queries, businessId, refs)];
  };
}

type Before = { direction: string; from: { address: string }; text: string; html: string | null };

function prepareApproved(row: ApprovedDraft, before: Before[]): Prepared | Settled {
  const { messageRef, unedited } = row;
  if (row.kind === 'verification' && unedited) return { status: 'skipped', messageRef, reason: 'machine-mail' };
  const answered = before.findIndex(({ direction }) => direction === 'OUTBOUND');
  const turn = (answered === -1 ? before : before.slice(0, answered)).filter(
    ({ from }) => from.address.toLowerCase() === row.from.address.toLowerCase(),
  );
  const words = [row, ...turn].map(ownWords).filter(Boolean).reverse().join('\n\n');
  if (words === '') return { status: 'skipped', messageRef, reason: 'no-question' };
  return prepareExample({
    messageRef,
    question: `${row.subject}\n${words}`.trim(),
    answer: ownWords({ text: row.approvedBody, html: null }),
    systemWritten: unedited,
    sentAt: new Date(row.sentAt),
  });
}

function firstRun(deps: IndexingDeps): Cursor {
  return { at: new Date(deps.clock().getTime() - FIRST_RUN_DAYS * DAY_MS).toISOString(), id: '' };
}

/** Indexes a page business by business, and moves the watermark behind it where all of it is settled. */
async function indexPage(
  deps: IndexingDeps,
  task: string,
  rows: Row[],
  pageSize: number,
  cursor: Cursor,
  read: (businessId: string, ids: string[]) => AsyncIterable<(Prepared | Settled)[]>,
  settle?: (businessId: string) => Settle,
): Promise<Step> {
  const counts = { read: rows.length, done: 0, skipped: 0, failed: 0 };
  for (const [businessId, own] of Map.groupBy(rows, (row) => row.businessId)) {
    const ids = own.map(({ id }) => id);
    const { settled, interruption } = await indexExamples(
      deps,
      businessId,
      read(businessId, ids),
      settle?.(businessId),
    );
    for (const { status } of settled) counts[status] += 1;
    if (interruption !== null) {
      const delayMs = interruption.because === 'rate' ? interruption.waitMs : PAUSE_MS;
      return { counts, next: cursor, delayMs };
    }
  }
  const last = rows.at(-1);
  const next = last === undefined ? null : { at: last.at, id: last.id };
  if (next !== null) await writeWatermark(deps.db, task, next, counts);
  return { counts, next: rows.length === pageSize ? next : null };
}
