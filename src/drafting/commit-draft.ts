import { type Config, PIPELINE_VERSION } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { LanguageModel } from '../model/language-model.ts';
import type { RetrievalOutcome } from '../retrieval/search-examples.ts';
import { type FlagDecision, RAG_FEATURE } from '../rollout/decide.ts';
import type { Database } from '../storage/db.ts';
import type { INTENTS } from '../tools/intents.ts';
import type { ClaimedWork } from './claim-work.ts';
import type { DraftContent } from './draft.ts';
import {
  businessById,
  type DraftCommit,
  type DraftRow,
  featureState,
  type Lesson,
  leaseHolder,
  lockTenantRows,
  pilotRow,
  writeCalibration,
  writeDraft,
  writeDraftEvent,
} from './draft-store.ts';
import { learnCorrection, withSample } from './learn-correction.ts';
import type { Mail } from './read-mail.ts';
import type { Trace } from './trace.ts';
import type { TriageResult } from './triage/triage.ts';
import type { Written } from './write-body.ts';

export type Commitment =
  | { outcome: 'skip'; mail: Mail; skipReason: string }
  | {
      outcome: 'written';
      mail: Mail;
      written: Written;
      triage: TriageResult;
      flags: FlagDecision;
      retrieved: RetrievalOutcome;
    }
  /** Our own code threw over it: it waits its turn like any other retry, and is FAILED in the end. */
  | { outcome: 'broke' };

/** What was decided at the beginning no longer holds; `now` is what the decision is to be made from again. */
export interface FlagChanged {
  status: 'flag-changed';
  now: Pick<ClaimedWork, 'business' | 'featureState' | 'enrolled'>;
}

interface Deps {
  db: Database;
  model: LanguageModel;
  enqueueRetry: (retry: { businessId: string; messageId: string }, delayMs: number) => Promise<void>;
  clock: Clock;
  logger: Logger;
  config: Config;
}

/** Wait before attempt n + 1, doubling; in milliseconds. */
const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 15 * 60_000;

/**
 * Stores the draft, its claims and its event in one transaction that first locks the tenant's own rows. `flag-changed`:
 * what the body was made with was taken back meanwhile, and nothing was written. A lost lease gives the other's draft.
 */
export async function commitDraft(
  deps: Deps,
  work: ClaimedWork,
  commitment: Commitment,
  trace: Trace,
): Promise<
  { status: 'made' | 'existing'; draft: DraftRow } | { status: 'in-progress'; retryAfterSeconds: number } | FlagChanged
> {
  const commit = commitOf(deps, work, commitment);
  const arm = commitment.outcome === 'written' ? commitment.flags.variant : 'none';
  trace.set(eventFields(commit, commitment, deps.config.tokenBudget));
  const businessId = work.business.id;
  const final = commit.status !== 'RETRYING';
  const event = trace.toEvent();
  const lesson = lessonOf(work, commitment);
  const [, , , rows] = await deps.db.tenant(businessId, (queries) => [
    ...lockTenantRows(queries, businessId, RAG_FEATURE, work.message.threadId),
    writeDraft(queries, commit),
    ...(final ? [writeDraftEvent(queries, commit, work.version, arm, event)] : []),
    ...(lesson === null ? [] : [writeCalibration(queries, deps.model.name, work.usage !== null, lesson)]),
  ]);
  const [draft] = rows;
  if (draft === undefined) return whyNothing(deps, work);
  deps.logger.info('draft', { businessId, status: draft.status, arm, ...event });
  if (commit.status === 'RETRYING') await scheduleRetry(deps, work, commit.retryInMs ?? FIRST_RETRY_MS);
  return { status: 'made', draft };
}

function commitOf(deps: Deps, work: ClaimedWork, commitment: Commitment): DraftCommit {
  const base = {
    businessId: work.business.id,
    draftId: work.draftId,
    leaseId: work.leaseId,
    featureName: RAG_FEATURE,
    ragEnabled: false,
    snippetsUsed: false,
    kind: 'reply' as const,
    content: null,
    evidence: null,
    threadVersion: work.message.threadVersion,
    pipelineVersion: PIPELINE_VERSION,
    retryInMs: null,
    retryReason: null,
  };
  if (commitment.outcome === 'skip')
    return { ...base, status: 'SKIPPED', content: skippedContent(commitment.mail, commitment.skipReason) };
  if (commitment.outcome === 'broke') return { ...base, ...nextTry(deps, work, 'internal_error', 0) };
  const { mail, written, triage, flags, retrieved } = commitment;
  if (written.status === 'retry') {
    return { ...base, ...nextTry(deps, work, written.because, written.retryAfterSeconds ?? 0) };
  }
  return {
    ...base,
    status: 'READY',
    kind: written.kind,
    ragEnabled: flags.value,
    snippetsUsed: written.snippetsUsed,
    evidence: written.evidence,
    content: {
      intent: triage.intent,
      language: triage.language,
      to: mail.to,
      cc: mail.cc,
      subject: mail.subject,
      body: written.body,
      claims: written.claims,
      sources: written.sources,
      rag: {
        enabled: flags.value,
        reason: flags.reason,
        arm: flags.variant,
        status: retrieved.status,
        examples: retrieved.examples.map(({ id, confidence }) => ({ id, confidence })),
      },
      tokens: written.tokens,
      findings: written.findings,
    },
  };
}

function nextTry(
  deps: Deps,
  work: ClaimedWork,
  retryReason: string,
  retryAfterSeconds: number,
): Pick<DraftCommit, 'status' | 'retryReason' | 'retryInMs'> {
  const age = deps.clock().getTime() - work.requestedAt.getTime();
  if (age >= deps.config.retryForMs) return { status: 'FAILED', retryReason, retryInMs: null };
  const backoff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(10, work.attempts - 1));
  return { status: 'RETRYING', retryReason, retryInMs: Math.max(backoff, retryAfterSeconds * 1000) };
}

/** What the reported usage of this draft teaches about the model. */
function lessonOf(work: ClaimedWork, commitment: Commitment): Lesson | null {
  if (commitment.outcome !== 'written' || commitment.written.status !== 'body') return null;
  const { counted, tokens } = commitment.written;
  if (tokens.actual === null || counted === 0) return null;
  const samples = withSample(work.usage ?? [], { counted, reported: tokens.actual });
  return { samples, correction: learnCorrection(samples) };
}

function skippedContent(mail: Mail, skipReason: string): DraftContent {
  return {
    intent: 'NO_REPLY' satisfies keyof typeof INTENTS,
    language: 'und',
    to: [],
    cc: [],
    subject: mail.subject,
    body: '',
    claims: [],
    sources: [],
    rag: { enabled: false, reason: 'SKIPPED', arm: 'none', status: 'off', examples: [] },
    tokens: { predicted: 0, actual: null, dropped: [] },
    findings: [],
    skipReason,
  };
}

function eventFields(commit: DraftCommit, commitment: Commitment, tokenBudget: number): Record<string, unknown> {
  if (commitment.outcome === 'skip') return { status: commit.status, skipReason: commitment.skipReason };
  if (commitment.outcome === 'broke') return { status: commit.status, retryBecause: commit.retryReason };
  const { written, flags, retrieved } = commitment;
  const rag = {
    enabled: flags.value,
    reason: flags.reason,
    status: retrieved.status,
    examples: retrieved.examples.length,
    embeddingMs: retrieved.embeddingMs,
    searchMs: retrieved.searchMs,
  };
  if (written.status === 'retry') return { status: commit.status, rag, retryBecause: written.because };
  const claims: Record<string, number> = {};
  for (const { verdict } of written.claims) claims[verdict] = (claims[verdict] ?? 0) + 1;
  const overBudget = (written.tokens.actual ?? 0) > tokenBudget;
  return { status: commit.status, kind: written.kind, rag, claims, tokens: written.tokens, overBudget };
}

async function whyNothing(
  deps: Deps,
  work: ClaimedWork,
): Promise<{ status: 'in-progress'; retryAfterSeconds: number } | FlagChanged> {
  const businessId = work.business.id;
  const [[holder], [business], features, pilots] = await deps.db.tenant(businessId, (queries) => [
    leaseHolder(queries, businessId, work.draftId),
    businessById(queries, businessId),
    featureState(queries, RAG_FEATURE),
    pilotRow(queries, businessId, RAG_FEATURE),
  ]);
  if (holder === undefined || business === undefined) {
    throw new AppError('NOT_FOUND', 'The draft was erased while it was made.');
  }
  if (holder.leaseId !== work.leaseId) return { status: 'in-progress', retryAfterSeconds: 1 };
  const now = { business, featureState: features[0]?.state ?? 'active', enrolled: pilots.length > 0 } as const;
  return { status: 'flag-changed', now };
}

/** The queue is the fast way; the minute cron finds what it loses. */
async function scheduleRetry(deps: Deps, work: ClaimedWork, delayMs: number): Promise<void> {
  try {
    await deps.enqueueRetry({ businessId: work.business.id, messageId: work.message.id }, delayMs);
  } catch {
    deps.logger.error('draft.retry-not-queued', { draftId: work.draftId });
  }
}
