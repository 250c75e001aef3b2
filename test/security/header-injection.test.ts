import { describe, expect, test } from 'vitest';
import { cleanDisplayName } from '../../src/guards/recipients.ts';
import { cleanHeaderValue, replySubject } from '../../src/guards/subject.ts';

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

const INJECTED = 'Bcc: attacker@example.com';

/** Header values that try to become two headers; what a reader may see of them is behind. */
const ATTACKS: [attack: string, value: string][] = [
  ['CRLF', `hello\r\n${INJECTED}`],
  ['a lone CR', `hello\r${INJECTED}`],
  ['a lone LF', `hello\n${INJECTED}`],
  ['CRLF before a folded line', `hello\r\n ${INJECTED}`],
  ['an empty line and a body', `hello\r\n\r\n<html>${INJECTED}`],
  ['next line, U+0085', `hello\u0085${INJECTED}`],
  ['line separator, U+2028', `hello\u2028${INJECTED}`],
  ['paragraph separator, U+2029', `hello\u2029${INJECTED}`],
  ['NUL', `hello\0${INJECTED}`],
  ['vertical tab and form feed', `hello\v\f${INJECTED}`],
  ['escape and backspace', `hello\u001b[2J\b${INJECTED}`],
  ['CRLF in a Q word', `=?utf-8?Q?hello=0D=0A${INJECTED.replaceAll(' ', '_')}?=`],
  ['CRLF in a lower-case Q word', `=?UTF-8?q?hello=0d=0a${INJECTED.replaceAll(' ', '_')}?=`],
  ['CRLF in a B word', `=?utf-8?B?${base64(`hello\r\n${INJECTED}`)}?=`],
  ['CRLF in a B word without padding', `=?utf-8?b?${base64(`hello\r\n${INJECTED}`).replaceAll('=', '')}?=`],
  ['CRLF in a Latin-1 word', `=?iso-8859-1?Q?hello=0D=0A${INJECTED.replaceAll(' ', '_')}?=`],
  ['next line in a Latin-1 word', `=?iso-8859-1?Q?hello=85${INJECTED.replaceAll(' ', '_')}?=`],
  [
    'CRLF in UTF-16',
    `=?utf-16le?B?${btoa([...`hello\r\n${INJECTED}`].map((character) => `${character}\0`).join(''))}?=`,
  ],
  ['line separator in a word', '=?utf-8?Q?hello=E2=80=A8Bcc:_attacker@example.com?='],
  ['CRLF cut over two words', '=?utf-8?Q?hello=0D?= =?utf-8?Q?=0ABcc:_attacker@example.com?='],
  ['a word in a word', `=?utf-8?B?${base64(`=?utf-8?Q?hello=0D=0A${INJECTED.replaceAll(' ', '_')}?=`)}?=`],
  [
    'a word in a word in a word',
    `=?utf-8?B?${base64(`=?utf-8?B?${base64(`=?utf-8?Q?hello=0D=0ABcc?=: x@y.example`)}?=`)}?=`,
  ],
  ['a word with a language', `=?utf-8*en?Q?hello=0D=0A${INJECTED.replaceAll(' ', '_')}?=`],
  ['a word of an unknown charset', `=?x-unknown?Q?hello=0D=0A${INJECTED.replaceAll(' ', '_')}?=`],
  ['a raw line break inside a word', `=?utf-8?Q?hello\r\n${INJECTED}?=`],
  ['a word that is not closed', `=?utf-8?Q?hello=0D=0A${INJECTED}\r\n${INJECTED}`],
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const BREAKS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

describe('a header value', () => {
  test.each(ATTACKS)('with %s stays one line', (_attack, value) => {
    const lines = [cleanHeaderValue(value), cleanDisplayName(value), replySubject(value).subject];
    for (const line of lines) {
      expect(line).not.toMatch(BREAKS);
      expect(line).not.toContain('=?');
    }
  });

  test.each(ATTACKS.slice(0, -1))('with %s shows what it says, decoded', (_attack, value) => {
    expect(cleanHeaderValue(value)).toMatch(/^hello[ …].*Bcc/);
    expect(replySubject(value).subject).toMatch(/^Re: hello[ …].*Bcc/);
  });

  test.each(ATTACKS.slice(0, 8))('with %s is reported', (_attack, value) => {
    expect(replySubject(value).findings).toMatchObject([{ code: 'HEADER_INJECTION', severity: 'warning' }]);
  });

  test('decoded a thousand times over keeps its last encoded word apart', () => {
    let value = 'a\r\nBcc: x@y.example';
    for (let depth = 0; depth < 12; depth++) value = `=?utf-8?B?${base64(value)}?=`;
    expect(cleanHeaderValue(value)).not.toMatch(BREAKS);
    expect(cleanHeaderValue(value)).not.toContain('=?');
  });

  test.each([
    ['a right-to-left override', 'invoice\u202efdp.exe', 'Re: invoicefdp.exe'],
    ['zero-width characters', 'in\u200bvo\u2060ice\ufeff', 'Re: invoice'],
    ['a lone surrogate', 'broken \ud800 subject', 'Re: broken \ufffd subject'],
    ['tag characters', 'hi\u{e0041}\u{e0042}', 'Re: hi'],
  ])('with %s shows what it is', (_attack, subject, expected) => {
    expect(replySubject(subject).subject).toBe(expected);
  });
});
