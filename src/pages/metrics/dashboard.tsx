import { type ArmComparison, REVIEWS_AN_ARM } from '../../metrics/compare-arms.ts';
import { type Limit, METRIC_NAMES, METRICS, type MetricName } from '../../metrics/definitions.ts';
import type { MetricState, MetricValue } from '../../metrics/measure.ts';
import type { BusinessMetrics, MetricPoint, MetricReport } from '../../metrics/read-metrics.ts';
import type { RolloutMarker } from '../../metrics/rollout-markers.ts';
import type { BusinessRag, RolloutNow } from '../../metrics/rollout-now.ts';
import { Badge, EmptyState, Field, Notice, Pager, Time, type Tone } from '../components.tsx';
import { BusinessField, by, counted, RagBadge } from '../console/console-fields.tsx';
import { Layout } from '../layout.tsx';
import { say } from '../texts/sentences.ts';
import type { View } from '../view.ts';
import { Bar, BarChart, TrendChart } from './charts.tsx';

export interface DashboardData {
  query: { window: string; businessId: string | undefined; arm: string | undefined };
  report: MetricReport;
  series: { bucket: 'hour' | 'day'; points: MetricPoint[]; markers: RolloutMarker[] };
  businesses: BusinessMetrics[];
  now: RolloutNow;
  /** For the picker. */
  names: { id: string; name: string }[];
  csv: string;
  /** What was wrong with the address, where something was. */
  problem: string | null;
  /** Page of the table of businesses, from 0. */
  page: number;
}

const WINDOWS = ['24h', '7d', '30d'] as const;
const ARMS = ['rag', 'control', 'none'] as const;
const TONES: Record<MetricState, Tone> = {
  ok: 'good',
  'off-target': 'warn',
  alert: 'bad',
  'not-enough-data': 'neutral',
};
/** Metrics that have a value in every bucket with a sample: counts and latencies are not told apart by time. */
const DRAWN = METRIC_NAMES.filter((name) => METRICS[name].kind === 'rate');
const BUSINESSES_SHOWN = 50;

export function DashboardPage({ view, data }: { view: View; data: DashboardData }) {
  const { t } = view;
  const { report } = data;
  return (
    <Layout view={view} title={t('metrics.title')} current="metrics" scripts={['refresh.client.js']} wide>
      <div class="head-row">
        <h1>{t('metrics.title')}</h1>
        <a class="button" href={data.csv}>
          {t('metrics.csv')}
        </a>
      </div>
      <Pickers view={view} data={data} />
      {data.problem === null ? null : <Notice tone="bad" title={t('console.failed', { why: data.problem })} />}
      <div data-refresh="60">
        <p class="hint">
          {t('metrics.asOf')} <Time view={view} at={report.to} zone="UTC" />. {t('metrics.refreshes')}
          {report.pipelineVersions.length === 0
            ? null
            : ` ${t('metrics.pipeline')}: ${report.pipelineVersions.join(', ')}.`}
        </p>
        <Now view={view} data={data} />
        {report.counters.asked + report.counters.skipped === 0 && report.counters.approved === 0 ? (
          <EmptyState title={t('metrics.empty')}>
            <p>{t('metrics.empty.text')}</p>
          </EmptyState>
        ) : (
          <Numbers view={view} data={data} />
        )}
      </div>
    </Layout>
  );
}

/** What a rollback changes at once, while the window's numbers are still those of before. */
function Now({ view, data: { now, query } }: { view: View; data: DashboardData }) {
  const { t } = view;
  const { on, pilots, rolledBack, ready, quarantined, withoutMail } = now;
  const inbox = (show: string) =>
    `/inbox?${new URLSearchParams({ show, ...(query.businessId === undefined ? {} : { business: query.businessId }) })}`;
  return (
    <section class="card" aria-labelledby="now">
      <h2 id="now">{t('metrics.now')}</h2>
      <p>
        <Badge tone={on === pilots && on > 0 ? 'good' : on === 0 ? 'bad' : 'warn'}>
          {t('metrics.now.on', { on, pilots })}
        </Badge>{' '}
        {rolledBack === 0 ? null : <Badge tone="bad">{t('metrics.now.rolledBack', { n: rolledBack })}</Badge>}{' '}
        <a href={inbox('READY')}>{t('metrics.now.ready', { n: ready })}</a>
        {' · '}
        <a href={inbox('QUARANTINED')}>{t('metrics.now.quarantined', { n: quarantined })}</a>
      </p>
      {withoutMail === 0 ? null : <p class="hint">{t('metrics.now.withoutMail', { n: withoutMail })}</p>}
    </section>
  );
}

/** On, or who took it away and when. */
function RagCell({ view, rag }: { view: View; rag: BusinessRag | undefined }) {
  const { t } = view;
  if (rag === undefined) return <RagBadge view={view} reason="NOT_ENROLLED" />;
  const { off, reason } = rag;
  if (off === null) return <RagBadge view={view} reason={reason} />;
  return (
    <>
      <Badge tone="bad">{t(`metrics.rag.${off.how}`)}</Badge> <Time view={view} at={off.at} zone="UTC" />{' '}
      {by(view, off.by)}
    </>
  );
}

function Pickers({ view, data }: { view: View; data: DashboardData }) {
  const { t } = view;
  const { query } = data;
  return (
    <form method="get" action="/admin/metrics/rag-pilot" class="row card">
      <Field id="window" label={t('metrics.window')}>
        <select id="window" name="window">
          {[...new Set([...WINDOWS, query.window])].map((window) => (
            <option value={window} selected={window === query.window}>
              {(WINDOWS as readonly string[]).includes(window)
                ? t(`metrics.window.${window as (typeof WINDOWS)[number]}`)
                : window}
            </option>
          ))}
        </select>
      </Field>
      <Field id="arm" label={t('metrics.arm')}>
        <select id="arm" name="arm">
          <option value="">{t('metrics.arm.all')}</option>
          {ARMS.map((arm) => (
            <option value={arm} selected={arm === query.arm}>
              {t(`metrics.arm.${arm}`)}
            </option>
          ))}
        </select>
      </Field>
      <BusinessField
        view={view}
        name="businessId"
        label="console.business"
        value={query.businessId ?? ''}
        businesses={data.names}
      />
      <button type="submit">{t('metrics.show')}</button>
    </form>
  );
}

function Numbers({ view, data }: { view: View; data: DashboardData }) {
  const { t } = view;
  const { report } = data;
  const { latency, fast } = { latency: report.metrics.ragLatencyP95, fast: report.fastApprovals };
  const parts = [
    ['total', latency.value],
    ['embedding', latency.embedding ?? null],
    ['search', latency.search ?? null],
  ] as const;
  const most = Math.max(0, ...parts.map(([, value]) => value ?? 0));
  return (
    <>
      <ul class="tiles">
        {METRIC_NAMES.map((name) => (
          <Tile view={view} name={name} metric={report.metrics[name]} />
        ))}
      </ul>
      {report.retrying + report.counters.blocked === 0 ? null : (
        <p>
          {report.retrying === 0 ? '' : t('metrics.retrying', { n: report.retrying })}{' '}
          {report.counters.blocked === 0 ? '' : t('metrics.blocked', { n: report.counters.blocked })}
        </p>
      )}
      <Trends view={view} data={data} />
      <div class="columns">
        <section class="card" aria-labelledby="latency">
          <h2 id="latency">{t('metrics.latency')}</h2>
          {latency.value === null ? (
            <p>{t('metrics.none')}</p>
          ) : (
            <dl class="bars">
              {parts.map(([part, value]) => (
                <>
                  <dt>{t(`metrics.latency.${part}`)}</dt>
                  <dd>
                    <Bar value={value ?? 0} most={most} /> {value === null ? '–' : `${Math.round(value)} ms`}
                  </dd>
                </>
              ))}
            </dl>
          )}
        </section>
        <section class="card" aria-labelledby="edits">
          <h2 id="edits">{t('metrics.edits')}</h2>
          {report.counters.approved === 0 ? (
            <p>{t('metrics.none')}</p>
          ) : (
            <>
              <BarChart
                values={report.editHistogram}
                label={report.editHistogram.map((count, bin) => `${bin * 10}–${bin * 10 + 10} %: ${count}`).join(', ')}
              />
              <div class="axis" aria-hidden="true">
                <span>0 %</span>
                <span>50 %</span>
                <span>100 %</span>
              </div>
              {fast.count === 0 ? null : <p>{t('metrics.fast', fast)}</p>}
            </>
          )}
        </section>
      </div>
      <Comparison view={view} report={report} />
      <Businesses view={view} data={data} />
    </>
  );
}

function Tile({ view, name, metric }: { view: View; name: MetricName; metric: MetricValue }) {
  const { t } = view;
  return (
    <li class={`tile tile-${TONES[metric.state]}`} data-metric={name}>
      <h2 title={t(`metrics.${name}.means`)}>{t(`metrics.${name}`)}</h2>
      <p class="tile-value" data-value={metric.value === null ? '' : String(metric.value)}>
        {metric.value === null ? '–' : shown(view, metric.unit, metric.value)}
      </p>
      <p>
        <Badge tone={TONES[metric.state]}>{t(`metrics.state.${metric.state}`)}</Badge>{' '}
        {metric.needed > 0 ? t('metrics.needed', { n: metric.needed }) : ''}
      </p>
      <p class="hint">
        {metric.unit === 'ms'
          ? `n = ${metric.denominator}`
          : t('metrics.of', { numerator: metric.numerator, denominator: metric.denominator })}
        {metric.interval === null ? null : (
          <>
            <br />
            {t('metrics.interval', {
              low: shown(view, metric.unit, metric.interval.low),
              high: shown(view, metric.unit, metric.interval.high),
            })}
          </>
        )}
        <br />
        {t('metrics.target')}: {name === 'hallucinationCount' ? '0' : limitText(view, metric.unit, metric.target)}
      </p>
      <p class="hint">{t(`metrics.${name}.means`)}</p>
    </li>
  );
}

function Trends({ view, data }: { view: View; data: DashboardData }) {
  const { t } = view;
  const { series, report } = data;
  const marks = series.markers.map((marker) => ({
    at: Date.parse(marker.at),
    text: `${t(`metrics.marker.${marker.kind}`)}: ${markerWords(view, marker)}`,
  }));
  return (
    <section aria-labelledby="trends">
      <h2 id="trends">
        {t('metrics.trends')} <span class="hint">{t(`metrics.trends.${series.bucket}`)}</span>
      </h2>
      <ul class="trends">
        {DRAWN.map((name) => {
          const points = series.points.map(({ at, metrics }) => ({ at: Date.parse(at), value: metrics[name].value }));
          const values = points.flatMap(({ value }) => value ?? []);
          const { target } = METRICS[name];
          return (
            <li class="card">
              <h3>{t(`metrics.${name}`)}</h3>
              {values.length === 0 ? (
                <p class="hint">{t('metrics.none')}</p>
              ) : (
                <TrendChart
                  points={points}
                  domain={{ from: report.from.getTime(), to: report.to.getTime(), low: 0, high: 1 }}
                  target={target.is === 'between' ? [target.low, target.high] : [target.value]}
                  marks={marks}
                  label={t('metrics.trend.alt', {
                    metric: t(`metrics.${name}`),
                    first: shown(view, 'share', values[0] ?? 0),
                    last: shown(view, 'share', values.at(-1) ?? 0),
                    low: shown(view, 'share', Math.min(...values)),
                    high: shown(view, 'share', Math.max(...values)),
                  })}
                />
              )}
            </li>
          );
        })}
      </ul>
      <details>
        <summary>{t('metrics.numbers')}</summary>
        <section class="scroll" tabindex={0} aria-label={t('metrics.numbers')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('metrics.time')}</th>
                <th scope="col" class="number">
                  {t('metrics.drafts')}
                </th>
                {DRAWN.map((name) => (
                  <th scope="col" class="number">
                    {t(`metrics.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {series.points.map(({ at, counters, metrics }) => (
                <tr>
                  <th scope="row">
                    <Time view={view} at={new Date(at)} zone="UTC" />
                  </th>
                  <td class="number">{counters.asked}</td>
                  {DRAWN.map((name) => (
                    <td class="number">{share(view, metrics[name].value)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
      <h3>{t('metrics.markers')}</h3>
      {series.markers.length === 0 ? (
        <p class="hint">{t('metrics.markers.empty')}</p>
      ) : (
        <ul class="markers">
          {series.markers.map((marker) => (
            <li>
              <Badge tone={marker.kind === 'rollback' ? 'bad' : marker.kind === 'restore' ? 'good' : 'info'}>
                {t(`metrics.marker.${marker.kind}`)}
              </Badge>{' '}
              <Time view={view} at={new Date(marker.at)} zone="UTC" /> {markerWords(view, marker)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function markerWords(view: View, { level, reason, action, step }: RolloutMarker): string {
  const { t } = view;
  if (level === null) {
    return t('metrics.marker.step', { action: action === null ? '–' : t(`ramp.action.${action}`), n: step ?? '–' });
  }
  return `${t(`rollback.level.${level}`)}${reason === null ? '' : `: ${say(view, reason)}`}`;
}

function Comparison({ view, report }: { view: View; report: MetricReport }) {
  const { t } = view;
  const { comparison, sampleRatio } = report;
  const rows = [
    ['', comparison.primary] as const,
    ...METRIC_NAMES.flatMap((name) => {
      const compared = comparison.metrics[name];
      return compared === undefined ? [] : [[name, compared] as const];
    }),
  ];
  return (
    <section class="card" aria-labelledby="comparison">
      <h2 id="comparison">{t('metrics.comparison')}</h2>
      <Notice tone={VERDICT_TONES[comparison.verdict]} title={t(`metrics.comparison.${comparison.verdict}`)}>
        <p>{comparisonWords(view, comparison)}</p>
      </Notice>
      <section class="scroll" tabindex={0} aria-label={t('metrics.comparison')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('metrics.metric')}</th>
              <ArmHeads view={view} difference={t('metrics.difference')} />
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, compared]) => (
              <tr>
                <th scope="row">{name === '' ? t('metrics.comparison.lead') : t(`metrics.${name}`)}</th>
                <td class="number">{countedShare(view, compared.rag)}</td>
                <td class="number">{countedShare(view, compared.control)}</td>
                <td class="number">{differenceText(view, compared)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p>
        {t('metrics.ratio')}:{' '}
        <Badge tone={sampleRatio.status === 'mismatch' ? 'bad' : 'neutral'}>
          {t(`metrics.ratio.${sampleRatio.status}`)}
        </Badge>{' '}
        {t('metrics.ratio.text', {
          control: sampleRatio.control,
          total: sampleRatio.total,
          share: share(view, sampleRatio.expectedShare),
        })}
      </p>
    </section>
  );
}

function Businesses({ view, data }: { view: View; data: DashboardData }) {
  const { t } = view;
  const names = new Map(data.names.map(({ id, name }) => [id, name]));
  const ragOf = new Map(data.now.businesses.map((rag) => [rag.businessId, rag]));
  if (data.businesses.length === 0) return null;
  const columns = [
    'draftSuccessRate',
    'verificationRate',
    'ragHitRate',
    'approvalRate',
    'editDistance',
    'hallucinationCount',
  ] as const;
  const link = (id: string) =>
    `/admin/metrics/rag-pilot?${new URLSearchParams({ window: data.query.window, businessId: id })}`;
  const start = data.page * BUSINESSES_SHOWN;
  const pageLink = (number: number) => {
    const { window, businessId, arm } = data.query;
    const asked = { window, ...(businessId ? { businessId } : {}), ...(arm ? { arm } : {}) };
    return `/admin/metrics/rag-pilot?${new URLSearchParams({ ...asked, page: String(number) })}#businesses`;
  };
  return (
    <section class="card" aria-labelledby="businesses">
      <h2 id="businesses">{t('metrics.businesses')}</h2>
      <section class="scroll" tabindex={0} aria-label={t('metrics.businesses')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('metrics.business')}</th>
              <th scope="col">{t('metrics.rag')}</th>
              <th scope="col" class="number">
                {t('metrics.drafts')}
              </th>
              {columns.map((name) => (
                <th scope="col" class="number">
                  {t(`metrics.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.businesses.slice(start, start + BUSINESSES_SHOWN).map(({ businessId, counters, metrics }) => (
              <tr>
                <th scope="row">
                  <a href={link(businessId)}>{names.get(businessId) ?? businessId}</a>
                </th>
                <td>
                  <RagCell view={view} rag={ragOf.get(businessId)} />
                </td>
                <td class="number">{counters.asked}</td>
                {columns.map((name) => (
                  <td class={`number state-${TONES[metrics[name].state]}`}>
                    {metrics[name].value === null ? '–' : shown(view, metrics[name].unit, metrics[name].value ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Pager
        view={view}
        first={data.page === 0 ? null : pageLink(0)}
        next={data.businesses.length > start + BUSINESSES_SHOWN ? pageLink(data.page + 1) : null}
      />
    </section>
  );
}

/** The API's sentence in the reader's language. */
function comparisonWords(view: View, { verdict, primary }: MetricReport['comparison']): string {
  const { rag, control, difference } = primary;
  if (verdict === 'not-enough-data' || difference === null) {
    const missing = [
      [REVIEWS_AN_ARM - rag.n, 'reviewRag'],
      [REVIEWS_AN_ARM - control.n, 'reviewControl'],
    ] as const;
    const what = missing.filter(([n]) => n > 0).map(([n, of]) => counted(view, n, of));
    return view.t('metrics.words.not-enough-data', { what: new Intl.ListFormat(view.language).format(what) });
  }
  return view.t('metrics.words.difference', {
    estimate: signed(view, difference.estimate),
    low: signed(view, difference.low),
    high: signed(view, difference.high),
  });
}

export const VERDICT_TONES = {
  better: 'good',
  worse: 'bad',
  'no-difference-seen': 'info',
  'not-enough-data': 'neutral',
} as const;

/** The columns of a table that sets RAG beside the control arm. */
export function ArmHeads({ view, difference }: { view: View; difference: string }) {
  return (
    <>
      <th scope="col" class="number">
        {view.t('metrics.arm.rag')}
      </th>
      <th scope="col" class="number">
        {view.t('metrics.arm.control')}
      </th>
      <th scope="col" class="number">
        {difference}
      </th>
    </>
  );
}

export function differenceText(view: View, { difference }: Pick<ArmComparison['primary'], 'difference'>): string {
  if (difference === null) return '–';
  const { estimate, low, high } = difference;
  return `${signed(view, estimate)} (${signed(view, low)} … ${signed(view, high)})`;
}

export function countedShare(view: View, { successes, n }: { successes: number; n: number }): string {
  return n === 0 ? '–' : `${share(view, successes / n)} (${successes}/${n})`;
}

export function signed(view: View, value: number): string {
  return new Intl.NumberFormat(view.language, {
    style: 'percent',
    maximumFractionDigits: 1,
    signDisplay: 'always',
  }).format(value);
}

export function share(view: View, value: number | null): string {
  return value === null ? '–' : shown(view, 'share', value);
}

export function shown(view: View, unit: MetricValue['unit'], value: number): string {
  switch (unit) {
    case 'share':
      return new Intl.NumberFormat(view.language, { style: 'percent', maximumFractionDigits: 1 }).format(value);
    case 'ms':
      return `${new Intl.NumberFormat(view.language, { maximumFractionDigits: 0 }).format(value)} ms`;
    case 'count':
      return new Intl.NumberFormat(view.language).format(value);
  }
}

function limitText(view: View, unit: MetricValue['unit'], limit: Limit): string {
  const { t } = view;
  if (limit.is === 'between') {
    return t('metrics.between', { low: shown(view, unit, limit.low), high: shown(view, unit, limit.high) });
  }
  return t(`metrics.${limit.is}`, { value: shown(view, unit, limit.value) });
}
