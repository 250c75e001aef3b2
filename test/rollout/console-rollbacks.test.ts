import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../support/page-browser.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

const RULE = 'To restore it takes two people';
const CONFIRM = 'Confirm the restore';

describe('the page of rollbacks', () => {
  let world: RolloutWorld;
  let ada: Browser;
  let grace: Browser;
  beforeAll(async () => {
    world = await startRolloutWorld();
    ada = await world.operator('ada');
    grace = await world.operator('grace');
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const page = async (person: Browser) => (await person.get('/admin/rollbacks')).html;
  const rollbacks = async () => (await world.call('GET', '/admin/api/rollbacks')).body.items;

  it('explains the rule of two people before a global rollback, and before its restore is asked for', async () => {
    await world.business();
    const preview = await ada.get('/admin/rollbacks?level=global');
    expect(preview.html).toContain('everybody: 1 business, 0 waiting drafts');
    const form = preview.html.slice(preview.html.indexOf('action="/admin/rollbacks"'));
    expect(form.slice(0, form.indexOf('</form>'))).toContain(RULE);
    await ada.post('/admin/rollbacks', { level: 'global', reason: 'it invents hours' });
    const html = await page(ada);
    const card = html.slice(html.indexOf('<article'));
    expect(card).toContain(RULE);
    expect(card).toContain('Ask to restore');
    expect(card).not.toContain(CONFIRM);
    const turkish = await ada.get('/admin/rollbacks', { 'accept-language': 'tr' });
    expect(turkish.html).toContain('Geri getirmek iki kişi ister');
  });

  it('lets another person confirm, and tells whoever asked who can instead of offering it', async () => {
    const businessId = await world.business();
    await ada.get('/admin/rollbacks');
    await ada.post('/admin/rollbacks', { level: 'global', reason: 'it invents hours' });
    const [{ id }] = await rollbacks();
    await ada.post(`/admin/rollbacks/${id}/restore`, { reason: '' });
    expect(await page(ada)).toContain('A reason is needed');
    await ada.post(`/admin/rollbacks/${id}/restore`, { reason: 'mended' });
    const own = await page(ada);
    expect(own).toContain('Another operator has to confirm it.');
    expect(own).toContain('You asked, so you cannot confirm');
    expect(own).not.toContain(CONFIRM);
    await ada.post(`/admin/rollbacks/${id}/confirm`);
    expect(await page(ada)).toContain('somebody else than the one who asked');
    expect((await world.services.listPilots({ businessId, limit: 1 })).length).toBe(0);

    const second = await page(grace);
    expect(second).toContain('ada asked to restore this for everybody');
    expect(second).toContain('You are the second person');
    expect(second).toContain(CONFIRM);
    await grace.post(`/admin/rollbacks/${id}/confirm`);
    const after = await page(grace);
    expect(after).toContain('Restored.');
    expect(after).toContain('by grace');
    expect(after).not.toContain(CONFIRM);
    expect((await world.services.listPilots({ businessId, limit: 1 })).length).toBe(1);
    await grace.post(`/admin/rollbacks/${id}/confirm`);
    expect((await rollbacks()).map(({ status }: { status: string }) => status)).toEqual(['restored']);
  });

  it('says that the global one has to be restored first, in the place of a form that would be refused', async () => {
    const businessId = await world.business();
    await ada.get('/admin/rollbacks');
    await ada.post('/admin/rollbacks', { level: 'business', businessId, reason: 'wrong prices' });
    await ada.post('/admin/rollbacks', { level: 'global', reason: 'it invents hours' });
    const html = await page(ada);
    const card = html.slice(html.indexOf('wrong prices'));
    expect(card).toContain('restore that one first');
    expect(card).not.toContain('/restore"');
  });

  it('rolls a cohort back, and says what a cohort is where one was not named', async () => {
    const businessId = await world.business();
    const form = { level: 'cohort', from: '2000-01-01T00:00', to: '2100-01-01T00:00' };
    const preview = await ada.get(`/admin/rollbacks?${new URLSearchParams(form)}`);
    expect(preview.html).toContain('a cohort: 1 business');
    await ada.post('/admin/rollbacks', { ...form, reason: 'wrong prices' });
    expect(await page(ada)).toContain('Rolled back: 1 business, 0 drafts quarantined.');
    expect(await rollbacks()).toMatchObject([{ level: 'cohort', affected: [businessId], actor: 'ada' }]);
    expect((await ada.get('/admin/rollbacks?level=cohort')).html).toContain('A cohort is a ramp, or two times');
  });

  it('writes nothing where the page would roll back nobody, and leads to the rollback that stands', async () => {
    const businessId = await world.business();
    await ada.get('/admin/rollbacks');
    const form = { level: 'business', businessId, reason: 'wrong prices' };
    await ada.post('/admin/rollbacks', form);
    const [{ id }] = await rollbacks();
    await world.sql('update "Rollback" set "status" = \'restored\' where "id" = $1', [id]);
    await ada.post('/admin/rollbacks', form);
    expect(await page(ada)).toContain('nothing was rolled back');
    expect(await rollbacks()).toHaveLength(1);
    await world.sql('update "Rollback" set "status" = \'done\' where "id" = $1', [id]);
    const preview = await ada.get(`/admin/rollbacks?level=business&businessId=${businessId}`);
    expect(preview.html).toContain(`href="#${id}"`);
  });

  it('says on the page of a business who rolled it back and leads to the restore, until RAG is on again', async () => {
    const [businessId, other] = [await world.business(), await world.business()];
    const of = async (id: string) => (await ada.get(`/admin/businesses/${id}`)).html;
    expect(await of(businessId)).not.toContain('Rolled back (');
    await ada.post('/admin/rollbacks', { level: 'business', businessId, reason: 'wrong prices' });
    const [{ id }] = await rollbacks();
    const html = await of(businessId);
    expect(html).toMatch(/Rolled back \(Business \d+\) by ada: wrong prices/);
    expect(html).toContain(`href="/admin/rollbacks#${id}"`);
    expect(html.indexOf(`/admin/rollbacks#${id}`)).toBeLessThan(html.indexOf('id="enrol-reason"'));
    expect(html).toContain('Enrolling is another way');
    expect(html).not.toContain('Roll this business back');
    expect(await of(other)).not.toContain(id);
    await ada.post(`/admin/rollbacks/${id}/restore`, { reason: 'mended' });
    expect(await of(businessId)).not.toContain(id);
    expect(await of(businessId)).toContain('Roll this business back');
  });

  it('counts a rollback as answered once a person has enrolled the business again and switched RAG on', async () => {
    const businessId = await world.business();
    await ada.get('/admin/rollbacks');
    await ada.post('/admin/rollbacks', { level: 'business', businessId, reason: 'wrong prices' });
    const standing = () => world.services.listRollbacks({ standing: { businessId }, limit: 2 });
    const act = { actor: 'ada', requestId: 'req' };
    await world.services.enrolPilot({ businessId, feature: 'RAG_PILOT', notes: '' }, act);
    expect(await standing()).toHaveLength(1);
    await world.services.patchBusiness(businessId, { emailRagEnabled: true }, act);
    expect(await standing()).toEqual([]);
  });

  it('names a guardrail, a ramp and the bare admin key in words', async () => {
    const businessId = await world.business();
    const roll = (actor: string) =>
      world.services.rollBack(
        { feature: 'RAG_PILOT', target: { level: 'business', businessId }, reason: 'wrong prices' },
        { actor, requestId: null },
      );
    await roll('guardrail:approval-drop-pilot');
    expect(await page(ada)).toContain('by the guardrail “Reviewers approve less with RAG”');
    await world.sql(`update "Rollback" set "actor" = 'admin-key'`);
    expect(await page(ada)).toContain('by somebody with the admin key');
    await world.sql(`update "Rollback" set "actor" = 'ramp:rmp_1:baseline'`);
    expect((await ada.get('/admin/rollbacks', { 'accept-language': 'tr' })).html).toContain('rampa (temel adımı)');
  });

  it('shows older ones on further pages', async () => {
    await ada.get('/admin/rollbacks');
    for (let at = 0; at < 21; at++) {
      const businessId = await world.business();
      await ada.post('/admin/rollbacks', { level: 'business', businessId, reason: `reason ${at}.` });
    }
    const first = await page(ada);
    expect(first.match(/<article/g)).toHaveLength(20);
    const next = /href="([^"]*before=[^"]*)"[^>]*>Next page/.exec(first)?.[1] ?? '';
    const second = await ada.get(next.replaceAll('&amp;', '&'));
    expect(second.html.match(/<article/g)).toHaveLength(1);
    expect(second.html).toContain('reason 0.');
  });
});
