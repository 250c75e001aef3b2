import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

let world: RolloutWorld;
beforeAll(async () => {
  world = await startRolloutWorld();
}, 60_000);
afterAll(() => world?.close());

const act = { actor: 'test', requestId: 'req_test' };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function receive(businessId: string, address: string, threadId?: string) {
  const messageId = `<${crypto.randomUUID()}@customer.example>`;
  const [stored] = await world.services.receiveMessages(businessId, [
    {
      messageId,
      threadId,
      direction: 'INBOUND',
      from: { address },
      to: [{ address: 'shop@example.org' }],
      cc: [],
      replyTo: [],
      subject: 'A question',
      text: 'Hello, which colours does the linen bag come in? Thank you, Kim',
      headers: {},
      sentAt: new Date(),
    },
  ]);
  if (stored?.status !== 'stored') throw new Error('not stored');
  return { messageId, id: stored.id, threadId: stored.threadId };
}
const erase = (businessId: string, customerEmail: string) =>
  world.services.eraseCustomer({ businessId, customerEmail, reason: 'asked', records: 'erase' }, act);

it('mail of somebody else that arrives while a thread is erased is not lost, and loses the address', async () => {
  const businessId = await world.business();
  const { threadId } = await receive(businessId, 'ada@customer.example');
  const arriving = new pg.Client({ connectionString: world.ownerUrl });
  await arriving.connect();
  await arriving.query('begin');
  await arriving.query(
    `insert into "Message" ("id", "businessId", "messageId", "messageKey", "threadId", "direction", "from", "to", "subject", "text", "contentHash", "sentAt")
     values ('msg_late', $1, 'late', 'late', $2, 'INBOUND', '{"address":"ben@customer.example"}', '[]', 's', 'says ada@customer.example', 'h', now())`,
    [businessId, threadId],
  );
  await arriving.query(`update "Thread" set "version" = "version" + 1 where "businessId" = $1 and "id" = $2`, [
    businessId,
    threadId,
  ]);
  let done = false;
  const erasing = erase(businessId, 'ada@customer.example').then((result) => {
    done = true;
    return result;
  });
  await pause(400);
  expect(done).toBe(false);
  await arriving.query('commit');
  await arriving.end();
  const { receipt } = await erasing;
  expect(receipt.counts).toMatchObject({ messages: 1, threads: 0, messagesChanged: 1 });
  expect(receipt.sharedMessages).toEqual(['msg_late']);
  const left = await world.sql(`select "id", "text" from "Message" where "businessId" = '${businessId}'`);
  expect(left).toEqual([{ id: 'msg_late', text: 'says [erased]' }]);
});

it('erasures beside drafts, mail and each other never deadlock, and leave nothing of the erased', async () => {
  const businessId = await world.business();
  world.model.spreadMs = 60;
  const customers = Array.from({ length: 12 }, (_, index) => `customer${index}@erase.example`);
  const mails = await Promise.all(
    customers.flatMap((address) => [receive(businessId, address), receive(businessId, address)]),
  );
  const drafts = mails.map(({ messageId }) =>
    world.services.generateDraft({ businessId, messageId }).catch((error: { code?: string }) => error.code),
  );
  await pause(30);
  const erasures = [...customers, ...customers].map((address) => erase(businessId, address));
  const outcomes = await Promise.all(drafts);
  const receipts = await Promise.all(erasures);
  world.model.spreadMs = 0;
  expect(outcomes.filter((outcome) => typeof outcome === 'string' && outcome !== 'NOT_FOUND')).toEqual([]);
  expect(receipts.filter(({ created }) => created)).toHaveLength(customers.length);
  expect(new Set(receipts.map(({ receipt }) => receipt.id)).size).toBe(customers.length);
  for (const table of ['Message', 'Draft', 'Thread']) {
    expect([table, await world.sql(`select 1 from "${table}" where "businessId" = '${businessId}'`)]).toEqual([
      table,
      [],
    ]);
  }
});

it('a report that comes while its draft is erased leaves no note', async () => {
  const businessId = await world.business();
  for (let count = 0; count < 15; count += 1) {
    const address = `reporter${count}@erase.example`;
    const { messageId } = await receive(businessId, address);
    const outcome = await world.services.generateDraft({ businessId, messageId });
    if (!('draft' in outcome)) throw new Error(outcome.status);
    const report = {
      businessId,
      draftId: outcome.draft.id,
      kind: 'tone' as const,
      note: `note of ${address}`,
      actor: 'r',
    };
    await Promise.all([
      world.services.reportDraft(report).catch((error: { code?: string }) => expect(error.code).toBe('NOT_FOUND')),
      pause(count).then(() => erase(businessId, address)),
    ]);
  }
  const notes = await world.sql(
    `select "trace" from "DraftEvent" where "businessId" = '${businessId}' and "trace" ? 'note'`,
  );
  expect(notes).toEqual([]);
});
