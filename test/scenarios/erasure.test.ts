import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { consumeQueue } from '../../src/jobs/consume-queue.ts';
import { runCron } from '../../src/jobs/run-cron.ts';
import { type Answer, type Harness, inboundMail, startHarness, uniqueId } from '../support/harness.ts';
import { owner } from '../support/owner.ts';

const SHOP = 'shop@corner.example';
let harness: Harness;
beforeAll(() => {
  harness = startHarness();
});

/** Every row of every table of the database, as text. */
async function everyRow(): Promise<{ table: string; row: string }[]> {
  const tables = await owner()`select tablename from pg_tables where schemaname = 'public'`;
  const rows = [];
  for (const { tablename } of tables) {
    const found = await owner().query(`select to_jsonb(t)::text as row from "${tablename}" t`);
    for (const { row } of found) rows.push({ table: tablename as string, row: row as string });
  }
  return rows;
}

async function placesOf(word: string): Promise<string[]> {
  const rows = await everyRow();
  return [
    ...new Set(rows.filter(({ row }) => row.toLowerCase().includes(word.toLowerCase())).map(({ table }) => table)),
  ];
}

const erase = (businessId: string, customerEmail: string, fields: Record<string, unknown> = {}): Promise<Answer> =>
  harness.post('/admin/api/erasures', { businessId, customerEmail, reason: 'asked by the customer', ...fields });

const send = async (message: Record<string, unknown>) => {
  const stored = await harness.post('/v1/messages', message);
  expect(stored.status).toBe(201);
  return stored.body as { id: string; threadId: string };
};

/** A customer with a unique word in everything they ever wrote, were sent or bought. */
async function world() {
  const businessId = await harness.createBusiness();
  const word = uniqueId('word').replaceAll('-', '');
  const address = `${word}@customer.example`;
  const from = { address, name: `Ada ${word}` };
  const orderNumber = `W-${word}`;
  await harness.putOrder(businessId, orderNumber, { customerEmail: `  ${word.toUpperCase()}@customer.EXAMPLE ` });
  const appointment = { customerEmail: address, startsAt: '2026-12-20T10:00:00Z', service: word };
  expect((await harness.call('PUT', `/v1/businesses/${businessId}/appointments/a-1`, appointment)).status).toBe(200);
  const first = { ...inboundMail(businessId, `Where is order ${orderNumber}? ${word}`), from, subject: word };
  const { id, threadId } = await send(first);
  const drafted = await harness.draft(businessId, first.messageId);
  expect(drafted.status).toBe(201);
  await harness.post(`/v1/drafts/${drafted.body.id}/report`, { kind: 'other', note: `${address} says ${word}` });
  await harness.post(`/v1/drafts/${drafted.body.id}/regenerate`);
  const sent = await send({
    ...inboundMail(businessId, `Dear ${word}, the lamp has left our house yesterday, and will be with you soon.`),
    direction: 'OUTBOUND',
    from: { address: SHOP },
    to: [from],
    threadId,
    subject: word,
    sentAt: '2026-11-10T09:30:00Z',
  });
  return { businessId, word, address, from, orderNumber, first, id, threadId, draftId: drafted.body.id, sent };
}

describe('erasing a customer', () => {
  it('leaves no word of theirs in any table, and a receipt that counts what went', async () => {
    const { businessId, word, address, sent, first } = await world();
    const backfill = await harness.post('/admin/api/backfills', { businessId, days: 90 });
    await owner()`insert into "BackfillItem" ("backfillId", "messageRef", "businessId") values (${backfill.body.id}, ${sent.id}, ${businessId})`;
    await owner()`insert into "Embedding" ("id", "businessId", "messageRef", "contentHash", "model", "question", "answer", "embedding", "wordBits", "sentAt")
      values (${uniqueId('emb')}, ${businessId}, ${sent.id}, ${uniqueId('hash')}, 'm', ${word}, ${word}, ${`[${Array(512).fill(0.1).join(',')}]`}::halfvec, repeat('0', 512)::bit(512), now())`;
    await owner()`insert into "DeadLetter" ("id", "queue", "businessId", "body") values (${uniqueId('dead')}, 'q', ${businessId},
      ${JSON.stringify({ type: 'backfill-page', ids: [sent.id, 'msg_other'] })}::jsonb)`;
    expect((await placesOf(word)).sort()).toEqual(
      expect.arrayContaining([
        'Appointment',
        'Draft',
        'DraftEvent',
        'DraftVersion',
        'Embedding',
        'Message',
        'Order',
        'Thread',
      ]),
    );

    const { status, body } = await erase(businessId, address.toUpperCase(), { reason: `asked by ${address}` });
    expect(status).toBe(201);
    expect(body.counts).toMatchObject({
      messages: 2,
      threads: 1,
      drafts: 1,
      draftVersions: 1,
      draftEvents: 1,
      embeddings: 1,
      orders: 1,
      appointments: 1,
      backfillItems: 1,
      deadLetters: 1,
      messagesChanged: 0,
      draftsRemade: 0,
    });
    expect(body).toMatchObject({ businessId, records: 'erased', sharedMessages: [], actor: 'admin-key' });
    expect(body.addressHash).toMatch(/^[0-9a-f]{64}$/);
    expect(body.reason).not.toContain(word);

    expect(await placesOf(word)).toEqual([]);
    expect(await placesOf(sent.id)).toEqual([]);
    const dead = await owner()`select "body" from "DeadLetter" where "businessId" = ${businessId}`;
    expect(dead[0]?.body).toMatchObject({ ids: ['msg_other'] });
    for (const { name } of (await env.FLAGS.list()).keys)
      expect(`${name} ${await env.FLAGS.get(name)}`).not.toContain(word);
    expect(JSON.stringify(harness.logged)).not.toContain(word);

    // What was counted stays counted.
    const events = await owner()`select "type" from "DraftEvent" where "businessId" = ${businessId} order by "id"`;
    expect(events.map(({ type }) => type)).toEqual(['drafted', 'reported', 'drafted']);
    expect((await harness.get(`/v1/drafts?businessId=${businessId}`)).body.items).toEqual([]);
    expect((await harness.draft(businessId, first.messageId)).status).toBe(404);
    const { body: audit } = await harness.get(`/admin/api/audit?businessId=${businessId}&action=customer.erase`);
    expect(audit.items).toHaveLength(1);
    expect(audit.items[0].after).toMatchObject({ id: body.id, counts: body.counts });
  });

  it('twice is once: the second answers the first receipt; what came since is erased again', async () => {
    const { businessId, address, from } = await world();
    const first = await erase(businessId, address);
    const again = await erase(businessId, address);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    await send({ ...inboundMail(businessId, 'Hello again'), from });
    const third = await erase(businessId, address);
    expect(third.status).toBe(201);
    expect(third.body.counts).toMatchObject({ messages: 1, orders: 0 });
    expect(third.body.addressHash).toBe(first.body.addressHash);
    const listed = await harness.get(
      `/admin/api/erasures?businessId=${businessId}&addressHash=${third.body.addressHash}`,
    );
    expect(listed.body.items).toEqual([third.body, first.body]);
    expect((await harness.get(`/admin/api/erasures/${first.body.id}`)).body).toEqual(first.body);
    expect((await harness.get('/admin/api/erasures/nobody')).status).toBe(404);
  });

  it('of whom nothing is stored leaves a receipt of zeros', async () => {
    const businessId = await harness.createBusiness();
    const { status, body } = await erase(businessId, 'nobody@customer.example');
    expect(status).toBe(201);
    expect(Object.values(body.counts).every((count) => count === 0)).toBe(true);
  });

  it('keeps the records where the request says so', async () => {
    const { businessId, address, orderNumber } = await world();
    const { body } = await erase(businessId, address, { records: 'keep' });
    expect(body).toMatchObject({ records: 'kept', counts: { orders: 0, appointments: 0, messages: 2 } });
    const kept = await owner()`select "orderNumber" from "Order" where "businessId" = ${businessId}`;
    expect(kept).toEqual([{ orderNumber }]);
  });

  it('touches no other business, and no other customer of this one', async () => {
    const { businessId, address, from } = await world();
    const other = await harness.createBusiness();
    await send({ ...inboundMail(other, 'Hello'), from });
    await harness.putOrder(other, 'o-1', { customerEmail: address });
    const ben = { ...inboundMail(businessId, 'Hello'), from: { address: `x.${address}` } };
    await send(ben);
    await erase(businessId, address);
    const left =
      await owner()`select "businessId", "from" from "Message" where "businessId" in (${businessId}, ${other})`;
    expect(left).toHaveLength(2);
    expect(await owner()`select 1 from "Order" where "businessId" = ${other}`).toHaveLength(1);
  });

  it('keeps the mail of others in a thread, without the address, and makes their draft again', async () => {
    const { businessId, address, from, threadId } = await world();
    const ben = { address: 'ben@customer.example', name: 'Ben' };
    await send({
      ...inboundMail(businessId, 'To both of you'),
      direction: 'OUTBOUND',
      from: { address: SHOP },
      to: [from, ben],
      threadId,
    });
    const mail = {
      ...inboundMail(businessId, `I agree with ${address.toUpperCase()}: when do you open?`),
      from: ben,
      cc: [from],
      threadId,
      headers: { 'x-original-to': `<${address}>` },
      sentAt: '2026-11-11T09:30:00Z',
    };
    const stored = await send(mail);
    expect(stored.threadId).toBe(threadId);
    expect((await harness.draft(businessId, mail.messageId)).status).toBe(201);

    const { body } = await erase(businessId, address);
    expect(body.counts).toMatchObject({ messages: 2, threads: 0, messagesChanged: 2, drafts: 1, draftsRemade: 1 });
    expect(body.sharedMessages).toHaveLength(2);
    expect(body.sharedMessages).toContain(stored.id);
    expect(await placesOf(address)).toEqual([]);
    const [kept] = await owner()`select "text", "cc", "headers" from "Message" where "id" = ${stored.id}`;
    expect(kept).toEqual({
      text: 'I agree with [erased]: when do you open?',
      cc: [],
      headers: { 'x-original-to': '<[erased]>' },
    });
    await runCron('* * * * *', harness.services);
    const made = await harness.draft(businessId, mail.messageId);
    expect(made.body).toMatchObject({ status: 'READY', to: [{ address: ben.address }], cc: [] });
    expect(await placesOf(address)).toEqual([]);
  });

  it('finds every spelling that is the same mailbox', async () => {
    const businessId = await harness.createBusiness();
    const name = uniqueId('a').replaceAll('-', '');
    for (const spelling of [
      `${name}@müller.example`,
      `${name}@MÜLLER.example`,
      `${name.toUpperCase()}@xn--mller-kva.EXAMPLE`,
    ]) {
      await send({ ...inboundMail(businessId, 'Hello'), from: { address: spelling } });
    }
    await harness.putOrder(businessId, 'o-1', { customerEmail: `${name}@Müller.example` });
    const { body } = await erase(businessId, ` ${name}@müller.EXAMPLE`);
    expect(body.counts).toMatchObject({ messages: 3, orders: 1 });
    expect(await placesOf(name)).toEqual([]);
  });

  it('a draft in flight, and one that a queue brings back, are not made', async () => {
    const { businessId, address, from } = await world();
    const mail = { ...inboundMail(businessId, 'Do you have a lamp?'), from };
    await send(mail);
    await harness.model.set({ mode: 'slow', delayMs: 1_500 });
    const drafting = harness.draft(businessId, mail.messageId);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect((await erase(businessId, address)).status).toBe(201);
    expect((await drafting).status).toBe(404);
    await harness.model.reset();
    let acknowledged = 0;
    const message = {
      id: 'q-1',
      timestamp: new Date(),
      attempts: 1,
      body: { type: 'draft-retry', businessId, messageId: mail.messageId },
      ack: () => {
        acknowledged += 1;
      },
      retry: () => undefined,
    };
    const batch = { queue: 'draftgate-draft-retries', messages: [message], ackAll() {}, retryAll() {} };
    await consumeQueue(batch as unknown as MessageBatch, harness.services);
    expect(acknowledged).toBe(1);
    expect(await owner()`select 1 from "Draft" where "businessId" = ${businessId}`).toHaveLength(0);
  });

  it('at the same time from two places is one erasure', async () => {
    const { businessId, address } = await world();
    const both = await Promise.all([erase(businessId, address), erase(businessId, address)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 201]);
    expect(both[0]?.body.id).toBe(both[1]?.body.id);
  });

  it.each([
    ['no address', 'ada'],
    ['a list', 'a@b.example, c@d.example'],
    ['a name with it', 'Ada <ada@b.example>'],
  ])('refuses %s', async (_what, address) => {
    const { status, body } = await erase(await harness.createBusiness(), address);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).not.toContain(address);
  });

  it('refuses the business’s own address, an unknown business, and whoever is no operator', async () => {
    const businessId = await harness.createBusiness({ mailAddresses: ['hello@corner.example'] });
    await send({
      ...inboundMail(businessId, 'Hi'),
      direction: 'OUTBOUND',
      from: { address: 'Desk@corner.example' },
      to: [{ address: 'a@b.example' }],
    });
    expect((await erase(businessId, 'HELLO@corner.example')).status).toBe(422);
    expect((await erase(businessId, 'desk@corner.example')).status).toBe(422);
    expect((await erase('nobody', 'a@b.example')).status).toBe(404);
    const { body: key } = await harness.post('/admin/api/api-keys', { businessId });
    for (const [method, path] of [
      ['POST', 'erasures'],
      ['GET', 'erasures'],
      ['GET', `businesses/${businessId}/export`],
    ] as const) {
      expect((await harness.call(method, `/admin/api/${path}`, undefined, { key: key.key })).status).toBe(403);
    }
  });
});

describe('the export of a business', () => {
  const read = async (businessId: string) => {
    const { status, body, headers } = await harness.get<string>(`/admin/api/businesses/${businessId}/export`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/x-ndjson');
    return (body as unknown as string)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  };

  it('holds every row of the business and none of another, no secret, and says when it is whole', async () => {
    const { businessId, word } = await world();
    const { word: foreign } = await world();
    const { body: key } = await harness.post('/admin/api/api-keys', { businessId });
    const lines = await read(businessId);
    expect(lines[0]).toMatchObject({ type: 'export', version: 1, businessId });
    const end = lines.at(-1);
    expect(end.type).toBe('end');
    const rows = lines.slice(1, -1);
    for (const [table, count] of Object.entries(end.rows)) {
      expect([table, rows.filter((line) => line.table === table).length]).toEqual([table, count]);
    }
    const tables = await owner()`select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'businessId' order by 1`;
    for (const { name } of tables) {
      const [{ count } = { count: -1 }] = await owner().query(
        `select count(*)::int as count from "${name}" where "businessId" = $1`,
        [businessId],
      );
      expect([name, end.rows[name as string]]).toEqual([name, count]);
    }
    expect(end.rows).toMatchObject({ Business: 1, Message: 2, Order: 1, Appointment: 1, ApiKey: 1 });
    const text = JSON.stringify(lines);
    expect(text).toContain(word);
    expect(text).not.toContain(foreign);
    expect(text).not.toContain(key.key);
    const [stored] = await owner()`select "hash" from "ApiKey" where "businessId" = ${businessId}`;
    expect(text).not.toContain(stored?.hash as string);
    for (const line of rows) expect([businessId]).toContain(line.row.businessId ?? line.row.id);
  });

  it('goes on page by page, by rows and by size', async () => {
    const businessId = await harness.createBusiness();
    const mails = Array.from({ length: 520 }, (_, index) => ({
      ...inboundMail(businessId, index < 12 ? 'x'.repeat(700_000) : 'short'),
    }));
    for (let at = 0; at < mails.length; at += 260) {
      await harness.post('/v1/messages:bulk', { messages: mails.slice(at, at + 260) });
    }
    const before = harness.services.db.roundTrips();
    const lines = await read(businessId);
    expect(lines.at(-1).rows.Message).toBe(520);
    expect(new Set(lines.filter(({ table }) => table === 'Message').map(({ row }) => row.id)).size).toBe(520);
    expect(harness.services.db.roundTrips() - before).toBeGreaterThan(20);
  });

  it('of an unknown business is 404, and is audited', async () => {
    expect((await harness.get('/admin/api/businesses/nobody/export')).status).toBe(404);
    const businessId = await harness.createBusiness();
    await read(businessId);
    const { body } = await harness.get(`/admin/api/audit?businessId=${businessId}&action=business.export`);
    expect(body.items).toHaveLength(1);
  });
});
