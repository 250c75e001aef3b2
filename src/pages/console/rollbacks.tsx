import { AppError } from '../../lib/errors.ts';
import { RAG_FEATURE } from '../../rollout/decide.ts';
import type { RollbackTarget } from '../../rollout/roll-back.ts';
import type { RollbackRow } from '../../rollout/rollback-store.ts';
import { Badge, EmptyState, Field, FormToken, Notice, Time } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import type { PageContext, View } from '../view.ts';
import { counted } from './console-fields.tsx';
import { actAndShow, actOf, ConsoleFrame, fieldsOf, reasonOf } from './console-frame.tsx';

const LEVELS = ['business', 'cohort', 'global'] as const;
/** What an address may choose; a reason is only ever typed. */
const SELECTOR = ['level', 'businessId', 'from', 'to', 'rampId'] as const;
const SHOWN = 50;

export const rollbackPages = createPages();

rollbackPages.get('/admin/rollbacks', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const asked = c.req.query();
  const [rows, businesses, ramps] = await Promise.all([
    services.listRollbacks({ limit: SHOWN }),
    services.listBusinesses({ limit: 500 }),
    services.listRamps({ limit: 20 }),
  ]);
  const preview = await previewOf(c, asked);
  const level = LEVELS.find((one) => one === asked.level) ?? 'business';
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/rollbacks" title={t('console.rollbacks')}>
        <p>{t('rollback.lead')}</p>
        <form method="get" class="card row">
          <Field id="level" label={t('rollback.level')}>
            <select id="level" name="level">
              {LEVELS.map((one) => (
                <option value={one} selected={one === level}>
                  {t(`rollback.level.${one}`)}
                </option>
              ))}
            </select>
          </Field>
          <Field id="businessId" label={t('rollback.level.business')}>
            <select id="businessId" name="businessId">
              <option value="">–</option>
              {businesses.map(({ id, name }) => (
                <option value={id} selected={id === asked.businessId}>
                  {name}
                </option>
              ))}
            </select>
          </Field>
          <Field id="from" label={t('rollback.from')}>
            <input id="from" name="from" type="datetime-local" value={asked.from ?? ''} />
          </Field>
          <Field id="to" label={t('rollback.to')}>
            <input id="to" name="to" type="datetime-local" value={asked.to ?? ''} />
          </Field>
          <Field id="rampId" label={t('rollback.ramp')}>
            <select id="rampId" name="rampId">
              <option value="">–</option>
              {ramps.map(({ id, status }) => (
                <option value={id} selected={id === asked.rampId}>
                  {`${id} (${status})`}
                </option>
              ))}
            </select>
          </Field>
          <button type="submit">{t('rollback.see')}</button>
        </form>
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
                  : preview.affected.join(', ')}
              </p>
            </Notice>
            <Field id="reason" label={t('console.reason')} hint={t('console.reasonHint')}>
              <input id="reason" name="reason" required maxlength={2000} aria-describedby="reason-hint" />
            </Field>
            <button type="submit" class="danger">
              {t('rollback.now')}
            </button>
          </form>
        )}
        <h2>{t('rollback.list')}</h2>
        {rows.length === 0 ? (
          <EmptyState title={t('rollback.empty')} />
        ) : (
          rows.map((row) => <RollbackCard view={view} row={row} />)
        )}
      </ConsoleFrame>,
    ),
  );
});

function RollbackCard({ view, row }: { view: View; row: RollbackRow }) {
  const { t } = view;
  const took = row.writtenAt.getTime() - row.detectedAt.getTime();
  return (
    <article class="card" id={row.id}>
      <h3>
        {t(`rollback.level.${row.level}`)} <Badge tone={row.status === 'restored' ? 'good' : 'bad'}>{row.status}</Badge>
      </h3>
      <p>
        <Time view={view} at={row.writtenAt} zone="UTC" /> {t('console.by', { who: row.actor })}: {row.reason}
      </p>
      <p class="hint">
        {t('rollback.done', touchedBy(view, row))} {t('rollback.took', { ms: Math.max(0, took) })} · {row.id} ·{' '}
        {row.affected.join(', ')}
      </p>
      {row.incidentId === null ? null : (
        <p>
          <a href={`/admin/incidents/${row.incidentId}`}>{t('console.incidents')}</a>
        </p>
      )}
      {row.status === 'restored' ? null : row.restoreRequestedBy !== null && row.level === 'global' ? (
        <form method="post" action={`/admin/rollbacks/${row.id}/confirm`} class="row">
          <FormToken view={view} />
          <p>{t('rollback.waits', { who: row.restoreRequestedBy })}</p>
          <button type="submit">{t('rollback.confirm')}</button>
        </form>
      ) : (
        <form method="post" action={`/admin/rollbacks/${row.id}/restore`} class="row">
          <FormToken view={view} />
          <Field id={`reason-${row.id}`} label={t('console.reason')}>
            <input id={`reason-${row.id}`} name="reason" required maxlength={2000} />
          </Field>
          <button type="submit">{t('rollback.restore')}</button>
        </form>
      )}
    </article>
  );
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
    const outcome = await c.var.services.rollBack({ feature: RAG_FEATURE, target, reason }, actOf(c));
    if (outcome.status === 'unfinished') return { text: 'rollback.later' };
    return { text: 'rollback.done', values: touchedBy(c.var.view, outcome.row) };
  });
});

rollbackPages.post('/admin/rollbacks/:id/restore', async (c) => {
  const { one } = await fieldsOf(c);
  return actAndShow(c, '/admin/rollbacks', async () => {
    const outcome = await c.var.services.restoreRollback(
      { id: c.req.param('id'), reason: reasonOf(one('reason')) },
      actOf(c),
    );
    return { text: outcome.status === 'restored' ? 'rollback.restored' : 'rollback.restoreAsked' };
  });
});

rollbackPages.post('/admin/rollbacks/:id/confirm', (c) =>
  actAndShow(c, '/admin/rollbacks', async () => {
    const outcome = await c.var.services.confirmRestore({ id: c.req.param('id'), reason: null }, actOf(c));
    return { text: outcome.status === 'restored' ? 'rollback.restored' : 'rollback.restoreAsked' };
  }),
);

/** What the level would hit now; null before anything is asked. Looking changes nothing. */
async function previewOf(c: PageContext, asked: Record<string, string>) {
  if (asked.level === undefined) return null;
  try {
    const target = targetOf((name) => asked[name] ?? '');
    return await c.var.services.previewRollback({ feature: RAG_FEATURE, target });
  } catch (error) {
    if (error instanceof AppError) return { problem: error.message };
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
