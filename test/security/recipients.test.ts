import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allRecipientsAre, recipientsOf, type ThreadParticipants } from '../../src/guards/recipients.ts';
import { addressKey } from '../../src/mail/address-key.ts';
import { anyText } from '../guards/pii/any-text.ts';

const CUSTOMER = 'jane@customer.example';
const ATTACKER = 'thief@attacker.example';
const SHOP = 'support@shop.example';

function mail(overrides: Partial<ThreadParticipants> = {}): ThreadParticipants {
  return {
    from: { address: CUSTOMER, name: 'Jane' },
    to: [{ address: SHOP }],
    cc: [],
    businessAddresses: [SHOP],
    replyAll: false,
    ...overrides,
  };
}

/** Addresses that are more, less or other than one plain mailbox. */
const NOT_A_MAILBOX: [attack: string, address: string][] = [
  ['two addresses', `${CUSTOMER}, ${ATTACKER}`],
  ['two addresses with a semicolon', `${CUSTOMER};${ATTACKER}`],
  ['a header behind CRLF', `${CUSTOMER}\r\nBcc: ${ATTACKER}`],
  ['a header behind LF', `${CUSTOMER}\nBcc: ${ATTACKER}`],
  ['U+0085', `${CUSTOMER}\u0085${ATTACKER}`],
  ['U+2028', `${CUSTOMER}\u2028${ATTACKER}`],
  ['NUL', `${CUSTOMER}\0`],
  ['angle brackets', `Jane <${CUSTOMER}>`],
  ['two pairs of angle brackets', `<${CUSTOMER}><${ATTACKER}>`],
  ['a quoted local part that is an address', `"${ATTACKER}"@customer.example`],
  ['a quote that breaks out', `"a"@attacker.example"@customer.example`],
  ['a comment', `jane(${ATTACKER})@customer.example`],
  ['a group', `Team: ${CUSTOMER}, ${ATTACKER};`],
  ['two at signs', 'jane@attacker.example@customer.example'],
  ['a source route', `@attacker.example:${CUSTOMER}`],
  ['a percent hack with a blank', 'jane%attacker.example @customer.example'],
  ['a right-to-left override', `jane\u202e@customer.example`],
  ['a zero-width space', 'jane\u200b@customer.example'],
  ['a soft hyphen', 'ja\u00adne@customer.example'],
  ['a full-width at sign', 'jane\uff20customer.example'],
  ['a letter that lower-cases into another', '\u212aate@customer.example'],
  ['a ligature', '\ufb01ona@customer.example'],
  ['an address literal', 'jane@[127.0.0.1]'],
  ['an IPv4 host', 'jane@127.0.0.1'],
  ['a hexadecimal host', 'jane@0x7f.1'],
  ['a port', 'jane@customer.example:25'],
  ['a path', 'jane@customer.example/x'],
  ['user info', 'jane@attacker.example#@customer.example'],
  ['a host of one label', 'jane@localhost'],
  ['a leading dot', '.jane@customer.example'],
  ['two dots', 'jane..doe@customer.example'],
  ['no local part', '@customer.example'],
  ['no domain', 'jane@'],
  ['nothing', ''],
  ['a mailto link', `mailto:${CUSTOMER}`],
  ['an encoded word', '=?utf-8?q?jane=0D=0A?=@customer.example ,x'],
  ['a very long local part', `${'a'.repeat(65)}@customer.example`],
];

describe('a recipient', () => {
  test.each(NOT_A_MAILBOX)('made of %s is refused', (_attack, address) => {
    expect(addressKey(address)).toBeNull();
    const { to, cc, bcc, findings } = recipientsOf(mail({ replyTo: { address }, cc: [{ address }], replyAll: true }));
    expect(to).toEqual([{ address: CUSTOMER, name: 'Jane' }]);
    expect(cc).toEqual([]);
    expect(bcc).toEqual([]);
    expect(findings).toMatchObject([{ code: 'INVALID_RECIPIENT' }]);
  });

  test.each(NOT_A_MAILBOX)('made of %s as the only one leaves nobody, and blocks', (_attack, address) => {
    const { to, findings } = recipientsOf(mail({ from: { address } }));
    expect(to).toEqual([]);
    expect(findings).toContainEqual(expect.objectContaining({ code: 'NO_RECIPIENT', severity: 'block' }));
  });

  test.each(NOT_A_MAILBOX)('made of %s owns no order', (_attack, address) => {
    expect(allRecipientsAre({ to: [{ address }], cc: [] }, address)).toBe(false);
    expect(allRecipientsAre({ to: [{ address: CUSTOMER }, { address }], cc: [] }, CUSTOMER)).toBe(false);
  });
});

describe('the classic theft', () => {
  const cases: [attack: string, participants: ThreadParticipants][] = [
    ['a spoofed From with a Reply-To of the thief', mail({ replyTo: { address: ATTACKER } })],
    ['a Reply-To with both', mail({ replyTo: [{ address: CUSTOMER }, { address: ATTACKER }] })],
    ['a Cc of the thief where replies go to all', mail({ cc: [{ address: ATTACKER }], replyAll: true })],
    [
      'a To of the thief where replies go to all',
      mail({ to: [{ address: SHOP }, { address: ATTACKER }], replyAll: true }),
    ],
    ['a look-alike domain in Reply-To', mail({ replyTo: { address: 'jane@cust\u043emer.example' } })],
    ['a subdomain in Reply-To', mail({ replyTo: { address: 'jane@mail.customer.example' } })],
    ['a dotted local part in Reply-To', mail({ replyTo: { address: 'ja.ne@customer.example' } })],
    ['a tagged local part in Reply-To', mail({ replyTo: { address: 'jane+x@customer.example' } })],
  ];
  test.each(cases)('by %s gets no order facts', (_attack, participants) => {
    expect(allRecipientsAre(recipientsOf(participants), CUSTOMER)).toBe(false);
  });

  test('by a Reply-To of another domain is told to the reviewer', () => {
    const codes = recipientsOf(mail({ replyTo: { address: ATTACKER } })).findings.map(({ code }) => code);
    expect(codes).toEqual(['REPLY_TO_DIFFERS', 'FOREIGN_REPLY_TO']);
  });

  test('by a Cc gets nothing where the business does not reply to all', () => {
    const recipients = recipientsOf(mail({ cc: [{ address: ATTACKER }], to: [{ address: ATTACKER }] }));
    expect(recipients.cc).toEqual([]);
    expect(allRecipientsAre(recipients, CUSTOMER)).toBe(true);
  });

  test('nobody is not the customer', () => {
    expect(allRecipientsAre({ to: [], cc: [] }, CUSTOMER)).toBe(false);
    expect(allRecipientsAre({ to: [{ address: CUSTOMER }], cc: [], bcc: [{ address: ATTACKER }] }, CUSTOMER)).toBe(
      false,
    );
  });
});

describe('a display name', () => {
  test.each([
    ['an address', ATTACKER],
    ['an address in quotes and brackets', `"Support" <${SHOP}>`],
    ['an address in full width', 'support\uff20shop.example'],
    ['an address with invisible characters', 's\u200bupport@sh\u2060op.example'],
    ['an address with blanks', 'support @ shop.example'],
    ['a spelt address', 'support (at) shop.example'],
    ['an address in an encoded word', '=?utf-8?q?support=40shop.example?='],
  ])('that shows %s is removed, and reported', (_attack, name) => {
    const { to, findings } = recipientsOf(mail({ from: { address: ATTACKER, name: name === ATTACKER ? SHOP : name } }));
    expect(to).toEqual([{ address: ATTACKER }]);
    expect(findings).toMatchObject([{ code: 'DISPLAY_NAME_IMITATES_ADDRESS', severity: 'warning' }]);
  });

  test('that shows the real address stays', () => {
    expect(recipientsOf(mail({ from: { address: CUSTOMER, name: CUSTOMER } })).findings).toEqual([]);
  });

  test('with header syntax in it loses it', () => {
    const name = `Jane"\r\nBcc: x <`;
    expect(recipientsOf(mail({ from: { address: CUSTOMER, name } })).to).toEqual([
      { address: CUSTOMER, name: 'Jane Bcc: x' },
    ]);
  });
});

describe('whatever a model returns', () => {
  /** The reply's recipients are a function of the thread: a model's answer, merged in by a careless caller, adds nobody. */
  test('no JSON beside the thread changes who gets the reply', () => {
    const participants = mail({ cc: [{ address: 'friend@customer.example' }], replyAll: true });
    const expected = recipientsOf(participants);
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('bcc', 'recipients', 'body', 'headers', 'model', 'answer'),
        (json, key) => {
          const answer = { [key]: json, bcc: [{ address: ATTACKER }] };
          expect(recipientsOf({ ...answer, ...participants })).toEqual(expected);
        },
      ),
    );
  });

  test('nobody gets a reply who is not named by the thread', () => {
    const address = fc.oneof(fc.emailAddress(), fc.string(), fc.constantFrom(CUSTOMER, ATTACKER, SHOP));
    const person = fc.record({ address, name: anyText(20) });
    fc.assert(
      fc.property(
        person,
        fc.array(person, { maxLength: 4 }),
        fc.array(person, { maxLength: 4 }),
        fc.array(person, { maxLength: 4 }),
        fc.boolean(),
        (from, replyTo, to, cc, replyAll) => {
          const participants = { from, replyTo, to, cc, businessAddresses: [SHOP], replyAll };
          const recipients = recipientsOf(participants);
          const named = new Set(
            [from, ...replyTo, ...(replyAll ? [...to, ...cc] : [])].map((each) => addressKey(each.address)),
          );
          const everybody = [...recipients.to, ...recipients.cc];
          expect(recipients.bcc).toEqual([]);
          for (const recipient of everybody) {
            const key = addressKey(recipient.address);
            expect(key).not.toBeNull();
            expect(named).toContain(key);
            expect(key).not.toBe(SHOP);
            expect(recipient.name ?? '').not.toMatch(/["<>\r\n]/);
          }
          expect(new Set(everybody.map((each) => addressKey(each.address))).size).toBe(everybody.length);
        },
      ),
    );
  });
});
