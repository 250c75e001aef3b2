import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Harness, startHarness, uniqueId } from '../support/harness.ts';

type Item = Answer['body'];

describe('the admin API', () => {
  let harness: Harness;

  beforeAll(() => {
    harness = startHarness();
  });

  const audit = async (businessId: string): Promise<Item[]> =>
    (await harness.get(`/admin/api/audit?businessId=${businessId}&limit=200`)).body.items;

  describe('businesses', () => {
    it('are made with defaults that switch nothing on', async () => {
      const id = uniqueId('business');
      const { status, body } = await harness.post('/admin/api/businesses', { id, name: ' Corner Shop ' });
      expect(status).toBe(201);
      expect(body).toMatchObject({
        id,
        name: 'Corner Shop',
        emailRagEnabled: false,
        emailSnippetsEnabled: false,
        emailRagMinConfidence: 0.7,
        emailRagMaxExamples: 3,
        controlShare: 0.2,
        replyAll: false,
        piiPolicy: { emails: true, phones: true, nationalIds: true },
        website: null,
        facts: [],
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      });
      expect((await harness.get(`/admin/api/businesses/${id}`)).body).toEqual(body);
    });

    const fields = {
      vertical: 'retail',
      emailRagEnabled: true,
      emailSnippetsEnabled: true,
      emailRagMinConfidence: 0.85,
      emailRagMaxExamples: 5,
      controlShare: 0.5,
      locale: 'tr-TR',
      timeZone: 'Europe/Istanbul',
      signature: 'Ann\nCorner Shop',
      replyAll: true,
      website: 'https://corner.example',
      supportEmail: 'help@corner.example',
      supportPhone: '+1 555 0100',
      address: '1 Main Street',
      openingHours: 'Mon to Fri',
      facts: ['We ship on weekdays.', 'Quotes "and" {braces}, and commas'],
      mailAddresses: ['shop@corner.example'],
      piiPolicy: { emails: false, phones: true, nationalIds: false },
    };

    it('take all of their fields, on making and on patching', async () => {
      const id = uniqueId('business');
      const made = await harness.post('/admin/api/businesses', { id, name: 'Shop', ...fields });
      expect(made.body).toMatchObject({ id, name: 'Shop', ...fields });
      const other = await harness.createBusiness();
      const patched = await harness.call('PATCH', `/admin/api/businesses/${other}`, { name: 'Shop', ...fields });
      expect(patched.status).toBe(200);
      expect(patched.body).toMatchObject({ id: other, name: 'Shop', ...fields });
    });

    it('are patched in the named fields alone', async () => {
      const id = uniqueId('business');
      const { body: made } = await harness.post('/admin/api/businesses', { id, name: 'Shop', ...fields });
      const { body } = await harness.call('PATCH', `/admin/api/businesses/${id}`, { website: null, controlShare: 0 });
      expect(body).toEqual({ ...made, website: null, controlShare: 0, updatedAt: expect.any(String) });
      expect(Date.parse(body.updatedAt)).toBeGreaterThanOrEqual(Date.parse(made.updatedAt));
      const nothing = await harness.call('PATCH', `/admin/api/businesses/${id}`, {});
      expect(nothing.status).toBe(200);
      expect(nothing.body).toMatchObject({ website: null, controlShare: 0 });
    });

    it('are 404 where unknown and 409 where the id is taken', async () => {
      const unknown = `/admin/api/businesses/${uniqueId('nowhere')}`;
      expect((await harness.get(unknown)).status).toBe(404);
      expect((await harness.call('PATCH', unknown, { name: 'Shop' })).status).toBe(404);
      const id = await harness.createBusiness({ name: 'First' });
      const { status, body } = await harness.post('/admin/api/businesses', { id, name: 'Second' });
      expect(status).toBe(409);
      expect(body.error.code).toBe('CONFLICT');
      expect((await harness.get(`/admin/api/businesses/${id}`)).body.name).toBe('First');
    });

    it('with one id at once are one', async () => {
      const id = uniqueId('business');
      const made = await Promise.all(
        ['A', 'B', 'C'].map((name) => harness.post('/admin/api/businesses', { id, name })),
      );
      expect(made.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    });

    const wrong: [string, Record<string, unknown>][] = [
      ['a field that we do not know', { emailRagEnable: true }],
      ['a field of the database', { createdAt: '2026-01-01T00:00:00Z' }],
      ['an empty name', { name: '  ' }],
      ['a name that is null', { name: null }],
      ['a flag that is a text', { emailRagEnabled: 'true' }],
      ['a confidence above 1', { emailRagMinConfidence: 1.01 }],
      ['a share below 0', { controlShare: -0.1 }],
      ['a name that turns the line around', { name: 'Ada \u202e tolliw' }],
      ['a name of two lines', { name: 'Ada\nBob' }],
      ['a name that turns the line around', { name: 'Ada \u202e tolliw' }],
      ['a name of two lines', { name: 'Ada\nBob' }],
      ['half an example', { emailRagMaxExamples: 2.5 }],
      ['eleven examples', { emailRagMaxExamples: 11 }],
      ['a time zone that does not exist', { timeZone: 'Moon/Base' }],
      ['a locale that is none', { locale: 'not a locale' }],
      ['facts that are a text', { facts: 'We ship.' }],
      ['half a PII policy', { piiPolicy: { emails: true } }],
    ];

    it.each(wrong)('refuse %s, on making and on patching', async (_what, field) => {
      const id = uniqueId('business');
      const made = await harness.post('/admin/api/businesses', { id, name: 'Shop', ...field });
      expect(made.status).toBe(400);
      expect(made.body.error.details.issues.length).toBeGreaterThan(0);
      expect((await harness.get(`/admin/api/businesses/${id}`)).status).toBe(404);
      const known = await harness.createBusiness();
      expect((await harness.call('PATCH', `/admin/api/businesses/${known}`, field)).status).toBe(400);
    });

    it('refuse another id in a patch', async () => {
      const id = await harness.createBusiness();
      expect((await harness.call('PATCH', `/admin/api/businesses/${id}`, { id: 'other' })).status).toBe(400);
    });

    it('are listed page by page, each one once, also with ids that are no ASCII', async () => {
      const prefix = uniqueId('zzz');
      const ids = [`${prefix} é`, `${prefix}+/=`, `${prefix}-1`, `${prefix}-2`, `${prefix}ü`];
      for (const id of ids) expect((await harness.post('/admin/api/businesses', { id, name: 'S' })).status).toBe(201);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const { status, body }: Answer = await harness.get(`/admin/api/businesses?limit=2${query}`);
        expect(status).toBe(200);
        seen.push(...body.items.map(({ id }: Item) => id));
        cursor = body.nextCursor;
      } while (cursor !== null && seen.length < 400);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => ids.includes(id)).sort()).toEqual(ids.sort());
      const one = await harness.get(`/admin/api/businesses/${encodeURIComponent(ids[0] ?? '')}`);
      expect(one.body.id).toBe(ids[0]);
    });

    it('leave an audit of what was done, by whom, in which request', async () => {
      const id = uniqueId('business');
      const made = await harness.post('/admin/api/businesses', { id, name: 'Before' });
      const patched = await harness.call('PATCH', `/admin/api/businesses/${id}`, { name: 'After' });
      const items = await audit(id);
      expect(items.length).toBeGreaterThanOrEqual(2);
      for (const item of items) expectAuditItem(item, id);
      const [update, create] = items;
      expect(update).toMatchObject({ before: { name: 'Before' }, after: { name: 'After' }, actor: 'admin-key' });
      expect(update?.requestId).toBe(patched.headers.get('x-request-id'));
      expect(create).toMatchObject({ before: null, after: { name: 'Before' }, actor: 'admin-key' });
      expect(create?.requestId).toBe(made.headers.get('x-request-id'));
      const filtered = await harness.get(`/admin/api/audit?businessId=${id}&action=${create?.action}`);
      expect(filtered.body.items).toEqual(items.filter(({ action }) => action === create?.action));
    });

    it('leave no audit of what was refused', async () => {
      const id = await harness.createBusiness();
      const before = await audit(id);
      await harness.post('/admin/api/businesses', { id, name: 'Again' });
      await harness.call('PATCH', `/admin/api/businesses/${id}`, { controlShare: 7 });
      expect(await audit(id)).toEqual(before);
    });
  });

  function expectAuditItem(item: Item, businessId: string): void {
    expect(item).toMatchObject({
      businessId,
      action: expect.stringMatching(/^[a-z-]+\.[a-z-]+$/),
      actor: expect.any(String),
    });
    for (const key of ['reason', 'before', 'after', 'requestId']) expect(item).toHaveProperty(key);
    expect(Math.abs(Date.now() - Date.parse(item.at))).toBeLessThan(10 * 60_000);
  }

  describe('pilots', () => {
    const feature = 'RAG_PILOT';
    const listed = async (query: string) => (await harness.get(`/admin/api/pilots?limit=200&${query}`)).body.items;

    it('are enrolled once, and a second time changes nothing', async () => {
      const businessId = await harness.createBusiness();
      const first = await harness.post('/admin/api/pilots', { businessId, feature, notes: 'the first' });
      expect(first.status).toBe(201);
      expect(first.body).toMatchObject({ businessId, feature, enabledBy: 'admin-key', notes: 'the first' });
      expect(Math.abs(Date.now() - Date.parse(first.body.enabledAt))).toBeLessThan(10 * 60_000);
      const second = await harness.post('/admin/api/pilots', { businessId, feature, notes: 'another' });
      expect(second.status).toBe(200);
      expect(second.body).toEqual(first.body);
      expect(await listed(`businessId=${businessId}`)).toEqual([first.body]);
      const enrolments = (await audit(businessId)).filter(({ action }) => action.startsWith('pilot'));
      expect(enrolments).toHaveLength(1);
      expectAuditItem(enrolments[0] ?? {}, businessId);
      expect(enrolments[0]).toMatchObject({ before: null, after: { feature, notes: 'the first' } });
    });

    it('at once are one', async () => {
      const businessId = await harness.createBusiness();
      const made = await Promise.all([1, 2, 3].map(() => harness.post('/admin/api/pilots', { businessId, feature })));
      expect(made.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
      expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    });

    it('are removed by body or by query, with an audit, and then are not there', async () => {
      for (const [query, body] of [
        ['', true],
        ['query', false],
      ] as const) {
        const businessId = await harness.createBusiness();
        const { body: made } = await harness.post('/admin/api/pilots', { businessId, feature });
        const path =
          query === '' ? '/admin/api/pilots' : `/admin/api/pilots?businessId=${businessId}&feature=${feature}`;
        const removed = await harness.call('DELETE', path, body ? { businessId, feature } : undefined);
        expect(removed.status).toBe(200);
        expect(removed.body).toEqual(made);
        expect(await listed(`businessId=${businessId}`)).toEqual([]);
        const [removal] = await audit(businessId);
        expectAuditItem(removal ?? {}, businessId);
        expect(removal).toMatchObject({ before: { id: made.id, feature } });
        const again = await harness.call('DELETE', path, body ? { businessId, feature } : undefined);
        expect(again.status).toBe(404);
      }
    });

    it.each([
      ['neither body nor query', '', undefined],
      ['half of the query', '?feature=RAG_PILOT', undefined],
      ['half of the body', '', { feature: 'RAG_PILOT' }],
      ['a feature in lower case', '?businessId=x&feature=rag', undefined],
    ])('are not removed by %s', async (_what, query, body) => {
      const answer = await harness.call('DELETE', `/admin/api/pilots${query}`, body);
      expect(answer.status).toBe(400);
      expect(answer.body.error.code).toBe('INVALID_REQUEST');
    });

    it('are not enrolled for an unknown business, or in something that is no feature', async () => {
      const businessId = await harness.createBusiness();
      expect((await harness.post('/admin/api/pilots', { businessId: uniqueId('nowhere'), feature })).status).toBe(404);
      for (const wrong of ['rag pilot', '', 7, "RAG'; drop table"]) {
        expect((await harness.post('/admin/api/pilots', { businessId, feature: wrong })).status).toBe(400);
      }
    });

    it('are listed by business and by feature', async () => {
      const businessId = await harness.createBusiness();
      const other = `F_${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
      const { body: one } = await harness.post('/admin/api/pilots', { businessId, feature });
      const { body: two } = await harness.post('/admin/api/pilots', { businessId, feature: other });
      expect(await listed(`feature=${other}`)).toEqual([two]);
      expect(await listed(`businessId=${businessId}&feature=${feature}`)).toEqual([one]);
      expect((await listed(`businessId=${businessId}`)).map(({ id }: Item) => id).sort()).toEqual(
        [one.id, two.id].sort(),
      );
    });

    it('decide the very next draft', async () => {
      const businessId = await harness.createBusiness({ emailRagEnabled: true, controlShare: 0 });
      const reason = async () =>
        (await harness.draft(businessId, await harness.receive(businessId, 'Do you sell lamps?'))).body.rag.reason;
      expect(await reason()).toBe('NOT_ENROLLED');
      await harness.post('/admin/api/pilots', { businessId, feature });
      await harness.call('PATCH', `/admin/api/businesses/${businessId}`, { emailRagEnabled: true });
      expect(await reason()).toBe('ON');
      await harness.call('DELETE', '/admin/api/pilots', { businessId, feature });
      expect(await reason()).toBe('NOT_ENROLLED');
    });
  });

  describe('API keys', () => {
    it('are made with all scopes unless told, and listed newest first', async () => {
      const businessId = await harness.createBusiness();
      const first = await harness.post('/admin/api/api-keys', { businessId });
      expect(first.status).toBe(201);
      expect(first.body).toMatchObject({ name: 'unnamed', createdBy: 'admin-key', revokedAt: null });
      expect(first.body.scopes.length).toBeGreaterThan(4);
      await new Promise((resolve) => setTimeout(resolve, 5));
      const second = await harness.post('/admin/api/api-keys', {
        businessId,
        name: 'feed',
        scopes: ['messages:write'],
      });
      const { body } = await harness.get(`/admin/api/api-keys?businessId=${businessId}`);
      expect(body.items.map(({ id }: Item) => id)).toEqual([second.body.id, first.body.id]);
      expect(body.nextCursor).toBeNull();
      const page = await harness.get(`/admin/api/api-keys?businessId=${businessId}&limit=1`);
      const next = await harness.get(
        `/admin/api/api-keys?businessId=${businessId}&limit=1&cursor=${page.body.nextCursor}`,
      );
      expect(next.body.items.map(({ id }: Item) => id)).toEqual([first.body.id]);
    });

    it.each([
      ['an unknown scope', { scopes: ['everything'] }],
      ['no scope', { scopes: [] }],
      ['an empty name', { name: '' }],
    ])('refuse %s', async (_what, fields) => {
      const businessId = await harness.createBusiness();
      expect((await harness.post('/admin/api/api-keys', { businessId, ...fields })).status).toBe(400);
    });

    it('are 404 for an unknown business', async () => {
      expect((await harness.post('/admin/api/api-keys', { businessId: uniqueId('nowhere') })).status).toBe(404);
    });

    it('leave an audit when they are made and when they are revoked, once', async () => {
      const businessId = await harness.createBusiness();
      const { body: made } = await harness.post('/admin/api/api-keys', { businessId, name: 'feed' });
      await harness.post(`/admin/api/api-keys/${made.id}/revoke`);
      await harness.post(`/admin/api/api-keys/${made.id}/revoke`);
      const items = (await audit(businessId)).filter(({ action }) => action.startsWith('api-key'));
      expect(items.map(({ action }) => action)).toEqual(['api-key.revoke', 'api-key.create']);
      for (const item of items) {
        expectAuditItem(item, businessId);
        expect(item.after.id).toBe(made.id);
      }
    });
  });

  describe('the audit', () => {
    it('is newest first and paged', async () => {
      const businessId = await harness.createBusiness();
      for (const name of ['A', 'B', 'C']) await harness.call('PATCH', `/admin/api/businesses/${businessId}`, { name });
      const all = await audit(businessId);
      const times = all.map(({ at }) => Date.parse(at));
      expect(times).toEqual(times.toSorted((a, b) => b - a));
      const seen: Item[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&cursor=${cursor}`;
        const { body }: Answer = await harness.get(`/admin/api/audit?businessId=${businessId}&limit=2${query}`);
        seen.push(...body.items);
        cursor = body.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(all);
    });

    it('of a business that nobody touched is empty', async () => {
      expect(await audit(uniqueId('nowhere'))).toEqual([]);
    });
  });
});
