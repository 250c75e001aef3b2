import type { RampGate } from '../../rollout/decide-ramp.ts';
import type { RampStatus } from '../../rollout/ramp.ts';
import type { RampDecisionRow, RampRow } from '../../rollout/ramp-store.ts';
import { Badge, type Tone } from '../components.tsx';
import { say, sayAll } from '../texts/sentences.ts';
import type { View } from '../view.ts';
import { actorWords } from './console-fields.tsx';
import { gateStates } from './gate-states.ts';

const RAMP_TONES: Record<RampStatus, Tone> = {
  pending: 'neutral',
  running: 'good',
  holding: 'warn',
  'awaiting-approval': 'warn',
  'rolled-back': 'bad',
  done: 'neutral',
};

export function isOver({ status }: Pick<RampRow, 'status'>): boolean {
  return status === 'done' || status === 'rolled-back';
}

/** A ramp's step of how many, which leads to its page, and its state. */
export function RampLink({ view, ramp }: { view: View; ramp: RampRow }) {
  return (
    <>
      <a href={`/admin/ramps/${ramp.id}`}>
        {view.t('ramp.stepOf', {
          n: ramp.step + 1,
          of: ramp.plan.length,
          name: say(view, ramp.plan[ramp.step]?.name ?? ''),
        })}
      </a>{' '}
      <Badge tone={RAMP_TONES[ramp.status]}>{view.t(`ramp.status.${ramp.status}`)}</Badge>
    </>
  );
}

/** Gates that say no because something is wrong; the others wait for time, samples or a person. */
const RED: ReadonlySet<RampGate> = new Set(['invariants', 'guardrails', 'no-data']);

/** The gate that the ramp stands before: green, red or waiting, and why. */
export function gateBefore(
  ramp: Pick<RampRow, 'status' | 'step'>,
  newest: Pick<RampDecisionRow, 'step' | 'action' | 'inputs' | 'because'> | undefined,
): { gate: RampGate | null; state: 'green' | 'red' | 'waiting'; because: string[] } {
  const states = gateStates({ ...ramp, newest });
  const [shut] = states.find(([, state]) => state === 'shut') ?? [];
  if (shut === undefined || newest === undefined) {
    return { gate: null, state: states.every(([, state]) => state === 'open') ? 'green' : 'waiting', because: [] };
  }
  // A rate that is not good enough is red; one that has too few samples waits for more.
  const failed = shut === 'minimum-sample' && newest.because.some((line) => !line.endsWith(' samples'));
  return { gate: shut, state: RED.has(shut) || failed ? 'red' : 'waiting', because: newest.because };
}

const GATE_TONES = { green: 'good', red: 'bad', waiting: 'warn' } as const;

/** Where a ramp stands: its step of how many, its state, the gate before it and what that gate says. */
export function RampSummary({
  view,
  ramp,
  newest,
}: {
  view: View;
  ramp: RampRow;
  newest: RampDecisionRow | undefined;
}) {
  const { t } = view;
  const { gate, state, because } = gateBefore(ramp, newest);
  return (
    <>
      <p>
        <RampLink view={view} ramp={ramp} />
      </p>
      {ramp.pausedBy === null ? null : (
        <p>{t('ramp.pausedBy', { who: actorWords(view, ramp.pausedBy), why: say(view, ramp.pauseReason ?? '–') })}</p>
      )}
      {isOver(ramp) ? null : (
        <p>
          {t('ramp.gate')}: {gate === null ? null : <strong>{t(`ramp.gateName.${gate}`)}</strong>}{' '}
          <Badge tone={GATE_TONES[state]}>{t(`ramp.gateIs.${state}`)}</Badge>{' '}
          {newest === undefined ? <span class="hint">{t('ramp.decisions.none')}</span> : null}
          {because.length === 0 ? null : <span class="hint">{sayAll(view, because)}</span>}
        </p>
      )}
    </>
  );
}
