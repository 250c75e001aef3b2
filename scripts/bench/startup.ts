import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { ROOT } from '../local/service.ts';
import { type BenchOptions, type BenchRow, quantile } from './bench-row.ts';
import { memoryOfRuntime } from './support/memory-of.ts';

const STARTS = 7;
/** What the free plan takes, gzipped; the paid one takes 10 MB. */
const LARGEST_BUNDLE_MB = 3;
const EMPTY_WORKER = 'export default { fetch: () => new Response("ok") };';

/** Part of miniflare that is used here. */
interface Runtime {
  ready: Promise<URL>;
  dispatchFetch: (url: string) => Promise<{ ok: boolean; text: () => Promise<string> }>;
  dispose: () => Promise<void>;
}

/** Size of the bundle as it would be deployed, and what it adds to the start of an empty Worker. */
export async function bench(_options: BenchOptions): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'draftgate-bundle-'));
  try {
    const bundle = build(folder);
    const script = readFileSync(join(folder, 'index.js'), 'utf8');
    const start = await loadRuntime();
    const [ours, empty] = [[] as Started[], [] as Started[]];
    for (let at = 0; at < STARTS; at++) {
      empty.push(await startOnce(start, EMPTY_WORKER));
      ours.push(await startOnce(start, script));
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

/** The runtime that wrangler itself starts, resolved from where wrangler has it. */
async function loadRuntime(): Promise<(script: string) => Runtime> {
  const fromHere = createRequire(import.meta.url);
  const fromWrangler = createRequire(fromHere.resolve('wrangler/package.json'));
  const module = (await import(pathToFileURL(fromWrangler.resolve('miniflare')).href)) as {
    Miniflare: new (options: object) => Runtime;
  };
  return (script) =>
    new module.Miniflare({
      modules: [{ type: 'ESModule', path: 'index.js', contents: script }],
      compatibilityDate: compatibilityDate(),
      compatibilityFlags: ['nodejs_compat'],
      kvNamespaces: ['FLAGS'],
      queueProducers: { DRAFT_RETRIES: 'draft-retries' },
      ratelimits: { API_RATE_LIMIT: { simple: { limit: 1000, period: 60 } } },
      bindings: {
        ENVIRONMENT: 'development',
        DATABASE_URL: 'postgresql://nobody:nothing@127.0.0.1:1/none',
        DATABASE_FETCH_ENDPOINT: 'http://127.0.0.1:1/sql',
        DRAFTGATE_ADMIN_KEY: 'x'.repeat(32),
        OPENAI_API_KEY: 'none',
        OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
        OPENAI_MODEL: 'none',
        OPENAI_EMBEDDING_MODEL: 'none',
      },
    });
}

function compatibilityDate(): string {
  const toml = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
  return /^compatibility_date\s*=\s*"([^"]+)"/m.exec(toml)?.[1] ?? '';
}

interface Started {
  firstResponseMs: number;
  secondResponseMs: number;
  megabytes: number;
}

async function startOnce(start: (script: string) => Runtime, script: string): Promise<Started> {
  const begin = performance.now();
  const runtime = start(script);
  try {
    const answer = await runtime.dispatchFetch('http://worker.example/healthz');
    await answer.text();
    const firstResponseMs = performance.now() - begin;
    if (!answer.ok) throw new Error('the Worker does not answer /healthz');
    const megabytes = memoryOfRuntime(process.pid);
    const again = performance.now();
    await (await runtime.dispatchFetch('http://worker.example/healthz')).text();
    return { firstResponseMs, secondResponseMs: performance.now() - again, megabytes };
  } finally {
    await runtime.dispose();
  }
}
