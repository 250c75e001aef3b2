import { setAct } from '../../audit/set-act.ts';
import { PIPELINE_VERSION } from '../../config.ts';
import { AppError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { RAG_FEATURE } from '../../rollout/decide.ts';
import { findRamp, pauseRamp } from '../../rollout/manage-ramps.ts';
import { type RollbackDeps, type RollbackTarget, rollBack } from '../../rollout/roll-back.ts';
import type { RampDeps } from '../../rollout/run-ramps.ts';
import type { AlertCondition } from '../alerts/alert.ts';
import { rollbackCommand } from '../alerts/rollback-command.ts';
import type { WatchBounds } from '../metric-store.ts';
import { type BusinessWatch, decideGuardrail, type GuardrailVerdict, levelOf } from './decide-guardrail.ts';
import {
  type FindingGuardrailName,
  GUARDRAILS,
  type GuardrailAction,
  type GuardrailLevel,
  type GuardrailName,
  WATCHED_GUARDRAILS,
  type WatchedGuardrailName,
} from './guardrail.ts';
import {
  type EnrolledBusiness,
  enrolledStatements,
  finishDecision,
  type GuardrailDecisionRow,
  type LastAct,
  lastActs,
  type NewGuardrailDecision,
  type OpenFinding,
  openDecisions,
  openFindings,
  openIncidentOfFindings,
  pauseBusiness,
  type RunningRamp,
  recentlyHarmed,
  settings,
  takeDecision,
  unfinishedDecisions,
  watchesOf,
  watchKey,
  watchStatements,
} from './guardrail-store.ts';

export interface GuardrailDeps extends RampDeps, RollbackDeps {
  openIncident: (input: {
    causeKey: string;
    severity: 'critical' | 'warning';
    title: string;
    businessId: string | null;
    feature: string;
    detectedAt: Date;
    data: Record<string, unknown>;
  }) => Promise<{ id: string; opened: boolean }>;
  addIncidentEntry: (input: {
    incidentId: string;
    key: string;
    kind: 'decision' | 'act';
    text: string;
    at: Date;
    data: Record<string, unknown>;
  }) => Promise<unknown>;
  syncAlerts: (input: { scope: string; conditions: AlertCondition[]; unknown: string[] }) => Promise<unknown>;
}

export interface GuardrailReport {
  watched: number;
  harmful: string[];
  acted: string[];
}

/**
 * Cron's part: reads, decides and acts, every minute. Each decision is stored with what it was made from before anything is
 * done, once per cause; a run that dies is finished by the next one, and two at once act once.
 */
export async function runGuardrails(deps: GuardrailDeps): Promise<GuardrailReport> {
  const found = await actOnFindings(deps);
  const { verdicts, enrolled, rampNow } = await readGuardrails(deps);
  const harmful: string[] = [];
  const taken: GuardrailDecisionRow[] = [];
  for (const name of WATCHED_GUARDRAILS) {
    const read = verdicts[name];
    if (read.verdict.status !== 'harmful') continue;
    harmful.push(name);
    const decision = decisionOf(deps, name, read, enrolled, rampNow);
    const [row] = await take(deps, decision);
    if (row !== undefined) taken.push(row);
  }
  const [left] = await deps.db.operator((queries) => [unfinishedDecisions(queries)]);
  const acted = [...found];
  for (const row of [...taken, ...left]) acted.push(await carryOutOrLeave(deps, row));
  await tellOpen(deps);
  return { watched: enrolled.length, harmful, acted };
}

/** Acts on confirmed findings and reports at once; also called on the request that brings one. */
export async function actOnFindings(deps: GuardrailDeps): Promise<string[]> {
  const [findings, harmed, security] = await deps.db.operator((queries) => [
    openFindings(queries, RAG_FEATURE),
    recentlyHarmed(queries, 'hallucination'),
    recentlyHarmed(queries, 'security-incident'),
  ]);
  if (findings.rows.length === 0) return [];
  const [, ramps] = await deps.db.operator((queries) => enrolledStatements(queries, RAG_FEATURE));
  const ramp = ramps.rows[0] ?? null;
  // Whom an earlier finding took out was of the ramp all the same.
  const everMembers = ramp === null ? null : { members: [...ramp.members, ...ramp.former] };
  const before: Record<string, Set<string>> = {
    hallucination: new Set(harmed.rows.map((row) => row.businessId)),
    'security-incident': new Set(security.rows.map((row) => row.businessId)),
  };
  const acted: string[] = [];
  for (const finding of findings.rows) {
    const { guardrail, action, because } = judgeFinding(finding);
    const others = before[guardrail] ?? new Set<string>();
    if (action === 'roll-back') others.add(finding.businessId);
    const level =
      action === 'roll-back' && others.size > 1
        ? levelOf({ harmed: [...others], widespread: true }, everMembers, [...others])
        : ('business' as const);
    const [row] = await take(deps, {
      id: newId('grd', deps.clock()),
      cause: finding.id,
      guardrail,
      feature: RAG_FEATURE,
      tier: GUARDRAILS[guardrail].tier,
      action,
      level,
      businessIds: [finding.businessId],
      because: [because],
      inputs: { finding, rampId: ramp?.id ?? null, harmedInADay: [...others] },
    });
    if (row !== undefined) acted.push(await carryOutOrLeave(deps, row));
  }
  await tellOpen(deps);
  return acted;
}

/** What a finding calls for. Pure. */
export function judgeFinding(
  finding: Pick<OpenFinding, 'type' | 'arm' | 'pipelineVersion' | 'trace' | 'enrolled' | 'settled'>,
): {
  guardrail: FindingGuardrailName;
  action: GuardrailAction;
  because: string;
} {
  const { type, arm, pipelineVersion, trace, enrolled } = finding;
  const source =
    trace.source === 'report' ? 'a reviewer reported it, and the re-check agrees' : 'found by the re-check';
  if (type === 'reported') {
    const because = `a reviewer reports ${trace.kind === 'leak' ? 'a leak' : 'a wrong fact'} that the re-check does not see: a person has to look`;
    // Switching RAG off would not mend what was made without it.
    const action = arm === 'rag' && enrolled && pipelineVersion === PIPELINE_VERSION ? 'pause-business' : 'report';
    return {
      guardrail: 'unconfirmed-report',
      action,
      because: arm === 'rag' ? because : `${because}; made without RAG`,
    };
  }
  const guardrail = type === 'hallucination' ? 'hallucination' : 'security-incident';
  const what =
    type === 'hallucination'
      ? `a draft that reviewers saw states ${listOf(trace.types)} that its evidence does not bear out`
      : `a draft that reviewers saw fails ${listOf(trace.codes)}`;
  if (pipelineVersion !== PIPELINE_VERSION) {
    return { guardrail, action: 'report', because: `${what} (${source}); made by an older pipeline` };
  }
  if (type === 'hallucination' && arm !== 'rag') {
    return { guardrail, action: 'report', because: `${what} (${source}); made without RAG` };
  }
  if (finding.settled) {
    return { guardrail, action: 'report', because: `${what} (${source}); drafted before the restore` };
  }
  if (!enrolled)
    return { guardrail, action: 'report', because: `${what} (${source}); the business has no RAG any more` };
  return { guardrail, action: 'roll-back', because: `${what} (${source})` };
}

function listOf(values: unknown): string {
  return Array.isArray(values) && values.length > 0 ? values.map((value) => String(value)).join(', ') : 'something';
}

interface ReadGuardrail {
  verdict: GuardrailVerdict;
  watches: BusinessWatch[];
  /** Start of each watch, by business. */
  since: Map<string, Date>;
}

/** What every watched guardrail says now. Changes nothing. */
export async function readGuardrails(deps: Pick<GuardrailDeps, 'db' | 'clock'>): Promise<{
  verdicts: Record<WatchedGuardrailName, ReadGuardrail>;
  enrolled: EnrolledBusiness[];
  rampNow: RunningRamp | null;
}> {
  const now = deps.clock();
  const [enrolledRows, ramps, acts] = await deps.db.operator((queries) => [
    ...enrolledStatements(queries, RAG_FEATURE),
    lastActs(queries),
  ]);
  const enrolled = enrolledRows.rows;
  const starts = new Map(
    WATCHED_GUARDRAILS.map((name) => [name, enrolled.map((row) => startOf(name, row, acts.rows))] as const),
  );
  const bounds = new Map<string, WatchBounds>();
  for (const each of starts.values())
    for (const bound of each) bounds.set(watchKey(bound.businessId, bound.from), bound);
  const [rows, baselines] = await deps.db.operator((queries) => watchStatements(queries, [...bounds.values()], now));
  const watches = watchesOf([...bounds.values()], rows.rows, baselines.rows, now);
  const verdicts = Object.fromEntries(
    WATCHED_GUARDRAILS.map((name) => {
      const own = starts.get(name) ?? [];
      const watched = own.flatMap((bound) => watches.get(watchKey(bound.businessId, bound.from)) ?? []);
      const since = new Map(own.map(({ businessId, from }) => [businessId, from]));
      return [name, { verdict: decideGuardrail(name, watched), watches: watched, since }];
    }),
  ) as Record<WatchedGuardrailName, ReadGuardrail>;
  return { verdicts, enrolled, rampNow: ramps.rows[0] ?? null };
}

/** A watch begins when the business was enrolled, restored, or last acted on by this guardrail. */
function startOf(name: GuardrailName, row: EnrolledBusiness, acts: LastAct[]): WatchBounds {
  const act = acts.find(({ guardrail, businessId }) => guardrail === name && businessId === row.businessId);
  const times = [row.enabledAt, row.restoredAt, act?.at].flatMap((time) => (time == null ? [] : Date.parse(time)));
  return { businessId: row.businessId, from: new Date(Math.max(...times)) };
}

function decisionOf(
  deps: Pick<GuardrailDeps, 'clock'>,
  name: WatchedGuardrailName,
  { verdict, since }: ReadGuardrail,
  enrolled: EnrolledBusiness[],
  ramp: RunningRamp | null,
): NewGuardrailDecision {
  if (verdict.status !== 'harmful') throw new Error('only harm is decided on');
  const { tier, action } = GUARDRAILS[name];
  const all = enrolled.map((row) => row.businessId);
  const level = levelOf(verdict, ramp, all);
  const businessIds = level === 'business' ? verdict.harmed : level === 'cohort' ? (ramp?.members ?? all) : all;
  const watchStarts = businessIds.map((id) => since.get(id)?.toISOString() ?? '').sort();
  return {
    id: newId('grd', deps.clock()),
    cause: `${name}:${level}:${level === 'business' ? businessIds.join() : (ramp?.id ?? 'all')}:${watchStarts.at(-1) ?? ''}`,
    guardrail: name,
    feature: RAG_FEATURE,
    tier,
    action,
    level,
    businessIds,
    because: verdict.because,
    inputs: {
      figures: verdict.figures,
      harmed: verdict.harmed,
      widespread: verdict.widespread,
      rampId: ramp?.id ?? null,
      since: Object.fromEntries([...since].map(([id, from]) => [id, from.toISOString()])),
    },
  };
}

async function take(deps: Pick<GuardrailDeps, 'db'>, decision: NewGuardrailDecision): Promise<GuardrailDecisionRow[]> {
  const [rows] = await deps.db.operator((queries) => [takeDecision(queries, decision)]);
  return rows;
}

/** One that fails stops no other; it is left for the next run. */
async function carryOutOrLeave(deps: GuardrailDeps, row: GuardrailDecisionRow): Promise<string> {
  try {
    return await carryOut(deps, row);
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'INTERNAL';
    deps.logger.error('guardrail.unfinished', { guardrail: row.guardrail, decision: row.id, code });
    return `${row.guardrail}:unfinished`;
  }
}

/** Opens the incident, acts by the same verbs as an operator, and writes down what came of it. Doing it twice acts once. */
async function carryOut(deps: GuardrailDeps, row: GuardrailDecisionRow): Promise<string> {
  const name = row.guardrail as GuardrailName;
  const { title } = GUARDRAILS[name];
  const reason = `${title}: ${row.because.join('; ')}`;
  const severity = row.tier === 'pilot' || row.action === 'report' ? 'warning' : 'critical';
  const [set] = await deps.db.operator((queries) => [settings(queries)]);
  const off = set.find((setting) => setting.guardrail === name && !setting.automatic);
  const [known] = GUARDRAILS[name].kind === 'finding' ? await incidentOfFindings(deps, row, severity) : [];
  const incident = await deps.openIncident({
    causeKey: known?.causeKey ?? row.cause,
    severity,
    title,
    businessId: row.level === 'business' ? (row.businessIds[0] ?? null) : null,
    feature: row.feature,
    detectedAt: row.at,
    data: { guardrail: name, because: row.because, businesses: row.businessIds.length },
  });
  const decided = `${WORDS[row.action]}, level ${row.level}: ${row.because.join('; ')}`;
  await deps.addIncidentEntry({
    incidentId: incident.id,
    key: `decision:${row.id}`,
    kind: 'decision',
    text: off === undefined ? decided : `${decided}. Not done: ${off.changedBy} has switched automatic action off`,
    at: row.at,
    data: { decisionId: row.id, guardrail: name, level: row.level, action: row.action },
  });
  const outcome =
    off === undefined
      ? await act(deps, row, reason, incident.id)
      : { skipped: `automatic action is off: ${off.reason}` };
  // A rollback that carries its incident is entered by its own id, whoever sees it first.
  const key = 'rollbackId' in outcome ? `rollback:${String(outcome.rollbackId)}` : `act:${row.id}`;
  await deps.addIncidentEntry({
    incidentId: incident.id,
    key,
    kind: 'act',
    text: Object.entries(outcome)
      .map(([what, value]) => `${what}: ${Array.isArray(value) ? value.join(', ') || 'none' : String(value)}`)
      .join('; '),
    at: deps.clock(),
    data: outcome,
  });
  await deps.db.operator((queries) => [finishDecision(queries, row.id, outcome, incident.id)]);
  deps.logger.info('guardrail', { guardrail: name, decision: row.id, action: row.action, level: row.level });
  return `${name}:${row.action}:${row.level}`;
}

/** The next wrong draft of a business whose incident is open is a line of that one: a night's re-check may bring a hundred. */
async function incidentOfFindings(
  deps: Pick<GuardrailDeps, 'db'>,
  row: GuardrailDecisionRow,
  severity: 'critical' | 'warning',
): Promise<{ causeKey: string }[]> {
  // What switched a business off again is told again.
  if (row.action === 'pause-business') return [];
  const [incidents] = await deps.db.operator((queries) => [openIncidentOfFindings(queries, row, severity)]);
  return incidents.rows;
}

const WORDS: Record<GuardrailAction, string> = {
  pause: 'Pause the ramp',
  'roll-back': 'Roll back',
  'pause-business': 'Turn RAG off for the business until a person has looked',
  report: 'For a person to look at',
};

async function act(
  deps: GuardrailDeps,
  row: GuardrailDecisionRow,
  reason: string,
  incidentId: string,
): Promise<Record<string, unknown>> {
  const actor = `guardrail:${row.guardrail}`;
  switch (row.action) {
    case 'report':
      return { reported: 'nothing is changed' };
    case 'roll-back': {
      try {
        const outcome = await rollBack(
          deps,
          {
            feature: row.feature,
            target: targetOf(row),
            reason: reason.slice(0, 2_000),
            detectedAt: row.at,
            incidentId,
          },
          { actor, requestId: null },
        );
        return { rollbackId: outcome.status === 'unfinished' ? outcome.id : outcome.row.id, status: outcome.status };
      } catch (error) {
        if (error instanceof AppError && error.code === 'NOT_FOUND')
          return { gone: 'there is no such business any more' };
        throw error;
      }
    }
    case 'pause': {
      const rampId = typeof row.inputs.rampId === 'string' ? row.inputs.rampId : null;
      if (rampId === null) return { paused: 'no ramp runs' };
      try {
        await pauseRamp(deps, { id: rampId, reason: reason.slice(0, 2_000) }, { actor, requestId: row.id });
        return { paused: rampId };
      } catch (error) {
        // It may only have changed just then: the next run pauses it.
        const { status } = await findRamp(deps, rampId);
        if (status !== 'done' && status !== 'rolled-back') throw error;
        return { paused: 'the ramp is over' };
      }
    }
    case 'pause-business': {
      const switchedOff: string[] = [];
      for (const businessId of row.businessIds) {
        const [, changed] = await deps.db.operator((queries) => [
          setAct(queries, { actor, reason, requestId: row.id }),
          pauseBusiness(queries, businessId),
        ]);
        switchedOff.push(...changed.map(({ id }) => id));
      }
      return { 'RAG switched off for': switchedOff };
    }
  }
}

function targetOf(row: GuardrailDecisionRow): RollbackTarget {
  const { rampId } = row.inputs;
  const level: GuardrailLevel = row.level;
  switch (level) {
    case 'business':
      return { level, businessId: row.businessIds[0] ?? '' };
    case 'cohort':
      return { level, rampId: String(rampId) };
    case 'global':
      return { level };
  }
}

/** Alerts hold while the incident of a decision is open, and while a guardrail is switched off. */
async function tellOpen(deps: GuardrailDeps): Promise<void> {
  const [open, set] = await deps.db.operator((queries) => [openDecisions(queries), settings(queries)]);
  const conditions: AlertCondition[] = open.map(({ decision: row, causeKey }) => ({
    key: `guardrail:${causeKey}`,
    kind: GUARDRAILS[row.guardrail as GuardrailName]?.kind === 'finding' ? 'invariant' : 'guardrail',
    severity: row.tier === 'pilot' || row.action === 'report' ? 'warning' : 'critical',
    title: GUARDRAILS[row.guardrail as GuardrailName]?.title ?? row.guardrail,
    detail: `${WORDS[row.action]}, level ${row.level}: ${row.because.join('; ')}`,
    businessId: row.level === 'business' ? (row.businessIds[0] ?? null) : null,
    incidentId: row.incidentId,
    figures: figuresOf(row),
    rollbackCommand: commandOf(row),
  }));
  for (const setting of set.filter(({ automatic }) => !automatic)) {
    conditions.push({
      key: `guardrail-off:${setting.guardrail}`,
      kind: 'operations',
      severity: 'warning',
      title: `Automatic action of ${setting.guardrail} is off`,
      detail: `Since ${setting.changedAt.toISOString()}, by ${setting.changedBy}: ${setting.reason}`,
      businessId: null,
      incidentId: null,
      figures: null,
      rollbackCommand: null,
    });
  }
  await deps.syncAlerts({ scope: 'guardrails', conditions, unknown: [] });
}

function figuresOf(row: GuardrailDecisionRow): AlertCondition['figures'] {
  const { figures } = row.inputs as {
    figures?: {
      estimate: number | null;
      numerator: number;
      denominator: number;
      interval: { low: number; high: number } | null;
      limit: number;
    };
  };
  if (figures === undefined) return null;
  return {
    metric: row.guardrail,
    value: figures.estimate,
    numerator: figures.numerator,
    denominator: figures.denominator,
    low: figures.interval?.low ?? null,
    high: figures.interval?.high ?? null,
    threshold: figures.limit,
    window: 'since the watch began',
  };
}

/** For people whose guardrail is switched off, or who want more than it did. */
function commandOf(row: GuardrailDecisionRow): string {
  const { level, businessIds, inputs } = row;
  const target =
    level === 'business'
      ? { level, businessId: businessIds[0] ?? '' }
      : level === 'cohort'
        ? { level, rampId: String(inputs.rampId) }
        : { level };
  return rollbackCommand(target, 'guardrail');
}
