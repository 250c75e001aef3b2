import { sql } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import type { LanguageModel } from '../model/language-model.ts';
import type { Database } from '../storage/db.ts';
import { confidenceOf } from './confidence.ts';
import type { RagStatus } from './rag-status.ts';

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
const CANDIDATES = 30;
/** Of reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009). */
const RRF_K = 60;

/**
 * The business's own past answers nearest to a question: dense and full-text candidates in one statement, fused by
 * reciprocal rank, cut at `minConfidence`. Never throws: a slow or failing search is a status without examples.
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
  const left = input.timeoutMs - embeddingMs;
  if (left <= 0) return { status: 'timeout', examples: [], embeddingMs, searchMs: 0 };
  try {
    const rows = await search(deps, input, query, embedded.vectors[0] ?? [], left);
    const examples = rows
      .map(({ id, question, answer, similarity }) => ({
        id,
        question,
        answer,
        confidence: confidenceOf(deps.model.embeddingName, Number(similarity)),
      }))
      .filter((example) => example.confidence >= input.minConfidence)
      .slice(0, input.maxExamples);
    return { status: examples.length > 0 ? 'hit' : 'miss', examples, embeddingMs, searchMs: elapsed() - embeddingMs };
  } catch (error) {
    const timedOut = error instanceof AppError && error.code === 'DATABASE_TIMEOUT';
    return { status: timedOut ? 'timeout' : 'error', examples: [], embeddingMs, searchMs: elapsed() - embeddingMs };
  }
}

interface ExampleRow extends Record<string, unknown> {
  id: string;
  question: string;
  answer: string;
  similarity: number;
}

async function search(deps: Deps, input: RetrievalInput, query: string, vector: number[], timeoutMs: number) {
  const literal = `[${vector.join(',')}]`;
  const [found] = await deps.db.tenant(
    input.businessId,
    (queries) => [
      queries.execute<ExampleRow>(sql`
        with dense as (
          select "id", row_number() over (order by "embedding" <=> (select ${literal}::halfvec(512))) as rank
          from "Embedding" where "businessId" = ${input.businessId} and "model" = ${deps.model.embeddingName}
          order by "embedding" <=> (select ${literal}::halfvec(512)) limit ${CANDIDATES}
        ), words as (
          select "id", row_number() over (order by ts_rank_cd("words", q) desc) as rank
          from "Embedding", (select replace(plainto_tsquery('simple', ${query})::text, '&', '|')::tsquery as q) parsed
          where "businessId" = ${input.businessId} and "model" = ${deps.model.embeddingName} and "words" @@ q
          order by ts_rank_cd("words", q) desc limit ${CANDIDATES}
        ), fused as (
          select "id", sum(1.0 / (${RRF_K} + rank)) as score
          from (select * from dense union all select * from words) ranked group by "id"
        )
        select e."id", e."question", e."answer", 1 - (e."embedding" <=> ${literal}::halfvec(512)) as similarity
        from fused join "Embedding" e using ("id") where e."businessId" = ${input.businessId}
        order by fused.score desc, e."id" limit ${CANDIDATES}`),
    ],
    { timeoutMs },
  );
  return found.rows;
}
