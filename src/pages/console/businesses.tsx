import { AppError } from '../../lib/errors.ts';
import { cleanText } from '../../mail/clean-text.ts';
import { RAG_FEATURE } from '../../rollout/decide.ts';
import { Badge, EmptyState, Field, FormToken, Pager, Time } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { actAndShow, actOf, ConsoleFrame, fieldsOf, reasonOf } from './console-frame.tsx';

const PAGE = 50;
/** A search reads so many businesses, newest id first. */
const SEARCHED = 2_000;
const PILOTS = 2_000;

export const businessPages = createPages();

businessPages.get('/admin/businesses', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const words = (c.req.query('q') ?? '').trim().toLowerCase();
  const before = c.req.query('before');
  const [rows, pilots] = await Promise.all([
    services.listBusinesses({
      limit: words === '' ? PAGE + 1 : SEARCHED,
      ...(before === undefined || words !== '' ? {} : { before }),
    }),
    services.listPilots({ feature: RAG_FEATURE, limit: PILOTS }),
  ]);
  const enrolled = new Map(pilots.map((pilot) => [pilot.businessId, pilot]));
  const found = rows.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(words));
  const shown = found.slice(0, words === '' ? PAGE : found.length);
  const last = shown.at(-1);
  const next =
    words === '' && rows.length > PAGE && last !== undefined
      ? `/admin/businesses?${new URLSearchParams({ before: last.id })}`
      : null;
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/businesses" title={t('console.businesses')}>
        <form method="get" class="row card">
          <Field id="q" label={t('business.search')}>
            <input id="q" name="q" type="search" value={c.req.query('q') ?? ''} />
          </Field>
          <button type="submit">{t('business.find')}</button>
        </form>
        {shown.length === 0 ? (
          <EmptyState title={t('business.empty')}>
            <p>{t('business.empty.text')}</p>
          </EmptyState>
        ) : (
          <form method="post" action="/admin/pilots" class="card">
            <FormToken view={view} />
            <section class="scroll" tabindex={0} aria-label={t('console.businesses')}>
              <table>
                <thead>
                  <tr>
                    <td />
                    <th scope="col">{t('console.businesses')}</th>
                    <th scope="col">{t('business.rag')}</th>
                    <th scope="col">{t('business.snippets')}</th>
                    <th scope="col">{t('business.enrolled')}</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map(({ id, name, emailRagEnabled, emailSnippetsEnabled }) => {
                    const pilot = enrolled.get(id);
                    return (
                      <tr>
                        <td>
                          {pilot === undefined ? (
                            <input
                              type="checkbox"
                              name="businessId"
                              value={id}
                              aria-label={t('business.choose', { name })}
                            />
                          ) : null}
                        </td>
                        <th scope="row">
                          <a href={`/admin/businesses/${encodeURIComponent(id)}`}>{name}</a>{' '}
                          <span class="hint">{id}</span>
                        </th>
                        <td>{t(emailRagEnabled ? 'console.on' : 'console.off')}</td>
                        <td>{t(emailSnippetsEnabled ? 'console.on' : 'console.off')}</td>
                        <td>{pilot === undefined ? '–' : <Time view={view} at={pilot.enabledAt} zone="UTC" />}</td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </section>
            <div class="row">
              <Field id="reason" label={t('console.reason')} hint={t('console.reasonHint')}>
                <input id="reason" name="reason" required maxlength={2000} aria-describedby="reason-hint" />
              </Field>
              <button type="submit">{t('business.enrolChosen')}</button>
            </div>
          </form>
        )}
        <Pager view={view} first={before === undefined ? null : '/admin/businesses'} next={next} />
      </ConsoleFrame>,
    ),
  );
});

businessPages.post('/admin/pilots', async (c) => {
  const { one, all } = await fieldsOf(c);
  const back = one('back').startsWith('/admin/') ? one('back') : '/admin/businesses';
  return actAndShow(c, back, async () => {
    const ids = all('businessId');
    const reason = reasonOf(one('reason'));
    if (ids.length === 0) throw new AppError('INVALID_REQUEST', 'Choose a business.');
    for (const businessId of ids) {
      await c.var.services.enrolPilot({ businessId, feature: RAG_FEATURE, notes: reason }, { ...actOf(c), reason });
    }
    return { text: 'console.done', values: { what: `${c.var.view.t('business.enrol')} (${ids.length})` } };
  });
});

businessPages.get('/admin/businesses/:id', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const id = c.req.param('id');
  const [business, pilots, drafts, snippets] = await Promise.all([
    services.findBusiness(id),
    services.listPilots({ businessId: id, feature: RAG_FEATURE, limit: 1 }),
    services.listDrafts({ businessId: id, statuses: [], before: null, limit: 10 }),
    services.listSnippets(id),
  ]);
  if (business === undefined) throw new AppError('NOT_FOUND', 'There is no such business.');
  const [pilot] = pilots;
  const path = `/admin/businesses/${encodeURIComponent(id)}`;
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/businesses" title={business.name}>
        <p class="hint">{id}</p>
        <p class="row">
          <a class="button" href={`/admin/metrics/rag-pilot?${new URLSearchParams({ businessId: id, window: '7d' })}`}>
            {t('business.metrics')}
          </a>
          <a class="button" href={`/inbox?${new URLSearchParams({ businessId: id })}`}>
            {t('business.inbox')}
          </a>
          <a class="button" href={`/admin/rollbacks?${new URLSearchParams({ level: 'business', businessId: id })}`}>
            {t('business.rollback')}
          </a>
        </p>
        <section class="card">
          <h2>{t('business.enrolled')}</h2>
          {pilot === undefined ? (
            <form method="post" action="/admin/pilots" class="row">
              <FormToken view={view} />
              <input type="hidden" name="businessId" value={id} />
              <input type="hidden" name="back" value={path} />
              <Field id="enrol-reason" label={t('console.reason')}>
                <input id="enrol-reason" name="reason" required maxlength={2000} />
              </Field>
              <button type="submit">{t('business.enrol')}</button>
            </form>
          ) : (
            <>
              <p>
                <Badge tone="good">{t('console.on')}</Badge> <Time view={view} at={pilot.enabledAt} zone="UTC" />{' '}
                {t('console.by', { who: pilot.enabledBy })} {pilot.notes ?? ''}
              </p>
              <form method="post" action={`${path}/remove`} class="row">
                <FormToken view={view} />
                <Field id="remove-reason" label={t('console.reason')}>
                  <input id="remove-reason" name="reason" required maxlength={2000} />
                </Field>
                <button type="submit">{t('business.remove')}</button>
              </form>
            </>
          )}
        </section>
        <form method="post" action={path} class="card">
          <FormToken view={view} />
          <h2>{t('business.flags')}</h2>
          <p>
            <label>
              <input type="checkbox" name="emailRagEnabled" checked={business.emailRagEnabled} /> {t('business.rag')}
            </label>
          </p>
          <p>
            <label>
              <input type="checkbox" name="emailSnippetsEnabled" checked={business.emailSnippetsEnabled} />{' '}
              {t('business.snippets')}
            </label>
          </p>
          <Field id="min" label={t('business.minConfidence')}>
            <input
              id="min"
              name="emailRagMinConfidence"
              type="number"
              min="0"
              max="1"
              step="0.01"
              value={business.emailRagMinConfidence.toFixed(2)}
            />
          </Field>
          <Field id="most" label={t('business.maxExamples')}>
            <input
              id="most"
              name="emailRagMaxExamples"
              type="number"
              min="0"
              max="10"
              value={String(business.emailRagMaxExamples)}
            />
          </Field>
          <Field id="control" label={t('business.controlShare')}>
            <input
              id="control"
              name="controlShare"
              type="number"
              min="0"
              max="1"
              step="0.01"
              value={business.controlShare.toFixed(2)}
            />
          </Field>
          <button type="submit" class="primary">
            {t('console.save')}
          </button>
        </form>
        <section class="card" aria-labelledby="snippets">
          <h2 id="snippets">{t('business.snippets')}</h2>
          <p class="hint">{t('snippet.lead')}</p>
          {snippets.length === 0 ? <p>{t('snippet.empty')}</p> : null}
          {[...snippets, null].map((snippet, index) => (
            <details>
              <summary>{snippet === null ? t('snippet.new') : `${snippet.key} (${snippet.language})`}</summary>
              <form method="post" action={`${path}/snippets`}>
                <FormToken view={view} />
                <Field id={`key-${index}`} label={t('snippet.key')}>
                  <input
                    id={`key-${index}`}
                    name="key"
                    required
                    maxlength={200}
                    value={snippet?.key ?? ''}
                    readonly={snippet !== null}
                  />
                </Field>
                <Field id={`language-${index}`} label={t('snippet.language')}>
                  <input
                    id={`language-${index}`}
                    name="language"
                    required
                    maxlength={10}
                    value={snippet?.language ?? 'en'}
                  />
                </Field>
                <Field id={`when-${index}`} label={t('snippet.when')}>
                  <input id={`when-${index}`} name="whenToUse" maxlength={1000} value={snippet?.whenToUse ?? ''} />
                </Field>
                <Field id={`text-${index}`} label={t('snippet.text')}>
                  <textarea id={`text-${index}`} name="text" required maxlength={5000} rows={4}>
                    {snippet?.text ?? ''}
                  </textarea>
                </Field>
                <button type="submit">{t('console.save')}</button>{' '}
                {snippet === null ? null : (
                  <button type="submit" class="danger" formaction={`${path}/snippets/delete`}>
                    {t('snippet.delete')}
                  </button>
                )}
              </form>
            </details>
          ))}
        </section>
        <section class="card">
          <h2>{t('nav.inbox')}</h2>
          {drafts.length === 0 ? (
            <p>{t('console.none')}</p>
          ) : (
            <ul>
              {drafts.map((draft) => (
                <li>
                  <a href={`/inbox/${draft.id}`}>{draft.content?.subject ?? draft.id}</a> <Badge>{draft.status}</Badge>
                </li>
              ))}
            </ul>
          )}
        </section>
      </ConsoleFrame>,
    ),
  );
});

businessPages.post('/admin/businesses/:id', async (c) => {
  const id = c.req.param('id');
  const { one } = await fieldsOf(c);
  return actAndShow(c, `/admin/businesses/${encodeURIComponent(id)}`, async () => {
    await c.var.services.patchBusiness(
      id,
      {
        emailRagEnabled: one('emailRagEnabled') !== '',
        emailSnippetsEnabled: one('emailSnippetsEnabled') !== '',
        emailRagMinConfidence: numberIn(one('emailRagMinConfidence'), 0, 1),
        emailRagMaxExamples: Math.round(numberIn(one('emailRagMaxExamples'), 0, 10)),
        controlShare: numberIn(one('controlShare'), 0, 1),
      },
      actOf(c),
    );
    return { text: 'console.done', values: { what: c.var.view.t('business.flags') } };
  });
});

businessPages.post('/admin/businesses/:id/remove', async (c) => {
  const businessId = c.req.param('id');
  const { one } = await fieldsOf(c);
  return actAndShow(c, `/admin/businesses/${encodeURIComponent(businessId)}`, async () => {
    const reason = reasonOf(one('reason'));
    await c.var.services.removePilot({ businessId, feature: RAG_FEATURE }, { ...actOf(c), reason });
    return { text: 'console.done', values: { what: c.var.view.t('business.remove') } };
  });
});

businessPages.post('/admin/businesses/:id/snippets', async (c) => {
  const id = c.req.param('id');
  const { one } = await fieldsOf(c);
  return actAndShow(c, `/admin/businesses/${encodeURIComponent(id)}`, async () => {
    const { services } = c.var;
    if ((await services.findBusiness(id)) === undefined) throw new AppError('NOT_FOUND', 'There is no such business.');
    const [key, language, text] = [one('key'), one('language'), cleanText(one('text'))];
    if (key === '' || text === '' || !/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(language)) {
      throw new AppError('INVALID_REQUEST', 'A snippet needs a key, a language such as "en", and a text.');
    }
    await services.putSnippets(id, [{ key: cleanText(key), language, text, whenToUse: cleanText(one('whenToUse')) }]);
    return { text: 'console.done', values: { what: key } };
  });
});

businessPages.post('/admin/businesses/:id/snippets/delete', async (c) => {
  const id = c.req.param('id');
  const { one } = await fieldsOf(c);
  return actAndShow(c, `/admin/businesses/${encodeURIComponent(id)}`, async () => {
    await c.var.services.deleteSnippet(id, one('key'));
    return { text: 'console.done', values: { what: `${c.var.view.t('snippet.delete')}: ${one('key')}` } };
  });
});

function numberIn(text: string, least: number, most: number): number {
  const value = Number(text.replace(',', '.'));
  if (text === '' || !(value >= least && value <= most)) {
    throw new AppError('INVALID_REQUEST', `${text || 'Nothing'} is not a number from ${least} to ${most}.`);
  }
  return value;
}
