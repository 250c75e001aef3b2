import type { Finding } from '../finding.ts';
import { type AllowedValues, NOTHING_ALLOWED, phoneKey } from './allowed-values.ts';
import type { PiiMatch, PiiPolicy, PiiType } from './pii-match.ts';
import { identifierKey, scanPii } from './scan-pii.ts';

const MESSAGES: Record<Exclude<PiiType, 'LINK'>, string> = {
  CARD: 'The text holds a card number.',
  IBAN: 'The text holds an IBAN.',
  SSN: 'The text holds a social security number.',
  NATIONAL_ID: 'The text holds a national identity number.',
  EMAIL: 'The text holds a mail address that the business does not give out.',
  PHONE: 'The text holds a telephone number that the business does not give out.',
};

/**
 * Private values in a body, each a finding that blocks (PII_CARD, PII_IBAN, ...). Addresses and numbers of the business
 * itself pass; `identifiers` are the draft's order and tracking numbers. Links are `checkLinks`' matter.
 */
export function findPii(
  body: string,
  policy: PiiPolicy,
  allowed: AllowedValues = NOTHING_ALLOWED,
  identifiers: Iterable<string> = [],
): Finding[] {
  const keys = new Set([...identifiers].map(identifierKey));
  keys.delete('');
  return scanPii(body, { policy, links: false, thorough: true, identifiers: keys })
    .filter((match) => !isGivenOut(match, allowed))
    .map(({ type, start, end }) => ({
      code: `PII_${type}`,
      severity: 'block',
      message: MESSAGES[type as keyof typeof MESSAGES],
      start,
      end,
    }));
}

function isGivenOut(match: PiiMatch, allowed: AllowedValues): boolean {
  if (match.type === 'EMAIL') return allowed.emails.has(match.key);
  if (match.type === 'PHONE') return allowed.phones.has(phoneKey(match.key));
  return false;
}
