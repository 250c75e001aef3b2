/** `npm run preflight`: the hand checks and the pre-deployment checklist, against any deployment. */
import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient } from './lib/api-client.ts';
import { runCommand, UsageError } from './lib/command.ts';
import { DEPLOYMENT_HELP, DEPLOYMENT_OPTIONS, readDeployment } from './lib/deployment.ts';
import { ROOT } from './local/service.ts';
import { runChecklist } from './preflight/checklist.ts';
import { runHandChecks } from './preflight/hand-checks.ts';
import { type Outcome, pass, runCheck } from './preflight/outcome.ts';
import { leaveSandbox, newSandboxId, openSandbox, type Sandbox } from './preflight/sandbox.ts';

const HELP = `
npm run preflight -- [--base URL] [--only hand|checklist] [--retrievals N] [--strict] [--json]

Makes the eight hand checks and goes through the pre-deployment checklist, over the public API only. Works in a throw-away
business of its own that it deletes afterwards, also when it is interrupted; what a killed run left, the next one deletes.
Safe against production: no other business, flag or switch is touched. One alert is sent, marked as a test.

  --only PART      hand: the eight checks; checklist: the rest
  --retrievals N   retrievals that the p95 is of (20)
  --strict         what was skipped counts as failed
  --json           the outcome as JSON
${DEPLOYMENT_HELP}

Exit code 0: everything passed or was skipped with its reason; 1: something failed; 2: wrong use.
`;

const INTERRUPTION_PAUSE_MS = 1_000;
const MARKS = { pass: 'pass   ', fail: 'FAIL   ', skipped: 'skipped' };

await runCommand(
  HELP,
  {
    only: { type: 'string' },
    retrievals: { type: 'string', default: '20' },
    strict: { type: 'boolean' },
    json: { type: 'boolean' },
    ...DEPLOYMENT_OPTIONS,
  },
  async (values) => {
    const { only } = values;
    if (only !== undefined && only !== 'hand' && only !== 'checklist') {
      throw new UsageError(`--only ${only}: must be hand or checklist`);
    }
    const retrievals = Number(values.retrievals);
    if (!Number.isInteger(retrievals) || retrievals < 1 || retrievals > 1_000) {
      throw new UsageError(`--retrievals ${values.retrievals}: not a number from 1 to 1000`);
    }
    const { base, key, actor } = readDeployment(values.base);
    const api = createApiClient(base, key, actor ?? 'preflight');
    // Whoever cannot be reached, or does not know the key, has no checklist.
    await api.get('/admin/api/checks');

    const startedAt = new Date().toISOString();
    const outcomes: Outcome[] = [];
    let stopping = false;
    const report = (some: Outcome[]) => {
      if (stopping) return;
      outcomes.push(...some);
      if (values.json !== true) for (const outcome of some) print(outcome);
    };
    const sandboxId = newSandboxId();
    const leave = () => leaveSandbox(api, sandboxId);
    const interrupted = async () => {
      stopping = true;
      // Twice: a request that was under way may still make something.
      await leave().catch(() => undefined);
      await delay(INTERRUPTION_PAUSE_MS);
      await leave().catch(() => undefined);
      process.exit(130);
    };
    process.once('SIGINT', interrupted);
    process.once('SIGTERM', interrupted);
    let sandbox: Sandbox | undefined;
    try {
      const opened = await runCheck('hand check', 'sandbox', async () => {
        sandbox = await openSandbox(api, sandboxId);
        return pass(sandbox.businessId);
      });
      if (opened.status !== 'pass') report([opened]);
      if (only !== 'checklist' && sandbox !== undefined) report(await runHandChecks(sandbox, retrievals));
      if (only !== 'hand') report(await runChecklist(api, sandbox, ROOT));
    } finally {
      if (stopping) await new Promise(() => {});
      const left = await runCheck('hand check', 'sandbox deleted', async () => {
        await leave();
        return pass('nothing is left of it');
      });
      if (left.status !== 'pass') report([left]);
    }
    const count = (status: Outcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
    const summary = { passed: count('pass'), failed: count('fail'), skipped: count('skipped') };
    const ok = summary.failed === 0 && (values.strict !== true || summary.skipped === 0);
    if (values.json === true) {
      console.log(
        JSON.stringify({ base, startedAt, finishedAt: new Date().toISOString(), ok, ...summary, outcomes }, null, 2),
      );
    } else {
      const { passed, failed, skipped } = summary;
      console.log(`\n${ok ? 'ready' : 'NOT ready'}: ${passed} passed, ${failed} failed, ${skipped} skipped (${base})`);
    }
    return ok ? 0 : 1;
  },
);
process.exit(process.exitCode ?? 0);

function print({ name, status, detail }: Outcome): void {
  console.log(`${MARKS[status]}  ${name.padEnd(34)} ${detail}`);
}
