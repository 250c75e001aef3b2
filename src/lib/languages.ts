/** Languages with a data file in every locale folder; others are detected, and answered in the business's own language. */
export const LANGUAGES = ['en', 'tr', 'de', 'fr', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

export function isLanguage(value: string): value is Language {
  return (LANGUAGES as readonly string[]).includes(value);
}

/** The language part of a BCP 47 tag ("tr-TR" is "tr"); English where it is not one of ours. */
export function languageOfLocale(locale: string): Language {
  const language = locale.toLowerCase().split(/[-_]/)[0] ?? '';
  return isLanguage(language) ? language : 'en';
}
