import { beforeAll, describe, expect, it } from 'vitest';
import { runCron } from '../../src/jobs/run-cron.ts';
import { type Harness, startHarness } from '../support/harness.ts';
import { owner } from '../support/owner.ts';

describe('a draft whose worker died', () => {
  let harness: Harness;
  let businessId: string;

  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness();
    await harness.putOrder(businessId, '#W1001');
  });

  /** Leaves a claim behind, as a worker does that is ended while it drafts. */
  async function abandonedClaim(secondsAgo: number): Promise<string> {
    const messageId = await harness.receive(businessId, 'Hello, where is my order #W1001?');
    const sql = owner();
    await sql`insert into "Draft" ("id", "businessId", "messageRef", "messageId", "threadId", "status", "leaseId", "leaseExpiresAt")
      select ${`drf_abandoned_${messageId}`}, "businessId", "id", "messageId", "threadId", 'DRAFTING', 'dead', now() - ${secondsAgo} * interval '1 second'
      from "Message" where "businessId" = ${businessId} and "messageId" = ${messageId}`;
    return messageId;
  }

  it('is left alone while its lease lasts', async () => {
    const messageId = await abandonedClaim(-60);
    const impatient = startHarness({ config: { draftWaitMs: 1 } });
    expect((await impatient.draft(businessId, messageId)).status).toBe(409);
  });

  it('is taken over by the next request after its lease', async () => {
    const messageId = await abandonedClaim(1);
    const { status, body } = await harness.draft(businessId, messageId);
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: `drf_abandoned_${messageId}`, status: 'READY' });
  });

  it('is taken over by the minute cron after its lease', async () => {
    // Longer ago than what other tests leave behind: cron comes to it first.
    const messageId = await abandonedClaim(20 * 3600);
    await runCron('* * * * *', harness.services);
    const { status, body } = await harness.draft(businessId, messageId);
    expect(status).toBe(200);
    expect(body.status).toBe('READY');
  });

  it('cannot be committed by the worker that lost the lease', async () => {
    const slow = startHarness();
    await slow.model.set({
      mode: 'slow',
      delayMs: 800,
      calls: ['compose'],
      body: 'Hello,\n\nwritten by the late one.',
    });
    const messageId = await harness.receive(businessId, 'Hello, where is my order #W1001?');
    const late = slow.services.generateDraft({ businessId, messageId });
    await new Promise((resolve) => setTimeout(resolve, 400));
    const sql = owner();
    await sql`update "Draft" set "leaseExpiresAt" = now() - interval '1 second' where "businessId" = ${businessId} and "messageId" = ${messageId}`;
    const taken = await harness.services.generateDraft({ businessId, messageId });
    expect(taken).toMatchObject({ status: 'made', draft: { status: 'READY' } });
    await late;
    const { body } = await harness.draft(businessId, messageId);
    expect(body.body).not.toContain('late one');
    const events = await sql`select "id" from "DraftEvent" where "draftId" = ${body.id}`;
    expect(events).toHaveLength(1);
  });
});
