import type { BatchResponse } from 'drizzle-orm/batch';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { sha256Hex } from '../lib/hash.ts';
import { newId } from '../lib/ids.ts';
import type { ThreadMessage } from '../mail/read-turn.ts';
import type { LanguageModel } from '../model/language-model.ts';
import { RAG_FEATURE } from '../rollout/decide.ts';
import type { Database, Queries } from '../storage/db.ts';
import type { DraftStatus } from './draft.ts';
import {
  type BusinessRow,
  bindIdempotencyKey,
  boundRequest,
  businessById,
  calibrationOf,
  claimDraft,
  type DraftRow,
  draftOfMessage,
  featureState,
  type Lease,
  type MessageSelector,
  openNextVersion,
  pilotRow,
  selectedMessage,
  snippetsOf,
  threadOfMessage,
} from './draft-store.ts';
import { NO_CORRECTION, type UsageSample } from './learn-correction.ts';
import type { TokenCorrection } from './token-budget.ts';

export interface ClaimRequest extends MessageSelector {
  idempotencyKey?: string | null;
  /** `regenerate` opens a new version of the draft with this id; its message is `messageId`. */
  regenerate?: { draftId: string };
  /** `now` takes a RETRYING draft before its time is due: the queue does, whose own delay has passed. */
  retry?: 'when-due' | 'now';
}

export interface ClaimedWork {
  draftId: string;
  version: number;
  leaseId: string;
  attempts: number;
  /** When this version was first asked for. */
  requestedAt: Date;
  business: BusinessRow;
  message: NonNullable<Awaited<ReturnType<typeof selectedMessage>>[number]>;
  /** The thread, oldest first. */
  messages: ThreadMessage[];
  featureState: 'active' | 'killed';
  enrolled: boolean;
  snippets: Awaited<ReturnType<typeof snippetsOf>>;
  tokenCorrection: TokenCorrection;
  /** What the model reported lately, oldest first; null where nothing was ever learned of it. */
  usage: UsageSample[] | null;
}

export type Claim =
  | { status: 'claimed'; work: ClaimedWork }
  | { status: 'existing'; draft: DraftRow }
  | { status: 'in-progress'; retryAfterSeconds: number };

interface Deps {
  db: Database;
  model: LanguageModel;
  clock: Clock;
  config: Config;
}

/** Drafts that no human has decided on and that nobody is making: these may be made anew. */
export const REGENERABLE = ['READY', 'STALE', 'QUARANTINED', 'SKIPPED', 'FAILED'] as const satisfies DraftStatus[];

/** Claims the draft and reads everything that it depends on, in one round trip. */
export async function claimWork(deps: Deps, request: ClaimRequest): Promise<Claim> {
  const now = deps.clock();
  const key = request.idempotencyKey ?? null;
  const hash = key === null ? '' : await sha256Hex(JSON.stringify([request.businessId, request.messageId]));
  const lease: Lease = {
    draftId: request.regenerate?.draftId ?? newId('drf', now),
    leaseId: newId('lease', now),
    leaseMs: deps.config.leaseMs,
  };
  const read = await (request.regenerate === undefined
    ? readWithClaim(deps, request, lease, key, hash)
    : readWithNextVersion(deps, request, lease));
  const business = read.businesses[0];
  const message = read.messages[0];
  const draft = read.drafts[0];
  if (business === undefined) throw new AppError('NOT_FOUND', 'There is no such business.');
  if (message === undefined) throw new AppError('NOT_FOUND', 'There is no such message.');
  if (key !== null && read.bound[0] !== undefined && read.bound[0].requestHash !== hash) {
    throw new AppError('IDEMPOTENCY_MISMATCH', 'This Idempotency-Key was used for another request.');
  }
  if (message.direction !== 'INBOUND') {
    throw new AppError('UNPROCESSABLE', 'A draft answers an INBOUND message; this one is OUTBOUND.');
  }
  if (draft === undefined)
    throw new AppError('DRAFT_IN_PROGRESS', 'The draft is being made.', { retryAfterSeconds: 1 });
  if (draft.leaseId !== lease.leaseId) {
    if (request.regenerate !== undefined) {
      throw new AppError('DRAFT_STATE', `A draft that is ${draft.status} cannot be made anew.`);
    }
    return draft.status === 'DRAFTING'
      ? { status: 'in-progress', retryAfterSeconds: 1 }
      : { status: 'existing', draft };
  }
  return {
    status: 'claimed',
    work: {
      draftId: draft.id,
      version: draft.version,
      leaseId: lease.leaseId,
      attempts: draft.attempts,
      requestedAt: draft.requestedAt,
      business,
      message,
      messages: threadOldestFirst(read.thread, message),
      featureState: read.features[0]?.state ?? 'active',
      enrolled: read.pilots.length > 0,
      snippets: read.snippets,
      tokenCorrection: read.calibrations[0] ?? NO_CORRECTION,
      usage: usageOf(read.calibrations[0]),
    },
  };
}

async function readWithClaim(deps: Deps, request: ClaimRequest, lease: Lease, key: string | null, hash: string) {
  const [, , ...rest] = await deps.db.tenant(request.businessId, (queries) => [
    bindIdempotencyKey(queries, request, key, hash),
    claimDraft(queries, request, lease, key, hash, request.retry ?? 'when-due'),
    boundRequest(queries, request.businessId, key),
    ...workStatements(deps, queries, request),
  ]);
  const [bound, ...work] = rest;
  return { bound, ...named(work) };
}

async function readWithNextVersion(deps: Deps, request: ClaimRequest, lease: Lease) {
  const [, , ...work] = await deps.db.tenant(request.businessId, (queries) => [
    ...openNextVersion(queries, request.businessId, lease, REGENERABLE),
    ...workStatements(deps, queries, request),
  ]);
  return { bound: [] as { requestHash: string }[], ...named(work) };
}

function workStatements(deps: Deps, queries: Queries, request: ClaimRequest) {
  return [
    draftOfMessage(queries, request),
    businessById(queries, request.businessId),
    selectedMessage(queries, request),
    threadOfMessage(queries, request),
    featureState(queries, RAG_FEATURE),
    pilotRow(queries, request.businessId, RAG_FEATURE),
    snippetsOf(queries, request.businessId),
    calibrationOf(queries, deps.model.name),
  ] as const;
}

type Rows = BatchResponse<ReturnType<typeof workStatements>>;

function named([drafts, businesses, messages, thread, features, pilots, snippets, calibrations]: Rows) {
  return { drafts, businesses, messages, thread, features, pilots, snippets, calibrations };
}

function usageOf(calibration: Rows[7][number] | undefined): UsageSample[] | null {
  if (calibration === undefined) return null;
  const { counted, reported } = calibration;
  return counted.map((tokens, index) => ({ counted: tokens, reported: reported[index] ?? 0 }));
}

/** The selected message comes whole; it may be older than the newest mails that were read. */
function threadOldestFirst(newestFirst: ThreadMessage[], message: ClaimedWork['message']): ThreadMessage[] {
  const others = newestFirst.filter((other) => other.id !== message.id).reverse();
  const after = others.findIndex((other) => other.sentAt > message.sentAt);
  return after === -1 ? [...others, message] : [...others.slice(0, after), message, ...others.slice(after)];
}
