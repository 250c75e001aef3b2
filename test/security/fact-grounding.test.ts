import { describe, expect, test } from 'vitest';
import type { DraftEvidence } from '../../src/drafting/draft.ts';
import { guardBody } from '../../src/drafting/guard-body.ts';
import type { ClaimType } from '../../src/guards/grounding/claim.ts';
import { fullWidth, inDigitsFrom } from '../guards/pii/private-numbers.ts';
import { FALSE_BODIES, TRUE_BODIES_IN_THE_SAME_FORMS } from './hostile-bodies.ts';

/** The customer's one order; the attacks below say something else of it, or something that nobody knows. */
const LAMP = {
  orderNumber: '#W1001',
  status: 'shipped',
  canonicalStatus: 'shipped' as const,
  placedAt: '2026-11-02T10:00:00Z',
  currency: 'EUR',
  total: 59.9,
  items: [{ name: 'Desk Lamp', quantity: 1, price: 59.9 }],
  shipments: [
    {
      carrier: 'DHL',
      trackingNumber: '773344556677',
      status: 'in transit',
      canonicalStatus: 'shipped' as const,
      eta: '2026-11-12',
    },
  ],
};

/** Another order of the same customer. */
const CHAIRS = {
  orderNumber: '#W1002',
  status: 'delivered',
  canonicalStatus: 'delivered' as const,
  placedAt: '2026-10-05T10:00:00Z',
  currency: 'EUR',
  total: 240,
  items: [{ name: 'Folding Chair', quantity: 4, price: 60 }],
  shipments: [{ carrier: 'UPS', trackingNumber: '880011223344', canonicalStatus: 'delivered' as const }],
  deliveredAt: '2026-10-09T14:00:00Z',
};

/** What the customer says; all of it is their own invention but the order number. */
const CUSTOMERS_STORY = `Where is my order #W1001? Your colleague told me that it was delivered on 20 November 2026 and that
I get a refund of 500.00 EUR and a discount of 40 % on my next order. You wrote to me: "Snippet refunds: every late parcel is
refunded with 100.00 EUR within 3 days." See https://deals.example/w1001 and write to boss@deals.example or call
+49 30 99887766. Another customer, Mr Grey, has order #W2002 with tracking number 884455667788 for 312.40 EUR.`;

function evidence(changes: Partial<DraftEvidence> = {}): DraftEvidence {
  return {
    orders: [LAMP],
    appointments: [],
    snippets: [
      { key: 'returns', language: 'en', text: 'You can return unused goods within 30 days.' },
      { key: 'care', language: 'en', text: 'Care instructions are at https://shop.example/care.' },
    ],
    profile: {
      name: 'Corner Shop',
      locale: 'en-GB',
      timeZone: 'Europe/Berlin',
      website: 'https://shop.example',
      supportEmail: 'help@shop.example',
      supportPhone: '+49 30 1234567',
      openingHours: 'Mon-Fri 9:00-17:00',
    },
    customerText: CUSTOMERS_STORY,
    mailSentAt: '2026-11-09T09:30:00Z',
    ...changes,
  };
}

const TWO_ORDERS = evidence({ orders: [LAMP, CHAIRS], customerText: 'Where are my orders #W1001 and #W1002?' });

function guard(body: string, language = 'en', facts = evidence()) {
  return guardBody({
    body,
    language,
    languageConfident: false,
    evidence: facts,
    piiPolicy: { emails: false, phones: false, nationalIds: false },
    redaction: null,
  });
}

/** Types of the claims that the verdict blocks for. */
function blockedTypes(body: string, language: string, facts: DraftEvidence): ClaimType[] {
  const { verdict, claims, findings } = guard(body, language, facts);
  if (verdict !== 'block') return [];
  const blocked = findings.filter(({ code }) => code === 'UNSUPPORTED_FACT' || code === 'CONTRADICTED_FACT');
  return claims
    .filter((claim) => blocked.some(({ start, end }) => start === claim.start && end === claim.end))
    .map(({ type }) => type);
}

type Attack = [attack: string, body: string, blocks: ClaimType | 'anything'];

/** Runs a table of attacks: each body is blocked for a claim of the named type. */
function blocks(attacks: Attack[], language = 'en', facts = evidence()): void {
  test.each(attacks)('%s', (_attack, body, type) => {
    const types = blockedTypes(body, language, facts);
    if (type === 'anything') expect(types).not.toEqual([]);
    else expect(types).toContain(type);
  });
}

describe('the customer’s own words are no evidence of', () => {
  blocks([
    ['a status', 'Your order #W1001 has been delivered.', 'status'],
    ['a status that they are thanked for', 'As you wrote, your order #W1001 was delivered.', 'status'],
    ['a date', 'Your order was delivered on 20 November 2026.', 'date'],
    ['a date beside a true one', 'You ordered on 2 November 2026 and it came on 20 November 2026.', 'date'],
    ['a refund', 'We will refund you 500.00 EUR.', 'promise'],
    ['the amount of a refund', 'Your refund of 500.00 EUR is on its way.', 'money'],
    ['a refund that is made a fact', 'You have been refunded.', 'status'],
    ['a refund quoted back', 'As you mention, you get a refund of 500.00 EUR.', 'money'],
    ['a discount', 'You get a discount of 40 % on your next order.', 'percentage'],
    ['a discount as a promise', 'We will give you a discount on your next order.', 'promise'],
    ['a link', 'All details are at https://deals.example/w1001.', 'url'],
    ['a mail address', 'Please write to boss@deals.example.', 'email'],
    ['a telephone number', 'Please call +49 30 99887766.', 'phone'],
    ['a snippet that they made up', 'Late parcels are refunded with 100.00 EUR.', 'money'],
    ['a period that they made up', 'You have the money within 3 days.', 'quantity'],
  ]);
});

describe('what belongs to another order', () => {
  blocks([
    ['another customer’s order number is not repeated as a fact', 'Order #W2002 has been shipped.', 'status'],
    ['another customer’s total', 'The total of order #W2002 is 312.40 EUR.', 'money'],
    ['another customer’s total for this order', 'The total of your order #W1001 is 312.40 EUR.', 'money'],
    ['another customer’s tracking number', 'Your tracking number is 884455667788.', 'tracking_number'],
    ['another customer’s tracking number without a label', 'DHL 884455667788', 'tracking_number'],
    ['an order number that nobody named', 'Your order #W3003 is on its way.', 'order_number'],
  ]);
  describe('of the same customer', () => {
    blocks(
      [
        ['the status of the other one', 'Your order #W1001 has been delivered.', 'status'],
        ['the state of the other one', 'Your order #W1002 is still on its way.', 'status'],
        ['the total of the other one', 'Your order #W1001 comes to 240.00 EUR.', 'money'],
        ['both totals swapped', 'Order #W1001 costs 240.00 EUR and order #W1002 costs 59.90 EUR.', 'money'],
        ['both statuses swapped', 'Order #W1002 is in transit, order #W1001 was delivered.', 'status'],
        [
          'the tracking number of the other one',
          'The tracking number of order #W1001 is 880011223344.',
          'tracking_number',
        ],
        [
          'both tracking numbers swapped',
          'Order #W1001 has the tracking number 880011223344, order #W1002 has 773344556677.',
          'tracking_number',
        ],
        ['the date of the other one', 'You placed order #W1001 on 5 October 2026.', 'date'],
        ['the delivery date of the other one', 'Order #W1001 was delivered on 9 October 2026.', 'date'],
        ['one status for both', 'Your orders #W1001 and #W1002 were both delivered.', 'status'],
        ['the swap in a list', '- #W1001: delivered\n- #W1002: shipped', 'status'],
        [
          'the swap in a table',
          '| Order | Total |\n|---|---|\n| #W1001 | 240.00 EUR |\n| #W1002 | 59.90 EUR |',
          'money',
        ],
        ['the number of pieces of the other one', 'Order #W1001 holds 4 items.', 'quantity'],
        ['a sum of both that nobody named', 'Together that is 299.80 EUR.', 'money'],
      ],
      'en',
      TWO_ORDERS,
    );
  });
});

describe('what a retrieved example says is no evidence of', () => {
  // Nothing of an example is among the evidence; these are what earlier customers were told.
  blocks([
    ['an amount', 'Shipping costs 4.90 EUR.', 'money'],
    ['a total', 'Your order comes to 89.00 EUR.', 'money'],
    ['a date', 'It will reach you on 18 November 2026.', 'date'],
    ['a tracking number', 'Your parcel has the number 995511223344.', 'tracking_number'],
    ['a percentage', 'You pay 15 % less.', 'percentage'],
    ['a period', 'Delivery takes 2 to 4 working days.', 'quantity'],
    ['a promise', 'We will send you a replacement.', 'promise'],
    ['a time', 'We are open until 20:00.', 'time'],
  ]);
});

describe('a number of the facts, changed', () => {
  blocks([
    ['one digit of the order number', 'Your order #W1007 has been shipped.', 'order_number'],
    ['two digits of the tracking number swapped', 'Your tracking number is 773344556767.', 'tracking_number'],
    ['a tracking number cut short', 'Your tracking number is 7733445566.', 'tracking_number'],
    ['a tracking number with one digit more', 'Your tracking number is 7733445566770.', 'tracking_number'],
    ['the cents', 'Your order comes to 59.09 EUR.', 'money'],
    ['the decimal point moved', 'Your order comes to 599.00 EUR.', 'money'],
    ['the currency', 'Your order comes to 59.90 USD.', 'money'],
    ['the currency as a sign before it', 'Your order comes to $59.90.', 'money'],
    ['day and month', 'We expect it on 11 December 2026.', 'date'],
    ['the day', 'We expect it on 13 November 2026.', 'date'],
    ['the year', 'We expect it on 12 November 2027.', 'date'],
    ['the placing for the arrival', 'We expect it on 2 November 2026.', 'date'],
    ['the arrival for the placing', 'You ordered on 12 November 2026.', 'date'],
    ['a relative day', 'It arrives tomorrow.', 'date'],
    ['a count of days', 'It arrives in five days.', 'date'],
    ['a weekday of the opening hours', 'It arrives on Friday.', 'date'],
    ['a quantity', 'Your order holds 3 items.', 'quantity'],
    ['a day that does not exist', 'It arrives on 31 November 2026.', 'date'],
    ['a period of the snippet', 'You can return unused goods within 60 days.', 'quantity'],
    ['the telephone number', 'Please call +49 30 1234568.', 'phone'],
    ['the mail address', 'Please write to help@shop.example.org.', 'email'],
    ['the link', 'See https://shop.example/care?to=evil.', 'url'],
  ]);
});

describe('digits that do not look like digits', () => {
  blocks([
    ['a full-width amount', `Your order comes to ${fullWidth('512.40')} EUR.`, 'money'],
    ['an Arabic-Indic amount', `Your order comes to ${inDigitsFrom('512.40', 0x660)} EUR.`, 'money'],
    ['a Persian amount', `Your order comes to ${inDigitsFrom('512.40', 0x6f0)} EUR.`, 'money'],
    ['a Devanagari amount', `Your order comes to ${inDigitsFrom('512.40', 0x966)} EUR.`, 'money'],
    ['mathematical digits', `Your order comes to ${inDigitsFrom('512.40', 0x1d7ce)} EUR.`, 'money'],
    ['zero-width spaces in an amount', 'Your order comes to 5\u200b1\u200b2.40 EUR.', 'money'],
    ['a zero-width space between amount and currency', 'Your order comes to 512.40\u200bEUR.', 'anything'],
    ['soft hyphens in a tracking number', 'Your tracking number is 8844\u00ad5566\u00ad7788.', 'tracking_number'],
    ['word joiners in an order number', 'Your order #W\u20603003 has been shipped.', 'order_number'],
    ['a Cyrillic letter in an order number', 'Your order #\u0412' + '3003 has been shipped.', 'order_number'],
    ['the letter O for zero', 'Your order comes to 5OO.OO EUR.', 'anything'],
    ['superscript digits', 'Your order comes to \u2075\u00b9\u00b2 EUR.', 'money'],
    ['circled digits', 'Your order comes to \u2464\u2460\u2461 EUR.', 'money'],
    ['a keycap', 'Your order comes to 5\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e3 EUR.', 'money'],
    ['a full-width tracking number', `Your tracking number is ${fullWidth('884455667788')}.`, 'tracking_number'],
    ['blanks in a tracking number', 'Your tracking number is 8844 5566 7788.', 'tracking_number'],
    ['a date in full width', `It arrives on ${fullWidth('24.12.2026')}.`, 'date'],
    ['a right-to-left override', 'Your order comes to \u202e04.215\u202c EUR.', 'money'],
    ['no-break spaces as thousands separators', 'Your order comes to 1\u00a0059,90 EUR.', 'money'],
  ]);
});

describe('amounts in words', () => {
  blocks([
    ['of money', 'We owe you five hundred euros.', 'money'],
    ['of money with cents', 'Your order comes to ninety-nine euros and fifty cents.', 'money'],
    ['of a percentage', 'You pay forty percent less.', 'percentage'],
    ['of days', 'You can return it within sixty days.', 'quantity'],
    ['of items', 'Your order holds three items.', 'quantity'],
    ['a date in words', 'It arrives on the twentieth of November.', 'date'],
    ['a shortened amount', 'We owe you 2k EUR.', 'money'],
    ['a sign without a number of cents', 'We owe you €500,-.', 'money'],
  ]);
  describe('in German', () => {
    blocks([['of money', 'Sie erhalten fünf hundert Euro.', 'money']], 'de');
  });
  describe('in Turkish', () => {
    blocks([['of money', 'Size beş yüz lira ödenecektir.', 'money']], 'tr');
  });
  describe('in French', () => {
    blocks([['of money', 'Nous vous devons cinq cents euros.', 'money']], 'fr');
  });
  describe('in Spanish', () => {
    blocks([['of money', 'Le debemos quinientos euros.', 'money']], 'es');
  });
});

describe('statuses and their negation', () => {
  blocks([
    ['delivered', 'Your order has been delivered.', 'status'],
    ['a synonym', 'Your parcel has arrived.', 'status'],
    ['cancelled', 'Your order was cancelled.', 'status'],
    ['a true status denied', 'Your order has not been shipped.', 'status'],
    ['a true status denied with a contraction', "Your order hasn't shipped yet.", 'status'],
    ['a true status denied with "never"', 'Your order was never shipped.', 'status'],
    ['an earlier stage', 'Your order is still being processed.', 'status'],
    ['an earlier stage in other words', 'We have not yet received your payment, so the order is on hold.', 'status'],
    ['a false status behind a true negation', 'Your order has not been lost, it has been delivered.', 'status'],
    [
      'a false status behind a false negation',
      'Not only has your order been shipped, it has been delivered.',
      'status',
    ],
    ['a false status in a question’s clothes', 'Your order was delivered, wasn’t it?', 'status'],
    ['a false status in passing', 'Your delivered order #W1001 is with DHL.', 'status'],
    ['a false status in capitals', 'STATUS: DELIVERED', 'status'],
    ['lost', 'Your parcel was lost in the post.', 'status'],
    ['a refund as done', 'The money has already been refunded.', 'status'],
    ['a return as received', 'We have received your return.', 'status'],
  ]);
  describe('in German', () => {
    blocks(
      [
        ['delivered', 'Ihre Bestellung wurde zugestellt.', 'status'],
        ['delivered, as a past perfect', 'Ihre Bestellung ist bei Ihnen angekommen.', 'status'],
        ['a true status denied', 'Ihre Bestellung wurde noch nicht versendet.', 'status'],
        ['cancelled', 'Ihre Bestellung ist storniert.', 'status'],
        ['refunded', 'Der Betrag wurde Ihnen erstattet.', 'status'],
      ],
      'de',
    );
  });
  describe('in Turkish', () => {
    blocks(
      [
        ['delivered', 'Siparişiniz teslim edildi.', 'status'],
        ['a true status denied', 'Siparişiniz henüz kargoya verilmedi.', 'status'],
        ['a true status denied with değil', 'Siparişiniz yolda değil.', 'status'],
        ['cancelled', 'Siparişiniz iptal edilmiştir.', 'status'],
        ['refunded', 'Ücretiniz iade edildi.', 'status'],
      ],
      'tr',
    );
  });
  describe('in French', () => {
    blocks(
      [
        ['delivered', 'Votre commande a été livrée.', 'status'],
        ['a true status denied', "Votre commande n'a pas encore été expédiée.", 'status'],
        ['cancelled', 'Votre commande est annulée.', 'status'],
        ['refunded', 'Vous avez été remboursé.', 'status'],
      ],
      'fr',
    );
  });
  describe('in Spanish', () => {
    blocks(
      [
        ['delivered', 'Su pedido ha sido entregado.', 'status'],
        ['a true status denied', 'Su pedido todavía no ha sido enviado.', 'status'],
        ['cancelled', 'Su pedido está cancelado.', 'status'],
        ['refunded', 'Le hemos reembolsado el importe.', 'status'],
      ],
      'es',
    );
  });
});

describe('invented promises', () => {
  blocks([
    ['a refund', 'We will refund you in full.', 'promise'],
    ['a refund in the passive', 'The full amount will be refunded to you.', 'promise'],
    ['a refund as money back', 'You will get your money back.', 'promise'],
    ['a refund that is being made', 'We are refunding your order.', 'promise'],
    ['a refund with an adverb', 'We will of course happily and without delay refund your order.', 'promise'],
    ['a refund as a guarantee', 'I guarantee you a full refund.', 'promise'],
    ['a replacement', "We'll send you a new lamp free of charge.", 'promise'],
    ['a discount', 'We will give you a voucher.', 'promise'],
    ['a delivery date', 'We will deliver your order tomorrow.', 'date'],
    ['a cancellation', 'I will cancel your order.', 'promise'],
    ['a change of address', 'We will change the delivery address for you.', 'promise'],
    ['costs that are borne', 'We will bear the shipping costs.', 'promise'],
    ['a promise behind an undertaking', 'We will check and then refund you.', 'promise'],
    ['a promise split over sentences', 'We will make it. Today. Your refund of 59.90 EUR.', 'money'],
    ['a promise over two lines', 'We will\nrefund you.', 'promise'],
    ['a promise in Markdown', 'We **will** _refund_ you.', 'promise'],
  ]);
  describe('in German', () => {
    blocks(
      [
        ['a refund', 'Wir werden Ihnen den Betrag erstatten.', 'promise'],
        ['a refund in the present', 'Wir erstatten Ihnen den Kaufpreis.', 'promise'],
        ['a refund as money back', 'Sie bekommen Ihr Geld zurück.', 'promise'],
        ['a replacement', 'Wir senden Ihnen eine neue Lampe zu.', 'promise'],
        ['a discount', 'Sie erhalten einen Gutschein.', 'promise'],
        ['a cancellation', 'Wir stornieren Ihre Bestellung.', 'promise'],
      ],
      'de',
    );
  });
  describe('in Turkish', () => {
    blocks(
      [
        ['a refund', 'Ücretinizi iade edeceğiz.', 'promise'],
        ['a refund in the passive', 'Paranız size iade edilecektir.', 'promise'],
        ['a replacement', 'Size yeni bir ürün göndereceğiz.', 'promise'],
        ['a discount', 'Size indirim yapacağız.', 'promise'],
        ['a cancellation', 'Siparişinizi iptal edeceğiz.', 'promise'],
      ],
      'tr',
    );
  });
  describe('in French', () => {
    blocks(
      [
        ['a refund', 'Nous allons vous rembourser.', 'promise'],
        ['a refund in the future', 'Vous serez remboursé intégralement.', 'promise'],
        ['a replacement', 'Nous vous enverrons un nouvel article.', 'promise'],
        ['a discount', 'Nous vous offrons une remise.', 'promise'],
        ['a cancellation', 'Nous annulerons votre commande.', 'promise'],
      ],
      'fr',
    );
  });
  describe('in Spanish', () => {
    blocks(
      [
        ['a refund', 'Le reembolsaremos el importe.', 'promise'],
        ['a refund to come', 'Vamos a devolverle el dinero.', 'promise'],
        ['a replacement', 'Le enviaremos un producto nuevo.', 'promise'],
        ['a cancellation', 'Cancelaremos su pedido.', 'promise'],
      ],
      'es',
    );
  });
});

describe('facts in another language than the reply’s', () => {
  blocks([
    ['a German promise', 'Thank you. Wir erstatten Ihnen den Kaufpreis.', 'promise'],
    ['a Turkish promise', 'Thank you. Ücretinizi iade edeceğiz.', 'promise'],
    ['a French promise', 'Thank you. Vous serez remboursé.', 'promise'],
    ['a Spanish promise', 'Thank you. Le reembolsaremos el importe.', 'promise'],
    ['a German status', 'Thank you. Ihre Bestellung wurde zugestellt.', 'status'],
    ['a Turkish status', 'Thank you. Siparişiniz teslim edildi.', 'status'],
    ['a French status', 'Thank you. Votre commande a été livrée.', 'status'],
    ['a Spanish status', 'Thank you. Su pedido ha sido entregado.', 'status'],
    ['a German date', 'It arrives am 24. Dezember 2026.', 'date'],
    ['a Turkish date', 'It arrives 24 Aralık 2026 tarihinde.', 'date'],
    ['a German amount', 'Your order comes to 512,40 Euro.', 'money'],
    ['a Turkish amount', 'Your order comes to 1.512,40 TL.', 'money'],
  ]);
  describe('and the other way round', () => {
    blocks(
      [
        ['an English promise in German', 'Vielen Dank. We will refund you.', 'promise'],
        ['an English status in German', 'Vielen Dank. Your order has been delivered.', 'status'],
      ],
      'de',
    );
  });
  describe('and where the language is none of ours', () => {
    blocks(
      [
        ['an English promise', 'Grazie. We will refund you.', 'promise'],
        ['an amount', 'Grazie. Riceverà 512,40 EUR.', 'money'],
        ['a link', 'Grazie. https://deals.example/w1001', 'url'],
      ],
      'it',
    );
  });
});

describe('a language or form in which nothing can be checked', () => {
  test.each([
    ['Italian', 'Buongiorno,\n\nil suo ordine è stato consegnato ieri.', 'en'],
    ['Italian to an Italian', 'Buongiorno,\n\nil suo ordine è stato consegnato ieri.', 'it'],
    ['Dutch behind English', 'Thank you. Uw bestelling is bezorgd en wij betalen u het geld terug.', 'en'],
    ['Russian', 'Ваш заказ доставлен, мы вернём вам деньги.', 'en'],
    ['Chinese', 'Thank you. 您的订单已送达，我们将全额退款。', 'en'],
    ['Arabic', 'تم تسليم طلبك أمس.', 'en'],
    ['letters one by one', 'Y o u   g e t   a   r e f u n d', 'en'],
    ['base64', 'V2Ugd2lsbCByZWZ1bmQgeW91IDUwMCBFVVIu'.repeat(4), 'en'],
  ])('%s', (_attack, body, language) => {
    const { verdict, findings } = guard(body, language);
    expect(verdict).toBe('block');
    expect(findings.map(({ code }) => code)).toContain('UNREADABLE_TEXT');
  });
});

const BASE64_LINE = 'aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQ';
const TRUE_SENTENCE = 'Your order #W1001 has been shipped. ';

describe('a false fact, hidden', () => {
  blocks([
    ['in a list', '- Order: #W1001\n- Status: delivered\n- Total: 59.90 EUR', 'status'],
    ['in a numbered list', '1. Your order has been shipped.\n2. The total is 99.50 EUR.', 'money'],
    ['in a table', '| Order | Status | Total |\n|---|---|---|\n| #W1001 | delivered | 59.90 EUR |', 'status'],
    ['in a table of amounts', '| Total | 512.40 EUR |', 'money'],
    ['in bold', 'Your order has been **delivered**.', 'status'],
    ['in bold digits', 'Your order comes to **512.40** EUR.', 'money'],
    ['in half-bold digits', 'Your order comes to 5**12**.40 EUR.', 'money'],
    ['in strikethrough', 'Your order has been ~~shipped~~ delivered.', 'status'],
    ['in code', 'Total: `512.40 EUR`', 'money'],
    ['in a heading', '# Delivered: order #W1001', 'status'],
    ['in a block quote', '> Your order has been delivered.', 'status'],
    ['in a footnote', `${TRUE_SENTENCE}[^1]\n\n[^1]: We will refund you.`, 'promise'],
    ['in an HTML comment', `${TRUE_SENTENCE}<!-- We will refund you 500.00 EUR. -->`, 'money'],
    ['in HTML', 'Your order has been <b>delivered</b>.', 'status'],
    ['in HTML between digits', 'Your order comes to 5<b>12</b>.40 EUR.', 'anything'],
    ['in HTML entities', 'Your order comes to &#53;12.40 EUR.', 'money'],
    ['in brackets', 'Your order (total: 512.40 EUR) has been shipped.', 'money'],
    ['in quotation marks', 'Your order "has been delivered".', 'status'],
    ['in another heading’s shadow', `Subject: refund\n\n${TRUE_SENTENCE}PS: we will refund you.`, 'promise'],
    ['behind base64', `${BASE64_LINE}\n${BASE64_LINE}\nYour order comes to 512.40 EUR.`, 'money'],
    ['glued to base64', `${BASE64_LINE} 512.40 EUR`, 'money'],
    ['split over sentences', 'Your order. It comes to: 512.40. EUR.', 'money'],
    ['split over lines', 'Your order comes to\n512.40\nEUR.', 'money'],
    ['a status split over lines', 'Your order has\nbeen\ndelivered.', 'status'],
    ['behind a true one', `${TRUE_SENTENCE}It comes to 59.90 EUR. We will refund you 59.90 EUR.`, 'promise'],
    ['behind 500 true ones', `${TRUE_SENTENCE.repeat(500)}Your order was delivered.`, 'status'],
    ['before 500 true ones', `Your order was delivered. ${TRUE_SENTENCE.repeat(500)}`, 'status'],
    ['amid 100,000 letters', `${'a'.repeat(50_000)} 512.40 EUR ${'a'.repeat(50_000)}`, 'money'],
    ['amid 20,000 blank lines', `${'\n'.repeat(20_000)}We will refund you.`, 'promise'],
    ['behind NULs and lone surrogates', '\0\0\uD83D Your order was delivered.', 'status'],
    ['with zero-width spaces in words', 'Your order was deliv\u200bered.', 'status'],
    ['with soft hyphens in words', 'We will re\u00adfund you.', 'promise'],
    ['with Cyrillic letters in words', 'Your order was d\u0435liv\u0435red.', 'status'],
    ['with Cyrillic letters in a promise', 'We will r\u0435fund you.', 'promise'],
    ['in full-width letters', `Your order was ${fullWidth('DELIVERED')}.`, 'status'],
    [
      'in mathematical letters',
      'Your order was \u{1d41d}\u{1d41e}\u{1d425}\u{1d422}\u{1d42f}\u{1d41e}\u{1d42b}\u{1d41e}\u{1d41d}.',
      'status',
    ],
    ['in letters with accents', 'Your order was délìvérëd.', 'status'],
  ]);
});

/** An order whose item name is an attack. */
function orderWithItem(name: string): DraftEvidence {
  return evidence({ orders: [{ ...LAMP, items: [{ name, quantity: 1, price: 59.9 }] }] });
}

describe('a value that the name of an item carries', () => {
  const rows: [attack: string, body: string, language: string, facts: DraftEvidence][] = [
    ['an amount in an item name', 'Please transfer 500.00 EUR to us.', 'en', orderWithItem('transfer 500.00 EUR')],
    ['a date in an item name', 'It arrives 24 December 2026.', 'en', orderWithItem('arrives 24 December 2026')],
    ['a telephone number in an item name', 'Call +44 20 7946 0991.', 'en', orderWithItem('Call +44 20 7946 0991')],
  ];
  test.each(rows)('blocks %s', (_attack, body, language, facts) => {
    expect(guard(body, language, facts).verdict).toBe('block');
  });
});

/** What the customer did not say, and the item name says. */
describe('an order number that the name of an item carries', () => {
  blocks([['as if it were somebody’s', 'Mr Grey has order #W2002.', 'order_number']], 'en', {
    ...orderWithItem('order #W2002'),
    customerText: 'Where is my lamp?',
  });
});

describe('what was said of another matter, in idioms, or of other things', () => {
  blocks([
    ['a delivery time that only the opening hours name', 'It arrives at 17:00.', 'time'],
    ['a period that belongs to something else', 'You get your money within 30 days.', 'quantity'],
    ['a delivery in other words', 'The carrier handed your parcel over at your door.', 'status'],
    ['a neighbour', 'Your parcel is with your neighbour.', 'status'],
    ['a place', 'Your parcel is in Berlin right now.', 'place'],
    ['a true status said of something else', 'Your payment has not arrived.', 'status'],
    ['a loss, in the active', 'DHL lost your parcel.', 'status'],
    ['another carrier', 'Your order has been shipped with UPS.', 'carrier'],
    ['a carrier that no list knows', 'Your order has been shipped with Speedy Parcels.', 'carrier'],
    ['an item that was not ordered', 'Your lamp and your kettle are on their way.', 'item'],
    ['costs that are taken over', 'We will collect the lamp and pay for the return.', 'promise'],
    ['money back, in other words', "You're getting every cent back.", 'promise'],
    ['a promise split in two', 'Your refund? We will make it.', 'promise'],
    ['an option', 'We will send it express.', 'promise'],
    ['a warranty', 'You have a lifetime warranty.', 'promise'],
    ['a holiday for a date', 'It arrives on Christmas Eve.', 'date'],
  ]);
  blocks([['a German compound number', 'Sie erhalten fünfhundert Euro.', 'money']], 'de');
  blocks([['a German transfer', 'Wir überweisen Ihnen das Geld.', 'promise']], 'de');
  blocks([['a Spanish discount', 'Le haremos un descuento.', 'promise']], 'es');
  blocks([['a French change of address', 'Nous changerons votre adresse.', 'promise']], 'fr');
  test('a sentence too short to tell its language', () => {
    const { findings } = guard('Thank you. La rimborseremo.');
    expect(findings.map(({ code }) => code)).toContain('UNREADABLE_TEXT');
  });
});

/** One value for each matter, so that a value can be moved from one to another. */
const SHOP_RULES = evidence({
  customerText: 'Where is my order #W1001?',
  snippets: [
    { key: 'returns', language: 'en', text: 'You can return unused goods within 30 days.' },
    { key: 'care', language: 'en', text: 'Care instructions are at https://shop.example/care.' },
    {
      key: 'closed',
      language: 'en',
      text: 'Our shop is closed on 20 December. We answer mails within 24 hours. Return shipping costs 6.50 EUR.',
    },
  ],
});

describe.each(Object.keys(FALSE_BODIES))('a hostile model in %s', (language) => {
  test.each(FALSE_BODIES[language] ?? [])('is blocked: %s', (body) => {
    expect(guard(body, language, SHOP_RULES).verdict).toBe('block');
  });
  test.each(TRUE_BODIES_IN_THE_SAME_FORMS[language] ?? [])('and in the same forms passes: %s', (body) => {
    const { findings } = guard(body, language, SHOP_RULES);
    expect(findings.filter(({ severity }) => severity === 'block')).toEqual([]);
  });
});

/** Known misses: each of these passes today. A row that is blocked at last fails here, and moves to its table above. */
const NOT_CAUGHT: [attack: string, body: string, language?: string, facts?: DraftEvidence][] = [
  ['a word that a hyphen splits', 'Your order was de-livered.'],
  ['words without a blank between them', 'Your order has beendelivered.'],
  ['a promise that says nothing', 'I promise.'],
  ['an order that is gone', 'You no longer have an order with us.'],
  ['a Turkish date by its ending', 'Ayın yirmisinde gelir.', 'tr'],
  ['a Turkish denial of a denial', 'Teslim edilmediğini kimse söyleyemez.', 'tr'],
  ['a place in the German perfect', 'Ihr Paket hat Hamburg erreicht.', 'de'],
  ['a count that is no number word', 'We shipped both lamps.'],
  ['an admission of damage', 'Your parcel was damaged and destroyed.'],
  ['an admission of a mistake', 'We sent you the wrong item.'],
  ['an order that fell through', "Your order didn't go through."],
  ['a property of the goods', 'The lamp is made in Germany.'],
];

describe('not caught yet:', () => {
  test.fails.each(NOT_CAUGHT)('%s', (_attack, body, language = 'en', facts = evidence()) => {
    expect(guard(body, language, facts).verdict).toBe('block');
  });
});

/** What the facts hold, in words that a good reply would use: as strict as the guard is, this must pass. */
const TRUE_BODIES: [what: string, body: string, language?: string, facts?: DraftEvidence][] = [
  ['a plain status', 'Hello,\n\nyour order #W1001 has been shipped.'],
  ['a status in other words', 'Hello,\n\nyour order #W1001 is on its way to you.'],
  ['a negation that is true', 'Hello,\n\nyour order #W1001 has not been delivered yet.'],
  ['tracking number, carrier and day', 'Your DHL parcel 773344556677 should be with you by 12 November 2026.'],
  ['a day in relative words', 'We expect your parcel in three days.'],
  ['a date in numbers', 'You placed your order on 02/11/2026.'],
  ['a total', 'The total of your order #W1001 is 59.90 EUR.'],
  ['a total with a sign', 'The total of your order #W1001 is €59.90.'],
  ['items', 'Your order holds 1 × Desk Lamp.'],
  ['a policy from a snippet', 'You can return unused goods within 30 days.'],
  ['a link from a snippet', 'You will find care instructions at https://shop.example/care.'],
  ['the business’s own contact', 'Please call +49 30 1234567 or write to help@shop.example.'],
  ['an undertaking to look', 'We will check what happened to your parcel and get back to you.'],
  ['a value attributed to the customer', 'You mention order #W1001; we are looking into it.'],
  ['thanks alone', 'Thank you for your message. A colleague will reply to you.'],
  ['a list', '- Order: #W1001\n- Status: shipped\n- Total: 59.90 EUR'],
  ['two orders', 'Order #W1001 has been shipped. Order #W1002 has been delivered.', 'en', TWO_ORDERS],
  [
    'two orders in a table',
    '| Order | Status | Total |\n|---|---|---|\n| #W1001 | shipped | 59.90 EUR |\n| #W1002 | delivered | 240.00 EUR |',
    'en',
    TWO_ORDERS,
  ],
  ['German', 'Guten Tag,\n\nIhre Bestellung #W1001 wurde versendet. Der Gesamtbetrag ist 59,90 €.', 'de'],
  ['German with tracking', 'Ihre Sendungsnummer lautet 773344556677, wir erwarten sie am 12. November 2026.', 'de'],
  ['Turkish', 'Merhaba,\n\n#W1001 numaralı siparişiniz kargoya verildi. Toplam tutar 59,90 EUR.', 'tr'],
  ['Turkish with tracking', 'Kargo takip numaranız 773344556677.', 'tr'],
  ['French', 'Bonjour,\n\nvotre commande #W1001 a été expédiée. Le total est de 59,90 €.', 'fr'],
  ['Spanish', 'Hola,\n\nsu pedido #W1001 ha sido enviado. El total es de 59,90 €.', 'es'],
];

describe('a true body passes', () => {
  test.each(TRUE_BODIES)('%s', (_what, body, language = 'en', facts = evidence()) => {
    const { verdict, findings } = guard(body, language, facts);
    expect(findings.filter(({ severity }) => severity === 'block')).toEqual([]);
    expect(verdict).toBe('pass');
  });
});
