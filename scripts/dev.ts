/** `npm run dev`: the whole service on this machine, on embedded defaults. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seedDemo } from './demo/seed-demo.ts';
import { createApiClient } from './lib/api-client.ts';
import { portOf, runCommand, UsageError } from './lib/command.ts';
import { chooseModelFromEnvironment, ROOT, type Service, startService } from './local/service.ts';

const HELP = `
npm run dev -- [--port N] [--ephemeral] [--empty]

Starts the Worker with an embedded Postgres, local KV, queues and cron, and a demo business.

  --port N      port of the service on 127.0.0.1 (8787)
  --ephemeral   database in memory, gone at exit
  --empty       no demo data

Environment:
  DRAFTGATE_ADMIN_KEY    the admin key, 32 characters or more (else one is made and kept in .draftgate/)
  DATABASE_URL           any Postgres with pgvector, or Neon, in place of the embedded one
  DATABASE_OWNER_URL     its owner's login, for migrations (else DATABASE_URL)
  OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL, OPENAI_EMBEDDING_MODEL
                         a model in place of the offline one
  SLACK_WEBHOOK_URL, SLACK_CHANNEL, ALERT_EMAIL_FROM, ALERT_EMAIL_TO, PAGERDUTY_ROUTING_KEY, PAGERDUTY_URL
                         channels of alerts; none is configured by default
`;

const stateFolder = join(ROOT, '.draftgate');
const runningFolder = join(stateFolder, 'running');
const MINUTE_MS = 60_000;
/** What makes each channel of alerts work; the others of its variables have defaults. */
const CHANNELS = { Slack: 'SLACK_WEBHOOK_URL', 'e-mail': 'ALERT_EMAIL_FROM', PagerDuty: 'PAGERDUTY_ROUTING_KEY' };

await runCommand(
  HELP,
  { port: { type: 'string', default: '8787' }, ephemeral: { type: 'boolean' }, empty: { type: 'boolean' } },
  async (values) => {
    const port = portOf(values.port ?? '8787');
    const ephemeral = values.ephemeral === true;
    const stop = new AbortController();
    const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
    mkdirSync(stateFolder, { recursive: true });
    let service: Service | undefined;
    try {
      service = await startService({
        port,
        adminKey: readAdminKey(ephemeral),
        database: {
          ...(ephemeral ? {} : { dataDir: join(stateFolder, 'database') }),
          ...(process.env.DATABASE_URL ? { databaseUrl: process.env.DATABASE_URL } : {}),
          ...(process.env.DATABASE_OWNER_URL ? { ownerUrl: process.env.DATABASE_OWNER_URL } : {}),
        },
        chooseModel: chooseModelFromEnvironment,
        variables: { PUBLIC_URL: `http://127.0.0.1:${port}`, ...channelVariables() },
        // Where `wrangler kv key put --local` writes by itself: an operator's flip reaches the running service.
        stateFolder: localState(ephemeral),
        signal: stop.signal,
      });
      await serve(service, values.empty !== true, stop.signal);
      await Promise.race([stopped, service.ended.then(reportEnd)]);
    } catch (error) {
      // Ctrl-C while it starts is no failure.
      if (!stop.signal.aborted) throw error;
    } finally {
      await service?.close();
      rmSync(join(runningFolder, String(process.pid)), { force: true });
    }
    return undefined;

    function reportEnd(code: number | null) {
      if (stop.signal.aborted) return;
      throw new Error(`the Worker's process ended by itself (code ${code})`);
    }
  },
);
// Sockets that wrangler or a client left open must not keep the command alive.
process.exit(process.exitCode ?? 0);

/** Demo data, the clock of the cron table, and the lines that say how to go on. */
async function serve({ base, adminKey, database, model }: Service, demo: boolean, signal: AbortSignal): Promise<void> {
  if (demo) await seedDemo(createApiClient(base, adminKey), database.query, new Date());
  const minute = setInterval(() => void runCron(base, '* * * * *'), MINUTE_MS);
  signal.addEventListener('abort', () => clearInterval(minute));

  console.log(`ready ${base}`);
  console.log(`admin key ${adminKey}`);
  console.log(`database ${database.kind}, model ${model.label}`);
  console.log(`alerts ${channelWords()}`);
  if (demo) {
    console.log(`pages: ${base}/inbox (sign in with the admin key and a name)`);
    console.log(
      `drafts of the demo inbox: curl -s '${base}/v1/drafts?businessId=demo' -H 'Authorization: Bearer ${adminKey}'`,
    );
  }
}

function channelVariables(): Record<string, string> {
  const names = [...Object.values(CHANNELS), 'SLACK_CHANNEL', 'ALERT_EMAIL_TO', 'PAGERDUTY_URL'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value ? [[name, value]] : [];
    }),
  );
}

function channelWords(): string {
  const words = (isSet: boolean) =>
    Object.entries(CHANNELS)
      .filter(([, name]) => Boolean(process.env[name]) === isSet)
      .map(([channel, name]) => (isSet ? channel : `${channel} (${name})`))
      .join(', ');
  const missing = words(false);
  return `go to ${words(true) || 'no channel'}${missing === '' ? '' : `; not configured: ${missing}`}`;
}

/** The folder of local KV and queues. An ephemeral run begins with an empty one, unless another run stands on it. */
function localState(ephemeral: boolean): string {
  const folder = join(ROOT, '.wrangler', 'state');
  mkdirSync(runningFolder, { recursive: true });
  const others = readdirSync(runningFolder).filter((pid) => isAlive(Number(pid)));
  if (ephemeral && others.length === 0) rmSync(folder, { recursive: true, force: true });
  writeFileSync(join(runningFolder, String(process.pid)), '');
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function readAdminKey(ephemeral: boolean): string {
  const given = process.env.DRAFTGATE_ADMIN_KEY;
  if (given !== undefined && given !== '') {
    if (given.length < 32) throw new UsageError('DRAFTGATE_ADMIN_KEY needs 32 characters or more');
    return given;
  }
  const made = randomBytes(24).toString('hex');
  if (ephemeral) return made;
  const file = join(stateFolder, 'admin-key');
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (kept.length >= 32) return kept;
  } catch {
    // The first start in this checkout.
  }
  writeFileSync(file, `${made}\n`, { mode: 0o600 });
  return made;
}

/** wrangler has cron handlers but no clock: this is the clock. */
async function runCron(base: string, cron: string): Promise<void> {
  const url = `${base}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent(cron)}`;
  await fetch(url, { signal: AbortSignal.timeout(MINUTE_MS) }).catch(() => {});
}
