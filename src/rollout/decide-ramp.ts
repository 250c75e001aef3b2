import type { EdgeState } from './decide.ts';
import type { RampAction, RampOutcome, RampSignatures, RampStatus } from './ramp.ts';
import type { BackfillReading, RampReading } from './ramp-metrics.ts';
import type { RampCondition, RampStep } from './ramp-plan.ts';
import { fillShare } from './rank-businesses.ts';

/** Numbers older than this are stale: no step runs on them. */
export const STALE_AFTER_MS = 10 * 60_000;
/** Time without an evaluation counts as watched up to this; the rest was an outage. */
export const LONGEST_WATCHED_GAP_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface RampFacts {
  now: Date;
  ramp: {
    feature: string;
    status: RampStatus;
    outcome: RampOutcome | null;
    plan: RampStep[];
    step: number;
    stepStartedAt: Date | null;
    stableMs: number;
    evaluatedAt: Date | null;
    paused: { by: string; reason: string | null } | null;
    signatures: RampSignatures;
  };
  featureState: 'active' | 'killed';
  edge: EdgeState;
  /** Ids of all businesses. */
  businesses: string[];
  enrolled: { businessId: string; enabledAt: Date; ragOn: boolean }[];
  /** Businesses that somebody took out. */
  excluded: string[];
  reading: RampReading;
  backfills: BackfillReading;
}

/** In the order in which they are asked. `pause` is a person's word; `opening` is what the next step needs. */
export const RAMP_GATES = [
  'invariants',
  'guardrails',
  'pause',
  'no-data',
  'hold-time',
  'minimum-sample',
  'opening',
  'security-check',
  'approval',
] as const;
export type RampGate = (typeof RAMP_GATES)[number];

export interface RampVerdict {
  action: RampAction;
  because: string[];
  /** The gate that said no; null where all are open. */
  gate: RampGate | null;
  status: RampStatus;
  /** Businesses to enrol now, under the step that is open afterwards. */
  enrol: string[];
  stableMs: number;
}

/** What a ramp does now. Pure: everything it goes by is in `facts`. Only `advance` and `finish` leave a step, one at a time. */
export function decideRamp(facts: RampFacts): RampVerdict {
  const { ramp } = facts;
  const step = ramp.plan[ramp.step];
  if (step === undefined) return hold('invariants', ['the plan has no such step'], ramp.stableMs);
  if (ramp.status === 'pending') return start(facts, step);

  const broken = invariants(facts);
  if (broken.incidents.length > 0) return rollBack('invariants', broken.incidents);
  if (broken.switches.length > 0) return hold('invariants', broken.switches, ramp.stableMs);
  const guardrail = guardrails(facts);
  if (guardrail.tier === 'roll-back') return rollBack('guardrails', guardrail.because);
  if (guardrail.tier === 'pause') {
    return ramp.paused === null
      ? { action: 'pause', because: guardrail.because, gate: 'guardrails', status: 'holding', enrol: [], stableMs: 0 }
      : hold('guardrails', guardrail.because, 0);
  }
  if (ramp.paused !== null) {
    const { by, reason } = ramp.paused;
    return hold('pause', [`paused by ${by}${reason === null ? '' : `: ${reason}`}`], ramp.stableMs);
  }
  const missing = missingData(facts, step);
  if (missing.length > 0) return hold('no-data', missing, ramp.stableMs);

  const stableMs = ramp.stableMs + watchedMs(facts);
  const fill = enrolments(facts, step);
  if (ramp.status === 'done') {
    return { action: 'maintain', because: [], gate: null, status: 'done', enrol: fill, stableMs: ramp.stableMs };
  }
  const gates: [RampGate, RampStatus, () => string[]][] = [
    ['hold-time', 'running', () => holdTime(step, stableMs)],
    ['minimum-sample', 'running', () => conditions(facts, step)],
    ['opening', 'holding', () => opening(facts, ramp.plan[ramp.step + 1])],
    ['security-check', 'awaiting-approval', () => security(step, ramp.signatures)],
    ['approval', 'awaiting-approval', () => approval(ramp.signatures)],
  ];
  for (const [gate, status, problemsOf] of gates) {
    const because = problemsOf();
    if (because.length === 0) continue;
    const action = status === 'awaiting-approval' ? 'await-approval' : 'hold';
    return { action, because, gate, status, enrol: fill, stableMs };
  }
  const next = ramp.plan[ramp.step + 1];
  if (next === undefined) {
    return {
      action: 'finish',
      because: ['every gate of the last step is open'],
      gate: null,
      status: 'done',
      enrol: fill,
      stableMs,
    };
  }
  return {
    action: 'advance',
    because: [`every gate of ${step.name} is open`],
    gate: null,
    status: 'running',
    enrol: enrolments(facts, next),
    stableMs: 0,
  };
}

function start(facts: RampFacts, step: RampStep): RampVerdict {
  const because = [...invariants(facts).switches, ...opening(facts, step)];
  if (facts.ramp.paused !== null) because.unshift(`paused by ${facts.ramp.paused.by}`);
  if (because.length > 0) {
    return { action: 'hold', because, gate: 'opening', status: 'pending', enrol: [], stableMs: 0 };
  }
  const enrol = enrolments(facts, step);
  return { action: 'start', because: ['the ramp was asked for'], gate: null, status: 'running', enrol, stableMs: 0 };
}

function hold(gate: RampGate, because: string[], stableMs: number): RampVerdict {
  return { action: 'hold', because, gate, status: 'holding', enrol: [], stableMs };
}

function rollBack(gate: RampGate, because: string[]): RampVerdict {
  return { action: 'roll-back', because, gate, status: 'rolled-back', enrol: [], stableMs: 0 };
}

function invariants({ featureState, edge, reading }: RampFacts): { incidents: string[]; switches: string[] } {
  const incidents: string[] = [];
  const switches: string[] = [];
  if (reading.status === 'ok') {
    if (reading.hallucinations > 0) incidents.push(`hallucinations ${reading.hallucinations}, must be 0`);
    if (reading.securityIncidents > 0) incidents.push(`security incidents ${reading.securityIncidents}, must be 0`);
  }
  if (featureState === 'killed') switches.push('the feature is killed');
  if (edge !== 'absent') switches.push(edge === 'off' ? 'the edge switch is off' : 'the edge switch cannot be read');
  return { incidents, switches };
}

function guardrails({ reading }: RampFacts): { tier: 'none' | 'pause' | 'roll-back'; because: string[] } {
  return reading.status === 'ok' ? reading.guardrail : { tier: 'none', because: [] };
}

function missingData({ now, reading }: RampFacts, step: RampStep): string[] {
  if (reading.status === 'no-data') return [`no data: ${reading.because}`];
  const ageMs = now.getTime() - reading.at.getTime();
  if (ageMs > STALE_AFTER_MS) return [`stale metrics: ${Math.floor(ageMs / 60_000)} minutes old`];
  const problems = step.leave
    .filter(({ metric }) => (reading.metrics[metric]?.samples ?? 0) === 0)
    .map(({ metric }) => `no data: ${metric}`);
  if (step.rag && reading.sampleRatio !== 'ok') {
    problems.push(
      reading.sampleRatio === 'mismatch' ? 'sample ratio mismatch between the arms' : 'no data: sample ratio',
    );
  }
  return problems;
}

/** Milliseconds since the last evaluation, as far as somebody was watching. */
function watchedMs({ now, ramp }: RampFacts): number {
  const opened = ramp.stepStartedAt?.getTime() ?? now.getTime();
  const since = Math.max(opened, ramp.evaluatedAt?.getTime() ?? opened);
  return Math.min(LONGEST_WATCHED_GAP_MS, Math.max(0, now.getTime() - since));
}

function holdTime(step: RampStep, stableMs: number): string[] {
  return stableMs >= step.holdHours * HOUR_MS
    ? []
    : [`hold time: ${(Math.floor(stableMs / (HOUR_MS / 10)) / 10).toFixed(1)} of ${step.holdHours} stable hours`];
}

function conditions({ reading }: RampFacts, step: RampStep): string[] {
  if (reading.status !== 'ok') return ['no data'];
  const few: string[] = [];
  const failed: string[] = [];
  for (const condition of step.leave) {
    const { value, samples } = reading.metrics[condition.metric] ?? { value: Number.NaN, samples: 0 };
    if (samples < condition.samples) few.push(`${condition.metric}: ${samples} of ${condition.samples} samples`);
    else if (!passes(condition, value))
      failed.push(`${condition.metric} is ${value}, must be ${condition.is} ${condition.limit}`);
  }
  return [...few, ...failed];
}

function passes({ is, limit }: RampCondition, value: number): boolean {
  switch (is) {
    case 'above':
      return value > limit;
    case 'below':
      return value < limit;
    case 'at-most':
      return value <= limit;
  }
}

function opening(facts: RampFacts, next: RampStep | undefined): string[] {
  if (next === undefined) return [];
  const problems: string[] = [];
  const { who, opensAfter } = next;
  if (who.kind === 'named') {
    const named = who.businesses.length;
    if (named < who.atLeast) problems.push(`${next.name}: ${named} of ${who.atLeast} businesses are named`);
    const unknown = who.businesses.filter((id) => !facts.businesses.includes(id));
    if (unknown.length > 0) problems.push(`${next.name}: unknown ${unknown.join(', ')}`);
    if (opensAfter?.backfillDays !== undefined) {
      const { backfills } = facts;
      if (backfills.status === 'no-data') problems.push(`no data: ${backfills.because}`);
      else if (backfills.missing.length > 0) {
        problems.push(`${opensAfter.backfillDays}-day backfill missing: ${backfills.missing.join(', ')}`);
      }
    }
  }
  if (opensAfter?.ragOn !== undefined) {
    const { businesses, days } = opensAfter.ragOn;
    const since = facts.now.getTime() - days * DAY_MS;
    const seasoned = facts.enrolled.filter((row) => row.ragOn && row.enabledAt.getTime() <= since).length;
    if (seasoned < businesses) {
      problems.push(`${next.name}: ${seasoned} of ${businesses} businesses had RAG on for ${days} days`);
    }
  }
  return problems;
}

function security(step: RampStep, signatures: RampSignatures): string[] {
  if (!step.securityCheck || signatures.security !== undefined) return [];
  return signatures.approval === undefined
    ? ['the security check is not signed', ...approval(signatures)]
    : ['the security check is not signed'];
}

function approval(signatures: RampSignatures): string[] {
  return signatures.approval === undefined ? ['waits for the approval of a person'] : [];
}

function enrolments(facts: RampFacts, step: RampStep): string[] {
  if (!step.rag) return [];
  const enrolled = new Set(facts.enrolled.map((row) => row.businessId));
  const excluded = new Set(facts.excluded);
  const { who } = step;
  if (who.kind === 'named') {
    const known = new Set(facts.businesses);
    return who.businesses.filter((id) => known.has(id) && !enrolled.has(id) && !excluded.has(id));
  }
  return fillShare({ feature: facts.ramp.feature, percent: who.percent, all: facts.businesses, enrolled, excluded });
}
