import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import { loadTokenCounter } from '../model/count-tokens.ts';
import type { LanguageModel } from '../model/language-model.ts';
import type { Database, Queries } from '../storage/db.ts';
import {
  insertExamples,
  knownHashes,
  mailsBefore,
  sentMails,
  systemWrittenRoom,
  uneditedBodies,
} from './index-store.ts';
import {
  contentHashOf,
  embeddedText,
  type Prepared,
  type PreparedExample,
  prepareSentMail,
  type SentMail,
  type SkipReason,
} from './prepare-example.ts';
import { blockBudget, takeBudget, tokensOfABurst } from './rate-budget.ts';
import { signatureOfExample } from './word-signature.ts';

export interface IndexingDeps {
  db: Database;
  model: LanguageModel;
  clock: Clock;
  logger: Logger;
  config: Config;
}

/** What came of one mail. */
export type Settled =
  | { messageRef: string; status: 'done'; reason: null }
  | { messageRef: string; status: 'skipped'; reason: SkipReason | 'unknown' }
  | { messageRef: string; status: 'failed'; reason: 'not-embeddable' | 'unreadable' };

export type Interruption =
  /** The budget, or the API itself (429), asks for a pause. */
  | { because: 'rate'; waitMs: number }
  /** The API does not answer. */
  | { because: 'unavailable' };

export interface Indexed {
  settled: Settled[];
  /** Why the rest is not settled; the same call later goes on with it. */
  interruption: Interruption | null;
  tokens: number;
  requests: number;
}

/** More statements for the transaction that stores examples: what has become of their mails. */
export type Settle = (
  queries: Queries,
  settled: Settled[],
  used: { tokens: number; requests: number },
) => ReturnType<Queries['execute']>[];

const MOST_INPUTS = 512;
const MOST_TOKENS = 100_000;
const EMBEDDING_TIMEOUT_MS = 60_000;
/** A wait that is sat out here; a longer one is the queue's. */
const LONGEST_WAIT_MS = 20_000;
const DEFAULT_PAUSE_MS = 20_000;
/** Mails that are read at once. */
const READ_AT_ONCE = 250;

/** Reads sent mails and makes examples of them. An id that is no sent mail of this business is skipped as unknown. */
export async function readSentMail(
  deps: Pick<IndexingDeps, 'db'>,
  businessId: string,
  ids: string[],
): Promise<(Prepared | Settled)[]> {
  const read: (Prepared | Settled)[] = [];
  for (let at = 0; at < ids.length; at += READ_AT_ONCE) {
    const page = ids.slice(at, at + READ_AT_ONCE);
    const [mails, before, bodies] = await deps.db.tenant(businessId, (queries) => [
      sentMails(queries, businessId, page),
      mailsBefore(queries, businessId, page),
      uneditedBodies(queries, businessId, page),
    ]);
    const byId = new Map(mails.map((mail) => [mail.id, mail]));
    for (const id of page) {
      const mail = byId.get(id);
      read.push(
        mail === undefined
          ? { messageRef: id, status: 'skipped', reason: 'unknown' }
          : prepareOrFail({
              ...mail,
              before: before.rows.filter((row) => row.sentId === id),
              unedited: bodies.flatMap(({ threadId, body }) =>
                threadId === mail.threadId && body !== null ? [body] : [],
              ),
            }),
      );
    }
  }
  return read;
}

/** One mail that breaks our own code must not stop the others. */
function prepareOrFail(mail: SentMail): Prepared | Settled {
  try {
    return prepareSentMail(mail);
  } catch {
    return { messageRef: mail.id, status: 'failed', reason: 'unreadable' };
  }
}

interface Candidate {
  example: PreparedExample;
  contentHash: string;
  tokens: number;
}

/**
 * Embeds and stores examples in full requests, within the shared budget; pairs that are there already are not embedded
 * again. Each request's examples are stored in one transaction with `settle`, so that a crash loses at most one request.
 */
export async function indexExamples(
  deps: IndexingDeps,
  businessId: string,
  prepared: (Prepared | Settled)[],
  settle: Settle = () => [],
): Promise<Indexed> {
  const result: Indexed = { settled: [], interruption: null, tokens: 0, requests: 0 };
  const { candidates, settled } = await chooseCandidates(deps, businessId, prepared);
  if (settled.length > 0) {
    const statements = (queries: Queries) => settle(queries, settled, { tokens: 0, requests: 0 });
    await writeIfAny(deps.db, businessId, statements);
    result.settled.push(...settled);
  }
  let correction = 0;
  const requests = fillRequests(candidates, tokensOfABurst(limitsOf(deps.config)));
  for (let request = requests.shift(); request; request = requests.shift()) {
    const asked = request.reduce((sum, { tokens }) => sum + tokens, 0);
    const budget = await takeBudget(deps.db, limitsOf(deps.config), { tokens: asked, correction }, LONGEST_WAIT_MS);
    if (!budget.granted) return { ...result, interruption: { because: 'rate', waitMs: budget.waitMs } };
    if (budget.waitMs > 0) await new Promise((resolve) => setTimeout(resolve, budget.waitMs));
    const answer = await deps.model.embed(
      request.map(({ example }) => embeddedText(example)),
      AbortSignal.timeout(EMBEDDING_TIMEOUT_MS),
    );
    result.requests += 1;
    correction = 0;
    switch (answer.status) {
      case 'ok': {
        correction = answer.tokens - asked;
        result.tokens += answer.tokens;
        const done = request.map(({ example }) => ({
          messageRef: example.messageRef,
          status: 'done' as const,
          reason: null,
        }));
        const rows = request.map((candidate, index) => rowOf(deps, businessId, candidate, answer.vectors[index] ?? []));
        await deps.db.tenant(businessId, (queries) => [
          insertExamples(queries, rows),
          ...settle(queries, done, { tokens: answer.tokens, requests: 1 }),
        ]);
        result.settled.push(...done);
        break;
      }
      case 'invalid': {
        const [only] = request;
        if (request.length > 1) {
          // One text that the API cannot take spoils the request: halves find it.
          const middle = Math.ceil(request.length / 2);
          requests.unshift(request.slice(0, middle), request.slice(middle));
        } else if (only !== undefined) {
          const failed: Settled = { messageRef: only.example.messageRef, status: 'failed', reason: 'not-embeddable' };
          await writeIfAny(deps.db, businessId, (queries) => settle(queries, [failed], { tokens: 0, requests: 1 }));
          result.settled.push(failed);
        }
        break;
      }
      case 'rate_limited': {
        const waitMs = answer.retryAfterSeconds === undefined ? DEFAULT_PAUSE_MS : answer.retryAfterSeconds * 1000;
        await blockBudget(deps.db, waitMs);
        return { ...result, interruption: { because: 'rate', waitMs } };
      }
      case 'timeout':
      case 'unavailable':
        return { ...result, interruption: { because: 'unavailable' } };
    }
  }
  return result;
}

function limitsOf(config: Config) {
  return { requestsPerMinute: config.embeddingRequestsPerMinute, tokensPerMinute: config.embeddingTokensPerMinute };
}

async function writeIfAny(
  db: Database,
  businessId: string,
  build: (queries: Queries) => ReturnType<Queries['execute']>[],
): Promise<void> {
  await db.tenant(businessId, (queries) => {
    const [first, ...rest] = build(queries);
    return first === undefined ? [queries.execute('select 1')] : [first, ...rest];
  });
}

/** Leaves out what is known already, doubles in the batch, and system-written answers beyond their share. */
async function chooseCandidates(deps: IndexingDeps, businessId: string, prepared: (Prepared | Settled)[]) {
  const settled: Settled[] = [];
  const hashed: { example: PreparedExample; contentHash: string }[] = [];
  for (const item of prepared) {
    if (item.status === 'example') {
      hashed.push({ example: item.example, contentHash: await contentHashOf(deps.model.embeddingName, item.example) });
    } else settled.push(item as Settled);
  }
  const skip = ({ example }: { example: PreparedExample }, reason: SkipReason) =>
    settled.push({ messageRef: example.messageRef, status: 'skipped', reason });
  if (hashed.length === 0) return { candidates: [], settled };
  const own = hashed.filter(({ example }) => !example.systemWritten).length;
  const [known, room] = await deps.db.tenant(businessId, (queries) => [
    knownHashes(
      queries,
      businessId,
      hashed.map(({ contentHash }) => contentHash),
    ),
    ...(own < hashed.length ? [systemWrittenRoom(queries, businessId, own)] : []),
  ]);
  const seen = new Set(known.map(({ contentHash }) => contentHash));
  const { held, allowed } = room?.rows[0] ?? { held: 0, allowed: 0 };
  let systemWritten = Number(held);
  const countTokens = await loadTokenCounter();
  const candidates: Candidate[] = [];
  for (const candidate of hashed) {
    if (seen.has(candidate.contentHash)) skip(candidate, 'duplicate');
    else if (candidate.example.systemWritten && systemWritten >= Number(allowed))
      skip(candidate, 'system-written-share');
    else {
      seen.add(candidate.contentHash);
      if (candidate.example.systemWritten) systemWritten += 1;
      candidates.push({ ...candidate, tokens: countTokens(embeddedText(candidate.example)) });
    }
  }
  return { candidates, settled };
}

/** Requests of at most `burst` tokens, where an input alone is not more than that. */
function fillRequests(candidates: Candidate[], burst: number): Candidate[][] {
  const mostTokens = Math.min(MOST_TOKENS, burst);
  const requests: Candidate[][] = [];
  let tokens = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const last = requests.at(-1);
    if (last !== undefined && last.length < MOST_INPUTS && tokens + candidate.tokens <= mostTokens) {
      last.push(candidate);
      tokens += candidate.tokens;
    } else {
      requests.push([candidate]);
      tokens = candidate.tokens;
    }
  }
  return requests;
}

function rowOf(deps: IndexingDeps, businessId: string, { example, contentHash }: Candidate, embedding: number[]) {
  return {
    ...example,
    id: newId('emb', deps.clock()),
    businessId,
    contentHash,
    model: deps.model.embeddingName,
    embedding,
    wordBits: signatureOfExample(example.question, example.answer),
  };
}
