import { AppError } from '../../lib/errors.ts';
import { RAG_FEATURE } from '../../rollout/decide.ts';
import { DEFAULT_RAMP_PLAN, type RampStep } from '../../rollout/ramp-plan.ts';
import type { RampRow } from '../../rollout/ramp-store.ts';
import { Badge, EmptyState, Field, FormToken, Notice, Pager, Time } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { say, sayAll } from '../texts/sentences.ts';
import type { View } from '../view.ts';
import { by } from './console-fields.tsx';
import { actAndShow, actOf, ConsoleFrame, fieldsOf, idsOf, reasonOf, shortEnough } from './console-frame.tsx';
import { gateStates } from './gate-states.ts';
import { beforeOf, paged } from './paging.ts';
import { isOver, RampLink, RampSummary } from './ramp-summary.tsx';

const PAGE = 20;
const DECISIONS = 50;
/** Steps whose businesses are named one by one. */
const NAMED_STEPS = DEFAULT_RAMP_PLAN.filter(({ who }) => who.kind === 'named').map(({ name }) => name);

export const rampPages = createPages();

rampPages.get('/admin/ramps', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const [rows, [newest]] = await Promise.all([
    services.listRamps({ ...beforeOf(c), limit: PAGE + 1 }),
    services.listRamps({ feature: RAG_FEATURE, limit: 1 }),
  ]);
  const { shown, first, next } = paged(c, rows, PAGE, ({ id }) => id);
  const isOpen = newest !== undefined && !isOver(newest);
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/ramps" title={t('console.ramps')}>
        {isOpen ? null : <CreateForm view={view} />}
        {shown.length === 0 ? (
          <EmptyState title={t('ramp.empty')}>
            <p>{t('ramp.empty.text')}</p>
          </EmptyState>
        ) : (
          <ul class="markers">
            {shown.map((ramp) => (
              <li>
                <RampLink view={view} ramp={ramp} /> <Time view={view} at={ramp.createdAt} zone="UTC" />{' '}
                {by(view, ramp.createdBy)}
              </li>
            ))}
          </ul>
        )}
        <Pager view={view} first={first} next={next} />
      </ConsoleFrame>,
    ),
  );
});

function CreateForm({ view }: { view: View }) {
  const { t } = view;
  return (
    <form method="post" action="/admin/ramps" class="card">
      <FormToken view={view} />
      <h2>{t('ramp.create')}</h2>
      <p class="hint">{t('ramp.create.text')}</p>
      {NAMED_STEPS.map((name, index) => (
        <Field id={name} label={t(`ramp.${name as 'baseline'}`)}>
          <input id={name} name={name} required={index === 0} autocomplete="off" />
        </Field>
      ))}
      <button type="submit" class="primary">
        {t('ramp.create')}
      </button>
    </form>
  );
}

rampPages.post('/admin/ramps', async (c) => {
  const { one } = await fieldsOf(c);
  let shown = '/admin/ramps';
  const answer = await actAndShow(c, shown, async () => {
    const named = NAMED_STEPS.map((name) => [name, idsOf(one(name))] as const);
    if (named[0]?.[1].length === 0) {
      throw new AppError('INVALID_REQUEST', 'Name the businesses of the baseline: a ramp begins with them.');
    }
    const businesses = Object.fromEntries(named.filter(([, ids]) => ids.length > 0));
    const ramp = await c.var.services.createRamp({ feature: RAG_FEATURE, businesses }, { ...actOf(c), reason: null });
    shown = `/admin/ramps/${ramp.id}`;
    return { text: 'ramp.created' };
  });
  answer.headers.set('location', shown);
  return answer;
});

rampPages.get('/admin/ramps/:id', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const id = c.req.param('id');
  const [{ ramp, decisions }, rows] = await Promise.all([
    services.showRamp(id),
    services.listRampDecisions(id, { ...beforeOf(c), limit: DECISIONS + 1 }),
  ]);
  const { shown, first, next } = paged(c, rows, DECISIONS, (row) => row.id);
  const [newest] = decisions;
  const openStep = isOver(ramp) ? null : ramp.step;
  return c.html(
    page(
      <ConsoleFrame
        view={view}
        path="/admin/ramps"
        title={`${t('console.ramps')}: ${say(view, ramp.plan[ramp.step]?.name ?? '')}`}
        scripts={['refresh.client.js']}
      >
        <div {...(isOver(ramp) ? {} : { 'data-refresh': '30' })}>
          <section class="card">
            <RampSummary view={view} ramp={ramp} newest={newest} />
          </section>
          <div class="columns">
            <section class="card">
              <h2>{t('ramp.steps')}</h2>
              <ol>
                {ramp.plan.map((step, index) => (
                  <li aria-current={index === openStep ? 'step' : undefined}>
                    {say(view, step.name)}{' '}
                    <span class="hint">
                      {whoText(step)}, {t('ramp.holds', { n: step.holdHours })}
                    </span>{' '}
                    {index === openStep ? <Badge tone="info">{t('ramp.step')}</Badge> : null}
                  </li>
                ))}
              </ol>
            </section>
            {openStep === null ? null : (
              <section class="card">
                <h2>{t('ramp.gates')}</h2>
                <ol>
                  {gateStates({ status: ramp.status, step: ramp.step, newest }).map(([gate, state]) => {
                    const tone = state === 'open' ? 'good' : state === 'shut' ? 'bad' : 'neutral';
                    return (
                      <li>
                        {t(`ramp.gateName.${gate}`)} <Badge tone={tone}>{t(`ramp.gate.${state}`)}</Badge>
                        {state === 'shut' ? <span class="hint"> {sayAll(view, newest?.because ?? [])}</span> : null}
                      </li>
                    );
                  })}
                </ol>
              </section>
            )}
          </div>
        </div>
        {isOver(ramp) ? null : <Acts view={view} ramp={ramp} />}
        <h2>{t('ramp.decisions')}</h2>
        {shown.length === 0 ? <p>{t('ramp.decisions.none')}</p> : null}
        <ul class="markers">
          {shown.map((decision) => (
            <li>
              <Time view={view} at={decision.at} zone="UTC" />{' '}
              <Badge tone={decision.action === 'roll-back' ? 'bad' : 'neutral'}>
                {t(`ramp.action.${decision.action}`)}
              </Badge>{' '}
              {say(view, ramp.plan[decision.step]?.name ?? '')}: {sayAll(view, decision.because)}
              {decision.enrolled.length === 0 ? '' : ` → ${decision.enrolled.join(', ')}`}
            </li>
          ))}
        </ul>
        <Pager view={view} first={first} next={next} />
      </ConsoleFrame>,
    ),
  );
});

/** What a person may do about an open ramp now: only what would not be refused. */
function Acts({ view, ramp }: { view: View; ramp: RampRow }) {
  const { t } = view;
  const path = `/admin/ramps/${ramp.id}`;
  const step = ramp.plan[ramp.step];
  const next = ramp.plan[ramp.status === 'pending' ? ramp.step : ramp.step + 1];
  const mayName = next?.who.kind === 'named';
  const waits = ramp.status === 'awaiting-approval';
  const form = (
    <form method="post" action={`${path}/approve`} class={waits ? 'card' : ''}>
      <FormToken view={view} />
      {waits ? <h2>{t('ramp.approve')}</h2> : null}
      {waits ? null : <p class="hint">{t('ramp.name.text')}</p>}
      {waits && step?.securityCheck ? (
        <Field id="security" label={t('ramp.security')}>
          <input id="security" name="securityCheck" maxlength={2000} />
        </Field>
      ) : null}
      {mayName ? (
        <Field id="businesses" label={t('ramp.next', { step: next.name, who: countText(next) })}>
          <input
            id="businesses"
            name="businesses"
            required={!waits}
            autocomplete="off"
            value={next.who.kind === 'named' ? next.who.businesses.join(', ') : ''}
          />
        </Field>
      ) : null}
      <Field id="reason" label={t('console.reason')} hint={t('console.reasonHint')}>
        <input id="reason" name="reason" maxlength={2000} aria-describedby="reason-hint" />
      </Field>
      <button type="submit" class={waits ? 'primary' : ''}>
        {t(waits ? 'ramp.approve' : 'ramp.name', { step: next?.name ?? '' })}
      </button>
    </form>
  );
  return (
    <>
      {waits ? (
        form
      ) : mayName ? (
        <details class="card" open={isUnnamed(next)}>
          <summary>{t('ramp.name', { step: next.name })}</summary>
          {form}
        </details>
      ) : (
        <Notice tone="info" title={t('ramp.nothingToApprove')} />
      )}
      <div class="others">
        <details class="card" open={ramp.pausedAt !== null}>
          <summary>{t(ramp.pausedAt === null ? 'ramp.pause' : 'ramp.resume')}</summary>
          <form method="post" action={`${path}/${ramp.pausedAt === null ? 'pause' : 'resume'}`}>
            <FormToken view={view} />
            <p class="hint">{t(ramp.pausedAt === null ? 'ramp.pause.text' : 'ramp.resume.text')}</p>
            <Field id="pause-reason" label={t('console.reason')}>
              <input id="pause-reason" name="reason" required maxlength={2000} />
            </Field>
            <button type="submit">{t(ramp.pausedAt === null ? 'ramp.pause' : 'ramp.resume')}</button>
          </form>
        </details>
        <details class="card">
          <summary>{t('ramp.abort')}</summary>
          <form method="post" action={`${path}/abort`}>
            <FormToken view={view} />
            <p class="hint">{t('ramp.abort.text')}</p>
            <Field id="abort-reason" label={t('console.reason')}>
              <input id="abort-reason" name="reason" required maxlength={2000} />
            </Field>
            <button type="submit" class="danger">
              {t('ramp.abort')}
            </button>
          </form>
        </details>
      </div>
    </>
  );
}

/** Whether a step that is named one by one lacks businesses. */
function isUnnamed({ who }: RampStep): boolean {
  return who.kind === 'named' && who.businesses.length < who.atLeast;
}

function whoText(step: RampStep): string {
  const { who } = step;
  return who.kind === 'share' ? `${who.percent} %` : who.businesses.join(', ') || countText(step);
}

function countText({ who }: RampStep): string {
  if (who.kind === 'share') return `${who.percent} %`;
  return who.atLeast === who.atMost ? String(who.atLeast) : `${who.atLeast}–${who.atMost}`;
}

rampPages.post('/admin/ramps/:id/:verb{approve|pause|resume|abort}', async (c) => {
  const { id, verb } = c.req.param();
  const { one } = await fieldsOf(c);
  const { services } = c.var;
  return actAndShow(c, `/admin/ramps/${encodeURIComponent(id)}`, async () => {
    if (verb === 'approve') {
      const reason = one('reason') === '' ? null : shortEnough(one('reason'));
      const businesses = idsOf(one('businesses'));
      const { ramp: before } = await services.showRamp(id);
      const { status } = await services.approveRamp(
        {
          id,
          reason,
          ...(one('securityCheck') === '' ? {} : { securityCheck: shortEnough(one('securityCheck')) }),
          ...(businesses.length === 0 ? {} : { businesses }),
        },
        { ...actOf(c), reason },
      );
      if (before.status !== 'awaiting-approval') return { text: 'ramp.named' };
      return { text: status === 'awaiting-approval' ? 'ramp.stillWaits' : 'ramp.approved' };
    }
    const reason = reasonOf(one('reason'));
    const act = { ...actOf(c), reason };
    switch (verb) {
      case 'pause':
        await services.pauseRamp({ id, reason }, act);
        return { text: 'ramp.paused' };
      case 'resume':
        await services.resumeRamp({ id, reason }, act);
        return { text: 'ramp.resumed' };
      default:
        await services.abortRamp({ id, reason }, act);
        return { text: 'ramp.aborted' };
    }
  });
});
