import type { Finding } from './finding.ts';

/** What `detectLanguage` says of a text. */
export interface DetectedLanguage {
  language: string;
  confident: boolean;
}

/**
 * WRONG_LANGUAGE (block) where the reply is written in another language than it should be, and both are known with
 * confidence. `expected` is the customer's language, or the business's where we cannot answer in the customer's.
 */
export function checkReplyLanguage(expected: DetectedLanguage, reply: DetectedLanguage): Finding[] {
  if (!expected.confident || !reply.confident) return [];
  if (primaryLanguage(expected.language) === primaryLanguage(reply.language)) return [];
  return [
    {
      code: 'WRONG_LANGUAGE',
      severity: 'block',
      message: `The reply is written in "${primaryLanguage(reply.language)}", not in "${primaryLanguage(expected.language)}".`,
    },
  ];
}

/** "de" of "de-AT". */
function primaryLanguage(tag: string): string {
  return tag.toLowerCase().split(/[-_]/)[0] ?? '';
}
