/** `npm run loadtest`: many drafts at a time over the running Worker, with a model of realistic latency. */
import { randomBytes } from 'node:crypto';
import { quantile } from './bench/bench-row.ts';
import { memoryOfRuntime } from './bench/support/memory-of.ts';
import { type ApiClient, createApiClient } from './lib/api-client.ts';
import { runCommand, UsageError } from './lib/command.ts';
import { DEPLOYMENT_HELP, DEPLOYMENT_OPTIONS, readDeployment } from './lib/deployment.ts';
import { formatTable } from './lib/format-table.ts';
import { recordProof } from './lib/record-proof.ts';
import { startLoadModel } from './loadtest/load-model.ts';
import { type Level, runLevel } from './loadtest/run-level.ts';
import { type LoadShops, openLoadShops } from './loadtest/shop.ts';
import { workerHeap } from './loadtest/worker-heap.ts';
import { type Service, startService, usablePort } from './local/service.ts';

const HELP = `
npm run loadtest -- [--concurrency 10,50,100] [--drafts N] [--model-median MS] [--seed N] [--soak N] [--base URL] [--json]

Asks for drafts of made-up mail in throw-away businesses that are deleted afterwards; duplicates and rollbacks among them.
Prints success, p50/p95/p99, what is added to the model's own time, and the stages from the stored events. Without --base
it starts the service by itself, on an empty database in memory or on DATABASE_URL, with a model whose latency is
log-normal and seeded. The embedded database is one session: what counts is a real Postgres.

  --concurrency L    drafts at a time, one level after another (10,50,100)
  --drafts N         at each level (4 for each at a time, 80 at least)
  --model-median MS  of the model's latency, 50 to 30000 (2500)
  --model-sigma S    of its logarithm, 0 to 1.5 (0.5: p95 at 2.3 medians)
  --seed N           of the latencies (1)
  --soak N           then N drafts more with a quick model, and the heap of the Worker's isolate on the way
  --json             the outcome as JSON
  --no-record        does not record the outcome on the deployment, where "npm run preflight" looks for it
${DEPLOYMENT_HELP}

Exit code 1: a draft failed, or the p95 of drafts is over 1.3 times the model's, or the memory grows, or a duplicate or a
rollback went wrong.
`;

/** The p95 of drafts may be this many times the model's own. */
const P95_RATIO = 1.3;
const LEAST_DRAFTS = 80;
const DRAFTS_A_WORKER = 4;
const WARM_UP = 20;
const SOAK_AT_A_TIME = 20;
const SOAK_PAGE = 500;
const SOAK_MEDIAN_MS = 20;
/** Growth of the memory from the second fifth of a soak to its last that still counts as flat. */
const FLAT_SHARE = 1.15;

interface Soak {
  drafts: number;
  failures: number;
  /** After each page of drafts, in MB: live objects of the Worker's isolate after a collection; resident processes. */
  heap: number[];
  resident: number[];
  flat: boolean | null;
}

await runCommand(
  HELP,
  {
    concurrency: { type: 'string', default: '10,50,100' },
    drafts: { type: 'string' },
    'model-median': { type: 'string', default: '2500' },
    'model-sigma': { type: 'string', default: '0.5' },
    seed: { type: 'string', default: '1' },
    soak: { type: 'string', default: '0' },
    json: { type: 'boolean' },
    'no-record': { type: 'boolean' },
    ...DEPLOYMENT_OPTIONS,
  },
  async (values) => {
    const levels = (values.concurrency ?? '').split(',').map((text) => numberOf('concurrency', text, 1, 500));
    const drafts = values.drafts === undefined ? undefined : numberOf('drafts', values.drafts, 1, 20_000);
    const medianMs = numberOf('model-median', values['model-median'], 50, 30_000);
    const sigma = Number(values['model-sigma']);
    if (!(sigma >= 0 && sigma <= 1.5))
      throw new UsageError(`--model-sigma ${values['model-sigma']}: not from 0 to 1.5`);
    const seed = numberOf('seed', values.seed, 0, 4_294_967_295);
    const soakDrafts = numberOf('soak', values.soak, 0, 100_000);
    const given = values.base ?? process.env.DRAFTGATE_URL;
    const latency = { medianMs };
    const inspectorPort = soakDrafts > 0 ? await usablePort(0) : 0;
    const service = given === undefined ? await startOwn({ seed, latency, sigma, inspectorPort }) : undefined;
    let shops: LoadShops | undefined;
    try {
      const { base, key, actor } =
        service === undefined ? readDeployment(given) : { base: service.base, key: service.adminKey, actor: undefined };
      const api = createApiClient(base, key, actor ?? 'loadtest');
      shops = await openLoadShops(api, 5);
      const stop = () => void shops?.leave().finally(() => process.exit(130));
      process.once('SIGINT', stop);
      process.once('SIGTERM', stop);
      // The first drafts load the tokenizer's vocabulary and fill pools: a deployment has them behind it.
      await runLevel(api, shops, { concurrency: 5, drafts: WARM_UP, mixed: false });
      const results: Level[] = [];
      for (const concurrency of levels) {
        const count = drafts ?? Math.max(LEAST_DRAFTS, concurrency * DRAFTS_A_WORKER);
        results.push(await runLevel(api, shops, { concurrency, drafts: count, mixed: true }));
        if (values.json !== true) console.error(`${concurrency} at a time: ${count} drafts`);
      }
      latency.medianMs = SOAK_MEDIAN_MS;
      const soak =
        soakDrafts > 0
          ? await runSoak(api, shops, soakDrafts, service === undefined ? undefined : { service, inspectorPort })
          : undefined;
      const problems = [...results.flatMap(problemsOf), ...(soak === undefined ? [] : problemsOfSoak(soak))];
      if (values.json === true) console.log(JSON.stringify(summaryOf(base, results, soak, problems), null, 2));
      else print(base, service, results, soak, problems);
      if (service === undefined && values['no-record'] !== true) {
        const { levels: figures } = summaryOf(base, results, soak, problems);
        await recordProof(api, 'loadtest', problems.length === 0, { concurrency: levels, levels: figures, problems });
      }
      return problems.length === 0 ? 0 : 1;
    } finally {
      await shops?.leave();
      await service?.close();
    }
  },
);
process.exit(process.exitCode ?? 0);

function numberOf(name: string, text: string | undefined, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text ?? '') || value < least || value > most) {
    throw new UsageError(`--${name} ${text}: not a number from ${least} to ${most}`);
  }
  return value;
}

async function startOwn(options: {
  seed: number;
  latency: { medianMs: number };
  sigma: number;
  inspectorPort: number;
}): Promise<Service> {
  const { DATABASE_URL, DATABASE_OWNER_URL } = process.env;
  return startService({
    port: 0,
    inspectorPort: options.inspectorPort,
    adminKey: randomBytes(24).toString('hex'),
    database: {
      ...(DATABASE_URL ? { databaseUrl: DATABASE_URL } : {}),
      ...(DATABASE_OWNER_URL ? { ownerUrl: DATABASE_OWNER_URL } : {}),
    },
    chooseModel: async () => {
      const model = await startLoadModel({
        seed: options.seed,
        sigma: options.sigma,
        medianMs: () => options.latency.medianMs,
      });
      return {
        label: 'load',
        variables: { OPENAI_API_KEY: 'loadtest', OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'offline-writer' },
        close: model.close,
      };
    },
  });
}

async function runSoak(
  api: ApiClient,
  shops: LoadShops,
  drafts: number,
  here: { service: Service; inspectorPort: number } | undefined,
): Promise<Soak> {
  const soak: Soak = { drafts, failures: 0, heap: [], resident: [], flat: null };
  for (let done = 0; done < drafts; done += SOAK_PAGE) {
    const count = Math.min(SOAK_PAGE, drafts - done);
    const level = await runLevel(api, shops, { concurrency: SOAK_AT_A_TIME, drafts: count, mixed: false });
    soak.failures += count - level.succeeded;
    if (here === undefined) continue;
    soak.resident.push(memoryOfRuntime(here.service.processId));
    const heap = await workerHeap(here.service.base, here.inspectorPort);
    if (heap !== undefined) soak.heap.push(heap);
    console.error(
      `soak ${done + count}: heap ${heap?.toFixed(1) ?? '?'} MB, resident ${soak.resident.at(-1)?.toFixed(0)} MB, ${level.perSecond.toFixed(1)} drafts/s`,
    );
  }
  return { ...soak, flat: isFlat(soak.heap) };
}

/** Whether the last fifth is no higher than the second by more than the share; null where there is too little to say. */
function isFlat(memory: number[]): boolean | null {
  const fifth = Math.floor(memory.length / 5);
  if (fifth === 0) return null;
  const early = quantile(memory.slice(fifth, 2 * fifth), 0.5);
  return quantile(memory.slice(-fifth), 0.5) <= early * FLAT_SHARE;
}

function ratioOf(level: Level): number {
  return quantile(level.times, 0.95) / quantile(level.modelTimes, 0.95);
}

function problemsOf(level: Level): string[] {
  const at = `${level.concurrency} at a time`;
  const failed = level.drafts - level.succeeded;
  return [
    ...(failed > 0 ? [`${at}: ${failed} of ${level.drafts} failed (${JSON.stringify(level.failures)})`] : []),
    ...(ratioOf(level) > P95_RATIO ? [`${at}: the p95 is ${ratioOf(level).toFixed(2)} times the model's`] : []),
    ...level.problems.map((problem) => `${at}: ${problem}`),
  ];
}

function problemsOfSoak({ failures, flat, heap }: Soak): string[] {
  return [
    ...(failures > 0 ? [`soak: ${failures} failed`] : []),
    ...(flat === false ? [`soak: the heap grew to ${heap.at(-1)?.toFixed(0)} MB`] : []),
  ];
}

function summaryOf(base: string, results: Level[], soak: Soak | undefined, problems: string[]) {
  const levels = results.map((level) => ({
    concurrency: level.concurrency,
    drafts: level.drafts,
    succeeded: level.succeeded,
    failures: level.failures,
    duplicates: level.duplicates,
    rollbacks: level.rollbacks,
    perSecond: rounded(level.perSecond, 1),
    ...quantilesOf('draft', level.times),
    ...quantilesOf('model', level.modelTimes),
    ...quantilesOf('overhead', level.overhead),
    p95Ratio: rounded(ratioOf(level), 2),
    stages: Object.fromEntries(
      Object.entries(level.stages).map(([name, times]) => [
        name,
        { p50: quantile(times, 0.5), p95: quantile(times, 0.95) },
      ]),
    ),
  }));
  return { base, levels, soak, problems };
}

function quantilesOf(name: string, times: number[]): Record<string, number> {
  return Object.fromEntries([50, 95, 99].map((p) => [`${name}P${p}`, Math.round(quantile(times, p / 100))]));
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function print(
  base: string,
  service: Service | undefined,
  results: Level[],
  soak: Soak | undefined,
  problems: string[],
): void {
  console.log(
    `load test at ${base}${service ? ` (database ${service.database.kind})` : ''}; milliseconds; drafts that a model wrote`,
  );
  const triple = (times: number[]) => [0.5, 0.95, 0.99].map((share) => quantile(times, share).toFixed(0)).join(' / ');
  const header = [
    'at a time',
    'drafts',
    'succeeded',
    'per second',
    'draft p50 / p95 / p99',
    'model p50 / p95 / p99',
    'added p50 / p95 / p99',
    'p95 ratio',
    'duplicates',
    'rollbacks',
  ];
  const rows = results.map((level) => [
    String(level.concurrency),
    String(level.drafts),
    `${((100 * level.succeeded) / level.drafts).toFixed(1)} %`,
    level.perSecond.toFixed(1),
    triple(level.times),
    triple(level.modelTimes),
    triple(level.overhead),
    ratioOf(level).toFixed(2),
    String(level.duplicates),
    String(level.rollbacks),
  ]);
  console.log(formatTable(header, rows, header));
  const names = [...new Set(results.flatMap((level) => Object.keys(level.stages)))];
  const stageHeader = ['stage p50 / p95', ...results.map((level) => `${level.concurrency} at a time`)];
  const stageRows = names.map((name) => [
    name,
    ...results.map(({ stages }) =>
      [0.5, 0.95].map((share) => quantile(stages[name] ?? [], share).toFixed(0)).join(' / '),
    ),
  ]);
  console.log(`\n${formatTable(stageHeader, stageRows, stageHeader.slice(1))}`);
  if (soak !== undefined) {
    const flat = soak.flat === null ? 'too short to say' : soak.flat ? 'flat' : 'growing';
    const list = (megabytes: number[]) => megabytes.map((mb) => mb.toFixed(0)).join(', ') || 'not to be seen from here';
    console.log(`\nsoak of ${soak.drafts} drafts, ${soak.failures} failed; the isolate's heap is ${flat}`);
    console.log(`  heap after a collection, MB every ${SOAK_PAGE}: ${list(soak.heap)}`);
    console.log(`  resident, local runtime and its proxy, MB: ${list(soak.resident)}`);
  }
  console.log(problems.length === 0 ? '\nheld' : `\nNOT held: ${problems.join('; ')}`);
}
