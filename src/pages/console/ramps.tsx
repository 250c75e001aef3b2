import { RAG_FEATURE } from '../../rollout/decide.ts';
import { Badge, EmptyState, Field, FormToken, Time } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { actAndShow, actOf, ConsoleFrame, fieldsOf, idsOf } from './console-frame.tsx';
import { gateStates } from './gate-states.ts';
import { isOver, RampBadge } from './ramp-summary.tsx';

const SHOWN = 50;

export const rampPages = createPages();

rampPages.get('/admin/ramps', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const ramps = await services.listRamps({ limit: SHOWN });
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/ramps" title={t('console.ramps')}>
        {ramps.length === 0 ? (
          <EmptyState title={t('ramp.empty')}>
            <p>{t('ramp.empty.text')}</p>
          </EmptyState>
        ) : (
          <ul class="markers">
            {ramps.map((ramp) => (
              <li>
                <a href={`/admin/ramps/${ramp.id}`}>{ramp.plan[ramp.step]?.name ?? ramp.id}</a>{' '}
                <RampBadge view={view} status={ramp.status} /> <Time view={view} at={ramp.createdAt} zone="UTC" />{' '}
                {t('console.by', { who: ramp.createdBy })}
              </li>
            ))}
          </ul>
        )}
        {ramps.some((ramp) => !isOver(ramp)) ? null : (
          <form method="post" action="/admin/ramps" class="card">
            <FormToken view={view} />
            <h2>{t('ramp.create')}</h2>
            <Field id="baseline" label={t('ramp.baseline')}>
              <input id="baseline" name="baseline" required />
            </Field>
            <Field id="pilot" label={t('ramp.pilot')}>
              <input id="pilot" name="pilot" />
            </Field>
            <button type="submit">{t('ramp.create')}</button>
          </form>
        )}
      </ConsoleFrame>,
    ),
  );
});

rampPages.post('/admin/ramps', async (c) => {
  const { one } = await fieldsOf(c);
  return actAndShow(c, '/admin/ramps', async () => {
    const named = { baseline: idsOf(one('baseline')), pilot: idsOf(one('pilot')) };
    const businesses = Object.fromEntries(Object.entries(named).filter(([, ids]) => ids.length > 0));
    await c.var.services.createRamp({ feature: RAG_FEATURE, businesses }, { ...actOf(c), reason: null });
    return { text: 'console.done', values: { what: c.var.view.t('ramp.create') } };
  });
});

rampPages.get('/admin/ramps/:id', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const { ramp, decisions } = await services.showRamp(c.req.param('id'));
  const [newest] = decisions;
  const path = `/admin/ramps/${ramp.id}`;
  const over = isOver(ramp);
  return c.html(
    page(
      <ConsoleFrame
        view={view}
        path="/admin/ramps"
        title={`${t('console.ramps')}: ${ramp.plan[ramp.step]?.name ?? ''}`}
      >
        <p>
          <RampBadge view={view} status={ramp.status} />{' '}
          {ramp.pausedBy === null ? '' : `${t('console.by', { who: ramp.pausedBy })}: ${ramp.pauseReason ?? ''}`}
        </p>
        <div class="columns">
          <section class="card">
            <h2>{t('ramp.steps')}</h2>
            <ol>
              {ramp.plan.map((step, index) => (
                <li aria-current={index === ramp.step ? 'step' : undefined}>
                  {step.name}{' '}
                  <span class="hint">
                    {step.who.kind === 'share'
                      ? `${step.who.percent} %`
                      : step.who.businesses.join(', ') || `${step.who.atLeast}–${step.who.atMost}`}
                    , {step.holdHours} h
                  </span>{' '}
                  {index === ramp.step ? <Badge tone="info">{t('ramp.step')}</Badge> : null}
                </li>
              ))}
            </ol>
          </section>
          <section class="card">
            <h2>{t('ramp.gates')}</h2>
            <ol>
              {gateStates({ status: ramp.status, step: ramp.step, newest }).map(([gate, state]) => {
                const tone = state === 'open' ? 'good' : state === 'shut' ? 'bad' : 'neutral';
                return (
                  <li>
                    {t(`ramp.gateName.${gate}`)} <Badge tone={tone}>{t(`ramp.gate.${state}`)}</Badge>
                    {state === 'shut' ? <span class="hint"> {newest?.because.join('; ')}</span> : null}
                  </li>
                );
              })}
            </ol>
          </section>
        </div>
        {over ? null : (
          <>
            <form method="post" action={`${path}/approve`} class="card">
              <FormToken view={view} />
              <h2>{t('ramp.approve')}</h2>
              <Field id="reason" label={t('console.reason')}>
                <input id="reason" name="reason" maxlength={2000} />
              </Field>
              <Field id="security" label={t('ramp.security')}>
                <input id="security" name="securityCheck" maxlength={2000} />
              </Field>
              <Field id="businesses" label={t('ramp.next')}>
                <input id="businesses" name="businesses" />
              </Field>
              <button type="submit" class="primary">
                {t('ramp.approve')}
              </button>
            </form>
            <form method="post" action={`${path}/${ramp.pausedAt === null ? 'pause' : 'resume'}`} class="card row">
              <FormToken view={view} />
              <Field id="pause-reason" label={t('console.reason')}>
                <input id="pause-reason" name="reason" maxlength={2000} />
              </Field>
              <button type="submit">{t(ramp.pausedAt === null ? 'ramp.pause' : 'ramp.resume')}</button>
              <button type="submit" class="danger" formaction={`${path}/abort`}>
                {t('ramp.abort')}
              </button>
            </form>
          </>
        )}
        <h2>{t('ramp.decisions')}</h2>
        <ul class="markers">
          {decisions.map((decision) => (
            <li>
              <Time view={view} at={decision.at} zone="UTC" />{' '}
              <Badge tone={decision.action === 'roll-back' ? 'bad' : 'neutral'}>{decision.action}</Badge>{' '}
              {decision.because.join('; ')}
              {decision.enrolled.length === 0 ? '' : ` → ${decision.enrolled.join(', ')}`}
            </li>
          ))}
        </ul>
      </ConsoleFrame>,
    ),
  );
});

rampPages.post('/admin/ramps/:id/:verb{approve|pause|resume|abort}', async (c) => {
  const { id, verb } = c.req.param();
  const { one } = await fieldsOf(c);
  const { services, view } = c.var;
  const reason = one('reason') === '' ? null : one('reason').slice(0, 2_000);
  return actAndShow(c, `/admin/ramps/${encodeURIComponent(id)}`, async () => {
    switch (verb) {
      case 'approve': {
        const businesses = idsOf(one('businesses'));
        await services.approveRamp(
          {
            id,
            reason,
            ...(one('securityCheck') === '' ? {} : { securityCheck: one('securityCheck').slice(0, 2_000) }),
            ...(businesses.length === 0 ? {} : { businesses }),
          },
          { ...actOf(c), reason },
        );
        return { text: 'console.done', values: { what: view.t('ramp.approve') } };
      }
      case 'pause':
        await services.pauseRamp({ id, reason }, { ...actOf(c), reason });
        return { text: 'console.done', values: { what: view.t('ramp.pause') } };
      case 'resume':
        await services.resumeRamp({ id, reason }, { ...actOf(c), reason });
        return { text: 'console.done', values: { what: view.t('ramp.resume') } };
      default:
        await services.abortRamp({ id, reason }, { ...actOf(c), reason });
        return { text: 'console.done', values: { what: view.t('ramp.abort') } };
    }
  });
});
