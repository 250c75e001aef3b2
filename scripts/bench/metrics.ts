import pg from 'pg';
import { readGuardrails } from '../../src/metrics/guardrails/run-guardrails.ts';
import { counterRows, latencyRows } from '../../src/metrics/metric-store.ts';
import { readBusinessMetrics, readMetricSeries, readMetrics } from '../../src/metrics/read-metrics.ts';
import { rollUpMetrics } from '../../src/metrics/roll-up-metrics.ts';
import { createDatabase } from '../../src/storage/db.ts';
import { startDatabase } from '../local/database.ts';
import { type BenchOptions, type BenchRow, quantile } from './bench-row.ts';

const DATABASE = 'draftgate_bench_metrics';
const DRAFTS = Number(process.env.BENCH_DRAFTS ?? 1_000_000);
const BUSINESSES = 100;
const DAYS = 30;
const READS = 20;
const DASHBOARD_MS = 200;

/** The dashboard's numbers for a million drafts: from rollups and the exact tail, beside the same sums over the events. */
export async function bench({ postgresUrl }: BenchOptions): Promise<BenchRow[]> {
  if (postgresUrl === undefined) {
    console.error('metrics: needs --postgres URL (scripts/postgres/ctl.sh start prints one); left out');
    return [];
  }
  const own = new URL(postgresUrl);
  own.pathname = `/${DATABASE}`;
  await asOwner(postgresUrl, `drop database if exists ${DATABASE} with (force)`, `create database ${DATABASE}`);
  try {
    const database = await startDatabase({
      migrationsFolder: new URL('../../migrations', import.meta.url).pathname,
      databaseUrl: own.href,
    });
    try {
      console.error(`metrics: writing ${DRAFTS} drafts ...`);
      await asOwner(own.href, ...FILL);
      const db = createDatabase({
        url: database.url,
        fetchEndpoint: database.fetchEndpoint ?? '',
        timeoutMs: 600_000,
        lockTimeoutMs: 2_000,
      });
      return await measure({ db, clock: () => new Date() });
    } finally {
      await database.close();
    }
  } finally {
    await asOwner(postgresUrl, `drop database if exists ${DATABASE} with (force)`);
  }
}

async function measure(deps: Parameters<typeof readMetrics>[0]): Promise<BenchRow[]> {
  const month = { windowHours: 24 * DAYS };
  const to = new Date();
  const from = new Date(to.getTime() - DAYS * 86_400_000);
  // Nothing is rolled up yet: everything is read from the events.
  const raw = await timed(2, () =>
    deps.db.operator((queries) => [
      counterRows(queries, { from, to }, { business: false, bucket: null }),
      latencyRows(queries, { from, to }),
    ]),
  );
  console.error('metrics: rolling up ...');
  const started = performance.now();
  while ((await rollUpMetrics(deps)).more);
  const rollUpSeconds = (performance.now() - started) / 1000;
  const note = `${DRAFTS} drafts of ${BUSINESSES} businesses in ${DAYS} days, ${READS} reads, over the SQL endpoint`;
  const row = (name: string, times: number[]): BenchRow => ({
    name,
    value: quantile(times, 0.95),
    unit: 'ms',
    other: { name: 'the same from the events', value: quantile(raw, 0.5) },
    limit: { relation: '<=', bound: DASHBOARD_MS },
    n: times.length,
    note,
  });
  return [
    row('the nine metrics, 30 days, p95', await timed(READS, () => readMetrics(deps, month))),
    row(
      'the nine metrics of one business, 30 days, p95',
      await timed(READS, () => readMetrics(deps, { ...month, businessId: 'b7' })),
    ),
    row('the nine metrics, 24 hours, p95', await timed(READS, () => readMetrics(deps, { windowHours: 24 }))),
    row('series by day, 30 days, p95', await timed(READS, () => readMetricSeries(deps, month))),
    {
      name: 'all guardrails of 100 enrolled businesses, p95',
      value: quantile(await timed(5, () => readGuardrails(deps)), 0.95),
      unit: 'ms',
      note: 'what cron reads every minute; 20 days of watching',
    },
    row('all businesses, 30 days, p95', await timed(READS, () => readBusinessMetrics(deps, month))),
    { name: 'rolling up all hours', value: rollUpSeconds, unit: 's', note: `${DAYS * 24} hours, once` },
  ];
}

async function timed(runs: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times;
}

async function asOwner(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Events alone, without their drafts: the keys to those are of no interest to a metric. */
const FILL = [
  `insert into "Business" ("id", "name") select 'b' || n, 'Business ' || n from generate_series(0, ${BUSINESSES - 1}) n`,
  `insert into "PilotBusiness" ("id", "businessId", "feature", "enabledAt", "enabledBy")
   select gen_random_uuid()::text, "id", 'RAG_PILOT', now() - interval '20 days', 'bench' from "Business"`,
  `insert into "DraftEvent" ("id", "businessId", "draftId", "version", "type", "pipelineVersion", "arm", "trace", "at")
   select 'd' || n, 'b' || (n::bigint * 7919 % ${BUSINESSES}), 'd' || n, 1, 'drafted', '1', case when n % 5 = 0 then 'control' else 'rag' end,
     jsonb_build_object('status', case when n % 50 = 0 then 'FAILED' else 'READY' end, 'kind', case when n % 3 = 0 then 'verification' else 'reply' end,
       'toolCalls', 2, 'toolValidationErrors', (n % 1000 = 0)::int, 'overBudget', false,
       'rag', jsonb_build_object('status', case when n % 5 = 0 then 'off' when n % 3 = 0 then 'miss' else 'hit' end,
         'embeddingMs', 20 + n % 90, 'searchMs', 2 + n % 40, 'examples', 3),
       'tokens', jsonb_build_object('predicted', 1000 + n % 300, 'actual', 1000 + n % 250, 'dropped', '[]'::jsonb),
       'stages', jsonb_build_object('claim', 5, 'triage', 2, 'tools', 6, 'compose', 800)),
     now() - (n::float8 / ${DRAFTS}) * interval '${DAYS} days'
   from generate_series(1, ${DRAFTS}) n`,
  `insert into "DraftEvent" ("id", "businessId", "draftId", "version", "type", "pipelineVersion", "arm", "trace", "at")
   select e."id" || ':r', e."businessId", e."draftId", 1, case when h % 4 = 0 then 'discarded' else 'approved' end, '1', e."arm",
     jsonb_build_object('was', 'READY', 'editDistance', (h % 100) / 100.0, 'paced', h % 11 > 0), e."at" + interval '5 minutes'
   from (select *, abs(hashtext("id")) as h from "DraftEvent") e where h % 10 < 8`,
  `vacuum analyze "DraftEvent"`,
];
