import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Queries } from '../../storage/db.ts';
import { alertDelivery, deadLetter } from '../../storage/schema/index.ts';
import type { ChannelName } from './alert.ts';
import type { DeliveryRow } from './alert-store.ts';

/** Leases go by the database's clock: one that a worker with a wrong clock took ends all the same. */
const NOT_LEASED = sql`coalesce(${alertDelivery.leasedUntil}, '-infinity') <= now()`;

const time = (at: Date) => sql`${at.toISOString()}::timestamptz`;

export function deliveryById(queries: Queries, id: string) {
  return queries.select().from(alertDelivery).where(eq(alertDelivery.id, id));
}

/** Takes a due delivery for `leaseMs`; nothing where somebody else sends it, or an earlier one of its alert waits on that channel. */
export function claimDelivery(queries: Queries, id: string, now: Date, leaseMs: number) {
  return queries
    .update(alertDelivery)
    .set({
      attempts: sql`${alertDelivery.attempts} + 1`,
      leasedUntil: sql`now() + ${leaseMs}::int * interval '1 millisecond'`,
    })
    .where(
      and(
        eq(alertDelivery.id, id),
        eq(alertDelivery.status, 'pending'),
        sql`${alertDelivery.nextAttemptAt} <= ${time(now)}`,
        NOT_LEASED,
        sql`not exists (select from "AlertDelivery" o where o."alertId" = ${alertDelivery.alertId}
          and o."channel" = ${alertDelivery.channel} and o."version" < ${alertDelivery.version} and o."status" = 'pending')`,
      ),
    )
    .returning();
}

/** Ends a delivery that is still in the attempt it was claimed for. */
export function settleDelivery(
  queries: Queries,
  row: Pick<DeliveryRow, 'id' | 'attempts'>,
  now: Date,
  outcome: { status: 'delivered' | 'failed'; reason: string | null },
) {
  return queries
    .update(alertDelivery)
    .set({ ...outcome, settledAt: time(now), leasedUntil: null })
    .where(ofAttempt(row))
    .returning({ id: alertDelivery.id });
}

export function postponeDelivery(
  queries: Queries,
  row: Pick<DeliveryRow, 'id' | 'attempts'>,
  next: { at: Date; reason: string },
) {
  return queries
    .update(alertDelivery)
    .set({ nextAttemptAt: time(next.at), reason: next.reason, leasedUntil: null })
    .where(ofAttempt(row));
}

function ofAttempt(row: Pick<DeliveryRow, 'id' | 'attempts'>) {
  return and(
    eq(alertDelivery.id, row.id),
    eq(alertDelivery.status, 'pending'),
    eq(alertDelivery.attempts, row.attempts),
  );
}

/**
 * A channel asked for a pause: whatever waits for it waits until then. Rows that somebody else holds are left: the channel
 * will tell them the same.
 */
export function pauseChannel(queries: Queries, channel: ChannelName, until: Date) {
  return queries.execute(sql`
    update ${alertDelivery} d set "nextAttemptAt" = greatest(d."nextAttemptAt", ${time(until)})
    from (select "id" from ${alertDelivery} where "status" = 'pending' and "channel" = ${channel} for update skip locked) free
    where d."id" = free."id"`);
}

/** Deliveries that should have been made before `before`: what the queue lost. They count as due at `now` from here. */
export function takeLost(queries: Queries, before: Date, now: Date, limit: number) {
  return queries
    .update(alertDelivery)
    .set({ nextAttemptAt: time(now) })
    .where(
      inArray(
        alertDelivery.id,
        queries
          .select({ id: alertDelivery.id })
          .from(alertDelivery)
          .where(
            and(eq(alertDelivery.status, 'pending'), sql`${alertDelivery.nextAttemptAt} < ${time(before)}`, NOT_LEASED),
          )
          .orderBy(asc(alertDelivery.nextAttemptAt))
          .limit(limit)
          .for('update', { skipLocked: true }),
      ),
    )
    .returning({ id: alertDelivery.id });
}

/** Per channel: what it has not taken for a while, although it was tried. */
export function stuckChannels(queries: Queries, before: Date, attempts: number) {
  return queries.execute<{ channel: ChannelName; waiting: number; since: string; reason: string | null }>(sql`
    select "channel", count(*)::int as "waiting", min("createdAt") as "since",
      (array_agg("reason" order by "createdAt" desc))[1] as "reason"
    from ${alertDelivery} where "status" = 'pending' and "attempts" >= ${attempts}::int and "createdAt" < ${time(before)}
    group by "channel"`);
}

export function keepLetter(queries: Queries, row: typeof deadLetter.$inferInsert) {
  return queries.insert(deadLetter).values(row).onConflictDoNothing();
}
