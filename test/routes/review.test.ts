import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { editDistance } from '../../src/review/edit-distance.ts';
import { type Answer, type Harness, startHarness, uniqueId } from '../support/harness.ts';

type Draft = Answer['body'];

describe('the review of a draft', () => {
  let harness: Harness;
  let businessId: string;

  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness();
  });

  async function ask(text: string): Promise<Draft> {
    const { status, body } = await harness.draft(businessId, await harness.receive(businessId, text));
    expect(status).toBe(201);
    expect(body.status).toBe('READY');
    return body;
  }

  /** A READY reply about an order that no other test touches. */
  async function readyReply(): Promise<{ draft: Draft; orderNumber: string }> {
    const orderNumber = `#R${crypto.randomUUID().replace(/\D/g, '').slice(0, 8).padEnd(8, '7')}`;
    await harness.putOrder(businessId, orderNumber);
    const draft = await ask(`Hello, where is my order ${orderNumber}?`);
    expect(draft.kind).toBe('reply');
    return { draft, orderNumber };
  }

  const act = (draft: Draft, verb: string, body?: unknown, options = {}) =>
    harness.call('POST', `/v1/drafts/${draft.id}/${verb}`, body, options);
  const stored = async (draft: Draft) => (await harness.get(`/v1/drafts/${draft.id}`)).body;

  async function reviewer(): Promise<{ key: string; name: string }> {
    const { body } = await harness.post('/admin/api/api-keys', { businessId, name: 'reviewer' });
    return { key: body.key, name: `key:${body.id}` };
  }

  async function setStatus(draft: Draft, status: string): Promise<void> {
    await harness.services.db.operator((queries) => [
      queries.execute(sql`update "Draft" set "status" = ${status} where "id" = ${draft.id}`),
    ]);
  }

  async function events(draft: Draft, type: string): Promise<{ trace: Record<string, unknown> }[]> {
    const [{ rows }] = await harness.services.db.operator((queries) => [
      queries.execute<{ trace: Record<string, unknown> }>(
        sql`select "trace" from "DraftEvent" where "draftId" = ${draft.id} and "type" = ${type} order by "id"`,
      ),
    ]);
    return rows;
  }

  describe('approving', () => {
    it('as it is leaves the body alone and says who approved', async () => {
      const { draft } = await readyReply();
      const { key, name } = await reviewer();
      const { status, body } = await act(draft, 'approve', {}, { key });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'APPROVED',
        body: draft.body,
        editDistance: 0,
        reviewedBy: name,
        version: 1,
      });
      expect(Date.parse(body.reviewedAt)).toBeGreaterThan(0);
      expect(body.claims).toEqual(draft.claims);
    });

    it.each([
      ['no body at all', undefined, {}],
      ['no body but a JSON content type', undefined, { 'content-type': 'application/json' }],
      ['an empty body with a JSON content type', '', { 'content-type': 'application/json; charset=utf-8' }],
      ['an empty form, as curl sends it', undefined, { 'content-type': 'application/x-www-form-urlencoded' }],
      ['an empty object', {}, {}],
    ])('works with %s', async (_what, body, headers) => {
      const { draft } = await readyReply();
      const answer = await act(draft, 'approve', body, { headers });
      expect(answer.body).toMatchObject({ status: 'APPROVED', body: draft.body });
      expect(answer.status).toBe(200);
    });

    it.each([
      ['that is not JSON', '{"body": ', { 'content-type': 'application/json' }, 400],
      ['that is a list', [], {}, 400],
      ['with an empty text', { body: '' }, {}, 400],
      ['with a NUL', { body: 'Hello\0' }, {}, 400],
      ['with a lone surrogate', '{"body":"Hello \\ud800"}', { 'content-type': 'application/json' }, 400],
      ['with a number', { body: 12 }, {}, 400],
      ['of a type that is only nearly JSON', '{"body":"mine"}', { 'content-type': 'application/json-seq' }, 415],
      ['of a form', 'body=mine', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ])('refuses a body %s, and never takes the draft as it is instead', async (_what, body, headers, status) => {
      const draft = await ask('Hello, do you sell lamps?');
      const answer = await act(draft, 'approve', body, { headers });
      expect(answer.status).toBe(status);
      expect(answer.body.error.requestId).toMatch(/^req_/);
      expect((await stored(draft)).status).toBe('READY');
    });

    it('twice changes nothing, and with another body is refused', async () => {
      const { draft } = await readyReply();
      const first = await act(draft, 'approve', {});
      const second = await act(draft, 'approve', {});
      expect(second.status).toBe(200);
      expect(second.body).toEqual(first.body);
      const other = await act(draft, 'approve', { body: 'Hello Ada, a colleague will reply.' });
      expect(other.status).toBe(409);
      expect(other.body.error).toMatchObject({ code: 'DRAFT_STATE', details: { status: 'APPROVED' } });
      expect(await stored(draft)).toEqual(first.body);
      expect(await events(draft, 'approved')).toHaveLength(1);
    });

    it('with an edit stores it byte for byte, with the distance to what was made', async () => {
      const { draft } = await readyReply();
      const edited = '  Hello Ada,\r\n\r\na colleague will check this and reply.\t \r\nBye\u0301 \u{1F600}  \r\n\n';
      const { status, body } = await act(draft, 'approve', { body: edited });
      expect(status).toBe(200);
      expect(body.body).toBe(edited);
      expect((await stored(draft)).body).toBe(edited);
      expect(body.editDistance).toBeCloseTo(editDistance(draft.body, edited), 5);
      expect(body.editDistance).toBeGreaterThan(0);
      const again = await act(draft, 'approve', { body: edited });
      expect(again.status).toBe(200);
    });

    it('with an edit judges the edited text, and its claims point into it', async () => {
      const { draft, orderNumber } = await readyReply();
      const edited = `Hello Ada, your order ${orderNumber} has shipped. Its tracking number is 773344556677.`;
      const { status, body } = await act(draft, 'approve', { body: edited });
      expect(status).toBe(200);
      expect(body.claims.length).toBeGreaterThan(1);
      for (const claim of body.claims) {
        expect(edited.slice(claim.start, claim.end)).toBe(claim.text);
        expect(claim.verdict).toBe('verified');
      }
    });

    it.each([
      ['an invented refund', 'Hello Ada, we have refunded 480.00 EUR to you.', 'UNSUPPORTED_FACT'],
      ['another tracking number', 'Hello Ada, your tracking number is 998877665544.', 'CONTRADICTED_FACT'],
      ['a card number', 'Hello Ada, we charge 4111 1111 1111 1111 again.', 'CARD'],
      ['a foreign link', 'Hello Ada, see https://phish.example/login for it.', 'LINK'],
    ])('with %s needs a second, explicit confirmation', async (_what, edited, code) => {
      const { draft } = await readyReply();
      const first = await act(draft, 'approve', { body: edited });
      expect(first.status).toBe(409);
      expect(first.body.error.code).toBe('CONFIRMATION_REQUIRED');
      const codes = first.body.error.details.findings.map((finding: { code: string }) => finding.code);
      expect(codes.join(' ')).toContain(code);
      expect((await act(draft, 'approve', { body: edited })).status).toBe(409);
      expect((await stored(draft)).status).toBe('READY');
      const confirmed = await act(draft, 'approve', { body: edited, confirm: true });
      expect(confirmed.status).toBe(200);
      expect(confirmed.body).toMatchObject({ status: 'APPROVED', body: edited });
      expect(confirmed.body.findings.map((finding: { code: string }) => finding.code).join(' ')).toContain(code);
      expect((await events(draft, 'approved'))[0]?.trace).toMatchObject({ edited: true, confirmedFindings: true });
    });

    it('is refused once where facts changed, with the difference, and once more where they change again', async () => {
      const { draft, orderNumber } = await readyReply();
      await harness.putOrder(businessId, orderNumber, { status: 'delivered', internalNote: 'a secret of the shop' });
      const first = await act(draft, 'approve', {});
      expect(first.status).toBe(409);
      expect(first.body.error.code).toBe('FACTS_CHANGED');
      expect(first.body.error.details.changes).toContainEqual({
        path: `orders[${orderNumber}].status`,
        before: 'shipped',
        after: 'delivered',
      });
      expect(JSON.stringify(first.body)).not.toContain('secret');
      await harness.putOrder(businessId, orderNumber, { status: 'cancelled' });
      const second = await act(draft, 'approve', {});
      expect(second.status).toBe(409);
      expect(second.body.error.details.changes).toContainEqual({
        path: `orders[${orderNumber}].status`,
        before: 'shipped',
        after: 'cancelled',
      });
      const third = await act(draft, 'approve', {});
      expect(third.status).toBe(200);
      expect(third.body.body).toBe(draft.body);
      expect((await events(draft, 'approved'))[0]?.trace).toMatchObject({ factsChanged: true, edited: false });
    });

    it('judges an edit by the facts as they are now', async () => {
      const { draft, orderNumber } = await readyReply();
      await harness.putOrder(businessId, orderNumber, { status: 'delivered' });
      const edited = `Hello Ada, your order ${orderNumber} has been delivered.`;
      expect((await act(draft, 'approve', { body: edited })).body.error.code).toBe('FACTS_CHANGED');
      const { status, body } = await act(draft, 'approve', { body: edited });
      expect(status).toBe(200);
      expect(body.claims.every((claim: { verdict: string }) => claim.verdict === 'verified')).toBe(true);
    });

    it('is refused once where the order belongs to another customer now, whose data does not show', async () => {
      const { draft, orderNumber } = await readyReply();
      await harness.putOrder(businessId, orderNumber, { customerEmail: 'grace@elsewhere.example', status: 'on hold' });
      const { status, body } = await act(draft, 'approve', {});
      expect(status).toBe(409);
      expect(body.error.code).toBe('FACTS_CHANGED');
      expect(body.error.details.changes).toEqual([
        { path: `orders[${orderNumber}]`, before: expect.anything(), after: null },
      ]);
      expect(JSON.stringify(body)).not.toMatch(/grace|on hold/);
    });

    it('does not mind changes of fields that the draft could not see', async () => {
      const { draft, orderNumber } = await readyReply();
      await harness.putOrder(businessId, orderNumber, { internalNote: 'call her back' });
      expect((await act(draft, 'approve', {})).status).toBe(200);
    });

    it.each(['STALE', 'QUARANTINED', 'DISCARDED', 'SKIPPED', 'RETRYING', 'FAILED', 'DRAFTING'])(
      'of a draft that is %s is refused',
      async (draftStatus) => {
        const draft = await ask('Hello, do you sell lamps?');
        await setStatus(draft, draftStatus);
        const { status, body } = await act(draft, 'approve', { confirm: true });
        expect(status).toBe(409);
        expect(body.error).toMatchObject({ code: 'DRAFT_STATE', details: { status: draftStatus } });
        expect((await stored(draft)).status).toBe(draftStatus);
        expect(await events(draft, 'approved')).toEqual([]);
      },
    );
  });

  describe('two at once', () => {
    it('who approve different texts have one winner, and its text is what is stored', async () => {
      const { draft } = await readyReply();
      const [ada, bob] = [await reviewer(), await reviewer()];
      const bodies = ['Hello Ada, a colleague will check.', 'Dear Ada, somebody will get back to you.'];
      const answers = await Promise.all([
        act(draft, 'approve', { body: bodies[0] }, { key: ada.key }),
        act(draft, 'approve', { body: bodies[1] }, { key: bob.key }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const winner = answers.findIndex(({ status }) => status === 200);
      const lost = answers[1 - winner]?.body.error;
      expect(lost).toMatchObject({ code: 'DRAFT_STATE', details: { status: 'APPROVED' } });
      expect(await stored(draft)).toMatchObject({
        status: 'APPROVED',
        body: bodies[winner],
        reviewedBy: [ada, bob][winner]?.name,
      });
      expect(await events(draft, 'approved')).toHaveLength(1);
    });

    it('who approve the same text both succeed, and there is one event', async () => {
      const { draft } = await readyReply();
      const answers = await Promise.all([act(draft, 'approve', {}), act(draft, 'approve', {})]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers[0]?.body).toEqual(answers[1]?.body);
      expect(await events(draft, 'approved')).toHaveLength(1);
    });

    it('who approve and discard have one winner, and one event', async () => {
      const { draft } = await readyReply();
      const answers = await Promise.all([
        act(draft, 'approve', {}, { key: (await reviewer()).key }),
        act(draft, 'discard', { reason: 'not needed' }, { key: (await reviewer()).key }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const { status } = await stored(draft);
      const lost = answers.find((answer) => answer.status === 409)?.body.error;
      expect(lost.details).toEqual({ status });
      expect(lost.message).not.toContain('READY');
      expect([...(await events(draft, 'approved')), ...(await events(draft, 'discarded'))]).toHaveLength(1);
    });
  });

  describe('discarding', () => {
    it('keeps the reason, and twice changes nothing', async () => {
      const { draft } = await readyReply();
      const { status, body } = await act(draft, 'discard', { reason: '  answered by phone ' });
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'DISCARDED', reviewReason: 'answered by phone', editDistance: null });
      const again = await act(draft, 'discard', { reason: 'another reason' });
      expect(again.status).toBe(200);
      expect(again.body).toEqual(body);
      expect(await events(draft, 'discarded')).toHaveLength(1);
    });

    it.each([undefined, {}, { reason: '' }, { reason: '   ' }, { reason: '\0' }, { reason: 7 }])(
      'without a reason is refused: %j',
      async (body) => {
        const draft = await ask('Hello, do you sell lamps?');
        const answer = await act(draft, 'discard', body);
        expect(answer.status).toBe(400);
        expect(answer.body.error.code).toBe('INVALID_REQUEST');
        expect((await stored(draft)).status).toBe('READY');
      },
    );

    it('of an approved draft is refused', async () => {
      const { draft } = await readyReply();
      await act(draft, 'approve', {});
      const { status, body } = await act(draft, 'discard', { reason: 'too late' });
      expect(status).toBe(409);
      expect(body.error).toMatchObject({ code: 'DRAFT_STATE', details: { status: 'APPROVED' } });
    });

    it.each(['STALE', 'QUARANTINED'])('of a draft that is %s is fine', async (draftStatus) => {
      const draft = await ask('Hello, do you sell lamps?');
      await setStatus(draft, draftStatus);
      expect((await act(draft, 'discard', { reason: 'old' })).body.status).toBe('DISCARDED');
    });
  });

  describe('reporting', () => {
    it.each(['wrong_fact', 'leak', 'tone', 'other'])('takes %s, once, and leaves the draft as it is', async (kind) => {
      const { draft } = await readyReply();
      const { status, body } = await act(draft, 'report', { kind, note: 'please look' });
      expect(status).toBe(200);
      expect(body).toEqual(draft);
      expect((await act(draft, 'report', { kind, note: 'please look' })).status).toBe(200);
      const reports = await events(draft, 'reported');
      expect(reports).toHaveLength(1);
      expect(reports[0]?.trace).toMatchObject({ kind, confirmed: false });
    });

    it.each([{}, { kind: 'boring' }, { kind: 'WRONG_FACT' }, { kind: 'tone', note: 5 }])(
      'refuses %j',
      async (report) => {
        const draft = await ask('Hello, do you sell lamps?');
        expect((await act(draft, 'report', report)).status).toBe(400);
      },
    );

    it('confirms a wrong fact that the stored evidence shows to be wrong, whatever the facts are today', async () => {
      const { draft, orderNumber } = await readyReply();
      await harness.services.db.operator((queries) => [
        queries.execute(
          sql`update "Draft" set "content" = jsonb_set("content", '{body}', ${JSON.stringify(
            `Hello Ada, your order ${orderNumber} has been delivered.`,
          )}::jsonb) where "id" = ${draft.id}`,
        ),
      ]);
      await harness.putOrder(businessId, orderNumber, { status: 'delivered' });
      await act(draft, 'report', { kind: 'wrong_fact' });
      expect((await events(draft, 'reported'))[0]?.trace).toMatchObject({ kind: 'wrong_fact', confirmed: true });
    });
  });

  describe('regenerating', () => {
    it('makes version 2 under the same id from the facts of now, and keeps version 1', async () => {
      const { draft, orderNumber } = await readyReply();
      await harness.putOrder(businessId, orderNumber, { status: 'delivered', shipments: [] });
      const { status, body } = await act(draft, 'regenerate');
      expect(status).toBe(200);
      expect(body).toMatchObject({ id: draft.id, version: 2, status: 'READY', messageId: draft.messageId });
      expect(body.body).not.toBe(draft.body);
      const versions = await harness.get(`/v1/drafts/${draft.id}/versions`);
      expect(versions.body.items).toEqual([
        { version: 1, status: 'READY', body: draft.body, replacedAt: expect.any(String) },
      ]);
      expect((await act(draft, 'approve', {})).body).toMatchObject({ status: 'APPROVED', version: 2 });
    });

    it.each(['STALE', 'QUARANTINED', 'FAILED'])('brings a draft that is %s back to review', async (draftStatus) => {
      const { draft } = await readyReply();
      await setStatus(draft, draftStatus);
      expect((await act(draft, 'regenerate')).body).toMatchObject({ version: 2, status: 'READY' });
    });

    it('of an approved or discarded draft is refused, and overwrites nothing', async () => {
      for (const verb of ['approve', 'discard']) {
        const { draft } = await readyReply();
        const decided = await act(draft, verb, verb === 'discard' ? { reason: 'no' } : {});
        const { status, body } = await act(draft, 'regenerate');
        expect(status).toBe(409);
        expect(body.error.code).toBe('DRAFT_STATE');
        expect(await stored(draft)).toEqual(decided.body);
        expect((await harness.get(`/v1/drafts/${draft.id}/versions`)).body.items).toEqual([]);
      }
    });

    it('twice at once makes one version, and a draft that is being made cannot be approved', async () => {
      const slow = startHarness();
      const { draft } = await readyReply();
      await slow.model.set({ mode: 'slow', delayMs: 1_500, calls: ['compose'] });
      const first = slow.post(`/v1/drafts/${draft.id}/regenerate`);
      await expect.poll(async () => (await stored(draft)).status, { timeout: 5_000 }).toBe('DRAFTING');
      const second = await act(draft, 'regenerate');
      expect(second.status).toBe(409);
      expect((await act(draft, 'approve', {})).body.error.code).toBe('DRAFT_STATE');
      expect((await act(draft, 'discard', { reason: 'no' })).body.error.code).toBe('DRAFT_STATE');
      expect((await first).body).toMatchObject({ version: 2, status: 'READY' });
    });

    it('answers 202 while the model is down, with the old version kept', async () => {
      const broken = startHarness();
      const { draft } = await readyReply();
      await broken.model.set({ mode: 'down', calls: ['compose'] });
      const { status, body, headers } = await broken.post(`/v1/drafts/${draft.id}/regenerate`);
      expect(status).toBe(202);
      expect(body).toMatchObject({ status: 'RETRYING', version: 2 });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      const versions = await harness.get(`/v1/drafts/${draft.id}/versions`);
      expect(versions.body.items[0]).toMatchObject({ version: 1, body: draft.body });
    });
  });

  it.each(['approve', 'discard', 'report', 'regenerate'])('%s of an unknown draft is 404', async (verb) => {
    const { status, body } = await act({ id: uniqueId('drf') }, verb, { reason: 'x', kind: 'tone' });
    expect(status).toBe(404);
    expect(body.error.code).toBe('NOT_FOUND');
  });

  describe('the list of drafts', () => {
    let listed: string;
    let made: string[];

    beforeAll(async () => {
      listed = await harness.createBusiness();
      made = [];
      for (let i = 0; i < 5; i++) {
        const { body } = await harness.draft(listed, await harness.receive(listed, `Hello, do you sell lamps? ${i}`));
        made.unshift(body.id);
      }
      await act({ id: made[1] }, 'approve', {});
      await act({ id: made[3] }, 'discard', { reason: 'no' });
    });

    const list = async (query: string) => (await harness.get(`/v1/drafts?businessId=${listed}${query}`)).body;
    const ids = (page: Draft) => page.items.map(({ id }: { id: string }) => id);

    it('is newest first, page by page, each draft once', async () => {
      const pages: string[][] = [];
      let cursor = '';
      do {
        const page = await list(`&limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
        pages.push(ids(page));
        cursor = page.nextCursor ?? '';
      } while (cursor !== '');
      expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
      expect(pages.flat()).toEqual(made);
    });

    it('has no next cursor where the page ends with the list', async () => {
      expect(await list('&limit=5')).toMatchObject({ nextCursor: null });
      expect((await list('&limit=4')).nextCursor).not.toBeNull();
    });

    it('shows one status, or several', async () => {
      expect(ids(await list('&status=APPROVED'))).toEqual([made[1]]);
      expect(ids(await list('&status=APPROVED,DISCARDED'))).toEqual([made[1], made[3]]);
      expect(ids(await list('&status=QUARANTINED'))).toEqual([]);
    });

    it.each(['status=NOPE', 'status=', 'limit=0', 'limit=201', 'limit=x', 'cursor=%25%25', 'cursor=Z%C3%BC'])(
      'refuses ?%s',
      async (query) => {
        const { status, body } = await harness.get(`/v1/drafts?businessId=${listed}&${query}`);
        expect(status).toBe(400);
        expect(body.error.details.issues.length).toBeGreaterThan(0);
      },
    );
  });
});
