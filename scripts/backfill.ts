/** `npm run backfill`: makes examples of the mail that a business sent, and shows how far it is. */
import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient } from './lib/api-client.ts';
import { runCommand, UsageError } from './lib/command.ts';
import { DEPLOYMENT_HELP, DEPLOYMENT_OPTIONS, readDeployment } from './lib/deployment.ts';
import { createProgressLine } from './lib/progress-line.ts';

const HELP = `
npm run backfill -- --businessId <id> --days <n> [--dry-run] [--base <url>]

Makes examples of the mail that a business sent in the last days, and waits until it is done. Ctrl-C leaves it running;
the same command shows its progress again. On a pipe it prints plain lines.

  --businessId <id>   the business
  --days <n>          mail of so many last days, 1 to 180 (90)
  --dry-run           print counts, tokens and cost; write nothing
${DEPLOYMENT_HELP}

Exit code 1: mails have failed, or it was cancelled.
`;

interface Backfill {
  id: string;
  status: 'planning' | 'running' | 'stalled' | 'done' | 'cancelled';
  total: number;
  done: number;
  skipped: number;
  failed: number;
  tokens: number;
}

interface Estimate {
  total: number;
  sampled: number;
  toEmbed: number;
  toSkip: number;
  tokens: number;
  cost: number | null;
  model: string;
}

const POLL_MS = 1_000;

await runCommand(
  HELP,
  {
    businessId: { type: 'string' },
    days: { type: 'string', default: '90' },
    'dry-run': { type: 'boolean' },
    ...DEPLOYMENT_OPTIONS,
  },
  async (values) => {
    const { businessId } = values;
    if (!businessId) throw new UsageError('--businessId <id> is missing; see --help');
    const days = Number(values.days);
    if (!Number.isInteger(days) || days < 1 || days > 180) {
      throw new UsageError(`--days ${values.days}: not a whole number from 1 to 180`);
    }
    const { base, key, actor } = readDeployment(values.base);
    const api = createApiClient(base, key, actor);
    if (values['dry-run'] === true) {
      const { body } = await api.post('/admin/api/backfills', { businessId, days, dryRun: true });
      console.log(describe(body as Estimate));
      return 0;
    }
    const started = await api.post('/admin/api/backfills', { businessId, days });
    let backfill = started.body as Backfill;
    console.error(`backfill ${backfill.id}${started.status === 200 ? ' was under way already' : ''}`);
    const line = createProgressLine(process.stdout);
    while (backfill.status !== 'done' && backfill.status !== 'cancelled') {
      await delay(POLL_MS);
      backfill = (await api.get(`/admin/api/backfills/${backfill.id}`)).body as Backfill;
      line.show({ ...backfill, settled: backfill.done + backfill.skipped + backfill.failed }, Date.now());
    }
    line.end();
    const { done, skipped, failed, tokens, status } = backfill;
    console.log(`${status}: ${done} examples, ${skipped} skipped, ${failed} failed, ${tokens} tokens`);
    if (failed > 0) console.log(`failed mails: GET /admin/api/backfills/${backfill.id}/dead-letters, POST .../retry`);
    return failed > 0 || status === 'cancelled' ? 1 : 0;
  },
);

function describe(estimate: Estimate): string {
  const { total, sampled, toEmbed, toSkip, tokens, cost, model } = estimate;
  const about = sampled < total ? 'about ' : '';
  return [
    `mails      ${total}${sampled < total ? ` (numbers below from ${sampled} of them)` : ''}`,
    `to embed   ${about}${toEmbed}`,
    `to skip    ${about}${toSkip}`,
    `tokens     ${about}${tokens} (${model})`,
    `cost       ${cost === null ? 'not known for this model' : `${about}${cost.toFixed(4)} USD`}`,
    'nothing was written',
  ].join('\n');
}
