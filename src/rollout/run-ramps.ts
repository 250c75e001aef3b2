import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { decideRamp, type RampFacts, type RampVerdict } from './decide-ramp.ts';
import type { RampMetrics } from './ramp-metrics.ts';
import type { RampStep } from './ramp-plan.ts';
import { currentRamps, type RampRow, rampById, rampFactStatements, rampStepStatements } from './ramp-store.ts';
import { type RollbackDeps, rollBack } from './roll-back.ts';

export interface RampDeps extends RollbackDeps {
  rampMetrics: RampMetrics;
}

/** Decisions that leave everything as it is. */
const REPEATABLE = new Set<RampVerdict['action']>(['hold', 'await-approval']);

/** Cron's part: one decision for every ramp that is not over. One that fails does not stop the others. */
export async function runRamps(deps: RampDeps): Promise<{ ramps: number; failed: number; actions: string[] }> {
  const [rows] = await deps.db.operator((queries) => [currentRamps(queries)]);
  const live = rows.filter(isLive);
  const actions: string[] = [];
  let failed = 0;
  for (const row of live) {
    try {
      const verdict = await stepRamp(deps, row.id, row.feature);
      if (verdict !== undefined) actions.push(verdict.action);
    } catch (error) {
      failed += 1;
      deps.logger.error('ramp.failed', { id: row.id, code: error instanceof AppError ? error.code : 'INTERNAL' });
    }
  }
  return { ramps: live.length, failed, actions };
}

/** A completed ramp goes on for businesses that come later; one that was rolled back or aborted does nothing. */
function isLive(row: RampRow): boolean {
  return row.status !== 'rolled-back' && row.outcome !== 'aborted';
}

/** Reads, decides and acts, once. Undefined where the ramp is over or changed meanwhile. */
export async function stepRamp(deps: RampDeps, id: string, feature: string): Promise<RampVerdict | undefined> {
  const [edge, [[row], [state], businesses, enrolled, excluded]] = await Promise.all([
    deps.edge.read(feature),
    deps.db.operator((queries) => rampFactStatements(queries, id, feature)),
  ]);
  if (row === undefined || !isLive(row)) return undefined;
  const now = deps.clock();
  const next = row.plan[row.status === 'pending' ? row.step : row.step + 1];
  const [reading, backfills] = await Promise.all([
    deps.rampMetrics.read({
      feature,
      businessIds: watched(row, enrolled),
      since: row.stepStartedAt ?? row.createdAt,
    }),
    deps.rampMetrics.readBackfills({ businessIds: namedIn(next), days: next?.opensAfter?.backfillDays ?? 0 }),
  ]);
  const facts: RampFacts = {
    now,
    ramp: {
      ...row,
      paused: row.pausedAt === null ? null : { by: row.pausedBy ?? 'unknown', reason: row.pauseReason },
    },
    featureState: state?.state ?? 'active',
    edge: edge.state,
    businesses: businesses.map((each) => each.id),
    enrolled,
    excluded: excluded.map((each) => each.businessId),
    reading,
    backfills,
  };
  const verdict = decideRamp(facts);
  // A finished ramp is looked at every minute; what is worth keeping is when it enrols somebody.
  if (verdict.action === 'maintain' && verdict.enrol.length === 0) return verdict;
  if (row.status === 'done' && (verdict.action === 'hold' || verdict.action === 'pause')) return verdict;
  const current = verdict.action === 'roll-back' ? await rollBackRamp(deps, row, verdict) : row;
  const decisionId = newId('rdc', now);
  const results = await deps.db.operator((queries) =>
    rampStepStatements(queries, {
      ramp: current,
      verdict,
      decisionId,
      now,
      inputs: inputsOf(facts, verdict),
      repeatable: REPEATABLE.has(verdict.action) && verdict.enrol.length === 0,
    }),
  );
  const [after] = results[results.length - 1] as RampRow[];
  return after !== undefined && after.version > row.version ? verdict : undefined;
}

/** Whom the numbers are about: the named of a step without RAG, else everybody who is enrolled. */
function watched(row: RampRow, enrolled: { businessId: string }[]): string[] {
  const step = row.plan[row.step];
  return step === undefined || step.rag ? enrolled.map((each) => each.businessId) : namedIn(step);
}

function namedIn(step: RampStep | undefined): string[] {
  return step?.who.kind === 'named' ? step.who.businesses : [];
}

async function rollBackRamp(deps: RampDeps, row: RampRow, verdict: RampVerdict): Promise<RampRow> {
  await rollBack(
    deps,
    {
      feature: row.feature,
      target: { level: 'cohort', rampId: row.id },
      reason: `ramp: ${verdict.because.join('; ')}`.slice(0, 2_000),
    },
    { actor: `ramp:${row.id}`, requestId: null },
  );
  const [[after]] = await deps.db.operator((queries) => [rampById(queries, row.id)]);
  return after ?? row;
}

/** What stands with the decision: everything it went by, with sets as counts where they are long. */
function inputsOf(facts: RampFacts, verdict: RampVerdict): Record<string, unknown> {
  const { ramp, reading } = facts;
  return {
    now: facts.now.toISOString(),
    status: ramp.status,
    step: ramp.plan[ramp.step],
    stepStartedAt: ramp.stepStartedAt?.toISOString() ?? null,
    stableMs: { before: ramp.stableMs, after: verdict.stableMs },
    evaluatedAt: ramp.evaluatedAt?.toISOString() ?? null,
    paused: ramp.paused,
    signatures: ramp.signatures,
    gate: verdict.gate,
    featureState: facts.featureState,
    edge: facts.edge,
    businesses: facts.businesses.length,
    enrolled: facts.enrolled.length,
    excluded: facts.excluded,
    reading: reading.status === 'ok' ? { ...reading, at: reading.at.toISOString() } : reading,
    backfills: facts.backfills,
    enrol: verdict.enrol,
  };
}
