import { type SQL, sql } from 'drizzle-orm';
import { type Act, setAct } from '../audit/set-act.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { postgresError } from '../storage/db.ts';
import { business, ramp } from '../storage/schema/index.ts';
import type { RampSignatures } from './ramp.ts';
import { DEFAULT_RAMP_PLAN, type RampStep } from './ramp-plan.ts';
import { decisionsOf, type RampDecisionRow, type RampRow, rampById, rampPage } from './ramp-store.ts';
import { type RampDeps, stepRamp } from './run-ramps.ts';

interface RampAct extends Act {
  requestId: string;
}

export interface NewRamp {
  feature: string;
  /** Ids for the counted steps, by the step's name; they may be named later, with an approval. */
  businesses: Record<string, string[]>;
  plan?: RampStep[] | undefined;
}

/** Makes a ramp; cron starts it. Throws CONFLICT where one is open, NOT_FOUND, UNPROCESSABLE for businesses that do not fit. */
export async function createRamp(deps: RampDeps, input: NewRamp, act: RampAct): Promise<RampRow> {
  const plan = nameBusinesses(input.plan ?? DEFAULT_RAMP_PLAN, input.businesses);
  await assertKnown(deps, Object.values(input.businesses).flat());
  const now = deps.clock();
  const id = newId('rmp', now);
  try {
    const [, [row]] = await deps.db.operator((queries) => [
      setAct(queries, act),
      queries
        .insert(ramp)
        .values({ id, feature: input.feature, plan, createdBy: act.actor, createdAt: now })
        .returning(),
      queries.execute(
        sql`select draftgate_write_audit(null, 'ramp.create', null, ${JSON.stringify({
          id,
          feature: input.feature,
          businesses: input.businesses,
        })}::jsonb)`,
      ),
    ]);
    if (row === undefined) throw new Error('insert returned no row');
    return row;
  } catch (error) {
    if (postgresError(error)?.code !== '23505') throw error;
    throw new AppError('CONFLICT', 'A ramp of this feature is open: abort it first.');
  }
}

export interface ApproveRampInput {
  id: string;
  reason: string | null;
  /** Where the record of the passed security check is; signs for it. */
  securityCheck?: string | undefined;
  /** Businesses of the next counted step. */
  businesses?: string[] | undefined;
}

/**
 * Signs for leaving the open step, and lets the ramp decide at once. Throws CONFLICT where the other gates of the step are
 * not open: nobody signs in advance. Naming the next step's businesses is possible while a step holds for them.
 */
export async function approveRamp(deps: RampDeps, input: ApproveRampInput, act: RampAct): Promise<RampRow> {
  const row = await findRamp(deps, input.id);
  let plan = row.plan;
  if (input.businesses !== undefined) {
    const next = row.plan[row.status === 'pending' ? row.step : row.step + 1];
    if (next === undefined) throw new AppError('UNPROCESSABLE', 'There is no further step to name businesses for.');
    plan = nameBusinesses(row.plan, { [next.name]: input.businesses });
    await assertKnown(deps, input.businesses);
  }
  const waits = row.status === 'awaiting-approval';
  if (!waits && (input.businesses === undefined || isOver(row))) {
    throw new AppError('CONFLICT', `This ramp is ${row.status}: there is nothing to approve.`);
  }
  const at = deps.clock().toISOString();
  const signatures: RampSignatures = waits
    ? {
        ...row.signatures,
        approval: { by: act.actor, at, reason: input.reason },
        ...(input.securityCheck === undefined
          ? {}
          : { security: { by: act.actor, at, reference: input.securityCheck } }),
      }
    : row.signatures;
  await change(deps, row, act, {
    action: 'ramp.approve',
    reason: input.reason,
    set: sql`"signatures" = ${JSON.stringify(signatures)}::jsonb, "plan" = ${JSON.stringify(plan)}::jsonb`,
    after: { step: row.step, signatures, businesses: input.businesses },
  });
  await stepRamp(deps, row.id, row.feature);
  return findRamp(deps, row.id);
}

/** Holds a ramp until somebody resumes it. Twice changes nothing. Throws CONFLICT where it is over. */
export async function pauseRamp(deps: RampDeps, input: { id: string; reason: string | null }, act: RampAct) {
  const row = await findRamp(deps, input.id);
  assertOpen(row);
  if (row.pausedAt !== null) return row;
  return change(deps, row, act, {
    action: 'ramp.pause',
    reason: input.reason,
    set: sql`"status" = case when "status" = 'pending' then "status" else 'holding' end, "pausedAt" = now(),
      "pausedBy" = ${act.actor}, "pauseReason" = ${input.reason}::text`,
    after: { step: row.step },
  });
}

/** Lets a paused ramp go on; its gates are asked anew. Twice changes nothing. Throws CONFLICT where it is over. */
export async function resumeRamp(deps: RampDeps, input: { id: string; reason: string | null }, act: RampAct) {
  const row = await findRamp(deps, input.id);
  assertOpen(row);
  if (row.pausedAt === null) return row;
  return change(deps, row, act, {
    action: 'ramp.resume',
    reason: input.reason,
    set: sql`"status" = case when "status" = 'pending' then "status" else 'running' end, "pausedAt" = null,
      "pausedBy" = null, "pauseReason" = null, "evaluatedAt" = now()`,
    after: { step: row.step },
  });
}

/** Ends a ramp where it stands: whoever is enrolled stays so. Twice changes nothing. Throws CONFLICT where it was completed. */
export async function abortRamp(deps: RampDeps, input: { id: string; reason: string | null }, act: RampAct) {
  const row = await findRamp(deps, input.id);
  if (row.outcome === 'aborted') return row;
  if (row.status === 'done') throw new AppError('CONFLICT', 'This ramp is completed.');
  return change(deps, row, act, {
    action: 'ramp.abort',
    reason: input.reason,
    set: sql`"status" = 'done', "outcome" = 'aborted', "pausedAt" = null, "pausedBy" = null, "pauseReason" = null`,
    after: { step: row.step },
  });
}

export async function findRamp(deps: Pick<RampDeps, 'db'>, id: string): Promise<RampRow> {
  const [[row]] = await deps.db.operator((queries) => [rampById(queries, id)]);
  if (row === undefined) throw new AppError('NOT_FOUND', 'There is no such ramp.');
  return row;
}

const DECISIONS_SHOWN = 50;

/** A ramp with its newest decisions, newest first. */
export async function showRamp(
  deps: Pick<RampDeps, 'db'>,
  id: string,
): Promise<{ ramp: RampRow; decisions: RampDecisionRow[] }> {
  const [[row], decisions] = await deps.db.operator((queries) => [
    rampById(queries, id),
    decisionsOf(queries, id, { limit: DECISIONS_SHOWN }),
  ]);
  if (row === undefined) throw new AppError('NOT_FOUND', 'There is no such ramp.');
  return { ramp: row, decisions };
}

/** Decisions about a ramp, newest first. */
export async function listRampDecisions(
  deps: Pick<RampDeps, 'db'>,
  id: string,
  page: { before?: string | undefined; limit: number },
): Promise<RampDecisionRow[]> {
  const [rows] = await deps.db.operator((queries) => [decisionsOf(queries, id, page)]);
  return rows;
}

/** Ramps, newest first. */
export async function listRamps(
  deps: Pick<RampDeps, 'db'>,
  filter: { feature?: string | undefined; before?: string | undefined; limit: number },
) {
  const [rows] = await deps.db.operator((queries) => [rampPage(queries, filter)]);
  return rows;
}

/** Writes a person's change, if the ramp is still what that person saw. Throws CONFLICT. */
async function change(
  deps: RampDeps,
  row: RampRow,
  act: RampAct,
  write: { action: string; reason: string | null; set: SQL; after: Record<string, unknown> },
): Promise<RampRow> {
  const after = JSON.stringify({ id: row.id, ...write.after });
  const [, written, [changed]] = await deps.db.operator((queries) => [
    setAct(queries, { ...act, reason: write.reason }),
    queries.execute(sql`
      with changed as (
        update ${ramp} set ${write.set}, "updatedAt" = now(), "version" = "version" + 1
        where "id" = ${row.id} and "version" = ${row.version} returning "id"
      )
      select draftgate_write_audit(null, ${write.action}, jsonb_build_object('status', ${row.status}::text), ${after}::jsonb) from changed`),
    rampById(queries, row.id),
  ]);
  // Not by the version that is read: cron's step may have made the same one of it.
  if (changed === undefined || written.rows.length === 0) {
    throw new AppError('CONFLICT', 'The ramp has changed meanwhile: look at it again.');
  }
  return changed;
}

function isOver(row: RampRow): boolean {
  return row.status === 'done' || row.status === 'rolled-back';
}

function assertOpen(row: RampRow): void {
  if (!isOver(row)) return;
  const how = row.status === 'rolled-back' ? 'rolled back: restore the rollback' : 'over';
  throw new AppError('CONFLICT', `This ramp is ${how}.`);
}

/** The plan with businesses named for its counted steps. Throws UNPROCESSABLE. */
function nameBusinesses(plan: RampStep[], businesses: Record<string, string[]>): RampStep[] {
  const unknown = Object.keys(businesses).filter(
    (name) => !plan.some((step) => step.name === name && step.who.kind === 'named'),
  );
  if (unknown.length > 0) throw new AppError('UNPROCESSABLE', `The plan has no counted step ${unknown.join(', ')}.`);
  return plan.map((step) => {
    const named = businesses[step.name];
    if (named === undefined || step.who.kind !== 'named') return step;
    const ids = [...new Set(named)];
    const { atLeast, atMost } = step.who;
    if (ids.length < atLeast || ids.length > atMost) {
      const wanted = atLeast === atMost ? String(atLeast) : `${atLeast} to ${atMost}`;
      throw new AppError('UNPROCESSABLE', `The step ${step.name} takes ${wanted} businesses; ${ids.length} are named.`);
    }
    return { ...step, who: { ...step.who, businesses: ids } };
  });
}

async function assertKnown(deps: RampDeps, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select({ id: business.id })
      .from(business)
      .where(sql`${business.id} = any(array(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)))`),
  ]);
  const known = new Set(rows.map((row) => row.id));
  const unknown = [...new Set(ids)].filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new AppError('NOT_FOUND', 'There is no such business.', { details: { businesses: unknown.slice(0, 20) } });
  }
}
