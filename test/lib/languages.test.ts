import { expect, it } from 'vitest';
import { isLanguage, LANGUAGES, languageOfLocale } from '../../src/lib/languages.ts';

it.each([
  ['tr-TR', 'tr'],
  ['TR', 'tr'],
  ['de_AT', 'de'],
  ['en', 'en'],
  ['es-419', 'es'],
  ['ja-JP', 'en'],
  ['', 'en'],
  ['-de', 'en'],
  ['constructor', 'en'],
])('the language of the locale %j is %s', (locale, language) => {
  expect(languageOfLocale(locale)).toBe(language);
});

it('only the listed ones are languages of ours', () => {
  expect(LANGUAGES.every(isLanguage)).toBe(true);
  for (const other of ['it', 'EN', '', 'und', 'length']) expect(isLanguage(other)).toBe(false);
});
