import { RAG_FEATURE } from './decide.ts';
import type { EdgeReading } from './edge-switch.ts';
import { type RollbackDeps, rollBack } from './roll-back.ts';
import { edgeStateStatements, type RollbackRow, rollbackById, setRollbackKv } from './rollback-store.ts';

/** A location may see a cleared key for a while yet: an `off` that may be older than a restore waits this long after it. */
const SETTLE_MS = 5 * 60_000;

export type EdgeAction =
  | { action: 'none'; because: string }
  | { action: 'write-off' | 'clear'; rollbackId: string | null; because: string }
  /** What a restore could not clear is gone already. */
  | { action: 'forget'; rollbackId: string; because: string }
  | { action: 'roll-back'; because: string };

export interface EdgeFacts {
  now: Date;
  edge: EdgeReading;
  featureState: 'active' | 'killed';
  /** The global rollback whose switch KV did not take yet: to be written, or to be cleared. */
  owed: Pick<RollbackRow, 'id' | 'status' | 'actor'> | undefined;
  /** Whether a global rollback stands that nobody has restored. */
  standing: boolean;
  /** When the last global rollback was restored. */
  restoredAt: Date | null;
  /** Whether the rollback whose id stands in KV was restored. */
  edgeRestored: boolean;
}

/** What brings KV and Postgres together. KV's `off` wins over Postgres, unless a restore is newer than it. */
export function decideEdge(facts: EdgeFacts): EdgeAction {
  const { owed, edge } = facts;
  if (owed?.status === 'restored') {
    return facts.featureState === 'active' && !isOfAnother(owed, edge)
      ? { action: 'clear', rollbackId: owed.id, because: 'a restore could not clear it' }
      : { action: 'forget', rollbackId: owed.id, because: 'a newer switch stands there' };
  }
  if (facts.featureState === 'killed') {
    if (owed !== undefined)
      return { action: 'write-off', rollbackId: owed.id, because: 'a rollback could not write it' };
    return facts.standing && edge.state === 'absent'
      ? { action: 'write-off', rollbackId: null, because: 'a global rollback stands' }
      : { action: 'none', because: 'killed in Postgres' };
  }
  if (edge.state !== 'off') return { action: 'none', because: edge.state };
  const { restoredAt } = facts;
  if (restoredAt !== null) {
    const older = edge.at !== undefined && edge.at <= restoredAt;
    if (older && facts.edgeRestored) return { action: 'clear', rollbackId: null, because: 'of a restored rollback' };
    if ((older || edge.at === undefined) && facts.now.getTime() - restoredAt.getTime() < SETTLE_MS) {
      return { action: 'none', because: 'maybe still the one that was just restored' };
    }
  }
  return { action: 'roll-back', because: 'off at the edge' };
}

/** A switch that we wrote carries our id; one that cron found and followed may carry any, or none. */
function isOfAnother(owed: Pick<RollbackRow, 'id' | 'actor'>, edge: EdgeReading): boolean {
  return edge.state === 'off' && edge.id !== owed.id && owed.actor !== 'kv';
}

/** Cron's part in a rollback by KV: Postgres follows the switch, and what a lost KV write owes is made up. */
export async function reconcileEdge(deps: RollbackDeps): Promise<EdgeAction & { state: EdgeReading['state'] }> {
  const feature = RAG_FEATURE;
  const edge = await deps.edge.read(feature);
  const edgeId = edge.state === 'off' ? (edge.id ?? null) : null;
  const [[state], [owed], [restored], [standing], [ofEdge]] = await deps.db.operator((queries) => [
    ...edgeStateStatements(queries, feature),
    rollbackById(queries, edgeId ?? ''),
  ]);
  const now = deps.clock();
  const decision = decideEdge({
    now,
    edge,
    featureState: state?.state ?? 'active',
    owed,
    standing: standing !== undefined,
    restoredAt: restored?.restoredAt ?? null,
    edgeRestored: ofEdge?.status === 'restored',
  });
  switch (decision.action) {
    case 'none':
      break;
    case 'clear':
      await deps.edge.clear(feature);
      if (decision.rollbackId !== null) await mark(deps, decision.rollbackId, 'cleared');
      break;
    case 'forget':
      await mark(deps, decision.rollbackId, 'cleared');
      break;
    case 'write-off':
      if (standing === undefined) break;
      await deps.edge.writeOff(feature, {
        reason: standing.reason,
        by: standing.actor,
        at: standing.decidedAt,
        id: standing.id,
      });
      await mark(deps, decision.rollbackId ?? standing.id, 'written');
      break;
    case 'roll-back': {
      const found: Partial<Extract<EdgeReading, { state: 'off' }>> = edge.state === 'off' ? edge : {};
      const detectedAt = found.at !== undefined && found.at <= now ? found.at : now;
      await rollBack(
        deps,
        {
          feature,
          target: { level: 'global' },
          reason: found.reason?.trim().slice(0, 2_000) || 'KV switch',
          detectedAt,
        },
        { actor: 'kv', requestId: null },
        { id: found.id ?? null, by: found.by?.slice(0, 200) ?? null },
      );
      break;
    }
  }
  return { ...decision, state: edge.state };
}

async function mark(deps: RollbackDeps, id: string, kv: RollbackRow['kv']): Promise<void> {
  await deps.db.operator((queries) => [setRollbackKv(queries, id, kv)]);
}
