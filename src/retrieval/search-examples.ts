import { AppError } from '../lib/errors.ts';
import type { LanguageModel } from '../model/language-model.ts';
import type { Database } from '../storage/db.ts';
import { confidenceOf } from './confidence.ts';
import { distinctExamples } from './distinct-examples.ts';
import { nearestExamples, withoutParallelWorkers } from './example-store.ts';
import type { RagStatus } from './rag-status.ts';
import { bitsOfQuery } from './word-signature.ts';

export interface Example {
  id: string;
  question: string;
  answer: string;
  /** 0 to 1. */
  confidence: number;
}

export interface RetrievalOutcome {
  status: RagStatus;
  examples: Example[];
  embeddingMs: number;
  searchMs: number;
}

export interface RetrievalInput {
  businessId: string;
  query: string;
  minConfidence: number;
  maxExamples: number;
  timeoutMs: number;
}

interface Deps {
  db: Database;
  model: LanguageModel;
  clock: () => Date;
}

/** Characters of a query that are embedded: the sense of a mail stands at its beginning. */
const QUERY_LENGTH = 4_000;
/** The client waits this much longer than the server may work, so that the server's own answer comes through. */
const ANSWER_MARGIN_MS = 250;

/**
 * The business's own past answers nearest to a question: dense and full-text candidates in one statement, fused by
 * reciprocal rank, cut at `minConfidence`, near-duplicates left out. Never throws, and never takes longer than `timeoutMs`,
 * here or on the server: a slow or failing search is a status without examples.
 */
export async function searchExamples(deps: Deps, input: RetrievalInput): Promise<RetrievalOutcome> {
  const started = deps.clock().getTime();
  const elapsed = () => deps.clock().getTime() - started;
  const query = input.query.slice(0, QUERY_LENGTH).trim();
  if (query === '') return { status: 'miss', examples: [], embeddingMs: 0, searchMs: 0 };
  const embedded = await deps.model.embed([query], AbortSignal.timeout(input.timeoutMs));
  const embeddingMs = elapsed();
  if (embedded.status !== 'ok') {
    return { status: embedded.status === 'timeout' ? 'timeout' : 'error', examples: [], embeddingMs, searchMs: 0 };
  }
  const left = input.timeoutMs - embeddingMs - ANSWER_MARGIN_MS;
  if (left <= 0) return { status: 'timeout', examples: [], embeddingMs, searchMs: 0 };
  const model = deps.model.embeddingName;
  try {
    const [, found] = await deps.db.tenant(
      input.businessId,
      (queries) => [
        withoutParallelWorkers(queries),
        nearestExamples(queries, {
          businessId: input.businessId,
          model,
          vector: embedded.vectors[0] ?? [],
          wordBits: bitsOfQuery(query),
        }),
      ],
      { timeoutMs: left },
    );
    const examples = distinctExamples(
      found.rows
        .map(({ id, question, answer, similarity, wordShare }) => ({
          id,
          question,
          answer,
          confidence: confidenceOf(model, { similarity: Number(similarity), wordShare: Number(wordShare) }),
        }))
        .filter((example) => example.confidence >= input.minConfidence),
    ).slice(0, input.maxExamples);
    return { status: examples.length > 0 ? 'hit' : 'miss', examples, embeddingMs, searchMs: elapsed() - embeddingMs };
  } catch (error) {
    const timedOut = error instanceof AppError && error.code === 'DATABASE_TIMEOUT';
    return { status: timedOut ? 'timeout' : 'error', examples: [], embeddingMs, searchMs: elapsed() - embeddingMs };
  }
}
