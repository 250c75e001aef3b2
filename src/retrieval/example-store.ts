import { sql } from 'drizzle-orm';
import type { Queries } from '../storage/db.ts';
import { SIGNATURE_BITS } from './word-signature.ts';

/** Candidates by sign bits, re-ranked by cosine; candidates by word bits, re-ranked by weighted words; rows of each list. */
const NEAR_CANDIDATES = 100;
const WORD_CANDIDATES = 200;
const LIST_LENGTH = 30;
/** Examples that a word's rarity is judged by, and the share of them above which a word finds nothing. */
const SAMPLE = 200;
const COMMON_SHARE = 0.2;
const RAREST_WORDS = 32;
/**
 * The constant of reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009, who take 60 for long lists); 5 was the
 * best of 5, 10, 20, 60 on the labelled sets of `npm run eval`.
 */
const FUSION_CONSTANT = 5;
const MOST_FOUND = 20;

export interface SearchKey {
  businessId: string;
  model: string;
  vector: number[];
  /** Of `bitsOfQuery`. */
  wordBits: number[];
}

export interface FoundExample extends Record<string, unknown> {
  id: string;
  question: string;
  answer: string;
  systemWritten: boolean;
  /** Place in each list, from 1; null where it is not in it. */
  denseRank: number | null;
  wordRank: number | null;
  /** Cosine, -1 to 1. */
  similarity: number;
  /** Share of the query's words that it holds, by weight, 0 to 1. */
  wordShare: number;
}

/**
 * The examples of one business nearest to a query, best first: two exact scans of its part of a covering index (sign bits by
 * Hamming, word bits by Jaccard distance), each re-ranked, then fused. A query side that is a plain parameter would be
 * computed again for every row: hence the scalar subqueries.
 */
export function nearestExamples(queries: Queries, key: SearchKey) {
  return queries.execute<FoundExample>(nearestExamplesStatement(key));
}

/**
 * For the transaction of a search: two cores that help each other for one business keep all others waiting, and starting
 * them costs more than they save.
 */
export function withoutParallelWorkers(queries: Queries) {
  return queries.execute(sql`select set_config('max_parallel_workers_per_gather', '0', true)`);
}

export function nearestExamplesStatement({ businessId, model, vector, wordBits }: SearchKey) {
  const literal = `[${vector.join(',')}]`;
  const own = sql`"businessId" = ${businessId} and "model" = ${model}`;
  return sql`
    with query as materialized (
      select v as embedding, binary_quantize(v)::bit(${sql.raw(String(SIGNATURE_BITS))}) as bits
      from (select ${literal}::halfvec(512) as v) given
    ), sample as materialized (
      select "wordBits" from "Embedding" where ${own} limit ${SAMPLE}
    ), word as materialized (
      select bit, place, (holding + 0.0) / greatest(total, 1) as share,
        ln(1 + (total - holding + 0.5) / (holding + 0.5))::float8 as weight
      from unnest(${`{${wordBits.join(',')}}`}::int[]) with ordinality as given(bit, place)
      cross join lateral (
        select count(*) as total, coalesce(sum(get_bit("wordBits", given.bit)), 0) as holding from sample
      ) counted
    ), mask as materialized (
      select bit_or(set_bit(repeat('0', ${SIGNATURE_BITS})::bit(${sql.raw(String(SIGNATURE_BITS))}), bit, 1)) as bits
      from (select bit from word where share <= ${COMMON_SHARE} order by weight desc, place limit ${RAREST_WORDS}) rare
    ), near as materialized (
      select "id" from "Embedding" where ${own} order by "bits" <~> (select bits from query) limit ${NEAR_CANDIDATES}
    ), dense as (
      select e."id", row_number() over (order by e."embedding" <=> (select embedding from query), e."id") as rank
      from near join "Embedding" e on e."id" = near."id" and e."businessId" = ${businessId}
      order by rank limit ${LIST_LENGTH}
    ), alike as materialized (
      select "id", "wordBits" from "Embedding" where ${own} and (select bits from mask) is not null
      order by "wordBits" <%> (select bits from mask) limit ${WORD_CANDIDATES}
    ), scored as materialized (
      select alike."id",
        (select sum(weight * get_bit(alike."wordBits", bit)) from word) / sqrt(greatest(bit_count(alike."wordBits"), 1)) as score
      from alike
    ), words as (
      select "id", row_number() over (order by score desc, "id") as rank from scored where score > 0
      order by rank limit ${LIST_LENGTH}
    ), fused as (
      select "id", sum(1.0 / (${FUSION_CONSTANT} + rank)) as score, min(rank) filter (where list = 'dense') as "denseRank",
        min(rank) filter (where list = 'words') as "wordRank"
      from (select *, 'dense' as list from dense union all select *, 'words' from words) ranked group by "id"
      order by score desc, "id" limit ${MOST_FOUND}
    )
    select e."id", e."question", e."answer", e."systemWritten", "denseRank"::int, "wordRank"::int,
      1 - (e."embedding" <=> (select embedding from query)) as "similarity",
      coalesce((select sum(weight * get_bit(e."wordBits", bit)) / nullif(sum(weight), 0) from word), 0) as "wordShare"
    from fused join "Embedding" e on e."id" = fused."id" and e."businessId" = ${businessId}
    order by fused.score desc, "similarity" desc, e."id"`;
}
