/** `npm run audit`: known vulnerabilities of what is deployed, and what the lockfile lets run and come in. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditLines, lockfileProblems } from './audit/judge-audit.ts';
import { runCommand } from './lib/command.ts';

const HELP = `
npm run audit -- [--strict]

Asks the registry for known vulnerabilities of the packages that the Worker is built from, and checks what needs no registry:
exact versions, one known source, and no package that runs a script at installation beyond those that package.json allows.

  --strict   a registry that cannot be asked counts as failed

Exit code 0: nothing found; 1: something found.
`;

const root = join(import.meta.dirname, '..');
const json = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

await runCommand(HELP, { strict: { type: 'boolean' } }, async (values) => {
  const problems = lockfileProblems(json('package.json'), json('package-lock.json'));
  for (const problem of problems) console.log(`FAIL     lockfile: ${problem}`);
  if (problems.length === 0) console.log('ok       lockfile: exact versions, one source, no unexpected scripts');

  const asked = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: root, encoding: 'utf8', timeout: 120_000 });
  const { status, lines } = auditLines(asked.stdout ?? '');
  for (const line of lines) console.log(line);
  return problems.length > 0 || status === 'vulnerable' || (status === 'not-asked' && values.strict === true) ? 1 : 0;
});
