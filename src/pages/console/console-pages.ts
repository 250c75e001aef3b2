import type { TextKey } from '../texts/translate.ts';

/** The pages of the console's navigation, with the keys of their titles. */
export const CONSOLE_PAGES = [
  ['/admin', 'console.overview'],
  ['/admin/businesses', 'console.businesses'],
  ['/admin/ramps', 'console.ramps'],
  ['/admin/experiments', 'console.experiments'],
  ['/admin/rollbacks', 'console.rollbacks'],
  ['/admin/guardrails', 'console.guardrails'],
  ['/admin/incidents', 'console.incidents'],
  ['/admin/alerts', 'console.alerts'],
  ['/admin/backfills', 'console.backfills'],
  ['/admin/api-keys', 'console.keys'],
  ['/admin/audit', 'console.audit'],
] as const satisfies readonly (readonly [string, TextKey])[];
