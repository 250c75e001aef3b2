import type { IncidentRow } from '../../metrics/incidents/incident-store.ts';
import { RAG_FEATURE } from '../../rollout/decide.ts';
import { type FeatureState, ragReason } from '../../rollout/show-feature.ts';
import { Badge, Notice, Time, type Tone } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { say } from '../texts/sentences.ts';
import type { View } from '../view.ts';
import { by, counted, RagBadge, rolledBackWords } from './console-fields.tsx';
import { ConsoleFrame, guardrailTitle } from './console-frame.tsx';
import { isOver, RampSummary } from './ramp-summary.tsx';

/** Rows that are counted; the cards name fewer. */
const COUNTED = 100;
const LISTED = 10;
/** So long a rollback that nobody has answered keeps the overview from calling all well. */
const ROLLBACK_AGE_MS = 7 * 24 * 3_600_000;
const FIRING = '/admin/alerts?state=firing';

export const overviewPages = createPages();

overviewPages.get('/admin', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const [feature, preview, enrolled, ramps, incidents, alerts, guardrails, standing, withoutRag] = await Promise.all([
    services.showFeature(RAG_FEATURE),
    services.previewRollback({ feature: RAG_FEATURE, target: { level: 'global' } }),
    services.listBusinesses({ pilots: { feature: RAG_FEATURE, enrolled: true }, limit: LISTED }),
    services.listRamps({ feature: RAG_FEATURE, limit: 1 }),
    services.listIncidents({ status: 'open', limit: COUNTED }),
    services.listAlerts({ state: 'firing', limit: COUNTED }),
    services.listGuardrails(),
    services.listRollbacks({ feature: RAG_FEATURE, standing: {}, limit: COUNTED }),
    services.listBusinesses({ pilots: { feature: RAG_FEATURE, enrolled: true }, ragOn: false, limit: LISTED }),
  ]);
  const rollbacks = standing.filter(
    ({ level, writtenAt }) => level !== 'global' && view.now.getTime() - writtenAt.getTime() < ROLLBACK_AGE_MS,
  );
  const rolledBack = new Set(rollbacks.flatMap(({ affected }) => affected));
  const [ramp] = ramps;
  const [shownRamp, pilots, named] = await Promise.all([
    ramp === undefined ? null : services.showRamp(ramp.id),
    services.listPilots({ feature: RAG_FEATURE, businessIds: enrolled.map(({ id }) => id), limit: LISTED }),
    services.listBusinesses({ ids: rollbacks.flatMap(({ affected: [one] }) => one ?? []), limit: COUNTED }),
  ]);
  const pilotOf = new Map(pilots.map((pilot) => [pilot.businessId, pilot]));
  const nameOf = new Map(named.map(({ id, name }) => [id, name]));
  const harmful = guardrails.filter(({ status }) => status === 'harmful');
  const wrong = [
    ...switchWords(view, feature).map((words) => ({ words, href: '/admin/rollbacks' })),
    ...rollbacks.map((row) => ({
      words: `${rolledBackWords(view, row, nameOf.get(row.affected[0] ?? ''))} – ${t('business.toRestore')}`,
      href: `/admin/rollbacks#${row.id}`,
    })),
    ...withoutRag
      .filter(({ id }) => !rolledBack.has(id))
      .map(({ id, name }) => ({
        words: t('overview.withoutRag', { name }),
        href: `/admin/businesses/${encodeURIComponent(id)}`,
      })),
    ...(incidents.length === 0
      ? []
      : [{ words: counted(view, incidents.length, 'incident'), href: '/admin/incidents?status=open' }]),
    ...(alerts.length === 0 ? [] : [{ words: counted(view, alerts.length, 'alert'), href: FIRING }]),
    ...harmful.map(({ name }) => ({
      words: `${guardrailTitle(view, name)}: ${t('guardrail.harmful')}`,
      href: `/admin/guardrails#${name}`,
    })),
  ];
  const healthy = wrong.length === 0;
  const state = featureBadge(view, feature, incidents, preview.affected.length);
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin" title={t('console.overview')} scripts={['refresh.client.js']}>
        <div data-refresh="30">
          <Notice tone={healthy ? 'good' : 'bad'} title={t(healthy ? 'overview.healthy' : 'overview.unhealthy')}>
            {healthy ? (
              <p>{t('overview.healthy.text')}</p>
            ) : (
              <ul>
                {wrong.map(({ words, href }) => (
                  <li>
                    <a href={href}>{words}</a>
                  </li>
                ))}
              </ul>
            )}
          </Notice>
          <div class="columns">
            <section class="card">
              <h2>{t('overview.feature')}</h2>
              <p>
                <Badge tone={state.tone}>{state.words}</Badge>
              </p>
              <p>
                {t('overview.edge')}:{' '}
                <Badge tone={feature.edge.state === 'absent' ? 'neutral' : 'bad'}>
                  {t(`overview.edge.${feature.edge.state}`)}
                </Badge>
              </p>
              <p>
                <a class="button" href="/admin/rollbacks">
                  {t('console.rollbacks')}
                </a>
              </p>
            </section>
            <section class="card">
              <h2>{t('console.ramps')}</h2>
              {shownRamp === null ? (
                <p>{t('overview.noRamp')}</p>
              ) : (
                <>
                  {isOver(shownRamp.ramp) ? <p class="hint">{t('overview.lastRamp')}</p> : null}
                  <RampSummary view={view} ramp={shownRamp.ramp} newest={shownRamp.decisions[0]} />
                </>
              )}
            </section>
            <section class="card">
              <h2>{t('console.incidents')}</h2>
              {incidents.length === 0 ? (
                <p>{t('console.none')}</p>
              ) : (
                <ul class="plain">
                  {incidents.slice(0, LISTED).map(({ id, title, severity }) => (
                    <li>
                      <a href={`/admin/incidents/${id}`}>{say(view, title)}</a>{' '}
                      <Badge tone={severity === 'critical' ? 'bad' : 'warn'}>{t(`console.severity.${severity}`)}</Badge>
                    </li>
                  ))}
                </ul>
              )}
              <More view={view} href="/admin/incidents?status=open" of={incidents.length} />
            </section>
            <section class="card">
              <h2>{t('console.alerts')}</h2>
              {alerts.length === 0 ? (
                <p>{t('console.none')}</p>
              ) : (
                <ul class="plain">
                  {alerts.slice(0, LISTED).map(({ id, title, severity, firedAt }) => (
                    <li>
                      <a href={`${FIRING}#${id}`}>{say(view, title)}</a>{' '}
                      <Badge tone={severity === 'critical' ? 'bad' : 'warn'}>{t(`console.severity.${severity}`)}</Badge>{' '}
                      <Time view={view} at={firedAt} zone="UTC" />
                    </li>
                  ))}
                </ul>
              )}
              <More view={view} href={FIRING} of={alerts.length} />
            </section>
            <section class="card">
              <h2>{t('console.guardrails')}</h2>
              <ul class="plain">
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
              {enrolled.length === 0 ? (
                <p>{t('console.none')}</p>
              ) : (
                <ul class="plain">
                  {enrolled.map((business) => {
                    const pilot = pilotOf.get(business.id);
                    const reason = ragReason(feature, { ...business, enrolled: true });
                    const own = incidents.some(({ businessId }) => businessId === business.id);
                    return (
                      <li>
                        <a href={`/admin/businesses/${encodeURIComponent(business.id)}`}>{business.name}</a>{' '}
                        {own ? <Badge tone="bad">{t('overview.hasIncident')}</Badge> : null}{' '}
                        {own && reason === 'ON' ? null : <RagBadge view={view} reason={reason} />}{' '}
                        {pilot === undefined ? null : (
                          <span class="hint">
                            <Time view={view} at={pilot.enabledAt} zone="UTC" /> {by(view, pilot.enabledBy)}
                          </span>
                        )}
                      </li>
                    );
                  })}
                </ul>
              )}
              <More view={view} href="/admin/businesses?enrolled=yes" of={preview.affected.length} />
            </section>
          </div>
        </div>
      </ConsoleFrame>,
    ),
  );
});

function More({ view, href, of }: { view: View; href: string; of: number }) {
  if (of <= LISTED) return null;
  return (
    <p>
      <a href={href}>{view.t('overview.all', { n: of >= COUNTED ? `${of}+` : of })}</a>
    </p>
  );
}

/** The switches that keep RAG off for everybody, with who threw them and why. */
function switchWords(view: View, { state, changed, edge }: FeatureState): string[] {
  const { t } = view;
  const saidBy = (who: string | undefined, why: string | null | undefined) =>
    `${who === undefined ? '' : ` ${by(view, who)}`}${why ? `: ${why}` : ''}`;
  return [
    ...(state === 'killed' ? [`${t('overview.killed')}${saidBy(changed?.by, changed?.reason)}`] : []),
    ...(edge.state === 'off' ? [`${t('overview.edgeOff')}${saidBy(edge.by, edge.reason)}`] : []),
    ...(edge.state === 'unreadable' ? [t('overview.edgeUnreadable')] : []),
  ];
}

/** The feature in a word. It is said to be fine only where nothing speaks against it. */
function featureBadge(
  view: View,
  { state, edge }: FeatureState,
  incidents: IncidentRow[],
  enrolled: number,
): { tone: Tone; words: string } {
  const { t } = view;
  if (state === 'killed') return { tone: 'bad', words: t('overview.feature.killed') };
  if (edge.state !== 'absent')
    return { tone: 'bad', words: t(`rag.${edge.state === 'off' ? 'KILLED_AT_EDGE' : 'EDGE_UNREADABLE'}`) };
  if (enrolled === 0) return { tone: 'neutral', words: t('overview.feature.nobody') };
  const words = t('overview.feature.on', { businesses: counted(view, enrolled, 'business') });
  return incidents.length === 0
    ? { tone: 'good', words }
    : { tone: 'warn', words: `${words}; ${counted(view, incidents.length, 'incident')}` };
}
