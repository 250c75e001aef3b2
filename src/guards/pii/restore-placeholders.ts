import type { Finding } from '../finding.ts';
import { type AllowedValues, phoneKey } from './allowed-values.ts';
import { linkKey } from './link-key.ts';
import type { PiiType } from './pii-match.ts';
import { findPlaceholders, leftOverPlaceholders } from './placeholders.ts';
import type { RedactionSession } from './redact-pii.ts';
import { scanPii } from './scan-pii.ts';

/**
 * Puts back links, addresses and numbers that the business itself wrote; never a card, IBAN, SSN or national id. What
 * is left over is a LEFTOVER_PLACEHOLDER finding (block), with offsets into the restored body. Check links after this.
 */
export function restorePlaceholders(
  body: string,
  session: RedactionSession,
  allowed: AllowedValues,
): { body: string; findings: Finding[] } {
  const values = new Map([...session.placeholders.values()].map((held) => [held.name, held]));
  const parts: string[] = [];
  let copied = 0;
  for (const placeholder of findPlaceholders(body)) {
    const held = values.get(placeholder.name);
    const written = held && allowedForm(held.type, held.key, allowed);
    if (written === undefined || holdsSecret(written)) continue;
    parts.push(body.slice(copied, placeholder.start), written);
    copied = placeholder.end;
  }
  parts.push(body.slice(copied));
  const restored = parts.join('');
  const findings = leftOverPlaceholders(restored).map(
    ({ start, end }): Finding => ({
      code: 'LEFTOVER_PLACEHOLDER',
      severity: 'block',
      message: 'A private value or a link that the business does not give out was asked for here.',
      start,
      end,
    }),
  );
  return { body: restored, findings };
}

/** The value as the business wrote it, which is not always how the customer did; undefined when it never did. */
function allowedForm(type: PiiType, key: string, allowed: AllowedValues): string | undefined {
  switch (type) {
    case 'LINK':
      return allowed.urls.get(linkKey(key));
    case 'EMAIL':
      return allowed.emails.get(key);
    case 'PHONE':
      return allowed.phones.get(phoneKey(key));
    default:
      return undefined;
  }
}

/** A link may carry a card in its query; that makes it no more fit to be sent. */
function holdsSecret(value: string): boolean {
  const policy = { emails: false, phones: false, nationalIds: false };
  return scanPii(value, { policy, links: false, thorough: true, identifiers: new Set() }).length > 0;
}
