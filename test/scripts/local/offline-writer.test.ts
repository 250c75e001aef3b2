import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeReply } from '../../../scripts/local/offline-writer.ts';
import { WRITER_SENTENCES } from '../../../scripts/local/offline-writer-sentences.ts';
import type { ComposeDocument, PromptSource } from '../../../src/drafting/prompt-document.ts';
import { LANGUAGES } from '../../../src/lib/languages.ts';
import { ORDER_STATUSES, type OrderFact } from '../../../src/tools/facts.ts';
import { INTENT_NAMES } from '../../../src/tools/intents.ts';

const ORDER: OrderFact = {
  orderNumber: '#W77',
  status: 'Shipped',
  canonicalStatus: 'shipped',
  placedAt: '2026-11-20T22:30:00Z',
  currency: 'EUR',
  total: 1204.55,
  items: [{ name: 'Desk lamp', quantity: 2, price: 602.275 }],
  shipments: [{ carrier: 'DHL', trackingNumber: 'JD0146', eta: '2026-12-24' }],
  returnableUntil: '2026-12-31',
  invoiceNumber: 'INV-5',
};

function documentOf(changes: Partial<ComposeDocument>, ...sources: object[]): ComposeDocument {
  return {
    task: 'compose_reply',
    language: 'en',
    intent: 'ORDER',
    mailDate: '2026-11-23',
    business: { name: 'Lamp & Co', timeZone: 'Europe/Istanbul' },
    thread: [],
    customerMail: { subject: 'My order', text: 'Where is my order?' },
    ...changes,
    sources: sources.map((source, index) => ({ index, ...source })) as PromptSource[],
  };
}
const order = (changes: Partial<OrderFact> = {}) => ({ kind: 'order', order: { ...ORDER, ...changes } });
const snippet = (key: string, text: string) => ({ kind: 'snippet', key, text });

describe('writeReply', { timeout: 60_000 }, () => {
  it.each([
    ['ORDER', ['Your order #W77 has been shipped.', '2 × Desk lamp', '€1,204.55', 'November 21, 2026']],
    ['TRACKING', ['has been shipped', 'JD0146 (DHL)', 'December 24, 2026']],
    ['DELIVERY', ['has been shipped', 'The expected delivery date is December 24, 2026.']],
    ['RETURN', ['The last day for a return is December 31, 2026.', 'A colleague will check']],
    ['INVOICE', ['The invoice number is INV-5.', 'A colleague will check']],
    ['CANCELLATION', ['has been shipped', 'A colleague will check']],
    ['COMPLAINT', ['We are sorry', 'A colleague will check']],
  ] as const)('answers %s from the order', (intent, expected) => {
    const { body, sources } = writeReply(documentOf({ intent }, order()));
    for (const text of expected) expect(body).toContain(text);
    expect(sources).toEqual([0]);
  });

  it.each([
    ['en', 'December 24, 2026', '€1,204.55'],
    ['tr', '24 Aralık 2026', '€1.204,55'],
    ['de', '24. Dezember 2026', '1.204,55 €'],
    ['fr', '24 décembre 2026', '1 204,55 €'],
    ['es', '24 de diciembre de 2026', '1204,55 €'],
  ])('writes %s with its dates and amounts', (language, date, amount) => {
    const body = writeReply(documentOf({ language }, order())).body.replace(/[\u00a0\u202f]/g, ' ');
    expect(body).toContain(date);
    expect(body).toContain(amount);
    expect(body.startsWith(WRITER_SENTENCES[language as 'en'].greeting)).toBe(true);
  });

  it('writes English where the language is none of ours', () => {
    expect(writeReply(documentOf({ language: 'nl' }, order())).body).toMatch(/^Hello,/);
  });

  it('quotes a stored status that we have no word for', () => {
    const { body } = writeReply(documentOf({}, order({ canonicalStatus: 'unknown', status: 'in Klärung' })));
    expect(body).toContain('Your order #W77 has the status "in Klärung".');
  });

  it('does not announce an arrival date for what has arrived or was cancelled', () => {
    const delivered = order({ canonicalStatus: 'delivered', deliveredAt: '2026-11-22' });
    const { body } = writeReply(documentOf({ intent: 'DELIVERY' }, delivered));
    expect(body).toContain('It was delivered on November 22, 2026.');
    expect(body).not.toContain('December 24');
  });

  it('says that a colleague will check where the order holds no answer', () => {
    const { body } = writeReply(documentOf({ intent: 'TRACKING' }, order({ shipments: [] })));
    expect(body).toContain('A colleague will check this and reply to you.');
  });

  it('lists several orders, and only the one that the mail names', () => {
    const two = [order(), order({ orderNumber: '#W78', canonicalStatus: 'delivered' })];
    expect(writeReply(documentOf({}, ...two)).body).toMatch(/- #W77: shipped\..*\n- #W78: delivered\./);
    const named = { customerMail: { subject: '', text: 'what about w78?' } };
    const { body, sources } = writeReply(documentOf(named, ...two));
    expect(body).not.toContain('#W77');
    expect(sources).toEqual([1]);
  });

  it('gives the appointment in the time zone of the business', () => {
    const appointment = { id: 'A1', startsAt: '2026-11-25T22:30:00Z', status: 'confirmed', service: 'Haircut' };
    const { body } = writeReply(documentOf({ intent: 'APPOINTMENT' }, { kind: 'appointment', appointment }));
    expect(body).toContain('Your appointment is on November 26, 2026 at 1:30 AM. It is confirmed.');
  });

  it.each([
    ['Do you ship to Norway, and what does shipping cost?', 'We ship to Norway.'],
    ['May I return unused goods?', 'Unused goods may be returned.'],
    ['Can I pay with a gift voucher?', undefined],
  ])('answers "%s" with the snippet that fits, or with none', (text, expected) => {
    const { body, sources } = writeReply(
      documentOf(
        { intent: 'PRODUCT', customerMail: { subject: '', text } },
        snippet('shipping', 'We ship to Norway.'),
        snippet('returns', 'Unused goods may be returned.'),
      ),
    );
    expect(sources).toHaveLength(expected ? 1 : 0);
    expect(body).toContain(expected ?? 'A colleague will check this and reply to you.');
  });

  it.each([
    ['en', 'What are your opening hours?', 'Our opening hours: Mon to Fri 9-17'],
    ['tr', 'Saat kaçta açılıyorsunuz?', 'Çalışma saatlerimiz: Mon to Fri 9-17'],
    ['de', 'Wann haben Sie geöffnet?', 'Unsere Öffnungszeiten: Mon to Fri 9-17'],
    ['fr', 'Quels sont vos horaires ?', 'Nos horaires d’ouverture : Mon to Fri 9-17'],
    ['es', '¿Cuál es su horario?', 'Nuestro horario: Mon to Fri 9-17'],
  ])('answers in %s from the profile', (language, text, expected) => {
    const profile = { kind: 'profile', profile: { openingHours: 'Mon to Fri 9-17', address: 'Main Street 1' } };
    const { body } = writeReply(
      documentOf({ language, intent: 'GENERAL', customerMail: { subject: '', text } }, profile),
    );
    expect(body).toContain(expected);
    expect(body).not.toContain('Main Street');
  });

  it('takes nothing from examples', () => {
    const example = {
      kind: 'example',
      question: 'Where is my order?',
      answer: 'Your order #X1 arrives on 3 May, 5 % off.',
    };
    const { body, sources } = writeReply(documentOf({ intent: 'GENERAL' }, example));
    expect(body).not.toMatch(/X1|May|5 %/);
    expect(sources).toEqual([]);
  });

  it('leaves out what the repair names, and every fact where it names nothing it can find', () => {
    const repair = (problem: string) => ({ repair: { previousBody: 'x', problems: [problem] } });
    const named = writeReply(
      documentOf({ intent: 'DELIVERY', ...repair('"December 24, 2026" has no evidence') }, order()),
    );
    expect(named.body).not.toContain('December 24');
    expect(named.body).toContain('JD0146');
    const unnamed = writeReply(documentOf({ intent: 'DELIVERY', ...repair('something is wrong') }, order()));
    expect(unnamed).toEqual({
      body: 'Hello,\n\nThank you for your message.\n\nA colleague will check this and reply to you.',
      sources: [],
    });
  });

  it('has a sentence for every status in every language', () => {
    for (const language of LANGUAGES) {
      for (const canonicalStatus of ORDER_STATUSES) {
        expect(writeReply(documentOf({ language }, order({ canonicalStatus }))).body).toContain('#W77');
      }
    }
  });

  it('writes something whatever the document holds, the same each time, without a gap or undefined', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    const anyOrder = fc.record(
      {
        orderNumber: text,
        status: text,
        canonicalStatus: fc.constantFrom(...ORDER_STATUSES),
        placedAt: text,
        currency: text,
        total: fc.double(),
        items: fc.array(fc.record({ name: text, quantity: fc.integer() }), { maxLength: 12 }),
        shipments: fc.array(fc.record({ carrier: text, trackingNumber: text, eta: text }, { requiredKeys: [] }), {
          maxLength: 3,
        }),
        refund: fc.record({ amount: fc.double(), status: text, at: text }, { requiredKeys: [] }),
      },
      { requiredKeys: ['orderNumber', 'status', 'canonicalStatus'] },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...LANGUAGES),
        fc.constantFrom(...INTENT_NAMES),
        fc.array(anyOrder, { maxLength: 3 }),
        text,
        text,
        fc.option(fc.array(text, { maxLength: 3 }), { nil: undefined }),
        (language, intent, orders, mail, timeZone, problems) => {
          const document = documentOf(
            {
              language,
              intent,
              customerMail: { subject: mail, text: mail },
              business: { name: 'x', timeZone },
              ...(problems ? { repair: { previousBody: mail, problems } } : {}),
            },
            ...orders.map((each) => ({ kind: 'order', order: each })),
            snippet(mail, mail),
          );
          const answer = writeReply(document);
          expect(answer).toEqual(writeReply(document));
          expect(answer.body).not.toMatch(/\{\w+\}|undefined|NaN(?!\w)|Invalid Date/);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('stays quick on a huge mail', () => {
    const text = '"a '.repeat(40_000) + "'".repeat(40_000);
    const document = documentOf({ intent: 'GENERAL', customerMail: { subject: text, text } }, snippet(text, text));
    expect(writeReply({ ...document, repair: { previousBody: text, problems: [text] } }).body).toContain('Hello');
  });
});
