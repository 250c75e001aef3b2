import type { Language } from '../../lib/languages.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import type { MailLocale } from './mail-locale.ts';
import { tr } from './tr.ts';

/** One file a language; a new language is one more file and one more line here. */
export const MAIL_LOCALES: Record<Language, MailLocale> = { en, tr, de, fr, es };
