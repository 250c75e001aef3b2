import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactionSession, keepIdentifiers, redactDeep, redactPii } from '../../../src/guards/pii/redact-pii.ts';
import { anyText } from './any-text.ts';
import { cardOf, fullWidth, grouped, ibanOf, inDigitsFrom } from './private-numbers.ts';

const EVERYTHING = { emails: true, phones: true, nationalIds: true };
const ALWAYS_ONLY = { emails: false, phones: false, nationalIds: false };
const CARD = cardOf('555555555555444');

describe('redaction', () => {
  test('gives the same value the same placeholder within a draft, however it is written', () => {
    const session = createRedactionSession(EVERYTHING);
    expect(redactPii(`${CARD} and ${cardOf('424242424242424')}`, session).text).toBe('[CARD_1] and [CARD_2]');
    expect(redactPii(`again ${grouped(fullWidth(CARD), [4], '\u00a0')}`, session).text).toBe('again [CARD_1]');
    expect(redactPii('Jane@Example.com, jane@example.com', session).text).toBe('[EMAIL_1], [EMAIL_1]');
    expect(redactPii(CARD, createRedactionSession(EVERYTHING)).text).toBe('[CARD_1]');
  });

  test('says where in the original each value stood', () => {
    const text = `Zahlung\u200b von ${fullWidth(CARD)}!`;
    const { found } = redactPii(text, createRedactionSession(ALWAYS_ONLY));
    expect(found).toEqual([{ type: 'CARD', start: 13, end: 13 + CARD.length }]);
    expect(text.slice(13, 13 + CARD.length)).toBe(fullWidth(CARD));
  });

  test('follows the policy for addresses, telephone numbers and national ids, and never for links', () => {
    const text = 'jane@example.com +49 30 1234567 12345678Z https://a.example/x';
    const redact = (policy: typeof EVERYTHING) => redactPii(text, createRedactionSession(policy)).text;
    expect(redact(EVERYTHING)).toBe('[EMAIL_1] [PHONE_1] [NATIONAL_ID_1] [LINK_1]');
    expect(redact(ALWAYS_ONLY)).toBe('jane@example.com +49 30 1234567 12345678Z [LINK_1]');
    expect(redact({ ...ALWAYS_ONLY, phones: true })).toBe('jane@example.com [PHONE_1] 12345678Z [LINK_1]');
  });

  test('leaves the order and tracking numbers of the draft alone, in any spelling', () => {
    const tracking = cardOf('471111111111111');
    const session = createRedactionSession(EVERYTHING, [grouped(tracking, [4], ' ')]);
    expect(redactPii(`Track ${tracking} or ${grouped(tracking, [4], '-')}`, session).found).toEqual([]);
    expect(redactPii(cardOf('471111111111112'), session).text).toBe('[CARD_1]');
    keepIdentifiers(session, ['INV-0532-1234567']);
    expect(redactPii('invoice INV-0532-1234567', session).found).toEqual([]);
    expect(redactPii('', createRedactionSession(EVERYTHING, ['', '#'])).text).toBe('');
  });

  test('takes a twelve-digit number for a tracking number, unless a card is spoken of', () => {
    const number = cardOf('57733893720');
    const redact = (text: string) => redactPii(text, createRedactionSession(ALWAYS_ONLY)).text;
    expect(redact(`Where is ${number}?`)).toBe(`Where is ${number}?`);
    expect(redact(`My card number is ${number}.`)).toBe('My card number is [CARD_1].');
  });

  test.each([
    ['a link with its sentence', 'See https://a.example/x_(y). Thanks', 'See [LINK_1]. Thanks'],
    ['a link in brackets', '(https://a.example/x)', '([LINK_1])'],
    ['a link in angle brackets', '<https://a.example/x>', '<[LINK_1]>'],
    ['a bare host', 'www.a.example and shop.com/x, b.org.', '[LINK_1] and [LINK_2], [LINK_3].'],
    ['a missing blank', 'Thanks.It was late.so I wait', 'Thanks.It was late.so I wait'],
    ['abbreviations', 'e.g. z.B. a.m. Dr.Who No.5 Ltd.Sti', 'e.g. z.B. a.m. Dr.Who No.5 Ltd.Sti'],
    ['a card that follows a link without a blank', `https://a.example/?${grouped(CARD, [4], ' ')}`, '[LINK_1][CARD_1]'],
    ['a file name', 'see invoice.pdf and photo.jpg', 'see invoice.pdf and photo.jpg'],
    ['a time', 'at 12:30, note: none', 'at 12:30, note: none'],
  ])('handles %s', (_what, text, expected) => {
    expect(redactPii(text, createRedactionSession(ALWAYS_ONLY)).text).toBe(expected);
  });

  test('goes through JSON values without changing the input', () => {
    const value = Object.freeze({ note: CARD, list: Object.freeze([CARD, 1, null, true]), [CARD]: 'key' });
    expect(redactDeep(value, createRedactionSession(ALWAYS_ONLY))).toEqual({
      note: '[CARD_1]',
      list: ['[CARD_1]', 1, null, true],
      [CARD]: 'key',
    });
    expect(redactDeep(JSON.parse('{"__proto__":{"x":1}}'), createRedactionSession(ALWAYS_ONLY))).not.toHaveProperty(
      'x',
    );
  });

  test('takes nine bare digits for an SSN in a mail of nothing else, not in a field of a record', () => {
    expect(redactPii('536228745', createRedactionSession(ALWAYS_ONLY)).text).toBe('[SSN_1]');
    expect(redactPii('My order is 536228745.', createRedactionSession(ALWAYS_ONLY)).found).toEqual([]);
    expect(redactDeep({ sku: '536228745' }, createRedactionSession(ALWAYS_ONLY))).toEqual({ sku: '536228745' });
  });

  test('drops what is nested too deep to be read', () => {
    let value: unknown = CARD;
    for (let depth = 0; depth < 10_000; depth++) value = [value];
    expect(JSON.stringify(redactDeep(value, createRedactionSession(ALWAYS_ONLY)))).not.toContain(CARD);
  });
});

describe('redaction of hostile text', () => {
  const brands = fc.constantFrom(
    ['4', 16],
    ['4', 19],
    ['51', 16],
    ['2221', 16],
    ['34', 15],
    ['37', 15],
    ['6011', 16],
    ['3528', 16],
    ['36', 14],
    ['6212', 19],
    ['5018', 16],
  ) as fc.Arbitrary<[string, number]>;
  const cards = fc
    .tuple(brands, fc.array(fc.nat(9), { minLength: 20, maxLength: 20 }))
    .map(([[prefix, length], digits]) => cardOf((prefix + digits.join('')).slice(0, length - 1)));
  const separators = fc.constantFrom(
    '',
    ' ',
    '-',
    '.',
    '/',
    '_',
    '\u00a0',
    '\u200b',
    '\u2060',
    '\u2013',
    '\u3000',
    '\n',
    '\0',
    '\u00b7',
  );
  const sizes = fc.constantFrom([4], [4, 6, 5], [4, 6, 4], [1], [2], [3], [5], [8], [6], [12, 7]);
  const scripts = fc.constantFrom(
    (value: string) => value,
    fullWidth,
    (value: string) => inDigitsFrom(value, 0x660),
    (value: string) => inDigitsFrom(value, 0x6f0),
    (value: string) => inDigitsFrom(value, 0x1d7f6),
  );
  const surroundings = fc.constantFrom(
    ['', ''],
    ['card: ', ', thanks'],
    ['(', ')'],
    ['my number\n', '\nbye'],
    ['"', '"'],
  );

  test('no card survives in any formatting', () => {
    fc.assert(
      fc.property(
        cards,
        separators,
        sizes,
        scripts,
        surroundings,
        (card, separator, groups, script, [before, after]) => {
          const { text } = redactPii(
            `${before}${script(grouped(card, groups, separator))}${after}`,
            createRedactionSession(ALWAYS_ONLY),
          );
          expect(text).toBe(`${before}[CARD_1]${after}`);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('no IBAN survives in any formatting', () => {
    const accounts = fc.tuple(
      fc.constantFrom(['DE', 18], ['AT', 16], ['ES', 20], ['TR', 22], ['BE', 12]) as fc.Arbitrary<[string, number]>,
      fc.array(fc.nat(9), { minLength: 22, maxLength: 22 }),
    );
    fc.assert(
      fc.property(
        accounts,
        separators,
        fc.constantFrom([4], [1], [4, 8], [8]),
        scripts,
        surroundings,
        ([[country, length], digits], separator, groups, script, [before, after]) => {
          const iban = ibanOf(country, digits.join('').slice(0, length));
          const { text } = redactPii(
            `${before}${script(grouped(iban, groups, separator))}${after}`,
            createRedactionSession(ALWAYS_ONLY),
          );
          expect(text).toBe(`${before}[IBAN_1]${after}`);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('any text comes through, keeps what is not private', () => {
    fc.assert(
      fc.property(anyText(100), (noise) => {
        const session = createRedactionSession(EVERYTHING);
        const { text, found } = redactPii(noise, session);
        if (found.length === 0 && !/[[_]/.test(noise.normalize('NFKC'))) expect(text).toBe(noise);
        let covered = 0;
        for (const { start, end } of found) {
          expect(start).toBeGreaterThanOrEqual(covered);
          expect(end).toBeGreaterThan(start);
          covered = end;
        }
        expect(covered).toBeLessThanOrEqual(noise.length);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    'a',
    'a@',
    '1',
    '1 ',
    '4 ',
    '4111 ',
    '4111111111111112 ',
    '078-05-1120 ',
    'GB29',
    'GB29 NWBK ',
    'DE89 3704 0044 0532 0130 01 ',
    'a.',
    'http://',
    'http:// ',
    'www.',
    '(',
    ')',
    '[CARD_',
    '](',
    ':',
    '//',
    '+1 ',
    '(415) ',
    '\n',
    ' ',
    '\0',
    '\u200b',
    '\u0301',
    '\ufdfa',
    '４１１１　',
    '٤١١١ ',
    '\ud800',
    '😀4',
    '(at)',
    'a(at)a ',
    '[.]',
    'AA 12 34 ',
    '12345678 ',
    'x.com ',
  ])('100,000 characters of %j are read in linear time', (unit) => {
    const text = unit.repeat(Math.ceil(100_000 / unit.length));
    expect(typeof redactPii(text, createRedactionSession(EVERYTHING)).text).toBe('string');
    expect(typeof redactPii(`http://x${text}`, createRedactionSession(EVERYTHING)).text).toBe('string');
  });
});
