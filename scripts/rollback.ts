/** `npm run rollback`: take a feature back, from a terminal. */
import { createInterface } from 'node:readline/promises';
import { createApiClient } from './lib/api-client.ts';
import { runCommand, UsageError } from './lib/command.ts';
import { DEPLOYMENT_HELP, DEPLOYMENT_OPTIONS, readDeployment } from './lib/deployment.ts';

const HELP = `
npm run rollback -- --level business|cohort|global --reason TEXT [selector] [options]

Shows what it will hit, asks, rolls back, and prints the timings.

  --level business --businessId ID
  --level cohort   --from TIME --to TIME     rows enabled in [from, to), ISO 8601 with zone
                   --rampId ID [--step NAME] rows that a ramp, or one of its steps, enrolled
  --level global                             everybody; KV first
  --reason TEXT      goes into the audit
  --feature NAME     RAG_PILOT
  --detectedAt TIME  when it was noticed (now)
  --incidentId ID
  --dry-run          shows what it would hit, and ends
  --yes              does not ask; needed where there is no terminal
${DEPLOYMENT_HELP}

Without a working API: npx wrangler kv key put --binding FLAGS feature:RAG_PILOT off --remote
`;

interface Preview {
  affected: string[];
  pendingDrafts: number;
  ramps: string[];
  featureState: string;
  edge: string;
}

interface Rollback {
  id: string;
  status: string;
  affected: string[];
  quarantinedDrafts: number;
  kv: string | null;
  timings: Record<string, string | number | null>;
}

const SHOWN_IDS = 20;

await runCommand(
  HELP,
  {
    level: { type: 'string' },
    businessId: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    rampId: { type: 'string' },
    step: { type: 'string' },
    reason: { type: 'string' },
    feature: { type: 'string', default: 'RAG_PILOT' },
    detectedAt: { type: 'string' },
    incidentId: { type: 'string' },
    'dry-run': { type: 'boolean' },
    yes: { type: 'boolean' },
    ...DEPLOYMENT_OPTIONS,
  },
  async (values) => {
    const { level, businessId, from, to, rampId, step, feature } = values;
    if (level === undefined) throw new UsageError('--level business, cohort or global is needed; see --help');
    if (!['business', 'cohort', 'global'].includes(level)) {
      throw new UsageError(`--level ${level}: must be business, cohort or global`);
    }
    checkSelector(level, { businessId, from, to, rampId, step });
    const dryRun = values['dry-run'] === true;
    const reason = values.reason?.trim();
    if (!reason && !dryRun) throw new UsageError('--reason is needed: it goes into the audit');
    const asks = values.yes !== true && !dryRun;
    if (asks && !process.stdin.isTTY) throw new UsageError('there is no terminal to ask on: give --yes');
    const times = Object.entries({ from, to, detectedAt: values.detectedAt });
    for (const [name, text] of times) {
      if (text !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)) {
        throw new UsageError(`--${name} ${text}: not an ISO 8601 time with zone, such as 2026-11-23T09:30:00Z`);
      }
    }
    const { base, key, actor } = readDeployment(values.base);
    const api = createApiClient(base, key, actor);
    const target = { feature, level, businessId, from, to, rampId, step };
    const detectedAt = values.detectedAt ?? new Date().toISOString();

    const preview = await previewOf(target);
    if (dryRun) return preview === undefined ? 1 : 0;
    if (asks && !(await confirmed(level))) {
      console.log('nothing was done');
      return 1;
    }
    const { status, body } = await api.post('/admin/api/rollbacks', {
      ...target,
      reason,
      detectedAt,
      incidentId: values.incidentId,
    });
    show(status, body as Rollback);
    return 0;

    /** A database that is down must not stop a rollback: then there is no preview. */
    async function previewOf(body: typeof target): Promise<Preview | undefined> {
      try {
        const answer = await api.post('/admin/api/rollbacks/preview', body);
        const found = answer.body as Preview;
        console.log(`${level} rollback of ${feature} at ${base}`);
        console.log(`  feature     ${found.featureState}, edge switch ${found.edge}`);
        console.log(`  businesses  ${found.affected.length}${listed(found.affected)}`);
        console.log(`  drafts      ${found.pendingDrafts} made with RAG wait for review: they are quarantined`);
        if (found.ramps.length > 0) console.log(`  ramps       ${found.ramps.join(', ')} stop`);
        return found;
      } catch (error) {
        const { status } = error as { status?: number };
        if (status !== undefined && status < 500) throw error;
        console.log(
          `what it will hit cannot be read (${(error as Error).message}); the rollback itself may still work`,
        );
        return undefined;
      }
    }
  },
);

function checkSelector(level: string, given: Record<string, string | undefined>): void {
  const names = Object.keys(given).filter((name) => given[name] !== undefined);
  const fits: Record<string, string[]> = {
    business: ['businessId'],
    cohort: ['from,to', 'rampId', 'rampId,step'],
    global: [''],
  };
  if (fits[level]?.includes(names.join())) return;
  const wanted: Record<string, string> = {
    business: '--businessId ID',
    cohort: '--from TIME --to TIME, or --rampId ID [--step NAME]',
    global: 'no selector',
  };
  throw new UsageError(`--level ${level} takes ${wanted[level]}`);
}

async function confirmed(level: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const word = level === 'global' ? 'global' : 'yes';
    return (await prompt.question(`roll back? type "${word}": `)).trim() === word;
  } finally {
    prompt.close();
  }
}

function show(status: number, { id, affected, quarantinedDrafts, kv, timings }: Rollback): void {
  const outcome = { 200: 'stood already', 202: 'off at the edge; Postgres follows by cron' }[status] ?? 'rolled back';
  console.log(`${outcome}: ${id}`);
  console.log(`  businesses  ${affected.length}${listed(affected)}`);
  console.log(`  drafts      ${quarantinedDrafts} quarantined`);
  if (kv !== null) console.log(`  KV          ${kv} (other locations see it within a minute and more)`);
  console.log(`  detected    ${timings.detectedAt}`);
  console.log(`  decided     ${timings.decidedAt}`);
  console.log(`  written     ${timings.writtenAt ?? 'not yet'}${after(timings.detectedToWrittenMs)}`);
  console.log(`  last old draft  ${timings.lastOldDraftAt ?? 'none'}${after(timings.detectedToLastOldDraftMs)}`);
}

function after(ms: unknown): string {
  return typeof ms === 'number' ? ` (${(ms / 1000).toFixed(2)} s after the detection)` : '';
}

function listed(ids: string[]): string {
  if (ids.length === 0) return '';
  const more = ids.length > SHOWN_IDS ? `, and ${ids.length - SHOWN_IDS} more` : '';
  return `: ${ids.slice(0, SHOWN_IDS).join(', ')}${more}`;
}
