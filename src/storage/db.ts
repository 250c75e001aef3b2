import { type NeonQueryFunction, neon, neonConfig } from '@neondatabase/serverless';
import { type SQL, sql } from 'drizzle-orm';
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch';
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http';
import { AppError } from '../lib/errors.ts';

export type Queries = NeonHttpDatabase<Record<string, never>>;
type Statement = BatchItem<'pg'>;

export interface BatchOptions {
  /** Both sides: the fetch is aborted, and Postgres cancels the statement. */
  timeoutMs?: number;
}

/**
 * Every access is one batch: one transaction (READ COMMITTED) and one round trip, which begins by taking a role and its
 * limits. There is no query outside of one.
 */
export interface Database {
  /** As `draftgate_tenant`: row-level security shows the rows of `businessId` only. */
  tenant<T extends Readonly<[Statement, ...Statement[]]>>(
    businessId: string,
    build: (queries: Queries) => T,
    options?: BatchOptions,
  ): Promise<BatchResponse<T>>;
  /** As `draftgate_operator`: all businesses. For cron, admin and metrics. */
  operator<T extends Readonly<[Statement, ...Statement[]]>>(
    build: (queries: Queries) => T,
    options?: BatchOptions,
  ): Promise<BatchResponse<T>>;
  /** Round trips made so far; what tests count. */
  roundTrips(): number;
}

export interface DatabaseSettings {
  url: string;
  /** Empty for Neon's own endpoint. */
  fetchEndpoint: string;
  timeoutMs: number;
  lockTimeoutMs: number;
}

export function createDatabase(settings: DatabaseSettings): Database {
  let roundTrips = 0;
  if (settings.fetchEndpoint !== '') neonConfig.fetchEndpoint = settings.fetchEndpoint;

  async function run<T extends Readonly<[Statement, ...Statement[]]>>(
    role: 'draftgate_tenant' | 'draftgate_operator',
    businessId: string,
    build: (queries: Queries) => T,
    timeoutMs: number,
  ): Promise<BatchResponse<T>> {
    // The client's limit stands a little above the server's, so that the server's own answer comes through.
    const client = neon(settings.url, {
      fetchOptions: { signal: AbortSignal.timeout(timeoutMs + 250) },
    }) as NeonQueryFunction<false, false>;
    const queries: Queries = drizzle(client);
    const setUp = queries.execute(
      sql`select set_config('role', ${role}, true), set_config('app.business_id', ${businessId}, true),
        set_config('statement_timeout', ${`${timeoutMs}ms`}, true),
        set_config('lock_timeout', ${`${Math.min(settings.lockTimeoutMs, timeoutMs)}ms`}, true)`,
    );
    roundTrips += 1;
    try {
      const results = await queries.batch([setUp, ...build(queries)] as unknown as [Statement, ...Statement[]]);
      return results.slice(1) as unknown as BatchResponse<T>;
    } catch (error) {
      throw databaseError(error);
    }
  }

  return {
    tenant: (businessId, build, options) =>
      run('draftgate_tenant', businessId, build, options?.timeoutMs ?? settings.timeoutMs),
    operator: (build, options) => run('draftgate_operator', '', build, options?.timeoutMs ?? settings.timeoutMs),
    roundTrips: () => roundTrips,
  };
}

/** SQLSTATEs that say "not now": connection, shutdown, too many clients, serialisation, deadlock. */
const UNAVAILABLE = /^(?:08|57P0[1-5]|53|40001|40P01)/;
const TIMED_OUT = new Set(['57014', '55P03']);

interface PostgresError extends Error {
  code?: string;
  constraint?: string;
}

/** The SQLSTATE and constraint of a failed batch, if the database answered at all. */
export function postgresError(error: unknown): PostgresError | undefined {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const candidate = current as PostgresError;
    if (typeof candidate.code === 'string' && /^[0-9A-Z]{5}$/.test(candidate.code)) return candidate;
  }
  return undefined;
}

function databaseError(error: unknown): unknown {
  const answered = postgresError(error);
  if (answered?.code !== undefined) {
    if (TIMED_OUT.has(answered.code)) {
      return new AppError('DATABASE_TIMEOUT', 'The database took too long.', { retryAfterSeconds: 2, cause: error });
    }
    if (!UNAVAILABLE.test(answered.code)) return error;
  }
  // A TypeError is a mistake of ours, unless it is how a runtime says that a connection or an answer broke off.
  if (error instanceof TypeError && !/fetch|network|terminated|connection/i.test(error.message)) return error;
  const timedOut = error instanceof Error && /timeout|timed out|aborted/i.test(`${error.name} ${error.message}`);
  return timedOut
    ? new AppError('DATABASE_TIMEOUT', 'The database took too long.', { retryAfterSeconds: 2, cause: error })
    : new AppError('DATABASE_UNAVAILABLE', 'The database cannot be reached.', { retryAfterSeconds: 5, cause: error });
}

/** `now()` of the database: leases and ages are counted by one clock. */
export const NOW: SQL<Date> = sql<Date>`now()`;
