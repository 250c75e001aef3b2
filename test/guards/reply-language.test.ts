import { expect, test } from 'vitest';
import { checkReplyLanguage } from '../../src/guards/reply-language.ts';

test.each([
  ['the same', { language: 'de', confident: true }, { language: 'de', confident: true }, []],
  ['the same in another region', { language: 'de-AT', confident: true }, { language: 'DE', confident: true }, []],
  ['another', { language: 'tr', confident: true }, { language: 'en', confident: true }, ['WRONG_LANGUAGE']],
  ['another, but the mail is unclear', { language: 'tr', confident: false }, { language: 'en', confident: true }, []],
  ['another, but the reply is unclear', { language: 'tr', confident: true }, { language: 'en', confident: false }, []],
])('a reply in %s language', (_case, expected, reply, codes) => {
  expect(checkReplyLanguage(expected, reply).map(({ code }) => code)).toEqual(codes);
});
