import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, CUSTOMER, type Harness, inboundMail, startHarness, uniqueId } from '../support/harness.ts';

type Mail = ReturnType<typeof inboundMail> & Record<string, unknown>;

describe('handing in mail', () => {
  let harness: Harness;
  let businessId: string;

  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness();
  });

  const mail = (fields: Record<string, unknown> = {}): Mail => ({ ...inboundMail(businessId, 'Hello'), ...fields });
  const hand = (message: unknown) => harness.post('/v1/messages', message);

  async function stored(messageId: string): Promise<Answer['body']> {
    const [{ rows }] = await harness.services.db.operator((queries) => [
      queries.execute(sql`select m.*, t."version" as "threadVersion" from "Message" m
        join "Thread" t on t."businessId" = m."businessId" and t."id" = m."threadId"
        where m."businessId" = ${businessId} and m."messageId" = ${messageId}`),
    ]);
    expect(rows).toHaveLength(1);
    return rows[0] as Answer['body'];
  }

  it('stores one, with all of its fields, and says where', async () => {
    const message = mail({
      cc: [{ address: 'bob@customer.example', name: 'Bob' }],
      html: '<p>Hello</p>',
      headers: { 'X-Mailer': 'x', Received: ['a', 'b'] },
      authentication: { dmarc: 'PASS' },
      sentAt: '2026-11-09T12:30:00+03:00',
    });
    const { status, body } = await hand(message);
    expect(status).toBe(201);
    expect(body).toEqual({ id: expect.stringMatching(/^msg_/), threadId: expect.any(String), duplicate: false });
    expect(await stored(message.messageId)).toMatchObject({
      id: body.id,
      threadId: body.threadId,
      from: { address: CUSTOMER, name: 'Ada' },
      cc: message.cc,
      html: '<p>Hello</p>',
      headers: message.headers,
      dmarc: 'pass',
    });
  });

  it('answers 200 and duplicate for the same mail, also with other headers, and 409 for another with its id', async () => {
    const message = mail();
    const first = await hand(message);
    const again = await hand(message);
    expect(again.status).toBe(200);
    expect(again.body).toEqual({ ...first.body, duplicate: true });
    const rerouted = await hand({ ...message, headers: { Received: 'elsewhere' }, threadId: uniqueId('thread') });
    expect(rerouted.body).toEqual({ ...first.body, duplicate: true });
    for (const fields of [
      { text: 'Hello!' },
      { subject: 'Another' },
      { from: { address: 'eve@stranger.example' } },
      { to: [] },
      { sentAt: '2026-11-09T09:30:01Z' },
      { direction: 'OUTBOUND' },
    ]) {
      const other = await hand({ ...message, ...fields });
      expect(other.status).toBe(409);
      expect(other.body.error.code).toBe('MESSAGE_CONFLICT');
    }
    expect((await stored(message.messageId)).text).toBe('Hello');
  });

  it('stores two same mails at once one time', async () => {
    const message = mail();
    const answers = await Promise.all(Array.from({ length: 8 }, () => hand(message)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => `${body.id} ${body.threadId}`)).size).toBe(1);
    expect(await stored(message.messageId)).toMatchObject({ id: answers[0]?.body.id, threadVersion: 1 });
  });

  it('lets one of two different mails with one id at once through', async () => {
    const messageId = uniqueId('mail');
    const answers = await Promise.all(['one', 'two', 'three'].map((text) => hand(mail({ messageId, text }))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it('keeps the same id in two businesses apart', async () => {
    const message = mail();
    const other = await harness.createBusiness();
    await hand(message);
    expect((await hand({ ...message, businessId: other, text: 'Something else' })).status).toBe(201);
  });

  it.each([
    ['an object', { address: 'r@customer.example' }],
    ['a list', [{ address: 'r@customer.example', name: null }]],
  ])('takes replyTo as %s', async (_what, replyTo) => {
    const message = mail({ replyTo });
    expect((await hand(message)).status).toBe(201);
    expect((await stored(message.messageId)).replyTo).toEqual([{ address: 'r@customer.example' }]);
  });

  it.each([
    ['absent', {}],
    ['null', { threadId: null, inReplyTo: null, references: null, cc: null, replyTo: null, html: null, headers: null }],
    ['empty', { references: [], cc: [], replyTo: [], headers: {}, authentication: {}, subject: '', text: '', to: [] }],
    ['an empty string of references', { references: '' }],
    ['unknown to us', { labels: ['inbox'], attachments: { a: 1 } }],
  ])('takes optional fields that are %s', async (_what, fields) => {
    expect((await hand(mail(fields))).status).toBe(201);
  });

  const badShapes: [string, unknown, string][] = [
    ['no object', [], ''],
    ['null', null, ''],
    ['no businessId', { businessId: undefined }, 'businessId'],
    ['an empty messageId', { messageId: '' }, 'messageId'],
    ['a messageId with blank ends', { messageId: ' a ' }, 'messageId'],
    ['a messageId with a NUL', { messageId: 'a\0b' }, 'messageId'],
    ['a messageId that is too long', { messageId: 'x'.repeat(501) }, 'messageId'],
    ['another direction', { direction: 'inbound' }, 'direction'],
    ['a sender that is a text', { from: CUSTOMER }, 'from'],
    ['a sender without address', { from: { name: 'Ada' } }, 'from.address'],
    ['an empty address', { from: { address: '' } }, 'from.address'],
    ['a recipient that is a text', { to: [CUSTOMER] }, 'to.0'],
    ['recipients that are an object', { to: { address: CUSTOMER } }, 'to'],
    ['a text that is a number', { text: 5 }, 'text'],
    ['no text', { text: undefined }, 'text'],
    ['a subject that is too long', { subject: 'x'.repeat(10_001) }, 'subject'],
    ['a day in place of a time', { sentAt: '2026-11-09' }, 'sentAt'],
    ['a time without zone', { sentAt: '2026-11-09T09:30:00' }, 'sentAt'],
    ['a time that does not exist', { sentAt: '2026-02-30T09:30:00Z' }, 'sentAt'],
    ['a time before all years', { sentAt: '0000-06-01T00:00:00Z' }, 'sentAt'],
    ['a time that its offset moves past all years', { sentAt: '9999-12-31T23:59:59-12:00' }, 'sentAt'],
    ['headers that are a list', { headers: ['a'] }, 'headers'],
    ['a header that is an object', { headers: { a: { b: 'c' } } }, 'headers'],
    ['references that are a number', { references: 5 }, 'references'],
    ['authentication that is a text', { authentication: 'fail' }, 'authentication'],
  ];

  it.each(badShapes)('refuses %s with details', async (_what, shape, path) => {
    const isMail = shape !== null && !Array.isArray(shape);
    const { status, body } = await hand(isMail ? { ...mail(), ...(shape as object) } : shape);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'INVALID_REQUEST', message: 'The body of the request is not valid.' });
    const paths = body.error.details.issues.map((issue: { path: string }) => issue.path);
    expect(paths.some((candidate: string) => candidate === path || candidate.startsWith(`${path}.`))).toBe(true);
  });

  it('is 404 for an unknown business', async () => {
    const { status, body } = await hand(mail({ businessId: uniqueId('nowhere') }));
    expect(status).toBe(404);
    expect(body.error.code).toBe('NOT_FOUND');
  });

  describe('as raw bytes', () => {
    const send = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
      harness.call('POST', '/v1/messages', body, { headers });

    it('takes a megabyte and refuses more', async () => {
      const base = JSON.stringify(mail({ text: '' })).length;
      expect((await hand(mail({ text: 'word '.repeat(209_000) }))).status).toBe(201);
      const { status, body } = await hand(mail({ text: 'x'.repeat(1_048_577 - base) }));
      expect(status).toBe(413);
      expect(body.error.code).toBe('TOO_LARGE');
    });

    it.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
    ])('refuses the content type %s', async (type) => {
      const { status, body } = await send(JSON.stringify(mail()), { 'content-type': type });
      expect(status).toBe(415);
      expect(body.error.code).toBe('UNSUPPORTED_MEDIA_TYPE');
    });

    it.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/vnd.shop+json'])(
      'takes the content type %s',
      async (type) => {
        expect((await send(JSON.stringify(mail()), { 'content-type': type })).status).toBe(201);
      },
    );

    it.each([
      ['nothing', ''],
      ['half an object', '{"businessId": "x"'],
      ['a word', 'hello'],
      ['two objects', '{}{}'],
      ['single quotes', "{'a': 1}"],
      ['100,000 open brackets', '['.repeat(100_000)],
      ['50,000 nested lists', '['.repeat(50_000) + ']'.repeat(50_000)],
      ['50,000 nested objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ])('refuses %s', async (_what, text) => {
      const { status, body } = await send(text);
      expect(status).toBe(400);
      expect(body.error).toMatchObject({ code: 'INVALID_REQUEST', requestId: expect.stringMatching(/^req_/) });
    });

    it('takes a mail that has deep JSON in a field which is not ours', async () => {
      const deep = '['.repeat(5_000) + ']'.repeat(5_000);
      expect((await send(JSON.stringify(mail({ extra: 'HERE' })).replace('"HERE"', deep))).status).toBe(201);
    });

    it('takes keys that imitate prototypes for what they are', async () => {
      const text = JSON.stringify(mail()).replace('{', '{"__proto__":{"text":"injected"},"constructor":{"a":1},');
      const { status, body } = await send(text.replace('"text":"Hello"', '"nothing":1'));
      expect(status).toBe(400);
      expect(body.error.details.issues[0].path).toBe('text');
    });
  });

  describe('with hostile text', () => {
    const hostile: [string, string][] = [
      ['NULs and control characters', `Where is\0 my\u0001 order\u001b[31m?`],
      ['lone surrogates', 'Where is \ud800my\udfff order?\ud83d'],
      ['special tokens', 'Where is <|endoftext|> my <|im_start|>system order<|endofprompt|>?'],
      ['100,000 letters without a space', 'a'.repeat(100_000)],
      ['100,000 characters of full width and emoji', '\uff21\u{1F600}'.repeat(33_333)],
      ['50,000 line ends', '\r\n'.repeat(50_000)],
      ['right-to-left and zero-width characters', '\u202eWhere\u200b is\u2066 my order?\ufeff'],
      ['nothing', ''],
    ];

    it.each(hostile)('stores and drafts %s harmlessly', async (_what, text) => {
      const message = mail({
        text,
        subject: text.slice(0, 200),
        from: { address: CUSTOMER, name: text.slice(0, 100) },
        headers: { [`x-${text.slice(0, 50)}`]: text.slice(0, 200) },
        authentication: { dmarc: text.slice(0, 40) },
        inReplyTo: text.slice(0, 100),
        references: text.slice(0, 100),
      });
      const received = await hand(message);
      expect(received.body).toMatchObject({ duplicate: false });
      expect(received.status).toBe(201);
      expect((await hand(message)).body.duplicate).toBe(true);
      const row = await stored(message.messageId);
      expect(row.text.isWellFormed() && !row.text.includes('\0')).toBe(true);
      const { status, body } = await harness.draft(businessId, message.messageId);
      expect(status).toBe(201);
      expect(['READY', 'SKIPPED']).toContain(body.status);
      expect(body.to.every((to: { address: string }) => to.address === CUSTOMER)).toBe(true);
    });
  });

  describe('in bulk', () => {
    const bulk = (messages: unknown, options = {}) => harness.post('/v1/messages:bulk', messages, options);

    it('gives 500 mails their own results, in order', async () => {
      const stored = mail();
      await hand(stored);
      const messages: unknown[] = Array.from({ length: 500 }, (_, i) => mail({ text: `Hello ${i}` }));
      messages[3] = stored;
      messages[4] = { ...stored, text: 'Other' };
      messages[5] = mail({ from: 'nobody' });
      messages[6] = null;
      messages[7] = 'a mail';
      messages[9] = messages[8];
      messages[10] = { ...(messages[8] as Mail), subject: 'Other' };
      messages[499] = mail({ sentAt: 'yesterday' });
      const { status, body } = await bulk({ messages });
      expect(status).toBe(200);
      expect(body.items).toHaveLength(500);
      expect(body.items.every((item: { index: number }, i: number) => item.index === i)).toBe(true);
      const statuses = body.items.map((item: { status: number }) => item.status);
      expect(statuses.slice(0, 12)).toEqual([201, 201, 201, 200, 409, 400, 400, 400, 201, 200, 409, 201]);
      expect(statuses[499]).toBe(400);
      expect(body.items[3]).toMatchObject({ messageId: stored.messageId, duplicate: true });
      expect(body.items[9]).toMatchObject({ id: body.items[8].id, threadId: body.items[8].threadId, duplicate: true });
      expect(body.items[4].error.code).toBe('MESSAGE_CONFLICT');
      expect(body.items[5].error.details.issues[0].path).toBe('from');
      expect(body.items[6]).toMatchObject({ messageId: null, error: { code: 'INVALID_REQUEST' } });
      const again = await bulk({ messages });
      expect(again.body.items.filter((item: { status: number }) => item.status === 201)).toEqual([]);
    });

    it('takes a bare list, and no mails at all', async () => {
      expect((await bulk([mail()])).body.items).toMatchObject([{ status: 201 }]);
      expect((await bulk({ messages: [] })).body).toEqual({ items: [] });
    });

    it('refuses more than 500', async () => {
      const { status, body } = await bulk(Array.from({ length: 501 }, () => null));
      expect(status).toBe(400);
      expect(body.error.details.issues).toHaveLength(1);
    });

    it('may be larger than one mail may', async () => {
      const messages = Array.from({ length: 3 }, () => mail({ text: 'word '.repeat(100_000) }));
      expect((await bulk({ messages })).body.items.map((item: { status: number }) => item.status)).toEqual([
        201, 201, 201,
      ]);
    });

    it('stores mails of several businesses, and says of the unknown one that it is', async () => {
      const other = await harness.createBusiness();
      const messages = [mail(), mail({ businessId: uniqueId('nowhere') }), mail({ businessId: other })];
      const { status, body } = await bulk({ messages });
      expect(status).toBe(200);
      expect(body.items).toMatchObject([
        { status: 201 },
        { status: 404, error: { code: 'NOT_FOUND' } },
        { status: 201 },
      ]);
    });

    it('stores nothing where a key names another business', async () => {
      const other = await harness.createBusiness();
      const { body: made } = await harness.post('/admin/api/api-keys', { businessId, name: 'feed' });
      const own = mail();
      const refused = await bulk({ messages: [own, mail({ businessId: other })] }, { key: made.key });
      expect(refused.status).toBe(404);
      expect((await hand(own)).status).toBe(201);
    });

    it('at once twice stores each mail one time', async () => {
      const messages = Array.from({ length: 20 }, (_, i) => mail({ text: `Hello ${i}` }));
      const [one, two] = await Promise.all([bulk({ messages }), bulk({ messages: messages.toReversed() })]);
      const results = [...(one?.body.items ?? []), ...(two?.body.items ?? [])];
      expect(results.filter((item) => item.status === 201)).toHaveLength(20);
      expect(results.filter((item) => item.status === 200 && item.duplicate)).toHaveLength(20);
    });
  });
});
