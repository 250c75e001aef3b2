import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseState, DeployDatabase } from '../../scripts/deploy/database.ts';
import { readSettings, type Target, withNamespaceId } from '../../scripts/deploy/settings.ts';
import { deploySteps, runSteps } from '../../scripts/deploy/steps.ts';
import { createWrangler, type Wrangler } from '../../scripts/deploy/wrangler.ts';
import { answer } from '../support/fake-wrangler.mjs';

const ROOT = new URL('../..', import.meta.url).pathname;
const SECRET = 'sk-secret-of-the-test-which-nobody-may-see';

interface State {
  loggedIn: boolean;
  bundleKib: number;
  namespaces: { id: string; title: string }[];
  queues: string[];
  secrets: Record<string, Record<string, string>>;
  deployed: string[];
  /** Beginnings of commands that fail, once each. */
  failures: string[];
  calls: { line: string; input: string }[];
}

let folder: string;
let variables: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'draftgate-deploy-'));
  mkdirSync(join(folder, 'bin'));
  copyFileSync(join(ROOT, 'test/support/fake-wrangler.mjs'), join(folder, 'bin', 'wrangler'));
  chmodSync(join(folder, 'bin', 'wrangler'), 0o755);
  writeFileSync(join(folder, 'bin', 'package.json'), '{"type":"module"}');
  copyFileSync(join(ROOT, 'wrangler.toml'), join(folder, 'wrangler.toml'));
  const PATH = [join(folder, 'bin'), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  variables = { ...process.env, PATH, FAKE_WRANGLER_STATE: join(folder, 'state.json') };
  setState({});
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function setState(fields: Partial<State>): void {
  const before = existsSync(join(folder, 'state.json'))
    ? state()
    : {
        loggedIn: true,
        bundleKib: 1900,
        namespaces: [],
        queues: [],
        secrets: {},
        deployed: [],
        failures: [],
        calls: [],
      };
  writeFileSync(join(folder, 'state.json'), JSON.stringify({ ...before, ...fields }));
}
const state = (): State => JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'));
const CHANGES = /^(?:kv namespace create|queues create|secret bulk|secret put|deploy(?! --dry-run))/;
/** The same account without a process for each command. */
const inProcess: Wrangler = async (args, input = '') => {
  const account = state();
  const answered = answer(account, args, input);
  writeFileSync(join(folder, 'state.json'), JSON.stringify(account));
  return answered;
};
const changes = () =>
  state()
    .calls.map(({ line }) => line)
    .filter((line) => CHANGES.test(line));

function fakeDatabase(
  fields: Partial<DatabaseState> = {},
): DeployDatabase & { state: DatabaseState; passwords: string[] } {
  const database = {
    state: {
      server: '17.2',
      vector: '0.8.0',
      pendingMigrations: 13,
      login: 'absent' as DatabaseState['login'],
      ...fields,
    },
    passwords: [] as string[],
    inspect: async () => ({ ...database.state }),
    migrate: async () => {
      database.state.pendingMigrations = 0;
      database.state.login = 'closed';
    },
    openLogin: async (password: string) => {
      database.passwords.push(password);
      database.state.login = 'open';
    },
    urlOf: (password: string) => `postgresql://draftgate_app:${password}@db.example/draftgate`,
  };
  return database;
}

async function deploy(
  database: DeployDatabase | undefined,
  options: {
    act?: boolean;
    target?: Target;
    secrets?: Record<string, string>;
    ready?: boolean;
    executable?: boolean;
  } = {},
) {
  const configPath = join(folder, 'wrangler.toml');
  const target = options.target ?? 'staging';
  const lines: string[] = [];
  const statuses = await runSteps(
    deploySteps({
      settings: readSettings(configPath, target),
      wrangler: options.executable ? createWrangler(folder, variables) : inProcess,
      database,
      secrets: { OPENAI_API_KEY: SECRET, ...options.secrets },
      act: options.act ?? true,
      writeNamespaceId: (binding, id) =>
        writeFileSync(configPath, withNamespaceId(readFileSync(configPath, 'utf8'), target, binding, id)),
      keepAdminKey: (key) => {
        writeFileSync(join(folder, 'admin-key'), key);
        return 'admin-key';
      },
      probe: async () => ({ ready: options.ready ?? true, detail: '200' }),
      url: undefined,
    }),
    (line) => lines.push(line),
  );
  return { statuses, lines };
}

describe('a deployment', () => {
  it('looks first and changes nothing, a line for each step', async () => {
    const database = fakeDatabase();
    const { statuses, lines } = await deploy(database, { act: false });
    expect(changes()).toEqual([]);
    expect(database.passwords).toEqual([]);
    expect(database.state.pendingMigrations).toBe(13);
    expect(statuses).not.toContain('failed');
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^would +kv FLAGS: create the namespace draftgate-staging-flags/),
        expect.stringMatching(/^would +queue draftgate-staging-backfill-dead-letters: create it/),
        expect.stringMatching(/^would +database: apply 13 migration/),
        expect.stringMatching(/^would +secrets: set .*OPENAI_API_KEY/),
      ]),
    );
    expect(lines.every((line) => !line.includes('\n'))).toBe(true);
  });

  it('makes everything that the Worker needs before the Worker, and says no secret', { timeout: 30_000 }, async () => {
    const database = fakeDatabase();
    const { statuses, lines } = await deploy(database, { executable: true });
    expect(statuses).not.toContain('failed');
    const { namespaces, queues, secrets, deployed, calls } = state();
    expect(namespaces.map(({ title }) => title)).toEqual(['draftgate-staging-flags']);
    expect(queues.sort()).toEqual(readSettings(join(ROOT, 'wrangler.toml'), 'staging').queues);
    expect(queues.every((name) => name.startsWith('draftgate-staging-'))).toBe(true);
    expect(Object.keys(secrets['draftgate-staging'] ?? {}).sort()).toEqual([
      'DATABASE_URL',
      'DRAFTGATE_ADMIN_KEY',
      'OPENAI_API_KEY',
    ]);
    expect(secrets['draftgate-staging']?.DATABASE_URL).toContain(database.passwords[0]);
    expect(secrets['draftgate-staging']?.DRAFTGATE_ADMIN_KEY).toBe(readFileSync(join(folder, 'admin-key'), 'utf8'));
    expect(secrets['draftgate-staging']?.DRAFTGATE_ADMIN_KEY?.length).toBeGreaterThanOrEqual(32);
    expect(deployed).toEqual(['draftgate-staging']);
    expect(changes().at(-1)).toBe('deploy --env staging');
    expect(readSettings(join(folder, 'wrangler.toml'), 'staging').kv).toEqual([
      { binding: 'FLAGS', id: namespaces[0]?.id },
    ]);
    expect(readSettings(join(folder, 'wrangler.toml'), 'production').kv[0]?.id).toMatch(/^0+$/);
    const visible = JSON.stringify([lines, calls.map(({ line }) => line)]);
    for (const secret of [SECRET, ...database.passwords, ...Object.values(secrets['draftgate-staging'] ?? {})]) {
      expect(visible).not.toContain(secret);
    }
  });

  it('a second time changes nothing but the Worker', async () => {
    const database = fakeDatabase();
    await deploy(database);
    const before = state();
    setState({ calls: [] });
    const { statuses, lines } = await deploy(database);
    expect(statuses.filter((status) => status === 'failed' || status === 'would')).toEqual([]);
    expect(changes()).toEqual(['deploy --env staging']);
    expect(state().secrets).toEqual(before.secrets);
    expect(database.passwords).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('done'))).toHaveLength(1);
  });

  const stops = [
    'whoami',
    'deploy --dry-run',
    'kv namespace list',
    'kv namespace create',
    'queues info draftgate-staging-backfill',
    'queues create draftgate-staging-draft-retries',
    'secret list',
    'secret bulk',
    'deploy --env',
  ];
  it.each(stops)('that stops at "%s" says so in one line, and is finished by the second run', async (command) => {
    setState({ failures: [command] });
    const database = fakeDatabase();
    const first = await deploy(database);
    expect(first.statuses.filter((status) => status === 'failed')).toHaveLength(1);
    expect(first.lines.at(-1)).toMatch(/^failed/);
    expect(state().deployed).toEqual([]);
    const second = await deploy(database);
    expect(second.statuses).not.toContain('failed');
    expect(state().deployed).toEqual(['draftgate-staging']);
    expect(state().namespaces).toHaveLength(1);
    expect(new Set(state().queues).size).toBe(state().queues.length);
    expect(state().secrets['draftgate-staging']?.DATABASE_URL).toContain(database.passwords.at(-1));
  });

  it('of production names nothing of staging’s, and is what a command without --env is about', async () => {
    await deploy(fakeDatabase(), { target: 'production' });
    const { namespaces, queues, deployed, calls } = state();
    expect(deployed).toEqual(['draftgate']);
    expect(namespaces.map(({ title }) => title)).toEqual(['draftgate-flags']);
    expect(JSON.stringify([queues, calls.map(({ line }) => line)])).not.toContain('staging');
  });

  it.each([
    [
      'a bundle that is too large',
      async () => setState({ bundleKib: 3100 }),
      fakeDatabase(),
      /failed +bundle: too large/,
    ],
    [
      'nobody logged in',
      async () => setState({ loggedIn: false }),
      fakeDatabase(),
      /failed +account: .*wrangler login/,
    ],
    ['no pgvector', async () => {}, fakeDatabase({ vector: null }), /failed +database: pgvector/],
    ['an old pgvector', async () => {}, fakeDatabase({ vector: '0.7.4' }), /failed +database: pgvector .*0\.7\.4/],
    [
      'a login that passes row-level security',
      async () => {},
      fakeDatabase({ login: 'too-powerful' }),
      /failed +database: draftgate_app/,
    ],
    ['no owner’s login', async () => {}, undefined, /failed +database: DATABASE_OWNER_URL/],
    [
      'a role that is closed though the Worker has its password',
      async () => setState({ secrets: { 'draftgate-staging': { DATABASE_URL: 'x' } } }),
      fakeDatabase({ login: 'closed' }),
      /failed +database login: .*wrangler secret delete/,
    ],
  ] as const)('stops at %s', async (_what, arrange, database, line) => {
    await arrange();
    const { lines } = await deploy(database);
    expect(lines.at(-1)).toMatch(line);
    expect(state().deployed).toEqual([]);
  });

  it('stops where the model’s key is missing, and where wrangler.toml names a namespace of another account', async () => {
    const missing = await deploy(fakeDatabase(), { secrets: { OPENAI_API_KEY: '' } });
    expect(missing.lines.at(-1)).toMatch(/failed +secrets: OPENAI_API_KEY/);
    setState({ namespaces: [] });
    const foreign = await deploy(fakeDatabase());
    expect(foreign.lines.at(-1)).toMatch(/failed +kv FLAGS: .*this account does not have/);
  });

  it('takes the login that the operator gives, if it is the Worker’s', async () => {
    const database = fakeDatabase();
    const url = 'postgresql://draftgate_app:p%40ss-of-the-operator@pooler.example/draftgate';
    await deploy(database, { secrets: { DATABASE_URL: url } });
    expect(database.passwords).toEqual(['p@ss-of-the-operator']);
    expect(state().secrets['draftgate-staging']?.DATABASE_URL).toBe(url);
    const other = await deploy(fakeDatabase({ login: 'closed' }), {
      target: 'production',
      secrets: { DATABASE_URL: 'postgresql://postgres:x@db.example/d' },
    });
    expect(other.lines.at(-1)).toMatch(/failed +database login: DATABASE_URL does not log in as draftgate_app/);
  });

  it('sets the channels of alerts where they are given, also later', async () => {
    const database = fakeDatabase();
    await deploy(database);
    const { lines } = await deploy(database, { secrets: { SLACK_WEBHOOK_URL: 'https://hooks.example/secret' } });
    expect(lines).toContainEqual(expect.stringMatching(/^done +secrets: set SLACK_WEBHOOK_URL$/));
    expect(state().secrets['draftgate-staging']?.SLACK_WEBHOOK_URL).toBe('https://hooks.example/secret');
  });

  it('that does not become ready fails', async () => {
    const { lines } = await deploy(fakeDatabase(), { ready: false });
    expect(lines.at(-1)).toMatch(/failed +ready: https:\/\/draftgate-staging\.me\.workers\.dev\/readyz/);
  });
});

describe('npm run deploy', { timeout: 30_000 }, () => {
  function run(args: string[], fields: Record<string, string> = {}) {
    const {
      DATABASE_URL: _u,
      DATABASE_OWNER_URL: _o,
      DRAFTGATE_ADMIN_KEY: _k,
      OPENAI_API_KEY: _a,
      ...rest
    } = variables;
    const result = spawnSync('node', [join(ROOT, 'scripts/deploy.ts'), ...args], {
      encoding: 'utf8',
      env: { ...rest, DRAFTGATE_ROOT: folder, ...fields } as unknown as NodeJS.ProcessEnv,
    });
    return { code: result.status, output: result.stdout, errors: result.stderr.trim() };
  }

  it.each([
    [['--env', 'test'], {}, '--env test'],
    [['--yes', '--dry-run'], {}, 'exclude each other'],
    [['--url', 'nowhere'], {}, '--url nowhere'],
    [[], { DATABASE_OWNER_URL: 'nowhere' }, 'DATABASE_OWNER_URL'],
  ])('%j %j is wrong use: one line, exit code 2, nothing called', (args, fields, line) => {
    const { code, output, errors } = run(args, fields as Record<string, string>);
    expect([code, output]).toEqual([2, '']);
    expect(errors.split('\n')).toHaveLength(1);
    expect(errors).toContain(line);
    expect(state().calls).toEqual([]);
  });

  it('is a dry run of staging without options, also where nobody is logged in', () => {
    setState({ loggedIn: false });
    const { code, output } = run([]);
    expect(code).toBe(0);
    expect(output).toMatch(/^dry run of staging\n/);
    expect(output).toMatch(/skipped +account: not logged in/);
    expect(output).toMatch(/ok +bundle: .*KiB/);
    expect(output).toMatch(/nothing was changed; \d+ steps could not be looked at/);
    expect(changes()).toEqual([]);
  });

  it('with --yes goes as far as it can, keeps the admin key to its owner, and ends with 1', () => {
    const { code, output, errors } = run(['--yes', '--env', 'production']);
    expect(code).toBe(1);
    expect(output).toMatch(/done +queue draftgate-backfill: created/);
    expect(output.trimEnd().split('\n').at(-1)).toMatch(/^failed +database: DATABASE_OWNER_URL/);
    expect(errors).toContain('a second run goes on from here');
    const toml = readFileSync(join(folder, 'wrangler.toml'), 'utf8');
    expect(toml).toContain(`id = "${state().namespaces[0]?.id}"`);
    if (existsSync(join(folder, '.draftgate')))
      expect(statSync(join(folder, '.draftgate/production.admin-key')).mode & 0o077).toBe(0);
  });
});

describe('wrangler.toml', () => {
  it('gives staging everything that production has, in names of its own', async () => {
    const { unstable_readConfig: readConfig } = await import('wrangler');
    const config = join(ROOT, 'wrangler.toml');
    const production = readConfig({ config });
    const staging = readConfig({ config, env: 'staging' });
    expect(staging.name).toBe('draftgate-staging');
    const renamed = JSON.parse(JSON.stringify(staging.queues).replaceAll('draftgate-staging-', 'draftgate-'));
    expect(renamed).toEqual(production.queues);
    expect(Object.keys(staging.vars).sort()).toEqual(Object.keys(production.vars).sort());
    expect(staging.vars).toMatchObject({ ENVIRONMENT: 'staging' });
    for (const part of [
      'triggers',
      'observability',
      'secrets',
      'send_email',
      'compatibility_date',
      'compatibility_flags',
      'assets',
    ] as const) {
      expect([part, staging[part]]).toEqual([part, production[part]]);
    }
    const bindings = (list: { binding: string }[]) => list.map(({ binding }) => binding);
    expect(bindings(staging.kv_namespaces)).toEqual(bindings(production.kv_namespaces));
    expect(staging.kv_namespaces[0]?.id).not.toBe(production.kv_namespaces[0]?.id);
    const limits = (one: typeof production) =>
      one.ratelimits.map(({ namespace_id: _id, ...rest }: Record<string, unknown>) => rest);
    expect(limits(staging)).toEqual(limits(production));
    expect(production.observability?.enabled).toBe(true);
  });

  it('gets the id of a namespace into the block of its environment, and nothing else changes', () => {
    const toml = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
    const changed = withNamespaceId(toml, 'staging', 'FLAGS', 'f'.repeat(32));
    const lines = (text: string) => text.split('\n');
    expect(lines(changed).filter((line, index) => line !== lines(toml)[index])).toEqual([`id = "${'f'.repeat(32)}"`]);
    expect(() => withNamespaceId(toml, 'staging', 'OTHER', 'x')).toThrow('OTHER');
  });
});
