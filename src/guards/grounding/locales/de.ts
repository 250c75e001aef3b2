import type { GroundingLocale } from '../locale.ts';
import { en } from './en.ts';

export const de: GroundingLocale = { ...en, language: 'de' };
