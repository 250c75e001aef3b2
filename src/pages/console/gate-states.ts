import { RAMP_GATES, type RampGate } from '../../rollout/decide-ramp.ts';

export type GateState = 'open' | 'shut' | 'waits';

interface Facts {
  status: string;
  step: number;
  newest: { step: number; action: string; inputs: Record<string, unknown> } | undefined;
}

/** Each gate of the open step. One that the newest decision did not ask about waits: it is never shown as open. */
export function gateStates({ status, step, newest }: Facts): [RampGate, GateState][] {
  const shut = RAMP_GATES.indexOf(newest?.inputs.gate as RampGate);
  // A decision that opened this step, or was about another one, has asked none of its gates; before the start only one is asked.
  const asked =
    newest !== undefined && newest.step === step && newest.action !== 'start' && newest.action !== 'advance';
  return RAMP_GATES.map((gate, index) => {
    if (!asked) return [gate, 'waits'];
    if (index === shut) return [gate, 'shut'];
    return [gate, status !== 'pending' && (shut === -1 || index < shut) ? 'open' : 'waits'];
  });
}
