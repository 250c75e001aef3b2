import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { CONSOLE_PAGES } from '../../src/pages/console/console-pages.ts';
import { gateStates } from '../../src/pages/console/gate-states.ts';
import { type Browser, openBrowser } from '../support/browser.ts';
import { type Harness, startHarness } from '../support/harness.ts';

const HOSTILE = '<img src=x onerror=alert(1)>';

describe('the console', () => {
  let harness: Harness;
  let businessId: string;
  let operator: Browser;
  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness({ name: HOSTILE, emailRagEnabled: true });
    operator = await signedIn('ada');
  });

  async function signedIn(name: string): Promise<Browser> {
    const person = openBrowser(harness);
    await person.signIn(env.DRAFTGATE_ADMIN_KEY, name);
    return person;
  }

  it.each(CONSOLE_PAGES.map(([path]) => path))(
    'shows %s to operators, in both languages, and to nobody else',
    async (path) => {
      const shown = await operator.get(path);
      expect(shown.status).toBe(200);
      expect(shown.html).toContain('<h1>');
      expect(shown.html).not.toContain(HOSTILE);
      expect(shown.headers.get('content-security-policy')).toContain("script-src 'self'");
      const turkish = await operator.get(path, { 'accept-language': 'tr' });
      expect(turkish.html).toContain('lang="tr"');
      expect(turkish.status).toBe(200);

      const stranger = await openBrowser(harness).get(path);
      expect([stranger.status, stranger.location]).toEqual([303, `/sign-in?next=${encodeURIComponent(path)}`]);
      const key = await harness.post('/admin/api/api-keys', {
        businessId,
        name: 'reviewer',
        scopes: ['drafts:review', 'drafts:read'],
      });
      const reviewer = openBrowser(harness);
      await reviewer.signIn(key.body.key);
      expect((await reviewer.get(path)).status).toBe(403);
    },
  );

  it('enrols, shows what a rollback would hit, rolls back, and restores; a second click changes nothing', async () => {
    const page = `/admin/businesses/${businessId}`;
    await operator.get('/admin/businesses');
    const without = await operator.post('/admin/pilots', { businessId, reason: '' });
    expect(without.location).toBe('/admin/businesses');
    expect((await operator.get('/admin/businesses')).html).toContain('A reason is needed');
    await operator.post('/admin/pilots', { businessId, reason: 'first pilot', back: page });
    expect((await operator.get(page)).html).toContain('first pilot');

    const before = await operator.get(`/admin/rollbacks?level=business&businessId=${businessId}`);
    expect(before.html).toContain('one business: 1 business, 0 waiting drafts');
    const pilots = async () => (await harness.get(`/admin/api/pilots?businessId=${businessId}`)).body.items.length;
    expect(await pilots()).toBe(1);
    const linked = await operator.get(`/admin/rollbacks?level=business&businessId=${businessId}&reason=planted`);
    expect(linked.html).not.toMatch(/name="reason"[^>]*planted/);
    const form = { level: 'business', businessId, reason: 'wrong amounts' };
    await operator.post('/admin/rollbacks', form);
    expect((await operator.get('/admin/rollbacks')).html).toContain('Rolled back: 1 business, 0 drafts quarantined');
    expect(await pilots()).toBe(0);
    await operator.post('/admin/rollbacks', form);
    const { items } = (await harness.get('/admin/api/rollbacks')).body;
    const own = items.filter((row: { affected: string[] }) => row.affected.includes(businessId));
    expect(own).toHaveLength(1);
    expect(own[0]).toMatchObject({ actor: 'ada', reason: 'wrong amounts' });

    await operator.post(`/admin/rollbacks/${own[0].id}/restore`, { reason: 'mended' });
    expect((await operator.get('/admin/rollbacks')).html).toContain('Restored.');
    expect(await pilots()).toBe(1);
    await operator.post(`/admin/rollbacks/${own[0].id}/restore`, { reason: 'mended' });
    expect(await pilots()).toBe(1);
  });

  it('changes flags, and says what is wrong with a number', async () => {
    const page = `/admin/businesses/${businessId}`;
    await operator.get(page);
    const shownNow = {
      'was.emailRagEnabled': 'on',
      'was.emailSnippetsEnabled': 'off',
      'was.emailRagMinConfidence': '0.70',
      'was.emailRagMaxExamples': '3',
      'was.controlShare': '0.20',
    };
    const fields = {
      ...shownNow,
      emailRagMinConfidence: '0.80',
      emailRagMaxExamples: '2',
      controlShare: '0.5',
      emailRagEnabled: 'on',
    };
    await operator.post(page, fields);
    expect((await operator.get(page)).html).toContain('A reason is needed');
    await operator.post(page, { ...fields, reason: 'first pilot' });
    const { body } = await harness.get(`/admin/api/businesses/${businessId}`);
    expect(body).toMatchObject({
      emailRagMaxExamples: 2,
      controlShare: 0.5,
      emailRagEnabled: true,
      emailSnippetsEnabled: false,
    });
    const [last] = (await harness.get(`/admin/api/audit?businessId=${businessId}&limit=1`)).body.items;
    expect(last).toMatchObject({ action: 'business.update', actor: 'ada', reason: 'first pilot' });
    await operator.post(page, { ...fields, controlShare: '7', reason: 'typo' });
    expect((await operator.get(page)).html).toContain('&quot;7&quot; is not a number from 0 to 1');

    // A form that was opened before: what it did not change stays as somebody else set it, and a clash is told.
    const stale = {
      ...shownNow,
      emailRagEnabled: 'on',
      emailRagMinConfidence: '0.70',
      emailRagMaxExamples: '3',
      controlShare: '0.20',
    };
    await operator.post(page, { ...stale, emailSnippetsEnabled: 'on', reason: 'snippets too' });
    expect((await harness.get(`/admin/api/businesses/${businessId}`)).body).toMatchObject({
      emailRagMaxExamples: 2,
      controlShare: 0.5,
      emailRagEnabled: true,
      emailSnippetsEnabled: true,
    });
    await operator.post(page, { ...stale, controlShare: '0.9', reason: 'more' });
    expect((await operator.get(page)).html).toContain('Somebody else changed the same meanwhile');
    expect((await harness.get(`/admin/api/businesses/${businessId}`)).body).toMatchObject({ controlShare: 0.5 });
    expect((await operator.get('/admin/businesses/nobody')).status).toBe(404);

    const snippet = { key: 'hours', language: 'en', whenToUse: 'opening hours', text: `Open daily. ${HOSTILE}` };
    await operator.post(`${page}/snippets`, snippet);
    const shown = await operator.get(page);
    expect(shown.html).toContain('Open daily.');
    expect(shown.html).not.toContain(HOSTILE);
    await operator.post(`${page}/snippets`, { ...snippet, language: 'no language' });
    expect((await operator.get(page)).html).toContain('A snippet needs a key');
    await operator.post(`${page}/snippets`, { ...snippet, text: `Open never. ${'x'.repeat(5_000)}` });
    const tooLong = await operator.get(page);
    expect(tooLong.html).toContain('at most 5000 characters');
    expect(tooLong.html).not.toContain('Open never.');
    // The form sends a line end as two characters; it is one.
    await operator.post(`${page}/snippets`, { ...snippet, key: 'lines', text: `${'x\r\n'.repeat(2_499)}xx` });
    expect((await operator.get(page)).html).toContain('Done: lines');
    await operator.post(`${page}/snippets/delete`, snippet);
    expect((await operator.get(page)).html).not.toContain('Open daily.');
    await operator.post(`${page}/snippets/delete`, snippet);
    expect((await operator.get(page)).html).toContain('There is no such snippet.');
  });

  it('switches a guardrail off and on with a reason', async () => {
    await operator.get('/admin/guardrails');
    await operator.post('/admin/guardrails/retrieval-timeouts-pilot', { automatic: 'off', reason: 'maintenance' });
    expect((await operator.get('/admin/guardrails')).html).toContain('ada: maintenance');
    await operator.post('/admin/guardrails/retrieval-timeouts-pilot', { automatic: 'on', reason: 'over' });
  });
});

describe('the gates of a ramp', () => {
  const decision = (action: string, gate: string | null, step = 1) => ({ action, step, inputs: { gate } });
  it.each([
    ['before any decision', 'pending', undefined, 0],
    ['that cannot start', 'pending', decision('hold', 'opening'), 0],
    ['that has just started', 'running', decision('start', null), 0],
    ['that has just advanced to this step', 'running', decision('advance', null, 0), 0],
    ['that waits for its hold time', 'running', decision('hold', 'hold-time'), 4],
    ['that is finished', 'done', decision('finish', null), 9],
  ])('of one %s: only what was asked is open', (_, status, newest, open) => {
    const states = gateStates({ status, step: 1, newest });
    expect(states.filter(([, state]) => state === 'open')).toHaveLength(open);
    expect(states.filter(([, state]) => state === 'shut').map(([gate]) => gate)).toEqual(
      typeof newest?.inputs.gate === 'string' ? [newest.inputs.gate] : [],
    );
  });
});
