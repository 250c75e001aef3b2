import { describe, expect, it } from 'vitest';
import { contentHashOf, prepareSentMail, type SentMail } from '../../src/retrieval/prepare-example.ts';

const ADA = { address: 'ada@customer.example' };
const SHOP = { address: 'shop@corner.example' };
const inbound = (text: string, from = ADA) => ({
  direction: 'INBOUND' as const,
  from,
  subject: 'Lamp',
  text,
  html: null,
});
const outbound = (text: string) => ({ direction: 'OUTBOUND' as const, from: SHOP, subject: 'Lamp', text, html: null });

function sent(fields: Partial<SentMail> = {}): SentMail {
  return {
    id: 'msg_1',
    threadId: 'thr_1',
    from: SHOP,
    to: [ADA],
    cc: [],
    subject: 'Re: Lamp',
    text: 'Hello Ada, we have sent you another lamp today.',
    html: null,
    headers: {},
    sentAt: new Date('2026-11-01T10:00:00Z'),
    before: [inbound('My lamp came broken.')],
    unedited: [],
    ...fields,
  };
}

const exampleOf = (mail: SentMail) => {
  const prepared = prepareSentMail(mail);
  if (prepared.status !== 'example') throw new Error(prepared.reason);
  return prepared.example;
};

describe('an example of a sent mail', () => {
  it('is the question that stands right before it, with its subject, and the answer', () => {
    expect(exampleOf(sent())).toEqual({
      messageRef: 'msg_1',
      question: 'Lamp\nMy lamp came broken.',
      answer: 'Hello Ada, we have sent you another lamp today.',
      language: 'en',
      systemWritten: false,
      sentAt: new Date('2026-11-01T10:00:00Z'),
    });
  });

  it('joins what the customer wrote since the last answer, and leaves others out', () => {
    const before = [
      inbound('And the shade is torn.'),
      inbound('Buy my pills', { address: 'spam@elsewhere.example' }),
      inbound('My lamp came broken.'),
      outbound('Thank you for your order.'),
      inbound('I would like a lamp.'),
    ];
    expect(exampleOf(sent({ before })).question).toBe('Lamp\nMy lamp came broken.\n\nAnd the shade is torn.');
  });

  it('holds nothing private, and no quote or signature', () => {
    const example = exampleOf(
      sent({
        before: [inbound('I am ada@customer.example, my IBAN is DE89 3704 0044 0532 0130 00.\n\n-- \nAda Berg')],
        text: 'We pay to DE89 3704 0044 0532 0130 00 today.\n\nBest regards\nTom\n\nOn Monday, Ada wrote:\n> my card 4111 1111 1111 1111',
      }),
    );
    expect(example.question).toBe('Lamp\nI am [EMAIL_1], my IBAN is [IBAN_1].');
    expect(example.answer).toBe('We pay to [IBAN_1] today.');
  });

  it('is marked where the system wrote it and nobody changed a word', () => {
    const text = 'Hello Ada, we have sent you another lamp today.';
    expect(exampleOf(sent({ unedited: [`${text}\n`] })).systemWritten).toBe(true);
    expect(exampleOf(sent({ unedited: ['Hello Ada, we have sent nothing.'] })).systemWritten).toBe(false);
  });

  it.each([
    ['an automatic reply', sent({ headers: { 'Auto-Submitted': 'auto-replied' } }), 'machine-mail'],
    ['a newsletter', sent({ headers: { 'List-Unsubscribe': '<mailto:x@y.example>' } }), 'machine-mail'],
    ['a mail that answers nothing', sent({ before: [] }), 'no-question'],
    ['a mail after the business’s own', sent({ before: [outbound('One more thing.')] }), 'no-question'],
    ['a mail to somebody else', sent({ to: [{ address: 'bob@elsewhere.example' }] }), 'no-question'],
    ['a word of thanks', sent({ text: 'Thanks!' }), 'no-answer'],
    ['a mail without words of its own', sent({ text: '' }), 'no-answer'],
  ])('is not made of %s', (_name, mail, reason) => {
    expect(prepareSentMail(mail)).toEqual({ status: 'skipped', messageRef: 'msg_1', reason });
  });

  it('takes linear time on hostile text', () => {
    const started = performance.now();
    for (const text of ['a@'.repeat(10_000), '1 '.repeat(10_000), '\n'.repeat(20_000), '>'.repeat(20_000)]) {
      prepareSentMail(sent({ text, before: [inbound(text)] }));
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('the hash of an example', () => {
  it('is the same for the same words in other spacing and case, and another for another model', async () => {
    const pair = { question: 'Where is it?', answer: 'On its way.' };
    const hash = await contentHashOf('m', pair);
    expect(await contentHashOf('m', { question: ' WHERE  is\nit? ', answer: 'On its way.' })).toBe(hash);
    expect(await contentHashOf('n', pair)).not.toBe(hash);
    expect(await contentHashOf('m', { question: 'Where is it?On', answer: 'its way.' })).not.toBe(hash);
  });
});
