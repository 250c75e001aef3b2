import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createApiClient } from '../lib/api-client.ts';
import { startLoadModel } from '../loadtest/load-model.ts';
import { runLevel } from '../loadtest/run-level.ts';
import { openLoadShops } from '../loadtest/shop.ts';
import { startService } from '../local/service.ts';
import type { BenchOptions, BenchRow } from './bench-row.ts';
import { type CountingRelay, startCountingRelay } from './support/counting-relay.ts';
import { runtimesBelow } from './support/memory-of.ts';

const WARM_UP = 20;
const DRAFTS = 200;
const AT_A_TIME = 4;
/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

/** What a draft uses of what is paid for: subrequests, CPU time, rows, tokens. Mail of all kinds, see loadtest/shop.ts. */
export async function bench({ postgresUrl }: BenchOptions): Promise<BenchRow[]> {
  let relay: CountingRelay | undefined;
  const model = await startLoadModel({ seed: 1, medianMs: () => 50, sigma: 0.3 });
  const service = await startService({
    port: 0,
    adminKey: randomBytes(24).toString('hex'),
    database: postgresUrl === undefined ? {} : { databaseUrl: postgresUrl },
    chooseModel: async () => ({
      label: 'load',
      variables: { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'offline-writer' },
      close: model.close,
    }),
    relay: async (endpoint) => {
      relay = await startCountingRelay(endpoint);
      return relay;
    },
  });
  try {
    const api = createApiClient(service.base, service.adminKey);
    const shops = await openLoadShops(api, 5);
    await runLevel(api, shops, { concurrency: AT_A_TIME, drafts: WARM_UP, mixed: false });
    // Hands its mail in first, then asks: what is counted between is the drafts alone.
    const before: Counts = { rows: 0, cpu: 0 };
    const counted = await runLevel(api, shops, {
      concurrency: AT_A_TIME,
      drafts: DRAFTS,
      mixed: false,
      started: async () => {
        relay?.reset();
        before.rows = await rowsOf(service.database.query);
        before.cpu = cpuOf(service.processId);
      },
      ended: async () => {
        before.rows = (await rowsOf(service.database.query)) - before.rows;
        before.cpu = cpuOf(service.processId) - before.cpu;
        before.trips = relay?.times().length ?? 0;
      },
    });
    const [usage] = await service.database.query(
      `select count(*) filter (where e."trace" ? 'compose1') as composed, count(*) filter (where e."trace" ->> 'triageBy' = 'model') as triaged,
         count(*) filter (where e."trace" -> 'rag' ->> 'status' in ('hit', 'miss')) as retrieved, avg((d."content" -> 'tokens' ->> 'actual')::float8) as tokens,
         avg(pg_column_size(d.*) + pg_column_size(e.*)) as bytes
       from "Draft" d join "DraftEvent" e on e."draftId" = d."id" where e."type" = 'drafted'`,
    );
    const total = WARM_UP + DRAFTS;
    const share = (count: unknown) => Number(count) / total;
    const a = (name: string, value: number, unit: string, note: string): BenchRow => ({
      name,
      value,
      unit,
      n: DRAFTS,
      note,
    });
    return [
      a(
        'database subrequests a draft',
        (before.trips ?? 0) / counted.drafts,
        'requests',
        'admin key: no look-up of a key',
      ),
      a(
        'model calls a draft',
        share(usage?.composed) + share(usage?.triaged),
        'requests',
        'compose, and triage where code is not sure',
      ),
      a('embedding calls a draft', share(usage?.retrieved), 'requests', 'arms with RAG'),
      a(
        'CPU time of the local runtime a draft',
        before.cpu / counted.drafts,
        'ms',
        'user and system, its proxy included: an upper bound',
      ),
      a('rows stored a draft', before.rows / counted.drafts, 'rows', 'beside its mail'),
      a('bytes of draft and event', Number(usage?.bytes), 'bytes', 'stored, compressed as Postgres does'),
      a('prompt tokens of a compose call', Number(usage?.tokens), 'tokens', 'as the load model reports them'),
    ];
  } finally {
    await service.close();
  }
}

interface Counts {
  rows: number;
  cpu: number;
  trips?: number;
}

type Query = (text: string) => Promise<Record<string, string | null>[]>;

const TABLES = ['Draft', 'DraftEvent', 'DraftVersion', 'IdempotencyKey', 'TokenCalibration', 'Embedding', 'AuditEvent'];

async function rowsOf(query: Query): Promise<number> {
  const sums = TABLES.map((table) => `(select count(*) from "${table}")`);
  const [row] = await query(`select ${sums.join(' + ')} as n`);
  return Number(row?.n);
}

/** Milliseconds of CPU time of the runtime's processes so far; NaN where there is no /proc. */
function cpuOf(processId: number): number {
  try {
    return runtimesBelow(processId).reduce((sum, { id }) => {
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return sum + (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    }, 0);
  } catch {
    return Number.NaN;
  }
}
