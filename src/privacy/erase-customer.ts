import { and, desc, eq, lt } from 'drizzle-orm';
import { createRedactionSession, redactPii } from '../guards/pii/redact-pii.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { addressKey } from '../mail/address-key.ts';
import type { Database } from '../storage/db.ts';
import { erasure } from '../storage/schema/index.ts';
import { addressHashOf, patternOf, shareOf } from './erasure.ts';
import {
  type ErasureRow,
  eraseStatements,
  type MailFound,
  mailsNaming,
  ownAddresses,
  receiptStatements,
  recordAddresses,
} from './erasure-store.ts';

interface Deps {
  db: Database;
  clock: Clock;
}

export interface ErasureRequest {
  businessId: string;
  customerEmail: string;
  reason: string;
  /** Orders and appointments: a business may have to keep them. */
  records: 'erase' | 'keep';
}

const TIMEOUT_MS = 60_000;

/**
 * Erases a customer of a business, in one transaction with its receipt and audit row: their mail and what was sent to them
 * alone, drafts, examples, records, queued work. Mail of others stays, without the address. Doing it again erases what has come
 * since, or answers the receipt there is. Throws INVALID_REQUEST, NOT_FOUND, UNPROCESSABLE for the business's own address.
 */
export async function eraseCustomer(
  deps: Deps,
  request: ErasureRequest,
  act: { actor: string; requestId: string },
): Promise<{ created: boolean; receipt: ErasureRow }> {
  const { businessId } = request;
  const key = addressKey(request.customerEmail);
  if (key === null) throw new AppError('INVALID_REQUEST', 'customerEmail is not one plain mail address.');

  const [[own], mails, records] = await deps.db.operator(
    (queries) => [
      ownAddresses(queries, businessId),
      mailsNaming(queries, businessId, key),
      recordAddresses(queries, businessId, key),
    ],
    { timeoutMs: TIMEOUT_MS },
  );
  if (own === undefined) throw new AppError('NOT_FOUND', 'There is no such business.');
  const ownKeys = new Set(
    [...own.mailAddresses, own.supportEmail ?? ''].flatMap((address) => addressKey(address) ?? []),
  );
  const sentFrom = (mail: MailFound) => mail.direction === 'OUTBOUND' && addressKey(mail.from.address) === key;
  if (ownKeys.has(key) || mails.rows.some(sentFrom)) {
    throw new AppError('UNPROCESSABLE', 'The business itself writes from this address: it is no customer’s.');
  }

  const shares = mails.rows.map((mail) => ({ mail, share: shareOf(mail, key, ownKeys) }));
  const idsOf = (wanted: string) => shares.filter(({ share }) => share === wanted).map(({ mail }) => mail.id);
  const touched = shares.filter(({ share }) => share !== 'none').map(({ mail }) => mail);
  const spelled = touched
    .flatMap(({ from, to, cc, replyTo }) => [from, ...to, ...cc, ...replyTo])
    .map(({ address }) => address)
    .filter((address) => addressKey(address) === key);
  const recordSpellings = records.rows.map(({ address }) => address).filter((address) => addressKey(address) === key);
  const spellings = [...new Set([key, request.customerEmail, ...spelled, ...recordSpellings])];
  const plan = {
    businessId,
    erase: idsOf('erase'),
    shared: idsOf('shared'),
    threads: [...new Set(touched.map(({ threadId }) => threadId))],
    key,
    spellings,
    pattern: patternOf([...new Set(spellings.map((spelling) => spelling.trim()))]),
    records: request.records === 'erase' ? recordSpellings : [],
  };

  const now = deps.clock();
  const id = newId('era', now);
  const receipt = {
    id,
    businessId,
    addressHash: await addressHashOf(businessId, key),
    reason: redactPii(request.reason, createRedactionSession({ emails: true, phones: true, nationalIds: true })).text,
    records: request.records === 'erase' ? ('erased' as const) : ('kept' as const),
    ...act,
  };
  const results = await deps.db.operator(
    (queries) => [
      ...eraseStatements(queries, plan),
      ...receiptStatements(
        queries,
        receipt,
        { threads: plan.threads, messages: plan.shared },
        { id: newId('aud', now), action: 'customer.erase' },
      ),
    ],
    { timeoutMs: TIMEOUT_MS },
  );
  const [stored] = results[results.length - 1] as ErasureRow[];
  if (stored === undefined) throw new Error('no receipt was written');
  return { created: stored.id === id, receipt: stored };
}

/** Throws NOT_FOUND. */
export async function findErasure(deps: Pick<Deps, 'db'>, id: string): Promise<ErasureRow> {
  const [[row]] = await deps.db.operator((queries) => [queries.select().from(erasure).where(eq(erasure.id, id))]);
  if (row === undefined) throw new AppError('NOT_FOUND', 'There is no such erasure.');
  return row;
}

/** Receipts, newest first; `addressHash` finds those of one customer without naming them. */
export async function listErasures(
  deps: Pick<Deps, 'db'>,
  filter: { businessId?: string; addressHash?: string; before?: string; limit: number },
): Promise<ErasureRow[]> {
  const [rows] = await deps.db.operator((queries) => [
    queries
      .select()
      .from(erasure)
      .where(
        and(
          filter.businessId === undefined ? undefined : eq(erasure.businessId, filter.businessId),
          filter.addressHash === undefined ? undefined : eq(erasure.addressHash, filter.addressHash),
          filter.before === undefined ? undefined : lt(erasure.id, filter.before),
        ),
      )
      .orderBy(desc(erasure.id))
      .limit(filter.limit),
  ]);
  return rows;
}
