import { AppError } from '../../lib/errors.ts';
import { RAG_FEATURE } from '../../rollout/decide.ts';
import { MOST_PILOTS_AT_ONCE, type PilotPreview } from '../../rollout/pilot-store.ts';
import { Badge, Field, FormToken, Notice, Time, type Tone } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages, ownPath } from '../page-router.ts';
import type { PageContext, View } from '../view.ts';
import { actorWords, amount, counted } from './console-fields.tsx';
import { actAndShow, actOf, ConsoleFrame, fieldsOf, idsOf, reasonOf } from './console-frame.tsx';

type PilotAct = 'enrol' | 'remove';

/** Enrolling and removing many businesses: first what each line means, then all at once. */
export const pilotPages = createPages();

pilotPages.post('/admin/pilots/preview', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const { one, all } = await fieldsOf(c);
  const act: PilotAct = one('act') === 'remove' ? 'remove' : 'enrol';
  const businessIds = [...all('businessId'), ...idsOf(one('ids'))];
  if (businessIds.length === 0 || businessIds.length > MOST_PILOTS_AT_ONCE) return refuse(c, businessIds.length);
  const [rows, feature] = await Promise.all([
    services.previewPilots({ businessIds, feature: RAG_FEATURE }),
    services.showFeature(RAG_FEATURE),
  ]);
  const touched = rows.filter(({ state }) => state === touchedState(act));
  const of = (...states: PilotPreview['state'][]) => rows.filter(({ state }) => states.includes(state)).length;
  const isOff = feature.state === 'killed' || feature.edge.state !== 'absent';
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/businesses" title={t(`pilots.title.${act}`)}>
        <Notice tone={of('unknown', 'repeated') > 0 ? 'warn' : 'info'} title={t('pilots.nothingDone')}>
          <p>
            {t(`pilots.sum.${act}`, {
              act: amount(view, touched.length),
              same: amount(view, of(act === 'enrol' ? 'enrolled' : 'not-enrolled')),
              unknown: amount(view, of('unknown')),
              repeated: amount(view, of('repeated')),
            })}
          </p>
        </Notice>
        {act === 'enrol' && isOff ? <Notice tone="bad" title={t('pilots.killed')} /> : null}
        {touched.length === 0 ? (
          <p>{t('pilots.nothing')}</p>
        ) : (
          <form method="post" action={act === 'enrol' ? '/admin/pilots' : '/admin/pilots/remove'} class="card">
            <FormToken view={view} />
            <input type="hidden" name="ids" value={touched.map(({ id }) => id).join(' ')} />
            <Field id="reason" label={t('console.reason')} hint={t('console.reasonHint')}>
              <input id="reason" name="reason" required maxlength={2000} aria-describedby="reason-hint" />
            </Field>
            <p class="hint">{t(act === 'enrol' ? 'pilots.allOrNothing' : 'pilots.removeHint')}</p>
            <p class="row">
              <button type="submit" class={act === 'enrol' ? 'primary' : 'danger'}>
                {t(`pilots.confirm.${act}`, { businesses: counted(view, touched.length, 'business') })}
              </button>
              <a class="button" href="/admin/businesses">
                {t('cancel')}
              </a>
            </p>
          </form>
        )}
        <section class="scroll card" tabindex={0} aria-label={t('console.businesses')}>
          <table>
            <thead>
              <tr>
                <th scope="col" class="number">
                  {t('pilots.line')}
                </th>
                <th scope="col">{t('console.businesses')}</th>
                <th scope="col">{t('pilots.means')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <PreviewRow view={view} act={act} row={row} line={index + 1} />
              ))}
            </tbody>
          </table>
        </section>
        <p>
          <a href="/admin/businesses">{t('pilots.back')}</a>
        </p>
      </ConsoleFrame>,
    ),
  );
});

function PreviewRow({ view, act, row, line }: { view: View; act: PilotAct; row: PilotPreview; line: number }) {
  const { t } = view;
  const { id, name, state, emailRagEnabled, enabledAt, keptOut } = row;
  const tones: Record<PilotPreview['state'], Tone> = {
    'not-enrolled': 'neutral',
    enrolled: 'neutral',
    unknown: 'bad',
    repeated: 'warn',
  };
  const isTouched = state === touchedState(act);
  return (
    <tr>
      <td class="number">{line}</td>
      <th scope="row">
        {name === null ? null : <a href={`/admin/businesses/${encodeURIComponent(id)}`}>{name}</a>}{' '}
        <code class="hint">{id}</code>
      </th>
      <td>
        {isTouched ? (
          <Badge tone="info">{t(`pilots.will.${act}`)}</Badge>
        ) : (
          <Badge tone={tones[state]}>{t(`pilots.is.${state}`)}</Badge>
        )}{' '}
        {enabledAt === null || state === 'repeated' ? null : <Time view={view} at={enabledAt} zone="UTC" />}
        {act === 'enrol' && isTouched && keptOut !== null ? (
          <span class="hint">
            {' '}
            <Time view={view} at={keptOut.since} zone="UTC" />{' '}
            {t('pilots.keptOut', { who: actorWords(view, keptOut.actor), why: keptOut.reason ?? '–' })}
          </span>
        ) : null}
        {act === 'enrol' && isTouched && !emailRagEnabled ? <span class="hint"> {t('pilots.ragOff')}</span> : null}
      </td>
    </tr>
  );
}

function touchedState(act: PilotAct): PilotPreview['state'] {
  return act === 'enrol' ? 'not-enrolled' : 'enrolled';
}

function refuse(c: PageContext, named: number): Promise<Response> {
  return actAndShow(c, '/admin/businesses', async () => {
    throw new AppError(
      'INVALID_REQUEST',
      named === 0 ? 'Choose a business.' : `At most ${MOST_PILOTS_AT_ONCE} businesses at once.`,
    );
  });
}

pilotPages.post('/admin/pilots', async (c) => {
  const { one, all } = await fieldsOf(c);
  return actAndShow(c, backOf(one('back')), async () => {
    const { services, view } = c.var;
    const reason = reasonOf(one('reason'));
    const businessIds = [...all('businessId'), ...idsOf(one('ids'))];
    const { enrolled, before } = await services.enrolPilots(
      { businessIds, feature: RAG_FEATURE, notes: reason },
      { ...actOf(c), reason },
    );
    return done(view, 'enrol', enrolled.length, before.length);
  });
});

pilotPages.post('/admin/pilots/remove', async (c) => {
  const { one, all } = await fieldsOf(c);
  return actAndShow(c, backOf(one('back')), async () => {
    const { services, view } = c.var;
    const reason = reasonOf(one('reason'));
    const businessIds = [...new Set([...all('businessId'), ...idsOf(one('ids'))])];
    const removed = await services.removePilots({ businessIds, feature: RAG_FEATURE }, { ...actOf(c), reason });
    return done(view, 'remove', removed.length, businessIds.length - removed.length);
  });
});

function done(view: View, act: PilotAct, touched: number, before: number) {
  const values = { businesses: counted(view, touched, 'business'), before: amount(view, before) };
  return { text: `pilots.done.${act}` as const, values };
}

function backOf(asked: string): string {
  return asked.startsWith('/admin/') ? ownPath(asked) : '/admin/businesses';
}
