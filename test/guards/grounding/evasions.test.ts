import { describe, expect, test } from 'vitest';
import { groundBody } from '../../../src/guards/grounding/ground-body.ts';
import { evidence, isBlocked, MAIL_SENT_AT } from './evidence.ts';

describe('a false fact stays false however it is written', () => {
  test.each([
    ['full-width digits', 'The total of K1001 is １２０４.５６ EUR.'],
    ['Arabic-Indic digits', 'The total of K1001 is ١٢٠٤.٥٦ EUR.'],
    ['zero-width characters in a number', 'The total of K1001 is 12\u200b04\u2060.5\u00ad6 EUR.'],
    ['zero-width characters in a word', 'Order K2002 has been deliv\u200bered.'],
    ['NUL in a word', 'Order K2002 has been deliv\0ered.'],
    ['Cyrillic letters', 'Order K2002 has been dеlivеrеd.'],
    ['emphasis inside a word', 'Order K2002 has been **deli**vered.'],
    ['decomposed accents', 'Sipariş K2002 iptal edildi.'.normalize('NFD')],
    ['missing accents', 'Ucretiniz iade edilecek.'],
    ['capitals', 'ORDER K2002 HAS BEEN DELIVERED.'],
    ['Turkish capitals', 'SİPARİŞ K2002 İPTAL EDİLDİ.'],
    ['a hard line end', 'Order K2002 has been\n\nrefunded.'],
    ['a wrapped line', 'I can confirm to you that order number K2002 has meanwhile been\ndelivered to you.'],
    ['another language', 'Ihre Bestellung K2002 wurde storniert.'],
    ['written-out money', 'We owe you twenty dollars.'],
    ['a spelled-out address', 'Visit lampen-refund dot com.'],
    ['a bare address', 'Go to lampen.shop/refund now.'],
    ['an address that begins like ours', 'Go to lampen.example.evil.com now.'],
    ['an address with credentials', 'Go to https://lampen.example@evil.com now.'],
    ['a look-alike address', 'Go to https://lаmpen.example now.'],
    ['a number in groups', 'Tracking: 9747 0320 4372.'],
    ['a status list', 'K2002\n- Status: Delivered'],
    ['a status as a question of its own', 'Your order K2002? Delivered.'],
    ['a date of another calendar order', 'K1001 was delivered on 2026/08/11.'],
    ['a day that does not exist', 'K1001 was delivered on 31.11.2026.'],
    ['a weekday that does not go with the date', 'K1001 was delivered on Monday, 8 November.'],
    ['a percentage in words', 'You get ten percent off.'],
    ['a currency in words', 'The total of K1001 is 1204.55 dollars.'],
    ['a price split over symbols', 'The total of K1001 is 1204€56.'],
  ])('%s', (_, body) => {
    expect(isBlocked(body)).toBe(true);
  });
});

describe('a true fact stays true however it is written', () => {
  test.each([
    'The total of K1001 is １２０４.５５ EUR.',
    'The total of K1001 is 1204,55 €.',
    'The total of K1001 is 1 204,55 €.',
    "The total of K1001 is 1'204.55 EUR.",
    'K1001 was delivered on 2026-11-08.',
    'K1001 was delivered on Sunday, 8th November 2026.',
    'K1001 was delivered on November the 8th.',
    'K1001 was delivered on 08.11.2026.',
    'Tracking: 9747 0320 4371.',
    'Visit https://www.lampen.example/.',
  ])('%j', (body) => {
    expect(isBlocked(body)).toBe(false);
  });
});

describe('hostile bodies', () => {
  const LENGTH = 60_000;
  test.each([
    'a',
    '7',
    '1 ',
    '1,',
    'a@',
    'http://',
    'a.',
    '\n',
    ' ',
    '\0',
    '\ud800',
    '😀',
    'will refund ',
    'refund x ',
    'shipped ',
    'order #K1001 ',
    'twenty one hundred ',
    '(030) ',
    '1-',
    '14:30:',
    'in 3 days ',
    'not ',
    '[LINK_',
    'Lamp 15-inch ',
    '3 november delivered ',
    '1\u200b',
  ])(
    '%j repeated is judged in time',
    (unit) => {
      const body = unit.repeat(Math.ceil(LENGTH / unit.length));
      const claims = groundBody({ body, language: 'en', mailSentAt: MAIL_SENT_AT, evidence: evidence() });
      for (const claim of claims.slice(0, 100)) expect(body.slice(claim.start, claim.end)).toBe(claim.text);
    },
    30_000,
  );

  test('an empty body holds no claim', () => {
    expect(groundBody({ body: '', language: 'en', mailSentAt: MAIL_SENT_AT, evidence: evidence() })).toEqual([]);
  });
});
