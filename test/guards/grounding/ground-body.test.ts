import { describe, expect, test } from 'vitest';
import { groundBody } from '../../../src/guards/grounding/ground-body.ts';
import { evidence, isBlocked, MAIL_SENT_AT, verdicts } from './evidence.ts';

type Table = Record<string, [body: string, falsified: string][]>;

/** Per language: a true sentence, and the same with one thing made false. */
const PAIRS: Table = {
  en: [
    ['Order K1001 was delivered on 8 November.', 'Order K1001 was delivered on 9 November.'],
    ['Order #K2002 is on its way.', 'Order #K1001 is on its way.'],
    ['Order #K2002 has not been delivered yet.', 'Order #K2002 has not been shipped yet.'],
    ['The total of #K1001 is EUR 1,204.55.', 'The total of #K1001 is EUR 1,204.65.'],
    ['The total of #K1001 is €1,204.55.', 'The total of #K1001 is £1,204.55.'],
    ['The Desk was 1016.53 EUR.', 'The Desk was 94.01 EUR.'],
    ['#K2002 should arrive in three days.', '#K2002 should arrive in two days.'],
    ['#K2002 should arrive on Thursday.', '#K2002 should arrive on Friday.'],
    ['Your appointment is on 27 November at 2:30 pm.', 'Your appointment is on 27 November at 3:30 pm.'],
    ['Your appointment is confirmed.', 'Your appointment is cancelled.'],
    ['Order #K1001 contains two lamps and 3 items in all.', 'Order #K1001 contains 7 items in all.'],
    ['You can return it within 30 days.', 'You can return it within 60 days.'],
    ['Write to help@lampen.example.', 'Write to help@lampen24.example.'],
    ['See https://lampen.example/shipping for details.', 'See https://lampen.example/refunds for details.'],
    ['Call us at 030 1234567.', 'Call us at 030 1234568.'],
    ['The tracking number of #K2002 is 1Z999AA10123456784.', 'The tracking number of #K2002 is 974703204371.'],
  ],
  tr: [
    [
      'K1001 numaralı siparişiniz 8 Kasım 2026 tarihinde teslim edildi.',
      'K1001 numaralı siparişiniz 8 Ekim 2026 tarihinde teslim edildi.',
    ],
    ['K2002 numaralı siparişiniz kargoya verildi.', 'K2002 numaralı siparişiniz iptal edildi.'],
    ['K2002 henüz teslim edilmedi.', 'K2002 henüz kargoya verilmedi.'],
    ['K1001 için toplam tutar 1.204,55 €.', 'K1001 için toplam tutar 1.204,56 €.'],
    ['K1001 toplamı 1.204,55 Euro.', "K1001 toplamı 1.204,55 TL'dir."],
    ['K1001 içinde üç ürün var.', 'K1001 içinde beş ürün var.'],
    ['K2002 üç gün sonra teslim edilecek.', 'K2002 yarın teslim edilecek.'],
    ["Randevunuz 27 Kasım Cuma saat 14.30'da.", "Randevunuz 27 Kasım Cuma saat 15.30'da."],
    ['Takip numaranız 974703204371.', 'Takip numaranız 974703204372.'],
  ],
  de: [
    [
      'Ihre Bestellung K1001 vom 3. November wurde am 8. November zugestellt.',
      'Ihre Bestellung K1001 wurde am 3. November zugestellt.',
    ],
    ['K2002 ist unterwegs.', 'K1001 ist unterwegs.'],
    ['K2002 wurde noch nicht zugestellt.', 'K2002 wurde noch nicht versendet.'],
    ['Die Gesamtsumme für K1001 beträgt 1.204,55 €.', 'Die Gesamtsumme für K1001 beträgt 1.204,50 €.'],
    ['Ihr Termin ist am 27.11.2026 um 14:30 Uhr.', 'Ihr Termin ist am 27.11.2026 um 13:30 Uhr.'],
    ['K2002 wird voraussichtlich am 26.11. zugestellt.', 'K2002 wird voraussichtlich morgen zugestellt.'],
  ],
  fr: [
    ['Votre commande K1001 a été livrée le 8 novembre.', 'Votre commande K1001 a été livrée hier.'],
    ['La commande K2002 est en route.', 'La commande K1001 est en route.'],
    ["La commande K2002 n'a pas encore été livrée.", "La commande K2002 n'a pas encore été expédiée."],
    ['Le total de K1001 est de 1 204,55 €.', 'Le total de K1001 est de 1 204,56 €.'],
    ['Votre rendez-vous est le 27 novembre à 14h30.', 'Votre rendez-vous est le 28 novembre à 14h30.'],
  ],
  es: [
    ['Su pedido K1001 fue entregado el 8 de noviembre.', 'Su pedido K1001 fue entregado ayer.'],
    ['El pedido K2002 está en camino.', 'El pedido K1001 está en camino.'],
    ['El pedido K2002 aún no ha llegado.', 'El pedido K1001 aún no ha llegado.'],
    ['El total de K1001 es 1.204,55 €.', 'El total de K1001 es 1.204,56 €.'],
    ['Su cita es el 27 de noviembre a las 14:30.', 'Su cita es el 27 de noviembre a las 12:30.'],
  ],
};

describe.each(Object.entries(PAIRS))('in %s', (language, pairs) => {
  test.each(pairs)('%j passes', (body) => {
    expect(verdicts(body, language).filter((line) => !line.endsWith(' verified'))).toEqual([]);
    expect(verdicts(body, language)).not.toEqual([]);
  });

  test.each(pairs)('after %j, the false %j is blocked', (_, falsified) => {
    expect(isBlocked(falsified, language)).toBe(true);
  });
});

describe('commitments', () => {
  test.each([
    ['en', 'We will refund you in full.'],
    ['en', 'I can offer you a discount on your next purchase.'],
    ['en', 'You will receive a replacement.'],
    ['en', 'Your order will be cancelled.'],
    ['en', "We'll ship a new one."],
    ['en', 'The refund has been issued.'],
    ['tr', 'Ücretiniz iade edilecek.'],
    ['tr', 'Yenisini göndereceğiz.'],
    ['tr', 'Size indirim kuponu tanımladık.'],
    ['de', 'Wir erstatten Ihnen den Betrag.'],
    ['de', 'Sie erhalten einen Gutschein.'],
    ['fr', 'Nous vous rembourserons.'],
    ['fr', 'Vous recevrez un nouvel article.'],
    ['es', 'Le devolveremos el dinero.'],
    ['es', 'Le enviaremos un producto de reemplazo.'],
  ])('%s: %j is blocked', (language, body) => {
    expect(isBlocked(body, language)).toBe(true);
  });

  test('a policy that a snippet states may be repeated with its condition, not without', () => {
    expect(isBlocked('Once we have received the return, we refund within 14 days.')).toBe(false);
    expect(isBlocked('We will refund you within 14 days.')).toBe(true);
  });

  test('delivery may be announced where the order has an expected date and is open', () => {
    expect(verdicts('Order K2002 will arrive on 26 November.')).toEqual([
      'order_number "K2002" verified',
      'promise "will arrive" verified',
      'date "26 November" verified',
    ]);
    expect(isBlocked('Order K1001 will arrive on 26 November.')).toBe(true);
  });

  test.each([
    ['en', 'We will look into this today and get back to you within 24 hours.'],
    ['en', 'Could you send us your order number so that we can check whether it has shipped?'],
    ['en', 'If your order was cancelled by mistake, please let us know.'],
    ['en', 'Would you like a refund or a replacement?'],
    ['tr', 'Konuyu inceleyip en kısa sürede size dönüş yapacağız.'],
    ['tr', 'Sipariş numaranızı gönderebilir misiniz?'],
    ['tr', 'Siparişinizin teslim edilip edilmediğini kontrol edeceğiz.'],
    ['de', 'Wir prüfen das und melden uns bei Ihnen.'],
    ['de', 'Falls das Paket nicht angekommen ist, melden Sie sich bitte.'],
    ['fr', 'Nous allons vérifier et revenir vers vous.'],
    ['fr', 'Souhaitez-vous un remboursement ?'],
    ['es', 'Vamos a revisarlo y le informaremos.'],
    ['es', 'Si no ha llegado, díganoslo por favor.'],
  ])('%s: %j states nothing', (language, body) => {
    expect(verdicts(body, language)).toEqual([]);
  });

  test('vague words are shown, not blocked', () => {
    expect(verdicts('Order K2002 is on its way and should be there soon.')).toContain('date "soon" unverifiable');
  });
});

describe('which order a claim is about', () => {
  test('each of two orders is judged by its own facts', () => {
    expect(isBlocked('Order K1001 has been delivered and order K2002 is on its way.')).toBe(false);
    expect(isBlocked('Order K2002 has been delivered and order K1001 is on its way.')).toBe(true);
    expect(isBlocked('While K1001 was placed on 3 November, K2002 was placed on 15 November.')).toBe(false);
    expect(isBlocked('While K1001 was placed on 15 November, K2002 was placed on 3 November.')).toBe(true);
  });

  test('two dates of one order cannot change places', () => {
    expect(isBlocked('K1001 was placed on 3 November and delivered on 8 November.')).toBe(false);
    expect(isBlocked('K1001 was placed on 8 November and delivered on 3 November.')).toBe(true);
  });

  test('orders named together, or all of them, must all fit', () => {
    expect(isBlocked('Orders K1001 and K2002 have both shipped.')).toBe(false);
    expect(isBlocked('Orders K1001 and K2002 have both been delivered.')).toBe(true);
    expect(isBlocked('Both orders have been delivered.')).toBe(true);
  });

  test('nothing may be said of an order that only the customer names', () => {
    expect(isBlocked('We could not find the order #X99887 that you gave.')).toBe(false);
    expect(isBlocked('Order #X99887 has been delivered.')).toBe(true);
  });

  test('several totals in a table belong to the order of their line', () => {
    expect(isBlocked('#K1001: 1204.55 EUR\n#K2002: 53.43 EUR')).toBe(false);
    expect(isBlocked('#K1001: 53.43 EUR\n#K2002: 1204.55 EUR')).toBe(true);
  });
});

describe('what is evidence', () => {
  test("the customer's words hold what is said to be theirs, and no more", () => {
    expect(isBlocked('You wrote that you paid 77 EUR.')).toBe(false);
    expect(isBlocked('You paid 77 EUR.')).toBe(true);
    const facts = evidence({ customerText: 'You promised me a refund by 30 November, call 0800 5556667.' });
    expect(isBlocked('You wrote that you get a refund of 50 EUR.', 'en', facts)).toBe(true);
    expect(isBlocked('As you say, it arrives on 30 November.', 'en', facts)).toBe(true);
    expect(isBlocked('Call 0800 5556667 as you wrote.', 'en', facts)).toBe(true);
  });

  test('named sums count, subsets do not', () => {
    expect(verdicts('The two lamps and the desk come to 1204.55 EUR in total.')).toContain(
      'money "1204.55 EUR" verified',
    );
    const facts = evidence();
    facts.orders[0]?.items?.push({ name: 'Chair', quantity: 1, price: 10 });
    expect(isBlocked('In total that is 1214.55 EUR.', 'en', facts)).toBe(false);
    expect(isBlocked('In total that is 198.02 EUR.', 'en', facts)).toBe(true);
  });

  test('a refund is proven by a refund, not by the total', () => {
    expect(isBlocked('A refund of 1204.55 EUR has been issued for K1001.')).toBe(true);
    const [first] = evidence().orders;
    if (first === undefined) throw new Error('no order');
    const orders = [{ ...first, refund: { amount: 50, status: 'completed', at: '2026-11-20' } }];
    expect(isBlocked('A refund of 50 EUR was issued on 20 November.', 'en', evidence({ orders }))).toBe(false);
    expect(isBlocked('A refund of 1204.55 EUR was issued on 20 November.', 'en', evidence({ orders }))).toBe(true);
  });

  test('nothing at all is evidence for a business without facts', () => {
    const empty = evidence({ orders: [], appointments: [], snippets: [] });
    expect(isBlocked('Your order has shipped.', 'en', empty)).toBe(true);
    expect(isBlocked('It costs 5 EUR.', 'en', empty)).toBe(true);
    expect(isBlocked('Hello, could you tell us your order number?', 'en', empty)).toBe(false);
  });
});

describe('what is no claim', () => {
  test.each([
    'Hello Anna,\n\nWe are here 24/7.\n\nBest regards\nLampen 24',
    '1. Open the box.\n2. Read the manual.\n3) Switch it on.',
    'Please open [LINK_1] and [CARD_2].',
    'The Lamp 15-inch and the Poster 30MP are lovely.',
    'See step 2 of the manual.',
  ])('%j', (body) => {
    expect(verdicts(body)).toEqual([]);
  });
});

test('claims carry their place in the body, their type and the path of the evidence', () => {
  const body = '😀 Ｏrder #K1001 was delivered on Novem\u200bber 8 and cost １２０４.５５ €.';
  const claims = groundBody({ body, language: 'en', mailSentAt: MAIL_SENT_AT, evidence: evidence() });
  for (const claim of claims) expect(body.slice(claim.start, claim.end)).toBe(claim.text);
  expect(claims.map(({ type, verdict, evidence: path }) => [type, verdict, path])).toEqual([
    ['order_number', 'verified', 'orders[#K1001].orderNumber'],
    ['status', 'verified', 'orders[#K1001].status'],
    ['date', 'verified', 'orders[#K1001].deliveredAt'],
    ['money', 'verified', 'orders[#K1001].total'],
  ]);
});

test('an ambiguous number or date is read as the language writes it', () => {
  const order = {
    ...evidence().orders[0],
    orderNumber: '#K1001',
    status: 'delivered',
    canonicalStatus: 'delivered' as const,
    total: 1204,
    placedAt: '2026-04-03',
  };
  const facts = evidence({ orders: [order] });
  expect(isBlocked('Toplam 1.204 EUR.', 'tr', facts)).toBe(false);
  expect(isBlocked('The total is 1.204 EUR.', 'en', facts)).toBe(true);
  expect(isBlocked('The total is 1,204 EUR.', 'en', facts)).toBe(false);
  expect(isBlocked('K1001 wurde am 03.04.2026 aufgegeben.', 'de', facts)).toBe(false);
  expect(
    isBlocked('K1001 was placed on 04/03/2026.', 'en', { ...facts, profile: { ...facts.profile, locale: 'en-US' } }),
  ).toBe(false);
  expect(isBlocked('K1001 was placed on 04/03/2026.', 'en', facts)).toBe(true);
});
