import type { Finding } from '../guards/finding.ts';
import type { Claim } from '../guards/grounding/claim.ts';
import { blockingClaims, describeFailedClaims, groundBody } from '../guards/grounding/ground-body.ts';
import { checkInstructions } from '../guards/instructions.ts';
import { checkLinks, linksIn } from '../guards/links.ts';
import { allowedValuesOf } from '../guards/pii/allowed-values.ts';
import { findPii } from '../guards/pii/find-pii.ts';
import type { PiiPolicy } from '../guards/pii/pii-match.ts';
import type { RedactionSession } from '../guards/pii/redact-pii.ts';
import { restorePlaceholders } from '../guards/pii/restore-placeholders.ts';
import { checkReadable } from '../guards/readable.ts';
import { checkReplyLanguage } from '../guards/reply-language.ts';
import { detectLanguage } from '../mail/detect-language.ts';
import { COMPOSE_INSTRUCTIONS } from './compose.ts';
import type { DraftEvidence } from './draft.ts';

export interface GuardInput {
  /** As the model, or a reviewer, wrote it. */
  body: string;
  language: string;
  /** Whether that is the customer's language for certain. */
  languageConfident: boolean;
  evidence: DraftEvidence;
  piiPolicy: PiiPolicy;
  /** Placeholders of this draft; null for a body that a human wrote. */
  redaction: RedactionSession | null;
}

export interface GuardVerdict {
  /** `block`: this body must not reach a reviewer. */
  verdict: 'pass' | 'block';
  /** With allowed placeholders put back. Claims and findings have offsets into it. */
  body: string;
  claims: Claim[];
  findings: Finding[];
  /** What a repair attempt is told; no private value is repeated in it. */
  problems: string[];
}

/** All guards that look at a body, in one pass. Pure; they never throw over content. */
export function guardBody(input: GuardInput): GuardVerdict {
  const { evidence } = input;
  const texts = ownTexts(evidence);
  const allowed = allowedValuesOf(texts);
  const restored =
    input.redaction === null
      ? { body: input.body, findings: [] }
      : restorePlaceholders(input.body, input.redaction, allowed);
  const { body } = restored;
  const claims = groundBody({ body, language: input.language, mailSentAt: evidence.mailSentAt, evidence });
  const failed = blockingClaims(claims);
  const findings: Finding[] = [
    ...restored.findings,
    ...findPii(body, input.piiPolicy, allowed, identifiersOf(evidence)),
    ...checkLinks(body, linksOf(texts)),
    ...checkReplyLanguage({ language: input.language, confident: input.languageConfident }, detectLanguage(body)),
    ...checkReadable(body, [...texts, ...recordTexts(evidence)], detectLanguage),
    ...checkInstructions(body, COMPOSE_INSTRUCTIONS),
    ...failed.map(claimFinding),
  ];
  const blocking = findings.filter((finding) => finding.severity === 'block');
  const problems = [
    ...describeFailedClaims(claims),
    ...new Set(blocking.filter((finding) => !isClaimFinding(finding)).map((finding) => finding.message)),
  ];
  return { verdict: blocking.length > 0 ? 'block' : 'pass', body, claims, findings, problems };
}

const CLAIM_FINDINGS = { contradicted: 'CONTRADICTED_FACT', unsupported: 'UNSUPPORTED_FACT' } as const;

function claimFinding(claim: Claim): Finding {
  const contradicted = claim.verdict === 'contradicted';
  return {
    code: CLAIM_FINDINGS[contradicted ? 'contradicted' : 'unsupported'],
    severity: 'block',
    message: contradicted
      ? `This ${claim.type.replace('_', ' ')} differs from the facts.`
      : `No fact supports this ${claim.type.replace('_', ' ')}.`,
    start: claim.start,
    end: claim.end,
  };
}

function isClaimFinding(finding: Finding): boolean {
  return finding.code === CLAIM_FINDINGS.contradicted || finding.code === CLAIM_FINDINGS.unsupported;
}

/** What the business itself wrote: the only texts whose links, addresses and numbers may go out. */
function ownTexts(evidence: DraftEvidence): string[] {
  const { website, supportEmail, supportPhone, address, openingHours, signature, facts, name } = evidence.profile;
  return [
    ...evidence.snippets.map((snippet) => snippet.text),
    ...[name, website, supportEmail, supportPhone, address, openingHours, signature, ...(facts ?? [])],
  ].filter((text) => text !== undefined);
}

/** Texts of the draft's records, such as item names: they may be in any script. */
function recordTexts({ orders, appointments }: DraftEvidence): string[] {
  const texts = (value: unknown): string[] => {
    if (typeof value === 'string') return [value];
    return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(texts);
  };
  return texts([orders, appointments]);
}

function linksOf(texts: string[]): string[] {
  return texts.flatMap((text) => linksIn(text).map((link) => link.url));
}

/** Order and tracking numbers of the draft: digits that no PII pattern may take for something else. */
export function identifiersOf(evidence: Pick<DraftEvidence, 'orders' | 'appointments'>): string[] {
  return [
    ...evidence.orders.flatMap((order) => [
      order.orderNumber,
      order.invoiceNumber,
      ...(order.shipments ?? []).map((shipment) => shipment.trackingNumber),
    ]),
    ...evidence.appointments.map((appointment) => appointment.id),
  ].filter((identifier) => identifier !== undefined);
}
