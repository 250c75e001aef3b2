import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripQuotes } from '../../src/mail/strip-quotes.ts';

const REPLY = 'Yes, please send it again.\n\nThe address is the same.';

/** What a program puts below a reply, without `>`. */
const BARE: [string, string][] = [
  [
    'Outlook, English',
    'From: Shop <help@shop.example>\nSent: Tuesday, 3 March 2026 09:12\nTo: Kim Lee <kim@mail.example>\nSubject: RE: Your order\n\nDear Kim,',
  ],
  [
    'Outlook, Turkish',
    'Kimden: Dükkan <destek@dukkan.example>\nGönderildi: 3 Mart 2026 Salı 09:12\nKime: Ayşe <ayse@mail.example>\nKonu: Ynt: Siparişiniz\n\nMerhaba',
  ],
  [
    'Outlook, German',
    'Von: Laden <hilfe@laden.example>\nGesendet: Dienstag, 3. März 2026 09:12\nAn: Kim <kim@mail.example>\nBetreff: AW: Bestellung\n\nHallo',
  ],
  [
    'Outlook, French',
    'De : Boutique <aide@boutique.example>\nEnvoyé : mardi 3 mars 2026 09:12\nÀ : Kim <kim@mail.example>\nObjet : RE: Commande\n\nBonjour',
  ],
  [
    'Outlook, Spanish',
    'De: Tienda <ayuda@tienda.example>\nEnviado el: martes, 3 de marzo de 2026 9:12\nPara: Kim <kim@mail.example>\nAsunto: RE: Pedido\n\nHola',
  ],
  [
    'Outlook with a rule',
    '________________________________\nFrom: Shop <help@shop.example>\nSent: Tuesday, 3 March 2026 09:12\nTo: Kim\nSubject: Your order\n\nDear Kim,',
  ],
  [
    'Outlook with bold names',
    '*From:* Shop <help@shop.example>\n*Sent:* Tuesday, 3 March 2026 09:12\n*To:* Kim\n*Subject:* Your order\n\nDear Kim,',
  ],
  ['old Outlook, English', '-----Original Message-----\nFrom: Shop\nSent: 3 March\n\nDear Kim,'],
  ['old Outlook, Turkish', '-----Özgün İleti-----\nDükkan yazdı'],
  ['old Outlook, German', '-----Ursprüngliche Nachricht-----\nHallo'],
  ['old Outlook, French', "-----Message d'origine-----\nBonjour"],
  ['old Outlook, Spanish', '-----Mensaje original-----\nHola'],
  [
    'web.de',
    'Gesendet: Dienstag, 03. März 2026 um 09:12 Uhr\nVon: "Laden" <hilfe@laden.example>\nAn: kim@mail.example\nBetreff: Bestellung\nHallo',
  ],
  [
    'forward',
    '---------- Forwarded message ---------\nFrom: Shop <help@shop.example>\nDate: Tue, Mar 3, 2026 at 9:12 AM\nSubject: Your order\nTo: <kim@mail.example>\n\nDear Kim,',
  ],
  [
    'Gmail without marks, Turkish',
    'Dükkan <destek@dukkan.example>, 3 Mar 2026 Sal, 09:12 tarihinde şunu yazdı:\n\nMerhaba',
  ],
  ['Android', '---- Shop wrote ----\n\nDear Kim,'],
];

/** The line above `>` lines. */
const ATTRIBUTIONS: [string, string][] = [
  ['Gmail, English', 'On Tue, Mar 3, 2026 at 9:12 AM Shop <help@shop.example> wrote:'],
  [
    'Gmail, wrapped',
    'On Tue, Mar 3, 2026 at 9:12 AM The Shop Around The Corner Support Team <\nhelp@shop.example> wrote:',
  ],
  ['Gmail, Turkish', 'Dükkan <destek@dukkan.example>, 3 Mar 2026 Sal, 09:12 tarihinde şunu yazdı:'],
  ['Gmail, Turkish, wrapped', 'Dükkan Destek <destek@dukkan.example>, 3 Mar 2026 Sal, 09:12\ntarihinde şunu yazdı:'],
  ['Gmail, German', 'Am Di., 3. März 2026 um 09:12 Uhr schrieb Laden <hilfe@laden.example>:'],
  ['Gmail, German, wrapped', 'Am Di., 3. März 2026 um 09:12 Uhr schrieb Laden Kundendienst <\nhilfe@laden.example>:'],
  ['Gmail, French', 'Le mar. 3 mars 2026 à 09:12, Boutique <aide@boutique.example> a écrit :'],
  ['Gmail, Spanish', 'El mar, 3 mar 2026 a las 9:12, Tienda (<ayuda@tienda.example>) escribió:'],
  ['Apple, English', 'On 3 Mar 2026, at 09:12, Shop <help@shop.example> wrote:'],
  ['Apple, Turkish', 'Dükkan <destek@dukkan.example> şunları yazdı (3 Mar 2026 09:12):'],
  ['Apple, German', 'Am 03.03.2026 um 09:12 schrieb Laden <hilfe@laden.example>:'],
  ['Apple, French', 'Le 3 mars 2026 à 09:12, Boutique <aide@boutique.example> a écrit :'],
  ['Apple, Spanish', 'El 3 mar 2026, a las 9:12, Tienda <ayuda@tienda.example> escribió:'],
  ['Thunderbird, English', 'On 03/03/2026 09:12, Shop wrote:'],
  ['Thunderbird, German', 'Am 03.03.26 um 09:12 schrieb Laden:'],
  ['Thunderbird, French', 'Le 03/03/2026 à 09:12, Boutique a écrit :'],
  ['Thunderbird, Spanish', 'El 3/3/26 a las 9:12, Tienda escribió:'],
  ['Yahoo, English', 'On Tuesday, March 3, 2026 at 09:12:44 AM GMT+3, Shop <help@shop.example> wrote:'],
  ['Yahoo, Turkish', '3 Mart 2026 Salı 09:12:44 GMT+3, Dükkan <destek@dukkan.example> şunu yazdı:'],
  ['Dutch', 'Op di 3 mrt 2026 om 09:12 schreef Winkel <hulp@winkel.example>:'],
  ['Italian', 'Il giorno mar 3 mar 2026 alle ore 09:12 Negozio <aiuto@negozio.example> ha scritto:'],
  ['a language that nobody foresaw', '2026-03-03 09:12 GMT+02:00 Pood <abi@pood.example>:'],
];

describe('stripQuotes', () => {
  it.each(BARE)('cuts what stands below a reply: %s', (_, below) => {
    const { reply, quoted } = stripQuotes(`${REPLY}\n\n${below}\n\nYour order was sent on Monday.\n`);
    expect(reply).toBe(REPLY);
    expect(quoted).toContain('Your order was sent on Monday.');
  });

  it.each(ATTRIBUTIONS)('cuts the line above a marked quote with it: %s', (_, line) => {
    const { reply, quoted } = stripQuotes(`${REPLY}\n\n${line}\n\n> Dear Kim,\n>\n> your order was sent.\n`);
    expect(reply).toBe(REPLY);
    expect(quoted.startsWith(line.slice(0, 10))).toBe(true);
  });

  it.each(ATTRIBUTIONS.filter(([, line]) => line.includes('@')))(
    'cuts it also where the quote has no marks: %s',
    (_, line) => {
      expect(stripQuotes(`${REPLY}\n\n${line}\n\nDear Kim,\n\nyour order was sent.\n`).reply).toBe(REPLY);
    },
  );

  it('keeps answers between the quotes', () => {
    const text = 'Hi,\n\n> Which colour?\nBlue.\n\n> Which size?\nL, please.\n';
    expect(stripQuotes(text).reply).toBe('Hi,\n\nBlue.\n\nL, please.');
  });

  it('drops the torn end of a long quoted line', () => {
    const long = '> the parcel was handed to the carrier on Monday and should reach you within';
    expect(stripQuotes(`Fine.\n\n${long}\nthree days\n> at the latest.\n`).reply).toBe('Fine.');
  });

  it('keeps the text of a forward with no more than a word above it', () => {
    const forward = '---------- Forwarded message ----------\nFrom: shop@shop.example\nSubject: Order\n\nIt was sent.';
    expect(stripQuotes(`FYI\n\n${forward}`)).toEqual({ reply: `FYI\n\n${forward}`, quoted: '' });
    expect(stripQuotes(`Is this mail really from you?\n\n${forward}`).reply).toBe('Is this mail really from you?');
  });

  it('drops a link that a program broke out of the quote, and keeps decoration', () => {
    const torn =
      'Blue.\n\nOn 3 Mar 2026, at 09:12, Shop <a@b.example> wrote:\n\n> See\n(https://shop.example/colours) >\n> there.\n';
    expect(stripQuotes(torn).reply).toBe('Blue.');
    const decorated = 'Our offer\n>>> 20 percent <<<\nuntil Friday';
    expect(stripQuotes(decorated).reply).toBe(decorated);
  });

  it('keeps a mail that is only a quote or a forward', () => {
    for (const text of [
      '> all quoted\n> to the end',
      '-----Original Message-----\nFrom: a\nhello',
      `From: a@b.example\nSent: now\nSubject: x\n\nhello`,
    ]) {
      expect(stripQuotes(text)).toEqual({ reply: text, quoted: '' });
    }
  });

  it.each([
    'On the other hand, I like it.\nOn average it works.',
    'On 3 March I called and Anna wrote down my number.\nShe never called.',
    'My details:\nName: Kim\nEmail: kim@mail.example\nOrder date: 03.03.2026\nPhone: 555',
    'To: be or not\nthat is the question',
    'Prices:\n-----\nlamp 20\nchair 30\n-----\nIs that right?',
    'a -> b\nx > y is true',
    'Le 3 mars j’ai commandé une lampe.\nElle est cassée.',
    'Am 3. März habe ich bestellt, 09:12 Uhr.\nSeitdem nichts.',
    'From: where does it ship?',
    'El 3 de marzo compré una silla.',
  ])('leaves text alone that only looks like a quote: %s', (text) => {
    expect(stripQuotes(text)).toEqual({ reply: text, quoted: '' });
  });

  it('never returns an empty reply where there is text, and invents no line', () => {
    const line = fc.constantFrom(
      'hello',
      '> q',
      '>',
      '',
      '-----Original Message-----',
      'On 3 Mar 2026, at 09:12, Shop <a@b.c> wrote:',
      'From: a@b.c',
      'Sent: 3 March 2026',
      'Subject: x',
      '____________',
      '\u0000\uD800',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const text = lines.join('\n');
        const { reply, quoted } = stripQuotes(text);
        expect(reply === '').toBe(text.trim() === '');
        for (const kept of [...reply.split('\n'), ...quoted.split('\n')]) expect(text).toContain(kept);
      }),
    );
  });

  it.each([
    '\n',
    '>',
    '> \n',
    'a',
    'From: a\n',
    'On 3 Mar 2026, at 09:12, a <a@b.c>\n',
    'wrote:\n',
    '-',
    '____________\n',
    '-----\n',
    ': ',
    'On ',
  ])('finishes on 100,000 characters of %j', (part) => {
    expect(stripQuotes(part.repeat(100_000 / part.length)).reply.length).toBeLessThanOrEqual(100_000);
  });
});
