import { COMMON_TEXTS } from './common.ts';
import { CONSOLE_TEXTS } from './console.ts';
import { DOCS_TEXTS } from './docs.ts';
import { INBOX_TEXTS } from './inbox.ts';
import { METRICS_TEXTS } from './metrics.ts';

/** All texts by key. A new area of pages brings its own file and is spread in here. */
const TEXTS = { ...COMMON_TEXTS, ...DOCS_TEXTS, ...INBOX_TEXTS, ...CONSOLE_TEXTS, ...METRICS_TEXTS };

export const LANGUAGES = ['en', 'tr'] as const;
export type Language = (typeof LANGUAGES)[number];
export type TextKey = keyof typeof TEXTS;
export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

export function translator(language: Language): Translate {
  const place = LANGUAGES.indexOf(language);
  return (key, values = {}) =>
    (TEXTS[key][place] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** For keys that are built from data (`intent.ORDER`): the text, or the given fallback. */
export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(TEXTS, key);
}
