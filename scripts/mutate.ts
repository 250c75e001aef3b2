/** `npm run mutate`: mutation testing of the pure core. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, UsageError } from './lib/command.ts';
import { formatTable } from './lib/format-table.ts';

interface Area {
  files: string[];
  /** The rules' own tests: no database, no runtime. What only those would catch counts as not noticed. */
  tests: string[];
}

const AREAS: Record<string, Area> = {
  rollout: {
    files: ['src/rollout/{decide,decide-ramp,ramp-plan,rank-businesses,thread-bucket}.ts'],
    tests: ['test/rollout/{decide,decide-ramp,rank-businesses}.test.ts'],
  },
  metrics: {
    files: [
      'src/metrics/stats/*.ts',
      'src/metrics/{compare-arms,counters,latency-histogram,measure}.ts',
      'src/metrics/guardrails/decide-guardrail.ts',
      'src/metrics/alerts/{decide-alerts,plan-deliveries}.ts',
    ],
    tests: [
      'test/metrics/{stats,measure}.test.ts',
      'test/metrics/guardrails/decide-guardrail.test.ts',
      'test/metrics/alerts/{decide-alerts,wording}.test.ts',
    ],
  },
  guards: {
    files: ['src/guards/*.ts', 'src/guards/pii/*.ts'],
    tests: [
      'test/guards/*.test.ts',
      'test/guards/pii/*.test.ts',
      'test/security/{header-injection,pii,recipients}.test.ts',
    ],
  },
  // The words of each language are data, and measured by `npm run eval`.
  grounding: {
    files: ['src/guards/grounding/*.ts'],
    tests: ['test/guards/grounding/*.test.ts', 'test/security/fact-grounding.test.ts'],
  },
};

const HELP = `
npm run mutate -- [--area NAMES] [--file GLOB] [--concurrency N] [--survivors] [--json]

Changes the pure core one place at a time and asks its own tests to notice: rollout decision, metrics, guards, grounding.
Prints for each file how many changes were noticed, and those that were not. Minutes for rollout and metrics, hours for all.

  --area NAMES      comma-separated: ${Object.keys(AREAS).join(', ')} (all)
  --file GLOB       only these files in place of an area's; its tests, or all of them
  --concurrency N   test runners at a time (2)
  --survivors       prints each change that no test noticed
  --json            the table as JSON
`;

const FOLDER = new URL('./mutate/', import.meta.url).pathname;
const ROOT = new URL('../', import.meta.url).pathname;

interface Report {
  files: Record<
    string,
    {
      source: string;
      mutants: {
        status: 'Killed' | 'Survived' | 'NoCoverage' | 'Timeout' | 'CompileError' | 'RuntimeError' | 'Ignored';
        mutatorName: string;
        replacement?: string;
        location: { start: { line: number; column: number }; end: { line: number; column: number } };
      }[];
    }
  >;
}

await runCommand(
  HELP,
  {
    area: { type: 'string' },
    file: { type: 'string' },
    concurrency: { type: 'string', default: '2' },
    survivors: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  async ({ area, file, concurrency, survivors, json }) => {
    const runners = Number(concurrency);
    if (!Number.isInteger(runners) || runners < 1 || runners > 64) throw new UsageError('--concurrency: 1 to 64');
    const areas = areasOf(area);
    const report: Report = { files: {} };
    for (const { files, tests } of file === undefined
      ? areas
      : [{ files: [file], tests: areas.flatMap(({ tests }) => tests) }]) {
      Object.assign(report.files, mutate(files, tests, runners).files);
    }
    const rows = Object.entries(report.files).map(([path, { mutants }]) => rowOf(path, mutants));
    rows.push(
      rowOf(
        'all',
        Object.values(report.files).flatMap(({ mutants }) => mutants),
      ),
    );
    console.log(json ? JSON.stringify(rows) : tableOf(rows));
    if (survivors) for (const line of unnoticed(report)) console.log(line);
    return undefined;
  },
);

function areasOf(names: string | undefined): Area[] {
  return (names?.split(',') ?? Object.keys(AREAS)).map((name) => {
    const area = AREAS[name];
    if (area === undefined) throw new UsageError(`--area ${name}: one of ${Object.keys(AREAS).join(', ')}`);
    return area;
  });
}

function mutate(files: string[], tests: string[], concurrency: number): Report {
  install();
  const folder = mkdtempSync(join(tmpdir(), 'draftgate-mutate-'));
  try {
    const config = join(folder, 'stryker.json');
    const jsonReporter = { fileName: join(folder, 'report.json') };
    writeFileSync(
      config,
      JSON.stringify({
        plugins: [`${FOLDER}node_modules/@stryker-mutator/vitest-runner/dist/src/index.js`],
        testRunner: 'vitest',
        vitest: { configFile: 'scripts/mutate/vitest.config.ts', related: false },
        mutate: files,
        concurrency,
        coverageAnalysis: 'perTest',
        // It would read this one with a compiler's API that TypeScript 7 no longer has.
        tsconfigFile: 'none.json',
        ignoreStatic: true,
        ignorePatterns: [
          '.draftgate',
          '.wrangler',
          '.postgres',
          'docs',
          'migrations',
          'scripts/bench',
          'scripts/mutate/node_modules',
        ],
        reporters: ['progress-append-only', 'json'],
        jsonReporter,
        tempDirName: '.draftgate/mutate',
        allowEmpty: true,
      }),
    );
    const { status } = spawnSync(
      process.execPath,
      [`${FOLDER}node_modules/@stryker-mutator/core/bin/stryker.js`, 'run', config],
      { cwd: ROOT, stdio: ['ignore', 2, 2], env: { ...process.env, DRAFTGATE_MUTATE_TESTS: tests.join(' ') } },
    );
    if (status !== 0) throw new Error('the mutation run failed; see above');
    if (!existsSync(jsonReporter.fileName)) throw new UsageError('no such file to change');
    return JSON.parse(readFileSync(jsonReporter.fileName, 'utf8')) as Report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Its packages have a folder of their own: who only tests need not install them. */
function install(): void {
  if (existsSync(join(FOLDER, 'node_modules'))) return;
  console.error('mutate: installing what it needs ...');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: 'ignore',
  });
  if (status !== 0) throw new Error('the packages of scripts/mutate could not be installed');
}

function tableOf(rows: ReturnType<typeof rowOf>[]): string {
  const header = Object.keys(rows[0] ?? {});
  return formatTable(
    header,
    rows.map((row) => Object.values(row).map(String)),
    header.slice(1),
  );
}

/** Score: noticed of all that could be tried. A change that makes the tests hang is noticed. */
function rowOf(path: string, mutants: Report['files'][string]['mutants']) {
  const count = (...statuses: string[]) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const tried = noticed + count('Survived', 'NoCoverage');
  return {
    file: path,
    changes: tried,
    noticed,
    'not noticed': count('Survived'),
    'not run': count('NoCoverage'),
    score: tried === 0 ? '-' : `${((100 * noticed) / tried).toFixed(1)} %`,
  };
}

function unnoticed(report: Report): string[] {
  return Object.entries(report.files).flatMap(([path, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map(({ mutatorName, replacement, location: { start } }) => {
        const was = lines[start.line - 1]?.trim() ?? '';
        return `${path}:${start.line}:${start.column} ${mutatorName}: ${was}  →  ${(replacement ?? '').replace(/\s+/g, ' ').slice(0, 80)}`;
      });
  });
}
