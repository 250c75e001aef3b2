import { describe, expect, it } from 'vitest';
import { type MachineMailInput, machineMail } from '../../src/mail/machine-mail.ts';

const mail = (change: Partial<MachineMailInput> = {}): MachineMailInput => ({
  headers: {},
  from: { address: 'kim@mail.example', name: 'Kim' },
  to: [{ address: 'help@shop.example' }],
  subject: 'My order',
  text: 'Where is it?',
  ...change,
});
const reason = (change: Partial<MachineMailInput>) => machineMail(mail(change))?.skipReason ?? null;

describe('machineMail', () => {
  it.each<[string, Record<string, string | string[]>, string]>([
    ['an automatic answer', { 'Auto-Submitted': 'auto-replied' }, 'AUTO_REPLY'],
    [
      'an automatic answer with parameters',
      { 'auto-submitted': 'auto-replied; owner-email="x@y.example"' },
      'AUTO_REPLY',
    ],
    ['a generated mail', { 'AUTO-SUBMITTED': 'Auto-Generated' }, 'AUTO_REPLY'],
    ['a generated mail of a list', { 'Auto-Submitted': 'auto-generated', 'List-Id': '<news.example>' }, 'NEWSLETTER'],
    ['an older mark', { 'X-Autoreply': 'yes' }, 'AUTO_REPLY'],
    ['another older mark', { Precedence: 'auto_reply' }, 'AUTO_REPLY'],
    ['a mail without a return path', { 'Return-Path': '<>' }, 'AUTO_REPLY'],
    ['a delivery report', { 'Content-Type': 'multipart/report; report-type=delivery-status; boundary=x' }, 'BOUNCE'],
    ['a read receipt', { 'Content-Type': 'multipart/report; report-type="disposition-notification"' }, 'AUTO_REPLY'],
    ['a failed delivery', { 'X-Failed-Recipients': 'a@b.example' }, 'BOUNCE'],
    ['a list', { 'List-Id': 'Offers <offers.example>' }, 'NEWSLETTER'],
    ['a list to leave', { 'LIST-UNSUBSCRIBE': '<mailto:off@example>' }, 'NEWSLETTER'],
    ['bulk mail', { Precedence: 'bulk' }, 'NEWSLETTER'],
    ['a header given twice', { Precedence: ['bulk', 'bulk'] }, 'NEWSLETTER'],
    ['a meeting', { 'Content-Type': 'text/calendar; method=REQUEST' }, 'CALENDAR'],
    ['a meeting of Exchange', { 'Content-Class': 'urn:content-classes:calendarmessage' }, 'CALENDAR'],
  ])('knows %s by its header', (_, headers, expected) => {
    expect(reason({ headers })).toBe(expected);
  });

  it.each([
    ['mailer-daemon@mx.example', 'BOUNCE'],
    ['MAILER-DAEMON@mx.example', 'BOUNCE'],
    ['postmaster@mx.example', 'BOUNCE'],
    ['no-reply@shop.example', 'NO_REPLY_SENDER'],
    ['noreply+77@shop.example', 'NO_REPLY_SENDER'],
    ['orders-noreply@shop.example', 'NO_REPLY_SENDER'],
    ['do_not_reply@shop.example', 'NO_REPLY_SENDER'],
    ['ne-pas-repondre@boutique.example', 'NO_REPLY_SENDER'],
    ['no-responder@tienda.example', 'NO_REPLY_SENDER'],
    ['keine-antwort@laden.example', 'NO_REPLY_SENDER'],
    ['notifications@platform.example', 'NO_REPLY_SENDER'],
    ['help@shop.example', 'SELF'],
    ['Help@Shop.example', 'SELF'],
  ])('knows the sender %s', (address, expected) => {
    expect(reason({ from: { address } })).toBe(expected);
  });

  it.each([
    'Automatic reply: My order',
    'Out of Office',
    'Out of office: back on Monday',
    'Otomatik yanıt: Siparişiniz',
    'OTOMATİK YANIT: Siparişiniz',
    'Ofis dışında: Siparişiniz',
    'Automatische Antwort: Ihre Bestellung',
    'Abwesenheitsnotiz: Ihre Bestellung',
    'Réponse automatique : votre commande',
    'Respuesta automática: su pedido',
    'Fuera de la oficina',
  ])('knows the subject "%s"', (subject) => {
    expect(reason({ subject })).toBe('AUTO_REPLY');
  });

  it.each<[string, Partial<MachineMailInput>]>([
    ['a plain mail', {}],
    ['a question about a newsletter', { subject: 'Newsletter', text: 'Please unsubscribe me from your newsletter.' }],
    ['a question about an answer that a machine gave', { subject: 'Re: Automatic reply: My order' }],
    ['office chairs', { subject: 'Out of office chairs?' }],
    ['a cancellation', { subject: 'Cancelled: order 4711?' }],
    ['a mail that Exchange marked', { headers: { 'X-Auto-Response-Suppress': 'DR, OOF, AutoReply' } }],
    ['a mail marked as no machine', { headers: { 'Auto-Submitted': 'no' } }],
    ['a sender with a normal return path', { headers: { 'Return-Path': '<kim@mail.example>' } }],
    [
      'a contact form in the name of a customer',
      { from: { address: 'noreply@platform.example' }, replyTo: [{ address: 'kim@mail.example' }] },
    ],
    [
      'a shared inbox that is a group',
      { headers: { 'List-Id': '<help.shop.example>', Precedence: 'list', 'List-Unsubscribe': '<x>' } },
    ],
    ['a customer named Noreen', { from: { address: 'noreen.plyer@mail.example' } }],
    ['a customer named Newsome', { from: { address: 'newsome@mail.example' } }],
    ['a customer who forwards a bounce', { subject: 'Fwd: Undeliverable: My order' }],
  ])('answers %s', (_, change) => {
    expect(machineMail(mail(change))).toBeNull();
  });

  it('takes a list for a newsletter where the business says that it is not its own', () => {
    const headers = { 'List-Id': '<help.shop.example>' };
    expect(reason({ headers, ownAddresses: ['other@shop.example'] })).toBe('NEWSLETTER');
    expect(reason({ headers, ownAddresses: ['help@shop.example'] })).toBeNull();
  });

  it('takes odd input', () => {
    expect(reason({ from: { address: '' }, to: [], subject: '', text: '' })).toBeNull();
    expect(reason({ from: { address: '\u0000\uD800@' }, headers: { __proto__: 'x', '': '' } })).toBeNull();
    expect(reason({ subject: 'a '.repeat(50_000), from: { address: 'no-'.repeat(30_000) } })).toBeNull();
  });
});
