import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { consumeQueue } from '../../src/jobs/consume-queue.ts';
import { runCron } from '../../src/jobs/run-cron.ts';
import { addExample } from '../support/add-example.ts';
import { type Harness, startHarness, uniqueId } from '../support/harness.ts';
import { owner } from '../support/owner.ts';

let harness: Harness;
beforeAll(() => {
  harness = startHarness();
});

const checks = async (of = harness) => {
  const { status, body } = await of.get('/admin/api/checks', { key: of.services.config.adminKey });
  expect(status).toBe(200);
  return Object.fromEntries(body.checks.map((check: { name: string }) => [check.name, check]));
};
const beatOf = async (name: string) =>
  (await harness.get('/admin/api/checks')).body.heartbeats.find((beat: { name: string }) => beat.name === name);

describe('what a deployment says of itself', () => {
  it('is ok where it is, and says what cannot be shown here', async () => {
    expect(await checks()).toMatchObject({
      migrations: { status: 'ok' },
      'database-login': { status: 'ok' },
      indexes: { status: 'ok' },
      'statement-timeout': { status: 'skipped', detail: expect.stringContaining('embedded') },
      kv: { status: 'ok' },
      bindings: { status: 'ok' },
      secrets: { status: 'skipped' },
    });
  });

  it('names what is wrong: an unreadable switch, secrets of a test', async () => {
    const broken = startHarness({
      edge: { read: async () => ({ state: 'unreadable' }), writeOff: async () => {}, clear: async () => {} },
      config: { environment: 'production', adminKey: 'a'.repeat(40) },
    });
    const found = await checks(broken);
    expect(found.flags).toMatchObject({ status: 'failed', detail: expect.stringContaining('unreadable') });
    expect(found.secrets).toMatchObject({ status: 'failed', detail: expect.stringContaining('DRAFTGATE_ADMIN_KEY') });
    expect(JSON.stringify(found)).not.toContain('aaaa');
  });

  it('survives a database that is down', async () => {
    const { createDatabase } = await import('../../src/storage/db.ts');
    const down = startHarness({
      db: createDatabase({
        url: 'postgresql://a:b@127.0.0.1:9/x',
        fetchEndpoint: '',
        timeoutMs: 500,
        lockTimeoutMs: 100,
      }),
    });
    const found = await checks(down);
    expect(found.migrations.status).toBe('failed');
    expect(found.indexes.status).toBe('failed');
    expect(found.kv.status).toBe('ok');
  });

  it('is for operators only', async () => {
    const businessId = await harness.createBusiness();
    const { body: key } = await harness.post('/admin/api/api-keys', { businessId });
    for (const path of ['/admin/api/checks', '/admin/api/proofs']) {
      expect((await harness.get(path, { key: key.key })).status).toBe(403);
    }
  });
});

describe('heartbeats', () => {
  it('are left by each cron task, also by one that failed', async () => {
    const services = {
      ...harness.services,
      tendBackfills: async () => {
        throw new TypeError('broken on purpose');
      },
    };
    const before = Date.now();
    await runCron('* * * * *', harness.services);
    await runCron('* * * * *', services);
    const well = await beatOf('cron:edge-switch');
    const ill = await beatOf('cron:tend-backfills');
    expect(well).toMatchObject({ ok: true, lastOkAt: expect.any(String) });
    expect(ill).toMatchObject({ ok: false, detail: { cron: '* * * * *', error: 'TypeError' } });
    expect(Date.parse(ill.at)).toBeGreaterThanOrEqual(Date.parse(ill.lastOkAt));
    expect(Date.parse(well.at)).toBeGreaterThan(before - 60_000);
  });

  it('are left by a probe that came through its queue, and by no other', async () => {
    const { status, body } = await harness.post('/admin/api/checks/queues');
    expect(status).toBe(202);
    expect(body).toMatchObject({ queues: ['DRAFT_RETRIES', 'BACKFILL', 'ALERTS'], refused: [] });
    const acknowledged: string[] = [];
    for (const [queue, name] of [
      ['draftgate-draft-retries', 'DRAFT_RETRIES'],
      ['draftgate-backfill', 'BACKFILL'],
      ['draftgate-alerts', 'ALERTS'],
    ] as const) {
      const probe = uniqueId('probe');
      const message = {
        id: probe,
        body: { type: 'probe', probe, queue: name },
        attempts: 1,
        timestamp: new Date(),
        ack: () => acknowledged.push(name),
        retry: () => undefined,
      };
      await consumeQueue({ queue, messages: [message] } as unknown as MessageBatch, harness.services);
      expect(await beatOf(`queue:${name}`)).toMatchObject({ ok: true, detail: { probe } });
    }
    expect(acknowledged).toEqual(['DRAFT_RETRIES', 'BACKFILL', 'ALERTS']);
  });

  it('name the queue that does not take its probe', async () => {
    const { createServices } = await import('../../src/services.ts');
    const full = { send: async () => Promise.reject(new Error('full')) } as unknown as Queue;
    const services = createServices({ ...env, BACKFILL: full, DRAFT_RETRIES: { send: async () => ({}) } as never });
    expect(await services.probeQueues()).toMatchObject({ refused: ['BACKFILL'] });
  });
});

describe('proofs', () => {
  it('are kept with outcome, figures and actor, newest first, and audited', async () => {
    const detail = { run: uniqueId('run'), lastOldMs: 1_200 };
    const headers = { 'x-draftgate-actor': 'olga' };
    await harness.post('/admin/api/proofs', { kind: 'drill-global', passed: false, detail }, { headers });
    const { status, body } = await harness.post(
      '/admin/api/proofs',
      { kind: 'drill-global', passed: true, detail },
      { headers },
    );
    expect(status).toBe(201);
    const { items } = (await harness.get('/admin/api/proofs?kind=drill-global&limit=2')).body;
    expect(items[0]).toEqual(body);
    expect(items[0]).toMatchObject({ kind: 'drill-global', passed: true, detail, by: expect.stringContaining('olga') });
    expect(items[1]).toMatchObject({ passed: false, detail });
    const [audit] = (await harness.get('/admin/api/audit?action=proof.record&limit=1')).body.items;
    expect(audit).toMatchObject({ after: { id: body.id }, actor: items[0].by });
  });

  it.each([
    ['an unknown kind', { kind: 'horoscope', passed: true }],
    ['no outcome', { kind: 'loadtest' }],
    ['a novel', { kind: 'loadtest', passed: true, detail: { text: 'x'.repeat(20_000) } }],
  ])('refuse %s', async (_what, body) => {
    expect((await harness.post('/admin/api/proofs', body)).status).toBe(400);
  });
});

describe('a business that is deleted', () => {
  it('leaves nothing but its audit, in no table, and only where its id is repeated', async () => {
    const id = await harness.createBusiness({ emailRagEnabled: true });
    const neighbour = await harness.createBusiness();
    await harness.post('/admin/api/pilots', { businessId: id, feature: 'RAG_PILOT' });
    await harness.putOrder(id, '#W1001');
    await harness.call('PUT', `/v1/businesses/${id}/snippets/hours`, { text: 'We are open.' });
    await addExample(id, 'Are you open?', 'We are open from nine to five, every day.');
    for (const of of [id, neighbour]) {
      const { body } = await harness.draft(of, await harness.receive(of, 'Hello, where is my order #W1001?'));
      await harness.post(`/v1/drafts/${body.id}/approve`);
    }
    expect((await harness.call('DELETE', `/admin/api/businesses/${id}`)).status).toBe(400);
    expect((await harness.call('DELETE', `/admin/api/businesses/${id}?confirm=${neighbour}`)).status).toBe(400);
    expect((await harness.call('DELETE', `/admin/api/businesses/${id}?confirm=${id}`)).status).toBe(204);
    expect((await harness.call('DELETE', `/admin/api/businesses/${id}?confirm=${id}`)).status).toBe(404);

    const sql = owner();
    const tables =
      await sql`select table_name as name from information_schema.columns where column_name = 'businessId' and table_schema = 'public'`;
    const left: string[] = [];
    for (const { name } of tables) {
      const [row] = await sql.query(`select count(*)::int as n from "${name}" where "businessId" = $1`, [id]);
      if (row?.n > 0) left.push(name);
    }
    expect(left).toEqual(['AuditEvent']);
    const drafts = (await harness.get(`/v1/drafts?businessId=${neighbour}`)).body.items;
    expect(drafts).toHaveLength(1);
  });
});

describe('the events of a draft', () => {
  it('show its stages and its review, oldest first', async () => {
    const id = await harness.createBusiness();
    const { body: draft } = await harness.draft(id, await harness.receive(id, 'Hello, do you sell lamps?'));
    await harness.post(`/v1/drafts/${draft.id}/approve`);
    const { status, body } = await harness.get(`/admin/api/drafts/${draft.id}/events`);
    expect(status).toBe(200);
    expect(body.items.map(({ type }: { type: string }) => type)).toEqual(['drafted', 'approved']);
    expect(body.items[0].trace).toMatchObject({ stages: { claim: expect.any(Number), compose: expect.any(Number) } });
    expect((await harness.get('/admin/api/drafts/drf_nobody/events')).status).toBe(404);
  });
});
