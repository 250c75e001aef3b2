import { AppError } from '../../lib/errors.ts';
import { GUARDRAIL_NAMES } from '../../metrics/guardrails/guardrail.ts';
import { Badge, EmptyState, Field, FormToken, Time } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { actAndShow, actOf, ConsoleFrame, fieldsOf, guardrailTitle, reasonOf } from './console-frame.tsx';

const SHOWN = 100;

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
                  <Time view={view} at={lastDecision.at} zone="UTC" /> {lastDecision.because.join('; ')}{' '}
                  {lastDecision.incidentId === null ? null : (
                    <a href={`/admin/incidents/${lastDecision.incidentId}`}>{t('console.incidents')}</a>
                  )}
                </p>
              )}
              <p>
                {t('guardrail.automatic')}:{' '}
                <Badge tone={automatic ? 'good' : 'warn'}>{t(automatic ? 'console.on' : 'console.off')}</Badge>{' '}
                {automatic || setting === null ? '' : `${setting.changedBy}: ${setting.reason}`}
              </p>
              <form method="post" action={`/admin/guardrails/${name}`} class="row">
                <FormToken view={view} />
                <input type="hidden" name="automatic" value={automatic ? 'off' : 'on'} />
                <Field id={`reason-${name}`} label={t('console.reason')}>
                  <input id={`reason-${name}`} name="reason" required maxlength={2000} />
                </Field>
                <button type="submit">{t(automatic ? 'guardrail.switchOff' : 'guardrail.switchOn')}</button>
              </form>
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
  const rows = await services.listIncidents({ limit: SHOWN });
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/incidents" title={t('console.incidents')}>
        {rows.length === 0 ? (
          <EmptyState title={t('incident.empty')}>
            <p>{t('incident.empty.text')}</p>
          </EmptyState>
        ) : (
          <ul class="markers">
            {rows.map(({ id, title, status, severity, openedAt, businessId }) => (
              <li>
                <Badge tone={status === 'closed' ? 'neutral' : severity === 'critical' ? 'bad' : 'warn'}>
                  {t(`incident.${status}`)}
                </Badge>{' '}
                <a href={`/admin/incidents/${id}`}>{title}</a> <Time view={view} at={openedAt} zone="UTC" />{' '}
                {businessId ?? ''}
              </li>
            ))}
          </ul>
        )}
      </ConsoleFrame>,
    ),
  );
});

watchPages.get('/admin/incidents/:id', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const { incident, timeline } = await services.findIncident(c.req.param('id'));
  const path = `/admin/incidents/${incident.id}`;
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/incidents" title={incident.title}>
        <p>
          <Badge tone={incident.status === 'closed' ? 'neutral' : incident.severity === 'critical' ? 'bad' : 'warn'}>
            {t(`incident.${incident.status}`)}
          </Badge>{' '}
          {incident.businessId === null ? (
            ''
          ) : (
            <a href={`/admin/businesses/${encodeURIComponent(incident.businessId)}`}>{incident.businessId}</a>
          )}
        </p>
        <section class="card">
          <h2>{t('incident.timeline')}</h2>
          <ol class="markers">
            {timeline.map(({ at, kind, text }) => (
              <li>
                <Time view={view} at={at} zone="UTC" /> <Badge>{kind}</Badge> {text}
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
    await c.var.services.addIncidentNote({ id, text: reasonOf(one('text')) }, actOf(c));
    return { text: 'console.done', values: { what: c.var.view.t('incident.note') } };
  });
});

watchPages.post('/admin/incidents/:id/close', async (c) => {
  const id = c.req.param('id');
  const { one } = await fieldsOf(c);
  return actAndShow(c, `/admin/incidents/${encodeURIComponent(id)}`, async () => {
    await c.var.services.closeIncident({ id, reason: reasonOf(one('reason')) }, actOf(c));
    return { text: 'console.done', values: { what: c.var.view.t('incident.close') } };
  });
});

watchPages.get('/admin/alerts', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const alerts = await services.listAlerts({ limit: SHOWN });
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/alerts" title={t('console.alerts')}>
        <form method="post" action="/admin/alerts/test">
          <FormToken view={view} />
          <button type="submit">{t('alert.test')}</button>
        </form>
        {alerts.length === 0 ? (
          <EmptyState title={t('alert.empty')}>
            <p>{t('alert.empty.text')}</p>
          </EmptyState>
        ) : (
          <ul class="markers">
            {alerts.map(({ title, detail, state, severity, firedAt, incidentId, deliveries }) => (
              <li>
                <Badge tone={state === 'firing' ? (severity === 'critical' ? 'bad' : 'warn') : 'neutral'}>
                  {state}
                </Badge>{' '}
                <Time view={view} at={firedAt} zone="UTC" /> <strong>{title}</strong> {detail}{' '}
                {incidentId === null ? null : <a href={`/admin/incidents/${incidentId}`}>{t('console.incidents')}</a>}{' '}
                <span class="hint">{deliveries.map(({ channel, status }) => `${channel}: ${status}`).join(', ')}</span>
              </li>
            ))}
          </ul>
        )}
      </ConsoleFrame>,
    ),
  );
});

watchPages.post('/admin/alerts/test', (c) =>
  actAndShow(c, '/admin/alerts', async () => {
    const { deliveries } = await c.var.services.sendTestAlert(actOf(c));
    const what = deliveries.map(({ channel, status }) => `${channel}: ${status}`).join(', ');
    return { text: 'alert.tested', values: { what } };
  }),
);
