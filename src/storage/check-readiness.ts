import { sql } from 'drizzle-orm';
import journal from '../../migrations/meta/_journal.json';
import { RAG_FEATURE } from '../rollout/decide.ts';
import type { Database } from './db.ts';

export interface Readiness {
  ready: boolean;
  checks: Record<'database' | 'migrations' | 'kv', 'ok' | 'failed' | 'behind'>;
}

const CHECK_TIMEOUT_MS = 3_000;
const NEWEST_MIGRATION = Math.max(...journal.entries.map((entry) => entry.when));

/** Whether this Worker can serve: database reachable, migrations as it was built with, KV readable. Does not throw. */
export async function checkReadiness(deps: { db: Database }, flags: KVNamespace): Promise<Readiness> {
  const [database, kv] = await Promise.all([checkDatabase(deps.db), checkKv(flags)]);
  const checks = { ...database, kv };
  return { ready: Object.values(checks).every((check) => check === 'ok'), checks };
}

async function checkDatabase(db: Database): Promise<Pick<Readiness['checks'], 'database' | 'migrations'>> {
  try {
    const [newest] = await db.operator(
      (queries) => [
        queries.execute<{ newest: string | null }>(
          sql`select max("created_at")::text as "newest" from "drizzle"."__drizzle_migrations"`,
        ),
      ],
      { timeoutMs: CHECK_TIMEOUT_MS },
    );
    const upToDate = Number(newest.rows[0]?.newest ?? 0) >= NEWEST_MIGRATION;
    return { database: 'ok', migrations: upToDate ? 'ok' : 'behind' };
  } catch {
    return { database: 'failed', migrations: 'failed' };
  }
}

async function checkKv(flags: KVNamespace): Promise<'ok' | 'failed'> {
  try {
    await flags.get(`feature:${RAG_FEATURE}`);
    return 'ok';
  } catch {
    return 'failed';
  }
}
