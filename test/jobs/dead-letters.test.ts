import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { consumeQueue } from '../../src/jobs/consume-queue.ts';
import { createServices } from '../../src/services.ts';
import { type Harness, startHarness, uniqueId } from '../support/harness.ts';
import { owner } from '../support/owner.ts';

let harness: Harness;
let businessId: string;

beforeAll(async () => {
  harness = startHarness();
  businessId = await harness.createBusiness();
});

async function deliver(queue: string, body: unknown): Promise<string[]> {
  const outcomes: string[] = [];
  const message = {
    id: uniqueId('letter'),
    attempts: 11,
    timestamp: new Date(),
    body,
    ack: () => outcomes.push('ack'),
    retry: () => outcomes.push('retry'),
  };
  await consumeQueue({ queue, messages: [message] } as unknown as MessageBatch, harness.services);
  return outcomes;
}

const draftOf = async (messageId: string) => {
  const [row] = await owner()`select "status", "nextAttemptAt" > now() + interval '10 minutes' as "later" from "Draft"
    where "businessId" = ${businessId} and "messageId" = ${messageId}`;
  return row;
};
const lettersOf = (id: string) =>
  harness
    .get(`/admin/api/dead-letters?queue=draftgate-draft-retries&limit=200`)
    .then(({ body }) => body.items.filter((letter: { body: { messageId?: string } }) => letter.body.messageId === id));

describe('dead letters of draft retries', () => {
  it('are kept, and the draft is due again behind the others, not lost', async () => {
    const messageId = await harness.receive(businessId, 'Do you have this in blue?');
    await harness.model.set({ mode: 'http500' });
    const { status } = await harness.draft(businessId, messageId);
    expect(status).toBe(202);
    await owner()`update "Draft" set "nextAttemptAt" = now() - interval '1 minute' where "businessId" = ${businessId} and "messageId" = ${messageId}`;
    expect(await deliver('draftgate-dead-letters', { type: 'draft-retry', businessId, messageId })).toEqual(['ack']);
    expect(await lettersOf(messageId)).toMatchObject([{ businessId, attempts: 11, queue: 'draftgate-draft-retries' }]);
    expect(await draftOf(messageId)).toEqual({ status: 'RETRYING', later: true });
  });

  it('leave a draft alone that was made meanwhile', async () => {
    const messageId = await harness.receive(businessId, 'Do you have this in red?');
    await harness.model.set();
    await harness.draft(businessId, messageId);
    const before = await draftOf(messageId);
    await deliver('draftgate-dead-letters', { type: 'draft-retry', businessId, messageId });
    expect(await draftOf(messageId)).toEqual(before);
    expect(before).toMatchObject({ status: 'READY' });
  });

  it('that cannot be read are kept as their size', async () => {
    const body = { type: 'nonsense', text: uniqueId('ada@customer.example') };
    expect(await deliver('draftgate-draft-retries', body)).toEqual(['ack']);
    const kept =
      await owner()`select "body" from "DeadLetter" where "body" ->> 'characters' = ${String(JSON.stringify(body).length)}`;
    expect(kept.length).toBeGreaterThan(0);
    expect(JSON.stringify(kept)).not.toContain('customer.example');
  });
});

describe('the send_email binding of the Workers runtime', () => {
  it('takes the mail of a test alert', async () => {
    const services = createServices(env, {
      config: { alertEmailFrom: 'alerts@draftgate.example' },
      enqueueDeliveries: async () => undefined,
    });
    const { deliveries } = await services.sendTestAlert({ actor: 'nina', requestId: 'req' });
    const email = deliveries.find(({ channel }) => channel === 'email');
    expect(email).toMatchObject({ status: 'delivered', reason: null });
  });
});
