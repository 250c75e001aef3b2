import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../lib/api-client.ts';
import { fail, type Outcome, pass, runCheck, skipped, type Verdict, verdictOf } from './outcome.ts';
import type { Sandbox } from './sandbox.ts';

const DAY_MS = 24 * 60 * 60_000;
/** A proof that is older counts as not done. */
const PROOF_LIFE_MS = 30 * DAY_MS;
const GLOBAL_DRILL_LIMIT_MS = 5 * 60_000;
const QUEUE_WAIT_MS = 60_000;
/** How old the last good run of a task may be: a minute's run may be missed, a night's not. */
const FRESH_MS: Record<string, number> = { '* * * * *': 5 * 60_000, '0 3 * * *': 26 * 60 * 60_000 };
/** All tasks of one run have the same time; what stands this far behind its siblings is no task any more. */
const SAME_RUN_MS = 60_000;
const METRICS = [
  'draftSuccessRate',
  'verificationRate',
  'hallucinationCount',
  'ragHitRate',
  'ragLatencyP95',
  'tokenAccuracy',
  'approvalRate',
  'editDistance',
  'discardRate',
];
const LOAD_LEVELS = [10, 50, 100];
const SELF_CHECKS: Record<string, string> = {
  migrations: 'migrations',
  'database-login': 'database login',
  indexes: 'indexes',
  'statement-timeout': 'statement timeout',
  kv: 'KV',
  bindings: 'bindings',
  flags: 'flags',
  secrets: 'secrets',
};

interface Heartbeat {
  name: string;
  at: string;
  ok: boolean;
  lastOkAt: string | null;
  detail: Record<string, unknown>;
}

interface SelfChecks {
  environment: string;
  checks: { name: string; status: 'ok' | 'failed' | 'skipped'; detail: string }[];
  heartbeats: Heartbeat[];
}

interface Proof {
  kind: string;
  passed: boolean;
  at: string;
  by: string;
  detail: Record<string, unknown>;
}

/** What has to be so before a deployment is opened to businesses; `root` is the checkout that the playbook stands in. */
export async function runChecklist(api: ApiClient, sandbox: Sandbox | undefined, root: string): Promise<Outcome[]> {
  const { body } = await api.get('/admin/api/checks');
  const { checks, heartbeats } = body as SelfChecks;
  const outcomes: Outcome[] = [];
  const add = async (name: string, check: () => Promise<Verdict> | Verdict) =>
    void outcomes.push(await runCheck('checklist', name, check));
  for (const { name, status, detail } of checks) {
    const verdict = { ok: pass, failed: fail, skipped }[status](detail);
    await add(SELF_CHECKS[name] ?? name, () => verdict);
  }
  await add('queues carry messages', () => queuesCarry(api));
  for (const cron of Object.keys(FRESH_MS)) await add(`cron ${cron}`, () => cronFresh(cron, heartbeats));
  await add('alert channels', () => alertChannels(api));
  await add('metrics queries', () => metricsQueries(api));
  await add('backfill dry run', () => backfillDryRun(api, sandbox));
  await add('playbook', () => playbook(root));
  for (const level of ['business', 'cohort', 'global']) {
    await add(`drill ${level}`, () =>
      proved(api, `drill-${level}`, `npm run drill -- --base`, ({ detail }) => {
        if (level !== 'global') return undefined;
        const { detectedToLastOldMs: ms } = detail;
        return ms === null || (typeof ms === 'number' && ms < GLOBAL_DRILL_LIMIT_MS) ? undefined : 'took 5 min or more';
      }),
    );
  }
  await add('load test 10/50/100', () =>
    proved(api, 'loadtest', 'npm run loadtest -- --base', ({ detail }) => {
      const levels = Array.isArray(detail.concurrency) ? detail.concurrency : [];
      const missing = LOAD_LEVELS.filter((level) => !levels.includes(level));
      return missing.length === 0 ? undefined : `did not have ${missing.join(', ')} at a time`;
    }),
  );
  await add('five security suites', () =>
    proved(api, 'security-suites', 'npm run security -- --base', () => undefined),
  );
  return outcomes;
}

async function queuesCarry(api: ApiClient): Promise<Verdict> {
  const { body } = await api.post('/admin/api/checks/queues', {});
  const { probe, queues, refused } = body as { probe: string; queues: string[]; refused: string[] };
  if (refused.length > 0) return fail(`refused by ${refused.join(', ')}`);
  const end = Date.now() + QUEUE_WAIT_MS;
  for (;;) {
    const { heartbeats } = (await api.get('/admin/api/checks')).body as SelfChecks;
    const came = queues.filter((queue) =>
      heartbeats.some(({ name, detail }) => name === `queue:${queue}` && detail.probe === probe),
    );
    if (came.length === queues.length) return pass(`sent, consumed and recorded: ${queues.join(', ')}`);
    if (Date.now() > end) {
      return fail(`no consumer took it within ${QUEUE_WAIT_MS / 1000} s: ${queues.filter((q) => !came.includes(q))}`);
    }
    await delay(500);
  }
}

/** Exported for its test: freshness is judged from heartbeats alone. */
export function cronFresh(cron: string, heartbeats: Heartbeat[], now = Date.now()): Verdict {
  const all = heartbeats.filter(({ name, detail }) => name.startsWith('cron:') && detail.cron === cron);
  if (all.length === 0) {
    return cron === '* * * * *'
      ? fail('has not run yet: it should within a minute of the deployment')
      : skipped('has not run yet: its first time is 03:00 UTC');
  }
  const newest = Math.max(...all.map(({ at }) => Date.parse(at)));
  const tasks = all.filter(({ at }) => newest - Date.parse(at) < SAME_RUN_MS);
  const age = (at: string | null) => (at === null ? Number.POSITIVE_INFINITY : now - Date.parse(at));
  const limit = FRESH_MS[cron] ?? 0;
  if (now - newest > limit) return fail(`last ran ${Math.round((now - newest) / 60_000)} min ago`);
  const failing = tasks.filter(({ lastOkAt }) => age(lastOkAt) > limit).map(({ name }) => name.slice('cron:'.length));
  return failing.length > 0
    ? fail(`failing: ${failing.join(', ')}`)
    : pass(`${tasks.length} tasks, ${Math.round((now - newest) / 1000)} s ago`);
}

interface AlertTest {
  channels: { channel: string; configured: boolean; reason: string | null }[];
  deliveries: { channel: string; status: string; reason: string | null }[];
}

async function alertChannels(api: ApiClient): Promise<Verdict> {
  const { channels, deliveries } = (await api.post('/admin/api/alerts/test', {})).body as AlertTest;
  const configured = channels.filter((channel) => channel.configured).map(({ channel }) => channel);
  if (configured.length === 0) return skipped('no channel is configured: nobody would be told of anything');
  const sent = deliveries.filter(({ status }) => status === 'delivered').map(({ channel }) => channel);
  const unsent = deliveries.filter(({ channel, status }) => configured.includes(channel) && status !== 'delivered');
  const missing = channels.filter((channel) => !channel.configured).map(({ channel }) => channel);
  const rest = missing.length === 0 ? '' : `; not configured: ${missing.join(', ')}`;
  return verdictOf(
    unsent.map(({ channel, status, reason }) => `${channel}: ${status}${reason === null ? '' : ` (${reason})`}`),
    `test event delivered: ${sent.join(', ')}${rest}`,
  );
}

async function metricsQueries(api: ApiClient): Promise<Verdict> {
  const started = performance.now();
  const { body } = await api.get('/admin/api/metrics/rag-pilot?window=24h');
  const missing = METRICS.filter((metric) => !Object.hasOwn(body as object, metric));
  const ms = Math.round(performance.now() - started);
  return verdictOf([missing.length > 0 && `missing: ${missing.join(', ')}`], `${METRICS.length} metrics in ${ms} ms`);
}

async function backfillDryRun(api: ApiClient, sandbox: Sandbox | undefined): Promise<Verdict> {
  if (sandbox === undefined) return skipped('there is no sandbox');
  const { body } = await api.post('/admin/api/backfills', { businessId: sandbox.businessId, days: 90, dryRun: true });
  const { total, tokens, cost, model } = body as Record<string, unknown>;
  return verdictOf(
    [typeof total !== 'number' && 'no count', total === 0 && 'finds none of the mail that was imported'],
    `${total} mails, ${tokens} tokens, ${cost === null ? 'price unknown' : `${cost} USD`}, ${model}`,
  );
}

function playbook(root: string): Verdict {
  const folder = join(root, 'docs');
  const name = existsSync(folder) ? readdirSync(folder).find((file) => /playbook.*\.md$/.test(file)) : undefined;
  if (name === undefined) return fail('there is no docs/*playbook*.md in this checkout');
  const text = readFileSync(join(folder, name), 'utf8');
  const needed = ['npm run rollback', 'feature:RAG_PILOT off'];
  const missing = needed.filter((command) => !text.includes(command));
  return verdictOf([missing.length > 0 && `does not say: ${missing.join(', ')}`], `docs/${name}`);
}

/** The newest proof of a kind: passed, and not too old. */
async function proved(
  api: ApiClient,
  kind: string,
  command: string,
  problemOf: (proof: Proof) => string | undefined,
): Promise<Verdict> {
  const { body } = await api.get(`/admin/api/proofs?kind=${kind}&limit=1`);
  const [proof] = (body as { items: Proof[] }).items;
  if (proof === undefined) return fail(`never recorded: ${command} URL`);
  const day = proof.at.slice(0, 10);
  if (Date.now() - Date.parse(proof.at) > PROOF_LIFE_MS)
    return fail(`last on ${day}, more than 30 days ago: ${command} URL`);
  const problem = proof.passed ? problemOf(proof) : 'failed';
  return problem === undefined ? pass(`${day} by ${proof.by}`) : fail(`${day}: ${problem}`);
}
