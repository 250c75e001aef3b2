export const RAMP_STATUSES = ['pending', 'running', 'holding', 'awaiting-approval', 'rolled-back', 'done'] as const;
export type RampStatus = (typeof RAMP_STATUSES)[number];

export const RAMP_OUTCOMES = ['completed', 'aborted'] as const;
export type RampOutcome = (typeof RAMP_OUTCOMES)[number];

/** `maintain`: a finished ramp goes on enrolling new businesses by its last step's rule. */
export const RAMP_ACTIONS = [
  'start',
  'advance',
  'finish',
  'hold',
  'await-approval',
  'pause',
  'roll-back',
  'maintain',
] as const;
export type RampAction = (typeof RAMP_ACTIONS)[number];

export interface RampSignatures {
  approval?: { by: string; at: string; reason: string | null };
  /** A security check that passed: who signed for it, and where its record is. */
  security?: { by: string; at: string; reference: string };
}
