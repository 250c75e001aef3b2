import { UNDO_SECONDS } from '../../config.ts';
import type { DraftRow } from '../../drafting/draft-store.ts';
import type { Finding } from '../../guards/finding.ts';
import type { FactChange, FactCheck } from '../../review/current-facts.ts';
import { REPORT_KINDS } from '../../review/report-draft.ts';
import type { Services } from '../../services.ts';
import { Badge, Field, FormToken, languageName, Notice, Time, type Tone } from '../components.tsx';
import { Layout } from '../layout.tsx';
import { isTextKey } from '../texts/translate.ts';
import type { Unsent } from '../unsent.tsx';
import type { View } from '../view.ts';
import { changedFacts, evidenceValue, evidenceWords, valueWords } from './evidence-words.ts';
import { STATUS_TONES } from './inbox-list.tsx';
import { FactList, inOrder, MarkedBody } from './marked-body.tsx';

export type Surroundings = Awaited<ReturnType<Services['readDraftSurroundings']>>;

/** Characters of a note or a reason; the same for the API. */
export const LONGEST_NOTE = 2_000;

/** Why the last action did not happen. The reviewer's own text is never lost. */
export type Problem =
  | { kind: 'facts'; changes: FactChange[] }
  /** Somebody found it wrong: approving takes a second click. */
  | { kind: 'reported' }
  | { kind: 'confirm'; findings: Finding[] }
  | { kind: 'state' }
  | { kind: 'version' }
  /** Its form came after the session was over. */
  | { kind: 'unsent' }
  | { kind: 'reason' }
  | { kind: 'report' }
  | { kind: 'long' }
  | { kind: 'empty' };

interface DraftProps {
  view: View;
  draft: DraftRow;
  around: Surroundings;
  /** What the tools say now. */
  facts: FactCheck;
  /** The reviewer has been told of the reports, and insists. */
  reportsSeen: boolean;
  /** The list's filter, kept while going from draft to draft. */
  query: string;
  problem?: Problem;
  /** What the reviewer had written. */
  edited?: string | undefined;
  unsent?: Unsent;
}

export function DraftPage(props: DraftProps) {
  const { view, draft, around, query } = props;
  const { t } = view;
  const { content } = draft;
  const subject = content?.subject || around.messages.at(-1)?.subject || t('inbox.noSubject');
  return (
    <Layout view={view} title={subject} current="inbox" wide scripts={['inbox.client.js']}>
      <p class="crumb">
        <a href={`/inbox${query}`} data-key="Escape">
          ← {t('draft.back')}
        </a>
      </p>
      <h1>
        <bdi>{subject}</bdi>
      </h1>
      <p class="inbox-tags">
        <Badge tone={STATUS_TONES[draft.status]}>{t(`status.${draft.status}`)}</Badge>
        {content === null ? null : <Badge>{t(`intent.${content.intent}`)}</Badge>}
        {content === null ? null : <Badge>{languageName(view, content.language)}</Badge>}
        {view.actor?.kind === 'admin' ? (
          <a href={`/admin/businesses/${encodeURIComponent(draft.businessId)}`}>
            <Badge>{around.business.name}</Badge>
          </a>
        ) : (
          <Badge>{around.business.name}</Badge>
        )}
        {props.facts.state === 'same' ? null : (
          <Badge tone={props.facts.state === 'changed' ? 'bad' : 'warn'}>{t(`facts.${props.facts.state}`)}</Badge>
        )}
        {view.actor?.kind === 'admin' ? (
          <a href={`/admin/rollbacks?${new URLSearchParams({ level: 'business', businessId: draft.businessId })}`}>
            {t('draft.rollBack')}
          </a>
        ) : null}
      </p>
      <ReportNotice {...props} />
      <ProblemNotice {...props} />
      <FactNotice {...props} />
      <div class="two">
        <Thread view={view} around={around} />
        <section aria-labelledby="reply-title">
          <h2 id="reply-title">{t('draft.reply')}</h2>
          <StateNotice {...props} />
          <Findings view={view} content={content} worthALook />
          {content === null || content.body === '' ? null : (
            <>
              <div class="card reply">
                <dl class="heads">
                  <dt>{t('draft.to')}</dt>
                  <dd>{content.to.map(({ address }) => address).join(', ')}</dd>
                  {content.cc.length === 0 ? null : (
                    <>
                      <dt>{t('draft.cc')}</dt>
                      <dd>{content.cc.map(({ address }) => address).join(', ')}</dd>
                    </>
                  )}
                </dl>
                <MarkedBody
                  view={view}
                  timeZone={around.business.timeZone}
                  content={content}
                  evidence={draft.evidence}
                  facts={props.facts}
                />
              </div>
              {draft.status === 'READY' ? <Actions {...props} /> : null}
            </>
          )}
          <OtherActions {...props} />
          <Explanation {...props} />
        </section>
      </div>
    </Layout>
  );
}

function Thread({ view, around }: { view: View; around: Surroundings }) {
  const { t } = view;
  return (
    <section aria-labelledby="thread-title">
      <h2 id="thread-title">{t('draft.thread')}</h2>
      {around.messages.map((mail) => (
        <article class={`card mail mail-${mail.direction.toLowerCase()}`}>
          <header>
            <strong>
              <bdi>{mail.from.name ?? mail.from.address}</bdi>
            </strong>{' '}
            <span class="soft">
              <bdi>{mail.from.address}</bdi> · {t(mail.direction === 'INBOUND' ? 'draft.customer' : 'draft.us')} ·{' '}
              <Time view={view} at={mail.sentAt} zone={around.business.timeZone} />
            </span>
          </header>
          {mail.dmarc === 'fail' ? <Notice tone="warn" title={t('draft.unauthenticated')} /> : null}
          <div class="body" dir="auto">
            {mail.text}
          </div>
        </article>
      ))}
    </section>
  );
}

function StateNotice(props: DraftProps) {
  const { view, draft, around } = props;
  const { t } = view;
  const { status } = draft;
  if (status === 'APPROVED' || status === 'DISCARDED') {
    return (
      <Notice tone={STATUS_TONES[status]} title={t(`status.${status}`)}>
        <p>
          {around.reviewerName ?? t('who.nobody')}
          {draft.reviewedAt === null ? null : (
            <>
              {', '}
              <Time view={view} at={draft.reviewedAt} zone={around.business.timeZone} />
            </>
          )}
        </p>
        {draft.reviewReason === null ? null : <p>{t('status.reason', { reason: draft.reviewReason })}</p>}
        <Undo {...props} />
      </Notice>
    );
  }
  if (status !== 'READY') {
    return (
      <Notice tone={STATUS_TONES[status]} title={t(`status.${status}`)}>
        <p>
          {t(
            status === 'QUARANTINED' && around.business.pastAnswersOn
              ? 'status.QUARANTINED.textOn'
              : `status.${status}.text`,
          )}
        </p>
      </Notice>
    );
  }
  return draft.kind === 'verification' ? (
    <Notice tone="info" title={t('kind.verification')}>
      <p>{t('kind.verification.text')}</p>
    </Notice>
  ) : null;
}

function ProblemNotice({ view, draft, around, problem, edited }: DraftProps) {
  const { t } = view;
  if (problem === undefined) return null;
  const yours =
    edited === undefined ? null : (
      <Field id="your-text" label={t('problem.yourText')}>
        <textarea id="your-text" rows={6} readonly>
          {edited}
        </textarea>
      </Field>
    );
  switch (problem.kind) {
    // Said by the notices of the facts and of the reports.
    case 'facts':
    case 'reported':
      return null;
    case 'confirm':
      return (
        <Notice tone="bad" title={t('problem.confirm.title')}>
          <p>{t('problem.confirm.text')}</p>
          <FindingList view={view} findings={problem.findings} body={edited ?? ''} />
        </Notice>
      );
    case 'state':
    case 'version': {
      const kind = problem.kind === 'version' ? 'version' : changedBy(draft, view);
      const values = { status: t(`status.${draft.status}`), who: around.reviewerName ?? t('who.nobody') };
      return (
        <Notice tone="bad" title={t(`problem.${kind}.title`)}>
          <p>
            {t(`problem.${kind}.text`, values)} {yours === null ? null : t('problem.textBelow')}
          </p>
          {yours}
        </Notice>
      );
    }
    case 'unsent':
      return (
        <Notice tone="warn" title={t('problem.unsent.title')}>
          <p>{t('problem.unsent.text')}</p>
        </Notice>
      );
    default:
      return <Notice tone="bad" title={t(`problem.${problem.kind}`, { n: LONGEST_NOTE })} />;
  }
}

/** Who made it another draft than the one that the reviewer decided on. */
function changedBy({ reviewedBy }: DraftRow, { actor }: View): 'state' | 'own' | 'other' {
  if (reviewedBy === null) return 'state';
  return reviewedBy === actor?.name ? 'own' : 'other';
}

/** As long as it is allowed, and to whom: not only on the page that came after. */
function Undo(props: DraftProps) {
  const { view, draft } = props;
  const leftMs = (draft.reviewedAt?.getTime() ?? 0) + UNDO_SECONDS * 1000 - view.now.getTime();
  if (leftMs <= 0 || draft.reviewedBy !== view.actor?.name) return null;
  return (
    <form method="post" action={to(props, 'undo')} data-gone-at={String(leftMs)}>
      <FormToken view={view} />
      <button type="submit">
        {view.t('undo')} <kbd>u</kbd>
      </button>
    </form>
  );
}

/** Who found this version wrong, when and why. */
function ReportNotice({ view, around, problem, draft }: DraftProps) {
  const { t } = view;
  const { reports } = around;
  if (reports.length === 0) return null;
  const text = problem?.kind === 'reported' ? 'problem.reported.text' : 'reported.text';
  return (
    <Notice tone="bad" title={t('reported.title')}>
      {draft.status === 'READY' ? <p>{t(text)}</p> : null}
      <ul>
        {reports.map(({ kind, note, by, at }) => (
          <li>
            {t(`report.${kind}`)}: {by}, <Time view={view} at={at} zone={around.business.timeZone} />
            {note === null ? null : (
              <>
                : <q>{note}</q>
              </>
            )}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** What differs from when the draft was made: what it says first, then what it does not say. */
function FactNotice({ view, draft, around, facts, problem }: DraftProps) {
  const { t } = view;
  if (facts.state === 'unknown') {
    return (
      <Notice tone="warn" title={t('facts.unknown.title')}>
        <p>{t('facts.unknown.text')}</p>
      </Notice>
    );
  }
  if (facts.state === 'same') return null;
  const { timeZone } = around.business;
  const words = (value: unknown) => valueWords(view, value, timeZone);
  const overtaken = inOrder(draft.content?.claims ?? []).filter(
    ({ start, end, evidence }) =>
      evidence !== undefined && facts.overtaken.some((one) => one.start === start && one.end === end),
  );
  const said = [...Map.groupBy(overtaken, ({ text, evidence }) => `${text} ${evidence}`).values()].flatMap(
    ([first]) => first ?? [],
  );
  const paths = said.map(({ evidence = '' }) => evidence);
  const others = changedFacts(facts.changes).filter(
    ({ path }) => !paths.some((one) => one === path || one.replace(/canonicalStatus$/, 'status') === path),
  );
  const rest = others.map(({ path, before, after }) => {
    const isGone = before === null && after === null;
    return {
      what: evidenceWords(view, null, path),
      before: isGone ? t('facts.there') : words(before),
      after: isGone ? t('facts.gone') : words(after),
    };
  });
  return (
    <Notice tone="bad" title={t('facts.changed.title')}>
      {draft.status === 'READY' ? (
        <p>{t(problem?.kind === 'facts' ? 'problem.facts.text' : 'facts.changed.text')}</p>
      ) : null}
      {said.length === 0 ? (
        <Changes view={view} rows={rest} />
      ) : (
        <>
          <Changes
            view={view}
            rows={said.map(({ text, evidence = '' }) => ({
              what: `“${text}” (${evidenceWords(view, null, evidence)})`,
              before: words(evidenceValue(draft.evidence, evidence)),
              after: words(evidenceValue(facts.now, evidence)),
            }))}
          />
          {rest.length === 0 ? null : (
            <details>
              <summary>{t('facts.changed.others', { n: rest.length })}</summary>
              <Changes view={view} rows={rest} />
            </details>
          )}
        </>
      )}
    </Notice>
  );
}

function Changes({ view: { t }, rows }: { view: View; rows: { what: string; before: string; after: string }[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t('problem.facts.what')}</th>
          <th scope="col">{t('problem.facts.before')}</th>
          <th scope="col">{t('problem.facts.after')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ what, before, after }) => (
          <tr>
            <th scope="row">{what}</th>
            <td>
              <del>{before}</del>
            </td>
            <td>
              <ins>{after}</ins>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Hidden({ view, draft }: DraftProps) {
  return (
    <>
      <FormToken view={view} />
      <input type="hidden" name="version" value={String(draft.version)} />
    </>
  );
}

/** Where a form of this draft goes; the filter goes with it, so that the next draft is of the same list. */
const to = ({ draft, query }: DraftProps, verb: string) => `/inbox/${encodeURIComponent(draft.id)}/${verb}${query}`;

/** What the reviewer was shown besides the draft: approval goes by it. */
function Seen({ facts, around, reportsSeen }: DraftProps) {
  return (
    <>
      {facts.state === 'changed' ? <input type="hidden" name="changes" value={facts.hash} /> : null}
      {reportsSeen ? <input type="hidden" name="reports" value={String(around.reports.length)} /> : null}
    </>
  );
}

function Actions(props: DraftProps) {
  const { view, draft, problem, edited, facts, reportsSeen } = props;
  const { t } = view;
  const made = draft.content?.body ?? '';
  // Whoever goes through drafts by keys must not approve this one by habit.
  const isDoubtful = facts.state === 'changed' || reportsSeen;
  const editing = edited !== undefined && problem !== undefined && problem.kind !== 'version';
  return (
    <>
      {editing ? null : (
        <form class="approve" method="post" action={to(props, 'approve')}>
          <Hidden {...props} />
          <Seen {...props} />
          {isDoubtful ? (
            <button type="submit">{t('draft.approveAnyway')}</button>
          ) : (
            <button type="submit" class="primary" data-key="a">
              {t('draft.approve')} <kbd>a</kbd>
            </button>
          )}
        </form>
      )}
      <details class="card" data-key="e" open={editing}>
        <summary>
          {t('draft.edit')} <kbd>e</kbd>
        </summary>
        <form method="post" action={to(props, 'approve')} data-edit>
          <Hidden {...props} />
          <Seen {...props} />
          {problem?.kind === 'confirm' ? <input type="hidden" name="confirm" value="yes" /> : null}
          <Field id="body" label={t('draft.editLabel')} hint={t('draft.editHint')}>
            {/* The first line end after the tag is not part of the text. */}
            <textarea
              id="body"
              name="body"
              rows={14}
              aria-describedby="body-hint"
              lang={draft.content?.language}
              data-made={made}
            >
              {`\n${editing ? edited : made}`}
            </textarea>
          </Field>
          <p class="restored" data-restored hidden>
            {t('draft.restored')}{' '}
            <button type="button" class="quiet">
              {t('draft.startOver')}
            </button>
          </p>
          <p class="edit-share" data-share hidden>
            {t('draft.editShare')}: <output>0 %</output>
          </p>
          <div class="difference" data-difference hidden />
          <button type="submit" class="primary">
            {t(
              problem?.kind === 'confirm' || problem?.kind === 'facts' || reportsSeen
                ? 'draft.approveAnyway'
                : 'draft.approveEdited',
            )}
          </button>
        </form>
      </details>
    </>
  );
}

function OtherActions(props: DraftProps) {
  const { view, draft, problem, unsent } = props;
  const { t } = view;
  const { status } = draft;
  const isReport = unsent?.kind !== undefined;
  const canRegenerate = status === 'READY' || status === 'STALE' || status === 'QUARANTINED' || status === 'FAILED';
  const canDiscard = canRegenerate || status === 'SKIPPED';
  return (
    <div class="others">
      {canRegenerate ? (
        <form method="post" action={to(props, 'regenerate')}>
          <Hidden {...props} />
          <button type="submit" class={status === 'READY' ? '' : 'primary'} data-key="r">
            {t('draft.regenerate')} <kbd>r</kbd>
          </button>
        </form>
      ) : null}
      {canDiscard ? (
        <details class="card" data-key="d" open={problem?.kind === 'reason' || unsent?.reason !== undefined}>
          <summary>
            {t('draft.discard')} <kbd>d</kbd>
          </summary>
          <form method="post" action={to(props, 'discard')}>
            <Hidden {...props} />
            <Field id="reason" label={t('draft.discardReason')}>
              <input id="reason" name="reason" required maxlength={LONGEST_NOTE} value={unsent?.reason} />
            </Field>
            <button type="submit" class="danger">
              {t('draft.discard')}
            </button>
          </form>
        </details>
      ) : null}
      {draft.content === null || draft.content.body === '' ? null : (
        <details class="card" data-key="p" open={isReport}>
          <summary>
            {t('draft.report')} <kbd>p</kbd>
          </summary>
          <form method="post" action={to(props, 'report')}>
            <Hidden {...props} />
            <Field id="kind" label={t('draft.reportKind')}>
              <select id="kind" name="kind" required>
                <option value="">{t('draft.reportChoose')}</option>
                {REPORT_KINDS.map((kind) => (
                  <option value={kind} selected={kind === unsent?.kind}>
                    {t(`report.${kind}`)}
                  </option>
                ))}
              </select>
            </Field>
            <Field id="note" label={t('draft.reportNote')}>
              <input id="note" name="note" maxlength={LONGEST_NOTE} value={unsent?.note} />
            </Field>
            <p class="hint">{t('draft.reportEffect')}</p>
            <button type="submit">{t('draft.report')}</button>
          </form>
        </details>
      )}
    </div>
  );
}

/** What a reviewer should look at stands before the button that approves, mere notes after it. */
function Findings({ view, content, worthALook }: { view: View; content: DraftRow['content']; worthALook: boolean }) {
  const findings = content?.findings.filter(({ severity }) => (severity !== 'info') === worthALook) ?? [];
  if (content === null || findings.length === 0) return null;
  return (
    <section class="card">
      <h3>{view.t('findings.title')}</h3>
      <FindingList view={view} findings={findings} body={content.body} />
    </section>
  );
}

function Explanation({ view, draft, around, facts }: DraftProps) {
  const { t } = view;
  const { content, evidence } = draft;
  if (content === null) return null;
  const snippets = content.sources.filter(({ kind }) => kind === 'snippet');
  return (
    <div class="explanation">
      <Findings view={view} content={content} worthALook={false} />
      {content.body === '' ? null : (
        <section class="card">
          <h3>{t(draft.reviewedAt === null ? 'facts.title' : 'facts.titleDecided')}</h3>
          <FactList
            view={view}
            timeZone={around.business.timeZone}
            content={content}
            evidence={evidence}
            facts={facts}
          />
        </section>
      )}
      {snippets.length === 0 ? null : (
        <section class="card">
          <h3>{t('sources.title')}</h3>
          <ul class="plain">
            {snippets.map(({ id, used }) => (
              <li>
                <Badge tone={used ? 'info' : 'neutral'}>{t(used ? 'sources.used' : 'sources.offered')}</Badge>{' '}
                <strong>{id}</strong> <span class="soft">{evidence?.snippets.find(({ key }) => key === id)?.text}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section class="card">
        <h3>{t('past.title')}</h3>
        <p class="soft">{ragWords(view, content.rag)}</p>
        {content.rag.examples.map(({ id, confidence }) => {
          const example = around.examples.find((one) => one.id === id);
          return (
            <details class="example">
              <summary>
                <Badge tone="info">{t('past.confidence', { n: Math.round(confidence * 100) })}</Badge>{' '}
                {example === undefined ? t('past.gone') : firstLine(example.question)}
              </summary>
              {example === undefined ? null : (
                <>
                  <p class="body soft">{example.question}</p>
                  <p class="body">{example.answer}</p>
                </>
              )}
            </details>
          );
        })}
      </section>
    </div>
  );
}

function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > 90 ? `${line.slice(0, 90)}…` : line;
}

function ragWords({ t }: View, rag: { enabled: boolean; reason: string; status: string }): string {
  const key = rag.enabled && rag.status !== 'hit' ? `past.${rag.status}` : `past.${rag.reason}`;
  return isTextKey(key) ? t(key) : rag.reason;
}

const SEVERITIES: Record<Finding['severity'], Tone> = { info: 'neutral', warning: 'warn', block: 'bad' };

function FindingList({ view, findings, body }: { view: View; findings: Finding[]; body: string }) {
  return (
    <ul class="plain">
      {findings.map(({ code, message, severity, start, end }) => {
        const key = `finding.${code}`;
        return (
          <li>
            <Badge tone={SEVERITIES[severity]}>{view.t(`severity.${severity}`)}</Badge>{' '}
            {isTextKey(key) ? view.t(key) : message}
            {/* Offsets of these lead into the mail, not into the body. */}
            {start === undefined || end === undefined || code.startsWith('INJECTION_') ? null : (
              <>
                {' '}
                <q>{body.slice(start, end)}</q>
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}
