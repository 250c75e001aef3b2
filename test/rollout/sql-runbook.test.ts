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

/** Audit of a business since a mark, oldest first, without what may differ. */
async function auditOf(businessId: string): Promise<Record<string, unknown>[]> {
  const rows = await world.services.listAudit({ businessId, limit: 100 });
  // Ids sort to the millisecond, and two acts may share one: in the order in which they were made.
  const ids = await world.sql('SELECT "id" FROM "AuditEvent" WHERE "businessId" = $1 ORDER BY "at", "id"', [
    businessId,
  ]);
  const place = new Map(ids.map(({ id }, index) => [id, index]));
  rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  return rows.map(({ action, actor, reason, before, after, requestId }) => ({
    action,
    actor,
    reason,
    before,
    after,
    requestId,
  }));
}

const enrol = (id: string) =>
  world.sql(`INSERT INTO "PilotBusiness" ("id", "businessId", "feature", "enabledAt", "enabledBy", "notes")
    VALUES (gen_random_uuid(), '${id}', 'RAG_PILOT', NOW(), 'ops@example.com', 'by hand')`);

describe('plain SQL against pilots and businesses', () => {
  it('has the same effect on the next draft as the API', async () => {
    const id = await world.business({ enrolled: false, ragOn: false });
    expect(await world.draft(id)).toMatchObject({ reason: 'NOT_ENROLLED' });
    await enrol(id);
    expect(await world.draft(id)).toMatchObject({ reason: 'BUSINESS_OFF' });
    await world.sql(`UPDATE "Business" SET "emailRagEnabled" = true, "emailSnippetsEnabled" = true,
      "emailRagMinConfidence" = 0.8, "emailRagMaxExamples" = 2 WHERE "id" = '${id}'`);
    expect(await world.draft(id)).toMatchObject({ reason: 'ON', ragEnabled: true });
    await world.sql(`DELETE FROM "PilotBusiness" WHERE "feature" = 'RAG_PILOT'
      AND "enabledAt" >= NOW() - INTERVAL '1 hour' AND "enabledAt" < NOW() + INTERVAL '1 hour'`);
    expect(await world.draft(id)).toMatchObject({ reason: 'NOT_ENROLLED', ragEnabled: false });
  });

  it('is in the audit with login, before and after', async () => {
    const id = await world.business({ enrolled: false, ragOn: false });
    const before = await auditOf(id);
    await enrol(id);
    await world.sql(`UPDATE "Business" SET "emailRagEnabled" = true, "emailRagMaxExamples" = 2 WHERE "id" = '${id}'`);
    await world.sql(`UPDATE "Business" SET "emailRagEnabled" = true WHERE "id" = '${id}'`);
    await world.sql(`DELETE FROM "PilotBusiness" WHERE "businessId" = '${id}'`);
    expect((await auditOf(id)).slice(before.length)).toMatchObject([
      {
        action: 'pilot.enrol',
        actor: 'sql:postgres',
        before: null,
        after: { businessId: id, feature: 'RAG_PILOT', enabledBy: 'ops@example.com', notes: 'by hand' },
      },
      {
        action: 'business.update',
        actor: 'sql:postgres',
        before: { emailRagEnabled: false, emailRagMaxExamples: 3 },
        after: { emailRagEnabled: true, emailRagMaxExamples: 2 },
      },
      { action: 'pilot.remove', actor: 'sql:postgres', before: { enabledBy: 'ops@example.com' }, after: null },
    ]);
  });

  it('leaves the same audit as the API, but for who it was', async () => {
    const [bySql, byApi] = [await world.business({ enrolled: false }), await world.business({ enrolled: false })];
    await enrol(bySql);
    await world.sql(`UPDATE "Business" SET "controlShare" = 0.5 WHERE "id" = '${bySql}'`);
    await world.sql(`DELETE FROM "PilotBusiness" WHERE "businessId" = '${bySql}'`);
    const pilot = { businessId: byApi, feature: 'RAG_PILOT' };
    await world.call('POST', '/admin/api/pilots', { ...pilot, notes: 'by hand' }, 'ops@example.com');
    await world.call('PATCH', `/admin/api/businesses/${byApi}`, { controlShare: 0.5 }, 'ops@example.com');
    await world.call('DELETE', '/admin/api/pilots', pilot, 'ops@example.com');
    const alike = (rows: Record<string, unknown>[], id: string) =>
      JSON.parse(JSON.stringify(rows.slice(1)).replaceAll(id, 'B'), (key, value) =>
        ['id', 'enabledAt', 'actor', 'requestId'].includes(key) ? undefined : value,
      );
    const [sqlAudit, apiAudit] = [await auditOf(bySql), await auditOf(byApi)];
    expect(alike(sqlAudit, bySql)).toEqual(alike(apiAudit, byApi));
    expect(apiAudit.slice(1).map((row) => row.actor)).toEqual(Array(3).fill('ops@example.com'));
    expect(apiAudit.slice(1).every((row) => String(row.requestId).startsWith('req_'))).toBe(true);
  });

  it('keeps a removed business out for ramps until a person enrols it again', async () => {
    const id = await world.business();
    await world.sql(`DELETE FROM "PilotBusiness" WHERE "businessId" = '${id}'`);
    expect(await world.sql('SELECT "businessId" FROM "PilotExclusion"')).toEqual([{ businessId: id }]);
    await enrol(id);
    expect(await world.sql('SELECT "businessId" FROM "PilotExclusion"')).toEqual([]);
  });

  it('can delete a business whole', async () => {
    const id = await world.business();
    await world.sql(`DELETE FROM "Business" WHERE "id" = '${id}'`);
    expect(
      (await auditOf(id))
        .slice(-2)
        .map((row) => row.action)
        .sort(),
    ).toEqual(['business.delete', 'pilot.remove']);
  });
});

describe('the audit', () => {
  it.each([
    [`UPDATE "AuditEvent" SET "actor" = 'nobody'`],
    [`DELETE FROM "AuditEvent"`],
    [`TRUNCATE "AuditEvent"`],
    [`UPDATE "RampDecision" SET "because" = '{}'`],
    [`DELETE FROM "RampDecision"`],
    [`DELETE FROM "Rollback"`],
  ])('is append-only for the application: %s', async (statement) => {
    await world.business();
    const { sql } = await import('drizzle-orm');
    const count = async () => (await world.sql('SELECT count(*) AS n FROM "AuditEvent"'))[0]?.n;
    const before = await count();
    const { postgresError } = await import('../../src/storage/db.ts');
    const code = (error: unknown) => postgresError(error)?.code;
    const asOperator = world.services.db.operator((queries) => [queries.execute(sql.raw(statement))]);
    await expect(asOperator.catch(code)).resolves.toBe('42501');
    const asTenant = world.services.db.tenant('x', (queries) => [queries.execute(sql.raw(statement))]);
    await expect(asTenant.catch(code)).resolves.toBe('42501');
    expect(await count()).toBe(before);
  });
});
