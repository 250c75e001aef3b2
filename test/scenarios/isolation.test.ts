import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { consumeQueue } from '../../src/jobs/consume-queue.ts';
import { backfillMessageSchema, queueMessageSchema } from '../../src/jobs/queue-messages.ts';
import { runCron } from '../../src/jobs/run-cron.ts';
import { checkIsolation, type IsolationBreach, probeIsolation } from '../../src/privacy/check-isolation.ts';
import { createBackfillQueue } from '../support/backfill-queue.ts';
import { openBrowser } from '../support/browser.ts';
import { type Answer, CUSTOMER, type Harness, inboundMail, startHarness, uniqueId } from '../support/harness.ts';
import { fingerprint, type Isolated, isolatedPair, rowsWith } from '../support/isolated-pair.ts';
import { owner } from '../support/owner.ts';

/** How a route of the API is asked, with the key of one business, for what is another's. */
interface Attempt {
  path: (foreign: Isolated) => string;
  body?: (foreign: Isolated, own: Isolated) => unknown;
  /** Allowed answers: mostly that it does not exist. */
  statuses?: number[];
}

const record = (path: string, body: unknown): Attempt => ({
  path: ({ businessId }) => `/v1/businesses/${businessId}/${path}`,
  body: () => body,
});
const ofDraft = (verb: string, body?: unknown): Attempt => ({
  path: ({ draftId }) => `/v1/drafts/${draftId}${verb}`,
  ...(body === undefined ? {} : { body: () => body }),
});
const order = { customerEmail: CUSTOMER, status: 'shipped' };

/** Every route of the API, as its description names it. A route without a line fails the test. */
const ATTEMPTS: Record<string, Attempt[]> = {
  'post /v1/messages': [{ path: () => '/v1/messages', body: ({ businessId }) => inboundMail(businessId, 'Hello') }],
  'post /v1/messages:bulk': [
    {
      path: () => '/v1/messages:bulk',
      body: (foreign, own) => ({
        messages: [inboundMail(own.businessId, 'Hello'), inboundMail(foreign.businessId, 'Hello')],
      }),
      statuses: [200, 207, 400, 404],
    },
  ],
  'put /v1/businesses/{businessId}/orders/{orderNumber}': [
    { ...record('', order), path: (foreign) => `/v1/businesses/${foreign.businessId}/orders/${foreign.orderNumber}` },
  ],
  'put /v1/businesses/{businessId}/orders:bulk': [record('orders:bulk', { orders: [{ orderNumber: 'x', ...order }] })],
  'put /v1/businesses/{businessId}/appointments/{id}': [
    {
      path: (foreign) => `/v1/businesses/${foreign.businessId}/appointments/${foreign.appointmentId}`,
      body: () => ({ customerEmail: CUSTOMER, startsAt: '2026-12-20T10:00:00Z' }),
    },
  ],
  'put /v1/businesses/{businessId}/snippets/{key}': [record('snippets/hours', { text: 'mine' })],
  'post /v1/drafts': [
    { path: () => '/v1/drafts', body: ({ businessId, messageId }) => ({ businessId, messageId }) },
    // The own business, with the other's message: by the integrator's id, and by ours.
    { path: () => '/v1/drafts', body: ({ messageId }, { businessId }) => ({ businessId, messageId }) },
    { path: () => '/v1/drafts', body: ({ messageRef }, { businessId }) => ({ businessId, messageId: messageRef }) },
  ],
  'get /v1/drafts': [
    { path: ({ businessId }) => `/v1/drafts?businessId=${businessId}` },
    { path: () => '/v1/drafts', statuses: [200] },
    // Everything older than the other's draft: by its place in a list, only the own.
    {
      path: ({ draftId }) => `/v1/drafts?cursor=${btoa(`${draftId.slice(0, -1)}zz`).replaceAll('=', '')}`,
      statuses: [200],
    },
    {
      path: ({ draftId, businessId }) => `/v1/drafts?businessId=${businessId}&cursor=${btoa(draftId)}`,
      statuses: [400, 404],
    },
  ],
  'get /v1/drafts/{id}': [ofDraft('')],
  'get /v1/drafts/{id}/versions': [ofDraft('/versions')],
  'post /v1/drafts/{id}/approve': [ofDraft('/approve', {}), ofDraft('/approve', { body: 'mine', confirm: true })],
  'post /v1/drafts/{id}/discard': [ofDraft('/discard', { reason: 'no' })],
  'post /v1/drafts/{id}/report': [ofDraft('/report', { kind: 'leak', note: 'x' })],
  'post /v1/drafts/{id}/regenerate': [ofDraft('/regenerate', {})],
};
const OPEN = ['get /healthz', 'get /readyz'];

let harness: Harness;
let own: Isolated;
let foreign: Isolated;

beforeAll(async () => {
  // Nobody works on this queue: nothing moves by itself while a test looks.
  harness = startHarness({ enqueueBackfill: createBackfillQueue().enqueueBackfill });
  [own, foreign] = await isolatedPair(harness);
});

/** What is the other's by right: its canary anywhere but in its own rows, and in what tables share. */
async function expectNoLeak(): Promise<void> {
  for (const [one, other] of [
    [own, foreign],
    [foreign, own],
  ] as const) {
    const rows = await rowsWith(other.canary);
    expect(rows.filter(({ business }) => business === one.businessId)).toEqual([]);
    expect(
      rows
        .filter(({ business, row }) => business === null && !row.includes(other.businessId))
        .map(({ table }) => table),
    ).toEqual([]);
  }
}

describe('a key of one business, on every route', () => {
  let operations: { method: string; path: string }[];
  beforeAll(async () => {
    const { body } = await harness.get('/openapi.json', { key: null });
    operations = Object.entries(body.paths as Record<string, Record<string, unknown>>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method, path })),
    );
  });

  it('is tried on all that there are', () => {
    const described = operations.map(({ method, path }) => `${method} ${path}`);
    const untried = described.filter(
      (route) => !(route in ATTEMPTS) && !OPEN.includes(route) && !route.includes(' /admin/'),
    );
    expect(untried).toEqual([]);
    expect(Object.keys(ATTEMPTS).filter((route) => !described.includes(route))).toEqual([]);
  });

  it('reads, changes and learns nothing of another’s', async () => {
    const before = await fingerprint(foreign.businessId);
    for (const [route, attempts] of Object.entries(ATTEMPTS)) {
      for (const [index, attempt] of attempts.entries()) {
        const [method = ''] = route.split(' ');
        const answer: Answer = await harness.call(
          method.toUpperCase(),
          attempt.path(foreign),
          attempt.body?.(foreign, own),
          { key: own.key },
        );
        expect([route, index, attempt.statuses ?? [404]]).toEqual([
          route,
          index,
          expect.arrayContaining([answer.status]),
        ]);
        const text = JSON.stringify(answer.body);
        for (const secret of [foreign.canary, foreign.draftId, foreign.threadId, foreign.trackingNumber]) {
          expect([route, text.includes(secret)]).toEqual([route, false]);
        }
      }
    }
    expect(await fingerprint(foreign.businessId)).toBe(before);
    await expectNoLeak();
  });

  it('says of another’s exactly what it says of nothing', async () => {
    for (const [route, attempts] of Object.entries(ATTEMPTS)) {
      const [attempt] = attempts;
      if (attempt === undefined || attempt.statuses !== undefined) continue;
      const nobody = Object.fromEntries(
        Object.keys(foreign).map((field) => [field, uniqueId('none')]),
      ) as unknown as Isolated;
      const ask = async (about: Isolated) => {
        const method = route.split(' ')[0] ?? '';
        const { status, body } = await harness.call(
          method.toUpperCase(),
          attempt.path(about),
          attempt.body?.(about, own),
          { key: own.key },
        );
        return [route, status, body.error?.code, body.error?.message];
      };
      expect(await ask(foreign)).toEqual(await ask(nobody));
    }
  });

  it('opens no route of operators, whatever it names', async () => {
    for (const { method, path } of operations.filter((operation) => operation.path.startsWith('/admin/'))) {
      const filled = path.replaceAll(/\{\w+\}/g, foreign.businessId);
      const body = ['get', 'delete'].includes(method) ? undefined : { businessId: own.businessId };
      const { status } = await harness.call(method.toUpperCase(), filled, body, { key: own.key });
      expect([method, path, status]).toEqual([method, path, 403]);
    }
  });
});

describe('a reviewer of one business, on every page', () => {
  it('sees and changes nothing of another’s, and no page of operators', async () => {
    const person = openBrowser(harness);
    await person.signIn(own.key, 'Reviewer');
    const before = await fingerprint(foreign.businessId);
    const pages = harness.app.routes.filter(
      ({ method, path }) =>
        ['GET', 'POST'].includes(method) && /^\/(?:inbox|admin)(?:\/|$)/.test(path) && !path.startsWith('/admin/api/'),
    );
    expect(pages.length).toBeGreaterThan(0);
    const { draftId, businessId, messageRef, threadId, backfillId } = foreign;
    const filter = `businessId=${businessId}&threadId=${threadId}&cursor=${btoa(draftId).replaceAll('=', '')}`;
    const form = {
      businessId,
      draftId,
      body: 'mine',
      reason: 'no',
      kind: 'leak',
      note: 'x',
      confirm: 'true',
      version: '1',
    };
    for (const { method, path } of pages) {
      const ids = path.includes(':') ? [draftId, businessId, messageRef, threadId, backfillId] : [''];
      for (const id of ids) {
        const filled = path.replaceAll(/:\w+(?:\{[^}]*\})?/g, encodeURIComponent(id));
        const answers =
          method === 'POST'
            ? [await person.post(filled, form)]
            : [await person.get(filled), await person.get(`${filled}?${filter}`)];
        for (const { status, html } of answers) {
          expect([method, filled, status < 500]).toEqual([method, filled, true]);
          if (path.startsWith('/admin')) expect([method, filled, status]).toEqual([method, filled, 403]);
          for (const secret of [foreign.canary, foreign.trackingNumber, foreign.orderNumber]) {
            expect([method, filled, html.includes(secret)]).toEqual([method, filled, false]);
          }
        }
        await person.get('/docs');
      }
    }
    expect(await fingerprint(foreign.businessId)).toBe(before);
    await expectNoLeak();
  });
});

describe('content that points at another business', () => {
  it('joins none of its threads: by thread id, by Message-ID, by references', async () => {
    for (const link of [
      { threadId: foreign.threadId },
      { inReplyTo: foreign.messageId },
      { references: [foreign.messageId] },
    ]) {
      const before = await fingerprint(foreign.businessId);
      const mail = { ...inboundMail(own.businessId, 'And now?'), ...link };
      const { status, body } = await harness.post('/v1/messages', mail, { key: own.key });
      expect(status).toBe(201);
      const [thread] =
        await owner()`select count(*)::int as count from "Message" where "threadId" = ${body.threadId} and "businessId" = ${own.businessId}`;
      expect(thread?.count).toBe(1);
      const drafted = await harness.draft(own.businessId, mail.messageId, { key: own.key });
      expect(JSON.stringify(drafted.body)).not.toContain(foreign.canary);
      expect(await fingerprint(foreign.businessId)).toBe(before);
    }
  });

  it('is told nothing of its orders, shipments and appointments, though the customer is the same', async () => {
    const { orderNumber, trackingNumber, appointmentId, canary } = foreign;
    for (const text of [
      `Where is order ${orderNumber}?`,
      `Track ${trackingNumber} please.`,
      `My appointment ${appointmentId}?`,
    ]) {
      const messageId = await harness.receive(own.businessId, text);
      const { status, body } = await harness.draft(own.businessId, messageId, { key: own.key });
      expect(status).toBe(201);
      expect(body.body).not.toMatch(/in transit|DHL|has been shipped/);
      expect(JSON.stringify([body.sources, body.claims])).not.toMatch(new RegExp(`${canary}|in transit|DHL`));
    }
  });

  it('with the same message id, order number and idempotency key is its own', async () => {
    const mail = { ...inboundMail(own.businessId, 'Hello'), messageId: foreign.messageId };
    expect((await harness.post('/v1/messages', mail, { key: own.key })).status).toBe(201);
    await harness.putOrder(own.businessId, foreign.orderNumber, { status: 'cancelled' });
    const drafted = await harness.draft(own.businessId, foreign.messageId, {
      key: own.key,
      headers: { 'idempotency-key': 'another' },
    });
    expect(drafted.status).toBe(201);
    expect(drafted.body.businessId).toBe(own.businessId);
    const [order] =
      await owner()`select "status" from "Order" where "businessId" = ${foreign.businessId} and "orderNumber" = ${foreign.orderNumber}`;
    expect(order?.status).toBe('shipped');
    await owner()`delete from "Order" where "businessId" = ${own.businessId} and "orderNumber" = ${foreign.orderNumber}`;
  });
});

describe('what runs by itself', () => {
  /** Messages that name one business and carry the ids of another; a new type without a line fails. */
  const forged = (): Record<string, unknown[]> => ({
    'draft-retry': [
      { businessId: own.businessId, messageId: foreign.messageRef },
      { businessId: own.businessId, messageId: foreign.threadId },
    ],
    'backfill-plan': [{ businessId: own.businessId, backfillId: foreign.backfillId }],
    'backfill-page': [
      { businessId: own.businessId, backfillId: foreign.backfillId, ids: [foreign.sentId] },
      { businessId: own.businessId, backfillId: own.backfillId, ids: [foreign.sentId, foreign.messageRef] },
      { businessId: foreign.businessId, backfillId: own.backfillId, ids: [own.sentId] },
    ],
    maintenance: [{ task: 'index-sent-mail', cursor: { at: '2020-01-01', id: foreign.sentId } }],
    probe: [{ probe: 'x', queue: 'BACKFILL' }],
  });
  const types = [...queueMessageSchema.options, ...backfillMessageSchema.options].map(
    (option) => option.shape.type.value,
  );

  it('has a forged message here for every type of queue message', () => {
    expect([...new Set(types)].filter((type) => forged()[type] === undefined)).toEqual([]);
  });

  it.each([...new Set(types)])('a forged %s moves nothing from one business to another', async (type) => {
    const queue = createBackfillQueue();
    const working = startHarness({ enqueueBackfill: queue.enqueueBackfill });
    for (const body of forged()[type] ?? []) {
      for (const name of [
        'draftgate-draft-retries',
        'draftgate-backfill',
        'draftgate-backfill-dead-letters',
        'draftgate-dead-letters',
      ]) {
        const message = {
          id: uniqueId('q'),
          timestamp: new Date(),
          attempts: 1,
          body: { type, ...(body as object) },
          ack() {},
          retry() {},
        };
        await consumeQueue(
          { queue: name, messages: [message], ackAll() {}, retryAll() {} } as unknown as MessageBatch,
          working.services,
        );
      }
    }
    await expectNoLeak();
    const crossed =
      await owner()`select i."messageRef" from "BackfillItem" i join "Message" m on m."id" = i."messageRef" where m."businessId" <> i."businessId"
      union all select e."id" from "Embedding" e join "Message" m on m."id" = e."messageRef" where m."businessId" <> e."businessId"`;
    expect(crossed).toEqual([]);
  });

  it('every cron task leaves each business’s words where they are', async () => {
    const queue = createBackfillQueue();
    const working = startHarness({ enqueueBackfill: queue.enqueueBackfill });
    for (const cron of ['* * * * *', '0 3 * * *', '* * * * *']) await runCron(cron, working.services);
    await queue.drain(working.services);
    await expectNoLeak();
    const { keys } = await env.FLAGS.list();
    for (const { name } of keys)
      expect(await env.FLAGS.get(name)).not.toMatch(new RegExp(`${own.canary}|${foreign.canary}`));
  });

  it('the search with another’s own question finds none of its answers', async () => {
    for (let count = 0; count < 5; count += 1) {
      const messageId = await harness.receive(own.businessId, 'Where is my parcel?');
      const { body } = await harness.draft(own.businessId, messageId, { key: own.key });
      expect(body.rag.examples.map(({ id }: { id: string }) => id)).not.toContain(foreign.exampleId);
    }
    expect(JSON.stringify(harness.logged)).not.toMatch(new RegExp(`${own.canary}|${foreign.canary}`));
  });
});

describe('the nightly check on live data', () => {
  const check = async () => {
    const breaches: IsolationBreach[] = [];
    const { db, clock, logger } = harness.services;
    const report = await checkIsolation({
      db,
      clock,
      logger,
      reportBreach: async (breach) => void breaches.push(breach),
    });
    return {
      report,
      found: breaches.filter(({ businessId }) => [own.businessId, foreign.businessId].includes(businessId)),
    };
  };

  it('finds nothing where all is well', async () => {
    const { report, found } = await check();
    expect(found).toEqual([]);
    expect(report.checked).toBeGreaterThan(7);
  });

  const breaches: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
    [
      'draft-message',
      () => owner()`update "Draft" set "businessId" = ${foreign.businessId} where "id" = ${own.draftId}`,
      () => owner()`update "Draft" set "businessId" = ${own.businessId} where "id" = ${own.draftId}`,
    ],
    [
      'draft-events',
      () => owner()`update "DraftEvent" set "businessId" = ${foreign.businessId} where "draftId" = ${own.draftId}`,
      () => owner()`update "DraftEvent" set "businessId" = ${own.businessId} where "draftId" = ${own.draftId}`,
    ],
    [
      'draft-versions',
      () => owner()`update "DraftVersion" set "businessId" = ${foreign.businessId} where "draftId" = ${own.draftId}`,
      () => owner()`update "DraftVersion" set "businessId" = ${own.businessId} where "draftId" = ${own.draftId}`,
    ],
    [
      'draft-examples',
      () =>
        owner()`update "Draft" set "content" = jsonb_set("content", '{rag,examples}', ${JSON.stringify([{ id: foreign.exampleId, confidence: 1 }])}::jsonb) where "id" = ${own.draftId}`,
      () =>
        owner()`update "Draft" set "content" = jsonb_set("content", '{rag,examples}', '[]') where "id" = ${own.draftId}`,
    ],
    [
      'draft-identifiers',
      () =>
        owner()`update "Draft" set "content" = jsonb_set("content", '{claims}', ${JSON.stringify([{ type: 'tracking_number', text: foreign.trackingNumber }])}::jsonb) where "id" = ${own.draftId}`,
      () => owner()`update "Draft" set "content" = jsonb_set("content", '{claims}', '[]') where "id" = ${own.draftId}`,
    ],
    [
      'embedding-message',
      () => owner()`update "Embedding" set "messageRef" = ${foreign.messageRef} where "id" = ${own.exampleId}`,
      () => owner()`update "Embedding" set "messageRef" = ${own.sentId} where "id" = ${own.exampleId}`,
    ],
    [
      'backfill-items',
      () =>
        owner()`update "BackfillItem" set "businessId" = ${foreign.businessId} where "backfillId" = ${own.backfillId}`,
      () => owner()`update "BackfillItem" set "businessId" = ${own.businessId} where "backfillId" = ${own.backfillId}`,
    ],
  ];

  it.each(breaches)('reports what crossed: %s', async (name, arrange, mend) => {
    await arrange();
    const { found } = await check();
    await mend();
    expect(found.map(({ check: crossed }) => crossed)).toContain(name);
    expect((await check()).found).toEqual([]);
  });

  it('opens one incident, gives one notice, and leaves the finding that rolls a business back', async () => {
    const put = (examples: unknown[]) =>
      owner()`update "Draft" set "content" = jsonb_set("content", '{rag,examples}', ${JSON.stringify(examples)}::jsonb) where "id" = ${own.draftId}`;
    await put([{ id: foreign.exampleId, confidence: 1 }]);
    await harness.services.checkIsolation();
    await harness.services.checkIsolation();
    await put([]);
    const incidents = await owner()`select "severity", "title" from "Incident" where "businessId" = ${own.businessId}`;
    expect(incidents).toEqual([{ severity: 'critical', title: expect.stringContaining('draft-examples') }]);
    const notices =
      await owner()`select "severity", "rollbackCommand" from "Alert" where "businessId" = ${own.businessId} and "kind" = 'announcement'`;
    expect(notices).toEqual([{ severity: 'critical', rollbackCommand: expect.stringContaining(own.businessId) }]);
    const events =
      await owner()`select "type", "trace" from "DraftEvent" where "draftId" = ${own.draftId} and "type" = 'security'`;
    expect(events).toMatchObject([{ trace: { codes: ['cross-tenant'] } }]);
    // All files share one database: a finding that stays would have every cron run of theirs act on it.
    await owner()`delete from "DraftEvent" where "draftId" = ${own.draftId} and "type" = 'security'`;
  });

  it('does not take a number that the customer wrote for a leak', async () => {
    const messageId = await harness.receive(own.businessId, `Where is ${foreign.trackingNumber}?`);
    const { body } = await harness.draft(own.businessId, messageId);
    await owner()`update "Draft" set "content" = jsonb_set("content", '{claims}', ${JSON.stringify([{ type: 'tracking_number', text: foreign.trackingNumber }])}::jsonb) where "id" = ${body.id}`;
    expect((await check()).found).toEqual([]);
  });

  it('sees tables without their policies, with the rights of a business', async () => {
    const { db } = harness.services;
    expect(await probeIsolation({ db }, own.businessId, foreign.businessId)).toEqual([]);
    const open: typeof db = { ...db, tenant: (_business, build, options) => db.operator(build, options) };
    const breaches = await probeIsolation({ db: open }, own.businessId, foreign.businessId);
    // The search finds nothing of the other's even so: its own filter is the first line.
    expect(breaches.map(({ check: crossed }) => crossed)).toEqual(['row-level-security']);
    const [breach] = breaches;
    expect(breach).toMatchObject({ check: 'row-level-security', businessId: own.businessId });
    expect(breach?.ids).toEqual(expect.arrayContaining(['Draft', 'Message', 'Order', 'Embedding']));
  });
});
