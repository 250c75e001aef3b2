import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripSignature } from '../../src/mail/strip-signature.ts';

const TEXT = 'Where is my parcel?\nI have been waiting for a week.';

describe('stripSignature', () => {
  it.each([
    '-- \nKim Lee\nExample Ltd',
    '--\nKim',
    'Sent from my iPhone',
    'Get Outlook for iOS',
    'Sent via the Samsung Galaxy S24, an AT&T 5G smartphone',
    'iPhone’umdan gönderildi',
    "iPhone'umdan gönderildi",
    'Samsung cihazımdan gönderildi',
    'Von meinem iPhone gesendet',
    'Gesendet von Outlook für Android',
    'Von meinem/meiner Galaxy gesendet',
    'Envoyé de mon iPhone',
    'Envoyé depuis mon téléphone',
    'Enviado desde mi iPhone',
    'Enviado desde mi móvil',
    'Best regards,\nKim Lee',
    'Kind regards\n\nKim Lee\nHead of Purchasing\nkim@example.com | +1 555 010 0199\nwww.example.com',
    'Saygılarımla,\nAyşe Yılmaz',
    'Teşekkürler\nAyşe',
    'Mit freundlichen Grüßen\nJürgen Groß',
    'LG Anna'.replace(' ', '\n'),
    'Cordialement,\nÉlodie',
    'Un saludo,\nJosé',
    '-Kim',
    'Thanks,\nKim\n\nSent from my iPhone',
    '________________\nKim Lee\nTel. +49 30 123456',
  ])('cuts %j', (signature) => {
    expect(stripSignature(`${TEXT}\n\n${signature}\n`).text).toBe(TEXT);
  });

  it.each([
    'My order was sent from Berlin by mistake.',
    'Siparişim yanlış adrese gönderildi',
    'Von meinem Konto wurden 50 Euro abgebucht',
    'Thanks for the quick answer. But when will it come?',
    'Sent from my kitchen table, where it is easier than on the phone.',
    'Best regards\nKim\nOrder number 48213',
    'Regards\nKim\nPS: where is the second parcel?',
    '- one blue lamp',
    'Options:\n----\nblue or green?\n----\nPlease tell me.',
    'fix -- this is no signature',
  ])('keeps %j', (end) => {
    expect(stripSignature(`${TEXT}\n\n${end}`).text).toBe(`${TEXT}\n\n${end}`);
  });

  it('keeps a mail that is nothing but a signature or a thank-you', () => {
    for (const text of ['Sent from my iPhone', 'Thanks,\nKim', '--\nKim']) expect(stripSignature(text).text).toBe(text);
  });

  it('never empties a text, and adds nothing', () => {
    const line = fc.constantFrom(
      'hello there',
      '',
      '--',
      '-- ',
      'Regards,',
      'Kim',
      'Sent from my iPhone',
      '-----',
      'tel. +1 555 010 0199',
      '-Kim',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const whole = lines.join('\n');
        const { text, signature } = stripSignature(whole);
        expect(text === '').toBe(whole.trim() === '');
        expect(text.length + signature.length).toBeLessThanOrEqual(whole.length);
        expect(whole).toContain(text);
      }),
    );
  });

  it.each(['\n', '--\n', 'Regards\n', 'a', 'Sent from my iPhone\n', '-', '_', 'tel. '])(
    'finishes on 100,000 characters of %j',
    (part) => {
      expect(stripSignature(part.repeat(100_000 / part.length)).text.length).toBeLessThanOrEqual(100_000);
    },
  );
});
