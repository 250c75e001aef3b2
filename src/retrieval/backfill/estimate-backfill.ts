import { AppError } from '../../lib/errors.ts';
import { loadTokenCounter } from '../../model/count-tokens.ts';
import { EMBEDDING_PRICES } from '../../model/embedding-prices.ts';
import type { IndexingDeps } from '../index-examples.ts';
import { readSentMail } from '../index-examples.ts';
import { knownHashes } from '../index-store.ts';
import { contentHashOf, embeddedText, type PreparedExample } from '../prepare-example.ts';
import { businessExists, sampleSentMail } from './backfill-store.ts';

export interface BackfillEstimate {
  dryRun: true;
  businessId: string;
  days: number;
  model: string;
  /** Sent mails in the window: counted, not estimated. */
  total: number;
  /** Mails that were read for the numbers below; all of them where it equals `total`. */
  sampled: number;
  toEmbed: number;
  toSkip: number;
  tokens: number;
  /** US dollars; null where the model's price is not known. */
  cost: number | null;
}

/** Mails that a dry run reads. */
const SAMPLE = 500;

/** What a backfill would do and cost; writes nothing. Exact up to 500 mails, beyond that from a sample. Throws NOT_FOUND. */
export async function estimateBackfill(
  deps: Pick<IndexingDeps, 'db' | 'model'>,
  input: { businessId: string; days: number },
): Promise<BackfillEstimate> {
  const { businessId, days } = input;
  const model = deps.model.embeddingName;
  const [businesses, counted, sample] = await deps.db.tenant(businessId, (queries) => [
    businessExists(queries, businessId),
    ...sampleSentMail(queries, businessId, days, SAMPLE),
  ]);
  if (businesses.length === 0) throw new AppError('NOT_FOUND', 'There is no such business.');
  const total = Number(counted.rows[0]?.total ?? 0);
  const ids = sample.rows.map(({ id }) => id);
  const examples: PreparedExample[] = [];
  for await (const page of readSentMail(deps, businessId, ids)) {
    examples.push(...page.flatMap((item) => (item.status === 'example' ? [item.example] : [])));
  }
  const hashes = await Promise.all(examples.map((example) => contentHashOf(model, example)));
  const [known] = await deps.db.tenant(businessId, (queries) => [knownHashes(queries, businessId, hashes)]);
  const seen = new Set(known.map(({ contentHash }) => contentHash));
  const countTokens = await loadTokenCounter();
  let toEmbed = 0;
  let tokens = 0;
  examples.forEach((example, index) => {
    const hash = hashes[index] ?? '';
    if (seen.has(hash)) return;
    seen.add(hash);
    toEmbed += 1;
    tokens += countTokens(embeddedText(example));
  });
  const scale = sample.rows.length === 0 ? 0 : total / sample.rows.length;
  const price = EMBEDDING_PRICES[model];
  const allTokens = Math.round(tokens * scale);
  return {
    dryRun: true,
    businessId,
    days,
    model,
    total,
    sampled: sample.rows.length,
    toEmbed: Math.round(toEmbed * scale),
    toSkip: total - Math.round(toEmbed * scale),
    tokens: allTokens,
    cost: price === undefined ? null : (allTokens * price) / 1_000_000,
  };
}
