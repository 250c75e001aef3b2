import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKey, domainKey, mailboxesOf, parseAddressList } from '../../src/mail/address-key.ts';
import { anyText } from '../guards/pii/any-text.ts';

describe('the key of an address', () => {
  test.each([
    [' Jane.Doe+Shop@Example.COM ', 'jane.doe+shop@example.com'],
    ["o'neill@example.com", "o'neill@example.com"],
    ['jane@bücher.example', 'jane@xn--bcher-kva.example'],
    ['jane@XN--BCHER-KVA.example', 'jane@xn--bcher-kva.example'],
    ['müller@example.com', 'müller@example.com'],
    ['a_b-c@mail.sub.example.co.uk', 'a_b-c@mail.sub.example.co.uk'],
  ])('of %j is %j', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  test('is its own key, and is one line without blanks, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), anyText(30)), (address) => {
        const key = addressKey(address);
        if (key === null) return;
        expect(addressKey(key)).toBe(key);
        expect(key).toMatch(/^[^\s,;<>"()@]+@[a-z0-9.-]+$/);
      }),
      { numRuns: 500 },
    );
  });

  test.each(['1.2', '127.0.0.1', 'localhost', 'a..b', '-a.example', 'a_b.example', 'ex ample.com', 'example.com.'])(
    'is none for the host %s',
    (host) => {
      expect(domainKey(host)).toBeNull();
    },
  );
});

describe('an address header', () => {
  test.each([
    [
      'a@x.example, "Doe, Jane" <j@x.example>',
      [
        { name: '', address: 'a@x.example' },
        { name: 'Doe, Jane', address: 'j@x.example' },
      ],
    ],
    [
      'Friends: a@x.example, B <b@x.example>; c@x.example',
      [
        {
          name: 'Friends',
          group: [
            { name: '', address: 'a@x.example' },
            { name: 'B', address: 'b@x.example' },
          ],
        },
        { name: '', address: 'c@x.example' },
      ],
    ],
    ['a@x.example (Jane (the first))', [{ name: 'Jane (the first)', address: 'a@x.example' }]],
    ['"thief@evil.example" <a@x.example>', [{ name: 'thief@evil.example', address: 'a@x.example' }]],
    ['"a b"@x.example', [{ name: '', address: '"a b"@x.example' }]],
    ['<a@x.example> <thief@evil.example>', [{ name: '', address: 'thief@evil.example' }]],
    ['', []],
    [' , ;', []],
  ])('%j is read', (header, expected) => {
    expect(parseAddressList(header)).toEqual(expected);
  });

  test('yields only mailboxes that can be used', () => {
    expect(mailboxesOf('a@x.example, "thief@evil.example"@x.example, Jane, G: <b@x.example>;')).toEqual([
      { address: 'a@x.example' },
      { address: 'b@x.example' },
    ]);
  });

  test.each(['"', '(', '<', ',', ';', ':', 'a@', '"a"@', '\\', 'a ', '=?'])(
    'of 100,000 characters of %j is read in linear time',
    (unit) => {
      expect(Array.isArray(parseAddressList(unit.repeat(Math.ceil(100_000 / unit.length))))).toBe(true);
    },
  );
});
