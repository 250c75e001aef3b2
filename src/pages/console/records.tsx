import { SCOPES, type Scope } from '../../access/scopes.ts';
import { toCsv } from '../../lib/csv.ts';
import { AppError } from '../../lib/errors.ts';
import { Badge, EmptyState, Field, FormToken, Notice, Pager, Time } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { actAndShow, actOf, ConsoleFrame, fieldsOf } from './console-frame.tsx';

const PAGE = 50;
const CSV_ROWS = 5_000;

/** Audit, API keys, backfills. */
export const recordPages = createPages();

recordPages.get('/admin/audit', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const filter = auditFilter(c.req.query());
  const before = c.req.query('before');
  const rows = await services.listAudit({ ...filter, limit: PAGE + 1, ...(before === undefined ? {} : { before }) });
  const shown = rows.slice(0, PAGE);
  const asked = new URLSearchParams(filter);
  const last = shown.at(-1);
  const next =
    rows.length > PAGE && last !== undefined
      ? `/admin/audit?${new URLSearchParams({ ...filter, before: last.id })}`
      : null;
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/audit" title={t('console.audit')}>
        <form method="get" class="row card">
          <Field id="action" label={t('audit.action')}>
            <input id="action" name="action" value={filter.action ?? ''} />
          </Field>
          <Field id="businessId" label={t('audit.business')}>
            <input id="businessId" name="businessId" value={filter.businessId ?? ''} />
          </Field>
          <button type="submit">{t('audit.filter')}</button>
          <a class="button" href={`/admin/audit.csv?${asked}`}>
            {t('metrics.csv')}
          </a>
        </form>
        {shown.length === 0 ? (
          <EmptyState title={t('audit.empty')} />
        ) : (
          <ul class="markers">
            {shown.map(({ at, action, actor, businessId, reason, before: was, after }) => (
              <li>
                <Time view={view} at={at} zone="UTC" /> <strong>{action}</strong> {t('console.by', { who: actor })}{' '}
                {businessId ?? ''} {reason ?? ''}
                <details>
                  <summary>{t('audit.details')}</summary>
                  <pre>{JSON.stringify({ before: was, after }, null, 2)}</pre>
                </details>
              </li>
            ))}
          </ul>
        )}
        <Pager view={view} first={before === undefined ? null : `/admin/audit?${asked}`} next={next} />
      </ConsoleFrame>,
    ),
  );
});

recordPages.get('/admin/audit.csv', async (c) => {
  const rows = await c.var.services.listAudit({ ...auditFilter(c.req.query()), limit: CSV_ROWS });
  const lines = rows.map(({ at, action, actor, businessId, reason, before, after, requestId }) => [
    at.toISOString(),
    action,
    actor,
    businessId ?? '',
    reason ?? '',
    before === null ? '' : JSON.stringify(before),
    after === null ? '' : JSON.stringify(after),
    requestId ?? '',
  ]);
  const header = ['at', 'action', 'actor', 'businessId', 'reason', 'before', 'after', 'requestId'];
  return c.body(toCsv([header, ...lines]), 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': 'attachment; filename="audit.csv"',
  });
});

function auditFilter(asked: Record<string, string>): Record<string, string> & { action?: string; businessId?: string } {
  return Object.fromEntries(['action', 'businessId'].flatMap((name) => (asked[name] ? [[name, asked[name]]] : [])));
}

recordPages.get('/admin/api-keys', async (c) => c.html(await keysPage(c)));

async function keysPage(c: Parameters<typeof actOf>[0], made?: string) {
  const { services, view } = c.var;
  const { t } = view;
  const [keys, businesses] = await Promise.all([
    services.listApiKeys({ limit: 200 }),
    services.listBusinesses({ limit: 500 }),
  ]);
  return page(
    <ConsoleFrame view={view} path="/admin/api-keys" title={t('console.keys')}>
      {made === undefined ? null : (
        <Notice tone="good" title={t('key.once')}>
          <p>
            <code>{made}</code>
          </p>
        </Notice>
      )}
      <form method="post" action="/admin/api-keys" class="card">
        <FormToken view={view} />
        <h2>{t('key.create')}</h2>
        <Field id="businessId" label={t('metrics.business')}>
          <select id="businessId" name="businessId" required>
            {businesses.map(({ id, name }) => (
              <option value={id}>{name}</option>
            ))}
          </select>
        </Field>
        <Field id="name" label={t('key.name')}>
          <input id="name" name="name" required maxlength={100} />
        </Field>
        <fieldset>
          <legend>{t('key.scopes')}</legend>
          {SCOPES.map((scope) => (
            <label>
              <input type="checkbox" name="scopes" value={scope} /> {scope}{' '}
            </label>
          ))}
        </fieldset>
        <button type="submit">{t('key.create')}</button>
      </form>
      {keys.length === 0 ? (
        <EmptyState title={t('key.empty')} />
      ) : (
        <ul class="markers">
          {keys.map(({ id, name, prefix, businessId, scopes, createdAt, revokedAt }) => (
            <li class="row">
              <span>
                <code>{prefix}…</code> {name}, {businessId}: {scopes.join(', ')}{' '}
                <Time view={view} at={createdAt} zone="UTC" />
              </span>
              {revokedAt === null ? (
                <form method="post" action={`/admin/api-keys/${id}/revoke`}>
                  <FormToken view={view} />
                  <button type="submit" class="danger" aria-label={`${t('key.revoke')}: ${name}`}>
                    {t('key.revoke')}
                  </button>
                </form>
              ) : (
                <Badge>{t('key.revoked')}</Badge>
              )}
            </li>
          ))}
        </ul>
      )}
    </ConsoleFrame>,
  );
}

recordPages.post('/admin/api-keys', async (c) => {
  const { one, all } = await fieldsOf(c);
  const scopes = all('scopes').filter((scope): scope is Scope => (SCOPES as readonly string[]).includes(scope));
  const name = one('name').slice(0, 100);
  if (name === '' || scopes.length === 0) {
    return actAndShow(c, '/admin/api-keys', async () => {
      throw new AppError('INVALID_REQUEST', 'A key needs a name and a scope.');
    });
  }
  const { key } = await c.var.services.createApiKey({ businessId: one('businessId'), name, scopes }, actOf(c));
  // Shown in the answer itself: no cookie and no address ever holds it.
  return c.html(await keysPage(c, key));
});

recordPages.post('/admin/api-keys/:id/revoke', (c) =>
  actAndShow(c, '/admin/api-keys', async () => {
    await c.var.services.revokeApiKey(c.req.param('id'), actOf(c));
    return { text: 'console.done', values: { what: c.var.view.t('key.revoke') } };
  }),
);

recordPages.get('/admin/backfills', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const asked = { businessId: c.req.query('businessId') ?? '', days: Number(c.req.query('days') ?? 90) };
  const id = c.req.query('id');
  const valid = asked.businessId !== '' && Number.isInteger(asked.days) && asked.days >= 1 && asked.days <= 180;
  const [businesses, estimate, running] = await Promise.all([
    services.listBusinesses({ limit: 500 }),
    valid ? services.estimateBackfill(asked) : null,
    id === undefined ? null : services.findBackfill(id),
  ]);
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/backfills" title={t('console.backfills')} scripts={['refresh.client.js']}>
        {running === null ? null : (
          <section class="card" data-refresh="3">
            <h2>
              {running.businessId} <Badge tone={running.status === 'stalled' ? 'bad' : 'info'}>{running.status}</Badge>
            </h2>
            <progress max={Math.max(1, running.total)} value={running.done + running.skipped + running.failed}>
              {running.done}
            </progress>
            <p>
              {t('backfill.progress', {
                done: running.done,
                skipped: running.skipped,
                failed: running.failed,
                total: running.total,
              })}
            </p>
            <form method="post" action={`/admin/backfills/${running.id}/cancel`} class="row">
              <FormToken view={view} />
              {running.finishedAt === null ? <button type="submit">{t('backfill.cancel')}</button> : null}
              {running.failed > 0 ? (
                <button type="submit" formaction={`/admin/backfills/${running.id}/retry`}>
                  {t('backfill.retry')}
                </button>
              ) : null}
            </form>
          </section>
        )}
        <form method="get" class="card row">
          <Field id="businessId" label={t('metrics.business')}>
            <select id="businessId" name="businessId">
              {businesses.map((business) => (
                <option value={business.id} selected={business.id === asked.businessId}>
                  {business.name}
                </option>
              ))}
            </select>
          </Field>
          <Field id="days" label={t('backfill.days')}>
            <input id="days" name="days" type="number" min="1" max="180" value={String(asked.days)} />
          </Field>
          <button type="submit">{t('backfill.estimate')}</button>
        </form>
        {estimate === null ? null : (
          <form method="post" action="/admin/backfills" class="card">
            <FormToken view={view} />
            <input type="hidden" name="businessId" value={asked.businessId} />
            <input type="hidden" name="days" value={String(asked.days)} />
            <p>
              {t('backfill.estimated', {
                total: estimate.total,
                toEmbed: estimate.toEmbed,
                tokens: estimate.tokens,
                cost: estimate.cost === null ? t('backfill.costUnknown') : `$${estimate.cost.toFixed(4)}`,
              })}
            </p>
            <button type="submit" class="primary">
              {t('backfill.begin')}
            </button>
          </form>
        )}
      </ConsoleFrame>,
    ),
  );
});

recordPages.post('/admin/backfills', async (c) => {
  const { one } = await fieldsOf(c);
  const days = Number(one('days'));
  let shown = '/admin/backfills';
  const answer = await actAndShow(c, shown, async () => {
    if (!Number.isInteger(days) || days < 1 || days > 180) throw new AppError('INVALID_REQUEST', 'Days are 1 to 180.');
    const { backfill } = await c.var.services.startBackfill({
      businessId: one('businessId'),
      days,
      source: 'api',
      ...actOf(c),
    });
    shown = `/admin/backfills?${new URLSearchParams({ id: backfill.id })}`;
    return { text: 'console.done', values: { what: c.var.view.t('backfill.start') } };
  });
  answer.headers.set('location', shown);
  return answer;
});

recordPages.post('/admin/backfills/:id/:verb{cancel|retry}', (c) => {
  const { id, verb } = c.req.param();
  return actAndShow(c, `/admin/backfills?${new URLSearchParams({ id })}`, async () => {
    const { services, view } = c.var;
    await (verb === 'cancel' ? services.cancelBackfill(id, actOf(c)) : services.retryBackfill(id, actOf(c)));
    return { text: 'console.done', values: { what: view.t(verb === 'cancel' ? 'backfill.cancel' : 'backfill.retry') } };
  });
});
