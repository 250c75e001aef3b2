import { logEvidenceAgainst } from './rate-interval.ts';

/** A mismatch is a bug in the assignment, not bad luck: it has to be all but certain. */
const ALPHA = 0.001;

/**
 * Whether the control arm has the share of threads that it should have (0 to 1), by the sequential test of a rate (Lindon
 * and Malek, NeurIPS 2022, for two arms). `no-data` without a thread where both arms should have some.
 */
export function sampleRatio(control: number, total: number, expectedShare: number): 'ok' | 'mismatch' | 'no-data' {
  if (expectedShare <= 0) return control === 0 ? 'ok' : 'mismatch';
  if (expectedShare >= 1) return control === total ? 'ok' : 'mismatch';
  if (total === 0) return 'no-data';
  return logEvidenceAgainst(expectedShare, control, total) >= Math.log(1 / ALPHA) ? 'mismatch' : 'ok';
}
