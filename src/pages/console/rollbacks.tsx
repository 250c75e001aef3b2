import { AppError } from '../../lib/errors.ts';
import { RAG_FEATURE } from '../../rollout/decide.ts';
import type { RestoreOutcome } from '../../rollout/restore-rollback.ts';
import type { RollbackTarget } from '../../rollout/roll-back.ts';
import type { RollbackRow } from '../../rollout/rollback-store.ts';
import { Badge, EmptyState, Field, FormToken, Notice, Pager, Time } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { say, sayError } from '../texts/sentences.ts';
import type { TextKey } from '../texts/translate.ts';
import type { PageContext, View } from '../view.ts';
import { actorWords, BUSINESSES_OFFERED, BusinessField, by, counted } from './console-fields.tsx';
import { actAndShow, actOf, ConsoleFrame, fieldsOf, reasonOf } from './console-frame.tsx';
import { beforeOf, paged } from './paging.ts';

const LEVELS = ['business', 'cohort', 'global'] as const;
/** What an address may choose; a reason is only ever typed. */
const SELECTOR = ['level', 'businessId', 'from', 'to', 'rampId'] as const;
const PAGE = 20;
/** Ids that are named of what a rollback touches. */
const NAMED = 50;
const RAMPS_OFFERED = 50;

export const rollbackPages = createPages();

rollbackPages.get('/admin/rollbacks', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const asked = c.req.query();
  const [rows, businesses, ramps, feature, preview, [standing]] = await Promise.all([
    services.listRollbacks({ ...beforeOf(c), limit: PAGE + 1 }),
    services.listBusinesses({ limit: BUSINESSES_OFFERED }),
    services.listRamps({ feature: RAG_FEATURE, limit: RAMPS_OFFERED }),
    services.showFeature(RAG_FEATURE),
    previewOf(c, asked),
    asked.level === 'business' && asked.businessId !== undefined
      ? services.listRollbacks({ feature: RAG_FEATURE, standing: { businessId: asked.businessId }, limit: 1 })
      : [],
  ]);
  const { shown, first, next } = paged(c, rows, PAGE, ({ id }) => id);
  const level = LEVELS.find((one) => one === asked.level) ?? 'business';
  const askedOf = (name: (typeof SELECTOR)[number], of: (typeof LEVELS)[number]) =>
    of === level ? (asked[name] ?? '') : '';
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/rollbacks" title={t('console.rollbacks')}>
        <p>{t('rollback.lead')}</p>
        {preview === null ? null : 'problem' in preview ? (
          <Notice tone="bad" title={t('console.failed', { why: preview.problem })} />
        ) : (
          <form method="post" action="/admin/rollbacks" class="card">
            <FormToken view={view} />
            {SELECTOR.map((name) => (
              <input type="hidden" name={name} value={asked[name] ?? ''} />
            ))}
            <Notice
              tone={preview.affected.length + preview.pendingDrafts === 0 ? 'info' : 'warn'}
              title={t('rollback.hits', {
                level: t(`rollback.level.${level}`),
                businesses: counted(view, preview.affected.length, 'business'),
                drafts: counted(view, preview.pendingDrafts, 'draft'),
              })}
            >
              <p>
                {preview.affected.length === 0 && level !== 'global'
                  ? t('rollback.hitsNobody')
                  : named(view, preview.affected)}
              </p>
              {standing === undefined ? null : (
                <p>
                  <a href={`#${standing.id}`}>{t('rollback.already')}</a>
                </p>
              )}
              {preview.ramps.length === 0 ? null : (
                <p>{t('rollback.endsRamps', { ramps: counted(view, preview.ramps.length, 'ramp') })}</p>
              )}
            </Notice>
            {level === 'global' ? <p>{t('rollback.twoPersons')}</p> : null}
            {preview.affected.length + preview.pendingDrafts === 0 && level !== 'global' ? null : (
              <>
                <Field id="reason" label={t('console.reason')} hint={t('console.reasonHint')}>
                  <input id="reason" name="reason" required maxlength={2000} aria-describedby="reason-hint" />
                </Field>
                <button type="submit" class="danger">
                  {t('rollback.now')}
                </button>
              </>
            )}
          </form>
        )}
        <div class="columns">
          <form method="get" class="card">
            <h2>{t('rollback.level.business')}</h2>
            <input type="hidden" name="level" value="business" />
            <BusinessField
              view={view}
              name="businessId"
              label="console.business"
              value={askedOf('businessId', 'business')}
              businesses={businesses}
              required
            />
            <button type="submit">{t('rollback.see')}</button>
          </form>
          <form method="get" class="card">
            <h2>{t('rollback.level.cohort')}</h2>
            <input type="hidden" name="level" value="cohort" />
            <Field id="from" label={t('rollback.from')}>
              <input id="from" name="from" type="datetime-local" value={askedOf('from', 'cohort')} />
            </Field>
            <Field id="to" label={t('rollback.to')}>
              <input id="to" name="to" type="datetime-local" value={askedOf('to', 'cohort')} />
            </Field>
            <Field id="rampId" label={t('rollback.ramp')}>
              <input
                id="rampId"
                name="rampId"
                list="rampId-list"
                value={askedOf('rampId', 'cohort')}
                maxlength={100}
                autocomplete="off"
              />
              <datalist id="rampId-list">
                {ramps.map(({ id, status }) => (
                  <option value={id}>{t(`ramp.status.${status}`)}</option>
                ))}
              </datalist>
            </Field>
            <button type="submit">{t('rollback.see')}</button>
          </form>
          <form method="get" class="card">
            <h2>{t('rollback.level.global')}</h2>
            <input type="hidden" name="level" value="global" />
            <p>{t('rollback.global.text')}</p>
            <p>{t('rollback.twoPersons')}</p>
            <button type="submit">{t('rollback.see')}</button>
          </form>
        </div>
        <h2>{t('rollback.list')}</h2>
        {shown.length === 0 ? (
          <EmptyState title={t('rollback.empty')} />
        ) : (
          shown.map((row) => <RollbackCard view={view} row={row} killed={feature.state === 'killed'} />)
        )}
        <Pager view={view} first={first} next={next} />
      </ConsoleFrame>,
    ),
  );
});

const STATUS_TONES = { done: 'bad', 'restore-requested': 'warn', restored: 'good' } as const;

function RollbackCard({ view, row, killed }: { view: View; row: RollbackRow; killed: boolean }) {
  const { t } = view;
  const took = row.writtenAt.getTime() - row.detectedAt.getTime();
  return (
    <article class="card" id={row.id}>
      <h3>
        {t(`rollback.level.${row.level}`)}{' '}
        <Badge tone={STATUS_TONES[row.status]}>{t(`rollback.status.${row.status}`)}</Badge>
      </h3>
      <p>
        <Time view={view} at={row.writtenAt} zone="UTC" /> {by(view, row.actor)}: {say(view, row.reason)}
      </p>
      <p class="hint">
        {t('rollback.done', touchedBy(view, row))} {t('rollback.took', { ms: Math.max(0, took) })} · {row.id}
        {row.affected.length === 0 ? '' : ` · ${named(view, row.affected)}`}
      </p>
      {row.incidentId === null ? null : (
        <p>
          <a href={`/admin/incidents/${row.incidentId}`}>{t('rollback.incident')}</a>
        </p>
      )}
      <Restore view={view} row={row} killed={killed} />
    </article>
  );
}

/** How a rollback is taken back, for whoever looks at it: a global one takes two people. */
function Restore({ view, row, killed }: { view: View; row: RollbackRow; killed: boolean }) {
  const { t } = view;
  const path = `/admin/rollbacks/${row.id}`;
  if (row.status === 'restored') {
    if (row.restoredAt === null || row.restoredBy === null) return null;
    const [businessId] = row.affected;
    const taken = new URLSearchParams({
      show: 'QUARANTINED',
      ...(row.affected.length === 1 && businessId !== undefined ? { business: businessId } : {}),
    });
    return (
      <>
        <p class="hint">
          {t('rollback.restored')} <Time view={view} at={row.restoredAt} zone="UTC" /> {by(view, row.restoredBy)}{' '}
          {row.restoreReason ?? ''}
        </p>
        {row.quarantinedDrafts === 0 ? null : (
          <p>
            {t('rollback.wereSetAside', { drafts: counted(view, row.quarantinedDrafts, 'setAside') })}{' '}
            <a href={`/inbox?${taken}`}>{t('rollback.setAside')}</a>
          </p>
        )}
      </>
    );
  }
  if (row.level !== 'global' && killed) return <p class="hint">{t('rollback.globalFirst')}</p>;
  if (row.level === 'global' && row.restoreRequestedBy !== null) {
    const isOwn = row.restoreRequestedBy.toLowerCase() === view.actor?.name.toLowerCase();
    return (
      <>
        <Notice tone="warn" title={t('rollback.asked', { who: actorWords(view, row.restoreRequestedBy) })}>
          <p>
            {row.restoreReason === null ? null : `${row.restoreReason}. `}
            {t(isOwn ? 'rollback.waits.own' : 'rollback.waits.other', { who: row.restoreRequestedBy })}
          </p>
        </Notice>
        {isOwn ? null : (
          <form method="post" action={`${path}/confirm`}>
            <FormToken view={view} />
            <button type="submit">{t('rollback.confirm')}</button>
          </form>
        )}
      </>
    );
  }
  return (
    <form method="post" action={`${path}/restore`}>
      <FormToken view={view} />
      {row.level === 'global' ? <p>{t('rollback.twoPersons')}</p> : null}
      <div class="row">
        <Field id={`reason-${row.id}`} label={t('console.reason')}>
          <input id={`reason-${row.id}`} name="reason" required maxlength={2000} />
        </Field>
        <button type="submit">{t(row.level === 'global' ? 'rollback.ask' : 'rollback.restore')}</button>
      </div>
    </form>
  );
}

function named({ t }: View, ids: string[]): string {
  const more = ids.length - NAMED;
  return `${ids.slice(0, NAMED).join(', ')}${more > 0 ? ` ${t('rollback.andMore', { n: more })}` : ''}`;
}

function touchedBy(view: View, row: RollbackRow) {
  return {
    businesses: counted(view, row.affected.length, 'business'),
    drafts: counted(view, row.quarantinedDrafts, 'quarantined'),
  };
}

rollbackPages.post('/admin/rollbacks', async (c) => {
  const { one } = await fieldsOf(c);
  return actAndShow(c, '/admin/rollbacks', async () => {
    const reason = reasonOf(one('reason'));
    const target = targetOf(one);
    if (target.level !== 'global') {
      const { affected, pendingDrafts } = await c.var.services.previewRollback({ feature: RAG_FEATURE, target });
      if (affected.length + pendingDrafts === 0) {
        throw new AppError('CONFLICT', 'Nothing under it is enrolled or pending: nothing was rolled back.');
      }
    }
    const outcome = await c.var.services.rollBack({ feature: RAG_FEATURE, target, reason }, actOf(c));
    if (outcome.status === 'unfinished') return { text: 'rollback.later' };
    return { text: 'rollback.done', values: touchedBy(c.var.view, outcome.row) };
  });
});

rollbackPages.post('/admin/rollbacks/:id/restore', async (c) => {
  const { one } = await fieldsOf(c);
  return actAndShow(c, '/admin/rollbacks', async () => {
    const reason = reasonOf(one('reason'));
    return restoredWords(await c.var.services.restoreRollback({ id: c.req.param('id'), reason }, actOf(c)));
  });
});

rollbackPages.post('/admin/rollbacks/:id/confirm', (c) =>
  actAndShow(c, '/admin/rollbacks', async () =>
    restoredWords(await c.var.services.confirmRestore({ id: c.req.param('id'), reason: null }, actOf(c))),
  ),
);

function restoredWords(outcome: RestoreOutcome): { text: TextKey; values?: Record<string, string> } {
  if (outcome.status === 'awaiting-confirmation') return { text: 'rollback.restoreAsked' };
  const { skipped } = outcome;
  return skipped.length === 0
    ? { text: 'rollback.restored' }
    : { text: 'rollback.restoredBut', values: { businesses: skipped.slice(0, NAMED).join(', ') } };
}

/** What the level would hit now; null before anything is asked. Looking changes nothing. */
async function previewOf(c: PageContext, asked: Record<string, string>) {
  if (asked.level === undefined) return null;
  try {
    const target = targetOf((name) => asked[name] ?? '');
    return await c.var.services.previewRollback({ feature: RAG_FEATURE, target });
  } catch (error) {
    if (error instanceof AppError) return { problem: sayError(c.var.view, error) };
    throw error;
  }
}

function targetOf(one: (name: string) => string): RollbackTarget {
  switch (one('level')) {
    case 'business': {
      if (one('businessId') === '') throw new AppError('INVALID_REQUEST', 'Choose a business.');
      return { level: 'business', businessId: one('businessId') };
    }
    case 'cohort': {
      if (one('rampId') !== '') return { level: 'cohort', rampId: one('rampId') };
      const [from, to] = [new Date(`${one('from')}Z`), new Date(`${one('to')}Z`)];
      if (!(from.getTime() < to.getTime())) {
        throw new AppError('INVALID_REQUEST', 'A cohort is a ramp, or two times of which the first is earlier.');
      }
      return { level: 'cohort', from, to };
    }
    case 'global':
      return { level: 'global' };
    default:
      throw new AppError('INVALID_REQUEST', 'Choose a level.');
  }
}
