import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RampMetrics } from '../../src/rollout/ramp-metrics.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

const FEATURE = 'RAG_PILOT';
const act = (actor: string) => ({ actor, requestId: 'req_test' });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let world: RolloutWorld;
beforeAll(async () => {
  world = await startRolloutWorld();
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.reset());

const rollBack = {
  global: () => world.services.rollBack({ feature: FEATURE, target: { level: 'global' }, reason: 'global' }, act('g')),
  business: (businessId: string) =>
    world.services.rollBack({ feature: FEATURE, target: { level: 'business', businessId }, reason: 'one' }, act('b')),
  cohort: () =>
    world.services.rollBack(
      {
        feature: FEATURE,
        target: { level: 'cohort', from: new Date('2020-01-01'), to: new Date('2100-01-01') },
        reason: 'cohort',
      },
      act('c'),
    ),
};

const pilots = () => world.sql('SELECT * FROM "PilotBusiness" ORDER BY "id"');

/** A session of its own that stands still where it is told to. */
async function session(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: world.ownerUrl });
  await client.connect();
  return client;
}

async function settled(work: Promise<unknown>, ms: number): Promise<boolean> {
  return Promise.race([work.then(() => true), pause(ms).then(() => false)]);
}

describe('drafts in flight', () => {
  it.each([0, 150, 300, 450, 600])(
    '50 of them at the moment of a global rollback (%i ms into 600 ms of commits), KV still on: none with RAG is left to approve',
    async (delayMs) => {
      const ids = await Promise.all(Array.from({ length: 5 }, () => world.business()));
      const mails = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const businessId = ids[index % ids.length] ?? '';
          return { businessId, messageId: await world.mail(businessId) };
        }),
      );
      world.edge.stuckAt = { state: 'absent' };
      world.model.waiting = 0;
      world.model.spreadMs = 600;
      let open: () => void = () => undefined;
      world.model.gate = new Promise((resolve) => {
        open = resolve;
      });
      const drafts = mails.map(({ businessId, messageId }) => world.draft(businessId, messageId));
      while (world.model.waiting < 50) await pause(5);
      open();
      await pause(delayMs);
      const outcome = await rollBack.global();
      const at = new Date();
      const made = await Promise.all(drafts);

      if (outcome.status === 'unfinished') throw new Error('unfinished');
      const rows = await world.sql(
        'SELECT "status", "ragEnabled", "content"->\'rag\'->>\'reason\' AS reason FROM "Draft"',
      );
      expect(rows).toHaveLength(50);
      const withRag = rows.filter((row) => row.ragEnabled === 't');
      expect(withRag.every((row) => row.status === 'QUARANTINED')).toBe(true);
      expect(withRag).toHaveLength(outcome.row.quarantinedDrafts);
      expect(rows.filter((row) => row.status === 'READY').every((row) => row.ragEnabled === 'f')).toBe(true);
      expect(made).toHaveLength(50);
      const { lastOldDraftAt, writtenAt } = outcome.row;
      if (lastOldDraftAt !== null) expect(lastOldDraftAt.getTime()).toBeLessThanOrEqual(writtenAt.getTime());
      expect(writtenAt.getTime()).toBeLessThanOrEqual(at.getTime() + 50);
    },
  );

  it('a rollback waits for a commit in flight and then quarantines its draft', async () => {
    const businessId = await world.business();
    const draft = await world.draft(businessId);
    await world.sql(`UPDATE "Draft" SET "status" = 'DRAFTING', "ragEnabled" = false WHERE "id" = '${draft.id}'`);
    const commit = await session();
    await commit.query('BEGIN');
    await commit.query(`SELECT 1 FROM "PilotBusiness" WHERE "businessId" = '${businessId}' FOR KEY SHARE`);
    await commit.query(`SELECT 1 FROM "Business" WHERE "id" = '${businessId}' FOR SHARE`);
    await commit.query(`UPDATE "Draft" SET "status" = 'READY', "ragEnabled" = true WHERE "id" = '${draft.id}'`);
    const rollback = rollBack.cohort();
    expect(await settled(rollback, 400)).toBe(false);
    await commit.query('COMMIT');
    expect(await rollback).toMatchObject({ row: { quarantinedDrafts: 1 } });
    await commit.end();
    expect(await world.services.findDraft(businessId, draft.id)).toMatchObject({ status: 'QUARANTINED' });
  });

  it('a commit waits for a rollback in flight and then makes its draft without RAG', async () => {
    const businessId = await world.business();
    const operator = await session();
    await operator.query('BEGIN');
    await operator.query(`DELETE FROM "PilotBusiness" WHERE "businessId" = '${businessId}'`);
    const draft = world.draft(businessId);
    expect(await settled(draft, 400)).toBe(false);
    await operator.query('COMMIT');
    await operator.end();
    expect(await draft).toMatchObject({ ragEnabled: false, status: 'READY' });
  });

  it('a rollback of one business holds up nobody else’s drafts', async () => {
    const [mine, theirs] = [await world.business(), await world.business()];
    const commit = await session();
    await commit.query('BEGIN');
    await commit.query(`SELECT 1 FROM "PilotBusiness" WHERE "businessId" = '${mine}' FOR KEY SHARE`);
    const rollback = rollBack.business(mine);
    expect(await settled(rollback, 200)).toBe(false);
    expect(await world.draft(theirs)).toMatchObject({ ragEnabled: true, status: 'READY' });
    await commit.query('COMMIT');
    await commit.end();
    expect(await rollback).toMatchObject({ status: 'made' });
  });

  it('a draft that is being made anew during a rollback ends ready, without RAG', async () => {
    const businessId = await world.business();
    const draft = await world.draft(businessId);
    let open: () => void = () => undefined;
    world.model.waiting = 0;
    world.model.gate = new Promise((resolve) => {
      open = resolve;
    });
    const again = world.services.regenerateDraft({ businessId, draftId: draft.id });
    while (world.model.waiting === 0) await pause(5);
    await rollBack.business(businessId);
    open();
    expect(await again).toMatchObject({ draft: { status: 'READY', ragEnabled: false, version: 2 } });
  });
});

describe('rollbacks at the same time', () => {
  it('end with every row taken once, one global rollback, and no deadlock', async () => {
    for (let round = 0; round < 8; round++) {
      await world.reset();
      const ids = await Promise.all(Array.from({ length: 6 }, () => world.business()));
      const before = await pilots();
      const all = [
        ...ids.slice(0, 3).map((id) => () => rollBack.business(id)),
        rollBack.cohort,
        rollBack.cohort,
        rollBack.global,
        rollBack.global,
        rollBack.global,
      ];
      const outcomes = await Promise.all(all.sort(() => Math.random() - 0.5).map((start) => start()));
      expect(outcomes.every((outcome) => outcome.status !== 'unfinished')).toBe(true);
      expect(await pilots()).toEqual([]);
      const taken = await world.sql(
        `SELECT row ->> 'id' AS id FROM "Rollback", jsonb_array_elements("restorePoint" -> 'rows') row ORDER BY 1`,
      );
      expect(taken.map((row) => row.id)).toEqual(before.map((row) => row.id));
      expect(await world.sql(`SELECT 1 FROM "Rollback" WHERE "level" = 'global'`)).toHaveLength(1);
      expect(await world.sql(`SELECT "state" FROM "Feature"`)).toEqual([{ state: 'killed' }]);
    }
  });
});

describe('cron that sees the switch of a rollback that still waits for a commit', () => {
  it('adds nothing to it: its numbers stand, and the audit has it once', async () => {
    const businessId = await world.business();
    await world.draft(businessId);
    const commit = await session();
    await commit.query('BEGIN');
    await commit.query(`SELECT 1 FROM "PilotBusiness" WHERE "businessId" = '${businessId}' FOR KEY SHARE`);
    const asked = rollBack.global();
    while (world.edge.value.state !== 'off') await pause(5);
    await pause(200);
    const cron = world.services.reconcileEdge();
    await pause(200);
    await commit.query('COMMIT');
    await commit.end();
    const outcome = await asked;
    if (outcome.status === 'unfinished') throw new Error('unfinished');
    await cron;
    const rows = await world.sql('SELECT "id", "quarantinedDrafts"::text AS drafts FROM "Rollback"');
    expect(rows).toEqual([{ id: outcome.row.id, drafts: '1' }]);
    expect(
      await world.sql(
        `SELECT 1 FROM "AuditEvent" WHERE "action" = 'rollback' AND "after" ->> 'id' = '${outcome.row.id}'`,
      ),
    ).toHaveLength(1);
  });
});

describe('a restore and a rollback at the same time', () => {
  it('of one business: it stays out, whichever came first', async () => {
    for (let round = 0; round < 8; round++) {
      await world.reset();
      const [one, other] = [await world.business(), await world.business()];
      const made = await rollBack.global();
      if (made.status === 'unfinished') throw new Error('unfinished');
      const { id } = made.row;
      await world.services.restoreRollback({ id, reason: null }, act('ada'));
      const [restore, again] = await Promise.all([
        world.services.confirmRestore({ id, reason: null }, act('bob')),
        pause(Math.random() * 8).then(() => rollBack.business(one)),
      ]);
      expect(restore.status).toBe('restored');
      expect((await pilots()).map((row) => row.businessId)).toEqual([other]);
      expect(await world.services.findBusiness(one)).toMatchObject({ emailRagEnabled: false });
      if (again.status === 'unfinished') throw new Error('unfinished');
      await world.services.restoreRollback({ id: again.row.id, reason: null }, act('ada'));
      expect((await pilots()).map((row) => row.businessId).sort()).toEqual([one, other].sort());
      expect(await world.services.findBusiness(one)).toMatchObject({ emailRagEnabled: true });
    }
  });

  it('of everybody: everybody stays out, in Postgres and in KV', async () => {
    for (let round = 0; round < 8; round++) {
      await world.reset();
      await world.business();
      const made = await rollBack.global();
      if (made.status === 'unfinished') throw new Error('unfinished');
      const { id } = made.row;
      await world.services.restoreRollback({ id, reason: null }, act('ada'));
      await Promise.all([
        world.services.confirmRestore({ id, reason: null }, act('bob')).catch(() => 'refused'),
        pause(Math.random() * 8).then(() => rollBack.global()),
      ]);
      await world.services.reconcileEdge();
      expect(await pilots()).toEqual([]);
      expect(await world.sql(`SELECT "state" FROM "Feature"`)).toEqual([{ state: 'killed' }]);
      expect(world.edge.value.state).toBe('off');
    }
  });

  it('two confirmations bring the rows back once', async () => {
    await world.business();
    const before = await pilots();
    const made = await rollBack.global();
    if (made.status === 'unfinished') throw new Error('unfinished');
    const { id } = made.row;
    await world.services.restoreRollback({ id, reason: null }, act('ada'));
    const confirm = (who: string) => world.services.confirmRestore({ id, reason: null }, act(who));
    const both = await Promise.all([confirm('bob'), confirm('eve')]);
    expect(both).toMatchObject([{ status: 'restored' }, { status: 'restored' }]);
    expect(await pilots()).toEqual(before);
    expect(
      await world.sql(`SELECT 1 FROM "AuditEvent" WHERE "action" = 'rollback.restore' AND "after" ->> 'id' = '${id}'`),
    ).toHaveLength(1);
  });
});

describe('a ramp step and a rollback at the same time', () => {
  const metrics: RampMetrics = {
    read: async () => ({
      status: 'ok',
      at: new Date(),
      metrics: { approvalRate: { value: 0.9, samples: 500 } },
      hallucinations: 0,
      securityIncidents: 0,
      guardrail: { tier: 'none', because: [] },
      sampleRatio: 'ok',
    }),
    readBackfills: async () => ({ status: 'ok', missing: [] }),
  };
  const plan = [
    {
      name: 'half',
      who: { kind: 'share' as const, percent: 50 },
      rag: true,
      holdHours: 1,
      leave: [{ metric: 'approvalRate' as const, is: 'above' as const, limit: 0.7, samples: 30 }],
      securityCheck: false,
    },
  ];

  it.each(['global', 'cohort', 'business'] as const)('%s: the ramp brings back nobody', async (level) => {
    const services = world.servicesWith({ rampMetrics: metrics });
    for (let round = 0; round < 6; round++) {
      await world.reset();
      const ids = await Promise.all(Array.from({ length: 8 }, () => world.business({ enrolled: false })));
      const ramp = await services.createRamp({ feature: FEATURE, businesses: {}, plan }, act('ada'));
      await services.runRamps();
      expect(await pilots()).toHaveLength(4);
      await Promise.all(Array.from({ length: 4 }, () => world.business({ enrolled: false })));
      const target = (await pilots())[0]?.businessId ?? '';
      const [steps] = await Promise.all([
        services.runRamps(),
        pause(Math.random() * 10).then(() => (level === 'business' ? rollBack.business(target) : rollBack[level]())),
        services.runRamps(),
      ]);
      await services.runRamps();
      expect(steps.ramps).toBe(1);
      const rows = (await pilots()).map((row) => row.businessId);
      const out = (await world.sql('SELECT "businessId" FROM "PilotExclusion"')).map((row) => row.businessId);
      expect(rows.filter((id) => out.includes(id))).toEqual([]);
      const [state] = await world.sql(`SELECT "status" FROM "Ramp" WHERE "id" = '${ramp.id}'`);
      if (level === 'business') {
        expect(rows).not.toContain(target);
        expect(rows).toHaveLength(6);
        expect(state?.status).toBe('running');
      } else {
        expect(rows).toEqual([]);
        expect(state?.status).toBe('rolled-back');
      }
      expect(ids).toHaveLength(8);
    }
  });

  it('gives way to an operator who takes out by SQL whom it is about to enrol', async () => {
    const services = world.servicesWith({ rampMetrics: metrics });
    const only = await world.business({ enrolled: false });
    await services.createRamp({ feature: FEATURE, businesses: {}, plan }, act('ada'));
    const operator = await session();
    await operator.query('BEGIN');
    await operator.query(`INSERT INTO "PilotBusiness" ("id", "businessId", "feature", "enabledBy")
      VALUES (gen_random_uuid(), '${only}', '${FEATURE}', 'ops')`);
    const step = services.runRamps();
    expect(await settled(step, 300)).toBe(false);
    await operator.query(`DELETE FROM "PilotBusiness" WHERE "businessId" = '${only}'`);
    await operator.query('COMMIT');
    await operator.end();
    expect(await step).toMatchObject({ failed: 1 });
    expect(await pilots()).toEqual([]);
    expect(await services.runRamps()).toMatchObject({ failed: 0, actions: ['start'] });
    expect(await pilots()).toEqual([]);
  });
});
