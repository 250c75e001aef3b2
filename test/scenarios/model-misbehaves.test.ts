import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../support/harness.ts';
import type { ScriptStep } from '../support/model-script.ts';

describe('a model that misbehaves', () => {
  let harness: Harness;
  let businessId: string;

  beforeAll(async () => {
    harness = startHarness({ config: { modelTimeoutMs: 1_000, triageTimeoutMs: 300 } });
    businessId = await harness.createBusiness();
    await harness.putOrder(businessId, '#W1001');
  });
  afterEach(() => harness.model.reset());

  const ownOrder = 'Hello, where is my order #W1001?';
  const unknownOrder = 'Hello, where is my order #W9999?';

  const misbehaviours: [string, ScriptStep, string][] = [
    ['is slow', { mode: 'slow', delayMs: 4_000, calls: ['compose'] }, 'timeout'],
    ['hangs', { mode: 'hang', calls: ['compose'] }, 'timeout'],
    ['is down', { mode: 'down', calls: ['compose'] }, 'unavailable'],
    ['answers 500', { mode: 'http500', calls: ['compose'] }, 'unavailable'],
    ['answers 429', { mode: 'http429', calls: ['compose'] }, 'rate_limited'],
    ['refuses', { mode: 'refuse', calls: ['compose'] }, 'refused'],
    ['is cut off', { mode: 'incomplete', calls: ['compose'] }, 'incomplete'],
    ['returns rubbish', { mode: 'garbage', body: 'not JSON at all {', calls: ['compose'] }, 'invalid'],
    ['returns JSON of another shape', { mode: 'garbage', body: '{"text":"hi"}', calls: ['compose'] }, 'invalid'],
  ];

  it.each(misbehaviours)(
    'that %s gives 202 RETRYING with Retry-After, and nothing to review',
    async (_name, step, because) => {
      await harness.model.set(step);
      const messageId = await harness.receive(businessId, ownOrder);
      const { status, body, headers } = await harness.draft(businessId, messageId);
      expect(status).toBe(202);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(body).toMatchObject({ status: 'RETRYING', body: '', claims: [], retryReason: because });
      expect(harness.queued.at(-1)).toMatchObject({ retry: { businessId }, delayMs: 30_000 });
      expect(harness.logged.filter((line) => line.event === 'draft').at(-1)).toMatchObject({ retryBecause: because });
    },
  );

  it.each(misbehaviours)(
    'that %s does not keep an unknown order from its verification template',
    async (_name, step) => {
      await harness.model.set(step);
      const messageId = await harness.receive(businessId, unknownOrder);
      const { status, body } = await harness.draft(businessId, messageId);
      expect(status).toBe(201);
      expect(body).toMatchObject({ status: 'READY', kind: 'verification', claims: [] });
    },
  );

  it('is tried again when its time has come, under the same draft', async () => {
    await harness.model.set({ mode: 'down', calls: ['compose'] });
    const messageId = await harness.receive(businessId, ownOrder);
    const first = await harness.draft(businessId, messageId);
    expect((await harness.draft(businessId, messageId)).status).toBe(202);
    await harness.model.set({ mode: 'answer', body: 'Hello,\n\nyour order #W1001 has been shipped.' });
    const retried = await harness.services.generateDraft({ businessId, messageId, retry: 'now' });
    expect(retried).toMatchObject({ status: 'made', draft: { id: first.body.id, status: 'READY', version: 1 } });
    const after = await harness.draft(businessId, messageId);
    expect(after.status).toBe(200);
    expect(after.body).toMatchObject({ id: first.body.id, status: 'READY' });
  });

  it('is given up as FAILED when 24 hours have passed since it was asked for', async () => {
    await harness.model.set({ mode: 'down', calls: ['compose'] });
    const messageId = await harness.receive(businessId, ownOrder);
    const { body } = await harness.draft(businessId, messageId);
    const tomorrow = startHarness({
      clock: () => new Date(Date.now() + 25 * 3_600_000),
      config: { modelTimeoutMs: 400 },
    });
    await tomorrow.model.set({ mode: 'down', calls: ['compose'] });
    await tomorrow.services.generateDraft({ businessId, messageId, retry: 'now' });
    expect((await harness.get(`/v1/drafts/${body.id}`)).body).toMatchObject({ status: 'FAILED', body: '' });
    expect((await harness.draft(businessId, messageId)).status).toBe(200);
  });

  it('that invents facts is repaired once, and its words never reach a reviewer', async () => {
    await harness.model.set(
      { mode: 'answer', body: 'Hello,\n\nyour order #W1001 has been delivered and we will refund you 500.00 EUR.' },
      { mode: 'answer', body: 'Hello,\n\nyour order #W1001 has been shipped.' },
    );
    const messageId = await harness.receive(businessId, ownOrder);
    const { body } = await harness.draft(businessId, messageId);
    expect(body).toMatchObject({ status: 'READY', kind: 'reply' });
    expect(body.body).not.toContain('500');
    const calls = await harness.model.calls();
    expect(calls.compose).toBe(2);
    expect(JSON.stringify(calls.requests.at(-1)?.body)).toContain('repair');
  });

  it('that invents facts twice is replaced by the template, whatever the intent', async () => {
    await harness.model.set({
      mode: 'answer',
      body: 'Hello,\n\nyour parcel 999888777666 arrives on 24 December 2026. Visit https://evil.example now.',
    });
    for (const text of [ownOrder, 'Hello, which colours does the lamp come in?']) {
      const { body } = await harness.draft(businessId, await harness.receive(businessId, text));
      expect(body).toMatchObject({ status: 'READY', kind: 'verification', claims: [] });
      expect(body.body).not.toMatch(/999888777666|December|evil/);
    }
  });

  it('cannot choose recipients, subject or more than a body', async () => {
    await harness.model.set({
      mode: 'garbage',
      body: JSON.stringify({
        body: 'Hello,\n\nyour order #W1001 has been shipped.',
        sources: [0],
        to: ['thief@evil.example'],
        subject: 'x\r\nBcc: thief@evil.example',
      }),
      calls: ['compose'],
    });
    const { body } = await harness.draft(businessId, await harness.receive(businessId, ownOrder));
    expect(body.to).toEqual([{ address: 'ada@customer.example', name: 'Ada' }]);
    expect(JSON.stringify(body)).not.toContain('evil.example');
  });

  it('that does not answer a triage call leaves the code’s own guess', async () => {
    await harness.model.set({ mode: 'hang', calls: ['triage'] });
    const messageId = await harness.receive(businessId, 'hmm');
    expect((await harness.draft(businessId, messageId)).status).toBe(201);
  });
});
