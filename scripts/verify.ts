/** What CI runs before the tests: format, lint and import direction, generated types, typecheck, schema against migrations, bundle. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { bundleKib, MOST_BUNDLE_KIB } from './lib/bundle-size.ts';

const root = new URL('..', import.meta.url).pathname;

const steps: [string, () => string | undefined][] = [
  ['format, lint, import direction', () => run('biome', ['ci', '--colors=off', '--max-diagnostics=20', '.'])],
  ['generated types', () => run('wrangler', ['types', '--include-runtime=false', '--strict-vars=false', '--check'])],
  ['types', () => run('tsc', ['--noEmit', '-p', '.'])],
  ['schema and migrations', checkMigrations],
  ['bundle', checkBundle],
];

if (process.argv.includes('--help')) {
  console.log(`npm run verify: ${steps.map(([name]) => name).join('; ')}`);
  process.exit(0);
}

let failed = false;
for (const [name, check] of steps) {
  const started = Date.now();
  const problem = check();
  console.log(`${problem === undefined ? 'ok    ' : 'FAILED'} ${name} (${Date.now() - started} ms)`);
  if (problem !== undefined) {
    failed = true;
    console.log(problem.trimEnd());
  }
}
process.exit(failed ? 1 : 0);

function run(command: string, args: string[]): string | undefined {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: { ...process.env, CI: 'true' } });
  if (result.error) return result.error.message;
  return result.status === 0 ? undefined : `${result.stdout}${result.stderr}`;
}

/** Builds the Worker as a deployment does, and holds it below what the platform takes with room to spare. */
function checkBundle(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'draftgate-bundle-'));
  try {
    const built = spawnSync('wrangler', ['deploy', '--dry-run', `--outdir=${folder}`], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, CI: 'true' },
    });
    const output = `${built.stdout}${built.stderr}`;
    const size = bundleKib(output);
    if (built.error !== undefined || built.status !== 0 || size === undefined) return built.error?.message ?? output;
    return size <= MOST_BUNDLE_KIB ? undefined : `${size} KiB gzipped, more than ${MOST_BUNDLE_KIB}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Generates migrations into a copy: a file more than before means that the schema was changed without one. */
function checkMigrations(): string | undefined {
  const copy = mkdtempSync(join(tmpdir(), 'draftgate-migrations-'));
  try {
    cpSync(join(root, 'migrations'), copy, { recursive: true });
    const before = readdirSync(copy).length;
    const schema = './src/storage/schema/index.ts';
    const out = relative(root, copy);
    const problem = run('drizzle-kit', ['generate', '--dialect=postgresql', `--schema=${schema}`, `--out=${out}`]);
    if (problem !== undefined) return problem;
    return readdirSync(copy).length === before
      ? undefined
      : 'The schema has changes that no migration has: run "npm run db:generate".';
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
