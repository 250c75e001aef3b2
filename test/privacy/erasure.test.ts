import { describe, expect, it } from 'vitest';
import { addressHashOf, type MailHeaders, patternOf, shareOf } from '../../src/privacy/erasure.ts';

const KEY = 'ada@customer.example';
const SHOP = 'shop@corner.example';
const OWN = new Set(['orders@corner.example']);

const mail = (fields: Partial<Record<'from' | 'to' | 'cc' | 'replyTo', string>> & { out?: boolean }): MailHeaders => {
  const list = (addresses = '') =>
    addresses
      .split(' ')
      .filter(Boolean)
      .map((address) => ({ address }));
  return {
    direction: fields.out ? 'OUTBOUND' : 'INBOUND',
    from: { address: fields.from ?? (fields.out ? SHOP : KEY) },
    to: list(fields.to ?? (fields.out ? KEY : SHOP)),
    cc: list(fields.cc),
    replyTo: list(fields.replyTo),
  };
};

describe('whose mail it is', () => {
  it.each([
    ['the customer wrote it', mail({}), 'erase'],
    ['the customer wrote it, spelled otherwise', mail({ from: ' ADA@Customer.Example' }), 'erase'],
    [
      'a form wrote it for the customer',
      mail({ from: 'form@corner.example', replyTo: 'Ada@customer.example' }),
      'erase',
    ],
    ['the business answered the customer alone', mail({ out: true }), 'erase'],
    ['a colleague had a copy', mail({ out: true, cc: 'orders@corner.example' }), 'erase'],
    ['the sender had a copy', mail({ out: true, cc: SHOP }), 'erase'],
    ['another customer was answered too', mail({ out: true, cc: 'ben@customer.example' }), 'shared'],
    ['an address nobody can read had a copy', mail({ out: true, cc: '"odd"@x' }), 'shared'],
    ['another customer wrote, with a copy to this one', mail({ from: 'ben@customer.example', cc: KEY }), 'shared'],
    [
      'answers go to this customer among others',
      mail({ from: 'ben@x.example', replyTo: `${KEY} ben@x.example` }),
      'shared',
    ],
    ['another customer wrote', mail({ from: 'ben@customer.example' }), 'none'],
    ['an address that only begins alike', mail({ from: 'ada@customer.example.org' }), 'none'],
    ['plus-addressing is another mailbox', mail({ from: 'ada+news@customer.example' }), 'none'],
  ])('%s', (_what, headers, share) => {
    expect(shareOf(headers as MailHeaders, KEY, OWN)).toBe(share);
  });

  it('is seen through the ASCII form of a domain', () => {
    expect(shareOf(mail({ from: 'ada@MÜLLER.example' }), 'ada@xn--mller-kva.example', OWN)).toBe('erase');
  });
});

describe('the pattern of an address', () => {
  // What it uses of Postgres's expressions, JavaScript has under other names.
  const found = (text: string, spellings = [KEY]) =>
    new RegExp(
      patternOf(spellings).replaceAll('[:alnum:]', '\\p{L}\\p{N}').replaceAll('\\@', '@').replaceAll('\\-', '-'),
      'giu',
    ).test(text);

  it.each([
    [`write to ${KEY}.`, true],
    ['<ADA@customer.example>', true],
    [`mailto:${KEY}?x`, true],
    [`dorada@customer.example`, false],
    [`x.ada@customer.example`, false],
    ['ada@customer.examples', false],
    ['ada@customerxexample', false],
  ])('%s: %s', (text, expected) => {
    expect(found(text)).toBe(expected);
  });

  it('takes signs for what they are', () => {
    expect(found('a.+b@x.example', ['a.+b@x.example'])).toBe(true);
    expect(found('aaab@x.example', ['a.+b@x.example'])).toBe(false);
  });
});

it('the hash of an address differs between businesses', async () => {
  const hash = await addressHashOf('one', KEY);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(await addressHashOf('two', KEY)).not.toBe(hash);
});
