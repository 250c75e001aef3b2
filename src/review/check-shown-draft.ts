import { PIPELINE_VERSION } from '../config.ts';
import type { DraftContent, DraftEvidence } from '../drafting/draft.ts';
import { guardBody } from '../drafting/guard-body.ts';
import type { Claim } from '../guards/grounding/claim.ts';
import { blockingClaims, groundBody } from '../guards/grounding/ground-body.ts';
import type { Address } from '../mail/address.ts';
import { addressKey } from '../mail/address-key.ts';
import type { draft, draftEvent } from '../storage/schema/index.ts';

/** Whom the answered mail names: nobody else may stand in a draft's To or Cc. */
export interface AnsweredMail {
  from: Address;
  replyTo: Address[];
  to: Address[];
  cc: Address[];
}

export interface ShownDraftFindings {
  /** Claims that the evidence stored with the draft does not bear out. */
  claims: Claim[];
  /** Codes of what should never have left: private values, links of strangers, our own instructions, foreign recipients. */
  security: string[];
}

/** Never allowed, whatever a business's policy is or was when the draft was made. */
const ALWAYS_PRIVATE = ['PII_CARD', 'PII_IBAN', 'PII_SSN'];
const BYPASSES = ['UNKNOWN_LINK', 'INSTRUCTIONS_REPEATED', 'LEFTOVER_PLACEHOLDER'];
const HEADER_BREAK = /[\0\r\n\u0085\u2028\u2029]/;

/** Judges what a reviewer was shown once more, by the rules of today and the evidence stored with it. Pure. */
export function checkShownDraft(
  content: DraftContent,
  evidence: DraftEvidence,
  mail: AnsweredMail | null,
): ShownDraftFindings {
  const body = content.madeBody ?? content.body;
  const { language } = content;
  const claims = blockingClaims(groundBody({ body, language, mailSentAt: evidence.mailSentAt, evidence }));
  const { findings } = guardBody({
    body,
    language,
    languageConfident: false,
    evidence,
    piiPolicy: { emails: false, phones: false, nationalIds: false },
    redaction: null,
  });
  const security = new Set(
    findings
      .filter(({ code, severity }) => severity === 'block' && [...ALWAYS_PRIVATE, ...BYPASSES].includes(code))
      .map(({ code }) => code),
  );
  if (HEADER_BREAK.test(content.subject)) security.add('HEADER_INJECTION');
  if (mail !== null && hasForeignRecipient(content, mail)) security.add('FOREIGN_RECIPIENT');
  return { claims, security: [...security].sort() };
}

function hasForeignRecipient({ to, cc }: DraftContent, mail: AnsweredMail): boolean {
  const named = new Set([mail.from, ...mail.replyTo, ...mail.to, ...mail.cc].map(({ address }) => addressKey(address)));
  return [...to, ...cc].some(({ address }) => !named.has(addressKey(address)));
}

type DraftRow = typeof draft.$inferSelect;
type NewEvent = typeof draftEvent.$inferInsert;

/** Events of confirmed findings. One of each kind per version of a draft, whoever finds it and however often. */
export function findingEvents(
  row: Pick<DraftRow, 'id' | 'businessId' | 'version' | 'pipelineVersion' | 'content'>,
  { claims, security }: ShownDraftFindings,
  source: 'report' | 'recheck',
): NewEvent[] {
  const event = (type: 'hallucination' | 'security', trace: Record<string, unknown>): NewEvent => ({
    id: `${row.id}:${row.version}:${type}`,
    businessId: row.businessId,
    draftId: row.id,
    version: row.version,
    type,
    pipelineVersion: row.pipelineVersion,
    arm: row.content?.rag.arm ?? 'none',
    trace: { ...trace, source, pipeline: row.pipelineVersion === PIPELINE_VERSION ? 'current' : 'older' },
  });
  const types = [...new Set(claims.map(({ type }) => type))];
  return [
    ...(claims.length > 0 ? [event('hallucination', { types, claims: claims.length })] : []),
    ...(security.length > 0 ? [event('security', { codes: security })] : []),
  ];
}
