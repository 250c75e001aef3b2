import { SEARCHED_DRAFTS } from '../../review/inbox-store.ts';
import type { InboxRow } from '../../review/list-inbox.ts';
import { INTENT_NAMES } from '../../tools/intents.ts';
import { Age, Badge, EmptyState, Field, FormToken, languageName, Pager, type Tone } from '../components.tsx';
import { Layout, nameOf } from '../layout.tsx';
import type { View } from '../view.ts';
import type { InboxQuery } from './inbox-query.ts';

const SHOWN = ['READY', 'STALE', 'QUARANTINED', 'FAILED', 'RETRYING', 'APPROVED', 'DISCARDED', 'SKIPPED'] as const;
const HOURS = ['4', '24', '72'] as const;
const LANGUAGES = ['en', 'tr', 'de', 'fr', 'es', 'it', 'nl', 'pt'];

export const STATUS_TONES: Record<InboxRow['status'], Tone> = {
  DRAFTING: 'neutral',
  READY: 'info',
  STALE: 'warn',
  QUARANTINED: 'bad',
  APPROVED: 'good',
  DISCARDED: 'neutral',
  SKIPPED: 'neutral',
  RETRYING: 'warn',
  FAILED: 'bad',
};

interface InboxProps {
  view: View;
  query: InboxQuery;
  rows: InboxRow[];
  next: string | null;
  businesses: { id: string; name: string }[];
}

export function InboxPage({ view, query, rows, next, businesses }: InboxProps) {
  const { t } = view;
  const showBusiness = businesses.length > 0;
  return (
    <Layout view={view} title={t('inbox.title')} current="inbox" scripts={['inbox.client.js']}>
      <h1>{t('inbox.title')}</h1>
      <Filters view={view} query={query} businesses={businesses} />
      {rows.length === 0 ? null : (
        <p class="hint" id="order">
          {t(`inbox.order.${query.order}`)}
        </p>
      )}
      {query.filter.search === null ? null : (
        <p class="hint">{t('inbox.searched', { n: new Intl.NumberFormat(view.language).format(SEARCHED_DRAFTS) })}</p>
      )}
      {rows.length === 0 ? (
        query.isFiltered || query.show !== 'open' ? (
          <EmptyState title={t('inbox.none.title')}>
            <p>{t('inbox.none.text')}</p>
            <a class="button" href="/inbox">
              {t('inbox.reset')}
            </a>
          </EmptyState>
        ) : (
          <EmptyState title={t('inbox.empty.title')}>
            <p>{t('inbox.empty.text')}</p>
          </EmptyState>
        )
      ) : (
        <ol class="inbox" aria-describedby="order">
          {rows.map((row) => (
            <Row view={view} row={row} query={query.query} showBusiness={showBusiness} />
          ))}
        </ol>
      )}
      <Pager view={view} first={query.after === null ? null : `/inbox${query.query}`} next={next} />
      {rows.length === 0 ? null : <p class="hint keys">{t('inbox.keys')}</p>}
      <Whose view={view} />
    </Layout>
  );
}

/** Who is signed in, and the way out where a session was left open elsewhere. */
function Whose({ view }: { view: View }) {
  const { actor, t } = view;
  if (actor === null) return null;
  return (
    <div class="whose hint">
      <span>{t('signedInAs', { name: nameOf(actor) })}</span>
      {actor.kind === 'key' ? (
        <form method="post" action="/sign-out/everywhere">
          <FormToken view={view} />
          <button type="submit" class="quiet">
            {t('signOutEverywhere')}
          </button>
        </form>
      ) : null}
    </div>
  );
}

function Row({ view, row, query, showBusiness }: { view: View; row: InboxRow; query: string; showBusiness: boolean }) {
  const { t } = view;
  const findings = row.content?.findings.filter(({ severity }) => severity !== 'info').length ?? 0;
  return (
    <li>
      <a class="inbox-row" href={`/inbox/${encodeURIComponent(row.id)}${query}`}>
        <span class="inbox-from">
          <bdi>{row.from.name ?? row.from.address}</bdi>
        </span>
        <span class="inbox-subject">
          <bdi>{row.subject || t('inbox.noSubject')}</bdi>
        </span>
        <span class="inbox-age">
          <Age view={view} at={row.sentAt} zone={row.timeZone} />
        </span>
        <span class="inbox-preview">{row.preview.replace(/\s+/g, ' ')}</span>
        <span class="inbox-tags">
          <Badge tone={STATUS_TONES[row.status]}>{t(`status.${row.status}`)}</Badge>
          {row.kind === 'verification' && row.content !== null ? <Badge>{t('kind.verification')}</Badge> : null}
          {row.content === null ? null : <Badge>{t(`intent.${row.content.intent}`)}</Badge>}
          {row.content === null ? null : <Badge>{languageName(view, row.content.language)}</Badge>}
          {findings === 0 ? null : <Badge tone="warn">{t('inbox.findings', { n: findings })}</Badge>}
          {row.facts === 'same' ? null : (
            <Badge tone={row.facts === 'changed' ? 'bad' : 'warn'}>{t(`facts.${row.facts}`)}</Badge>
          )}
          {row.reports.slice(0, 1).map(({ kind, by, at }) => (
            <Badge tone="bad">
              {t('reported.badge', { what: t(`report.${kind}`), who: personOf(by) ?? t('who.reviewer') })}{' '}
              <Age view={view} at={new Date(at)} zone={row.timeZone} />
            </Badge>
          ))}
          {showBusiness ? <Badge>{row.businessName}</Badge> : null}
        </span>
      </a>
    </li>
  );
}

/** The name that somebody signed in with; nobody's where all that is known is a key. */
function personOf(actor: string): string | undefined {
  return actor.startsWith('key:') ? /^key:[^/]+\/(.+)$/.exec(actor)?.[1] : actor;
}

function Filters({ view, query, businesses }: Pick<InboxProps, 'view' | 'query' | 'businesses'>) {
  const { t } = view;
  const { filter } = query;
  const any = <option value="">{t('inbox.any')}</option>;
  return (
    <search>
      {/* Open without scripts; on a narrow screen a script folds it, so that the list is what one sees. */}
      <details class="filter-box" open data-narrow-closed={query.isFiltered ? undefined : ''}>
        <summary>{t('inbox.filters')}</summary>
        <form class="row filters" method="get" action="/inbox">
          <Field id="q" label={t('inbox.search')}>
            <input id="q" name="q" type="search" value={filter.search ?? ''} placeholder={t('inbox.searchHint')} />
          </Field>
          <Field id="show" label={t('inbox.status')}>
            <select id="show" name="show">
              <option value="open" selected={query.show === 'open'}>
                {t('inbox.open')}
              </option>
              {SHOWN.map((status) => (
                <option value={status} selected={query.show === status}>
                  {t(`status.${status}`)}
                </option>
              ))}
              <option value="all" selected={query.show === 'all'}>
                {t('inbox.all')}
              </option>
            </select>
          </Field>
          {businesses.length === 0 ? null : (
            <Field id="business" label={t('inbox.business')}>
              <select id="business" name="business">
                {any}
                {businesses.map(({ id, name }) => (
                  <option value={id} selected={filter.businessId === id}>
                    {name}
                  </option>
                ))}
              </select>
            </Field>
          )}
          <Field id="intent" label={t('inbox.intent')}>
            <select id="intent" name="intent">
              {any}
              {INTENT_NAMES.map((intent) => (
                <option value={intent} selected={filter.intent === intent}>
                  {t(`intent.${intent}`)}
                </option>
              ))}
            </select>
          </Field>
          <Field id="language" label={t('inbox.language')}>
            <select id="language" name="language">
              {any}
              {LANGUAGES.map((code) => (
                <option value={code} selected={filter.language === code}>
                  {languageName(view, code)}
                </option>
              ))}
            </select>
          </Field>
          <Field id="hours" label={t('inbox.waiting')}>
            <select id="hours" name="hours">
              {any}
              {HOURS.map((hours) => (
                <option value={hours} selected={filter.olderThanHours === Number(hours)}>
                  {t(`inbox.waiting.${hours}`)}
                </option>
              ))}
            </select>
          </Field>
          <label class="check">
            <input type="checkbox" name="findings" value="1" checked={filter.withFindings} /> {t('inbox.onlyFindings')}
          </label>
          <button type="submit">{t('inbox.apply')}</button>
        </form>
      </details>
    </search>
  );
}
