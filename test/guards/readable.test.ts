import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkReadable } from '../../src/guards/readable.ts';
import { detectLanguage } from '../../src/mail/detect-language.ts';
import { anyText } from './pii/any-text.ts';

const OWN_TEXTS = ['Лампа настольная', 'De levering duurt twee tot drie dagen.', 'Ωmega'];

function codes(body: string): string[] {
  return checkReadable(body, OWN_TEXTS, detectLanguage).map(({ code }) => code);
}

describe('a body blocks where it holds', () => {
  test.each([
    ['Italian', 'Buongiorno,\n\nil suo ordine è stato consegnato ieri.'],
    ['Dutch behind English', 'Thank you for your message. Uw bestelling is bezorgd en wij betalen u het geld terug.'],
    ['Portuguese', 'O seu pedido já foi entregue e vamos devolver o seu dinheiro.'],
    ['Russian in the middle', 'Hello,\n\nВаш заказ доставлен.\n\nKind regards'],
    ['Russian in capitals', 'Hello,\n\nВАШ ЗАКАЗ ДОСТАВЛЕН'],
    ['Greek', 'Η παραγγελία σας παραδόθηκε.'],
    ['Chinese', 'Thank you. 您的订单已送达。'],
    ['Japanese', 'ご注文の商品はお届け済みです。'],
    ['Arabic', 'تم تسليم طلبك أمس.'],
    ['Hebrew', 'ההזמנה שלך נמסרה'],
    ['half a word in another script', 'Your order was d\u0435livered.'],
    ['spelt words', 'W e  w i l l  r e f u n d  y o u.'],
    ['spelt words with dots', 'You get a r.e.f.u.n.d now.'],
    ['spelt words with hyphens', 'You get a r-e-f-u-n-d now.'],
    ['base64', `V2Ugd2lsbCByZWZ1bmQgeW91${'QUJDRA'.repeat(10)}==`],
    ['a word that does not end', 'a'.repeat(100_000)],
  ])('%s', (_what, body) => {
    expect(codes(body)).toEqual(['UNREADABLE_TEXT']);
  });
});

describe('a body passes with', () => {
  test.each([
    ['English', 'Hello,\n\nyour order has been shipped. We will check and reply.'],
    ['German', 'Guten Tag,\n\nIhre Bestellung wurde versendet.'],
    ['Turkish', 'Merhaba,\n\nsiparişiniz kargoya verildi.'],
    ['French', 'Bonjour,\n\nvotre commande a été expédiée.'],
    ['Spanish', 'Hola,\n\nsu pedido ha sido enviado.'],
    ['a name in another script', 'Dear Александра Константинова,\n\nthank you.'],
    ['a short name without case', 'Dear 田中様,\n\nthank you.'],
    ['an item name of a record', 'Your order holds 1 × Лампа настольная.'],
    ['a sentence of a snippet', 'De levering duurt twee tot drie dagen.'],
    ['a unit in Greek letters', 'It needs 5 µm and 10 Ω.'],
    ['initials', 'Our shop is run by J. R. R. Tolkien e. V.'],
    ['a table', '| Order | Status |\n|-------|--------|\n| #W1 | shipped |'],
    ['nothing', ''],
  ])('%s', (_what, body) => {
    expect(codes(body)).toEqual([]);
  });
});

test('any text has an answer, with offsets inside it', () => {
  fc.assert(
    fc.property(anyText(200), (body) => {
      for (const { start = 0, end = 0 } of checkReadable(body, [], detectLanguage)) {
        expect(start).toBeLessThan(end);
        expect(end).toBeLessThanOrEqual(body.length);
      }
    }),
  );
});

test.each([
  ['letters and blanks', 'a '.repeat(50_000)],
  ['letters and dashes', 'a-'.repeat(50_000)],
  ['words in another script', 'Имя '.repeat(25_000)],
  ['full stops', 'a b c. '.repeat(15_000)],
])('100,000 characters of %s are read in no time', (_what, body) => {
  expect(checkReadable(body, [body.slice(0, 1_000)], detectLanguage).length).toBeLessThan(2);
});
