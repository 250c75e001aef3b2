import type { Language } from '../../../lib/languages.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import type { TriageLexicon } from './lexicon.ts';
import { tr } from './tr.ts';

/** One lexicon a language; a new language is one more file and one more line here. */
export const TRIAGE_LEXICONS: Record<Language, TriageLexicon> = { en, tr, de, fr, es };
