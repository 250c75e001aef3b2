import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import { loadTokenCounter } from '../model/count-tokens.ts';
import type { LanguageModel } from '../model/language-model.ts';
import type { Database, Queries } from '../storage/db.ts';
import type { exampleEmbedding } from '../storage/schema/index.ts';
import {
  insertExamples,
  knownHashes,
  knownMails,
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

/** Reads sent mails page by page and makes examples of them. An id that is no sent mail of this business is skipped as unknown. */
export async function* readSentMail(
  deps: Pick<IndexingDeps, 'db'>,
  businessId: string,
  ids: string[],
): AsyncGenerator<(Prepared | Settled)[]> {
  for (let at = 0; at < ids.length; at += READ_AT_ONCE) {
    const page = ids.slice(at, at + READ_AT_ONCE);
    const [mails, before, bodies] = await deps.db.tenant(businessId, (queries) => [
      sentMails(queries, businessId, page),
      mailsBefore(queries, businessId, page),
      uneditedBodies(queries, businessId, page),
    ]);
    const byId = new Map(mails.map((mail) => [mail.id, mail]));
    const beforeOf = Map.groupBy(before.rows, (row) => row.sentId);
    const uneditedOf = Map.groupBy(bodies, (row) => row.threadId);
    yield page.map((id) => {
      const mail = byId.get(id);
      if (mail === undefined) return { messageRef: id, status: 'skipped', reason: 'unknown' };
      const unedited = (uneditedOf.get(mail.threadId) ?? []).flatMap(({ body }) => body ?? []);
      return prepareOrFail({ ...mail, before: beforeOf.get(id) ?? [], unedited });
    });
  }
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
 * Pages are read as requests go out: reading takes time that the budget must not stand still for.
 */
export async function indexExamples(
  deps: IndexingDeps,
  businessId: string,
  pages: AsyncIterable<(Prepared | Settled)[]> | Iterable<(Prepared | Settled)[]>,
  settle: Settle = () => [],
): Promise<Indexed> {
  const result: Indexed = { settled: [], interruption: null, tokens: 0, requests: 0 };
  const embedding: Embedding = { deps, businessId, settle, result, correction: 0 };
  const seen = new Set<string>();
  const waiting: Candidate[] = [];
  for await (const page of pages) {
    const { candidates, settled } = await chooseCandidates(deps, businessId, page, seen);
    await store(embedding, [], settled, { tokens: 0, requests: 0 });
    waiting.push(...candidates);
    const requests = fillRequests(waiting, tokensOfABurst(limitsOf(deps.config)));
    const full = requests.slice(0, -1);
    if (!(await embedAll(embedding, full))) return result;
    waiting.splice(
      0,
      full.reduce((sum, request) => sum + request.length, 0),
    );
  }
  if (waiting.length > 0) await embedAll(embedding, [waiting]);
  return result;
}

interface Embedding {
  deps: IndexingDeps;
  businessId: string;
  settle: Settle;
  result: Indexed;
  /** Tokens that the last request cost more than it was counted for. */
  correction: number;
}

/** Sends requests one after the other; false where the rest has to wait. */
async function embedAll(embedding: Embedding, requests: Candidate[][]): Promise<boolean> {
  const { deps, businessId, result } = embedding;
  const open = [...requests];
  for (let request = open.shift(); request; request = open.shift()) {
    const tokens = request.reduce((sum, candidate) => sum + candidate.tokens, 0);
    const demand = { tokens, correction: embedding.correction };
    const budget = await takeBudget(deps.db, limitsOf(deps.config), demand, LONGEST_WAIT_MS);
    if (!budget.granted) {
      result.interruption = { because: 'rate', waitMs: budget.waitMs };
      return false;
    }
    embedding.correction = 0;
    if (budget.waitMs > 0) await new Promise((resolve) => setTimeout(resolve, budget.waitMs));
    const answer = await deps.model.embed(
      request.map(({ example }) => embeddedText(example)),
      AbortSignal.timeout(EMBEDDING_TIMEOUT_MS),
    );
    switch (answer.status) {
      case 'ok': {
        embedding.correction = answer.tokens - tokens;
        const rows = request.map((candidate, index) => rowOf(deps, businessId, candidate, answer.vectors[index] ?? []));
        const done = rows.map(({ messageRef }): Settled => ({ messageRef, status: 'done', reason: null }));
        await store(embedding, rows, done, { tokens: answer.tokens, requests: 1 });
        break;
      }
      case 'invalid': {
        const [only] = request;
        if (request.length > 1) {
          // One text that the API cannot take spoils the request: halves find it.
          const middle = Math.ceil(request.length / 2);
          open.unshift(request.slice(0, middle), request.slice(middle));
        } else if (only !== undefined) {
          const failed: Settled = { messageRef: only.example.messageRef, status: 'failed', reason: 'not-embeddable' };
          await store(embedding, [], [failed], { tokens: 0, requests: 1 });
        }
        break;
      }
      case 'rate_limited': {
        const waitMs = answer.retryAfterSeconds === undefined ? DEFAULT_PAUSE_MS : answer.retryAfterSeconds * 1000;
        await blockBudget(deps.db, waitMs);
        result.interruption = { because: 'rate', waitMs };
        return false;
      }
      case 'timeout':
      case 'unavailable':
        result.interruption = { because: 'unavailable' };
        return false;
    }
  }
  return true;
}

/** One transaction: examples, and what has become of their mails. */
async function store(
  { deps, businessId, settle, result }: Embedding,
  rows: (typeof exampleEmbedding.$inferInsert)[],
  settled: Settled[],
  used: { tokens: number; requests: number },
): Promise<void> {
  if (settled.length === 0) return;
  await deps.db.tenant(businessId, (queries) => [
    queries.execute('select 1'),
    ...(rows.length > 0 ? [insertExamples(queries, rows)] : []),
    ...settle(queries, settled, used),
  ]);
  result.settled.push(...settled);
  result.tokens += used.tokens;
  result.requests += used.requests;
}

function limitsOf(config: Config) {
  return { requestsPerMinute: config.embeddingRequestsPerMinute, tokensPerMinute: config.embeddingTokensPerMinute };
}

/** Leaves out what is known already, doubles in the batch, and system-written answers beyond their share. */
async function chooseCandidates(
  deps: IndexingDeps,
  businessId: string,
  prepared: (Prepared | Settled)[],
  seen: Set<string>,
) {
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
  const refs = hashed.map(({ example }) => example.messageRef);
  const [known, mails, room] = await deps.db.tenant(businessId, (queries) => [
    knownHashes(
      queries,
      businessId,
      hashed.map(({ contentHash }) => contentHash),
    ),
    knownMails(queries, businessId, deps.model.embeddingName, refs),
    ...(own < hashed.length ? [systemWrittenRoom(queries, businessId, own)] : []),
  ]);
  for (const { contentHash } of known) seen.add(contentHash);
  const indexed = new Set(mails.map(({ messageRef }) => messageRef));
  const { held, allowed } = room?.rows[0] ?? { held: 0, allowed: 0 };
  let systemWritten = Number(held);
  const countTokens = await loadTokenCounter();
  const candidates: Candidate[] = [];
  for (const candidate of hashed) {
    if (seen.has(candidate.contentHash) || indexed.has(candidate.example.messageRef)) skip(candidate, 'duplicate');
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
