import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EntityKind, extractEntities } from '../../../src/drafting/triage/extract-entities.ts';
import { identifierKey } from '../../../src/tools/identifier-key.ts';

const HOSTILE = fc.constantFrom(
  'order ',
  '#',
  '12',
  '345',
  'A',
  '-',
  '.',
  ',',
  ' ',
  '\n',
  '°',
  '№',
  '１',
  '\u0000',
  '\uD800',
  '$',
  '@',
  'no ',
  ':',
  've ',
  '/',
);
const named = (text: string, subject = '') =>
  extractEntities(text, subject).named.map(({ kind, key }) => `${kind} ${key}`);

const NAMED: [string, EntityKind, string][] = [
  ['Where is order 12345?', 'order', '12345'],
  ['Where is my order #W48213?', 'order', 'W48213'],
  ['#W48213 has not arrived', 'order', 'W48213'],
  ['order no. 12345', 'order', '12345'],
  ['Order No.12345', 'order', '12345'],
  ['order number: 12-3456', 'order', '123456'],
  ['my order number is 987', 'order', '987'],
  ['order ID = AB-4711-X', 'order', 'AB4711X'],
  ['purchase 00048213', 'order', '00048213'],
  ['PO 448213', 'order', '448213'],
  ['could you add a lamp to order 48213', 'order', '48213'],
  ['any update on order 48213?', 'order', '48213'],
  ['Order-48213', 'order', '48213'],
  ['order number\n48213', 'order', '48213'],
  ['Ｏｒｄｅｒ ＃４８２１３', 'order', '48213'],
  ['303-1234567-7654321 is my order, order number 303-1234567-7654321', 'order', '30312345677654321'],
  ['Sipariş numaram 4711', 'order', '4711'],
  ['4711 numaralı siparişim gelmedi', 'order', '4711'],
  ["4711 no'lu siparişim", 'order', '4711'],
  ['siparis no: 48213', 'order', '48213'],
  ['Siparişimin numarası 48213', 'order', '48213'],
  ['Bestellnummer: 48213', 'order', '48213'],
  ['meine Bestellung Nr. 48213', 'order', '48213'],
  ['Bestellung mit der Nummer 48213', 'order', '48213'],
  ['Auftrag 48213', 'order', '48213'],
  ['commande n° 48213', 'order', '48213'],
  ['ma commande numéro 48213', 'order', '48213'],
  ['numéro de commande : 48213', 'order', '48213'],
  ['pedido n.º 48213', 'order', '48213'],
  ['mi número de pedido es 48213', 'order', '48213'],
  ['pedido nº48213', 'order', '48213'],
  ['tracking number 48213000777', 'tracking', '48213000777'],
  ['Tracking: 1Z 999 AA1 01 2345 6784', 'tracking', '1Z999AA10123456784'],
  ['it says 1Z999AA10123456784', 'tracking', '1Z999AA10123456784'],
  ['RR123456785TR', 'tracking', 'RR123456785TR'],
  ['RR 123 456 785 TR nerede', 'tracking', 'RR123456785TR'],
  ['the tracking says nothing for 482130007771', 'tracking', '482130007771'],
  ['tracking number 9400 1000 0000 0000 0000 00', 'tracking', '9400100000000000000000'],
  ['my tracking number for the order is 482130007771', 'tracking', '482130007771'],
  ['kargo takip no 48213000777', 'tracking', '48213000777'],
  ['Kargo takip numaram: 48213000777', 'tracking', '48213000777'],
  ['Sendungsnummer 00340434161094021501', 'tracking', '00340434161094021501'],
  ['numéro de suivi : 6A12345678901', 'tracking', '6A12345678901'],
  ['número de seguimiento 48213000777', 'tracking', '48213000777'],
  ['appointment number 5512', 'appointment', '5512'],
  ['booking reference: AB12CD', 'appointment', 'AB12CD'],
  ['Terminnummer T-5512', 'appointment', 'T5512'],
  ['randevu no 5512', 'appointment', '5512'],
  ['invoice #00108', 'invoice', '00108'],
  ['bill #37777', 'invoice', '37777'],
  ['Rechnungsnummer RE-2024-0815', 'invoice', 'RE20240815'],
  ['fatura no: 48213', 'invoice', '48213'],
  ['la facture n° 48213', 'invoice', '48213'],
];

describe('extractEntities', () => {
  it.each(NAMED)('finds in "%s" the %s %s', (text, kind, key) => {
    expect(named(text)).toEqual([`${kind} ${key}`]);
    expect(named('', text)).toEqual([`${kind} ${key}`]);
  });

  it.each([
    'the order number {{Order Number}}',
    'order number ####',
    'order no. XXXX',
    'I want to order 500 pieces',
    'We order 2000 units a year',
    'an order of 12.03.2026',
    'my order from 2026-03-12',
    'order placed at 14:30',
    'my order of $1,499.00',
    'order for 299 dollars',
    'sipariş 3 gün önce',
    'Bestellung vom 12.03.2026 über 45,90 €',
    'ma commande du 12/03/2026',
    'apartment #123, order soon',
    'ticket #48213',
    'item number 48213',
    'call me at +49 170 1234567 about the order',
    'tel 0532 123 45 67',
    'my order, 2 lamps and 3 chairs',
    'order 2026',
    'the first #1 shop',
    'my address is 4711 Main Street, 90210',
    'my card 4111111111111111 was charged for the parcel',
  ])('names nothing in "%s"', (text) => {
    expect(named(text)).toEqual([]);
  });

  it('finds every number of a list', () => {
    expect(named('orders 48213, 48214 and 48215')).toEqual(['order 48213', 'order 48214', 'order 48215']);
    expect(named('Orders #W48213 and #W48214 please')).toEqual(['order W48213', 'order W48214']);
    expect(named('Bestellungen 48213 und 48214')).toEqual(['order 48213', 'order 48214']);
    expect(named('48213 ve 48214 numaralı')).toEqual([]);
  });

  it('names each number once, also when the subject has it too', () => {
    expect(named('Order 48213 is late', 'Order #48213')).toEqual(['order 48213']);
  });

  it('keeps weak numbers as candidates only', () => {
    const { named: strong, candidates } = extractEntities('It is W48213 I think, I live at 90210.', '');
    expect(strong).toEqual([]);
    expect(candidates).toEqual(['W48213', '90210']);
  });

  it('leaves money, dates, times, phone numbers and addresses out of the candidates', () => {
    const text =
      'On 12.03.2026 at 14:30 I paid 1.499,00 EUR ($1,620.50), call +49 170 1234567 or 555-123-4567, mail a1234@example.com, in 2025';
    expect(extractEntities(text, '').candidates).toEqual([]);
  });

  it('puts named ones first among at most 50 candidates', () => {
    const many = Array.from({ length: 80 }, (_, index) => `X${1000 + index}`).join(' ');
    const { candidates } = extractEntities(`${many} order number 48213`, '');
    expect(candidates).toHaveLength(50);
    expect(candidates[0]).toBe('48213');
  });

  it('gives every entity the key of its value, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: HOSTILE, maxLength: 60 }), fc.string({ maxLength: 80 }), (text, subject) => {
        const { named: entities, candidates } = extractEntities(text, subject);
        for (const { value, key } of entities) expect(key).toBe(identifierKey(value));
        for (const key of candidates) expect(key).toMatch(/^[A-Z0-9]{1,}$/);
        expect(candidates.length).toBeLessThanOrEqual(50);
      }),
    );
  });

  it('finds an order number written after any of the usual prefixes', () => {
    const prefixes = [
      'order #',
      'order no ',
      'Order number: ',
      'sipariş no ',
      'Bestellnummer ',
      'commande n° ',
      'pedido n.º ',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...prefixes), fc.stringMatching(/^[A-Z]{0,3}[1-9][0-9]{4,9}$/), (prefix, value) => {
        expect(named(`Hello, ${prefix}${value} please`)).toEqual([`order ${value}`]);
      }),
    );
  });

  it.each([
    ['1Z'.repeat(50_000)],
    ['order '.repeat(20_000)],
    ['order # '.repeat(15_000)],
    ['4711 '.repeat(20_000)],
    ['1'.repeat(100_000)],
    ['a@'.repeat(50_000)],
    ['1.'.repeat(50_000)],
    ['12:'.repeat(30_000)],
    ['order no 1234-'.repeat(8_000)],
    ['-_/'.repeat(30_000)],
    ['AA '.repeat(30_000)],
    ['+1 '.repeat(30_000)],
    ['\n'.repeat(100_000)],
    ['$'.repeat(100_000)],
    ['{{order number}} '.repeat(6_000)],
  ])('finishes on hostile text', (text) => {
    expect(extractEntities(text, text).candidates.length).toBeLessThanOrEqual(50);
  });
});
