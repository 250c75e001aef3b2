import { and, desc, eq, lt } from 'drizzle-orm';
import { auditRow } from '../audit/audit-row.ts';
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import type { Database } from '../storage/db.ts';
import { auditEvent, type ProofKind, proof } from '../storage/schema/index.ts';

interface Deps {
  db: Database;
  clock: Clock;
}

export interface ProofInput {
  kind: ProofKind;
  passed: boolean;
  detail: Record<string, unknown>;
}

/** Keeps that something was tried, with its outcome; the time is that of the record. */
export async function recordProof(deps: Deps, input: ProofInput, act: { actor: string; requestId: string }) {
  const now = deps.clock();
  const row = { id: newId('prf', now), ...input, at: now, by: act.actor };
  const [[stored]] = await deps.db.operator((queries) => [
    queries.insert(proof).values(row).returning(),
    queries.insert(auditEvent).values(auditRow(now, { action: 'proof.record', ...act, after: row })),
  ]);
  if (stored === undefined) throw new Error('insert returned no row');
  return stored;
}

/** Proofs, newest first. */
export async function listProofs(deps: Deps, filter: { kind?: ProofKind; before?: string; limit: number }) {
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select()
      .from(proof)
      .where(
        and(
          filter.kind === undefined ? undefined : eq(proof.kind, filter.kind),
          filter.before === undefined ? undefined : lt(proof.id, filter.before),
        ),
      )
      .orderBy(desc(proof.id))
      .limit(filter.limit),
  ]);
  return rows;
}
