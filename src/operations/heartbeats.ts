import { asc, sql } from 'drizzle-orm';
import type { Database } from '../storage/db.ts';
import { heartbeat } from '../storage/schema/index.ts';

interface Deps {
  db: Database;
}

export interface Beat {
  /** `cron:<task>` or `queue:<queue>`. */
  name: string;
  ok: boolean;
  /** Counts and codes; never what stands in a mail. */
  detail: Record<string, unknown>;
}

/** Stores signs of life, one row for each name. */
export async function recordHeartbeats(deps: Deps, beats: Beat[]): Promise<void> {
  if (beats.length === 0) return;
  await deps.db.operator((queries) => [
    queries
      .insert(heartbeat)
      .values(beats.map((beat) => ({ ...beat, at: sql`now()`, lastOkAt: beat.ok ? sql`now()` : null })))
      .onConflictDoUpdate({
        target: heartbeat.name,
        set: {
          at: sql`excluded."at"`,
          ok: sql`excluded."ok"`,
          lastOkAt: sql`coalesce(excluded."lastOkAt", ${heartbeat.lastOkAt})`,
          detail: sql`excluded."detail"`,
        },
      }),
  ]);
}

export async function listHeartbeats(deps: Deps) {
  const [rows] = await deps.db.operator((queries) => [queries.select().from(heartbeat).orderBy(asc(heartbeat.name))]);
  return rows;
}
