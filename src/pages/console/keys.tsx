import { newKeyId } from '../../access/manage-api-keys.ts';
import { SCOPES, type Scope } from '../../access/scopes.ts';
import { AppError } from '../../lib/errors.ts';
import { Badge, EmptyState, Field, FormToken, Notice, Pager, Time } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import type { PageContext } from '../view.ts';
import { BUSINESSES_OFFERED, BusinessField, by } from './console-fields.tsx';
import { actAndShow, actOf, ConsoleFrame, fieldsOf, sayWhy } from './console-frame.tsx';
import { beforeOf, paged } from './paging.ts';

const PATH = '/admin/api-keys';
const PAGE = 50;

export const keyPages = createPages();

keyPages.get(PATH, async (c) => c.html(await keysPage(c)));

async function keysPage(c: PageContext, made?: { name: string; businessId: string; key: string }) {
  const { services, view } = c.var;
  const { t } = view;
  const of = (c.req.query('businessId') ?? '').trim();
  const [rows, businesses] = await Promise.all([
    services.listApiKeys({ ...beforeOf(c), ...(of === '' ? {} : { businessId: of }), limit: PAGE + 1 }),
    services.listBusinesses({ limit: BUSINESSES_OFFERED }),
  ]);
  const { shown, first, next } = paged(c, rows, PAGE, ({ id }) => id);
  return page(
    <ConsoleFrame view={view} path={PATH} title={t('console.keys')}>
      {made === undefined ? null : (
        <Notice tone="good" title={t('key.onceFor', { name: made.name, business: made.businessId })}>
          <p>
            <code>{made.key}</code>
          </p>
          <p>{t('key.once')}</p>
        </Notice>
      )}
      <form method="post" action={PATH} class="card">
        <FormToken view={view} />
        <input type="hidden" name="id" value={newKeyId(view.now)} />
        <h2>{t('key.create')}</h2>
        <BusinessField
          view={view}
          name="businessId"
          label="console.business"
          value={of}
          businesses={businesses}
          required
        />
        <Field id="name" label={t('key.name')} hint={t('key.nameHint')}>
          <input id="name" name="name" required maxlength={100} aria-describedby="name-hint" />
        </Field>
        <fieldset>
          <legend>{t('key.scopes')}</legend>
          <div class="plain">
            {SCOPES.map((scope) => (
              <label class="check">
                <input type="checkbox" name="scopes" value={scope} /> {t(`key.scope.${scope}`)} <code>{scope}</code>
              </label>
            ))}
          </div>
        </fieldset>
        <button type="submit" class="primary">
          {t('key.create')}
        </button>
      </form>
      <form method="get" class="card row">
        <BusinessField view={view} name="businessId" id="of" label="key.of" value={of} businesses={businesses} />
        <button type="submit">{t('key.show')}</button>
      </form>
      {shown.length === 0 ? (
        <EmptyState title={t('key.empty')} />
      ) : (
        <section class="scroll card" tabindex={0} aria-label={t('console.keys')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('key.name')}</th>
                <th scope="col">{t('metrics.business')}</th>
                <th scope="col">{t('key.scopes')}</th>
                <th scope="col">{t('key.created')}</th>
                <th scope="col">{t('console.state')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ id, name, prefix, businessId, scopes, createdAt, createdBy, revokedAt }) => (
                <tr>
                  <th scope="row">
                    {name} <code class="hint">{prefix}…</code>
                  </th>
                  <td>
                    <a href={`/admin/businesses/${encodeURIComponent(businessId)}`}>{businessId}</a>
                  </td>
                  <td>{scopes.join(', ')}</td>
                  <td>
                    <Time view={view} at={createdAt} zone="UTC" /> {by(view, createdBy)}
                  </td>
                  <td>
                    {revokedAt === null ? (
                      <details>
                        <summary aria-label={`${t('key.revoke')}: ${name}, ${businessId}`}>{t('key.revoke')}</summary>
                        <form method="post" action={`${PATH}/${id}/revoke`}>
                          <FormToken view={view} />
                          <button type="submit" class="danger">
                            {t('key.revokeNow')}
                          </button>
                        </form>
                      </details>
                    ) : (
                      <>
                        <Badge>{t('key.revoked')}</Badge> <Time view={view} at={revokedAt} zone="UTC" />
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <Pager view={view} first={first} next={next} />
    </ConsoleFrame>,
  );
}

keyPages.post(PATH, async (c) => {
  const { one, all } = await fieldsOf(c);
  const { services, view } = c.var;
  try {
    const scopes = all('scopes').filter((scope): scope is Scope => (SCOPES as readonly string[]).includes(scope));
    const name = one('name').slice(0, 100);
    if (name === '' || scopes.length === 0) throw new AppError('INVALID_REQUEST', 'A key needs a name and a scope.');
    const input = { id: one('id'), session: view.formToken, businessId: one('businessId'), name, scopes };
    // Shown in the answer itself: no cookie and no address ever holds it.
    return c.html(await keysPage(c, await services.createApiKeyOnce(input, actOf(c))));
  } catch (error) {
    return sayWhy(c, PATH, error);
  }
});

keyPages.post(`${PATH}/:id/revoke`, (c) =>
  actAndShow(c, PATH, async () => {
    await c.var.services.revokeApiKey(c.req.param('id'), actOf(c));
    return { text: 'key.revokeDone' };
  }),
);
