import { describe, expect, it } from 'vitest';
import { startHarness } from '../support/harness.ts';

const CARD = '4111 1111 1111 1111';
const IBAN = 'DE89 3704 0044 0532 0130 00';
const SSN = '536-22-8726';

describe('private values in a mail', () => {
  it('reach the model as placeholders only, in subject, text and earlier turns', async () => {
    const harness = startHarness();
    const businessId = await harness.createBusiness();
    const fields = { subject: `My card ${CARD}`, threadId: 'thread-1' };
    const first = await harness.receive(businessId, `Hello, my IBAN is ${IBAN} and my SSN is ${SSN}.`, fields);
    await harness.receive(businessId, 'Thank you, we will look into it.', {
      ...fields,
      direction: 'OUTBOUND',
      from: { address: 'shop@corner.example' },
      to: [{ address: 'ada@customer.example' }],
      sentAt: '2026-11-09T10:00:00Z',
    });
    const second = await harness.receive(
      businessId,
      `Do you sell lamps? Charge ${CARD.replaceAll(' ', '')} please, see https://my.bank.example/x`,
      {
        ...fields,
        sentAt: '2026-11-09T11:00:00Z',
      },
    );
    for (const messageId of [first, second]) await harness.draft(businessId, messageId);
    const sent = JSON.stringify((await harness.model.calls()).requests);
    expect(sent).toContain('[CARD_1]');
    for (const secret of [CARD, IBAN, SSN, '4111111111111111', '536-22-8726', 'my.bank.example', '0532 0130']) {
      expect(sent).not.toContain(secret);
    }
  });

  it('never come back, not even where the model asks for them by their placeholder', async () => {
    const harness = startHarness();
    const businessId = await harness.createBusiness();
    const bodies = [
      'Hello,\n\nyour card [CARD_1] is noted.',
      `Hello,\n\nyour card ${CARD} is noted.`,
      'Hello,\n\nsee [LINK_1].',
      `Hello,\n\nyour account ${IBAN} is noted.`,
    ];
    for (const body of bodies) {
      await harness.model.set({ mode: 'answer', body });
      const messageId = await harness.receive(
        businessId,
        `Do you sell lamps? My card is ${CARD}, see https://my.bank.example/x`,
      );
      const answer = await harness.draft(businessId, messageId);
      expect(answer.body).toMatchObject({ status: 'READY', kind: 'verification' });
      expect(answer.body.body).not.toMatch(/4111|\[CARD|\[LINK|DE89|bank\.example/);
      expect(JSON.stringify(harness.logged)).not.toMatch(/4111|DE89|bank\.example/);
    }
  });
});

describe('private values in tool results', () => {
  it('leave no tool: fields that nobody listed, and numbers inside listed ones, reach neither model nor draft', async () => {
    const harness = startHarness();
    const businessId = await harness.createBusiness();
    await harness.putOrder(businessId, '#W1001', {
      items: [{ name: `Gift card ${CARD}`, quantity: 1, price: 59.9 }],
      shippingAddress: `1 High Street, SSN ${SSN}`,
      paymentIban: IBAN,
      internalNote: `pays with ${CARD}`,
    });
    const texts = ['Hello, where is my order #W1001?', 'Hello, what did I buy with order #W1001?'];
    for (const text of texts) {
      const { body } = await harness.draft(businessId, await harness.receive(businessId, text));
      expect(body.status).toBe('READY');
      expect(JSON.stringify(body)).not.toMatch(/4111|536-22|DE89/);
    }
    const sent = JSON.stringify((await harness.model.calls()).requests);
    expect(sent).toContain('W1001');
    expect(sent).not.toMatch(/4111 1111|4111111111111111|536-22-8726|DE89/);
    expect(JSON.stringify(harness.logged)).not.toMatch(/4111|536-22|DE89/);
  });

  it('do not come out where the model writes them from somewhere else', async () => {
    const harness = startHarness();
    const businessId = await harness.createBusiness();
    await harness.putOrder(businessId, '#W1001');
    for (const secret of [CARD, IBAN, SSN]) {
      await harness.model.set({ mode: 'answer', body: `Hello,\n\nyour order #W1001 was paid with ${secret}.` });
      const messageId = await harness.receive(businessId, 'Hello, how did I pay for order #W1001?');
      const { body } = await harness.draft(businessId, messageId);
      expect(body).toMatchObject({ status: 'READY', kind: 'verification' });
      expect(body.body).not.toContain(secret);
    }
  });
});
