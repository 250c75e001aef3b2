import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanHeaderValue, decodeEncodedWords, replySubject } from '../../src/guards/subject.ts';
import { anyText } from './pii/any-text.ts';
import { cardOf } from './pii/private-numbers.ts';

describe('the subject of a reply', () => {
  test.each([
    ['Where is my order?', 'Re: Where is my order?'],
    ['Re: Where is my order?', 'Re: Where is my order?'],
    ['RE: AW: Antw: Ynt: RV: TR: hello', 'Re: hello'],
    ['Re[2]: Re(3): RE^4: hello', 'Re: hello'],
    ['Fwd: WG: İlt: hello', 'Re: hello'],
    ['Re : hello', 'Re: hello'],
    ['Re：hello', 'Re: hello'],
    ['Return: the blue one', 'Re: Return: the blue one'],
    ['Reference: 12', 'Re: Reference: 12'],
    ['=?utf-8?B?U2lwYXJpxZ9pbSBuZXJlZGU/?=', 'Re: Siparişim nerede?'],
    ['=?iso-8859-1?Q?R=FCckgabe?= =?iso-8859-1?Q?_bitte?=', 'Re: Rückgabe bitte'],
    ['=?utf-8?Q?R=C3?= =?utf-8?Q?=BCckgabe?=', 'Re: Rückgabe'],
    ['=?utf-8?Q?Re:_?= hello', 'Re: hello'],
    ['  a \t b\r\n c ', 'Re: a b c'],
    ['', 'Re: (no subject)'],
    ['Re:', 'Re: (no subject)'],
    ['\r\n\0', 'Re: (no subject)'],
  ])('of %j is %j', (original, subject) => {
    expect(replySubject(original).subject).toBe(subject);
  });

  test('is at most 200 characters and cuts none in half', () => {
    const { subject } = replySubject('😀'.repeat(500));
    expect(Array.from(subject)).toHaveLength(200);
    expect(subject.isWellFormed()).toBe(true);
    expect(subject.endsWith('…')).toBe(true);
    expect(new TextEncoder().encode(subject).length).toBeLessThan(998);
  });

  test('holds no card, and keeps the order number', () => {
    const card = cardOf('411111111111111');
    expect(replySubject(`Refund ${card} for W1234567`)).toMatchObject({
      subject: 'Re: Refund [card] for W1234567',
      findings: [{ code: 'PII_IN_SUBJECT', severity: 'info' }],
    });
    expect(replySubject(card, [card]).subject).toBe(`Re: ${card}`);
  });

  test('of any text is one clean line that stays as it is when cleaned again', () => {
    fc.assert(
      fc.property(anyText(100), (original) => {
        const { subject } = replySubject(original);
        expect(subject.startsWith('Re: ')).toBe(true);
        expect(subject.isWellFormed()).toBe(true);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
        expect(subject).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        expect(Array.from(subject).length).toBeLessThanOrEqual(200);
        expect(cleanHeaderValue(subject)).toBe(subject);
      }),
    );
  });

  test.each(['=?', '=?u?q?', '=?utf-8?q?=3D?=', '=?utf-8?b?', 'Re: ', '\r\n', '\u202e', '?='])(
    'of 100,000 characters of %j is made in linear time',
    (unit) => {
      expect(replySubject(unit.repeat(Math.ceil(100_000 / unit.length))).subject).toMatch(/^Re: /);
    },
  );
});

test('encoded words of unknown charsets and broken encodings decode to something', () => {
  expect(decodeEncodedWords('=?nonsense?Q?a=C3=BC?=')).toBe('aü');
  expect(decodeEncodedWords('=?utf-8?B?!!!?=')).toBe('');
  expect(decodeEncodedWords('=?utf-8?Q?a=ZZb?=')).toBe('a=ZZb');
  expect(decodeEncodedWords('no words')).toBe('no words');
});

describe('encoded words', () => {
  test.each([
    ['two charsets, one after the other', '=?iso-8859-9?Q?=FE?= =?utf-8?Q?=C3=BC?=', 'şü'],
    ['a charset with a language', '=?utf-8*en?Q?x?=', 'x'],
    ['Base64 that stops within a byte', '=?utf-8?B?YWJjZ?=', 'abc'],
    ['half an escape', '=?utf-8?Q?a=4?=', 'a=4'],
    ['no escape at all', '=?utf-8?Q?=4Gx=41?=', '=4GxA'],
    ['one within another', '=?utf-8?B?PT91dGYtOD9CP1lXSmo/PQ==?=', 'abc'],
    ['nothing in it', '=?utf-8?Q??=x', 'x'],
    ['a charset that nobody knows', '=?nonsense?Q?=C3=BC?=', 'ü'],
  ])('%s', (_what, value, shown) => {
    expect(cleanHeaderValue(value)).toBe(shown);
  });
});

describe('a reply’s subject', () => {
  test('keeps addresses and telephone numbers: they are no secret of a subject', () => {
    const subject = 'call +49 30 1234567 or ada@x.example';
    expect(replySubject(subject)).toEqual({ subject: `Re: ${subject}`, findings: [] });
  });
  test('has 200 characters at most, and says where it was cut', () => {
    expect(replySubject('x'.repeat(196)).subject).toBe(`Re: ${'x'.repeat(196)}`);
    expect(replySubject('x'.repeat(197)).subject).toBe(`Re: ${'x'.repeat(195)}…`);
    expect(replySubject(`${'x'.repeat(194)} yyy`).subject).toBe(`Re: ${'x'.repeat(194)}…`);
    expect(Array.from(replySubject('😀'.repeat(300)).subject)).toHaveLength(200);
  });
  test('is no injection for a line break at its end', () => {
    expect(replySubject('Hello\r\n').findings).toEqual([]);
    expect(replySubject('Hello\r\nBcc: x@y.example').findings).toMatchObject([{ code: 'HEADER_INJECTION' }]);
  });
});
