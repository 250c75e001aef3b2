import { parseArgs } from 'node:util';
import { confidenceOf } from '../../src/retrieval/confidence.ts';
import { OFFLINE_EMBEDDING } from '../local/offline-model.ts';
import { createSentenceEncoder } from '../local/sentence-encoder.ts';
import { fitLogistic, type LabelledPair } from './fit-logistic.ts';
import { type LabelledResult, readLabelled, searchLabelled } from './labelled-search.ts';

export interface EvaluationRow {
  name: string;
  /** A share from 0 to 1. */
  value: number;
  n: number;
  goal?: number;
  note?: string;
}

export const RETRIEVAL_SETS = ['intents_bitext', 'intents_banking77'];
/** Of each search, the best so many pairs are judged for the confidence: what a draft may be shown. */
export const PAIRS_OF_A_SEARCH = 5;
/** What a business starts with (`emailRagMinConfidence`). */
const MIN_CONFIDENCE = 0.7;

/**
 * Leave-one-out retrieval with the Worker's own statement and the offline encoder: intent of the nearest example on bitext
 * and banking77 (dense, full text, fused), and the reliability of the confidence. Throws where the sets are absent.
 */
export async function evaluateRetrieval(dataDir: string): Promise<EvaluationRow[]> {
  const sets = Object.fromEntries(RETRIEVAL_SETS.map((set) => [set, readLabelled(dataDir, set)]));
  const encoder = createSentenceEncoder();
  try {
    const results = await searchLabelled(sets, OFFLINE_EMBEDDING, (texts) => encoder.encode(texts));
    return [...Object.entries(results).flatMap(([set, of]) => qualityRows(set, of)), ...confidenceRows(results)];
  } finally {
    await encoder.close();
  }
}

function qualityRows(set: string, results: LabelledResult[]): EvaluationRow[] {
  const byRank = (rank: 'denseRank' | 'wordRank') => (result: LabelledResult) =>
    result.found.filter((row) => row[rank] !== null).sort((a, b) => (a[rank] ?? 0) - (b[rank] ?? 0));
  const share = (order: (result: LabelledResult) => { label: string }[], first: number) =>
    results.filter((result) =>
      order(result)
        .slice(0, first)
        .some((row) => row.label === result.label),
    ).length / results.length;
  const name = set.replace('intents_', '');
  return [1, 3].flatMap((first) => {
    const dense = share(byRank('denseRank'), first);
    const words = share(byRank('wordRank'), first);
    const note = 'goal: better than dense alone and full text alone';
    const row = (list: string, value: number) => ({
      name: `retrieval ${name}: ${list}, hit@${first}`,
      value,
      n: results.length,
    });
    return [
      row('dense', dense),
      row('full text', words),
      {
        ...row(
          'fused',
          share((result) => result.found, first),
        ),
        goal: Math.max(dense, words),
        note,
      },
    ];
  });
}

/** Pairs of a question and a found example, with whether they have the same label. */
export function pairsOf(results: LabelledResult[]): LabelledPair[] {
  return results.flatMap(({ label, found }) =>
    found.slice(0, PAIRS_OF_A_SEARCH).map(({ similarity, wordShare, label: other }) => ({
      similarity,
      wordShare,
      // Questions out of clinc's scope have nothing in common with one another.
      relevant: label === other && label !== 'oos',
    })),
  );
}

function confidenceRows(results: Record<string, LabelledResult[]>): EvaluationRow[] {
  const bySet = Object.entries(results).map(([set, of]) => ({ set: set.replace('intents_', ''), pairs: pairsOf(of) }));
  const all = bySet.flatMap(({ pairs }) => pairs);
  const shipped = (pair: LabelledPair) => confidenceOf(OFFLINE_EMBEDDING, pair);
  const table = bins(all, shipped).map(({ from, expected, relevant, n }) => ({
    name: `confidence ${from.toFixed(1)} to ${(from + 0.1).toFixed(1)}: relevant`,
    value: relevant,
    n,
    note: `mean confidence ${expected.toFixed(3)}`,
  }));
  const elsewhere = bySet.map(({ set, pairs }) => {
    const others = bySet.filter((other) => other.set !== set).flatMap((other) => other.pairs);
    const fit = fitLogistic(others);
    const p = (pair: LabelledPair) =>
      1 / (1 + Math.exp(-(fit.similarity * pair.similarity + fit.wordShare * pair.wordShare + fit.intercept)));
    return {
      name: `confidence: calibration error on ${set}, fitted without it`,
      value: calibrationError(pairs, p),
      n: pairs.length,
      note: 'how far it moves with the corpus: labels are finer in one than in the other',
    };
  });
  const sure = all.filter((pair) => shipped(pair) >= MIN_CONFIDENCE);
  return [
    ...table,
    {
      name: 'confidence: expected calibration error',
      value: calibrationError(all, shipped),
      n: all.length,
      note: 'as shipped; low is good',
    },
    ...elsewhere,
    {
      name: `confidence >= ${MIN_CONFIDENCE}: relevant`,
      value: sure.filter((pair) => pair.relevant).length / Math.max(1, sure.length),
      n: sure.length,
      goal: MIN_CONFIDENCE,
    },
    {
      name: `searches with an example >= ${MIN_CONFIDENCE}`,
      value: share(results, (result) =>
        result.found.some((row) => shipped({ ...row, relevant: false }) >= MIN_CONFIDENCE),
      ),
      n: Object.values(results).flat().length,
      goal: 0.6,
    },
  ];
}

function share(results: Record<string, LabelledResult[]>, holds: (result: LabelledResult) => boolean): number {
  const all = Object.values(results).flat();
  return all.filter(holds).length / Math.max(1, all.length);
}

function bins(pairs: LabelledPair[], confidence: (pair: LabelledPair) => number) {
  return Array.from({ length: 10 }, (_, i) => {
    const inside = pairs.filter((pair) => Math.min(9, Math.floor(confidence(pair) * 10)) === i);
    return {
      from: i / 10,
      n: inside.length,
      expected: mean(inside.map(confidence)),
      relevant: mean(inside.map((pair) => Number(pair.relevant))),
    };
  }).filter(({ n }) => n > 0);
}

/** Mean distance between confidence and share of relevant pairs, over ten bins, weighted by their size. */
export function calibrationError(pairs: LabelledPair[], confidence: (pair: LabelledPair) => number): number {
  return bins(pairs, confidence).reduce(
    (sum, bin) => sum + (bin.n / pairs.length) * Math.abs(bin.expected - bin.relevant),
    0,
  );
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  if (!values.data) {
    console.error('usage: eval/retrieval.ts --data <folder>');
    process.exit(2);
  }
  try {
    for (const row of await evaluateRetrieval(values.data)) {
      const goal = row.goal === undefined ? '' : `  goal ${row.goal.toFixed(3)}`;
      console.log(`${row.name.padEnd(62)} ${row.value.toFixed(3)}  n=${row.n}${goal}  ${row.note ?? ''}`);
    }
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}
