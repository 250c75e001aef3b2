import { beforeAll, describe, expect, it } from 'vitest';
import { CUSTOMER, type Harness, startHarness } from '../support/harness.ts';

/** A model that would make everything up, if it were asked. */
const INVENTED =
  'Hello,\n\nyour order #W7777 has been shipped with DHL, tracking number 884455667788, and arrives tomorrow.';

describe('an order without tool data', () => {
  let harness: Harness;
  let businessId: string;

  beforeAll(async () => {
    harness = startHarness();
    await harness.model.set({ mode: 'answer', body: INVENTED });
    businessId = await harness.createBusiness({ mailAddresses: ['shop@corner.example'] });
  });

  async function ask(text: string, fields: Record<string, unknown> = {}) {
    const { status, body } = await harness.draft(businessId, await harness.receive(businessId, text, fields));
    expect(status).toBe(201);
    return body;
  }

  it.each([
    ['order', 'Hello, what is the status of my order #W7777?'],
    ['tracking', 'Hello, where is my parcel with tracking number 884455667788?'],
    ['refund', 'Hello, I returned order #W7777, when do I get my refund?'],
    ['no number at all', 'Hello, where is my order?'],
  ])('is asked about politely, without a fact and without a compose call: %s', async (_what, text) => {
    const draft = await ask(text);
    expect(draft).toMatchObject({ status: 'READY', kind: 'verification', claims: [], sources: [], bcc: [], cc: [] });
    expect(draft.to).toMatchObject([{ address: CUSTOMER }]);
    expect(draft.body).not.toMatch(/W7777|884455667788|DHL|shipped|tomorrow|refund/i);
    expect(draft.body).toContain('order number');
    expect((await harness.model.calls()).compose).toBe(0);
  });

  it('is asked about in the language of the customer', async () => {
    const german = await ask('Guten Tag, wo bleibt meine Bestellung #W7777? Ich warte seit zwei Wochen darauf.');
    expect(german).toMatchObject({ kind: 'verification', language: 'de' });
    expect(german.body).toContain('Bestellnummer');
    const turkish = await ask('Merhaba, #W7777 numaralı siparişim nerede? İki haftadır bekliyorum.');
    expect(turkish).toMatchObject({ kind: 'verification', language: 'tr' });
  });

  it('is answered from facts as soon as there are some', async () => {
    const other = startHarness();
    const id = await other.createBusiness();
    const text = 'Hello, what is the status of my order #W7777?';
    const before = await other.draft(id, await other.receive(id, text));
    await other.putOrder(id, '#W7777');
    const after = await other.draft(id, await other.receive(id, text));
    expect([before.body.kind, after.body.kind]).toEqual(['verification', 'reply']);
  });
});
