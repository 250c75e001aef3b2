import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { nearestExamples } from '../retrieval/example-store.ts';
import { bitsOfQuery } from '../retrieval/word-signature.ts';
import type { Database } from '../storage/db.ts';
import { exportedTables } from './export-business.ts';
import {
  businessesOfTheDay,
  foreignExamples,
  newestExample,
  REFERENCE_CHECKS,
  referenceHits,
  showsRowOf,
} from './isolation-store.ts';

/** Something of one business was found at another: a security incident. Ids only. */
export interface IsolationBreach {
  check: string;
  businessId: string;
  ids: string[];
}

interface Deps {
  db: Database;
  clock: Clock;
  logger: Logger;
  /** Opens the security incident; once per check and business. */
  reportBreach: (breach: IsolationBreach) => Promise<void>;
}

/** Two missed nights are made up. */
const DAYS = 3;
const DAY_MS = 86_400_000;
/** Businesses that are probed in a night, each with the next one's data. */
const PROBED = 20;
const TIMEOUT_MS = 60_000;

/**
 * Looks on live data for anything that crossed from one business to another: references, and probes with the rights and
 * searches of one business for the rows of another. A business's own rows are the canaries, so nothing is planted in anybody's
 * data. Reads only; doing it twice changes nothing.
 */
export async function checkIsolation(deps: Deps): Promise<{ checked: number; found: number }> {
  const now = deps.clock();
  const breaches: IsolationBreach[] = [];
  const since = new Date(now.getTime() - DAYS * DAY_MS);
  for (const [check, hitsSince] of Object.entries(REFERENCE_CHECKS)) {
    const [{ rows }] = await deps.db.operator((queries) => [referenceHits(queries, hitsSince(since))], {
      timeoutMs: TIMEOUT_MS,
    });
    for (const [businessId, hits] of Map.groupBy(rows, (hit) => hit.businessId)) {
      breaches.push({ check, businessId, ids: hits.map(({ id }) => id) });
    }
  }

  const [{ rows: chosen }] = await deps.db.operator((queries) => [
    businessesOfTheDay(queries, now.toISOString().slice(0, 10), PROBED),
  ]);
  const pairs =
    chosen.length < 2 ? [] : chosen.map(({ id }, index) => [id, chosen[(index + 1) % chosen.length]?.id ?? '']);
  for (const [businessId = '', other = ''] of pairs) breaches.push(...(await probeIsolation(deps, businessId, other)));

  for (const breach of breaches) {
    deps.logger.error('security.isolation', { ...breach });
    await deps.reportBreach(breach);
  }
  return { checked: Object.keys(REFERENCE_CHECKS).length + pairs.length, found: breaches.length };
}

/** What `businessId` gets to see of `other`: through row-level security alone, and through the search with `other`'s own question. */
export async function probeIsolation(
  deps: Pick<Deps, 'db'>,
  businessId: string,
  other: string,
): Promise<IsolationBreach[]> {
  const breaches: IsolationBreach[] = [];
  const tables = exportedTables().filter(({ tenantReads }) => tenantReads);
  const [first, ...rest] = tables;
  if (first === undefined) return [];
  const shown = await deps.db.tenant(businessId, (queries) => [
    showsRowOf(queries, first, other),
    ...rest.map((table) => showsRowOf(queries, table, other)),
  ]);
  const open = tables.filter((_table, index) => shown[index]?.rows[0]?.shown).map(({ name }) => name);
  if (open.length > 0) breaches.push({ check: 'row-level-security', businessId, ids: open });

  const [{ rows }] = await deps.db.operator((queries) => [newestExample(queries, other)]);
  const [canary] = rows;
  if (canary === undefined) return breaches;
  const [found] = await deps.db.tenant(businessId, (queries) => [
    nearestExamples(queries, {
      businessId,
      model: canary.model,
      vector: JSON.parse(canary.embedding) as number[],
      wordBits: bitsOfQuery(canary.question),
    }),
  ]);
  const ids = found.rows.map(({ id }) => id);
  const [foreign] = await deps.db.operator((queries) => [foreignExamples(queries, businessId, ids)]);
  if (foreign.rows.length > 0) breaches.push({ check: 'search', businessId, ids: foreign.rows.map(({ id }) => id) });
  return breaches;
}
