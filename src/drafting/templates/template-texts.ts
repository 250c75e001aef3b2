import type { Language } from '../../lib/languages.ts';
import type { VerificationTemplate } from '../policy.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { tr } from './tr.ts';

/** One language's verification texts. They state no fact and promise nothing but to look and to reply. */
export interface TemplateTexts {
  greeting: string;
  thanks: string;
  paragraphs: Record<VerificationTemplate, string>;
  closing: string;
}

export const TEMPLATE_TEXTS: Record<Language, TemplateTexts> = { en, tr, de, fr, es };
