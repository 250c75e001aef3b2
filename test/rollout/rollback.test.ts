import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

/** Each test makes drafts end to end, on a machine that may be busy. */
vi.setConfig({ testTimeout: 30_000 });

let world: RolloutWorld;
beforeAll(async () => {
  world = await startRolloutWorld();
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.reset());

const FEATURE = 'RAG_PILOT';
const ROLLBACKS = '/admin/api/rollbacks';

async function pilots(): Promise<Record<string, string | null>[]> {
  return world.sql('SELECT * FROM "PilotBusiness" ORDER BY "businessId"');
}

describe('a rollback of one business', () => {
  it('takes its row and both flags, quarantines its RAG drafts, and touches nobody else', async () => {
    const [one, other] = [await world.business(), await world.business()];
    const mine = await world.draft(one);
    const theirs = await world.draft(other);
    expect([mine, theirs]).toMatchObject([
      { ragEnabled: true, status: 'READY' },
      { ragEnabled: true, status: 'READY' },
    ]);
    const answer = await world.call('POST', ROLLBACKS, {
      feature: FEATURE,
      level: 'business',
      businessId: one,
      reason: 'wrong facts',
    });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        level: 'business',
        affected: [one],
        quarantinedDrafts: 1,
        kv: null,
        reason: 'wrong facts',
        actor: 'admin-key',
      },
    });
    expect((await pilots()).map((row) => row.businessId)).toEqual([other]);
    expect(await world.services.findBusiness(one)).toMatchObject({
      emailRagEnabled: false,
      emailSnippetsEnabled: false,
    });
    expect(await world.services.findBusiness(other)).toMatchObject({ emailRagEnabled: true });
    expect(await world.services.findDraft(one, mine.id)).toMatchObject({ status: 'QUARANTINED' });
    expect(await world.services.findDraft(other, theirs.id)).toMatchObject({ status: 'READY' });
    expect(await world.draft(one)).toMatchObject({ ragEnabled: false, reason: 'NOT_ENROLLED' });
    expect(await world.draft(other)).toMatchObject({ ragEnabled: true });
  });

  it('changes nothing the second time and answers with the standing rollback', async () => {
    const one = await world.business();
    const body = { feature: FEATURE, level: 'business', businessId: one, reason: 'again' };
    const first = await world.call('POST', ROLLBACKS, body);
    const audit = await world.services.listAudit({ limit: 200 });
    const second = await world.call('POST', ROLLBACKS, body);
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(await world.services.listAudit({ limit: 200 })).toEqual(audit);
  });

  it('restores the exact row and the flags that it changed', async () => {
    const one = await world.business();
    await world.services.patchBusiness(one, { emailSnippetsEnabled: false }, { actor: 'x', requestId: 'x' });
    const before = await pilots();
    const { body } = await world.call('POST', ROLLBACKS, { level: 'business', businessId: one, reason: 'r' });
    const restored = await world.call('POST', `${ROLLBACKS}/${body.id}/restore`, { reason: 'fixed' });
    expect(restored).toMatchObject({
      status: 200,
      body: { status: 'restored', restore: { skipped: [], reason: 'fixed' } },
    });
    expect(await pilots()).toEqual(before);
    expect(await world.services.findBusiness(one)).toMatchObject({
      emailRagEnabled: true,
      emailSnippetsEnabled: false,
    });
    expect(await world.draft(one)).toMatchObject({ ragEnabled: true });
    const twice = await world.call('POST', `${ROLLBACKS}/${body.id}/restore`);
    expect(twice).toMatchObject({ status: 200, body: { status: 'restored' } });
    expect(await world.sql('SELECT * FROM "PilotExclusion"')).toEqual([]);
  });

  it('restored, leaves the business kept out by whatever had kept it out before', async () => {
    const out = () => world.sql('SELECT "businessId", "actor", "rollbackId" FROM "PilotExclusion" ORDER BY 1');
    const [byPerson, byCohort] = [await world.business(), await world.business()];
    await world.call('DELETE', '/admin/api/pilots', { businessId: byPerson, feature: FEATURE }, 'ada');
    const cohort = await world.call('POST', ROLLBACKS, {
      level: 'cohort',
      from: '2020-01-01T00:00:00Z',
      to: '2100-01-01T00:00:00Z',
      reason: 'all',
    });
    const before = await out();
    expect(before).toHaveLength(2);
    for (const businessId of [byPerson, byCohort]) {
      const { body } = await world.call('POST', ROLLBACKS, { level: 'business', businessId, reason: 'r' });
      expect((await world.call('POST', `${ROLLBACKS}/${body.id}/restore`)).status).toBe(200);
      expect(await world.services.findBusiness(businessId)).toMatchObject({ emailRagEnabled: true });
    }
    expect(await out()).toEqual(before);
    await world.call('POST', `${ROLLBACKS}/${cohort.body.id}/restore`);
    expect((await out()).map((row) => row.businessId)).toEqual([byPerson]);
    expect((await pilots()).map((row) => row.businessId)).toEqual([byCohort]);
  });

  it('leaves a quarantined draft unapprovable until it is made anew', async () => {
    const one = await world.business();
    const draft = await world.draft(one);
    await world.call('POST', ROLLBACKS, { level: 'business', businessId: one, reason: 'r' });
    const refused = await world.call('POST', `/v1/drafts/${draft.id}/approve`, {});
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'DRAFT_STATE' } } });
    const again = await world.call('POST', `/v1/drafts/${draft.id}/regenerate`, {});
    expect(again.body).toMatchObject({ id: draft.id, version: 2, status: 'READY', rag: { enabled: false } });
    expect((await world.call('POST', `/v1/drafts/${draft.id}/approve`, {})).status).toBe(200);
  });
});

describe('a review that is taken back', () => {
  it.each(['approve', 'discard'])('just after a rollback, an %s leaves no draft with RAG to approve', async (verb) => {
    const businessId = await world.business();
    const draft = await world.draft(businessId);
    await world.call('POST', `/v1/drafts/${draft.id}/${verb}`, verb === 'discard' ? { reason: 'wrong' } : {}, 'ada');
    await world.call('POST', ROLLBACKS, {
      level: 'cohort',
      from: '2020-01-01T00:00:00Z',
      to: '2100-01-01T00:00:00Z',
      reason: 'r',
    });
    const undone = await world.services.undoReview({ businessId, draftId: draft.id, actor: 'ada' });
    expect(undone).toMatchObject({ status: 'QUARANTINED', reviewedBy: null });
    expect((await world.call('POST', `/v1/drafts/${draft.id}/approve`, {})).status).toBe(409);
  });

  it('while RAG is on, stands as it was', async () => {
    const businessId = await world.business();
    const draft = await world.draft(businessId);
    await world.call('POST', `/v1/drafts/${draft.id}/approve`, {}, 'ada');
    expect(await world.services.undoReview({ businessId, draftId: draft.id, actor: 'ada' })).toMatchObject({
      status: 'READY',
    });
  });
});

describe('a rollback of a cohort', () => {
  it('takes the rows of a half-open window and leaves flags and other features alone', async () => {
    const [early, atStart, atEnd] = [await world.business(), await world.business(), await world.business()];
    const set = (id: string, at: string) =>
      world.sql('UPDATE "PilotBusiness" SET "enabledAt" = $1 WHERE "businessId" = $2', [at, id]);
    await set(early, '2026-11-01 09:59:59.999999');
    await set(atStart, '2026-11-01 10:00:00');
    await set(atEnd, '2026-11-01 11:00:00');
    await world.sql(`INSERT INTO "PilotBusiness" ("id", "businessId", "feature", "enabledAt", "enabledBy")
      VALUES (gen_random_uuid(), '${atStart}', 'OTHER', '2026-11-01 10:30:00', 'x')`);
    const draft = await world.draft(atStart);
    const answer = await world.call('POST', ROLLBACKS, {
      level: 'cohort',
      from: '2026-11-01T10:00:00Z',
      to: '2026-11-01T12:00:00+01:00',
      reason: 'bad hour',
    });
    expect(answer).toMatchObject({ status: 201, body: { affected: [atStart], quarantinedDrafts: 1, kv: null } });
    expect((await pilots()).map((row) => [row.businessId, row.feature])).toEqual(
      [
        [atEnd, FEATURE],
        [atStart, 'OTHER'],
        [early, FEATURE],
      ].sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1)),
    );
    expect(await world.services.findBusiness(atStart)).toMatchObject({ emailRagEnabled: true });
    expect(await world.services.findDraft(atStart, draft.id)).toMatchObject({ status: 'QUARANTINED' });
  });

  it('hands nothing down to a later rollback that took a newer row of the same business', async () => {
    const businessId = await world.business();
    const rollBack = async () =>
      (await world.call('POST', ROLLBACKS, { level: 'business', businessId, reason: 'one' })).body.id;
    const first = await rollBack();
    await world.call('PATCH', `/admin/api/businesses/${businessId}`, { emailRagEnabled: true });
    await world.call('POST', '/admin/api/pilots', { businessId, feature: 'RAG_PILOT', notes: 'again' });
    const newer = await world.sql(`SELECT * FROM "PilotBusiness" WHERE "businessId" = '${businessId}'`);
    const second = await rollBack();
    expect((await world.call('POST', `${ROLLBACKS}/${first}/restore`)).body.restore.skipped).toEqual([businessId]);
    expect((await world.call('POST', `${ROLLBACKS}/${second}/restore`)).status).toBe(200);
    expect(await world.sql(`SELECT * FROM "PilotBusiness" WHERE "businessId" = '${businessId}'`)).toEqual(newer);
  });

  it('hands a row down also to a later rollback that found nothing to take, which then affects that business', async () => {
    const businessId = await world.business();
    const before = await pilots();
    const range = { level: 'cohort', from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', reason: 'all' };
    const cohort = await world.call('POST', ROLLBACKS, range);
    await world.call('PATCH', `/admin/api/businesses/${businessId}`, {
      emailRagEnabled: false,
      emailSnippetsEnabled: false,
    });
    const own = await world.call('POST', ROLLBACKS, { level: 'business', businessId, reason: 'for longer' });
    expect(own.body.affected).toEqual([]);
    await world.call('POST', `${ROLLBACKS}/${cohort.body.id}/restore`);
    expect(await pilots()).toEqual([]);
    const restored = await world.call('POST', `${ROLLBACKS}/${own.body.id}/restore`);
    // Its watch by the guardrails begins anew with this restore: they go by who is affected.
    expect(restored.body.affected).toEqual([businessId]);
    expect(await pilots()).toEqual(before);
  });

  it('keeps a business out that a later rollback took, and lets that one bring it back', async () => {
    const [a, b] = [await world.business(), await world.business()];
    const before = await pilots();
    const cohort = await world.call('POST', ROLLBACKS, {
      level: 'cohort',
      from: '2020-01-01T00:00:00Z',
      to: '2100-01-01T00:00:00Z',
      reason: 'all',
    });
    const own = await world.call('POST', ROLLBACKS, {
      level: 'business',
      businessId: a,
      reason: 'this one for longer',
    });
    const restored = await world.call('POST', `${ROLLBACKS}/${cohort.body.id}/restore`);
    expect(restored.body.restore.skipped).toEqual([a]);
    expect((await pilots()).map((row) => row.businessId)).toEqual([b]);
    await world.call('POST', `${ROLLBACKS}/${own.body.id}/restore`);
    expect(await pilots()).toEqual(before);
    expect(await world.services.findBusiness(a)).toMatchObject({ emailRagEnabled: true });
  });
});

describe('a global rollback', () => {
  it('switches KV off, kills the feature, removes every row and stops RAG for everybody', async () => {
    const [a, b] = [await world.business(), await world.business()];
    await world.draft(a);
    const answer = await world.call('POST', ROLLBACKS, { level: 'global', reason: 'leak', incidentId: 'inc_1' });
    expect(answer).toMatchObject({
      status: 201,
      body: { affected: [a, b].sort(), quarantinedDrafts: 1, kv: 'written', incidentId: 'inc_1' },
    });
    expect(world.edge.value).toMatchObject({ state: 'off', reason: 'leak', by: 'admin-key', id: answer.body.id });
    expect(await pilots()).toEqual([]);
    expect(await world.draft(a)).toMatchObject({ ragEnabled: false, reason: 'KILLED_AT_EDGE' });
    world.edge.stuckAt = { state: 'absent' };
    expect(await world.draft(a)).toMatchObject({ ragEnabled: false, reason: 'KILLED' });
    expect(answer.body.timings.detectedToWrittenMs).toBeGreaterThanOrEqual(0);
    expect(Date.parse(answer.body.timings.lastOldDraftAt)).toBeLessThanOrEqual(
      Date.parse(answer.body.timings.writtenAt),
    );
  });

  it('is restored only when somebody else confirms, with the exact rows and both switches cleared', async () => {
    const [a] = [await world.business(), await world.business()];
    const before = await pilots();
    const { body } = await world.call('POST', ROLLBACKS, { level: 'global', reason: 'leak' }, 'ada');
    const path = `${ROLLBACKS}/${body.id}/restore`;
    expect((await world.call('POST', `${path}/confirm`, {}, 'bob')).status).toBe(409);
    const asked = await world.call('POST', path, { reason: 'fixed' }, 'ada');
    expect(asked).toMatchObject({
      status: 202,
      body: { status: 'restore-requested', restore: { requestedBy: 'ada' } },
    });
    expect(await world.draft(a)).toMatchObject({ ragEnabled: false });
    expect((await world.call('POST', `${path}/confirm`, {}, 'ADA')).status).toBe(409);
    expect(await world.call('POST', `${path}/confirm`, {}, 'ada')).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFLICT' } },
    });
    expect((await world.call('POST', `${path}/confirm`, {}, 'ADA')).status).toBe(409);
    const confirmed = await world.call('POST', `${path}/confirm`, {}, 'bob');
    expect(confirmed).toMatchObject({
      status: 200,
      body: { status: 'restored', kv: 'cleared', restore: { restoredBy: 'bob', reason: 'fixed' } },
    });
    expect(await pilots()).toEqual(before);
    expect(world.edge.value).toEqual({ state: 'absent' });
    expect(await world.draft(a)).toMatchObject({ ragEnabled: true });
    expect((await world.call('POST', `${path}/confirm`, {}, 'bob')).status).toBe(200);
  });

  it('stands under an older one that is restored: the newer has to be restored first', async () => {
    const [a, b] = [await world.business(), await world.business({ enrolled: false })];
    const older = await world.call('POST', ROLLBACKS, { level: 'global', reason: 'leak' });
    await world.call('POST', '/admin/api/pilots', { businessId: b, feature: FEATURE });
    const newer = await world.call('POST', ROLLBACKS, { level: 'global', reason: 'another leak' });
    const restore = async (id: string) => {
      await world.call('POST', `${ROLLBACKS}/${id}/restore`, {}, 'ada');
      return world.call('POST', `${ROLLBACKS}/${id}/restore/confirm`, {}, 'bob');
    };
    const refused = await restore(older.body.id);
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining(newer.body.id) } },
    });
    expect(world.edge.value.state).toBe('off');
    expect(await pilots()).toEqual([]);
    expect((await restore(newer.body.id)).status).toBe(200);
    expect((await pilots()).map((row) => row.businessId)).toEqual([b]);
    expect((await restore(older.body.id)).status).toBe(200);
    expect((await pilots()).map((row) => row.businessId)).toEqual([a, b].sort());
  });

  it('asked again, answers with the standing one and takes back a restore that waits', async () => {
    await world.business();
    const first = await world.call('POST', ROLLBACKS, { level: 'global', reason: 'leak' });
    await world.call('POST', `${ROLLBACKS}/${first.body.id}/restore`, {}, 'ada');
    const second = await world.call('POST', ROLLBACKS, { level: 'global', reason: 'leak again' });
    expect(second).toMatchObject({ status: 200, body: { id: first.body.id, status: 'done' } });
    expect((await world.call('POST', `${ROLLBACKS}/${first.body.id}/restore/confirm`, {}, 'bob')).status).toBe(409);
  });

  it('is written to KV by cron later where KV did not take it', async () => {
    await world.business();
    world.edge.down = true;
    const answer = await world.call('POST', ROLLBACKS, { level: 'global', reason: 'leak' });
    expect(answer).toMatchObject({ status: 201, body: { kv: 'pending', timings: { kvWrittenAt: null } } });
    world.edge.down = false;
    expect(await world.services.reconcileEdge()).toMatchObject({ action: 'write-off' });
    expect(world.edge.value).toMatchObject({ state: 'off', id: answer.body.id });
    expect((await world.call('GET', `${ROLLBACKS}/${answer.body.id}`)).body.kv).toBe('written');
    expect(await world.services.reconcileEdge()).toMatchObject({ action: 'none' });
  });

  it('by API while Postgres is down works through KV, and cron finishes it under the same id', async () => {
    const a = await world.business();
    const draft = await world.draft(a);
    const { AppError } = await import('../../src/lib/errors.ts');
    const down = async (): Promise<never> => {
      throw new AppError('DATABASE_UNAVAILABLE', 'The database cannot be reached.');
    };
    const outage = world.servicesWith({ db: { tenant: down, operator: down, roundTrips: () => 0 } });
    const answer = await world.callOn(outage, 'POST', ROLLBACKS, { level: 'global', reason: 'leak' });
    expect(answer).toMatchObject({ status: 202, body: { status: 'unfinished', kv: 'written' } });
    expect(world.edge.value).toMatchObject({ state: 'off', id: answer.body.id });
    const again = await world.callOn(outage, 'POST', ROLLBACKS, { level: 'global', reason: 'leak' });
    expect(again).toMatchObject({ status: 202, body: { id: answer.body.id } });

    expect(await world.draft(a)).toMatchObject({ reason: 'KILLED_AT_EDGE' });
    expect(await world.services.reconcileEdge()).toMatchObject({ action: 'roll-back' });
    const done = await world.call('GET', `${ROLLBACKS}/${answer.body.id}`);
    expect(done.body).toMatchObject({
      status: 'done',
      actor: 'kv',
      requestedBy: 'admin-key',
      reason: 'leak',
      affected: [a],
      quarantinedDrafts: 1,
    });
    expect(await world.services.findDraft(a, draft.id)).toMatchObject({ status: 'QUARANTINED' });
    expect(await pilots()).toEqual([]);
  });

  it('answers 503 where neither KV nor Postgres takes it', async () => {
    const { AppError } = await import('../../src/lib/errors.ts');
    const down = async (): Promise<never> => {
      throw new AppError('DATABASE_UNAVAILABLE', 'The database cannot be reached.');
    };
    world.edge.down = true;
    const outage = world.servicesWith({ db: { tenant: down, operator: down, roundTrips: () => 0 } });
    expect((await world.callOn(outage, 'POST', ROLLBACKS, { level: 'global', reason: 'leak' })).status).toBe(503);
  });

  it('by nothing but KV stops the next draft, and cron makes Postgres follow', async () => {
    const a = await world.business();
    world.edge.value = { state: 'off' };
    expect(await world.draft(a)).toMatchObject({ ragEnabled: false, reason: 'KILLED_AT_EDGE' });
    await world.services.reconcileEdge();
    const [row] = (await world.call('GET', ROLLBACKS)).body.items;
    expect(row).toMatchObject({ level: 'global', actor: 'kv', reason: 'KV switch', affected: [a], kv: 'written' });
    world.edge.value = { state: 'absent' };
    expect(await world.draft(a)).toMatchObject({ ragEnabled: false, reason: 'KILLED' });
    await world.services.reconcileEdge();
    expect((await world.call('GET', ROLLBACKS)).body.items).toHaveLength(1);
  });

  it('is not repeated over a stale cache of the switch that a restore has just cleared', async () => {
    const a = await world.business();
    const { body } = await world.call('POST', ROLLBACKS, { level: 'global', reason: 'leak' }, 'ada');
    const stale = world.edge.value;
    await world.call('POST', `${ROLLBACKS}/${body.id}/restore`, {}, 'ada');
    await world.call('POST', `${ROLLBACKS}/${body.id}/restore/confirm`, {}, 'bob');
    world.edge.stuckAt = stale;
    expect(await world.services.reconcileEdge()).toMatchObject({ action: 'clear' });
    world.edge.stuckAt = null;
    expect(await world.draft(a)).toMatchObject({ ragEnabled: true });
  });
});

describe('a restore that KV did not take', () => {
  it('does not take away what somebody has switched off by hand since', async () => {
    const a = await world.business();
    const { body } = await world.call('POST', ROLLBACKS, { level: 'global', reason: 'leak' }, 'ada');
    await world.call('POST', `${ROLLBACKS}/${body.id}/restore`, {}, 'ada');
    world.edge.down = true;
    await world.call('POST', `${ROLLBACKS}/${body.id}/restore/confirm`, {}, 'bob');
    world.edge.down = false;
    world.edge.value = { state: 'off' };
    await world.services.reconcileEdge();
    expect(world.edge.value).toEqual({ state: 'off' });
    expect((await world.call('GET', `${ROLLBACKS}/${body.id}`)).body.kv).toBe('cleared');
    await world.sql(`UPDATE "Rollback" SET "restoredAt" = now() - interval '10 minutes'`);
    expect(await world.services.reconcileEdge()).toMatchObject({ action: 'roll-back' });
    expect(await world.draft(a)).toMatchObject({ ragEnabled: false });
    expect(await pilots()).toEqual([]);
  });
});

describe('what a rollback is asked for', () => {
  it.each([
    [{ level: 'business', reason: 'r' }, 400],
    [{ level: 'business', businessId: 'nobody', reason: 'r' }, 404],
    [{ level: 'business', businessId: 'nobody', from: '2026-01-01T00:00:00Z', reason: 'r' }, 400],
    [{ level: 'cohort', reason: 'r' }, 400],
    [{ level: 'cohort', from: '2026-01-01T00:00:00Z', reason: 'r' }, 400],
    [{ level: 'cohort', from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z', reason: 'r' }, 422],
    [{ level: 'cohort', rampId: 'rmp_none', reason: 'r' }, 404],
    [{ level: 'cohort', step: 'pilot', reason: 'r' }, 400],
    [{ level: 'global' }, 400],
    [{ level: 'global', reason: '  ' }, 400],
    [{ level: 'global', businessId: 'x', reason: 'r' }, 400],
    [{ level: 'global', feature: 'RAG_PILOTS', reason: 'r' }, 400],
    [{ level: 'global', reason: 'r', detectedAt: '2999-01-01T00:00:00Z' }, 422],
    [{ level: 'everything', reason: 'r' }, 400],
  ])('%j is answered with %i, and nothing happens', async (body, status) => {
    await world.business();
    expect((await world.call('POST', ROLLBACKS, body)).status).toBe(status);
    expect(await pilots()).toHaveLength(1);
    expect(world.edge.value).toEqual({ state: 'absent' });
  });

  it('a preview tells what it would touch and touches nothing', async () => {
    const a = await world.business();
    await world.draft(a);
    const answer = await world.call('POST', `${ROLLBACKS}/preview`, { level: 'global' });
    expect(answer).toMatchObject({
      status: 200,
      body: { affected: [a], pendingDrafts: 1, featureState: 'active', edge: 'absent' },
    });
    expect(await pilots()).toHaveLength(1);
  });
});

describe('the name behind the admin key', () => {
  it.each(['kv', 'ramp:x', 'a b', 'key:1', ''])('refuses %j', async (name) => {
    expect((await world.call('GET', ROLLBACKS, undefined, name)).status).toBe(400);
  });
});
