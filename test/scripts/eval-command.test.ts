import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const empty = mkdtempSync(join(tmpdir(), 'draftgate-eval-'));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

function run(...args: string[]) {
  const PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const result = spawnSync('node', [join(root, 'scripts', 'eval.ts'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, PATH },
  });
  return { code: result.status, lines: result.stderr.trim().split('\n'), output: result.stdout };
}

describe('npm run eval', () => {
  it.each([
    ['without --data', [], '--data FOLDER is missing'],
    ['with a folder that is not there', ['--data', join(empty, 'nowhere')], 'there is no such folder'],
    ['with a folder without the sets', ['--data', empty], 'no tools_taubench_retail/dev.jsonl in it'],
    ['with a part that there is not', ['--data', empty, '--only', 'everything'], '--only everything: not one of main'],
    ['with an option that there is not', ['--fast'], '--fast'],
  ])(
    '%s answers one clear line and exit code 2',
    (_name, args, line) => {
      const { code, lines, output } = run(...args);
      expect(code).toBe(2);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(line);
      expect(output).toBe('');
    },
    30_000,
  );

  it('--help says how to use it', () => {
    const { code, output } = run('--help');
    expect(code).toBe(0);
    expect(output).toContain('--data FOLDER');
  }, 30_000);
});
