import { RAG_FEATURE } from '../../rollout/decide.ts';
import { Badge, Notice, Time } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { ConsoleFrame, guardrailTitle } from './console-frame.tsx';

const SHOWN = 200;

export const overviewPages = createPages();

overviewPages.get('/admin', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const [preview, pilots, businesses, ramps, incidents, alerts, guardrails] = await Promise.all([
    services.previewRollback({ feature: RAG_FEATURE, target: { level: 'global' } }),
    services.listPilots({ feature: RAG_FEATURE, limit: SHOWN }),
    services.listBusinesses({ limit: SHOWN }),
    services.listRamps({ limit: 1 }),
    services.listIncidents({ status: 'open', limit: 20 }),
    services.listAlerts({ state: 'firing', limit: 20 }),
    services.listGuardrails(),
  ]);
  const names = new Map(businesses.map(({ id, name }) => [id, name]));
  const ramp = ramps[0];
  const harmful = guardrails.filter(({ status }) => status === 'harmful');
  const healthy = incidents.length + alerts.length + harmful.length === 0;
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin" title={t('console.overview')} scripts={['refresh.client.js']}>
        <div data-refresh="30">
          <Notice tone={healthy ? 'good' : 'bad'} title={t(healthy ? 'overview.healthy' : 'overview.unhealthy')}>
            <p>
              {healthy
                ? t('overview.healthy.text')
                : t('overview.unhealthy.text', { incidents: incidents.length, alerts: alerts.length })}
            </p>
          </Notice>
          <div class="columns">
            <section class="card">
              <h2>{t('overview.feature')}</h2>
              <p>
                {preview.featureState === 'killed' ? (
                  <Badge tone="bad">{t('overview.feature.killed')}</Badge>
                ) : pilots.length === 0 ? (
                  <Badge>{t('overview.feature.nobody')}</Badge>
                ) : (
                  <Badge tone="good">{t('overview.feature.on', { n: pilots.length })}</Badge>
                )}
              </p>
              <p>
                {t('overview.edge')}:{' '}
                <Badge tone={preview.edge === 'absent' ? 'neutral' : 'bad'}>{t(`overview.edge.${preview.edge}`)}</Badge>
              </p>
              <p>
                <a class="button" href="/admin/rollbacks">
                  {t('console.rollbacks')}
                </a>
              </p>
            </section>
            <section class="card">
              <h2>{t('console.ramps')}</h2>
              {ramp === undefined ? (
                <p>{t('overview.noRamp')}</p>
              ) : (
                <p>
                  <a href={`/admin/ramps/${ramp.id}`}>{ramp.plan[ramp.step]?.name ?? ramp.id}</a>{' '}
                  <Badge tone={ramp.status === 'rolled-back' ? 'bad' : ramp.status === 'running' ? 'good' : 'warn'}>
                    {ramp.status}
                  </Badge>
                </p>
              )}
            </section>
            <section class="card">
              <h2>{t('console.incidents')}</h2>
              {incidents.length === 0 ? (
                <p>{t('console.none')}</p>
              ) : (
                <ul>
                  {incidents.map(({ id, title, severity }) => (
                    <li>
                      <a href={`/admin/incidents/${id}`}>{title}</a>{' '}
                      <Badge tone={severity === 'critical' ? 'bad' : 'warn'}>{severity}</Badge>
                    </li>
                  ))}
                </ul>
              )}
            </section>
            <section class="card">
              <h2>{t('console.alerts')}</h2>
              {alerts.length === 0 ? (
                <p>{t('console.none')}</p>
              ) : (
                <ul>
                  {alerts.map(({ title, severity, firedAt }) => (
                    <li>
                      {title} <Badge tone={severity === 'critical' ? 'bad' : 'warn'}>{severity}</Badge>{' '}
                      <Time view={view} at={firedAt} zone="UTC" />
                    </li>
                  ))}
                </ul>
              )}
            </section>
            <section class="card">
              <h2>{t('console.guardrails')}</h2>
              <ul>
                {guardrails.map(({ name, tier, status, automatic }) => (
                  <li>
                    <a href={`/admin/guardrails#${name}`}>
                      {guardrailTitle(view, name)} ({t(`guardrail.tier.${tier as 'pilot'}`)})
                    </a>{' '}
                    <Badge tone={status === 'harmful' ? 'bad' : status === 'fine' ? 'good' : 'neutral'}>
                      {t(`guardrail.${status}`)}
                    </Badge>
                    {automatic ? null : <Badge tone="warn">{t('console.off')}</Badge>}
                  </li>
                ))}
              </ul>
            </section>
            <section class="card">
              <h2>{t('overview.enrolled')}</h2>
              {pilots.length === 0 ? (
                <p>{t('console.none')}</p>
              ) : (
                <ul>
                  {pilots.map(({ businessId, enabledAt, enabledBy }) => (
                    <li>
                      <a href={`/admin/businesses/${encodeURIComponent(businessId)}`}>
                        {names.get(businessId) ?? businessId}
                      </a>
                      , <Time view={view} at={enabledAt} zone="UTC" /> {t('console.by', { who: enabledBy })}
                    </li>
                  ))}
                </ul>
              )}
            </section>
          </div>
        </div>
      </ConsoleFrame>,
    ),
  );
});
