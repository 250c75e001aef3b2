import { SCOPES, type Scope } from '../../access/scopes.ts';
import { toCsv } from '../../lib/csv.ts';
import { AppError } from '../../lib/errors.ts';
import { Badge, EmptyState, Field, FormToken, Notice, Pager, Time } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { actAndShow, actOf, ConsoleFrame, fieldsOf } from './console-frame.tsx';

const PAGE = 50;
const CSV_ROWS = 5_000;

/** Audit and API keys. */
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
