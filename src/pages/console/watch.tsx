import { AppError } from '../../lib/errors.ts';
import { ALERT_STATES } from '../../metrics/alerts/alert.ts';
import { GUARDRAIL_NAMES } from '../../metrics/guardrails/guardrail.ts';
import { INCIDENT_STATUSES } from '../../metrics/incidents/incident.ts';
import type { Services } from '../../services.ts';
import { Badge, EmptyState, Field, FormToken, Pager, Time, type Tone } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { say, sayAll } from '../texts/sentences.ts';
import { isTextKey } from '../texts/translate.ts';
import type { View } from '../view.ts';
import { actorWords, BUSINESSES_OFFERED, BusinessField, by } from './console-fields.tsx';
import { actAndShow, actOf, ConsoleFrame, fieldsOf, guardrailTitle, reasonOf, shortEnough } from './console-frame.tsx';
import { beforeOf, paged } from './paging.ts';

const PAGE = 50;

/** Guardrails, incidents and alerts: what watches, and what it found. */
export const watchPages = createPages();

watchPages.get('/admin/guardrails', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const states = await services.listGuardrails();
  const percent = (value: number) =>
    new Intl.NumberFormat(view.language, { style: 'percent', maximumFractionDigits: 1 }).format(value);
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/guardrails" title={t('console.guardrails')}>
        <div class="columns">
          {states.map(({ name, tier, action, limit, status, figures, harmed, automatic, setting, lastDecision }) => (
            <article class="card" id={name}>
              <h2>{guardrailTitle(view, name)}</h2>
              <p class="hint">
                {name} · {t(`guardrail.tier.${tier as 'pilot'}`)}
              </p>
              <p>
                <Badge tone={status === 'harmful' ? 'bad' : status === 'fine' ? 'good' : 'neutral'}>
                  {t(`guardrail.${status}`)}
                </Badge>{' '}
                {harmed.join(', ')}
              </p>
              <dl class="facts">
                <dt>{t('guardrail.act')}</dt>
                <dd>{t(`guardrail.act.${action as 'pause'}`)}</dd>
                <dt>{t('guardrail.limit')}</dt>
                <dd>{limit === null ? t('guardrail.first') : percent(limit)}</dd>
                {figures === null ? null : (
                  <>
                    <dt>{t('guardrail.now')}</dt>
                    <dd>
                      {figures.estimate === null ? '–' : percent(figures.estimate)} ({figures.numerator}/
                      {figures.denominator}
                      {figures.control === null ? '' : ` : ${figures.control.successes}/${figures.control.n}`})
                      {figures.interval === null
                        ? null
                        : ` ${percent(figures.interval.low)} … ${percent(figures.interval.high)}`}
                    </dd>
                  </>
                )}
              </dl>
              {lastDecision === null ? null : (
                <p class="hint">
                  <Time view={view} at={lastDecision.at} zone="UTC" /> {sayAll(view, lastDecision.because)}{' '}
                  {lastDecision.incidentId === null ? null : (
                    <a href={`/admin/incidents/${lastDecision.incidentId}`}>{t('alert.incident')}</a>
                  )}
                </p>
              )}
              <p>
                {t('guardrail.automatic')}:{' '}
                <Badge tone={automatic ? 'good' : 'warn'}>{t(automatic ? 'console.on' : 'console.off')}</Badge>{' '}
                {automatic || setting === null ? '' : `${actorWords(view, setting.changedBy)}: ${setting.reason}`}
              </p>
              <details>
                <summary>{t(automatic ? 'guardrail.switchOff' : 'guardrail.switchOn')}</summary>
                <form method="post" action={`/admin/guardrails/${name}`}>
                  <FormToken view={view} />
                  <input type="hidden" name="automatic" value={automatic ? 'off' : 'on'} />
                  <Field id={`reason-${name}`} label={t('console.reason')}>
                    <input id={`reason-${name}`} name="reason" required maxlength={2000} />
                  </Field>
                  <button type="submit">{t(automatic ? 'guardrail.switchOff' : 'guardrail.switchOn')}</button>
                </form>
              </details>
            </article>
          ))}
        </div>
      </ConsoleFrame>,
    ),
  );
});

watchPages.post('/admin/guardrails/:name', async (c) => {
  const name = GUARDRAIL_NAMES.find((one) => one === c.req.param('name'));
  if (name === undefined) throw new AppError('NOT_FOUND', 'There is no such guardrail.');
  const { one } = await fieldsOf(c);
  return actAndShow(c, '/admin/guardrails', async () => {
    if (!['on', 'off'].includes(one('automatic'))) {
      throw new AppError('INVALID_REQUEST', 'Load the page anew: the form is not complete.');
    }
    const automatic = one('automatic') === 'on';
    await c.var.services.setGuardrail({ name, automatic, reason: reasonOf(one('reason')) }, actOf(c));
    return {
      text: 'console.done',
      values: { what: c.var.view.t(automatic ? 'guardrail.switchOn' : 'guardrail.switchOff') },
    };
  });
});

watchPages.get('/admin/incidents', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const status = INCIDENT_STATUSES.find((one) => one === c.req.query('status'));
  const of = (c.req.query('businessId') ?? '').trim();
  const [rows, businesses] = await Promise.all([
    services.listIncidents({ status, ...(of === '' ? {} : { businessId: of }), ...beforeOf(c), limit: PAGE + 1 }),
    services.listBusinesses({ limit: BUSINESSES_OFFERED }),
  ]);
  const { shown, first, next } = paged(c, rows, PAGE, ({ id }) => id);
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/incidents" title={t('console.incidents')}>
        <form method="get" class="card row">
          <Field id="status" label={t('console.state')}>
            <select id="status" name="status">
              <option value="">{t('console.all')}</option>
              {INCIDENT_STATUSES.map((one) => (
                <option value={one} selected={one === status}>
                  {t(`incident.${one}`)}
                </option>
              ))}
            </select>
          </Field>
          <BusinessField view={view} name="businessId" label="console.business" value={of} businesses={businesses} />
          <button type="submit">{t('audit.filter')}</button>
        </form>
        {shown.length === 0 ? (
          <EmptyState title={t('incident.empty')}>
            <p>{t('incident.empty.text')}</p>
          </EmptyState>
        ) : (
          <ul class="markers">
            {shown.map(({ id, title, status: state, severity, openedAt, businessId }) => (
              <li>
                <Badge tone={state === 'closed' ? 'neutral' : severity === 'critical' ? 'bad' : 'warn'}>
                  {t(`incident.${state}`)}
                </Badge>{' '}
                <a href={`/admin/incidents/${id}`}>{say(view, title)}</a> <Time view={view} at={openedAt} zone="UTC" />{' '}
                {businessId ?? ''}
              </li>
            ))}
          </ul>
        )}
        <Pager view={view} first={first} next={next} />
      </ConsoleFrame>,
    ),
  );
});

watchPages.get('/admin/incidents/:id', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const { incident, timeline, drafts } = await services.findIncident(c.req.param('id'));
  const path = `/admin/incidents/${incident.id}`;
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/incidents" title={say(view, incident.title)}>
        <p>
          <Badge tone={incident.status === 'closed' ? 'neutral' : incident.severity === 'critical' ? 'bad' : 'warn'}>
            {t(`incident.${incident.status}`)}
          </Badge>{' '}
          <Badge tone={incident.severity === 'critical' ? 'bad' : 'warn'}>
            {t(`console.severity.${incident.severity}`)}
          </Badge>{' '}
          <Time view={view} at={incident.openedAt} zone="UTC" />{' '}
          {incident.businessId === null ? (
            ''
          ) : (
            <a href={`/admin/businesses/${encodeURIComponent(incident.businessId)}`}>{incident.businessId}</a>
          )}
        </p>
        {incident.status === 'closed' || incident.businessId === null ? null : (
          <p>
            <a
              class="button"
              href={`/admin/rollbacks?${new URLSearchParams({ level: 'business', businessId: incident.businessId })}`}
            >
              {t('business.rollback')}
            </a>
          </p>
        )}
        {drafts.length === 0 ? null : (
          <section class="card" aria-labelledby="drafts">
            <h2 id="drafts">{t('incident.drafts')}</h2>
            <ul class="markers">
              {drafts.map(({ draftId, exists, subject, reports }) => (
                <li>
                  {exists ? (
                    <a href={`/inbox/${encodeURIComponent(draftId)}`}>{subject || draftId}</a>
                  ) : (
                    t('incident.draftErased')
                  )}
                  {reports.map(({ kind, note, by, at }) => (
                    <p>
                      <Badge tone="bad">{isTextKey(`report.${kind}`) ? t(`report.${kind as 'tone'}`) : kind}</Badge>{' '}
                      {t('console.by', { who: by })} <Time view={view} at={new Date(at)} zone="UTC" />{' '}
                      {note === null ? null : <q>{note}</q>}
                    </p>
                  ))}
                </li>
              ))}
            </ul>
          </section>
        )}
        <section class="card">
          <h2>{t('incident.timeline')}</h2>
          <ol class="markers">
            {timeline.map(({ at, kind, text, actor }) => (
              <li>
                <Time view={view} at={at} zone="UTC" /> <Badge>{t(`incident.kind.${kind}`)}</Badge> {say(view, text)}{' '}
                {actor === null ? null : <span class="hint">{by(view, actor)}</span>}
              </li>
            ))}
          </ol>
        </section>
        <form method="post" action={`${path}/notes`} class="card row">
          <FormToken view={view} />
          <Field id="text" label={t('incident.note')}>
            <input id="text" name="text" required maxlength={2000} />
          </Field>
          <button type="submit">{t('incident.addNote')}</button>
        </form>
        {incident.status === 'closed' ? null : (
          <form method="post" action={`${path}/close`} class="card row">
            <FormToken view={view} />
            <Field id="reason" label={t('console.reason')}>
              <input id="reason" name="reason" required maxlength={2000} />
            </Field>
            <button type="submit">{t('incident.close')}</button>
          </form>
        )}
      </ConsoleFrame>,
    ),
  );
});

watchPages.post('/admin/incidents/:id/notes', async (c) => {
  const id = c.req.param('id');
  const { one } = await fieldsOf(c);
  return actAndShow(c, `/admin/incidents/${encodeURIComponent(id)}`, async () => {
    if (one('text') === '') throw new AppError('INVALID_REQUEST', 'Write the note first.');
    await c.var.services.addIncidentNote({ id, text: shortEnough(one('text')) }, actOf(c));
    return { text: 'console.done', values: { what: c.var.view.t('incident.note') } };
  });
});

watchPages.post('/admin/incidents/:id/close', async (c) => {
  const id = c.req.param('id');
  const { one } = await fieldsOf(c);
  return actAndShow(c, `/admin/incidents/${encodeURIComponent(id)}`, async () => {
    const { services } = c.var;
    const { businessId } = await services.closeIncident({ id, reason: reasonOf(one('reason')) }, actOf(c));
    // What the incident switched off stays off: closing it is no restore.
    const business = businessId === null ? null : await services.findBusiness(businessId).catch(() => null);
    return business === null || business.emailRagEnabled
      ? { text: 'incident.isClosed' }
      : { text: 'incident.isClosedOff', values: { name: business.name } };
  });
});

watchPages.get('/admin/alerts', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const state = ALERT_STATES.find((one) => one === c.req.query('state'));
  const rows = await services.listAlerts({ state, ...beforeOf(c), limit: PAGE + 1 });
  const { shown, first, next } = paged(c, rows, PAGE, ({ id }) => id);
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/alerts" title={t('console.alerts')}>
        <div class="head-row">
          <form method="get" class="row">
            <Field id="state" label={t('console.state')}>
              <select id="state" name="state">
                <option value="">{t('console.all')}</option>
                {ALERT_STATES.map((one) => (
                  <option value={one} selected={one === state}>
                    {t(`alert.state.${one}`)}
                  </option>
                ))}
              </select>
            </Field>
            <button type="submit">{t('audit.filter')}</button>
          </form>
          <form method="post" action="/admin/alerts/test">
            <FormToken view={view} />
            <button type="submit">{t('alert.test')}</button>
          </form>
        </div>
        {shown.length === 0 ? (
          <EmptyState title={t('alert.empty')}>
            <p>{t('alert.empty.text')}</p>
          </EmptyState>
        ) : (
          shown.map((row) => <AlertCard view={view} row={row} />)
        )}
        <Pager view={view} first={first} next={next} />
      </ConsoleFrame>,
    ),
  );
});

const DELIVERY_TONES: Record<string, Tone> = { delivered: 'good', pending: 'info', failed: 'bad' };

function AlertCard({ view, row }: { view: View; row: Awaited<ReturnType<Services['listAlerts']>>[number] }) {
  const { t } = view;
  const {
    id,
    title,
    detail,
    state,
    severity,
    firedAt,
    resolvedAt,
    businessId,
    incidentId,
    rollbackCommand,
    deliveries,
  } = row;
  const firingTone = severity === 'critical' ? 'bad' : 'warn';
  return (
    <article class="card" id={id}>
      <h2>
        {say(view, title)} <Badge tone={state === 'firing' ? firingTone : 'neutral'}>{t(`alert.state.${state}`)}</Badge>{' '}
        <Badge tone={severity === 'info' ? 'neutral' : firingTone}>{t(`console.severity.${severity}`)}</Badge>
      </h2>
      <p>
        <Time view={view} at={firedAt} zone="UTC" />
        {resolvedAt === null ? null : (
          <>
            {' – '}
            <Time view={view} at={resolvedAt} zone="UTC" />
          </>
        )}{' '}
        {businessId === null ? null : <a href={`/admin/businesses/${encodeURIComponent(businessId)}`}>{businessId}</a>}{' '}
        {incidentId === null ? null : <a href={`/admin/incidents/${incidentId}`}>{t('alert.incident')}</a>}
      </p>
      <p>{say(view, detail)}</p>
      {rollbackCommand === null || state !== 'firing' ? null : <pre>{rollbackCommand}</pre>}
      {deliveries.length === 0 ? null : (
        <details>
          <summary>{t('alert.deliveries', { n: deliveries.length })}</summary>
          <ul class="markers">
            {deliveries.map(({ channel, status, reason, createdAt }) => (
              <li>
                <Time view={view} at={createdAt} zone="UTC" /> {channel}{' '}
                <Badge tone={DELIVERY_TONES[status] ?? 'neutral'}>{t(`alert.delivery.${status}`)}</Badge>{' '}
                {say(view, reason ?? '')}
              </li>
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}

watchPages.post('/admin/alerts/test', (c) =>
  actAndShow(c, '/admin/alerts', async () => {
    const { t } = c.var.view;
    const { deliveries } = await c.var.services.sendTestAlert(actOf(c));
    if (deliveries.every(({ status }) => status === 'skipped')) return { text: 'alert.testedNobody', tone: 'bad' };
    // PagerDuty hears of it twice: that it began, and that it is over.
    const last = new Map(deliveries.map(({ channel, status }) => [channel, status]));
    const what = [...last]
      .map(([channel, status]) => `${t(`alert.channel.${channel}`)}: ${t(`alert.delivery.${status}`)}`)
      .join(', ');
    return { text: 'alert.tested', values: { what } };
  }),
);
