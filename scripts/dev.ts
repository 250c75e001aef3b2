/** `npm run dev`: the whole service on this machine, on embedded defaults. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedDemo } from './demo/seed-demo.ts';
import { createApiClient } from './lib/api-client.ts';
import { portOf, runCommand, UsageError } from './lib/command.ts';
import { startDatabase } from './local/database.ts';
import { startOfflineModel } from './local/offline-model.ts';

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
`;

const root = new URL('..', import.meta.url).pathname;
const stateFolder = join(root, '.draftgate');
const START_TIMEOUT_MS = 60_000;
const MINUTE_MS = 60_000;

await runCommand(
  HELP,
  { port: { type: 'string', default: '8787' }, ephemeral: { type: 'boolean' }, empty: { type: 'boolean' } },
  async (values) => {
    const port = portOf(values.port ?? '8787');
    await assertFree(port);
    mkdirSync(stateFolder, { recursive: true });
    const adminKey = readAdminKey(values.ephemeral === true);
    const cleanUps: (() => unknown)[] = [];
    let stopping: Promise<void> | undefined;
    const stop = () => {
      stopping ??= (async () => {
        for (const cleanUp of cleanUps.reverse()) await cleanUp();
      })();
      return stopping;
    };
    const stopped = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop().then(resolve));
    });
    try {
      const database = await startDatabase({
        migrationsFolder: join(root, 'migrations'),
        ...(values.ephemeral === true ? {} : { dataDir: join(stateFolder, 'database') }),
        ...(process.env.DATABASE_URL ? { databaseUrl: process.env.DATABASE_URL } : {}),
        ...(process.env.DATABASE_OWNER_URL ? { ownerUrl: process.env.DATABASE_OWNER_URL } : {}),
      });
      cleanUps.push(() => database.close());
      const model = await chooseModel();
      cleanUps.push(model.close);

      const folder = mkdtempSync(join(tmpdir(), 'draftgate-dev-'));
      cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
      const variables = {
        ENVIRONMENT: 'development',
        DATABASE_URL: database.url,
        DATABASE_FETCH_ENDPOINT: database.fetchEndpoint ?? '',
        DRAFTGATE_ADMIN_KEY: adminKey,
        ...model.variables,
      };
      const envFile = join(folder, 'variables.env');
      writeFileSync(
        envFile,
        Object.entries(variables)
          .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
          .join(''),
        { mode: 0o600 },
      );
      const worker = startWorker(port, envFile);
      cleanUps.push(() => endOf(worker));
      const base = `http://127.0.0.1:${port}`;
      await answering(base, worker);

      const api = createApiClient(base, adminKey);
      if (values.empty !== true) await seedDemo(api, new Date());
      const minute = setInterval(() => void runCron(base, '* * * * *'), MINUTE_MS);
      cleanUps.push(() => clearInterval(minute));

      console.log(`ready ${base}`);
      console.log(`admin key ${adminKey}`);
      console.log(`database ${database.kind}, model ${model.label}`);
      if (values.empty !== true) {
        console.log(
          `drafts of the demo inbox: curl -s '${base}/v1/drafts?businessId=demo' -H 'Authorization: Bearer ${adminKey}'`,
        );
      }
      worker.once('exit', (code) => {
        if (stopping === undefined) {
          console.error(`the Worker's process ended by itself (code ${code})`);
          process.exitCode = 1;
          process.kill(process.pid, 'SIGTERM');
        }
      });
      await stopped;
    } finally {
      await stop();
    }
    // Sockets that wrangler or a client left open must not keep the command alive.
    process.exit(process.exitCode ?? 0);
  },
);
process.exit(process.exitCode ?? 0);

async function assertFree(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'is in use; choose another with --port' : `cannot be used (${error.code})`;
      reject(new UsageError(`port ${port} ${why}`));
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
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

async function chooseModel() {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL, OPENAI_EMBEDDING_MODEL } = process.env;
  if (OPENAI_API_KEY || OPENAI_BASE_URL) {
    const variables = {
      OPENAI_API_KEY: OPENAI_API_KEY || 'none',
      OPENAI_BASE_URL: OPENAI_BASE_URL || 'https://api.openai.com/v1',
      ...(OPENAI_MODEL ? { OPENAI_MODEL } : {}),
      ...(OPENAI_EMBEDDING_MODEL ? { OPENAI_EMBEDDING_MODEL } : {}),
    };
    return { label: `${OPENAI_MODEL || 'default'} at ${variables.OPENAI_BASE_URL}`, variables, close: async () => {} };
  }
  const offline = await startOfflineModel({});
  const variables = {
    OPENAI_API_KEY: 'offline',
    OPENAI_BASE_URL: offline.baseUrl,
    OPENAI_MODEL: OPENAI_MODEL || 'offline-writer',
    OPENAI_EMBEDDING_MODEL: OPENAI_EMBEDDING_MODEL || 'offline-use-512',
  };
  return { label: 'offline (a deterministic writer, no language model)', variables, close: () => offline.close() };
}

function startWorker(port: number, envFile: string): ChildProcess {
  const args = [
    'dev',
    '--port',
    String(port),
    '--ip',
    '127.0.0.1',
    '--inspector-port',
    '0',
    '--show-interactive-dev-session=false',
    '--log-level',
    'error',
    '--env-file',
    envFile,
  ];
  const worker = spawn('wrangler', args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C reaches us alone, and we end the whole group.
    detached: true,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', FORCE_COLOR: '0' },
  });
  worker.stdout?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  worker.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  return worker;
}

async function endOf(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null || worker.pid === undefined) return;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const group = -worker.pid;
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(group, signal);
    } catch {
      // It is gone.
    }
  };
  kill('SIGTERM');
  const force = setTimeout(() => kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(force);
  kill('SIGKILL');
}

async function answering(base: string, worker: ChildProcess): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  let failure: Error | undefined;
  worker.once('error', (error: NodeJS.ErrnoException) => {
    failure = new Error(error.code === 'ENOENT' ? 'wrangler is missing: run "npm ci" first' : error.message);
  });
  while (Date.now() < end) {
    if (failure !== undefined) throw failure;
    if (worker.exitCode !== null)
      throw new Error(`the Worker did not start (wrangler ended with code ${worker.exitCode})`);
    try {
      const response = await fetch(`${base}/readyz`, { signal: AbortSignal.timeout(5_000) });
      if (response.ok) return;
    } catch {
      // Not yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the Worker did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

/** wrangler has cron handlers but no clock: this is the clock. */
async function runCron(base: string, cron: string): Promise<void> {
  const url = `${base}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent(cron)}`;
  await fetch(url, { signal: AbortSignal.timeout(MINUTE_MS) }).catch(() => {});
}
