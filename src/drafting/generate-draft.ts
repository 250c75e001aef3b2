import { type Config, PIPELINE_VERSION } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import { deadlineIn } from '../lib/deadline.ts';
import { AppError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { LanguageModel } from '../model/language-model.ts';
import { type RetrievalOutcome, searchExamples } from '../retrieval/search-examples.ts';
import { decideRag, type EdgeState, type FlagDecision, RAG_FEATURE } from '../rollout/decide.ts';
import { threadBucket } from '../rollout/thread-bucket.ts';
import type { Database } from '../storage/db.ts';
import { runTools } from '../tools/run-tools.ts';
import { type ClaimedWork, type ClaimRequest, claimWork } from './claim-work.ts';
import { type Commitment, commitDraft, type FlagChanged } from './commit-draft.ts';
import type { DraftRow } from './draft-store.ts';
import { decidePolicy } from './policy.ts';
import { readMail, skipOf } from './read-mail.ts';
import { startTrace, type Trace } from './trace.ts';
import { triageTurn } from './triage-turn.ts';
import { writeBody } from './write-body.ts';

export interface DraftingDeps {
  db: Database;
  model: LanguageModel;
  readEdge: (feature: string) => Promise<EdgeState>;
  /** Sends a draft's message to the retry queue, to be delivered after `delayMs`. */
  enqueueRetry: (retry: { businessId: string; messageId: string }, delayMs: number) => Promise<void>;
  clock: Clock;
  logger: Logger;
  config: Config;
}

export type DraftOutcome =
  /** `made` now, `existing` before; RETRYING and FAILED ones are among both. */
  | { status: 'made' | 'existing'; draft: DraftRow }
  /** Somebody else holds the lease. */
  | { status: 'in-progress'; retryAfterSeconds: number };

/**
 * Makes a message's draft at most once at a time, under a lease. What our own code throws over is tried again later, like
 * any other. Throws AppError: NOT_FOUND, UNPROCESSABLE, IDEMPOTENCY_MISMATCH, DATABASE_*.
 */
export async function generateDraft(deps: DraftingDeps, request: ClaimRequest): Promise<DraftOutcome> {
  const trace = startTrace(deps.clock);
  const held: { work?: ClaimedWork } = {};
  try {
    return await runPipeline(deps, request, trace, held);
  } catch (error) {
    if (error instanceof AppError || held.work === undefined) throw error;
    deps.logger.error('draft.broke', {
      draftId: held.work.draftId,
      error: error instanceof Error ? error.name : 'unknown',
    });
    return finish(await commitDraft(deps, held.work, { outcome: 'broke' }, trace));
  }
}

/** THE pipeline: claim → flags → triage ∥ retrieve → tools → policy → budget → compose → guards → commit. */
async function runPipeline(
  deps: DraftingDeps,
  request: ClaimRequest,
  trace: Trace,
  held: { work?: ClaimedWork },
): Promise<DraftOutcome> {
  const { config } = deps;
  const deadline = deadlineIn(config.draftTimeoutMs, deps.clock);

  const [claim, edge] = await Promise.all([
    trace.stage('claim', () => claimWork(deps, request)),
    deps.readEdge(RAG_FEATURE),
  ]);
  if (claim.status !== 'claimed') return claim;
  const { work } = claim;
  held.work = work;
  trace.set(describeWork(work));

  const mail = readMail(work);
  trace.set({ findings: mail.findings.map((finding) => finding.code) });
  const skipReason = skipOf(work, mail);
  if (skipReason !== null) return finish(await commit({ outcome: 'skip', mail, skipReason }));

  let flags = decideFlags(work, edge);
  const [triage, found] = await Promise.all([
    trace.stage('triage', () => triageTurn(deps, work, mail, deadline)),
    trace.stage('retrieve', () => retrieve(deps, work, mail.question, flags)),
  ]);
  trace.set(triage.trace);
  let retrieved = found;

  const tools = await trace.stage('tools', () =>
    runTools(deps, {
      businessId: work.business.id,
      intent: triage.intent,
      required: triage.required,
      named: triage.entities.named,
      candidates: triage.entities.candidates,
      owns: mail.owns,
      customerKey: mail.customerKey,
      at: work.message.sentAt,
      timeoutMs: Math.min(config.toolTimeoutMs, Math.max(1, deadline.remainingMs())),
    }),
  );
  trace.set({
    tools: tools.calls,
    toolCalls: tools.calls.length,
    toolValidationErrors: tools.calls.filter((call) => call.invalidRecords > 0).length,
  });

  if (triage.intent === 'NO_REPLY' && triage.required.length === 0 && tools.calls.length === 0) {
    return finish(await commit({ outcome: 'skip', mail, skipReason: 'NO_REPLY_NEEDED' }));
  }
  const policy = decidePolicy(triage.required, tools);
  if (policy.action === 'verify') trace.set({ verification: policy.because });

  // A flag that was taken back while the body was written costs one more body, without retrieval.
  for (let attempt = 1; ; attempt++) {
    const written = await writeBody(deps, { work, mail, triage, tools, policy, flags, retrieved, deadline, trace });
    const result = await commit({ outcome: 'written', mail, written, triage, flags, retrieved });
    if (result.status !== 'flag-changed') return result;
    if (attempt === 2)
      throw new AppError('DATABASE_UNAVAILABLE', 'The rollout changed twice.', { retryAfterSeconds: 2 });
    trace.set({ flagChangedAtCommit: true });
    flags = decideFlags({ ...work, ...result.now }, edge);
    if (!flags.value) retrieved = withoutRetrieval();
  }

  function commit(commitment: Commitment): Promise<DraftOutcome | FlagChanged> {
    return commitDraft(deps, work, commitment, trace);
  }
}

/** Of what was made without RAG no flag can be taken back. */
function finish(outcome: DraftOutcome | FlagChanged): DraftOutcome {
  if (outcome.status === 'flag-changed') throw new AppError('DATABASE_UNAVAILABLE', 'The rollout changed.');
  return outcome;
}

function decideFlags(work: ClaimedWork, edge: EdgeState): FlagDecision {
  const { business } = work;
  return decideRag({
    edge,
    featureState: work.featureState,
    enrolled: work.enrolled,
    emailRagEnabled: business.emailRagEnabled,
    emailSnippetsEnabled: business.emailSnippetsEnabled,
    threadBucket: threadBucket(RAG_FEATURE, business.id, work.message.threadId),
    controlShare: business.controlShare,
  });
}

async function retrieve(
  deps: DraftingDeps,
  work: ClaimedWork,
  question: string,
  flags: FlagDecision,
): Promise<RetrievalOutcome> {
  if (!flags.value) return withoutRetrieval();
  return searchExamples(deps, {
    businessId: work.business.id,
    query: question,
    minConfidence: work.business.emailRagMinConfidence,
    maxExamples: work.business.emailRagMaxExamples,
    timeoutMs: deps.config.retrievalTimeoutMs,
  });
}

function withoutRetrieval(): RetrievalOutcome {
  return { status: 'off', examples: [], embeddingMs: 0, searchMs: 0 };
}

function describeWork(work: ClaimedWork): Record<string, unknown> {
  return {
    draftId: work.draftId,
    version: work.version,
    attempt: work.attempts,
    pipelineVersion: PIPELINE_VERSION,
    turns: work.messages.length,
  };
}
