import type { Finding } from '../guards/finding.ts';
import type { Claim, GroundingEvidence } from '../guards/grounding/claim.ts';
import type { Address } from '../mail/address.ts';
import type { RagStatus } from '../retrieval/rag-status.ts';
import type { Intent } from '../tools/intents.ts';

export const DRAFT_STATUSES = [
  'DRAFTING',
  'READY',
  'STALE',
  'QUARANTINED',
  'APPROVED',
  'DISCARDED',
  'SKIPPED',
  'RETRYING',
  'FAILED',
] as const;
export type DraftStatus = (typeof DRAFT_STATUSES)[number];

export const DRAFT_KINDS = ['reply', 'verification'] as const;
export type DraftKind = (typeof DRAFT_KINDS)[number];

export interface RagOutcome {
  enabled: boolean;
  /** Why it was on or off: the flag decision's reason. */
  reason: string;
  arm: 'rag' | 'control' | 'none';
  status: RagStatus;
  examples: { id: string; confidence: number }[];
}

/** A source that a body was written from; `index` is what the model saw. */
export interface DraftSource {
  index: number;
  kind: 'order' | 'appointment' | 'snippet' | 'profile' | 'example';
  /** Order number, appointment id, snippet key or example id. */
  id: string;
  used: boolean;
}

export interface DraftContent {
  intent: Intent;
  language: string;
  to: Address[];
  cc: Address[];
  subject: string;
  body: string;
  /** The body as it was made, where a reviewer has changed it. */
  madeBody?: string;
  claims: Claim[];
  sources: DraftSource[];
  rag: RagOutcome;
  tokens: { predicted: number; actual: number | null; dropped: string[] };
  findings: Finding[];
  skipReason?: string;
}

export interface DraftEvidence extends GroundingEvidence {
  mailSentAt: string;
}
