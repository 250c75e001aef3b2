import { AppError } from '../../lib/errors.ts';
import type { BackfillProgress } from '../../retrieval/backfill/backfill.ts';
import type { BackfillEstimate } from '../../retrieval/backfill/estimate-backfill.ts';
import { Badge, EmptyState, Field, FormToken, Notice, Pager, Time, type Tone } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { sayError } from '../texts/sentences.ts';
import type { PageContext, View } from '../view.ts';
import { amount, BUSINESSES_OFFERED, BusinessField, by, counted } from './console-fields.tsx';
import { actAndShow, actOf, ConsoleFrame, fieldsOf } from './console-frame.tsx';
import { beforeOf, paged } from './paging.ts';

const PAGE = 20;
const FAILED_PAGE = 50;
const MOST_DAYS = 180;
const TONES: Record<BackfillProgress['status'], Tone> = {
  planning: 'info',
  running: 'info',
  stalled: 'bad',
  done: 'good',
  cancelled: 'neutral',
};

export const backfillPages = createPages();

backfillPages.get('/admin/backfills', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const asked = { businessId: (c.req.query('businessId') ?? '').trim(), days: Number(c.req.query('days') ?? 90) };
  const [businesses, rows, estimate] = await Promise.all([
    services.listBusinesses({ limit: BUSINESSES_OFFERED }),
    services.listBackfills({ ...beforeOf(c), limit: PAGE + 1 }),
    asked.businessId === '' ? null : estimateOf(c, asked),
  ]);
  const { shown, first, next } = paged(c, rows, PAGE, ({ id }) => id);
  const isLive = shown.some(({ finishedAt }) => finishedAt === null);
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/backfills" title={t('console.backfills')} scripts={['refresh.client.js']}>
        <form method="get" class="card">
          <h2>{t('backfill.start')}</h2>
          <p>{t('backfill.lead')}</p>
          <div class="row">
            <BusinessField
              view={view}
              name="businessId"
              label="console.business"
              value={asked.businessId}
              businesses={businesses}
              required
            />
            <Field id="days" label={t('backfill.days')}>
              <input
                id="days"
                name="days"
                type="number"
                min="1"
                max={String(MOST_DAYS)}
                value={String(asked.days)}
                required
              />
            </Field>
            <button type="submit">{t('backfill.estimate')}</button>
          </div>
        </form>
        {estimate === null ? null : 'problem' in estimate ? (
          <Notice tone="bad" title={t('console.failed', { why: estimate.problem })} />
        ) : (
          <Estimate view={view} estimate={estimate} />
        )}
        <h2>{t('backfill.list')}</h2>
        {shown.length === 0 ? (
          <EmptyState title={t('backfill.empty')}>
            <p>{t('backfill.empty.text')}</p>
          </EmptyState>
        ) : (
          <div {...(isLive ? { 'data-refresh': '5' } : {})}>
            <section class="scroll card" tabindex={0} aria-label={t('backfill.list')}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t('metrics.business')}</th>
                    <th scope="col">{t('console.state')}</th>
                    <th scope="col">{t('backfill.progressLabel')}</th>
                    <th scope="col">{t('backfill.began')}</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((row) => (
                    <tr>
                      <th scope="row">
                        <a href={`/admin/backfills/${row.id}`}>{row.businessId}</a>
                      </th>
                      <td>
                        <Badge tone={TONES[row.status]}>{t(`backfill.status.${row.status}`)}</Badge>
                      </td>
                      <td>
                        <Progress view={view} progress={row} perMinute={row.perMinute} />
                      </td>
                      <td>
                        <Time view={view} at={row.createdAt} zone="UTC" /> {by(view, row.requestedBy)}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          </div>
        )}
        <Pager view={view} first={first} next={next} />
      </ConsoleFrame>,
    ),
  );
});

/** `underway`: a backfill of the business that is not finished. */
type Estimated = BackfillEstimate & { underway: string | null };

/** What a backfill would do, whether one of the business is under way, or what is wrong with what was asked. */
async function estimateOf(
  c: PageContext,
  asked: { businessId: string; days: number },
): Promise<Estimated | { problem: string }> {
  const { services } = c.var;
  try {
    const days = daysOf(String(asked.days));
    const [estimate, [newest]] = await Promise.all([
      services.estimateBackfill({ businessId: asked.businessId, days }),
      services.listBackfills({ businessId: asked.businessId, limit: 1 }),
    ]);
    return { ...estimate, underway: newest?.finishedAt === null ? newest.id : null };
  } catch (error) {
    if (error instanceof AppError) return { problem: sayError(c.var.view, error) };
    throw error;
  }
}

function Estimate({ view, estimate }: { view: View; estimate: Estimated }) {
  const { t } = view;
  const { businessId, days, total, sampled, underway } = estimate;
  const facts = [
    ['total', amount(view, total)],
    ['toEmbed', amount(view, estimate.toEmbed)],
    ['toSkip', amount(view, estimate.toSkip)],
    ['tokens', amount(view, estimate.tokens)],
    ['cost', estimate.cost === null ? t('backfill.costUnknown') : dollars(view, estimate.cost)],
    ['model', estimate.model],
  ] as const;
  return (
    <form method="post" action="/admin/backfills" class="card">
      <FormToken view={view} />
      <input type="hidden" name="businessId" value={businessId} />
      <input type="hidden" name="days" value={String(days)} />
      <h2>{t('backfill.estimated', { business: businessId, days })}</h2>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <>
            <dt>{t(`backfill.estimate.${name}`)}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      {sampled < total ? <p>{t('backfill.estimate.sampled', { n: amount(view, sampled) })}</p> : null}
      {underway !== null ? (
        <p>
          {t('backfill.underway')} <a href={`/admin/backfills/${underway}`}>{underway}</a>
        </p>
      ) : total === 0 ? (
        <p>{t('backfill.estimate.nothing')}</p>
      ) : (
        <>
          {estimate.toEmbed === 0 ? <p>{t('backfill.estimate.indexed')}</p> : null}
          <button type="submit" class={estimate.toEmbed === 0 ? '' : 'primary'}>
            {t('backfill.begin')}
          </button>
        </>
      )}
    </form>
  );
}

function Progress({ view, progress, perMinute }: { view: View; progress: BackfillProgress; perMinute: number }) {
  const { t } = view;
  const { done, skipped, failed, total } = progress;
  const settled = done + skipped + failed;
  const numbers = { done, skipped, failed, total };
  const text = t(
    'backfill.progress',
    Object.fromEntries(Object.entries(numbers).map(([name, n]) => [name, amount(view, n)])),
  );
  const running = progress.finishedAt === null;
  return (
    <>
      <progress max={Math.max(1, total)} value={settled} aria-label={t('backfill.progressLabel')}>
        {text}
      </progress>
      <br />
      {text}
      {running ? <span class="hint"> · {t('backfill.rate', { n: amount(view, perMinute) })}</span> : null}
      {running && progress.status === 'running' && perMinute > 0 ? (
        <span class="hint">
          , {t('backfill.left', { n: amount(view, Math.max(1, Math.ceil((total - settled) / perMinute))) })}
        </span>
      ) : null}
    </>
  );
}

backfillPages.get('/admin/backfills/:id', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const id = c.req.param('id');
  const [progress, perMinute, failedRows, letterRows] = await Promise.all([
    services.findBackfill(id),
    services.backfillRate(id),
    services.listDeadLetters(id, { ...beforeOf(c, 'failed'), limit: FAILED_PAGE + 1 }),
    services.listBackfillLetters(id, { ...beforeOf(c, 'letter'), limit: PAGE + 1 }),
  ]);
  const failed = paged(c, failedRows, FAILED_PAGE, (row) => row.id, 'failed');
  const letters = paged(c, letterRows, PAGE, (row) => row.id, 'letter');
  const { businessId, status, finishedAt } = progress;
  const path = `/admin/backfills/${encodeURIComponent(id)}`;
  return c.html(
    page(
      <ConsoleFrame
        view={view}
        path="/admin/backfills"
        title={`${t('console.backfills')}: ${businessId}`}
        scripts={['refresh.client.js']}
      >
        <section class="card" {...(finishedAt === null ? { 'data-refresh': '3' } : {})}>
          {status !== 'stalled' ? null : (
            <Notice tone="bad" title={t('backfill.stalled.title', { at: progress.lastBatchAt.toISOString() })}>
              <p>{t('backfill.stalled.text')}</p>
            </Notice>
          )}
          <p>
            <Badge tone={TONES[status]}>{t(`backfill.status.${status}`)}</Badge>
          </p>
          <p>
            <Progress view={view} progress={progress} perMinute={perMinute} />
          </p>
          <form method="post" action={`${path}/cancel`} class="row">
            <FormToken view={view} />
            {finishedAt === null ? (
              <>
                <button type="submit" class="danger">
                  {t('backfill.cancel')}
                </button>
                <p class="hint">{t('backfill.cancelHint')}</p>
              </>
            ) : null}
            {progress.failed > 0 || status === 'cancelled' ? (
              <button type="submit" formaction={`${path}/retry`}>
                {t(progress.failed > 0 ? 'backfill.retry' : 'backfill.goOn')}
              </button>
            ) : null}
          </form>
        </section>
        <section class="card">
          <h2>{t('backfill.details')}</h2>
          <dl class="facts">
            <dt>{t('metrics.business')}</dt>
            <dd>
              <a href={`/admin/businesses/${encodeURIComponent(businessId)}`}>{businessId}</a>
            </dd>
            <dt>{t('backfill.window')}</dt>
            <dd>
              <Time view={view} at={progress.since} zone="UTC" /> – <Time view={view} at={progress.until} zone="UTC" />
            </dd>
            <dt>{t('backfill.began')}</dt>
            <dd>
              <Time view={view} at={progress.createdAt} zone="UTC" /> {by(view, progress.requestedBy)}
            </dd>
            <dt>{t('backfill.lastBatch')}</dt>
            <dd>
              <Time view={view} at={progress.lastBatchAt} zone="UTC" />
            </dd>
            {finishedAt === null ? null : (
              <>
                <dt>{t('backfill.finished')}</dt>
                <dd>
                  <Time view={view} at={finishedAt} zone="UTC" />
                </dd>
              </>
            )}
            <dt>{t('backfill.used')}</dt>
            <dd>
              {t('backfill.used.text', {
                tokens: amount(view, progress.tokens),
                requests: amount(view, progress.requests),
              })}{' '}
              ({progress.model})
            </dd>
          </dl>
        </section>
        <h2 id="failed">{t('backfill.failed')}</h2>
        {failed.shown.length === 0 ? (
          <p>{t('backfill.failed.none')}</p>
        ) : (
          <section class="scroll card" tabindex={0} aria-label={t('backfill.failed')}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t('backfill.failed.message')}</th>
                  <th scope="col">{t('backfill.failed.why')}</th>
                  <th scope="col" class="number">
                    {t('backfill.failed.attempts')}
                  </th>
                  <th scope="col">{t('console.when')}</th>
                </tr>
              </thead>
              <tbody>
                {failed.shown.map((item) => (
                  <tr>
                    <th scope="row">
                      <code>{item.messageId}</code>
                    </th>
                    <td>{item.reason ?? '–'}</td>
                    <td class="number">{item.attempts}</td>
                    <td>
                      <Time view={view} at={item.at} zone="UTC" />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
        <Pager view={view} first={failed.first} next={failed.next} />
        <h2>{t('backfill.letters')}</h2>
        <p class="hint">{t('backfill.letters.lead')}</p>
        {letters.shown.length === 0 ? (
          <p>{t('backfill.letters.none')}</p>
        ) : (
          <ul class="markers">
            {letters.shown.map((letter) => (
              <li>
                <Time view={view} at={letter.at} zone="UTC" /> <code>{letter.id}</code>{' '}
                {counted(view, mailsOf(letter.body), 'mail')}, {t('backfill.failed.attempts')}: {letter.attempts}
                <details>
                  <summary>{t('backfill.details')}</summary>
                  <pre>{JSON.stringify(letter.body, null, 2)}</pre>
                </details>
              </li>
            ))}
          </ul>
        )}
        <Pager view={view} first={letters.first} next={letters.next} />
      </ConsoleFrame>,
    ),
  );
});

backfillPages.post('/admin/backfills', async (c) => {
  const { one } = await fieldsOf(c);
  let shown = '/admin/backfills';
  const answer = await actAndShow(c, shown, async () => {
    const { backfill } = await c.var.services.startBackfill({
      businessId: one('businessId'),
      days: daysOf(one('days')),
      source: 'api',
      ...actOf(c),
    });
    shown = `/admin/backfills/${backfill.id}`;
    return { text: 'backfill.begun' };
  });
  answer.headers.set('location', shown);
  return answer;
});

backfillPages.post('/admin/backfills/:id/:verb{cancel|retry}', (c) => {
  const { id, verb } = c.req.param();
  return actAndShow(c, `/admin/backfills/${encodeURIComponent(id)}`, async () => {
    const { services, view } = c.var;
    await (verb === 'cancel' ? services.cancelBackfill(id, actOf(c)) : services.retryBackfill(id, actOf(c)));
    return { text: 'console.done', values: { what: view.t(verb === 'cancel' ? 'backfill.cancel' : 'backfill.retry') } };
  });
});

function daysOf(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS) {
    throw new AppError('INVALID_REQUEST', `Days are 1 to ${MOST_DAYS}.`);
  }
  return days;
}

function mailsOf(body: unknown): number {
  const ids = typeof body === 'object' && body !== null && 'ids' in body ? body.ids : [];
  return Array.isArray(ids) ? ids.length : 0;
}

function dollars(view: View, cost: number): string {
  return new Intl.NumberFormat(view.language, {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: cost < 1 ? 4 : 2,
  }).format(cost);
}
