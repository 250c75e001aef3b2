import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../lib/command.ts';
import { type LocalDatabase, type LocalDatabaseOptions, startDatabase } from './database.ts';
import { startOfflineModel } from './offline-model.ts';

export const ROOT = new URL('../..', import.meta.url).pathname;
const START_TIMEOUT_MS = 60_000;
const PROBE_TIMEOUT_MS = 5_000;
const KILL_AFTER_MS = 5_000;

/** A model that the Worker speaks to: its variables, and what ends it. */
export interface ChosenModel {
  label: string;
  variables: {
    OPENAI_API_KEY: string;
    OPENAI_BASE_URL: string;
    OPENAI_MODEL?: string;
    OPENAI_EMBEDDING_MODEL?: string;
  };
  close: () => Promise<void>;
}

export interface ServiceOptions {
  /** On 127.0.0.1; 0: any free one. */
  port: number;
  adminKey: string;
  /** Where the database is; `{}` is an embedded one in memory. */
  database: Omit<LocalDatabaseOptions, 'migrationsFolder' | 'port'>;
  chooseModel: () => Promise<ChosenModel>;
  /** Folder of local KV and queues; absent: one of its own, gone at `close`. */
  stateFolder?: string;
  /** Further variables of the Worker, such as channels of alerts. */
  variables?: Record<string, string>;
  /** What stands between the Worker and the local SQL endpoint: takes its URL, gives the one to use. */
  relay?: (endpoint: string) => Promise<{ url: string; close: () => Promise<void> }>;
  /** Port of the Worker's inspector on 127.0.0.1; absent: any. */
  inspectorPort?: number;
  /** Aborted: a start that is under way ends, and leaves nothing behind. */
  signal?: AbortSignal;
}

export interface Service {
  base: string;
  adminKey: string;
  database: LocalDatabase;
  model: ChosenModel;
  /** Process id of wrangler, whose child is the Workers runtime. */
  processId: number;
  /** The exit code, when the Worker's process ends by itself or by `close`. */
  ended: Promise<number | null>;
  /** Stops everything that was started; calling it twice is harmless. */
  close: () => Promise<void>;
}

/** Starts database, model and Worker, and waits until it is ready. Wrong use is a UsageError; any failure leaves nothing running. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const cleanUps: (() => unknown)[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      for (const cleanUp of cleanUps.reverse()) await cleanUp();
    })();
    return closing;
  };
  try {
    const port = await usablePort(options.port);
    const database = await startDatabase({ migrationsFolder: join(ROOT, 'migrations'), ...options.database });
    cleanUps.push(() => database.close());
    options.signal?.throwIfAborted();
    const model = await options.chooseModel();
    cleanUps.push(model.close);
    const relay = options.relay && database.fetchEndpoint ? await options.relay(database.fetchEndpoint) : undefined;
    if (relay) cleanUps.push(relay.close);

    const folder = mkdtempSync(join(tmpdir(), 'draftgate-'));
    cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
    const variables = {
      ENVIRONMENT: 'development',
      DATABASE_URL: database.url,
      DATABASE_FETCH_ENDPOINT: relay?.url ?? database.fetchEndpoint ?? '',
      DRAFTGATE_ADMIN_KEY: options.adminKey,
      ...model.variables,
    };
    const envFile = writeVariables(folder, variables);
    options.signal?.throwIfAborted();
    const stateFolder = options.stateFolder ?? join(folder, 'state');
    const ports = { port, inspectorPort: options.inspectorPort ?? 0 };
    const worker = startWorker(ports, envFile, stateFolder, variables, options.variables ?? {});
    cleanUps.push(() => endOf(worker));
    const base = `http://127.0.0.1:${port}`;
    await answering(base, worker, options.signal);
    return {
      base,
      adminKey: options.adminKey,
      database,
      model,
      processId: worker.pid ?? 0,
      ended: new Promise((resolve) => worker.once('exit', resolve)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The model that the environment names (OPENAI_BASE_URL or OPENAI_API_KEY), else the offline one. */
export async function chooseModelFromEnvironment(): Promise<ChosenModel> {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL, OPENAI_EMBEDDING_MODEL } = process.env;
  if (!OPENAI_API_KEY && !OPENAI_BASE_URL) return chooseOfflineModel();
  const variables = {
    OPENAI_API_KEY: OPENAI_API_KEY || 'none',
    OPENAI_BASE_URL: OPENAI_BASE_URL || 'https://api.openai.com/v1',
    ...(OPENAI_MODEL ? { OPENAI_MODEL } : {}),
    ...(OPENAI_EMBEDDING_MODEL ? { OPENAI_EMBEDDING_MODEL } : {}),
  };
  return { label: `${OPENAI_MODEL || 'default'} at ${variables.OPENAI_BASE_URL}`, variables, close: async () => {} };
}

/** The offline model, whatever the environment says of keys. */
export async function chooseOfflineModel(): Promise<ChosenModel> {
  const offline = await startOfflineModel({});
  return {
    label: 'offline (a deterministic writer, no language model)',
    variables: {
      OPENAI_API_KEY: 'offline',
      OPENAI_BASE_URL: offline.baseUrl,
      OPENAI_MODEL: process.env.OPENAI_MODEL || 'offline-writer',
      OPENAI_EMBEDDING_MODEL: process.env.OPENAI_EMBEDDING_MODEL || 'offline-use-512',
    },
    close: () => offline.close(),
  };
}

/** The port itself where it can be listened on, any free one for 0. */
export async function usablePort(port: number): Promise<number> {
  return new Promise<number>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'is in use; choose another with --port' : `cannot be used (${error.code})`;
      reject(new UsageError(`port ${port} ${why}`));
    });
    probe.listen(port, '127.0.0.1', () => {
      const { port: bound } = probe.address() as AddressInfo;
      probe.close(() => resolve(bound));
    });
  });
}

function writeVariables(folder: string, variables: Record<string, string>): string {
  const file = join(folder, 'variables.env');
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
  writeFileSync(file, lines.join(''), { mode: 0o600 });
  return file;
}

function startWorker(
  { port, inspectorPort }: { port: number; inspectorPort: number },
  envFile: string,
  stateFolder: string,
  variables: Record<string, string>,
  further: Record<string, string>,
): ChildProcess {
  const args = [
    'dev',
    '--port',
    String(port),
    '--ip',
    '127.0.0.1',
    '--inspector-port',
    String(inspectorPort),
    '--show-interactive-dev-session=false',
    '--log-level',
    'error',
    '--env-file',
    envFile,
    '--persist-to',
    stateFolder,
    // Of an env file wrangler takes only what wrangler.toml names: secrets that one may do without come this way.
    ...Object.entries(further).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
  ];
  const worker = spawn('wrangler', args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C reaches us alone, and we end the whole group.
    detached: true,
    // wrangler reads secrets from its environment too: a DATABASE_URL that was meant for us must not reach the Worker.
    env: {
      ...process.env,
      ...variables,
      WRANGLER_SEND_METRICS: 'false',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      FORCE_COLOR: '0',
    },
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
  const force = setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS);
  await ended;
  clearTimeout(force);
  kill('SIGKILL');
}

async function answering(base: string, worker: ChildProcess, signal: AbortSignal | undefined): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  let failure: Error | undefined;
  worker.once('error', (error: NodeJS.ErrnoException) => {
    failure = new Error(error.code === 'ENOENT' ? 'wrangler is missing: run "npm ci" first' : error.message);
  });
  while (Date.now() < end) {
    signal?.throwIfAborted();
    if (failure !== undefined) throw failure;
    if (worker.exitCode !== null)
      throw new Error(`the Worker did not start (wrangler ended with code ${worker.exitCode})`);
    try {
      const response = await fetch(`${base}/readyz`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
      if (response.ok) return;
    } catch {
      // Not yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the Worker did not answer within ${START_TIMEOUT_MS / 1000} s`);
}
