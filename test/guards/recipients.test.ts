import { describe, expect, test } from 'vitest';
import { allRecipientsAre, cleanDisplayName, recipientsOf } from '../../src/guards/recipients.ts';

const FROM = { address: 'Jane@Customer.example', name: 'Jane Doe' };
const SHOP = { address: 'support@shop.example' };
const FRIEND = { address: 'friend@other.example', name: 'Ömer' };
const base = { from: FROM, to: [SHOP], cc: [FRIEND], businessAddresses: [SHOP.address], replyAll: false };

describe('recipients', () => {
  test('are the sender alone, unless the business replies to all', () => {
    expect(recipientsOf(base)).toEqual({
      to: [{ address: 'Jane@customer.example', name: 'Jane Doe' }],
      cc: [],
      bcc: [],
      findings: [],
    });
    expect(recipientsOf({ ...base, replyAll: true }).cc).toEqual([FRIEND]);
  });

  test('are the Reply-To where there is one', () => {
    const { to, findings } = recipientsOf({ ...base, replyTo: { address: 'orders@customer.example' } });
    expect(to).toEqual([{ address: 'orders@customer.example' }]);
    expect(findings).toMatchObject([{ code: 'REPLY_TO_DIFFERS', severity: 'info' }]);
  });

  test('are the sender when Reply-To is the sender in another spelling, empty, or the business itself', () => {
    for (const replyTo of [{ address: 'JANE@customer.EXAMPLE' }, [], SHOP]) {
      const { to, findings } = recipientsOf({ ...base, replyTo });
      expect(to.map(({ address }) => address.toLowerCase())).toEqual(['jane@customer.example']);
      expect(findings).toEqual([]);
    }
  });

  test('name nobody twice and never the business', () => {
    const cc = [FRIEND, { address: 'FRIEND@other.example' }, FROM, { address: 'Support@Shop.example' }];
    expect(recipientsOf({ ...base, cc, replyAll: true }).cc).toEqual([FRIEND]);
  });

  test('are fifty at most', () => {
    const cc = Array.from({ length: 5000 }, (_, index) => ({ address: `a${index}@list.example` }));
    const recipients = recipientsOf({ ...base, cc, replyAll: true });
    expect(recipients.to.length + recipients.cc.length).toBe(50);
    expect(recipients.findings).toMatchObject([{ code: 'TOO_MANY_RECIPIENTS' }]);
  });

  test('show an international domain in its ASCII form', () => {
    expect(recipientsOf({ ...base, from: { address: 'jane@bücher.example' } }).to).toEqual([
      { address: 'jane@xn--bcher-kva.example' },
    ]);
  });
});

describe('whether an order may be told', () => {
  test('compares addresses, not spellings', () => {
    expect(allRecipientsAre({ to: [FROM], cc: [] }, ' jane@CUSTOMER.example ')).toBe(true);
    expect(allRecipientsAre({ to: [FROM], cc: [FRIEND] }, FROM.address)).toBe(false);
    expect(allRecipientsAre({ to: [FROM], cc: [] }, 'not an address')).toBe(false);
  });
});

describe('a display name', () => {
  const named = (name: string) =>
    recipientsOf({
      from: { address: ' ada@x.example ', name },
      to: [],
      cc: [],
      businessAddresses: ['shop@s.example'],
      replyAll: false,
    });
  test.each([
    'boss[at]firm.example',
    'boss ( at ) firm.example',
    'boss  [ at]  firm.example',
    'boss {at} firm.example',
    'boss @ firm.example',
    'ada@x.example, boss@firm.example',
    'boss＠firm.example',
  ])('that claims another address is left out: %s', (name) => {
    const { to, findings } = named(name);
    expect(to).toEqual([{ address: 'ada@x.example' }]);
    expect(findings).toMatchObject([{ code: 'DISPLAY_NAME_IMITATES_ADDRESS' }]);
  });
  test.each(['Ada', 'Ada [at work]', 'Ada (ada@x.example.)', 'ada@x.example', '..ada@x.example..'])(
    'that claims none, or its own, stays: %s',
    (name) => {
      expect(named(name)).toMatchObject({ to: [{ address: 'ada@x.example', name }], findings: [] });
    },
  );
  test('is cut at 100 characters, whole ones', () => {
    expect(cleanDisplayName('x'.repeat(300))).toHaveLength(100);
    expect(Array.from(cleanDisplayName('😀'.repeat(150)))).toHaveLength(100);
    expect(cleanDisplayName(`${'x'.repeat(99)} y`)).toBe('x'.repeat(99));
    expect(cleanDisplayName(' "Ada"  <x> ')).toBe('Ada x');
  });
});

describe('several of a kind', () => {
  const others = { to: [], cc: [], businessAddresses: ['shop@s.example'], replyAll: false };
  test('one foreign Reply-To among others of the sender’s domain is told', () => {
    const from = { address: 'ada@x.example' };
    const codes = (...replyTo: string[]) =>
      recipientsOf({ ...others, from, replyTo: replyTo.map((address) => ({ address })) }).findings.map(
        ({ code }) => code,
      );
    expect(codes('b@x.example', 'c@evil.example')).toEqual(['REPLY_TO_DIFFERS', 'FOREIGN_REPLY_TO']);
    expect(codes('b@x.example')).toEqual(['REPLY_TO_DIFFERS']);
    expect(codes('ada@x.example')).toEqual([]);
  });
  test('two that are no address are one finding', () => {
    const replyTo = [{ address: 'none' }, { address: 'nor this' }, { address: 'b@x.example' }];
    const { findings } = recipientsOf({ ...others, from: { address: 'b@x.example' }, replyTo });
    expect(findings.map(({ code }) => code)).toEqual(['INVALID_RECIPIENT']);
  });
});
