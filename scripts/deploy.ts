/** `npm run deploy`: everything that a Worker needs, then the Worker. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createDeployDatabase } from './deploy/database.ts';
import { readSettings, TARGETS, type Target, withNamespaceId } from './deploy/settings.ts';
import { deploySteps, runSteps } from './deploy/steps.ts';
import { createWrangler, OPERATOR_SECRETS } from './deploy/wrangler.ts';
import { runCommand, UsageError } from './lib/command.ts';

const HELP = `
npm run deploy -- [--env staging|production] [--yes] [--url URL]

Checks what a deployment needs, and says in one line each what it would do; with --yes it does it: KV namespace, queues and dead
letter queues, migrations, the Worker's database login, secrets, the Worker itself. What is there stays as it is, so a run that
stopped half-way is simply run again. Nothing secret is printed.

  --env NAME   staging (default) or production, as wrangler.toml has them
  --dry-run    look, and change nothing: what happens without --yes too
  --yes        do it
  --url URL    where the Worker will answer, if not at the address that wrangler names

Environment:
  CLOUDFLARE_API_TOKEN   or "npx wrangler login" before; CLOUDFLARE_ACCOUNT_ID where there are several
  DATABASE_OWNER_URL     the login that owns the tables (on Neon: the direct host, not the pooled one)
  DATABASE_URL           the Worker's connection string; else a password is made, and the owner's host is taken
  OPENAI_API_KEY         the model's key
  SLACK_WEBHOOK_URL, PAGERDUTY_ROUTING_KEY   channels of alerts, if wanted
  DRAFTGATE_ADMIN_KEY    32 characters or more; else one is made and kept in .draftgate/<env>.admin-key

Exit code 0: done, or nothing failed; 1: a step failed, and nothing after it was tried; 2: wrong use.
`;

const PROBES = 10;
const PROBE_PAUSE_MS = 3_000;
const PROBE_TIMEOUT_MS = 10_000;

await runCommand(
  HELP,
  {
    env: { type: 'string', default: 'staging' },
    'dry-run': { type: 'boolean' },
    yes: { type: 'boolean' },
    url: { type: 'string' },
  },
  async (values) => {
    const target = TARGETS.find((name) => name === values.env);
    if (target === undefined) throw new UsageError(`--env ${values.env}: one of ${TARGETS.join(', ')}`);
    if (values.yes === true && values['dry-run'] === true)
      throw new UsageError('--dry-run and --yes exclude each other');
    if (values.url !== undefined && !URL.canParse(values.url)) throw new UsageError(`--url ${values.url}: not a URL`);
    const { DATABASE_OWNER_URL: ownerUrl, DRAFTGATE_ADMIN_KEY: adminKey } = process.env;
    if (ownerUrl && !URL.canParse(ownerUrl)) throw new UsageError('DATABASE_OWNER_URL is not a connection string');
    if (adminKey && adminKey.length < 32) throw new UsageError('DRAFTGATE_ADMIN_KEY needs 32 characters or more');

    // Where the project is: tests run this script over a copy of it.
    const root = process.env.DRAFTGATE_ROOT || join(import.meta.dirname, '..');
    const configPath = join(root, 'wrangler.toml');
    const act = values.yes === true;
    const steps = deploySteps({
      settings: readSettings(configPath, target),
      wrangler: createWrangler(root),
      database: ownerUrl ? createDeployDatabase(ownerUrl, join(import.meta.dirname, '..')) : undefined,
      secrets: Object.fromEntries(OPERATOR_SECRETS.map((name) => [name, process.env[name] || undefined])),
      act,
      writeNamespaceId: (binding, id) =>
        writeFileSync(configPath, withNamespaceId(readFileSync(configPath, 'utf8'), target, binding, id)),
      keepAdminKey: (key) => keepAdminKey(root, target, key),
      probe,
      url: values.url?.replace(/\/+$/, ''),
    });
    console.log(`${act ? 'deploys' : 'dry run of'} ${target}`);
    const statuses = await runSteps(steps, console.log);
    if (statuses.includes('failed')) {
      console.error('stopped; what was done stays, and a second run goes on from here');
      return 1;
    }
    if (!act) {
      const unseen = statuses.filter((status) => status === 'skipped').length;
      console.log(`nothing was changed${unseen > 0 ? `; ${unseen} steps could not be looked at` : ''}; --yes does it`);
    } else console.log('next: npm run preflight -- --base <url>');
    return 0;
  },
);

function keepAdminKey(root: string, target: Target, key: string): string {
  const folder = join(root, '.draftgate');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${target}.admin-key`);
  writeFileSync(file, key, { mode: 0o600 });
  return relative(root, file);
}

/** A new version needs seconds until every location has it. */
async function probe(base: string): Promise<{ ready: boolean; detail: string }> {
  let detail = 'no answer';
  for (let count = 0; count < PROBES; count += 1) {
    if (count > 0) await delay(PROBE_PAUSE_MS);
    try {
      const response = await fetch(`${base}/readyz`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
      detail = `${response.status} ${(await response.text()).slice(0, 200)}`;
      if (response.ok) return { ready: true, detail };
    } catch {
      detail = 'no answer';
    }
  }
  return { ready: false, detail };
}
