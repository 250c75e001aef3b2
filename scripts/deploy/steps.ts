import { randomBytes } from 'node:crypto';
import { bundleKib, MOST_BUNDLE_KIB } from '../lib/bundle-size.ts';
import type { DatabaseState, DeployDatabase } from './database.ts';
import { NO_NAMESPACE, type Settings } from './settings.ts';
import { reasonOf, type Wrangler } from './wrangler.ts';

/** `would`: a dry run found something to do. `skipped`: cannot be known here, and why. */
export interface Outcome {
  status: 'ok' | 'would' | 'done' | 'skipped' | 'failed';
  detail: string;
}

export interface DeployContext {
  settings: Settings;
  wrangler: Wrangler;
  /** Absent where no owner's login is given. */
  database: DeployDatabase | undefined;
  /** Values that the operator gives; what is missing is made, where it can be. */
  secrets: Record<string, string | undefined>;
  /** False: look, and change nothing. */
  act: boolean;
  /** Writes a namespace's id into wrangler.toml. */
  writeNamespaceId: (binding: string, id: string) => void;
  /** Keeps a made admin key where only the operator can read it; says where. */
  keepAdminKey: (key: string) => string;
  /** Asks the deployed Worker whether it is ready. */
  probe: (base: string) => Promise<{ ready: boolean; detail: string }>;
  /** Where the Worker answers, if not where wrangler says. */
  url: string | undefined;
}

export interface Step {
  name: string;
  run: () => Promise<Outcome>;
}

const OLDEST_VECTOR = '0.8';

const ok = (detail: string): Outcome => ({ status: 'ok', detail });
const would = (detail: string): Outcome => ({ status: 'would', detail });
const done = (detail: string): Outcome => ({ status: 'done', detail });
const skipped = (detail: string): Outcome => ({ status: 'skipped', detail });
const failed = (detail: string): Outcome => ({ status: 'failed', detail });

/**
 * The steps of a deployment, in the order in which a stop half-way does no harm: what the new Worker needs comes before it, and
 * nothing of it disturbs the old one (migrations only add). Each looks first and acts only where something is missing.
 */
export function deploySteps(context: DeployContext): Step[] {
  const { settings, wrangler, act } = context;
  let loggedIn = false;
  /** Names of the secrets that the Worker has; undefined where nobody could look. */
  let known: Set<string> | undefined;
  let base = context.url;
  /** A dry run cannot look into an account that nobody is logged into. */
  const blind = () => (loggedIn ? undefined : skipped('not logged in to Cloudflare'));

  async function account(): Promise<Outcome> {
    const answer = await wrangler(['whoami', '--json']);
    if (answer.code === 0) {
      loggedIn = true;
      return ok('logged in to Cloudflare');
    }
    const advice = 'not logged in: run "npx wrangler login", or set CLOUDFLARE_API_TOKEN';
    return act ? failed(advice) : skipped(advice);
  }

  async function bundle(): Promise<Outcome> {
    const answer = await wrangler(['deploy', '--dry-run', ...settings.environment]);
    if (answer.code !== 0) return failed(reasonOf(answer));
    const size = bundleKib(answer.output);
    if (size === undefined) return failed('wrangler did not say how large the bundle is');
    const text = `${size} KiB gzipped, of ${MOST_BUNDLE_KIB}`;
    return size < MOST_BUNDLE_KIB ? ok(`builds for ${settings.worker}: ${text}`) : failed(`too large: ${text}`);
  }

  async function namespace(binding: string, id: string): Promise<Outcome> {
    if (!loggedIn) return skipped('not logged in to Cloudflare');
    const title = `${settings.worker}-${binding.toLowerCase()}`;
    const listed = await listNamespaces(wrangler);
    if (!Array.isArray(listed)) return failed(listed.reason);
    if (!NO_NAMESPACE.test(id)) {
      const there = listed.some((found) => found.id === id);
      return there
        ? ok(`${binding} is ${id}`)
        : failed(`${binding}: wrangler.toml names ${id}, which this account does not have`);
    }
    const existing = listed.find((found) => found.title === title)?.id;
    if (!act) return would(existing ? `write the id of ${title} into wrangler.toml` : `create the namespace ${title}`);
    if (existing === undefined) {
      const created = await wrangler(['kv', 'namespace', 'create', title, ...settings.environment]);
      if (created.code !== 0) return failed(reasonOf(created));
    }
    const now = existing ?? (await idOf(wrangler, title));
    if (now === undefined) return failed(`${title} was created, but is not listed: run again`);
    context.writeNamespaceId(binding, now);
    return done(`${existing ? 'found' : 'created'} ${title}; its id stands in wrangler.toml now: commit it`);
  }

  async function queue(name: string): Promise<Outcome> {
    if (!loggedIn) return skipped('not logged in to Cloudflare');
    const info = await wrangler(['queues', 'info', name]);
    if (info.code === 0) return ok('there');
    if (!/does not exist|not found|10004|11000/i.test(`${info.output}${info.errors}`)) return failed(reasonOf(info));
    if (!act) return would('create it');
    const created = await wrangler(['queues', 'create', name]);
    const taken = /already (?:taken|exists)|11009/i.test(`${created.output}${created.errors}`);
    return created.code === 0 || taken ? done('created') : failed(reasonOf(created));
  }

  async function lookUpSecrets(): Promise<Outcome | undefined> {
    if (!loggedIn) return skipped('not logged in to Cloudflare');
    const answer = await wrangler(['secret', 'list', '--format', 'json', ...settings.environment]);
    // A Worker that was never deployed has no secrets.
    if (answer.code !== 0 && !/does not exist|not found|10007/i.test(`${answer.output}${answer.errors}`)) {
      return failed(reasonOf(answer));
    }
    const names = answer.code === 0 ? (JSON.parse(answer.output) as { name: string }[]) : [];
    known = new Set(names.map(({ name }) => name));
    return undefined;
  }

  async function database(): Promise<Outcome> {
    const { database: db } = context;
    if (db === undefined) {
      const advice = 'DATABASE_OWNER_URL is not set: the login that owns the tables';
      return act ? failed(advice) : skipped(advice);
    }
    const state = await db.inspect();
    if (state.vector === null || compareVersions(state.vector, OLDEST_VECTOR) < 0) {
      return failed(`pgvector ${OLDEST_VECTOR} or newer is needed; this server has ${state.vector ?? 'none'}`);
    }
    if (state.login === 'too-powerful') return failed(`draftgate_app has rights that pass row-level security`);
    const what = `Postgres ${state.server}, pgvector ${state.vector}`;
    if (state.pendingMigrations === 0) return ok(`${what}; no migration is missing`);
    if (!act) return would(`apply ${state.pendingMigrations} migration(s); ${what}`);
    await db.migrate();
    return done(`${state.pendingMigrations} migration(s) applied; ${what}`);
  }

  /** The Worker's login: opened where the Worker has no connection string yet. */
  async function databaseLogin(): Promise<Outcome> {
    const { database: db } = context;
    if (db === undefined) return skipped('DATABASE_OWNER_URL is not set');
    if (known === undefined) {
      const problem = await lookUpSecrets();
      if (problem !== undefined) return problem;
    }
    const state: DatabaseState = await db.inspect();
    if (known?.has('DATABASE_URL')) {
      return state.login === 'open' ? ok('draftgate_app can log in, and the Worker knows how') : reopen(state);
    }
    if (!act) return would('give draftgate_app a password');
    const given = context.secrets.DATABASE_URL;
    const password = given === undefined ? randomBytes(24).toString('base64url') : passwordOf(given);
    if (password === null) return failed('DATABASE_URL does not log in as draftgate_app with a password');
    await db.openLogin(password);
    context.secrets.DATABASE_URL = given ?? db.urlOf(password);
    return done('draftgate_app has a password, known to nobody but the Worker');
  }

  function reopen({ login }: DatabaseState): Outcome {
    return failed(
      `draftgate_app is ${login}, but the Worker has a DATABASE_URL: delete that secret ("wrangler secret delete DATABASE_URL"), and run again`,
    );
  }

  async function secrets(): Promise<Outcome> {
    if (known === undefined) {
      const problem = await lookUpSecrets();
      if (problem !== undefined) return problem;
    }
    // What is not required, channels of alerts, is set where the operator gives it.
    const given = Object.keys(context.secrets).filter((name) => context.secrets[name]);
    const missing = [...new Set([...settings.requiredSecrets, ...given])].filter((name) => !known?.has(name));
    if (missing.length === 0) return ok(`all ${settings.requiredSecrets.length} that are required are set`);
    if (!act) return would(`set ${missing.join(', ')}`);
    let kept = '';
    if (missing.includes('DRAFTGATE_ADMIN_KEY') && !context.secrets.DRAFTGATE_ADMIN_KEY) {
      context.secrets.DRAFTGATE_ADMIN_KEY = randomBytes(32).toString('base64url');
      kept = `; the admin key stands in ${context.keepAdminKey(context.secrets.DRAFTGATE_ADMIN_KEY)}`;
    }
    const without = missing.filter((name) => !context.secrets[name]);
    if (without.length > 0) return failed(`${without.join(', ')}: set in the environment of this command`);
    const values = Object.fromEntries(missing.map((name) => [name, context.secrets[name]]));
    const answer = await wrangler(['secret', 'bulk', ...settings.environment], JSON.stringify(values));
    return answer.code === 0 ? done(`set ${missing.join(', ')}${kept}`) : failed(reasonOf(answer));
  }

  async function deploy(): Promise<Outcome> {
    if (!act) return blind() ?? would(`deploy ${settings.worker}, with ${settings.crons.length} cron triggers`);
    const answer = await wrangler(['deploy', ...settings.environment]);
    if (answer.code !== 0) return failed(reasonOf(answer));
    base ??= /https:\/\/[a-z0-9.-]+\.workers\.dev/i.exec(answer.output)?.[0];
    return done(`${settings.worker} is deployed${base === undefined ? '' : ` at ${base}`}`);
  }

  async function ready(): Promise<Outcome> {
    if (!act) return blind() ?? would('ask /readyz');
    if (base === undefined) return skipped('no address is known: give --url to have /readyz asked');
    const { ready: isReady, detail } = await context.probe(base);
    return isReady ? ok(`${base}/readyz: ${detail}`) : failed(`${base}/readyz: ${detail}`);
  }

  return [
    { name: 'account', run: account },
    { name: 'bundle', run: bundle },
    ...settings.kv.map(({ binding, id }) => ({ name: `kv ${binding}`, run: () => namespace(binding, id) })),
    ...settings.queues.map((name) => ({ name: `queue ${name}`, run: () => queue(name) })),
    { name: 'database', run: database },
    { name: 'database login', run: databaseLogin },
    { name: 'secrets', run: secrets },
    { name: 'deploy', run: deploy },
    { name: 'ready', run: ready },
  ];
}

/** Runs the steps in order, a line each; the first that fails ends it. */
export async function runSteps(steps: Step[], print: (line: string) => void): Promise<Outcome['status'][]> {
  const statuses: Outcome['status'][] = [];
  for (const { name, run } of steps) {
    const outcome = await run().catch((error: unknown) =>
      failed(error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'failed'),
    );
    statuses.push(outcome.status);
    print(`${outcome.status.padEnd(7)}  ${name}: ${outcome.detail}`);
    if (outcome.status === 'failed') break;
  }
  return statuses;
}

async function listNamespaces(wrangler: Wrangler): Promise<{ id: string; title: string }[] | { reason: string }> {
  const answer = await wrangler(['kv', 'namespace', 'list']);
  if (answer.code !== 0) return { reason: reasonOf(answer) };
  try {
    return JSON.parse(answer.output) as { id: string; title: string }[];
  } catch {
    return { reason: 'wrangler’s list of namespaces is not JSON' };
  }
}

async function idOf(wrangler: Wrangler, title: string): Promise<string | undefined> {
  const listed = await listNamespaces(wrangler);
  return Array.isArray(listed) ? listed.find((found) => found.title === title)?.id : undefined;
}

function passwordOf(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { username, password } = new URL(url);
  return username === 'draftgate_app' && password !== '' ? decodeURIComponent(password) : null;
}

function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
