import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCron } from '../../../src/jobs/run-cron.ts';
import { RAG_FEATURE } from '../../../src/rollout/decide.ts';
import { type RolloutWorld, startRolloutWorld } from '../../support/rollout-world.ts';

vi.setConfig({ testTimeout: 30_000 });
let world: RolloutWorld;

beforeAll(async () => {
  world = await startRolloutWorld();
}, 60_000);
afterAll(() => world?.close());
beforeEach(async () => {
  await world.reset();
  await world.sql(`truncate "AuditEvent"`);
});

const titles = async () => {
  const rows = await world.sql(`select "title" from "Alert" where "state" = 'announced' order by "id"`);
  return rows.map(({ title }) => title);
};
const details = async () => {
  const rows = await world.sql(`select "detail" from "Alert" where "state" = 'announced' order by "id"`);
  return rows.map(({ detail }) => detail);
};

async function rollBack(body: Record<string, unknown>, person?: string) {
  const { status, body: made } = await world.call(
    'POST',
    '/admin/api/rollbacks',
    { feature: RAG_FEATURE, ...body },
    person,
  );
  expect(status).toBe(201);
  return made.id as string;
}

describe('announcements', () => {
  it('tells of a rollback and its restore once, however often cron runs and however much at once', async () => {
    const businessId = await world.business();
    const id = await rollBack(
      { level: 'business', businessId, reason: 'wrong amounts, says ada@customer.example' },
      'nina',
    );
    await Promise.all([world.services.announceActs(), world.services.announceActs()]);
    expect(await world.services.announceActs()).toEqual({ announced: 0 });
    expect(await titles()).toEqual(['RAG rolled back for one business']);
    expect(await details()).toEqual(['By nina: wrong amounts, says [email]. Businesses: 1. Drafts set aside: 0.']);
    await world.call('POST', `/admin/api/rollbacks/${id}/restore`, { reason: 'mended' }, 'otto');
    expect(await world.services.announceActs()).toEqual({ announced: 1 });
    expect((await titles()).at(-1)).toBe('Rollback restored');
  });

  it('tells of a rollback by KV', async () => {
    await world.business();
    world.edge.value = { state: 'off', reason: 'retrieval misbehaves', by: 'otto', at: new Date() };
    await runCron('* * * * *', world.services);
    expect(await titles()).toEqual(['RAG rolled back globally']);
    expect(await details()).toEqual([expect.stringContaining('By kv: retrieval misbehaves.')]);
  });

  it('tells of both halves of the restore of a global rollback', async () => {
    await world.business();
    const id = await rollBack({ level: 'global', reason: 'drill' }, 'nina');
    await world.call('POST', `/admin/api/rollbacks/${id}/restore`, { reason: 'over' }, 'nina');
    await world.call('POST', `/admin/api/rollbacks/${id}/restore/confirm`, { reason: 'over' }, 'otto');
    await world.services.announceActs();
    expect(await titles()).toEqual([
      'RAG rolled back globally',
      'Restore of a global rollback asked for',
      'Rollback restored',
    ]);
  });

  it('tells of every step of a ramp, with the step by its name', async () => {
    const businessId = await world.business({ enrolled: false });
    const made = await world.call('POST', '/admin/api/ramps', {
      feature: RAG_FEATURE,
      businesses: { baseline: [businessId] },
    });
    const { id } = made.body;
    await world.services.runRamps();
    await world.call('POST', `/admin/api/ramps/${id}/pause`, { reason: 'a holiday' }, 'nina');
    await world.call('POST', `/admin/api/ramps/${id}/resume`, {}, 'nina');
    await world.call('POST', `/admin/api/ramps/${id}/abort`, { reason: 'enough' }, 'nina');
    await world.services.announceActs();
    expect(await titles()).toEqual([
      'Ramp made',
      'Ramp started: step baseline',
      'Ramp paused: step baseline',
      'Ramp resumed: step baseline',
      'Ramp aborted: step baseline',
    ]);
    expect(await world.services.announceActs()).toEqual({ announced: 0 });
  });

  it('tells once of what one statement of plain SQL did to many, and of the ramp that it stopped', async () => {
    const businessId = await world.business({ enrolled: false });
    await Promise.all([world.business(), world.business(), world.business()]);
    await world.call('POST', '/admin/api/ramps', { feature: RAG_FEATURE, businesses: { baseline: [businessId] } });
    await world.services.announceActs();
    await world.sql(`delete from "PilotBusiness" where "feature" = '${RAG_FEATURE}'`);
    await world.services.announceActs();
    expect(await titles()).toEqual(['Ramp made', 'RAG changed by SQL', expect.stringMatching(/^Ramp rolled back/)]);
    expect((await details())[1]).toMatch(/^By sql:\w+\. Rows of pilot changed: 3\.$/);
  });

  it('tells of flags that plain SQL takes away, and not of other columns', async () => {
    const businessId = await world.business();
    await world.sql(`update "Business" set "name" = 'Other' where "id" = '${businessId}'`);
    expect(await world.services.announceActs()).toEqual({ announced: 0 });
    await world.sql(`update "Business" set "emailRagEnabled" = false where "id" = '${businessId}'`);
    expect(await world.services.announceActs()).toEqual({ announced: 1 });
  });

  it('leaves alone what people do to pilots and businesses over the API: that is no rollback', async () => {
    const businessId = await world.business();
    await world.call('DELETE', `/admin/api/pilots?businessId=${businessId}&feature=${RAG_FEATURE}`);
    expect(await world.services.announceActs()).toEqual({ announced: 0 });
  });

  it('fills the timeline of the incident that a rollback by hand names, and that of its restore', async () => {
    const businessId = await world.business();
    const incident = await world.services.openIncident({
      causeKey: 'report:1',
      severity: 'critical',
      title: 'A reviewer reports a wrong amount',
      businessId,
      feature: RAG_FEATURE,
      detectedAt: new Date(Date.now() - 120_000),
      data: {},
    });
    const id = await rollBack(
      {
        level: 'business',
        businessId,
        reason: 'wrong amounts',
        incidentId: incident.id,
        detectedAt: new Date(Date.now() - 60_000).toISOString(),
      },
      'nina',
    );
    await world.services.announceActs();
    await world.call('POST', `/admin/api/rollbacks/${id}/restore`, { reason: 'mended' }, 'otto');
    await world.services.announceActs();
    const { body } = await world.call('GET', `/admin/api/incidents/${incident.id}`);
    // biome-ignore lint/suspicious/noExplicitAny: an answer
    expect(body.timeline.map(({ kind, text }: any) => `${kind}: ${text}`)).toEqual([
      'detection: A reviewer reports a wrong amount',
      'detection: Detected, as the rollback says',
      'decision: nina decided to roll back: wrong amounts',
      'act: RAG rolled back for one business. Businesses: 1, drafts set aside: 0',
      'alert: Announced: RAG rolled back for one business',
      'act: Rollback restored, by otto',
      'alert: Announced: Rollback restored',
    ]);
  });
});

describe('the routes of incidents', () => {
  const open = (causeKey: string) =>
    world.services.openIncident({
      causeKey,
      severity: 'warning',
      title: 'Harm',
      businessId: null,
      feature: RAG_FEATURE,
      detectedAt: new Date(),
      data: {},
    });

  it('page through incidents, by status, newest first', async () => {
    const ids = [];
    for (const cause of ['a', 'b', 'c']) ids.push((await open(cause)).id);
    await world.call('POST', `/admin/api/incidents/${ids[0]}/close`, { reason: 'over' }, 'nina');
    const first = await world.call('GET', '/admin/api/incidents?limit=2');
    const second = await world.call('GET', `/admin/api/incidents?limit=2&cursor=${first.body.nextCursor}`);
    const seen = [...first.body.items, ...second.body.items].map(({ id }) => id);
    expect(seen.sort()).toEqual([...ids].sort());
    expect(second.body.nextCursor).toBeNull();
    const closed = await world.call('GET', '/admin/api/incidents?status=closed');
    expect(closed.body.items).toMatchObject([{ id: ids[0], status: 'closed', closedBy: 'nina', closeReason: 'over' }]);
    expect((await world.call('GET', '/admin/api/incidents?status=old')).status).toBe(400);
  });

  it('keep nothing private of what people paste into notes and closings: a timeline cannot be erased', async () => {
    const { id } = await open('cause-private');
    const path = `/admin/api/incidents/${id}`;
    const text =
      'Kim wrote from kim@example.com,\nher card 4111 1111 1111 1111\nwas charged 250.00 EUR for order #A-1001.';
    expect((await world.call('POST', `${path}/notes`, { text })).status).toBe(201);
    expect((await world.call('POST', `${path}/notes`, { text })).status).toBe(200);
    const closed = await world.call('POST', `${path}/close`, { reason: 'told kim@example.com' });
    const kept = JSON.stringify([closed.body, await world.services.listAudit({ limit: 50 })]);
    expect(kept).not.toMatch(/kim@example|4111/);
    expect(kept).toContain('\\nwas charged 250.00 EUR for order #A-1001.');
  });

  it('take notes of people, once for two clicks, also after the incident was closed', async () => {
    const { id } = await open('a');
    await world.call('POST', `/admin/api/incidents/${id}/close`, { reason: 'over' });
    const path = `/admin/api/incidents/${id}/notes`;
    const first = await world.call('POST', path, { text: 'Looked at it.' }, 'nina');
    const again = await world.call('POST', path, { text: 'Looked at it.' }, 'nina');
    const other = await world.call('POST', path, { text: 'Looked at it.' }, 'otto');
    expect([first.status, again.status, other.status]).toEqual([201, 200, 201]);
    expect(again.body.id).toBe(first.body.id);
    const audits = await world.call('GET', '/admin/api/audit?action=incident.note');
    expect(audits.body.items.map(({ actor }: { actor: string }) => actor)).toEqual(['otto', 'nina']);
  });

  it('answer a second close with what the first one said, and 400 or 404 to what cannot be', async () => {
    const { id } = await open('a');
    const close = `/admin/api/incidents/${id}/close`;
    expect((await world.call('POST', close, { reason: '  ' })).status).toBe(400);
    expect((await world.call('POST', close, { reason: 'over' }, 'nina')).body).toMatchObject({ closedBy: 'nina' });
    expect((await world.call('POST', close, { reason: 'other' }, 'otto')).body).toMatchObject({
      closedBy: 'nina',
      closeReason: 'over',
    });
    expect((await world.call('POST', '/admin/api/incidents/inc_none/close', { reason: 'x' })).status).toBe(404);
    expect((await world.call('POST', '/admin/api/incidents/inc_none/notes', { text: 'x' })).status).toBe(404);
    expect((await world.call('GET', '/admin/api/incidents/inc_none')).status).toBe(404);
  });
});

describe('the routes of alerts', () => {
  it('list alerts by state, page by page, with their deliveries and what is not configured', async () => {
    for (const key of ['a', 'b', 'c']) {
      await world.services.announce({
        key,
        severity: 'info',
        title: key,
        detail: '',
        businessId: null,
        incidentId: null,
      });
    }
    const first = await world.call('GET', '/admin/api/alerts?limit=2&state=announced');
    expect(first.body.items).toHaveLength(2);
    expect(first.body.items[0]).toMatchObject({
      kind: 'announcement',
      deliveries: [
        { channel: 'email', status: 'skipped', reason: 'not configured: ALERT_EMAIL_FROM' },
        { channel: 'slack', status: 'skipped', reason: 'not configured: SLACK_WEBHOOK_URL' },
      ],
    });
    expect(first.body.channels).toHaveLength(3);
    const rest = await world.call('GET', `/admin/api/alerts?limit=2&state=announced&cursor=${first.body.nextCursor}`);
    expect(rest.body).toMatchObject({ items: [{ key: expect.any(String) }], nextCursor: null });
    expect((await world.call('GET', '/admin/api/alerts?state=firing')).body.items).toEqual([]);
    expect((await world.call('GET', '/admin/api/alerts?state=loud')).status).toBe(400);
  });
});
