import { type DraftCounters, NO_COUNTERS } from '../../src/metrics/counters.ts';
import { type BusinessWatch, decideGuardrail } from '../../src/metrics/guardrails/decide-guardrail.ts';
import { GUARDRAILS, WATCHED_GUARDRAILS, type WatchedGuardrailName } from '../../src/metrics/guardrails/guardrail.ts';

/** How drafts of a day turn out. Probabilities, 0 to 1. */
export interface Behaviour {
  approvedWithRag: number;
  approvedInControl: number;
  timeout: number;
  invalidTool: number;
  reviewed: number;
  /** Share of approvals that nobody can have read; they approve everything. */
  rubberStamped: number;
}

export interface PilotScenario {
  name: string;
  /** What happens, in words. */
  about: string;
  businesses: number;
  draftsADay: number;
  days: number;
  controlShare: number;
  /** Hours by which numbers are seen late. */
  lateHours: number;
  behaviour: (business: number, day: number) => Behaviour;
  /** The day on which harm begins; null: a roll-back is a false alarm. */
  harmFrom: number | null;
  /** The business that alone is harmed. */
  harmed: number | null;
}

export interface PilotRun {
  paused: boolean;
  rolledBack: boolean;
  /** Drafts with RAG of the harmed businesses between the beginning of harm and the roll-back. */
  draftsToRollback: number | null;
  /** The roll-back named just the business that was harmed. */
  rightLevel: boolean;
}

export const LOOKS_A_DAY = 8;
/** A rule that a dashboard would have: the same limits on the last so many drafts, without an interval. */
export const WINDOWS = [20, 50, 100];

interface Outcome {
  business: number;
  day: number;
  rag: boolean;
  counters: DraftCounters;
}

/** One pilot, looked at every three hours by the code that runs in production. */
export function runPilot(scenario: PilotScenario, random: () => number): { ours: PilotRun; windows: PilotRun[] } {
  const outcomes: Outcome[] = [];
  const ours: PilotRun = { paused: false, rolledBack: false, draftsToRollback: null, rightLevel: false };
  const windows = WINDOWS.map(() => ({ ...ours }));
  const watches: BusinessWatch[] = Array.from({ length: scenario.businesses }, (_, business) => ({
    businessId: String(business),
    days: [],
    baseline: NO_COUNTERS,
  }));
  const late = Math.round((scenario.lateHours / 24) * LOOKS_A_DAY);
  const pending: Outcome[][] = [];
  let harmfulDrafts = 0;
  for (let day = 0; day < scenario.days; day++) {
    for (let look = 0; look < LOOKS_A_DAY; look++) {
      const batch = draftsOf(scenario, day, random);
      pending.push(batch);
      if (scenario.harmFrom !== null && day >= scenario.harmFrom) {
        harmfulDrafts += batch.filter(
          ({ rag, business }) => rag && (scenario.harmed === null || scenario.harmed === business),
        ).length;
      }
      if (pending.length <= late) continue;
      const seen = pending.shift() ?? [];
      outcomes.push(...seen);
      for (const outcome of seen) put(watches, outcome);
      if (!ours.rolledBack) watch(scenario, watches, ours, harmfulDrafts);
      for (const [index, size] of WINDOWS.entries()) {
        const run = windows[index];
        if (run !== undefined && !run.rolledBack) watchWindow(outcomes, size, run, harmfulDrafts);
      }
    }
  }
  return { ours, windows };
}

function draftsOf(scenario: PilotScenario, day: number, random: () => number): Outcome[] {
  const outcomes: Outcome[] = [];
  for (let business = 0; business < scenario.businesses; business++) {
    const mean = scenario.draftsADay / LOOKS_A_DAY;
    const count = Math.floor(mean) + (random() < mean % 1 ? 1 : 0);
    const behaviour = scenario.behaviour(business, day);
    for (let i = 0; i < count; i++) {
      const rag = random() >= scenario.controlShare;
      outcomes.push({ business, day, rag, counters: draftOf(behaviour, rag, random) });
    }
  }
  return outcomes;
}

function draftOf(behaviour: Behaviour, rag: boolean, random: () => number): DraftCounters {
  const reviewed = random() < behaviour.reviewed;
  const stamped = reviewed && random() < behaviour.rubberStamped;
  const approved = reviewed && (stamped || random() < (rag ? behaviour.approvedWithRag : behaviour.approvedInControl));
  return {
    ...NO_COUNTERS,
    asked: 1,
    ready: 1,
    toolCalls: 1,
    toolValidationErrors: Number(random() < behaviour.invalidTool),
    retrievals: Number(rag),
    retrievalTimeouts: Number(rag && random() < behaviour.timeout),
    approved: Number(approved),
    discarded: Number(reviewed && !approved),
    fastApprovals: Number(stamped),
  };
}

function put(watches: BusinessWatch[], { business, day, rag, counters }: Outcome): void {
  const days = watches[business]?.days ?? [];
  while (days.length <= day) days.push({ rag: { ...NO_COUNTERS }, control: { ...NO_COUNTERS } });
  const sum = days[day]?.[rag ? 'rag' : 'control'];
  if (sum === undefined) return;
  for (const name of Object.keys(counters) as (keyof DraftCounters)[]) sum[name] += counters[name];
}

function watch(scenario: PilotScenario, watches: BusinessWatch[], run: PilotRun, harmfulDrafts: number): void {
  for (const name of WATCHED_GUARDRAILS) {
    const verdict = decideGuardrail(name, watches);
    if (verdict.status !== 'harmful') continue;
    if (GUARDRAILS[name].action === 'pause') run.paused = true;
    else {
      run.rolledBack = true;
      run.draftsToRollback = harmfulDrafts;
      const named = verdict.harmed.length === 1 && !verdict.widespread ? Number(verdict.harmed[0]) : null;
      run.rightLevel = scenario.businesses === 1 || named === scenario.harmed;
    }
  }
}

/** The emergency limits on plain shares of the last `size` drafts, or reviews. */
function watchWindow(outcomes: Outcome[], size: number, run: PilotRun, harmfulDrafts: number): void {
  const emergency = WATCHED_GUARDRAILS.filter((name) => GUARDRAILS[name].action === 'roll-back');
  if (!emergency.some((name) => exceeds(name, outcomes, size))) return;
  run.rolledBack = true;
  run.draftsToRollback = harmfulDrafts;
}

function exceeds(name: WatchedGuardrailName, outcomes: Outcome[], size: number): boolean {
  const guardrail = GUARDRAILS[name];
  const last = (of: (outcome: Outcome) => boolean) => {
    const sum = { successes: 0, n: 0 };
    for (let i = outcomes.length - 1; i >= 0 && sum.n < size; i--) {
      const outcome = outcomes[i];
      if (outcome === undefined || !of(outcome)) continue;
      const { successes, n } = guardrail.sample(outcome.counters);
      sum.successes += successes;
      sum.n += n;
    }
    return sum.n < size ? null : sum.successes / sum.n;
  };
  if (guardrail.kind === 'rate') return (last(() => true) ?? 0) > guardrail.limit;
  const [rag, control] = [last(({ rag }) => rag), last(({ rag }) => !rag)];
  return rag !== null && control !== null && control > 0 && 1 - rag / control > guardrail.limit;
}
