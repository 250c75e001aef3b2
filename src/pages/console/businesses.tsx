import { AppError } from '../../lib/errors.ts';
import { cleanText } from '../../mail/clean-text.ts';
import { RAG_FEATURE } from '../../rollout/decide.ts';
import { MOST_PILOTS_AT_ONCE } from '../../rollout/pilot-store.ts';
import { ragReason } from '../../rollout/show-feature.ts';
import { Badge, EmptyState, Field, FormToken, Notice, Pager, Time } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { say } from '../texts/sentences.ts';
import type { View } from '../view.ts';
import { by, counted, RagBadge, rolledBackWords } from './console-fields.tsx';
import { actAndShow, actOf, ConsoleFrame, fieldsOf, reasonOf, shortEnough } from './console-frame.tsx';
import { beforeOf, paged } from './paging.ts';

const PAGE = 50;
const ENROLLED = ['yes', 'no'] as const;

const FLAGS = ['emailRagEnabled', 'emailSnippetsEnabled'] as const;
const NUMBERS = [
  { name: 'emailRagMinConfidence', most: 1, step: '0.01' },
  { name: 'emailRagMaxExamples', most: 10, step: '1' },
  { name: 'controlShare', most: 1, step: '0.01' },
] as const;
const SETTING_NAMES = [...FLAGS, ...NUMBERS.map(({ name }) => name)] as const;
type SettingName = (typeof SETTING_NAMES)[number];
type Settings = Record<(typeof FLAGS)[number], boolean> & Record<(typeof NUMBERS)[number]['name'], number>;

const SETTING_TEXTS = {
  emailRagEnabled: 'business.rag',
  emailSnippetsEnabled: 'business.snippets',
  emailRagMinConfidence: 'business.minConfidence',
  emailRagMaxExamples: 'business.maxExamples',
  controlShare: 'business.controlShare',
} as const satisfies Record<SettingName, string>;

/** A setting as the form shows it, so that what was shown can be compared with what is. */
function shownSetting(settings: Settings, name: SettingName): string {
  const value = settings[name];
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return name === 'emailRagMaxExamples' ? String(value) : value.toFixed(2);
}

/** Characters of a snippet and of when it is used, as somebody writes them here. */
const LONGEST_SNIPPET = 5_000;
const LONGEST_WHEN = 1_000;

export const businessPages = createPages();

businessPages.get('/admin/businesses', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const words = (c.req.query('q') ?? '').trim().slice(0, 200);
  const enrolled = ENROLLED.find((one) => one === c.req.query('enrolled'));
  const [rows, feature] = await Promise.all([
    services.listBusinesses({
      ...beforeOf(c),
      ...(words === '' ? {} : { words }),
      ...(enrolled === undefined ? {} : { pilots: { feature: RAG_FEATURE, enrolled: enrolled === 'yes' } }),
      limit: PAGE + 1,
    }),
    services.showFeature(RAG_FEATURE),
  ]);
  const { shown, first, next } = paged(c, rows, PAGE, ({ id }) => id);
  const pilots = await services.listPilots({
    feature: RAG_FEATURE,
    businessIds: shown.map(({ id }) => id),
    limit: PAGE,
  });
  const pilotOf = new Map(pilots.map((pilot) => [pilot.businessId, pilot]));
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/businesses" title={t('console.businesses')}>
        <form method="get" class="row card">
          <Field id="q" label={t('business.search')}>
            <input id="q" name="q" type="search" value={words} maxlength={200} />
          </Field>
          <Field id="enrolled" label={t('business.enrolled')}>
            <select id="enrolled" name="enrolled">
              <option value="">{t('business.enrolled.all')}</option>
              {ENROLLED.map((one) => (
                <option value={one} selected={one === enrolled}>
                  {t(`business.enrolled.${one}`)}
                </option>
              ))}
            </select>
          </Field>
          <button type="submit">{t('business.find')}</button>
        </form>
        <details class="card">
          <summary>{t('pilots.paste')}</summary>
          <form method="post" action="/admin/pilots/preview">
            <FormToken view={view} />
            <Field id="ids" label={t('pilots.ids')} hint={t('pilots.idsHint', { n: MOST_PILOTS_AT_ONCE })}>
              <textarea id="ids" name="ids" rows={8} required aria-describedby="ids-hint" spellcheck={false} />
            </Field>
            <PreviewButtons view={view} />
          </form>
        </details>
        {shown.length === 0 ? (
          <EmptyState title={t('business.empty')}>
            <p>{words === '' && enrolled === undefined ? t('business.empty.text') : t('business.empty.found')}</p>
          </EmptyState>
        ) : (
          <form method="post" action="/admin/pilots/preview" class="card">
            <FormToken view={view} />
            <section class="scroll" tabindex={0} aria-label={t('console.businesses')}>
              <table>
                <thead>
                  <tr>
                    <td />
                    <th scope="col">{t('console.businesses')}</th>
                    <th scope="col">{t('business.ragNow')}</th>
                    <th scope="col">{t('business.snippets')}</th>
                    <th scope="col">{t('business.enrolled')}</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((business) => {
                    const { id, name, emailSnippetsEnabled } = business;
                    const pilot = pilotOf.get(id);
                    return (
                      <tr>
                        <td>
                          <input
                            type="checkbox"
                            name="businessId"
                            value={id}
                            aria-label={t('business.choose', { name })}
                          />
                        </td>
                        <th scope="row">
                          <a href={`/admin/businesses/${encodeURIComponent(id)}`}>{name}</a>{' '}
                          <span class="hint">{id}</span>
                        </th>
                        <td>
                          <RagBadge
                            view={view}
                            reason={ragReason(feature, { ...business, enrolled: pilot !== undefined })}
                          />
                        </td>
                        <td>{t(emailSnippetsEnabled ? 'console.on' : 'console.off')}</td>
                        <td>{pilot === undefined ? '–' : <Time view={view} at={pilot.enabledAt} zone="UTC" />}</td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </section>
            <PreviewButtons view={view} chosen />
          </form>
        )}
        <Pager view={view} first={first} next={next} />
      </ConsoleFrame>,
    ),
  );
});

function PreviewButtons({ view, chosen = false }: { view: View; chosen?: boolean }) {
  const { t } = view;
  return (
    <p class="row">
      <button type="submit" name="act" value="enrol">
        {t(chosen ? 'business.enrolChosen' : 'pilots.see.enrol')}
      </button>
      <button type="submit" name="act" value="remove">
        {t(chosen ? 'business.removeChosen' : 'pilots.see.remove')}
      </button>
    </p>
  );
}

businessPages.get('/admin/businesses/:id', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const id = c.req.param('id');
  const [business, feature, incidents, pilots, drafts, snippets, [rolledBack]] = await Promise.all([
    services.findBusiness(id),
    services.showFeature(RAG_FEATURE),
    services.listIncidents({ status: 'open', businessId: id, limit: 20 }),
    services.listPilots({ businessId: id, feature: RAG_FEATURE, limit: 1 }),
    services.listDrafts({ businessId: id, statuses: [], before: null, limit: 10 }),
    services.listSnippets(id),
    services.listRollbacks({ feature: RAG_FEATURE, standing: { businessId: id }, limit: 1 }),
  ]);
  const [pilot] = pilots;
  const path = `/admin/businesses/${encodeURIComponent(id)}`;
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/businesses" title={business.name}>
        <p class="hint">{id}</p>
        <p>
          {t('business.ragNow')}:{' '}
          <RagBadge view={view} reason={ragReason(feature, { ...business, enrolled: pilot !== undefined })} />
        </p>
        {incidents.length === 0 ? null : (
          <Notice tone="bad" title={counted(view, incidents.length, 'incident')}>
            <ul>
              {incidents.map((incident) => (
                <li>
                  <a href={`/admin/incidents/${incident.id}`}>{say(view, incident.title)}</a>
                </li>
              ))}
            </ul>
          </Notice>
        )}
        <p class="row">
          <a class="button" href={`/admin/metrics/rag-pilot?${new URLSearchParams({ businessId: id, window: '7d' })}`}>
            {t('business.metrics')}
          </a>
          <a class="button" href={`/admin/experiments?${new URLSearchParams({ businessId: id })}`}>
            {t('business.experiment')}
          </a>
          <a class="button" href={`/inbox?${new URLSearchParams({ businessId: id })}`}>
            {t('business.inbox')}
          </a>
          {rolledBack === undefined ? (
            <a class="button" href={`/admin/rollbacks?${new URLSearchParams({ level: 'business', businessId: id })}`}>
              {t('business.rollback')}
            </a>
          ) : (
            <a class="button" href={`/admin/rollbacks#${rolledBack.id}`}>
              {t('business.toRestore')}
            </a>
          )}
          <a class="button" href={`/admin/backfills?${new URLSearchParams({ businessId: id })}`}>
            {t('backfill.start')}
          </a>
        </p>
        <section class="card">
          <h2>{t('business.enrolled')}</h2>
          {rolledBack === undefined ? null : (
            <Notice tone="bad" title={rolledBackWords(view, rolledBack, business.name)}>
              <p>
                <Time view={view} at={rolledBack.writtenAt} zone="UTC" />.{' '}
                <a href={`/admin/rollbacks#${rolledBack.id}`}>{t('business.toRestore')}</a>
              </p>
              <p>{t('business.enrolIsOther')}</p>
            </Notice>
          )}
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
                <Time view={view} at={pilot.enabledAt} zone="UTC" /> {by(view, pilot.enabledBy)} {pilot.notes ?? ''}
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
          {FLAGS.map((name) => (
            <p>
              <input type="hidden" name={`was.${name}`} value={shownSetting(business, name)} />
              <label>
                <input type="checkbox" name={name} checked={business[name]} /> {t(SETTING_TEXTS[name])}
              </label>
            </p>
          ))}
          {NUMBERS.map(({ name, most, step }) => (
            <Field id={name} label={t(SETTING_TEXTS[name])}>
              <input type="hidden" name={`was.${name}`} value={shownSetting(business, name)} />
              <input
                id={name}
                name={name}
                type="number"
                min="0"
                max={String(most)}
                step={step}
                value={shownSetting(business, name)}
              />
            </Field>
          ))}
          <Field id="flags-reason" label={t('console.reason')} hint={t('console.reasonHint')}>
            <input id="flags-reason" name="reason" required maxlength={2000} aria-describedby="flags-reason-hint" />
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
                  <input
                    id={`when-${index}`}
                    name="whenToUse"
                    maxlength={LONGEST_WHEN}
                    value={snippet?.whenToUse ?? ''}
                  />
                </Field>
                <Field id={`text-${index}`} label={t('snippet.text')}>
                  <textarea id={`text-${index}`} name="text" required maxlength={LONGEST_SNIPPET} rows={4}>
                    {snippet?.text ?? ''}
                  </textarea>
                </Field>
                <button type="submit">{t('console.save')}</button>
              </form>
              {snippet === null ? null : (
                <details>
                  <summary>{t('snippet.delete')}</summary>
                  <form method="post" action={`${path}/snippets/delete`}>
                    <FormToken view={view} />
                    <input type="hidden" name="key" value={snippet.key} />
                    <p>{t('snippet.delete.text')}</p>
                    <button type="submit" class="danger">
                      {t('snippet.delete.now', { key: snippet.key })}
                    </button>
                  </form>
                </details>
              )}
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
                  <a href={`/inbox/${draft.id}`}>{draft.content?.subject ?? draft.id}</a>{' '}
                  <Badge>{view.t(`status.${draft.status}`)}</Badge>
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
  const { services, view } = c.var;
  const id = c.req.param('id');
  const { one } = await fieldsOf(c);
  return actAndShow(c, `/admin/businesses/${encodeURIComponent(id)}`, async () => {
    const reason = reasonOf(one('reason'));
    const asked = {
      ...Object.fromEntries(FLAGS.map((name) => [name, one(name) !== ''])),
      ...Object.fromEntries(NUMBERS.map(({ name, most, step }) => [name, numberIn(one(name), most, step)])),
    } as Settings;
    const now = await services.findBusiness(id);
    const changed = SETTING_NAMES.filter((name) => shownSetting(asked, name) !== one(`was.${name}`));
    // Only what this form changed is written: what somebody else set meanwhile stays, and a clash is told.
    const clash = changed.find((name) => shownSetting(now, name) !== one(`was.${name}`));
    if (clash !== undefined) throw new AppError('CONFLICT', 'Somebody else changed the same meanwhile: look again.');
    if (changed.length === 0) return { text: 'business.unchanged' };
    await services.patchBusiness(id, Object.fromEntries(changed.map((name) => [name, asked[name]])), {
      ...actOf(c),
      reason,
    });
    const what = changed.map((name) => view.t(SETTING_TEXTS[name])).join(', ');
    return { text: 'business.saved', values: { what } };
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
    const [key, language, text] = [one('key'), one('language'), shortEnough(cleanText(one('text')), LONGEST_SNIPPET)];
    const whenToUse = shortEnough(cleanText(one('whenToUse')), LONGEST_WHEN);
    if (key === '' || text === '' || !/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(language)) {
      throw new AppError('INVALID_REQUEST', 'A snippet needs a key, a language such as "en", and a text.');
    }
    await services.putSnippets(id, [{ key: cleanText(key), language, text, whenToUse }]);
    return { text: 'console.done', values: { what: key } };
  });
});

businessPages.post('/admin/businesses/:id/snippets/delete', async (c) => {
  const id = c.req.param('id');
  const { one } = await fieldsOf(c);
  return actAndShow(c, `/admin/businesses/${encodeURIComponent(id)}`, async () => {
    if (!(await c.var.services.deleteSnippet(id, one('key'))))
      throw new AppError('NOT_FOUND', 'There is no such snippet.');
    return { text: 'console.done', values: { what: `${c.var.view.t('snippet.delete')}: ${one('key')}` } };
  });
});

function numberIn(text: string, most: number, step: string): number {
  const value = Number(text.replace(',', '.'));
  if (text === '' || !(value >= 0 && value <= most)) {
    throw new AppError('INVALID_REQUEST', `"${text}" is not a number from 0 to ${most}.`);
  }
  if (step === '1' && !Number.isInteger(value)) {
    throw new AppError('INVALID_REQUEST', `"${text}" is not a whole number.`);
  }
  return value;
}
