import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Channels } from '../../notify/channels.ts';
import type { Database } from '../../storage/db.ts';
import { type DeliveryRow, insertEntries } from './alert-store.ts';
import {
  claimDelivery,
  deliveryById,
  keepLetter,
  pauseChannel,
  postponeDelivery,
  settleDelivery,
} from './delivery-store.ts';

export interface DeliveryDeps {
  db: Database;
  clock: Clock;
  logger: Logger;
  channels: Channels;
  config: { channelTimeoutMs: number; deliverForMs: number };
}

export type DeliveryOutcome =
  /** Delivered, skipped, given up or gone: nothing is left to do. */
  | { status: 'settled'; as: DeliveryRow['status'] | 'gone' }
  /** To be tried again after this. */
  | { status: 'later'; waitMs: number };

export const ALERT_QUEUE = 'draftgate-alerts';
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** Somebody else sends it, or an earlier one is to be sent first. */
const IN_LINE_MS = 15_000;
/** A lease outlives the channel's own limit by this: time for the database. */
const LEASE_MARGIN_MS = 20_000;

/** Milliseconds until the next attempt, doubling; a channel's own wish counts where it is longer. */
export function waitAfter(attempts: number, askedMs: number | null): number {
  return Math.max(askedMs ?? 0, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, attempts - 1)));
}

/**
 * Tells one channel of one change of an alert. Called twice, it is sent once: whoever has the lease sends. Only a worker
 * that dies between sending and writing it down leaves a second one, which PagerDuty recognises by its key.
 */
export async function deliverAlert(deps: DeliveryDeps, deliveryId: string): Promise<DeliveryOutcome> {
  const leaseMs = deps.config.channelTimeoutMs + LEASE_MARGIN_MS;
  const now = deps.clock();
  const [[claimed], [known]] = await deps.db.operator((queries) => [
    claimDelivery(queries, deliveryId, now, leaseMs),
    deliveryById(queries, deliveryId),
  ]);
  if (claimed === undefined) return whyNot(known, now);
  const channel = deps.channels[claimed.channel];
  const sent =
    channel.gap === null
      ? await channel.send(claimed.notice)
      : { status: 'not-sent' as const, code: 'not-configured', waitMs: null };
  return sent.status === 'sent' ? delivered(deps, claimed) : postponed(deps, claimed, sent);
}

function whyNot(known: DeliveryRow | undefined, now: Date): DeliveryOutcome {
  if (known === undefined) return { status: 'settled', as: 'gone' };
  if (known.status !== 'pending') return { status: 'settled', as: known.status };
  return { status: 'later', waitMs: Math.max(IN_LINE_MS, known.nextAttemptAt.getTime() - now.getTime()) };
}

async function delivered(deps: DeliveryDeps, row: DeliveryRow): Promise<DeliveryOutcome> {
  const now = deps.clock();
  await deps.db.operator((queries) => [
    settleDelivery(queries, row, now, { status: 'delivered', reason: null }),
    insertEntries(queries, entryOf(row, now, `Told ${row.channel}: ${row.notice.title}`)),
  ]);
  deps.logger.info('alert.delivered', { delivery: row.id, channel: row.channel, attempts: row.attempts });
  return { status: 'settled', as: 'delivered' };
}

async function postponed(
  deps: DeliveryDeps,
  row: DeliveryRow,
  { code, waitMs: asked }: { code: string; waitMs: number | null },
): Promise<DeliveryOutcome> {
  const now = deps.clock();
  deps.logger.error('alert.not-delivered', { delivery: row.id, channel: row.channel, attempts: row.attempts, code });
  if (now.getTime() - row.createdAt.getTime() >= deps.config.deliverForMs) {
    await deps.db.operator((queries) => [
      settleDelivery(queries, row, now, { status: 'failed', reason: code }),
      insertEntries(queries, entryOf(row, now, `Could not tell ${row.channel}: ${row.notice.title}`)),
      keepLetter(queries, {
        id: `alert-delivery:${row.id}`,
        queue: ALERT_QUEUE,
        businessId: row.notice.businessId,
        body: { type: 'alert-delivery', id: row.id, reason: code },
        attempts: row.attempts,
        at: now,
      }),
    ]);
    return { status: 'settled', as: 'failed' };
  }
  const waitMs = waitAfter(row.attempts, asked);
  const until = new Date(now.getTime() + waitMs);
  await deps.db.operator((queries) => [
    postponeDelivery(queries, row, { at: until, reason: code }),
    ...(asked === null ? [] : [pauseChannel(queries, row.channel, new Date(now.getTime() + asked))]),
  ]);
  return { status: 'later', waitMs };
}

function entryOf(row: DeliveryRow, now: Date, text: string): Parameters<typeof insertEntries>[1] {
  const { incidentId } = row.notice;
  if (incidentId === null || row.notice.event === 'reminder') return [];
  return [
    {
      id: newId('ine', now),
      incidentId,
      key: `delivery:${row.id}`,
      kind: 'alert',
      text,
      at: now.toISOString(),
      data: { alertId: row.alertId, channel: row.channel, event: row.notice.event, attempts: row.attempts },
    },
  ];
}
