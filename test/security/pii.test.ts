import { describe, expect, test } from 'vitest';
import { allowedValuesOf } from '../../src/guards/pii/allowed-values.ts';
import { findPii } from '../../src/guards/pii/find-pii.ts';
import { createRedactionSession, redactDeep, redactPii } from '../../src/guards/pii/redact-pii.ts';
import { restorePlaceholders } from '../../src/guards/pii/restore-placeholders.ts';
import { cardOf, fullWidth, grouped, ibanOf, inDigitsFrom } from '../guards/pii/private-numbers.ts';

const EVERYTHING = { emails: true, phones: true, nationalIds: true };
const ALWAYS_ONLY = { emails: false, phones: false, nationalIds: false };
const CARD = cardOf('411111111111111');
const AMEX = cardOf('37828224631000');
const IBAN = ibanOf('DE', '500105175407324931');
const BRITISH_IBAN = ibanOf('GB', 'BARC20000055779911');
const SSN = '536-22-8745';

/** Every way in which somebody wrote, or an attacker would write, a private number. */
const SPELLINGS: [attack: string, text: string, placeholder: string][] = [
  ['a card as it is', `my card is ${CARD}.`, '[CARD_1]'],
  ['a card in fours', grouped(CARD, [4], ' '), '[CARD_1]'],
  ['a card with dashes', grouped(CARD, [4], '-'), '[CARD_1]'],
  ['a card with dots', grouped(CARD, [4], '.'), '[CARD_1]'],
  ['a card with slashes', grouped(CARD, [4], '/'), '[CARD_1]'],
  ['a card with underscores', grouped(CARD, [4], '_'), '[CARD_1]'],
  ['a card with en dashes', grouped(CARD, [4], '\u2013'), '[CARD_1]'],
  ['a card with no-break spaces', grouped(CARD, [4], '\u00a0'), '[CARD_1]'],
  ['a card with narrow no-break spaces', grouped(CARD, [4], '\u202f'), '[CARD_1]'],
  ['a card with middle dots', grouped(CARD, [4], '\u00b7'), '[CARD_1]'],
  [
    'a card with different separators',
    `${CARD.slice(0, 4)}-${CARD.slice(4, 8)} ${CARD.slice(8, 12)}.${CARD.slice(12)}`,
    '[CARD_1]',
  ],
  ['a card with zero-width spaces', grouped(CARD, [1], '\u200b'), '[CARD_1]'],
  ['a card with soft hyphens', grouped(CARD, [3], '\u00ad'), '[CARD_1]'],
  ['a card with word joiners and byte order marks', grouped(CARD, [2], '\u2060\ufeff'), '[CARD_1]'],
  ['a card with bidirectional overrides', grouped(CARD, [4], '\u202e'), '[CARD_1]'],
  ['a card with NULs', grouped(CARD, [4], '\0'), '[CARD_1]'],
  ['a card with combining marks', grouped(CARD, [1], '\u0336'), '[CARD_1]'],
  ['a card in keycap emoji', grouped(CARD, [1], '\ufe0f\u20e3'), '[CARD_1]'],
  ['a card one digit at a time', grouped(CARD, [1], ' '), '[CARD_1]'],
  ['a card in twos', grouped(CARD, [2], '-'), '[CARD_1]'],
  ['a card broken over two lines', `${CARD.slice(0, 10)}\n${CARD.slice(10)}`, '[CARD_1]'],
  [
    'a card broken inside a group',
    `${grouped(CARD.slice(0, 10), [4], ' ')}\r\n${CARD.slice(10, 12)} ${CARD.slice(12)}`,
    '[CARD_1]',
  ],
  ['a card with line separators', grouped(CARD, [4], '\u2028'), '[CARD_1]'],
  ['a card in full width', fullWidth(CARD), '[CARD_1]'],
  ['a card in full width with ideographic spaces', grouped(fullWidth(CARD), [4], '\u3000'), '[CARD_1]'],
  ['a card in Arabic-Indic digits', inDigitsFrom(CARD, 0x660), '[CARD_1]'],
  ['a card in Persian digits', inDigitsFrom(CARD, 0x6f0), '[CARD_1]'],
  ['a card in Devanagari digits', inDigitsFrom(CARD, 0x966), '[CARD_1]'],
  ['a card in mathematical digits', inDigitsFrom(CARD, 0x1d7ce), '[CARD_1]'],
  ['a card glued to a word', `card${CARD}please`, '[CARD_1]'],
  ['a card with expiry and code', `${CARD} 12/27 123`, '[CARD_1]'],
  ['a card behind a quantity', `1 ${grouped(CARD, [4], ' ')}`, '[CARD_1]'],
  ['a card of fifteen digits as printed', grouped(AMEX, [4, 6, 5], ' '), '[CARD_1]'],
  ['a card in bold Markdown', `**${grouped(CARD, [4], ' ')}**`, '[CARD_1]'],
  ['an IBAN as it is', IBAN, '[IBAN_1]'],
  ['an IBAN in fours', grouped(IBAN, [4], ' '), '[IBAN_1]'],
  ['an IBAN with dashes', grouped(IBAN, [4], '-'), '[IBAN_1]'],
  ['an IBAN in lower case', BRITISH_IBAN.toLowerCase(), '[IBAN_1]'],
  ['an IBAN with a capital that a telephone put first', `G${BRITISH_IBAN.slice(1).toLowerCase()}`, '[IBAN_1]'],
  ['an IBAN in full width', fullWidth(BRITISH_IBAN), '[IBAN_1]'],
  ['an IBAN with zero-width spaces', grouped(IBAN, [1], '\u200b'), '[IBAN_1]'],
  ['an IBAN one character at a time', grouped(IBAN, [1], ' '), '[IBAN_1]'],
  [
    'an IBAN over two lines',
    `${grouped(IBAN.slice(0, 12), [4], ' ')}\n${grouped(IBAN.slice(12), [4], ' ')}`,
    '[IBAN_1]',
  ],
  ['an IBAN glued to its label', `IBAN${IBAN}`, '[IBAN_1]'],
  ['an IBAN in a sentence', `send it to ${grouped(IBAN, [4], ' ')} in May`, '[IBAN_1]'],
  ['an SSN as it is', SSN, '[SSN_1]'],
  ['an SSN with blanks', SSN.replaceAll('-', ' '), '[SSN_1]'],
  ['an SSN with dots', SSN.replaceAll('-', '.'), '[SSN_1]'],
  ['an SSN with no-break hyphens', SSN.replaceAll('-', '\u2011'), '[SSN_1]'],
  ['an SSN in full width', fullWidth(SSN), '[SSN_1]'],
  ['an SSN without dashes beside its name', `my social security number is ${SSN.replaceAll('-', '')}`, '[SSN_1]'],
  ['an SSN over two lines', SSN.replace('-8', '-\n8'), '[SSN_1]'],
  ['a mail address', 'write to jane.doe+shop@example.com', '[EMAIL_1]'],
  ['a mail address in full width', fullWidth('jane@example.com').replace('@', '\uff20'), '[EMAIL_1]'],
  ['a mail address with zero-width spaces', 'ja\u200bne@exam\u200bple.com', '[EMAIL_1]'],
  ['a mail address that is spelt', 'jane (at) example (dot) com', '[EMAIL_1]'],
  ['a mail address of another script', 'm\u00fcller@b\u00fccher.example', '[EMAIL_1]'],
  ['an international telephone number', 'call +49 (0)30 1234567', '[PHONE_1]'],
  ['a telephone number with 00', '0049 30 1234567', '[PHONE_1]'],
  ['a North American telephone number', '(415) 555-0132', '[PHONE_1]'],
  ['a Turkish mobile number', '0532 123 45 67', '[PHONE_1]'],
  ['a Turkish identity number', 'TC 10000000146', '[NATIONAL_ID_1]'],
  ['a Spanish DNI', 'DNI 12345678Z', '[NATIONAL_ID_1]'],
  ['a British National Insurance number', 'NI AB 12 34 56 C', '[NATIONAL_ID_1]'],
  ['a link', 'see https://evil.example/x?y=1 now', '[LINK_1]'],
  ['a link with a card in it', `https://pay.example/${CARD}`, '[LINK_1]'],
];

describe('what goes to the model', () => {
  test.each(SPELLINGS)('%s is a placeholder', (_attack, text, placeholder) => {
    const { text: redacted } = redactPii(text, createRedactionSession(EVERYTHING));
    expect(redacted).toContain(placeholder);
    expect(redacted.replace(/\[[A-Z_]+_\d+\]/g, '').normalize('NFKC')).not.toMatch(/\d{5}|\d{3}-\d{2}/);
  });

  test.each([
    ['an order number', 'Where is my order #W4817020?'],
    ['a tracking number that passes Luhn', `The parcel ${cardOf('57733893720')} is late`],
    ['a number that fails Luhn', '4111 1111 1111 1112'],
    ['an IBAN with a wrong check digit', `${IBAN.slice(0, -1)}${(Number(IBAN.at(-1)) + 1) % 10}`],
    ['an SSN that was never issued', '000-12-3456 and 666-12-3456 and 900-12-3456 and 219-09-9999'],
    ['amounts', 'I paid 45.39 14.88 03.43 and 64.67 euros, 1.204,55 in all'],
    ['dates', '2024-12-24, 24.12.2024 and 12/24/2024 14:30'],
    ['a list of quantities', '4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1'],
    ['a version', 'firmware 4.1.1.1'],
    ['sizes', 'Do you have 36, 37, 38, 39, 40, 41 and 42?'],
  ])('%s stays as it is', (_what, text) => {
    expect(redactPii(text, createRedactionSession(EVERYTHING)).text).toBe(text);
  });

  test('nothing private is left in tool results, whatever its type and depth', () => {
    const session = createRedactionSession(EVERYTHING, ['W123']);
    const record = { note: `paid with ${CARD}`, nested: [{ card: Number(CARD), iban: IBAN, orderNumber: 'W123' }] };
    expect(redactDeep(record, session)).toEqual({
      note: 'paid with [CARD_1]',
      nested: [{ card: '[CARD_1]', iban: '[IBAN_1]', orderNumber: 'W123' }],
    });
  });

  test('a placeholder that the customer wrote is not one of ours', () => {
    const session = createRedactionSession(EVERYTHING);
    const spoofs = [
      '[CARD_1]',
      '[card_1]',
      '[ CARD_1 ]',
      '\uff3bCARD_1\uff3d',
      '[CA\u200bRD_1]',
      'CARD_1',
      '[CARD_[CARD_1]1]',
    ];
    const { text } = redactPii(`${CARD} ${spoofs.join(' ')}`, session);
    expect(text.match(/CARD_1/gi)).toHaveLength(1);
  });
});

describe('what comes back from the model', () => {
  test.each(SPELLINGS.filter(([, , placeholder]) => placeholder !== '[LINK_1]'))(
    '%s in a body blocks',
    (_attack, text) => {
      expect(findPii(text, EVERYTHING).map(({ severity }) => severity)).toContain('block');
    },
  );

  test.each([
    ['an IBAN in mixed case', grouped(BRITISH_IBAN, [4], ' ').replace('BARC', 'bArC')],
    ['an IBAN split in its country code', `G ${BRITISH_IBAN.slice(1)}`],
    ['an IBAN with slashes', grouped(IBAN, [4], '/')],
  ])('%s in a body blocks', (_attack, body) => {
    expect(findPii(body, ALWAYS_ONLY)).toMatchObject([{ code: 'PII_IBAN', severity: 'block' }]);
  });

  test('cards, IBANs and SSNs block under every policy, and the message does not repeat them', () => {
    const findings = findPii(`${CARD}, ${IBAN}, ${SSN}`, ALWAYS_ONLY);
    expect(findings.map(({ code }) => code)).toEqual(['PII_CARD', 'PII_IBAN', 'PII_SSN']);
    expect(JSON.stringify(findings)).not.toMatch(/4111|5001|8745/);
  });

  test.each([
    ['a card', CARD, '[CARD_1]'],
    ['an IBAN', IBAN, '[IBAN_1]'],
    ['an SSN', SSN, '[SSN_1]'],
    ["a customer's address", 'jane@example.com', '[EMAIL_1]'],
    ["a customer's telephone number", '+49 30 1234567', '[PHONE_1]'],
    ['a link of the mail', 'https://evil.example/', '[LINK_1]'],
    ['a placeholder that was never given out', 'nothing', '[LINK_7]'],
    ['a placeholder without brackets', CARD, 'CARD_1'],
    ['a placeholder in lower case', CARD, '[card_1]'],
    ['a placeholder in full width', CARD, fullWidth('[CARD_1]').replace('[', '\uff3b').replace(']', '\uff3d')],
  ])('%s is never put back, and its placeholder blocks', (_what, mail, placeholder) => {
    const session = createRedactionSession(EVERYTHING);
    redactPii(mail, session);
    const { body, findings } = restorePlaceholders(
      `Use ${placeholder}.`,
      session,
      allowedValuesOf(['https://shop.example/']),
    );
    expect(body).toBe(`Use ${placeholder}.`);
    expect(findings).toMatchObject([{ code: 'LEFTOVER_PLACEHOLDER', severity: 'block' }]);
  });

  test('a link that carries a card is not put back although a snippet holds it', () => {
    const session = createRedactionSession(ALWAYS_ONLY);
    const link = `https://shop.example/pay?card=${CARD}`;
    redactPii(link, session);
    expect(restorePlaceholders('[LINK_1]', session, allowedValuesOf([link])).body).toBe('[LINK_1]');
  });
});
