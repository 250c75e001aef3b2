/** `npm run drill`: proves the promises of the rollback, with numbers, in a sandbox of made-up businesses. */
import { randomBytes } from 'node:crypto';
import { type ApiClient, createApiClient } from './lib/api-client.ts';
import { runCommand, UsageError } from './lib/command.ts';
import { DEPLOYMENT_HELP, DEPLOYMENT_OPTIONS, readDeployment } from './lib/deployment.ts';
import { formatTable } from './lib/format-table.ts';
import { recordProof } from './lib/record-proof.ts';
import { chooseModelFromEnvironment, startService } from './local/service.ts';

const HELP = `
npm run drill -- [--businesses N] [--drafts N] [--parallel N] [--levels L,L] [--base URL] [--no-record]

Enrols a sandbox of businesses, drafts under load, rolls back at each level, restores, and prints the time from
detection to the last old draft. Without --base it starts the service by itself, as "npm run dev" does, on an empty
database in memory or on DATABASE_URL. Exit code 1 where a promise is broken.

  --businesses N  in the sandbox (6)
  --drafts N      asked for at each level (40)
  --parallel N    at the same time (8)
  --levels L      of business,cohort,global (all). The global level is refused while others than the sandbox are enrolled.
  --no-record     does not record the outcome on the deployment, where "npm run preflight" looks for it
${DEPLOYMENT_HELP}
`;

const LEVELS = ['business', 'cohort', 'global'] as const;
type Level = (typeof LEVELS)[number];
/** Promised from detection to the last old draft. */
const PROMISES_MS: Record<Level, number> = { business: 20 * 60_000, cohort: 20 * 60_000, global: 5 * 60_000 };
const FEATURE = 'RAG_PILOT';
/** Part of the drafts that are asked for before the rollback. */
const BEFORE = 0.5;

interface Draft {
  id: string;
  status: string;
  rag: { enabled: boolean; reason: string };
}

interface Row {
  level: Level;
  oldDrafts: number;
  quarantined: number;
  newDrafts: number;
  callMs: number;
  writtenMs: number;
  lastOldMs: number | null;
  problems: string[];
}

await runCommand(
  HELP,
  {
    businesses: { type: 'string', default: '6' },
    drafts: { type: 'string', default: '40' },
    parallel: { type: 'string', default: '8' },
    levels: { type: 'string', default: LEVELS.join() },
    'no-record': { type: 'boolean' },
    ...DEPLOYMENT_OPTIONS,
  },
  async (values) => {
    const businesses = countOf('businesses', values.businesses, 2, 100);
    const drafts = countOf('drafts', values.drafts, 4, 10_000);
    const parallel = countOf('parallel', values.parallel, 1, 100);
    const levels = levelsOf(values.levels ?? '');
    const given = values.base ?? process.env.DRAFTGATE_URL;
    const started = given === undefined ? await startSandbox() : undefined;
    try {
      const { base, key } = started ?? readDeployment(given);
      const clients = {
        ada: createApiClient(base, key, 'drill-ada'),
        bob: createApiClient(base, key, 'drill-bob'),
      };
      const sandbox = await prepare(clients.ada, businesses);
      await assertNobodyElse(clients.ada, sandbox, levels);
      const rows: Row[] = [];
      for (const level of levels) rows.push(await drill(clients, sandbox, level, drafts, parallel));
      await leave(clients.ada, sandbox);
      print(base, rows, parallel);
      if (started === undefined && values['no-record'] !== true)
        await record(createApiClient(base, key, process.env.DRAFTGATE_ACTOR || 'drill'), rows);
      return rows.some((row) => row.problems.length > 0) ? 1 : 0;
    } finally {
      await started?.stop();
    }
  },
);
process.exit(process.exitCode ?? 0);

function countOf(name: string, text: string | undefined, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text ?? '') || value < least || value > most) {
    throw new UsageError(`--${name} ${text}: not a number from ${least} to ${most}`);
  }
  return value;
}

function levelsOf(text: string): Level[] {
  const levels = text.split(',');
  const wrong = levels.find((level) => !(LEVELS as readonly string[]).includes(level));
  if (wrong !== undefined) throw new UsageError(`--levels ${wrong}: must be business, cohort or global`);
  return levels as Level[];
}

async function prepare(api: ApiClient, count: number): Promise<string[]> {
  const run = randomBytes(3).toString('hex');
  const ids = Array.from({ length: count }, (_, index) => `drill-${run}-${index + 1}`);
  for (const id of ids) {
    await api.post('/admin/api/businesses', {
      id,
      name: `Drill ${id}`,
      emailRagEnabled: true,
      emailSnippetsEnabled: true,
      controlShare: 0,
    });
    await api.post('/admin/api/pilots', { businessId: id, feature: FEATURE, notes: 'drill' });
  }
  return ids;
}

async function leave(api: ApiClient, sandbox: string[]): Promise<void> {
  for (const businessId of sandbox) {
    await api.post('/admin/api/rollbacks', { level: 'business', businessId, reason: 'end of the drill' });
  }
}

async function pilots(api: ApiClient): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  let cursor: string | null = null;
  do {
    const page: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await api.get(`/admin/api/pilots?feature=${FEATURE}&limit=200${page}`);
    const { items, nextCursor } = body as { items: Record<string, unknown>[]; nextCursor: string | null };
    rows.push(...items);
    cursor = nextCursor;
  } while (cursor !== null);
  return rows.sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
}

async function assertNobodyElse(api: ApiClient, sandbox: string[], levels: Level[]): Promise<void> {
  if (!levels.includes('global')) return;
  const others = (await pilots(api)).filter((row) => !sandbox.includes(String(row.businessId)));
  if (others.length === 0) return;
  await leave(api, sandbox);
  throw new UsageError(
    `${others.length} businesses besides the sandbox are enrolled: a global drill would hit them; give --levels business,cohort`,
  );
}

async function drill(
  { ada, bob }: { ada: ApiClient; bob: ApiClient },
  sandbox: string[],
  level: Level,
  count: number,
  parallel: number,
): Promise<Row> {
  const problems: string[] = [];
  const before = await pilots(ada);
  const hit = level === 'business' ? sandbox.slice(0, 1) : sandbox;
  const mails = await receive(ada, hit, count, level);
  const begun: { at: number; draft: Draft }[] = [];
  let rolledBackAt = Number.POSITIVE_INFINITY;
  let next = 0;
  let trigger: () => void = () => undefined;
  const halfway = new Promise<void>((resolve) => {
    trigger = resolve;
  });
  const workers = Array.from({ length: Math.min(parallel, mails.length) }, async () => {
    for (let mail = mails[next++]; mail !== undefined; mail = mails[next++]) {
      if (next >= mails.length * BEFORE) trigger();
      const at = performance.now();
      const { body } = await ada.post('/v1/drafts', mail);
      begun.push({ at, draft: body as Draft });
    }
  });
  await halfway;
  const detectedAt = new Date().toISOString();
  const called = performance.now();
  const { body } = await ada.post('/admin/api/rollbacks', {
    ...selector(level, hit, before),
    level,
    detectedAt,
    reason: `drill: ${level}`,
  });
  rolledBackAt = performance.now();
  const rollback = body as {
    id: string;
    affected: string[];
    quarantinedDrafts: number;
    timings: Record<string, number | null>;
  };
  await Promise.all(workers);
  const afterwards = await receive(ada, hit, Math.max(2, hit.length), `${level}-after`);
  for (const mail of afterwards) {
    const at = performance.now();
    begun.push({ at, draft: (await ada.post('/v1/drafts', mail)).body as Draft });
  }

  const now = await Promise.all(
    begun.map(async ({ draft }) => (await ada.get(`/v1/drafts/${draft.id}`)).body as Draft),
  );
  const open = now.filter((draft) => draft.rag.enabled && draft.status !== 'QUARANTINED');
  if (open.length > 0) problems.push(`${open.length} drafts with RAG can still be approved`);
  const late = begun.filter(({ at, draft }) => at > rolledBackAt && draft.rag?.enabled);
  if (late.length > 0) problems.push(`${late.length} drafts asked for after the rollback have RAG`);
  if (rollback.affected.length !== hit.length)
    problems.push(`${rollback.affected.length} of ${hit.length} businesses were hit`);

  await restore(ada, bob, rollback.id, level);
  if (JSON.stringify(await pilots(ada)) !== JSON.stringify(before))
    problems.push('the restore did not bring back the exact rows');
  const [again] = await receive(ada, hit, 1, `${level}-restored`);
  const restored = (await ada.post('/v1/drafts', again)).body as Draft;
  const staleEdge = level === 'global' && restored.rag.reason === 'KILLED_AT_EDGE';
  if (!restored.rag.enabled && !staleEdge) problems.push(`no RAG after the restore (${restored.rag.reason})`);

  const { detectedToWrittenMs, detectedToLastOldDraftMs } = rollback.timings;
  const lastOldMs = detectedToLastOldDraftMs ?? null;
  if (lastOldMs !== null && lastOldMs > PROMISES_MS[level]) problems.push('the promise was broken');
  return {
    level,
    oldDrafts: now.filter((draft) => draft.rag.enabled).length,
    quarantined: rollback.quarantinedDrafts,
    newDrafts: now.filter((draft) => !draft.rag.enabled).length,
    callMs: rolledBackAt - called,
    writtenMs: detectedToWrittenMs ?? Number.NaN,
    lastOldMs,
    problems,
  };
}

async function record(api: ApiClient, rows: Row[]): Promise<void> {
  for (const { level, problems, lastOldMs, writtenMs, oldDrafts, quarantined, newDrafts } of rows) {
    await recordProof(api, `drill-${level}`, problems.length === 0, {
      detectedToWrittenMs: Math.round(writtenMs),
      detectedToLastOldMs: lastOldMs === null ? null : Math.round(lastOldMs),
      oldDrafts,
      quarantined,
      newDrafts,
      problems,
    });
  }
}

function selector(level: Level, hit: string[], before: Record<string, unknown>[]): Record<string, unknown> {
  switch (level) {
    case 'business':
      return { businessId: hit[0] };
    case 'cohort': {
      const times = before
        .filter((row) => hit.includes(String(row.businessId)))
        .map((row) => Date.parse(String(row.enabledAt)));
      return {
        from: new Date(Math.min(...times)).toISOString(),
        to: new Date(Math.max(...times) + 1).toISOString(),
      };
    }
    case 'global':
      return {};
  }
}

async function restore(ada: ApiClient, bob: ApiClient, id: string, level: Level): Promise<void> {
  await ada.post(`/admin/api/rollbacks/${id}/restore`, { reason: 'drill' });
  if (level === 'global') await bob.post(`/admin/api/rollbacks/${id}/restore/confirm`, {});
}

async function receive(api: ApiClient, businesses: string[], count: number, label: string) {
  const stamp = randomBytes(4).toString('hex');
  const mails = Array.from({ length: count }, (_, index) => ({
    businessId: businesses[index % businesses.length] ?? '',
    messageId: `<${label}-${index}-${stamp}@drill.example.com>`,
  }));
  for (let from = 0; from < mails.length; from += 200) {
    await api.post('/v1/messages:bulk', {
      messages: mails.slice(from, from + 200).map(({ businessId, messageId }, index) => ({
        businessId,
        messageId,
        direction: 'INBOUND',
        from: { address: `customer-${stamp}-${from + index}@example.com`, name: 'Kim Customer' },
        to: [{ address: 'shop@drill.example.com' }],
        subject: 'A question',
        text: 'Hello,\n\nwhich payment methods do you accept, and how long does delivery take?\n\nThanks, Kim',
        sentAt: new Date().toISOString(),
      })),
    });
  }
  return mails;
}

function print(base: string, rows: Row[], parallel: number): void {
  const seconds = (ms: number | null) => (ms === null ? 'none' : `${(ms / 1000).toFixed(2)} s`);
  const header = [
    'level',
    'old drafts',
    'quarantined',
    'without RAG',
    'call',
    'written',
    'last old draft',
    'promise',
    'outcome',
  ];
  const cells = rows.map((row) => [
    row.level,
    String(row.oldDrafts),
    String(row.quarantined),
    String(row.newDrafts),
    seconds(row.callMs),
    seconds(row.writtenMs),
    seconds(row.lastOldMs),
    `< ${PROMISES_MS[row.level] / 60_000} min`,
    row.problems.length === 0 ? 'kept' : row.problems.join('; '),
  ]);
  console.log(
    `drill at ${base}, ${parallel} drafts at a time; "written" and "last old draft" count from the detection`,
  );
  console.log(formatTable(header, cells, header.slice(1, 7)));
}

/** The service on this machine with KV and queues of its own, so that a drill touches nobody else's switch. */
async function startSandbox(): Promise<{ base: string; key: string; stop: () => Promise<void> }> {
  const { DATABASE_URL, DATABASE_OWNER_URL } = process.env;
  const service = await startService({
    port: 0,
    adminKey: randomBytes(24).toString('hex'),
    database: {
      ...(DATABASE_URL ? { databaseUrl: DATABASE_URL } : {}),
      ...(DATABASE_OWNER_URL ? { ownerUrl: DATABASE_OWNER_URL } : {}),
    },
    chooseModel: chooseModelFromEnvironment,
  });
  return { base: service.base, key: service.adminKey, stop: service.close };
}
