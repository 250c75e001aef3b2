import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditLines, lockfileProblems } from '../../scripts/audit/judge-audit.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const json = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

describe('the dependency audit', () => {
  it.each([
    [
      'a registry without the service',
      '{"message":"405 Method Not Allowed - POST https://registry.example/x","method":"POST"}',
      'not-asked',
      /405 Method Not Allowed/,
    ],
    ['no answer', '', 'not-asked', /no answer/],
    ['nothing known', '{"auditReportVersion":2,"vulnerabilities":{}}', 'clean', /none known/],
    [
      'a vulnerability',
      '{"auditReportVersion":2,"vulnerabilities":{"hono":{"severity":"high","range":"<4.1"}}}',
      'vulnerable',
      /FAIL .*hono <4\.1 \(high\)/,
    ],
  ])('reads %s', (_what, output, status, line) => {
    const read = auditLines(output);
    expect(read.status).toBe(status);
    expect(read.lines.join('\n')).toMatch(line);
  });

  it('finds nothing in this project’s own dependencies', () => {
    expect(lockfileProblems(json('package.json'), json('package-lock.json'))).toEqual([]);
  });

  it.each([
    ['a range', { dependencies: { hono: '^4.0.0' } }, { packages: {} }, /hono is not an exact version/],
    [
      'a git source',
      {},
      { packages: { 'node_modules/x': { version: '1.0.0', resolved: 'git+ssh://host/x' } } },
      /x comes from git\+ssh:/,
    ],
    [
      'a script',
      { allowScripts: { y: true } },
      { packages: { 'node_modules/a/node_modules/@b/x': { version: '1.0.0', hasInstallScript: true } } },
      /@b\/x runs a script/,
    ],
  ])('finds %s', (_what, manifest, lockfile, problem) => {
    expect(lockfileProblems(manifest as never, lockfile as never)).toEqual([expect.stringMatching(problem)]);
  });
});
