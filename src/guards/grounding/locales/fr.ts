import type { GroundingLocale } from '../locale.ts';
import { en } from './en.ts';

export const fr: GroundingLocale = { ...en, language: 'fr' };
