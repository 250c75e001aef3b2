import { UNDO_SECONDS } from '../../config.ts';
import type { DraftRow } from '../../drafting/draft-store.ts';
import type { Finding } from '../../guards/finding.ts';
import { AppError } from '../../lib/errors.ts';
import { cleanText } from '../../mail/clean-text.ts';
import { type FactChange, type FactCheck, hashOfChanges } from '../../review/current-facts.ts';
import { REPORT_KINDS } from '../../review/report-draft.ts';
import { page } from '../layout.tsx';
import { createPages, flash } from '../page-router.ts';
import type { TextKey } from '../texts/translate.ts';
import { readUnsent, type Unsent } from '../unsent.tsx';
import type { PageContext } from '../view.ts';
import { DraftPage, LONGEST_NOTE, type Problem } from './draft-page.tsx';
import { InboxPage } from './inbox-list.tsx';
import { type InboxQuery, readInboxQuery } from './inbox-query.ts';

const ROWS = 30;
const MOST_BUSINESSES = 200;
const LONGEST_BODY = 200_000;

export const inboxPages = createPages();

inboxPages.get('/inbox', async (c) => {
  const { actor, services, view } = c.var;
  const query = queryOf(c);
  const rows = await services.listInbox({ ...query.filter, ...query, ...scopeOf(c, query), limit: ROWS + 1 });
  const businesses = actor.kind === 'admin' ? await services.listBusinesses({ limit: MOST_BUSINESSES }) : [];
  const shown = rows.slice(0, ROWS);
  const last = shown.at(-1);
  const next =
    rows.length > ROWS && last !== undefined
      ? `/inbox?${new URLSearchParams([...new URLSearchParams(query.query), ['after', last.id]])}`
      : null;
  return c.html(page(<InboxPage view={view} query={query} rows={shown} next={next} businesses={businesses} />));
});

inboxPages.get('/inbox/:id', async (c) => {
  const draft = await loaded(c);
  const { services, actor } = c.var;
  await services.openDraft({ businessId: draft.businessId, draftId: draft.id, actor: actor.name });
  return show(c, draft);
});

inboxPages.post('/inbox/:id/approve', async (c) => {
  const draft = await loaded(c);
  const form = await c.req.parseBody();
  const body = typeof form.body === 'string' ? editOf(draft, form.body) : undefined;
  if (body !== undefined && body.trim() === '')
    return show(c, draft, { problem: { kind: 'empty' }, edited: body }, 422);
  const { reports } = await surroundings(c, draft);
  const reportsSeen = form.reports === String(reports.length);
  if (draft.status === 'READY' && reports.length > 0 && !reportsSeen) {
    return show(c, draft, { problem: { kind: 'reported' }, edited: body, reportsSeen: true }, 409);
  }
  const changesSeen = typeof form.changes === 'string' ? form.changes : '';
  const act = { ...review(c, draft, form), body, confirm: form.confirm === 'yes', changesSeen };
  return decided(c, draft, 'done.approved', body, () => c.var.services.approveDraft(act), reportsSeen);
});

inboxPages.post('/inbox/:id/discard', async (c) => {
  const draft = await loaded(c);
  const form = await c.req.parseBody();
  const reason = noteOf(form.reason);
  if (reason === null) return show(c, draft, { problem: { kind: 'reason' } }, 422);
  if (reason.length > LONGEST_NOTE) {
    return show(c, draft, { problem: { kind: 'long' }, unsent: { version: draft.version, reason } }, 422);
  }
  const act = { ...review(c, draft, form), reason };
  return decided(c, draft, 'done.discarded', undefined, () => c.var.services.discardDraft(act));
});

inboxPages.post('/inbox/:id/report', async (c) => {
  const draft = await loaded(c);
  const form = await c.req.parseBody();
  const kind = REPORT_KINDS.find((one) => one === form.kind);
  const note = noteOf(form.note);
  const isLong = note !== null && note.length > LONGEST_NOTE;
  if (kind === undefined || isLong) {
    const unsent = { version: draft.version, kind: kind ?? '', ...(note === null ? {} : { note }) };
    return show(c, draft, { problem: { kind: isLong ? 'long' : 'report' }, unsent }, 422);
  }
  const { businessId, id: draftId } = draft;
  await c.var.services.reportDraft({ businessId, draftId, kind, note, actor: c.var.actor.name });
  flash(c, { tone: 'good', text: kind === 'wrong_fact' || kind === 'leak' ? 'done.reportedSerious' : 'done.reported' });
  return backTo(c, draft);
});

inboxPages.post('/inbox/:id/regenerate', async (c) => {
  const draft = await loaded(c);
  const { businessId, id: draftId } = draft;
  try {
    const outcome = await c.var.services.regenerateDraft({ businessId, draftId });
    const made = outcome.status !== 'in-progress' && outcome.draft.status !== 'RETRYING';
    flash(c, made ? { tone: 'good', text: 'done.regenerated' } : { tone: 'bad', text: 'done.retrying' });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'DRAFT_STATE') throw error;
    flash(c, { tone: 'bad', text: 'done.cannot' });
  }
  return backTo(c, draft);
});

inboxPages.post('/inbox/:id/undo', async (c) => {
  const draft = await loaded(c);
  const { businessId, id: draftId } = draft;
  try {
    await c.var.services.undoReview({ businessId, draftId, actor: c.var.actor.name });
    flash(c, { tone: 'good', text: 'done.undone' });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'DRAFT_STATE') throw error;
    const isOthers = draft.reviewedBy !== null && draft.reviewedBy !== c.var.actor.name;
    flash(c, { tone: 'bad', text: isOthers ? 'done.notYours' : 'done.tooLate' });
  }
  return backTo(c, draft);
});

/** The draft with what its reviewer wrote before they had to sign in again. Nothing is done with it. */
inboxPages.post('/inbox/:id/unsent', async (c) => {
  const draft = await loaded(c);
  const { services, actor } = c.var;
  const unsent = readUnsent((await c.req.parseBody()).unsent);
  if (unsent === undefined) return backTo(c, draft);
  await services.openDraft({ businessId: draft.businessId, draftId: draft.id, actor: actor.name });
  const { body, version } = unsent;
  if (body === undefined) return show(c, draft, { problem: { kind: 'unsent' }, unsent });
  const kind = draft.status !== 'READY' ? 'state' : version !== draft.version ? 'version' : 'unsent';
  return show(c, draft, { problem: { kind }, edited: body });
});

/** Decides, and opens the next draft of the list with an undo; or shows this one again, and why not. */
async function decided(
  c: PageContext,
  draft: DraftRow,
  done: TextKey,
  edited: string | undefined,
  decide: () => Promise<DraftRow>,
  reportsSeen = false,
): Promise<Response> {
  if (draft.status === 'APPROVED' || draft.status === 'DISCARDED') {
    return show(c, draft, { problem: { kind: 'state' }, edited }, 409);
  }
  try {
    await decide();
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    const now = await loaded(c);
    const isNewer = problem.kind === 'state' && now.status === 'READY';
    return show(c, now, { problem: isNewer ? { kind: 'version' } : problem, edited, reportsSeen }, 409);
  }
  const query = queryOf(c);
  const { services } = c.var;
  const ahead = { ...query.filter, ...query, ...scopeOf(c, query), limit: 1 };
  const [next] = await services.listInbox({ ...ahead, after: draft.id });
  const [first] = next === undefined ? await services.listInbox({ ...ahead, after: null }) : [];
  const following = next ?? first;
  flash(c, {
    tone: 'good',
    text: done,
    values: { subject: (draft.content?.subject ?? '').slice(0, 80) },
    undo: {
      action: `/inbox/${encodeURIComponent(draft.id)}/undo${query.query}`,
      until: services.clock().getTime() + UNDO_SECONDS * 1000,
      fields: {},
    },
  });
  const path = following === undefined || following.id === draft.id ? '' : `/${encodeURIComponent(following.id)}`;
  return c.redirect(`/inbox${path}${query.query}`, 303);
}

function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof AppError)) return undefined;
  const details = error.details as { changes?: FactChange[]; findings?: Finding[] } | undefined;
  if (error.code === 'FACTS_CHANGED') return { kind: 'facts', changes: details?.changes ?? [] };
  if (error.code === 'CONFIRMATION_REQUIRED') return { kind: 'confirm', findings: details?.findings ?? [] };
  return error.code === 'DRAFT_STATE' ? { kind: 'state' } : undefined;
}

interface Written {
  problem: Problem;
  edited?: string | undefined;
  unsent?: Unsent;
  reportsSeen?: boolean;
}

async function show(
  c: PageContext,
  draft: DraftRow,
  written?: Written,
  status: 200 | 409 | 422 = 200,
): Promise<Response> {
  const [around, checked] = await Promise.all([surroundings(c, draft), c.var.services.checkFacts(draft)]);
  const facts = written?.problem.kind === 'facts' ? await shownAtLeast(written.problem.changes, checked) : checked;
  const props = {
    view: c.var.view,
    draft,
    around,
    facts,
    query: queryOf(c).query,
    reportsSeen: false,
    ...written,
  };
  return c.html(page(<DraftPage {...props} />), status);
}

/** A refusal is shown with its difference, even where the tools do not answer a second time. */
async function shownAtLeast(changes: FactChange[], checked: FactCheck): Promise<FactCheck> {
  if (checked.state === 'changed' || changes.length === 0) return checked;
  return { state: 'changed', changes, hash: await hashOfChanges(changes), overtaken: [], now: null };
}

function surroundings(c: PageContext, draft: DraftRow) {
  const { id, businessId, threadId, reviewedBy, content } = draft;
  const exampleIds = content?.rag.examples.map((example) => example.id) ?? [];
  return c.var.services.readDraftSurroundings({ id, businessId, threadId, exampleIds, reviewedBy });
}

/** The draft, if this actor may see it; another business's does not exist. */
async function loaded(c: PageContext): Promise<DraftRow> {
  const { actor, services } = c.var;
  const id = c.req.param('id') ?? '';
  const draft = await services.findDraft(actor.kind === 'key' ? actor.businessId : null, id);
  if (draft === undefined) throw new AppError('NOT_FOUND', 'There is no such draft.');
  return draft;
}

function queryOf(c: PageContext): InboxQuery {
  return readInboxQuery(new URL(c.req.url).searchParams);
}

/** A reviewer sees one business, whatever the address says. */
function scopeOf(c: PageContext, query: InboxQuery): { businessId: string | null } {
  const { actor } = c.var;
  return { businessId: actor.kind === 'key' ? actor.businessId : query.filter.businessId };
}

function review(c: PageContext, draft: DraftRow, form: Record<string, unknown>) {
  const version = Number(form.version);
  if (!Number.isInteger(version)) throw new AppError('INVALID_REQUEST', 'The form is not complete.');
  return { businessId: draft.businessId, draftId: draft.id, version, actor: c.var.actor.name };
}

/** What a reviewer wrote: browsers send CRLF, which is no edit. Undefined: as it was made. */
function editOf(draft: DraftRow, sent: string): string | undefined {
  if (sent.length > LONGEST_BODY || sent.includes('\0'))
    throw new AppError('INVALID_REQUEST', 'This text cannot be sent.');
  const unix = (text: string) => text.replaceAll('\r\n', '\n');
  return unix(sent) === unix(draft.content?.body ?? '') ? undefined : unix(sent);
}

function noteOf(sent: unknown): string | null {
  const note = typeof sent === 'string' ? cleanText(sent).trim() : '';
  return note === '' ? null : note;
}

function backTo(c: PageContext, draft: DraftRow): Response {
  return c.redirect(`/inbox/${encodeURIComponent(draft.id)}${queryOf(c).query}`, 303);
}
