import type { Clock } from '../lib/clock.ts';
import { AppError, ERROR_CODES } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import type { Database } from '../storage/db.ts';
import type { EdgeSwitch } from './edge-switch.ts';
import { businessIdOf, rampById } from './ramp-store.ts';
import type { RollbackLevel, RollbackSelector } from './rollback.ts';
import { previewStatements, type RollbackRow, type RollbackWrite, rollBackStatements } from './rollback-store.ts';

export interface RollbackDeps {
  db: Database;
  edge: EdgeSwitch;
  clock: Clock;
  logger: Logger;
}

export type RollbackTarget =
  | { level: 'business'; businessId: string }
  | { level: 'cohort'; from: Date; to: Date }
  /** `step`: name or index of a step of the plan; absent: the whole ramp. */
  | { level: 'cohort'; rampId: string; step?: string | number | undefined }
  | { level: 'global' };

export interface RollbackInput {
  feature: string;
  target: RollbackTarget;
  reason: string;
  detectedAt?: Date | undefined;
  incidentId?: string | undefined;
}

export interface RollbackAct {
  actor: string;
  requestId: string | null;
}

export type RollbackOutcome =
  | { status: 'made' | 'standing'; row: RollbackRow }
  /** KV says off, Postgres did not answer: cron does the rest under the same id. */
  | { status: 'unfinished'; id: string; level: 'global'; feature: string; detectedAt: Date; decidedAt: Date };

/** The switch that cron found in KV: it is not written again. */
export interface FoundAtEdge {
  id: string | null;
  by: string | null;
}

const ATTEMPTS = 3;
/** No further attempt is begun after this. */
const RETRY_WITHIN_MS = 12_000;
const ATTEMPT_TIMEOUT_MS = 10_000;
const CLOCK_SKEW_MS = 5 * 60_000;
const OUR_ID = /^rbk_[0-9a-z]{26}$/;

/**
 * Takes a feature back from one business, a cohort or everybody. When it returns `made` or `standing`, no draft under the
 * selector is committed with RAG any more. Doing it twice changes nothing. Throws NOT_FOUND, UNPROCESSABLE, DATABASE_*.
 */
export async function rollBack(
  deps: RollbackDeps,
  input: RollbackInput,
  act: RollbackAct,
  found?: FoundAtEdge,
): Promise<RollbackOutcome> {
  const decidedAt = deps.clock();
  const detectedAt = input.detectedAt ?? decidedAt;
  if (detectedAt.getTime() > decidedAt.getTime() + CLOCK_SKEW_MS) {
    throw new AppError('UNPROCESSABLE', '"detectedAt" lies in the future.');
  }
  const fresh = newId('rbk', decidedAt);
  const edge =
    input.target.level === 'global' ? await switchOffAtEdge(deps, input, act, fresh, decidedAt, found) : null;
  const write = {
    id: edge?.id ?? fresh,
    feature: input.feature,
    level: input.target.level,
    reason: input.reason,
    actor: act.actor,
    requestedBy: found?.by ?? null,
    incidentId: input.incidentId ?? null,
    requestId: act.requestId,
    detectedAt,
    decidedAt,
    kv: edge?.kv ?? null,
    kvWrittenAt: edge?.writtenAt ?? null,
  };
  try {
    const { made, row } = await withRetries(deps, async () =>
      // Another id for each attempt: the last one may have been written though its answer was lost.
      writeRollback(deps.db, {
        ...write,
        otherId: newId('rbk', deps.clock()),
        selector: await selectorOf(deps.db, input),
      }),
    );
    deps.logger.info('rollback', { id: row.id, level: row.level, affected: row.affected.length, kv: row.kv });
    return { status: made ? 'made' : 'standing', row };
  } catch (error) {
    const later = edge?.kv === 'written' && isRetryable(error);
    deps.logger.error('rollback.unfinished', { id: write.id, level: write.level, later });
    if (!later) throw error;
    return { status: 'unfinished', id: write.id, level: 'global', feature: input.feature, detectedAt, decidedAt };
  }
}

export interface RollbackPreview {
  level: RollbackLevel;
  affected: string[];
  /** Drafts that would be quarantined. */
  pendingDrafts: number;
  ramps: string[];
  featureState: 'active' | 'killed';
  edge: 'absent' | 'off' | 'unreadable';
}

/** What a rollback would touch now. Changes nothing. Throws NOT_FOUND, UNPROCESSABLE. */
export async function previewRollback(
  deps: RollbackDeps,
  input: Pick<RollbackInput, 'feature' | 'target'>,
): Promise<RollbackPreview> {
  const selector = await selectorOf(deps.db, input);
  const [[affected, drafts, features, ramps], edge] = await Promise.all([
    deps.db.operator((queries) => previewStatements(queries, input.feature, selector)),
    deps.edge.read(input.feature),
  ]);
  return {
    level: input.target.level,
    affected: affected.rows.map((row) => row.businessId),
    pendingDrafts: Number(drafts.rows[0]?.drafts ?? 0),
    ramps: input.target.level === 'business' ? [] : ramps.rows.map((row) => row.id),
    featureState: features[0]?.state ?? 'active',
    edge: edge.state,
  };
}

async function writeRollback(db: Database, write: RollbackWrite): Promise<{ made: boolean; row: RollbackRow }> {
  const results = await db.operator((queries) => rollBackStatements(queries, write), { timeoutMs: ATTEMPT_TIMEOUT_MS });
  const [made] = results[results.length - 2] as RollbackRow[];
  const [standing] = results[results.length - 1] as RollbackRow[];
  const row = made ?? standing;
  if (row === undefined) throw new Error('neither a new rollback nor a standing one');
  return { made: made !== undefined, row };
}

/** Throws NOT_FOUND for a business, ramp or step that does not exist. */
async function selectorOf(
  db: Database,
  { feature, target }: Pick<RollbackInput, 'feature' | 'target'>,
): Promise<RollbackSelector> {
  if (target.level === 'global') return {};
  if (target.level === 'business') {
    const [[business]] = await db.operator((queries) => [businessIdOf(queries, target.businessId)]);
    if (business === undefined) throw new AppError('NOT_FOUND', 'There is no such business.');
    return { businessId: target.businessId };
  }
  if ('from' in target) {
    if (target.from >= target.to) throw new AppError('UNPROCESSABLE', '"from" lies not before "to".');
    return { from: target.from.toISOString(), to: target.to.toISOString() };
  }
  const [[ramp]] = await db.operator((queries) => [rampById(queries, target.rampId)]);
  if (ramp === undefined || ramp.feature !== feature) throw new AppError('NOT_FOUND', 'There is no such ramp.');
  if (target.step === undefined) return { rampId: ramp.id, step: null };
  const step = ramp.plan.find(
    ({ name }, index) => name === target.step || index === target.step || String(index) === target.step,
  );
  if (step === undefined) throw new AppError('NOT_FOUND', 'This ramp has no such step.');
  return { rampId: ramp.id, step: step.name };
}

async function switchOffAtEdge(
  deps: RollbackDeps,
  input: RollbackInput,
  act: RollbackAct,
  fresh: string,
  at: Date,
  found: FoundAtEdge | undefined,
): Promise<{ id: string; kv: 'written' | 'pending'; writtenAt: Date | null }> {
  if (found !== undefined) return { id: ourId(found.id) ?? fresh, kv: 'written', writtenAt: input.detectedAt ?? at };
  const before = await deps.edge.read(input.feature);
  // A switch that is off already keeps its id: asked twice while Postgres is down, both answers name one rollback.
  const id = (before.state === 'off' ? ourId(before.id) : undefined) ?? fresh;
  try {
    await deps.edge.writeOff(input.feature, { reason: input.reason, by: act.actor, at, id });
    return { id, kv: 'written', writtenAt: deps.clock() };
  } catch {
    deps.logger.error('rollback.edge-not-written', { id });
    return { id, kv: 'pending', writtenAt: null };
  }
}

function ourId(id: string | null | undefined): string | undefined {
  return typeof id === 'string' && OUR_ID.test(id) ? id : undefined;
}

/** Deadlocks and lock time-outs pass: a rollback does not give up over the first one. */
async function withRetries<T>(deps: RollbackDeps, work: () => Promise<T>): Promise<T> {
  const end = deps.clock().getTime() + RETRY_WITHIN_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error) || attempt === ATTEMPTS || deps.clock().getTime() >= end) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 100));
    }
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof AppError && error.code.startsWith('DATABASE_') && ERROR_CODES[error.code].retryable;
}
