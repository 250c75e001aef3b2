/** `npm run security`: the five security suites, and the scenarios in which a model does its worst. */
import { spawnSync } from 'node:child_process';
import { createApiClient } from './lib/api-client.ts';
import { runCommand } from './lib/command.ts';
import { DEPLOYMENT_HELP, DEPLOYMENT_OPTIONS, readDeployment } from './lib/deployment.ts';
import { recordProof } from './lib/record-proof.ts';
import { ROOT } from './local/service.ts';

const HELP = `
npm run security -- [--base URL] [--no-record]

Runs the security suites of this checkout: tool whitelist, PII, header injection, recipients, fact grounding; and the
scenarios of hostile mail and hostile models in the Workers runtime. With a deployment, records date, commit and outcome
there, where "npm run preflight" looks for it; its own code is not what runs, so check out what is deployed.

  --no-record   does not record
${DEPLOYMENT_HELP}
`;

const SUITES = ['tool-whitelist', 'pii', 'header-injection', 'recipients', 'fact-grounding'];
const SCENARIOS = [
  'hostile-model',
  'hostile-text',
  'recipient-guard',
  'header-injection',
  'pii-in-tool-results-and-mail',
  'who-may-know',
  'isolation',
];

await runCommand(HELP, { 'no-record': { type: 'boolean' }, ...DEPLOYMENT_OPTIONS }, async (values) => {
  const records = values['no-record'] !== true && (values.base ?? process.env.DRAFTGATE_URL) !== undefined;
  const deployment = records ? readDeployment(values.base) : undefined;
  const suites = run('rules', [
    ...SUITES.map((name) => `test/security/${name}.test.ts`),
    'test/security/injection.test.ts',
  ]);
  const scenarios = run(
    'worker',
    SCENARIOS.map((name) => `test/scenarios/${name}.test.ts`),
  );
  const passed = suites && scenarios;
  if (deployment !== undefined) {
    const api = createApiClient(deployment.base, deployment.key, deployment.actor ?? 'security');
    await recordProof(api, 'security-suites', passed, { suites: SUITES, scenarios: SCENARIOS, commit: commit() });
  }
  return passed ? 0 : 1;
});

function run(project: string, files: string[]): boolean {
  const args = ['run', '--project', project, '--passWithNoTests=false', ...files];
  return spawnSync('vitest', args, { cwd: ROOT, stdio: 'inherit' }).status === 0;
}

/** The commit of this checkout, marked where files differ from it. */
function commit(): string {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' }).stdout?.trim() ?? '';
  return `${git('rev-parse', '--short=12', 'HEAD') || 'unknown'}${git('status', '--porcelain') ? ' with changes' : ''}`;
}
