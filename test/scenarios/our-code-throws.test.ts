import { beforeAll, describe, expect, it } from 'vitest';
import { runCron } from '../../src/jobs/run-cron.ts';
import { type Harness, startHarness } from '../support/harness.ts';
import { owner } from '../support/owner.ts';

const SECRET = 'nobody may read this in a log';

describe('a mail that our own code throws over', () => {
  let harness: Harness;
  let broken: Harness;
  let businessId: string;

  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness();
    await harness.putOrder(businessId, '#W1001');
    broken = startHarness({
      model: {
        name: 'broken',
        embeddingName: 'broken',
        answer: () => Promise.reject(new TypeError(SECRET)),
        embed: async () => ({ status: 'unavailable' }),
      },
    });
  });

  const due = (messageId: string, requestedAgo = '1 minute') =>
    owner()`update "Draft" set "nextAttemptAt" = now() - interval '1 minute', "requestedAt" = now() - ${requestedAgo}::interval
      where "businessId" = ${businessId} and "messageId" = ${messageId}`;

  it('gives 202, says so without the error, and is made when the code works again', async () => {
    const messageId = await harness.receive(businessId, 'Hello, where is my order #W1001?');
    const { status, body } = await broken.draft(businessId, messageId);
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'RETRYING', retryReason: 'internal_error', body: '' });
    expect(broken.queued.at(-1)).toMatchObject({ retry: { businessId }, delayMs: 30_000 });
    expect(broken.logged).toContainEqual({ event: 'draft.broke', draftId: body.id, error: 'TypeError' });
    expect(JSON.stringify([body, broken.logged])).not.toContain(SECRET);
    await due(messageId);
    expect((await harness.draft(businessId, messageId)).body).toMatchObject({ id: body.id, status: 'READY' });
  });

  it('is FAILED after a day, with its event', async () => {
    const messageId = await harness.receive(businessId, 'Hello, where is my order #W1001?');
    await broken.draft(businessId, messageId);
    await due(messageId, '25 hours');
    const { body } = await broken.draft(businessId, messageId);
    expect(body).toMatchObject({ status: 'FAILED', retryReason: 'internal_error' });
    const events =
      await owner()`select "trace" ->> 'status' as "status" from "DraftEvent" where "draftId" = ${body.id}`;
    expect(events).toEqual([{ status: 'FAILED' }]);
  });

  it('does not keep others from their turn, however many there are and however old', async () => {
    const sql = owner();
    const stuck = `stuck-${businessId}`;
    // Twelve whose worker dies every time: their lease ran out later than that of the one that works.
    for (let n = 0; n < 12; n++) {
      const messageId = await harness.receive(businessId, `${stuck} ${n}`);
      await sql`insert into "Draft" ("id", "businessId", "messageRef", "messageId", "threadId", "status", "leaseId", "leaseExpiresAt", "requestedAt")
        select ${`drf_${stuck}_${n}`}, "businessId", "id", "messageId", "threadId", 'DRAFTING', 'dead', now() - interval '5 hours', now() - interval '6 hours'
        from "Message" where "businessId" = ${businessId} and "messageId" = ${messageId}`;
    }
    const messageId = await harness.receive(businessId, 'Hello, where is my order #W1001?');
    await broken.draft(businessId, messageId);
    await due(messageId);
    const dies = { ...harness.services, generateDraft: diesFor(harness, stuck) };
    for (let run = 0; run < 3; run++) await runCron('* * * * *', dies as Harness['services']);
    const [row] =
      await sql`select "status" from "Draft" where "businessId" = ${businessId} and "messageId" = ${messageId}`;
    expect(row).toEqual({ status: 'READY' });
  });

  /** As a worker that takes the lease and is ended before it can write anything. */
  function diesFor(of: Harness, stuck: string): Harness['services']['generateDraft'] {
    return async (request) => {
      const taken = await owner()`update "Draft" set "leaseExpiresAt" = now() - interval '1 millisecond'
        where "messageRef" = ${request.messageId} and "id" like ${`drf_${stuck}%`} returning "id"`;
      if (taken.length > 0) throw new Error('the worker was ended');
      return of.services.generateDraft(request);
    };
  }
});
