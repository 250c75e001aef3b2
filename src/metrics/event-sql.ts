import { type SQL, sql } from 'drizzle-orm';
import { COUNTERS, type Counter } from './counters.ts';
import { BIN_RATIO, LAST_BIN, LATENCY_PARTS } from './latency-histogram.ts';

const trace = sql`e."trace"`;
const drafted = sql`e."type" = 'drafted'`;
const outcome = (status: string) => sql`${drafted} and ${trace}->>'status' = ${status}`;
const ready = outcome('READY');
const retrieval = sql`${drafted} and ${trace}->'rag'->>'status'`;
const tokens = sql`(${trace}->'tokens'->>'actual')::float8`;
const predicted = sql`(${trace}->'tokens'->>'predicted')::float8`;
const sampled = sql`${drafted} and ${tokens} > 0 and ${predicted} > 0`;
const approved = sql`e."type" = 'approved'`;
const distance = sql`(${trace}->>'editDistance')::float8`;
const found = sql`e."type" = 'hallucination'`;

/** Which events a counter counts, over "DraftEvent" as `e`. Two counters are sums. */
const COUNTED: Record<Exclude<Counter, 'toolCalls' | 'toolValidationErrors'>, SQL> = {
  asked: sql`${drafted} and ${trace}->>'status' in ('READY', 'FAILED')`,
  ready,
  failed: outcome('FAILED'),
  skipped: outcome('SKIPPED'),
  verifications: sql`${ready} and ${trace}->>'kind' = 'verification'`,
  blocked: sql`${drafted} and ${trace} ? 'blocked1'`,
  hallucinations: sql`${found} and ${trace}->>'pipeline' = 'current' and e."arm" = 'rag'`,
  hallucinationsOlderPipeline: sql`${found} and ${trace}->>'pipeline' <> 'current'`,
  hallucinationsWithoutRag: sql`${found} and ${trace}->>'pipeline' = 'current' and e."arm" <> 'rag'`,
  unconfirmedReports: sql`e."type" = 'reported' and ${trace}->>'kind' in ('wrong_fact', 'leak') and ${trace}->>'confirmed' = 'false'`,
  // What a breach of isolation wrote says nothing of a pipeline: it counts.
  securityIncidents: sql`e."type" = 'security' and coalesce(${trace}->>'pipeline', 'current') = 'current'`,
  retrievals: sql`${retrieval} in ('hit', 'miss', 'timeout', 'error')`,
  retrievalHits: sql`${retrieval} = 'hit'`,
  retrievalTimeouts: sql`${retrieval} = 'timeout'`,
  retrievalErrors: sql`${retrieval} = 'error'`,
  tokenSamples: sampled,
  tokenWithin10: sql`${sampled} and abs(${predicted} - ${tokens}) <= 0.1 * ${tokens}`,
  tokenOver20: sql`${sampled} and abs(${predicted} - ${tokens}) > 0.2 * ${tokens}`,
  tokenBudgetOverruns: sql`${drafted} and ${trace}->>'overBudget' = 'true'`,
  approved,
  // What was STALE, QUARANTINED, SKIPPED or FAILED when it was discarded is no judgement of a draft.
  discarded: sql`e."type" = 'discarded' and ${trace}->>'was' = 'READY'`,
  fastApprovals: sql`${approved} and ${trace}->>'paced' = 'false'`,
  editUpTo30: sql`${approved} and ${distance} <= 0.3`,
  editOver50: sql`${approved} and ${distance} > 0.5`,
};

/** A draft whose outcome stands. */
export const isAsked = COUNTED.asked;

/** The count of events `e` of one counter, as a column of its name. */
export function countOf(name: keyof typeof COUNTED): SQL {
  return sql`count(*) filter (where ${COUNTED[name]})::int as ${sql.identifier(name)}`;
}

const SUMMED: Record<'toolCalls' | 'toolValidationErrors', SQL> = {
  toolCalls: sql`(${trace}->>'toolCalls')::int`,
  toolValidationErrors: sql`(${trace}->>'toolValidationErrors')::int`,
};

/** `<aggregate> as "<counter>"` for every counter, in the order of the table. */
export function countersOfEvents(): SQL {
  const columns = COUNTERS.map((name) => {
    if (name !== 'toolCalls' && name !== 'toolValidationErrors') return countOf(name);
    return sql`coalesce(sum(${SUMMED[name]}) filter (where ${drafted}), 0)::int as ${sql.identifier(name)}`;
  });
  return sql.join(columns, sql`, `);
}

/** The number of edit bins, of 0.1 each. */
export const EDIT_BINS = 10;

/** Ten counts of approved drafts, as an array. */
export function editBinsOfEvents(): SQL {
  const bins = Array.from({ length: EDIT_BINS }, (_, bin) => {
    const from = bin / EDIT_BINS;
    const inside =
      bin === EDIT_BINS - 1
        ? sql`${distance} >= ${from}::float8`
        : sql`${distance} >= ${from}::float8 and ${distance} < ${(bin + 1) / EDIT_BINS}::float8`;
    return sql`count(*) filter (where ${approved} and ${inside})::int`;
  });
  return sql`array[${sql.join(bins, sql`, `)}]`;
}

const milliseconds = (field: string) => sql`(${trace}->'rag'->>${field})::float8`;
const binOf = (ms: SQL, offset: number) => sql`(${offset}::int + case when ${ms} < 1 then 0
  else least(${LAST_BIN}::int, 1 + floor(ln(${ms}) / ln(${BIN_RATIO}::float8))::int) end)`;

/** One row per event and part of its latency: what a retrieval took that was made, also one that timed out. */
export function latencyBinsOfEvent(): SQL {
  const embedding = milliseconds('embeddingMs');
  const search = milliseconds('searchMs');
  return sql`cross join lateral (values (${binOf(sql`(${embedding} + ${search})`, LATENCY_PARTS.total)}),
    (${binOf(embedding, LATENCY_PARTS.embedding)}), (${binOf(search, LATENCY_PARTS.search)})) part(bin)`;
}

export const isRetrieval = sql`${retrieval} in ('hit', 'miss', 'timeout')`;
