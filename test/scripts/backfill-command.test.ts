import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

function run(script: string, args: string[], variables: Record<string, string> = {}) {
  const PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const { DATABASE_URL: _url, DATABASE_OWNER_URL: _owner, DRAFTGATE_URL: _base, ...rest } = process.env;
  const result = spawnSync('node', [join(root, 'scripts', script), ...args], {
    encoding: 'utf8',
    env: { ...rest, ...variables, PATH } as unknown as NodeJS.ProcessEnv,
  });
  return { code: result.status, lines: result.stderr.trim().split('\n'), output: result.stdout };
}

const DEPLOYMENT = { DRAFTGATE_URL: 'http://127.0.0.1:9', DRAFTGATE_ADMIN_KEY: 'k'.repeat(40) };

describe('commands of retrieval', () => {
  it.each([
    ['backfill.ts', [], DEPLOYMENT, '--businessId <id> is missing'],
    ['backfill.ts', ['--businessId=a', '--days=0'], DEPLOYMENT, '--days 0'],
    ['backfill.ts', ['--businessId=a', '--days=181'], DEPLOYMENT, '--days 181'],
    ['backfill.ts', ['--businessId=a', '--fast'], DEPLOYMENT, '--fast'],
    ['backfill.ts', ['--businessId=a'], {}, 'no deployment given'],
    ['verify-db-timeout.ts', [], {}, 'DATABASE_URL is not set'],
    ['verify-db-timeout.ts', ['--timeout=soon'], { DATABASE_URL: 'postgresql://a:b@127.0.0.1:1/c' }, '--timeout soon'],
    ['verify-indexes.ts', [], { DATABASE_URL: 'mysql://nobody' }, 'DATABASE_URL'],
    ['verify-indexes.ts', [], { DATABASE_URL: 'postgresql://a:b@127.0.0.1:1/c' }, 'no connection to 127.0.0.1:1/c'],
  ])(
    '%s %j answers wrong use with one clear line and exit code 2',
    (script, args, variables, line) => {
      const { code, lines, output } = run(script, args, variables as Record<string, string>);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(line);
      expect(code).toBe(2);
      expect(output).toBe('');
    },
    30_000,
  );

  it.each(['backfill.ts', 'verify-db-timeout.ts', 'verify-indexes.ts'])(
    '%s --help says how to use it',
    (script) => {
      const { code, output } = run(script, ['--help']);
      expect(code).toBe(0);
      expect(output).toContain('npm run');
    },
    30_000,
  );
});
