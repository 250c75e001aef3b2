import { sql } from 'drizzle-orm';
import type { Config } from '../config.ts';
import { AppError } from '../lib/errors.ts';
import { RAG_FEATURE } from '../rollout/decide.ts';
import type { EdgeSwitch } from '../rollout/edge-switch.ts';
import { checkReadiness } from '../storage/check-readiness.ts';
import { type Database, postgresError } from '../storage/db.ts';
import { type FoundIndex, INDEXES_SQL, REQUIRED_INDEXES } from '../storage/required-indexes.ts';

export const DEPLOYMENT_CHECKS = [
  'migrations',
  'database-login',
  'indexes',
  'statement-timeout',
  'kv',
  'bindings',
  'flags',
  'secrets',
] as const;

export interface DeploymentCheck {
  name: (typeof DEPLOYMENT_CHECKS)[number];
  status: 'ok' | 'failed' | 'skipped';
  /** One line; never a value of a secret. */
  detail: string;
}

interface Deps {
  db: Database;
  edge: EdgeSwitch;
  config: Config;
}

export interface Bindings {
  flags: KVNamespace;
  /** Whatever should be bound, by the name of its binding. */
  bound: Record<string, unknown>;
}

type Verdict = Omit<DeploymentCheck, 'name'>;

const ok = (detail: string): Verdict => ({ status: 'ok', detail });
const failed = (detail: string): Verdict => ({ status: 'failed', detail });
const skipped = (detail: string): Verdict => ({ status: 'skipped', detail });

/** The statement that is to be cancelled would take this many times its limit; an endpoint that does not cancel is not held up for long. */
const TIMEOUT_PROBE_MS = 200;
const TIMEOUT_PROBE_FACTOR = 10;
/** Where nothing is deployed, secrets are made up. */
const LOCAL_ENVIRONMENTS = ['development', 'test'];

/** What a deployment can say of itself, read only. A check that cannot be made is `failed` and says why; never throws. */
export async function checkDeployment(deps: Deps, bindings: Bindings): Promise<DeploymentCheck[]> {
  const checks: Record<DeploymentCheck['name'], () => Promise<Verdict> | Verdict> = {
    migrations: () => migrations(deps, bindings),
    'database-login': () => databaseLogin(deps),
    indexes: () => indexes(deps),
    'statement-timeout': () => statementTimeout(deps),
    kv: () => kv(bindings),
    bindings: () => bound(bindings),
    flags: () => flags(deps),
    secrets: () => secrets(deps.config),
  };
  const results: DeploymentCheck[] = [];
  // One by one: they are no load that drafts should feel.
  for (const name of DEPLOYMENT_CHECKS) {
    const verdict = await Promise.resolve()
      .then(checks[name])
      .catch((error) => failed(`could not be checked (${error instanceof AppError ? error.code : 'INTERNAL'})`));
    results.push({ name, ...verdict });
  }
  return results;
}

async function migrations(deps: Deps, { flags: kvFlags }: Bindings): Promise<Verdict> {
  const { checks } = await checkReadiness(deps, kvFlags);
  if (checks.database !== 'ok') return failed('the database does not answer');
  return checks.migrations === 'ok' ? ok('all that this Worker was built with') : failed('behind: run db:migrate');
}

async function databaseLogin(deps: Deps): Promise<Verdict> {
  const [{ rows }] = await deps.db.operator((queries) => [
    queries.execute<Record<'superuser' | 'bypass' | 'owner' | 'tenant' | 'operator', boolean>>(
      sql`select r.rolsuper as "superuser", r.rolbypassrls as "bypass",
        exists (select from pg_class c where c.relname = 'Business' and c.relowner = r.oid) as "owner",
        pg_has_role(r.oid, 'draftgate_tenant', 'member') as "tenant", pg_has_role(r.oid, 'draftgate_operator', 'member') as "operator"
      from pg_roles r where r.rolname = session_user`,
    ),
  ]);
  const login = rows[0];
  if (login === undefined) return failed('the login is not known to the database');
  if (login.superuser || login.bypass) return failed('the login passes row-level security');
  if (login.owner) return failed('the login owns the tables: migrations have a login of their own');
  if (!login.tenant || !login.operator) return failed('the login lacks draftgate_tenant or draftgate_operator');
  return ok('no owner, row-level security holds');
}

async function indexes(deps: Deps): Promise<Verdict> {
  const names = `{${REQUIRED_INDEXES.map(({ index }) => `"${index}"`).join(',')}}`;
  const [before = '', after = ''] = INDEXES_SQL.split('$1');
  const [{ rows }] = await deps.db.operator((queries) => [
    queries.execute<FoundIndex>(sql`${sql.raw(before)}${names}${sql.raw(after)}`),
  ]);
  const problems = REQUIRED_INDEXES.flatMap((required) => {
    const found = rows.find((row) => row.index === required.index && row.table === required.table);
    if (found === undefined) return [`${required.index} is missing`];
    if (!found.valid) return [`${required.index} is not valid`];
    return found.columns === required.columns && found.unique === required.unique
      ? []
      : [`${required.index} is another`];
  });
  return problems.length === 0 ? ok(`${REQUIRED_INDEXES.length} there and valid`) : failed(problems.join('; '));
}

async function statementTimeout(deps: Deps): Promise<Verdict> {
  const [{ rows }] = await deps.db.operator((queries) => [
    queries.execute<{ embedded: boolean }>(sql`select version() like '%emcc%' as "embedded"`),
  ]);
  if (rows[0]?.embedded) return skipped('the embedded database knows no statement_timeout');
  const seconds = (TIMEOUT_PROBE_MS * TIMEOUT_PROBE_FACTOR) / 1000;
  try {
    await deps.db.operator((queries) => [queries.execute(sql`select pg_sleep(${seconds}::float8)`)], {
      timeoutMs: TIMEOUT_PROBE_MS,
    });
    return failed('a statement over its limit ran to its end');
  } catch (error) {
    return postgresError(error)?.code === '57014'
      ? ok(`the server cancels after ${TIMEOUT_PROBE_MS} ms`)
      : failed('the client gave up, the server did not');
  }
}

async function kv({ flags: kvFlags }: Bindings): Promise<Verdict> {
  await kvFlags.get(`feature:${RAG_FEATURE}`);
  return ok('readable');
}

function bound({ bound: all }: Bindings): Verdict {
  const missing = Object.keys(all).filter((name) => all[name] === undefined || all[name] === null);
  return missing.length === 0 ? ok(Object.keys(all).join(', ')) : failed(`not bound: ${missing.join(', ')}`);
}

async function flags(deps: Deps): Promise<Verdict> {
  const [edge, [{ rows }]] = await Promise.all([
    deps.edge.read(RAG_FEATURE),
    deps.db.operator((queries) => [
      queries.execute<{ state: string | null; pilots: number }>(
        sql`select (select "state" from "Feature" where "feature" = ${RAG_FEATURE}) as "state",
          (select count(*)::int from "PilotBusiness" where "feature" = ${RAG_FEATURE}) as "pilots"`,
      ),
    ]),
  ]);
  const state = rows[0]?.state ?? 'active';
  const detail = `${RAG_FEATURE}: edge ${edge.state}, Postgres ${state}, ${rows[0]?.pilots ?? 0} enrolled`;
  if (edge.state === 'unreadable') return failed(`${detail}; unreadable counts as off`);
  // The minute cron brings them together; off at the edge alone is a rollback that is not finished.
  return edge.state === 'off' && state === 'active' ? failed(`${detail}; the rollback is not finished`) : ok(detail);
}

function secrets(config: Config): Verdict {
  if (LOCAL_ENVIRONMENTS.includes(config.environment)) return skipped(`environment ${config.environment}`);
  const problems = [
    ...(new Set(config.adminKey).size < 10 ? ['DRAFTGATE_ADMIN_KEY is no random string'] : []),
    ...(config.openaiApiKey.length < 20 ? ['OPENAI_API_KEY is no key'] : []),
    ...(config.openaiBaseUrl.startsWith('https://') ? [] : ['OPENAI_BASE_URL is not https']),
    ...(config.databaseFetchEndpoint === '' ? [] : ['DATABASE_FETCH_ENDPOINT is set: Neon answers by itself']),
  ];
  return problems.length === 0 ? ok('set, and none of a test') : failed(problems.join('; '));
}
