import type { GroundingLocale } from '../locale.ts';
import { en } from './en.ts';

export const es: GroundingLocale = { ...en, language: 'es' };
