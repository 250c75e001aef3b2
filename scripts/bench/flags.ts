import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BenchOptions, type BenchRow, quantile } from './bench-row.ts';

const FOLDER = new URL('.', import.meta.url).pathname;
const DECISIONS = 20_000;
const ROUNDS = 9;
const START_TIMEOUT_MS = 20_000;
/** One in two enrolled, nine of ten of them on, four of five threads in the RAG arm. */
const EXPECTED_ON = 0.36;

const PEERS = { 'growthbook.js': 'GrowthBook SDK', 'openfeature.js': 'OpenFeature SDK, in-memory provider' } as const;

/** One flag decision inside the Workers runtime, beside two flag SDKs that run in it: time and bundle. */
export async function bench(_options: BenchOptions): Promise<BenchRow[]> {
  const missing = installPeers();
  if (missing !== undefined) console.error(`flags: not compared (${missing})`);
  const workers = ['ours.ts', ...(missing === undefined ? Object.keys(PEERS) : [])];
  const [ours, ...theirs] = await measure(workers);
  if (ours === undefined) return [];
  const rows: BenchRow[] = Object.values(PEERS).flatMap((name, index) => {
    const other = theirs[index];
    if (other === undefined) return [];
    return [
      {
        name: 'a decision in workerd',
        value: ours.microseconds,
        unit: 'µs',
        other: { name, value: other.microseconds },
        n: DECISIONS * ROUNDS,
        note: `median of ${ROUNDS} rounds in turns; on: ${percent(ours.on)} and ${percent(other.on)}`,
      },
      { name: 'its code, gzipped', value: ours.kilobytes, unit: 'kB', other: { name, value: other.kilobytes } },
    ];
  });
  return rows.length > 0
    ? rows
    : [{ name: 'a decision in workerd', value: ours.microseconds, unit: 'µs', n: DECISIONS * ROUNDS, note: missing }];
}

interface Measured {
  microseconds: number;
  kilobytes: number;
  /** Share of decisions that were on. */
  on: number;
}

/**
 * Timed from outside, around requests with and without decisions: the runtime's own clock stands still while it computes.
 * The Workers take turns, so that a busy machine is busy for all of them.
 */
async function measure(workers: string[]): Promise<Measured[]> {
  const running: { worker: string; script: string; url: string; stop: () => Promise<void> }[] = [];
  try {
    for (const worker of workers) {
      const script = await bundle(worker);
      running.push({ worker, script, ...(await startWorkerd(script)) });
    }
    const samples = running.map(() => ({ empty: [] as number[], full: [] as number[], on: 0 }));
    for (let round = -1; round < ROUNDS; round++) {
      for (const [index, { url }] of running.entries()) {
        const sample = samples[index];
        const [empty, full] = [await decide(url, 0), await decide(url, DECISIONS)];
        // The first round warms up.
        if (sample === undefined || round < 0) continue;
        sample.empty.push(empty.ms);
        sample.full.push(full.ms);
        sample.on = full.on / DECISIONS;
      }
    }
    return running.map(({ worker, script }, index) => {
      const { empty, full, on } = samples[index] ?? { empty: [], full: [], on: 0 };
      if (Math.abs(on - EXPECTED_ON) > 0.02) throw new Error(`${worker} decides otherwise: ${percent(on)} on`);
      const ms = quantile(full, 0.5) - quantile(empty, 0.5);
      return { microseconds: (ms * 1000) / DECISIONS, kilobytes: gzipSync(script).length / 1000, on };
    });
  } finally {
    for (const { stop } of running) await stop();
  }
}

async function decide(url: string, count: number): Promise<{ ms: number; on: number }> {
  const started = performance.now();
  const { on } = (await (await fetch(`${url}/?n=${count}`)).json()) as { on: number };
  return { ms: performance.now() - started, on };
}

/** The Workers runtime itself on one script, on a free port. */
async function startWorkerd(script: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'draftgate-flags-'));
  const port = await freePort();
  writeFileSync(join(folder, 'index.js'), script);
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "index.js")],
  compatibilityDate = "2026-11-01",
);
`,
  );
  const runtime = spawn('workerd', ['serve', 'config.capnp'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  runtime.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  runtime.once('error', (error) => {
    complaint += error.message;
  });
  const ended = new Promise<void>((resolve) => runtime.once('close', () => resolve()));
  const stop = async () => {
    runtime.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  for (const end = performance.now() + START_TIMEOUT_MS; performance.now() < end; ) {
    if (runtime.exitCode !== null || runtime.pid === undefined) break;
    if (
      await fetch(`${url}/?n=0`).then(
        (response) => response.ok,
        () => false,
      )
    )
      return { url, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error(`workerd did not start: ${complaint.trim().split('\n')[0] || 'no answer in time'}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function bundle(worker: string): Promise<string> {
  const fromWrangler = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'));
  const esbuild = fromWrangler('esbuild') as {
    build: (options: object) => Promise<{ outputFiles: { text: string }[] }>;
  };
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(FOLDER, 'support', 'flag-workers', worker)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*'],
    // As wrangler does it for the runtime's own modules.
    alias: { events: 'node:events', async_hooks: 'node:async_hooks' },
  });
  return outputFiles[0]?.text ?? '';
}

/** The packages of scripts/bench/package.json, installed at the first use; one line where that fails. */
function installPeers(): string | undefined {
  if (existsSync(join(FOLDER, 'node_modules', '@openfeature'))) return undefined;
  console.error('flags: installing the packages that it compares with ...');
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: 'ignore',
  });
  return error !== undefined || status !== 0 ? 'the packages to compare with could not be installed' : undefined;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
