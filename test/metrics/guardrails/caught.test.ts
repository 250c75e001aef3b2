import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCron } from '../../../src/jobs/run-cron.ts';
import type { Services } from '../../../src/services.ts';
import type { Database } from '../../../src/storage/db.ts';
import { createFakeModel, type RolloutWorld, startRolloutWorld } from '../../support/rollout-world.ts';

vi.setConfig({ testTimeout: 120_000 });

const MINUTE_MS = 60_000;
let world: RolloutWorld;
let services: Services;
let now: Date;
let slow = false;

beforeAll(async () => {
  world = await startRolloutWorld();
  const model = createFakeModel();
  services = world.servicesWith({
    clock: () => now,
    model: {
      ...model,
      embed: (texts, signal) => (slow ? Promise.resolve({ status: 'timeout' }) : model.embed(texts, signal)),
    },
    enqueueDeliveries: async () => undefined,
  });
}, 60_000);
afterAll(() => world?.close());
beforeEach(async () => {
  await world.reset();
  await world.sql(
    'TRUNCATE "GuardrailDecision", "GuardrailSetting", "Alert", "Incident", "MetricRollup", "MetricStaleHour" CASCADE',
  );
  now = new Date();
  slow = false;
});

const call = (method: string, path: string, body?: unknown) => world.callOn(services, method, path, body);
const enrolled = async () =>
  (await world.sql('SELECT "businessId" FROM "PilotBusiness" ORDER BY 1')).map((row) => row.businessId);

async function cron(times = 1): Promise<void> {
  for (let i = 0; i < times; i++) {
    now = new Date(Math.max(now.getTime() + MINUTE_MS, Date.now()));
    await runCron('* * * * *', services);
  }
}

async function drafts(businessId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const outcome = await services.generateDraft({ businessId, messageId: await world.mail(businessId) });
    if ('draft' in outcome) ids.push(outcome.draft.id);
  }
  return ids;
}

/** One act, one firing alert, one open incident, a full trail; and nothing more however often cron runs. */
async function expectOneOfEach(guardrail: string, level: string): Promise<string> {
  await cron(2);
  const decisions = (await call('GET', '/admin/api/guardrails/decisions')).body.items;
  const acts = decisions.filter((row: { action: string }) => row.action === 'roll-back');
  expect(acts).toHaveLength(1);
  expect(acts[0]).toMatchObject({ guardrail, level, outcome: { rollbackId: expect.any(String) } });
  const { rollbackId } = acts[0].outcome;
  const rollbacks = (await call('GET', '/admin/api/rollbacks')).body.items;
  expect(rollbacks).toHaveLength(1);
  expect(rollbacks[0]).toMatchObject({
    id: rollbackId,
    level,
    actor: `guardrail:${guardrail}`,
    incidentId: acts[0].incidentId,
  });
  const alerts = await world.sql(`select "key", "state" from "Alert" where "key" = $1`, [`guardrail:${acts[0].cause}`]);
  expect(alerts).toEqual([{ key: `guardrail:${acts[0].cause}`, state: 'firing' }]);
  const incidents = await world.sql(`select "id", "status" from "Incident" where "causeKey" = $1`, [acts[0].cause]);
  expect(incidents).toEqual([{ id: acts[0].incidentId, status: 'open' }]);
  const entries = await world.sql(`select distinct "kind" from "IncidentEntry" where "incidentId" = $1`, [
    acts[0].incidentId,
  ]);
  expect(entries.map((row) => row.kind)).toEqual(expect.arrayContaining(['detection', 'decision', 'act', 'alert']));
  const audit = (await call('GET', '/admin/api/audit')).body.items;
  expect(audit.some((item: { actor: string }) => item.actor === `guardrail:${guardrail}`)).toBe(true);
  return rollbackId;
}

describe('what goes wrong is caught by the next two runs of cron', () => {
  it('retrieval that begins to time out at one business', async () => {
    const [bad, good] = [await world.business(), await world.business()];
    await drafts(good, 8);
    await drafts(bad, 2);
    await cron();
    expect(await enrolled()).toEqual([bad, good].sort());
    slow = true;
    await drafts(bad, 12);
    await cron(2);
    expect(await enrolled()).toEqual([good]);
    await expectOneOfEach('retrieval-timeouts-emergency', 'business');
    slow = false;
    expect(await world.draft(bad)).toMatchObject({ ragEnabled: false });
    expect(await world.draft(good)).toMatchObject({ ragEnabled: true });
  });

  it('reviewers who begin to discard, at all businesses of a ramp', async () => {
    const ids = [await world.business({ enrolled: false }), await world.business({ enrolled: false })];
    const made = await call('POST', '/admin/api/ramps', {
      businesses: { pilot: ids },
      plan: [
        {
          name: 'pilot',
          who: { kind: 'named', atLeast: 2, atMost: 2, businesses: [] },
          rag: true,
          holdHours: 48,
          leave: [],
          securityCheck: false,
        },
      ],
    });
    expect(made.status).toBe(201);
    await cron();
    expect(await enrolled()).toEqual([...ids].sort());
    for (const id of ids) {
      await call('PATCH', `/admin/api/businesses/${id}`, { controlShare: 0.5 });
      for (const draftId of await drafts(id, 70)) {
        const { body } = await call('GET', `/v1/drafts/${draftId}`);
        await world.sql(`update "DraftEvent" set "at" = "at" - interval '1 minute' where "draftId" = $1`, [draftId]);
        await (body.rag.arm === 'rag'
          ? call('POST', `/v1/drafts/${draftId}/discard`, { reason: 'wrong' })
          : call('POST', `/v1/drafts/${draftId}/approve`));
      }
    }
    await cron(2);
    expect(await enrolled()).toEqual([]);
    await expectOneOfEach('approval-drop-emergency', 'cohort');
    expect((await call('GET', `/admin/api/ramps/${made.body.id}`)).body.status).toBe('rolled-back');
  });

  it('records that begin to fail their tool’s schema', async () => {
    const businessId = await world.business();
    await world.sql(
      `insert into "Order" ("businessId", "orderNumber", "customerEmail", "status", "placedAt", "currency", "total", "items", "shipments")
       values ($1, 'A-1001', 'kim@example.com', 'shipped', now(), 'EUR', 10, '"not a list"'::jsonb, '[]'::jsonb)`,
      [businessId],
    );
    for (let i = 0; i < 12; i++) {
      await services.receiveMessages(businessId, [
        {
          messageId: `<order-${i}@example.com>`,
          direction: 'INBOUND',
          from: { address: 'kim@example.com' },
          to: [{ address: 'shop@example.org' }],
          cc: [],
          replyTo: [],
          subject: 'My order',
          text: 'Hello, where is my order A-1001? Kim',
          headers: {},
          sentAt: new Date(),
        },
      ]);
      await services.generateDraft({ businessId, messageId: `<order-${i}@example.com>` });
    }
    await cron(2);
    expect(await enrolled()).toEqual([]);
    await expectOneOfEach('tool-validation-emergency', 'business');
  });

  it('a model that lies, where a reviewer sees it and the re-check agrees: on the report itself', async () => {
    const businessId = await world.business();
    const [draftId = ''] = await drafts(businessId, 1);
    await world.sql(
      `update "Draft" set "content" = jsonb_set("content", '{body}', '"Your refund of 250.00 EUR was sent on 3 March 2026."') where "id" = $1`,
      [draftId],
    );
    const report = await call('POST', `/v1/drafts/${draftId}/report`, { kind: 'wrong_fact' });
    expect(report.status).toBe(200);
    expect(await enrolled()).toEqual([]);
    await expectOneOfEach('hallucination', 'business');
    expect((await call('GET', '/admin/api/metrics/rag-pilot')).body.hallucinationCount).toMatchObject({ value: 1 });
  });

  it('a model that lies, found by the nightly re-check', async () => {
    const businessId = await world.business();
    const [draftId = ''] = await drafts(businessId, 1);
    await world.sql(
      `update "Draft" set "content" = jsonb_set("content", '{body}', '"Your card 4111 1111 1111 1111 was charged 99.00 EUR."') where "id" = $1`,
      [draftId],
    );
    await services.recheckDrafts(null);
    expect(await enrolled()).toEqual([]);
    const rollbacks = (await call('GET', '/admin/api/rollbacks')).body.items;
    expect(rollbacks).toHaveLength(1);
    await services.recheckDrafts(null);
    await cron();
    expect((await call('GET', '/admin/api/rollbacks')).body.items).toHaveLength(1);
    const report = (await call('GET', '/admin/api/metrics/rag-pilot')).body;
    expect(report.counters).toMatchObject({ hallucinations: 1, securityIncidents: 1 });
  });
});

const wrongFact = (draftId: string) =>
  world.sql(
    `update "Draft" set "content" = jsonb_set("content", '{body}', '"Your refund of 250.00 EUR was sent on 3 March 2026."') where "id" = $1`,
    [draftId],
  );
const wrongDraft = async (businessId: string) => {
  const [draftId = ''] = await drafts(businessId, 1);
  await wrongFact(draftId);
  return call('POST', `/v1/drafts/${draftId}/report`, { kind: 'wrong_fact' });
};
/** A ramp whose only step enrols these. */
async function rampOf(ids: string[], rag = true): Promise<string> {
  const who = { kind: 'named', atLeast: ids.length, atMost: ids.length, businesses: ids };
  const plan = [{ name: 'pilot', who, rag, holdHours: 48, leave: [], securityCheck: false }];
  const made = await call('POST', '/admin/api/ramps', { plan });
  expect(made.status).toBe(201);
  await cron();
  return made.body.id;
}

describe('who is taken out', () => {
  it('everybody, where a ramp runs that has enrolled nobody and no single business shows the harm', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => world.business()));
    await rampOf([await world.business({ enrolled: false })], false);
    slow = true;
    for (const id of ids) await drafts(id, 2);
    await cron(2);
    expect(await enrolled()).toEqual([]);
    const acts = (await call('GET', '/admin/api/guardrails/decisions')).body.items.filter(
      (row: { action: string }) => row.action === 'roll-back',
    );
    expect(acts).toMatchObject([{ level: 'global', businessIds: [...ids].sort() }]);
  });

  it('the ramp’s businesses and nobody else, where a second of them gets a wrong fact within a day', async () => {
    const outsider = await world.business();
    const ids = await Promise.all(Array.from({ length: 3 }, () => world.business({ enrolled: false })));
    await rampOf(ids);
    for (const id of ids) await call('PATCH', `/admin/api/businesses/${id}`, { controlShare: 0 });
    await wrongDraft(ids[0] ?? '');
    expect(await enrolled()).toEqual([outsider, ...ids.slice(1)].sort());
    await wrongDraft(ids[1] ?? '');
    expect(await enrolled()).toEqual([outsider]);
    const rollbacks = (await call('GET', '/admin/api/rollbacks')).body.items;
    expect(rollbacks.map((row: { level: string }) => row.level).sort()).toEqual(['business', 'cohort']);
  });

  it('one business, where the other that had a wrong fact today has been restored since', async () => {
    const [one, two, three] = [await world.business(), await world.business(), await world.business()];
    await wrongDraft(one);
    const [first] = (await call('GET', '/admin/api/rollbacks')).body.items;
    expect((await call('POST', `/admin/api/rollbacks/${first.id}/restore`, { reason: 'mended' })).status).toBe(200);
    await wrongDraft(two);
    expect(await enrolled()).toEqual([one, three].sort());
  });
});

describe('a row whose time an operator has typed wrong', () => {
  it.each(['infinity', '-infinity', '0044-03-15 00:00:00 BC', '2999-01-01'])(
    '%s: what goes wrong is seen all the same, there and elsewhere',
    async (enabledAt) => {
      const [typed, other] = [await world.business(), await world.business()];
      await world.sql(`update "PilotBusiness" set "enabledAt" = $1 where "businessId" = $2`, [enabledAt, typed]);
      slow = true;
      await drafts(typed, 12);
      await drafts(other, 12);
      await cron(2);
      expect(await enrolled()).toEqual([]);
    },
  );
});

describe('many findings of one business', () => {
  it('are one incident and one alert, with a line for each', async () => {
    const businessId = await world.business();
    const ids = await drafts(businessId, 5);
    for (const id of ids) await wrongFact(id);
    await services.recheckDrafts(null);
    const later = await drafts(businessId, 1);
    await world.sql(
      `update "Draft" set "ragEnabled" = true, "content" = jsonb_set("content", '{rag,arm}', '"rag"') where "id" = $1`,
      later,
    );
    await wrongFact(later[0] ?? '');
    await services.recheckDrafts(null);
    await cron();
    const incidents = await world.sql(`select "id", "severity" from "Incident"`);
    expect(incidents).toMatchObject([{ severity: 'critical' }]);
    const lines = await world.sql(`select 1 from "IncidentEntry" where "kind" = 'decision'`);
    expect(lines).toHaveLength(6);
    expect(await world.sql(`select 1 from "Alert" where "state" = 'firing'`)).toHaveLength(1);
    expect((await call('GET', '/admin/api/rollbacks')).body.items).toHaveLength(1);
    await call('POST', `/admin/api/incidents/${incidents[0]?.id}/close`, { reason: 'done' });
    await cron();
    expect(await world.sql(`select 1 from "Alert" where "state" = 'firing'`)).toHaveLength(0);
  });

  it('that were drafted before a restore after the same guardrail roll nothing back again, nor does the ramp', async () => {
    const ids = [await world.business({ enrolled: false }), await world.business({ enrolled: false })];
    const rampId = await rampOf(ids);
    for (const id of ids) await call('PATCH', `/admin/api/businesses/${id}`, { controlShare: 0 });
    const [businessId = ''] = ids;
    const old = await drafts(businessId, 2);
    await wrongDraft(businessId);
    await cron();
    const [first] = (await call('GET', '/admin/api/rollbacks')).body.items;
    expect(first).toMatchObject({ level: 'business', affected: [businessId] });
    expect((await call('POST', `/admin/api/rollbacks/${first.id}/restore`, { reason: 'mended' })).status).toBe(200);
    for (const id of old) await wrongFact(id);
    await services.recheckDrafts(null);
    await cron(2);
    expect(await enrolled()).toEqual([...ids].sort());
    expect((await call('GET', `/admin/api/ramps/${rampId}`)).body.status).not.toBe('rolled-back');
    const actions = (await call('GET', '/admin/api/guardrails/decisions')).body.items.map(
      (row: { action: string }) => row.action,
    );
    expect(actions.sort()).toEqual(['report', 'report', 'roll-back']);
    await wrongDraft(businessId);
    expect(await enrolled()).toEqual([ids[1]]);
  });

  it('are a new incident once it was restored', async () => {
    const businessId = await world.business();
    await wrongDraft(businessId);
    const [first] = (await call('GET', '/admin/api/rollbacks')).body.items;
    await call('POST', `/admin/api/rollbacks/${first.id}/restore`, { reason: 'mended' });
    await wrongDraft(businessId);
    expect(await enrolled()).toEqual([]);
    expect(await world.sql(`select 1 from "Incident" where "status" = 'open'`)).toHaveLength(2);
  });
});

describe('what nobody can confirm', () => {
  it('turns RAG off for that business until a person switches it on, once per report', async () => {
    const businessId = await world.business();
    const [draftId = ''] = await drafts(businessId, 1);
    await call('POST', `/v1/drafts/${draftId}/report`, { kind: 'wrong_fact', note: 'this cannot be right' });
    expect(await world.draft(businessId)).toMatchObject({ ragEnabled: false, reason: 'BUSINESS_OFF' });
    expect(await enrolled()).toEqual([businessId]);
    await call('PATCH', `/admin/api/businesses/${businessId}`, { emailRagEnabled: true });
    await cron(2);
    expect(await world.draft(businessId)).toMatchObject({ ragEnabled: true });
  });

  it('is no fine guardrail while its incident is open', async () => {
    const businessId = await world.business();
    const stateOf = async () =>
      (await call('GET', '/admin/api/guardrails')).body.items.find(
        ({ name }: { name: string }) => name === 'unconfirmed-report',
      );
    expect(await stateOf()).toMatchObject({ status: 'fine', harmed: [] });
    const [draftId = ''] = await drafts(businessId, 1);
    await call('POST', `/v1/drafts/${draftId}/report`, { kind: 'wrong_fact', note: 'this cannot be right' });
    expect(await stateOf()).toMatchObject({ status: 'harmful', harmed: [businessId] });
    const [incident] = (await call('GET', '/admin/api/incidents')).body.items;
    await call('POST', `/admin/api/incidents/${incident.id}/close`, { reason: 'looked at' });
    expect(await stateOf()).toMatchObject({ status: 'fine', harmed: [] });
  });
});

describe('a guardrail that a person has switched off', () => {
  it('decides and tells, does nothing, and is an alert itself', async () => {
    const businessId = await world.business();
    expect((await call('PATCH', '/admin/api/guardrails/hallucination', { automatic: false })).status).toBe(400);
    expect((await call('PATCH', '/admin/api/guardrails/nothing', { automatic: false, reason: 'x' })).status).toBe(404);
    const off = await call('PATCH', '/admin/api/guardrails/hallucination', {
      automatic: false,
      reason: 'false alarms',
    });
    expect(off.body).toMatchObject({ automatic: false, setting: { reason: 'false alarms' } });
    const [draftId = ''] = await drafts(businessId, 1);
    await world.sql(
      `update "Draft" set "content" = jsonb_set("content", '{body}', '"Your refund of 250.00 EUR was sent."') where "id" = $1`,
      [draftId],
    );
    await call('POST', `/v1/drafts/${draftId}/report`, { kind: 'wrong_fact' });
    await cron();
    expect(await enrolled()).toEqual([businessId]);
    const [decision] = (await call('GET', '/admin/api/guardrails/decisions')).body.items;
    expect(decision).toMatchObject({
      guardrail: 'hallucination',
      outcome: { skipped: expect.stringContaining('false alarms') },
    });
    const keys = (await world.sql(`select "key" from "Alert" where "state" = 'firing' order by 1`)).map(
      (row) => row.key,
    );
    expect(keys).toEqual([`guardrail-off:hallucination`, `guardrail:${decision.cause}`]);
    await call('PATCH', '/admin/api/guardrails/hallucination', { automatic: true, reason: 'mended' });
    await cron();
    const later = (await world.sql(`select "key" from "Alert" where "state" = 'firing'`)).map((row) => row.key);
    expect(later).toEqual([`guardrail:${decision.cause}`]);
  });
});

describe('a run that dies after it has decided', () => {
  const left = (id: string, action: string, level: string, businessIds: string[], inputs = {}) =>
    world.sql(
      `insert into "GuardrailDecision" ("id", "cause", "guardrail", "feature", "tier", "action", "level", "businessIds", "because", "inputs", "at")
       values ($1, $1, 'hallucination', 'RAG_PILOT', 'emergency', $2, $3, $4, array['it died'], $5, now() - interval '2 minutes')`,
      [id, action, level, `{${businessIds.join()}}`, JSON.stringify(inputs)],
    );

  it('about a business that is gone is over', async () => {
    await left('grd_gone', 'roll-back', 'business', ['gone']);
    await cron();
    const [decision] = (await call('GET', '/admin/api/guardrails/decisions')).body.items;
    expect(decision).toMatchObject({ doneAt: expect.any(String), outcome: { gone: expect.any(String) } });
  });

  it('pauses a ramp also where it changed just then', async () => {
    const rampId = await rampOf([await world.business({ enrolled: false })]);
    await left('grd_pause', 'pause', 'cohort', [], { rampId });
    let raced = false;
    const db: Database = {
      ...services.db,
      operator: async (build, options) => {
        const results = await services.db.operator(build, options);
        const [rows] = results as unknown[];
        if (!raced && results.length === 1 && Array.isArray(rows) && rows[0]?.id === rampId) {
          raced = true;
          await world.sql('update "Ramp" set "version" = "version" + 1');
        }
        return results;
      },
    };
    const racing = world.servicesWith({ clock: () => now, enqueueDeliveries: async () => undefined, db });
    await racing.runGuardrails();
    expect(raced).toBe(true);
    await racing.runGuardrails();
    expect((await call('GET', `/admin/api/ramps/${rampId}`)).body.paused).toMatchObject({
      by: 'guardrail:hallucination',
    });
  });

  it('is finished by a later one', async () => {
    const businessId = await world.business();
    await world.sql(
      `insert into "GuardrailDecision" ("id", "cause", "guardrail", "feature", "tier", "action", "level", "businessIds", "because", "inputs", "at")
       values ('grd_left', 'left', 'hallucination', 'RAG_PILOT', 'emergency', 'roll-back', 'business', array[$1], array['it died'], '{}', now() - interval '2 minutes')`,
      [businessId],
    );
    await cron();
    expect(await enrolled()).toEqual([]);
    await cron();
    expect((await call('GET', '/admin/api/rollbacks')).body.items).toHaveLength(1);
  });
});
