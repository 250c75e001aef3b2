import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT, usablePort } from '../local/service.ts';
import { type BenchOptions, type BenchRow, quantile } from './bench-row.ts';
import { memoryOfRuntime } from './support/memory-of.ts';

const STARTS = 7;
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 2;
/** What the free plan takes, gzipped; the paid one takes 10 MB. */
const LARGEST_BUNDLE_MB = 3;
const EMPTY_WORKER = 'export default { fetch: () => new Response("ok") };';

/** Size of the bundle as it would be deployed, and what it adds to the start of an empty Worker. */
export async function bench(_options: BenchOptions): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'draftgate-bundle-'));
  try {
    const bundle = build(folder);
    const script = readFileSync(join(folder, 'index.js'), 'utf8');
    const [ours, empty] = [[] as Started[], [] as Started[]];
    for (let at = 0; at < STARTS; at++) {
      empty.push(await startOnce(EMPTY_WORKER));
      ours.push(await startOnce(script));
    }
    const median = (runs: Started[], key: keyof Started) =>
      quantile(
        runs.map((run) => run[key]),
        0.5,
      );
    const compared = (name: string, key: keyof Started, unit: string): BenchRow => ({
      name,
      value: median(ours, key),
      unit,
      other: { name: 'an empty Worker', value: median(empty, key) },
      n: STARTS,
      note: 'median',
    });
    return [
      { name: 'bundle', value: bundle.bytes / 1e6, unit: 'MB' },
      {
        name: 'bundle, gzipped',
        value: bundle.gzippedBytes / 1e6,
        unit: 'MB',
        limit: { relation: '<=', bound: LARGEST_BUNDLE_MB },
      },
      compared('start of the runtime to the first response', 'firstResponseMs', 'ms'),
      compared('second response', 'secondResponseMs', 'ms'),
      compared('memory of the runtime after the first response', 'megabytes', 'MB'),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function build(folder: string): { bytes: number; gzippedBytes: number } {
  const { status, stderr, error } = spawnSync('wrangler', ['deploy', '--dry-run', '--outdir', folder], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' },
  });
  if (error !== undefined) throw new Error('wrangler is missing: run "npm ci" first');
  if (status !== 0) throw new Error(`the bundle does not build: ${stderr.trim().split('\n')[0]}`);
  const files = readdirSync(folder).filter((name) => !name.endsWith('.map') && name !== 'README.md');
  const contents = files.map((name) => readFileSync(join(folder, name)));
  return {
    bytes: contents.reduce((sum, content) => sum + content.length, 0),
    gzippedBytes: contents.reduce((sum, content) => sum + gzipSync(content).length, 0),
  };
}

interface Started {
  firstResponseMs: number;
  secondResponseMs: number;
  megabytes: number;
}

/** Starts the runtime itself on a script, without wrangler, until `/healthz` answers. */
async function startOnce(script: string): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'draftgate-start-'));
  const port = await usablePort(0);
  const url = `http://127.0.0.1:${port}/healthz`;
  writeFileSync(join(folder, 'index.js'), script);
  writeFileSync(join(folder, 'config.capnp'), configOf(port));
  const begin = performance.now();
  const runtime = spawn('workerd', ['serve', 'config.capnp'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  runtime.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString('utf8');
  });
  const ended = new Promise<void>((resolve) => runtime.once('close', () => resolve()));
  try {
    await answered(url, () => (runtime.exitCode === null ? undefined : complaint));
    const firstResponseMs = performance.now() - begin;
    const megabytes = memoryOfRuntime(process.pid);
    const again = performance.now();
    await (await fetch(url)).text();
    return { firstResponseMs, secondResponseMs: performance.now() - again, megabytes };
  } finally {
    runtime.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function answered(url: string, ended: () => string | undefined): Promise<void> {
  for (const end = performance.now() + START_TIMEOUT_MS; performance.now() < end; ) {
    const complaint = ended();
    if (complaint !== undefined) throw new Error(`workerd ended: ${complaint.trim().split('\n')[0]}`);
    try {
      const response = await fetch(url);
      await response.text();
      if (response.ok) return;
      throw new Error(`the Worker answers ${url} with ${response.status}`);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  throw new Error(`the Worker did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

function configOf(port: number): string {
  const texts = {
    ENVIRONMENT: 'development',
    DATABASE_URL: 'postgresql://nobody:nothing@127.0.0.1:1/none',
    DATABASE_FETCH_ENDPOINT: 'http://127.0.0.1:1/sql',
    DRAFTGATE_ADMIN_KEY: 'x'.repeat(32),
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
    OPENAI_MODEL: 'none',
    OPENAI_EMBEDDING_MODEL: 'none',
  };
  const bindings = Object.entries(texts).map(([name, text]) => `(name = "${name}", text = "${text}")`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "index.js")],
  compatibilityDate = "${compatibilityDate()}",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [${bindings.join(', ')}],
);
`;
}

function compatibilityDate(): string {
  const toml = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
  return /^compatibility_date\s*=\s*"([^"]+)"/m.exec(toml)?.[1] ?? '';
}
