import { AppError } from '../../lib/errors.ts';
import { type ArmComparison, reviewsToTell, reviewsUntilCompared } from '../../metrics/compare-arms.ts';
import { METRIC_NAMES, type MetricName } from '../../metrics/definitions.ts';
import type { MetricValue } from '../../metrics/measure.ts';
import type { BusinessExperiment, MetricReport } from '../../metrics/read-metrics.ts';
import { RAG_FEATURE } from '../../rollout/decide.ts';
import { Badge, EmptyState, Field, FormToken, Notice, Pager } from '../components.tsx';
import { page } from '../layout.tsx';
import {
  ArmHeads,
  countedShare,
  differenceText,
  share,
  shown as shownValue,
  signed,
  VERDICT_TONES,
} from '../metrics/dashboard.tsx';
import { createPages } from '../page-router.ts';
import { sayError } from '../texts/sentences.ts';
import type { PageContext, View } from '../view.ts';
import { amount, BUSINESSES_OFFERED, BusinessField } from './console-fields.tsx';
import { actAndShow, actOf, ConsoleFrame, fieldsOf, reasonOf } from './console-frame.tsx';
import { beforeOf, paged } from './paging.ts';

const PATH = '/admin/experiments';
const PAGE = 25;
const WINDOWS = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const;
const RATIO_TONES = { ok: 'good', mismatch: 'bad', 'no-data': 'neutral' } as const;

export const experimentPages = createPages();

experimentPages.get(PATH, async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const window = windowOf(c);
  const windowHours = WINDOWS[window];
  const asked = (c.req.query('businessId') ?? '').trim();
  const [found, offered] = await Promise.all([
    asked === '' ? null : businessOf(c, asked),
    services.listBusinesses({ limit: BUSINESSES_OFFERED }),
  ]);
  const one = found !== null && 'id' in found ? found : null;
  const query = { windowHours, businessId: one?.id };
  const [report, rag, control, rows] = await Promise.all([
    services.readMetrics(query),
    services.readMetrics({ ...query, arm: 'rag' }),
    services.readMetrics({ ...query, arm: 'control' }),
    one === null
      ? services.listBusinesses({
          pilots: { feature: RAG_FEATURE, enrolled: true },
          ...beforeOf(c),
          limit: PAGE + 1,
        })
      : [one],
  ]);
  const { shown, first, next } = paged(c, rows, PAGE, ({ id }) => id);
  const experiments = await services.readExperiments({ windowHours, businesses: shown });
  const nameOf = new Map(shown.map(({ id, name }) => [id, name]));
  return c.html(
    page(
      <ConsoleFrame view={view} path={PATH} title={t('console.experiments')}>
        <p>{t('experiment.lead')}</p>
        <form method="get" class="card row">
          <Field id="window" label={t('metrics.window')}>
            <select id="window" name="window">
              {(Object.keys(WINDOWS) as (keyof typeof WINDOWS)[]).map((each) => (
                <option value={each} selected={each === window}>
                  {t(`metrics.window.${each}`)}
                </option>
              ))}
            </select>
          </Field>
          <BusinessField view={view} name="businessId" label="console.business" value={asked} businesses={offered} />
          <button type="submit">{t('metrics.show')}</button>
          {asked === '' ? null : (
            <a class="button" href={`${PATH}?${new URLSearchParams({ window })}`}>
              {t('experiment.showAll')}
            </a>
          )}
        </form>
        {found !== null && 'problem' in found ? (
          <Notice tone="bad" title={t('console.failed', { why: found.problem })} />
        ) : null}
        <section class="card" aria-labelledby="verdict">
          <h2 id="verdict">{one === null ? t('experiment.all') : t('experiment.of', { business: one.name })}</h2>
          <Verdict view={view} comparison={report.comparison} ratio={report.sampleRatio} />
          <Numbers view={view} comparison={report.comparison} rag={rag} control={control} />
          <p class="hint">{t('experiment.intervalHint')}</p>
          <Ratio view={view} ratio={report.sampleRatio} />
        </section>
        <h2>{t('experiment.list')}</h2>
        {experiments.length === 0 ? (
          <EmptyState title={t('experiment.empty')}>
            <p>{t('experiment.empty.text')}</p>
          </EmptyState>
        ) : (
          <section class="scroll card" tabindex={0} aria-label={t('experiment.list')}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t('metrics.business')}</th>
                  <ArmHeads view={view} difference={t('experiment.interval')} />
                  <th scope="col">{t('console.state')}</th>
                  <th scope="col">{t('metrics.ratio')}</th>
                  <th scope="col">{t('experiment.share')}</th>
                </tr>
              </thead>
              <tbody>
                {experiments.map((experiment) => (
                  <ExperimentRow
                    view={view}
                    experiment={experiment}
                    name={nameOf.get(experiment.businessId) ?? experiment.businessId}
                    window={window}
                    back={view.here}
                  />
                ))}
              </tbody>
            </table>
          </section>
        )}
        <Pager view={view} first={first} next={next} />
      </ConsoleFrame>,
    ),
  );
});

function ExperimentRow({
  view,
  experiment,
  name,
  window,
  back,
}: {
  view: View;
  experiment: BusinessExperiment;
  name: string;
  window: string;
  back: string;
}) {
  const { t } = view;
  const { businessId, comparison, sampleRatio } = experiment;
  const { rag, control } = comparison.primary;
  const id = `share-${businessId}`;
  return (
    <tr>
      <th scope="row">
        <a href={`${PATH}?${new URLSearchParams({ window, businessId })}`}>{name}</a>
      </th>
      <td class="number">{countedShare(view, rag)}</td>
      <td class="number">{countedShare(view, control)}</td>
      <td class="number">{differenceText(view, comparison.primary)}</td>
      <td class="words">
        <Badge tone={VERDICT_TONES[comparison.verdict]}>{t(`experiment.verdict.${comparison.verdict}`)}</Badge>
        <br />
        <span class="hint">{words(view, comparison, sampleRatio.expectedShare)}</span>
      </td>
      <td>
        <Badge tone={RATIO_TONES[sampleRatio.status]}>{t(`experiment.ratio.${sampleRatio.status}`)}</Badge>
      </td>
      <td>
        <details>
          <summary>
            {share(view, sampleRatio.expectedShare)} <span class="hint">{t('experiment.change')}</span>
          </summary>
          <form method="post" action={`${PATH}/${encodeURIComponent(businessId)}/share`}>
            <FormToken view={view} />
            <input type="hidden" name="back" value={back} />
            <Field id={id} label={t('experiment.sharePercent', { business: name })} hint={t('experiment.shareHint')}>
              <input
                id={id}
                name="percent"
                type="number"
                min="0"
                max="100"
                step="1"
                required
                value={String(Math.round(sampleRatio.expectedShare * 100))}
                aria-describedby={`${id}-hint`}
              />
            </Field>
            <Field id={`${id}-reason`} label={t('console.reason')}>
              <input id={`${id}-reason`} name="reason" required maxlength={2000} />
            </Field>
            <button type="submit">{t('console.save')}</button>
          </form>
        </details>
      </td>
    </tr>
  );
}

function Verdict({
  view,
  comparison,
  ratio,
}: {
  view: View;
  comparison: ArmComparison;
  ratio: MetricReport['sampleRatio'];
}) {
  const { t } = view;
  // A split that is not what it should be says nothing about RAG, whatever the numbers look like.
  const broken = ratio.status === 'mismatch';
  return (
    <Notice
      tone={broken ? 'bad' : VERDICT_TONES[comparison.verdict]}
      title={t(broken ? 'experiment.broken' : `experiment.verdict.${comparison.verdict}`)}
    >
      <p>{broken ? t('experiment.broken.text') : words(view, comparison, ratio.expectedShare)}</p>
    </Notice>
  );
}

function Numbers({
  view,
  comparison,
  rag,
  control,
}: {
  view: View;
  comparison: ArmComparison;
  rag: MetricReport;
  control: MetricReport;
}) {
  const { t } = view;
  const valueText = ({ value, unit, denominator }: MetricValue) =>
    `${value === null ? '–' : shownValue(view, unit, value)} (n = ${amount(view, denominator)})`;
  // The metric counts what RAG brought; what the control arm made up stands beside it.
  const controlOf = (name: MetricName) =>
    name === 'hallucinationCount'
      ? { ...control.metrics[name], value: control.counters.hallucinationsWithoutRag }
      : control.metrics[name];
  return (
    <section class="scroll" tabindex={0} aria-label={t('experiment.metric')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('metrics.metric')}</th>
            <ArmHeads view={view} difference={t('experiment.interval')} />
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">
              <strong>{t('experiment.primary')}</strong>
              <p class="hint">{t('experiment.primaryHint')}</p>
            </th>
            <td class="number">{countedShare(view, comparison.primary.rag)}</td>
            <td class="number">{countedShare(view, comparison.primary.control)}</td>
            <td class="number">{differenceText(view, comparison.primary)}</td>
          </tr>
          {METRIC_NAMES.map((name) => {
            const compared = comparison.metrics[name];
            return (
              <tr data-metric={name}>
                <th scope="row" title={t(`metrics.${name}.means`)}>
                  {t(`metrics.${name}`)}
                </th>
                <td class="number">
                  {compared === undefined ? valueText(rag.metrics[name]) : countedShare(view, compared.rag)}
                </td>
                <td class="number">
                  {compared === undefined ? valueText(controlOf(name)) : countedShare(view, compared.control)}
                </td>
                <td class="number">{compared === undefined ? '–' : differenceText(view, compared)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Ratio({ view, ratio }: { view: View; ratio: MetricReport['sampleRatio'] }) {
  const { t } = view;
  return (
    <p>
      {t('metrics.ratio')}: <Badge tone={RATIO_TONES[ratio.status]}>{t(`experiment.ratio.${ratio.status}`)}</Badge>{' '}
      {t('metrics.ratio.text', {
        control: amount(view, ratio.control),
        total: amount(view, ratio.total),
        share: share(view, ratio.expectedShare),
      })}
    </p>
  );
}

/** What the comparison says, for people, in the reader's language. */
function words(view: View, comparison: ArmComparison, controlShare: number): string {
  const { t } = view;
  const { primary, verdict } = comparison;
  const { difference } = primary;
  if (verdict === 'not-enough-data' || difference === null) {
    const n = reviewsUntilCompared(primary, controlShare);
    const values = { share: share(view, controlShare) };
    return n === null
      ? t('experiment.words.no-arm', values)
      : t('experiment.words.not-enough-data', { ...values, n: amount(view, n) });
  }
  const values = {
    estimate: share(view, Math.abs(difference.estimate)),
    low: signed(view, difference.low),
    high: signed(view, difference.high),
  };
  const more = verdict === 'no-difference-seen' ? reviewsToTell(primary) : null;
  const told = t(`experiment.words.${verdict}`, values);
  return more === null ? told : `${told} ${t('experiment.words.toTell', { n: amount(view, more) })}`;
}

experimentPages.post(`${PATH}/:id/share`, async (c) => {
  const id = c.req.param('id');
  const { one } = await fieldsOf(c);
  const back = one('back').startsWith(`${PATH}?`) ? one('back') : PATH;
  return actAndShow(c, back, async () => {
    const { services, view } = c.var;
    const reason = reasonOf(one('reason'));
    const percent = Number(one('percent'));
    if (one('percent') === '' || !Number.isInteger(percent) || percent < 0 || percent > 100) {
      throw new AppError('INVALID_REQUEST', 'The control share is 0 to 100 percent.');
    }
    const { name, controlShare } = await services.patchBusiness(
      id,
      { controlShare: percent / 100 },
      { ...actOf(c), reason },
    );
    return { text: 'experiment.shareSet', values: { business: name, share: share(view, controlShare) } };
  });
});

function windowOf(c: PageContext): keyof typeof WINDOWS {
  const asked = c.req.query('window') ?? '';
  return Object.hasOwn(WINDOWS, asked) ? (asked as keyof typeof WINDOWS) : '30d';
}

async function businessOf(c: PageContext, id: string) {
  try {
    return await c.var.services.findBusiness(id);
  } catch (error) {
    if (error instanceof AppError) return { problem: sayError(c.var.view, error) };
    throw error;
  }
}
