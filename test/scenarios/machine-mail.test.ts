import { describe, expect, it } from 'vitest';
import { startHarness } from '../support/harness.ts';

describe('mail that a machine wrote', () => {
  it('becomes a SKIPPED draft with a reason and without a body, and costs no model call', async () => {
    const harness = startHarness();
    const businessId = await harness.createBusiness();
    const mails: [Record<string, unknown>, string][] = [
      [{ headers: { 'Auto-Submitted': 'auto-replied' }, subject: 'Out of office' }, 'AUTO_REPLY'],
      [{ headers: { 'List-Unsubscribe': '<https://list.example/u>', Precedence: 'bulk' } }, 'NEWSLETTER'],
      [{ from: { address: 'MAILER-DAEMON@mx.example' }, subject: 'Undelivered Mail Returned to Sender' }, 'BOUNCE'],
      [{ from: { address: 'no-reply@bank.example' } }, 'NO_REPLY_SENDER'],
    ];
    for (const [fields, skipReason] of mails) {
      const { status, body } = await harness.draft(
        businessId,
        await harness.receive(businessId, 'Where is my order?', fields),
      );
      expect(status).toBe(201);
      expect(body).toMatchObject({ status: 'SKIPPED', skipReason, body: '', claims: [], to: [] });
    }
    expect(await harness.model.calls()).toMatchObject({ compose: 0, triage: 0, embeddings: 0 });
  });
});
