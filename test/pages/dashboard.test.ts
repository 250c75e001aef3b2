import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../src/metrics/definitions.ts';
import { openBrowser } from '../support/browser.ts';
import { type Harness, startHarness } from '../support/harness.ts';

const PAGE = '/admin/metrics/rag-pilot';

describe('the dashboard', () => {
  let harness: Harness;
  let businessId: string;
  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness({ name: '<script>alert(1)</script> & Sons' });
    await harness.putOrder(businessId, 'A-1001');
    for (let i = 0; i < 3; i++) {
      const messageId = await harness.receive(businessId, 'Hello, where is my order A-1001?');
      const { body } = await harness.draft(businessId, messageId);
      if (i < 2) await harness.post(`/v1/drafts/${body.id}/approve`);
    }
  });

  async function operator() {
    const person = openBrowser(harness);
    await person.post('/sign-in', { key: env.DRAFTGATE_ADMIN_KEY, name: 'ada' });
    return person;
  }

  it('shows the numbers that the API gives', async () => {
    const person = await operator();
    const { html } = await person.get(`${PAGE}?businessId=${businessId}`);
    const { body } = await harness.get(`/admin/api/metrics/rag-pilot?businessId=${businessId}`);
    expect(body.draftSuccessRate).toMatchObject({ value: 1, denominator: 3 });
    expect(body.approvalRate).toMatchObject({ numerator: 2, denominator: 2 });
    expect(body.fastApprovals).toEqual({ count: 2, of: 2 });
    for (const name of METRIC_NAMES) {
      const shown = new RegExp(`data-metric="${name}".*?data-value="([^"]*)"`, 's').exec(html)?.[1];
      expect([name, shown]).toEqual([name, body[name].value === null ? '' : String(body[name].value)]);
    }
    const typed = await person.get(`${PAGE}?businessId=nobody`);
    expect([typed.status, typed.html.includes('no such business')]).toEqual([200, true]);
    expect(html).not.toContain('<script>alert(1)');
    expect(html).toContain('&lt;script&gt;alert(1)');
  });

  it('answers JSON to whoever asks for it with the admin key, and nobody else', async () => {
    const json = { headers: { accept: 'application/json' } };
    const { body } = await harness.get(`${PAGE}?businessId=${businessId}`, json);
    expect(body).toMatchObject({ businessId, approvalRate: { value: 1 } });
    expect((await harness.get(PAGE, { ...json, key: null })).status).toBe(401);
    const key = await harness.post('/admin/api/api-keys', { businessId, name: 'k', scopes: ['drafts:review'] });
    expect((await harness.get(PAGE, { ...json, key: key.body.key })).status).toBe(403);
    expect((await harness.get(`${PAGE}?window=never`, json)).status).toBe(400);
  });

  it('exports CSV over the page and over the API', async () => {
    const person = await operator();
    const page = await person.get(`${PAGE}.csv?businessId=${businessId}`);
    expect(page.html.split('\r\n')).toHaveLength(METRIC_NAMES.length + 2);
    expect(page.html).toContain('approvalRate,1,2,2,share');
    const api = await harness.get(`/admin/api/metrics/rag-pilot?businessId=${businessId}`, {
      headers: { accept: 'text/csv' },
    });
    expect(api.headers.get('content-type')).toContain('text/csv');
    expect(String(api.body)).toContain('draftSuccessRate,1,3,3,share');
  });

  it('teaches what to do where there is nothing to measure, and speaks Turkish', async () => {
    const empty = await harness.createBusiness();
    const person = await operator();
    expect((await person.get(`${PAGE}?businessId=${empty}`)).html).toContain('Nothing to measure yet');
    await person.post('/preferences', { language: 'tr', next: PAGE });
    expect((await person.get(`${PAGE}?businessId=${empty}`)).html).toContain('Henüz ölçülecek bir şey yok');
  });
});
