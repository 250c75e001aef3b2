/** Fits the confidence of an embedding model to labelled questions and prints the entry for src/retrieval/calibrations.ts. */
import OpenAI from 'openai';
import { runCommand, UsageError } from '../lib/command.ts';
import { OFFLINE_EMBEDDING } from '../local/offline-model.ts';
import { createSentenceEncoder } from '../local/sentence-encoder.ts';
import { fitLogistic } from './fit-logistic.ts';
import { type Encode, readLabelled, searchLabelled } from './labelled-search.ts';
import { calibrationError, PAIRS_OF_A_SEARCH, pairsOf } from './retrieval.ts';

const HELP = `
node scripts/eval/fit-confidence.ts --data <folder> [--model <name>]

Fits the confidence curve of an embedding model to the sets intents_bitext, intents_banking77 and intents_clinc150 in
<folder>, and prints the entry for src/retrieval/calibrations.ts.

  --data <folder>   folder of the sets
  --model <name>    embedding model (${OFFLINE_EMBEDDING}); another one is asked at OPENAI_BASE_URL with OPENAI_API_KEY
`;

const SETS = ['intents_bitext', 'intents_banking77', 'intents_clinc150'];
const TEXTS_OF_A_REQUEST = 500;

await runCommand(
  HELP,
  { data: { type: 'string' }, model: { type: 'string', default: OFFLINE_EMBEDDING } },
  async ({ data, model = OFFLINE_EMBEDDING }) => {
    if (!data) throw new UsageError('--data <folder> is missing');
    const sets = Object.fromEntries(SETS.map((set) => [set, readLabelled(data, set)]));
    const { encode, close } = model === OFFLINE_EMBEDDING ? offline() : remote(model);
    try {
      const results = await searchLabelled(sets, model, encode);
      const pairs = Object.values(results).flatMap(pairsOf);
      const fit = fitLogistic(pairs);
      const p = (pair: { similarity: number; wordShare: number }) =>
        1 / (1 + Math.exp(-(fit.similarity * pair.similarity + fit.wordShare * pair.wordShare + fit.intercept)));
      const counts = Object.entries(sets).map(([set, { length }]) => `${length} of ${set.replace('intents_', '')}`);
      const entry = {
        similarity: Number(fit.similarity.toFixed(3)),
        wordShare: Number(fit.wordShare.toFixed(3)),
        intercept: Number(fit.intercept.toFixed(3)),
        fitted: true,
        origin: `logistic fit to ${pairs.length} pairs: questions ${counts.join(', ')}, each with its best ${PAIRS_OF_A_SEARCH}; relevant: same intent`,
      };
      console.log(`'${model}': ${JSON.stringify(entry, null, 2)},`);
      console.error(`calibration error on the same pairs ${calibrationError(pairs, p).toFixed(3)}`);
    } finally {
      await close();
    }
    return 0;
  },
);

function offline(): { encode: Encode; close: () => Promise<void> } {
  const encoder = createSentenceEncoder();
  return { encode: (texts) => encoder.encode(texts), close: () => encoder.close() };
}

function remote(model: string): { encode: Encode; close: () => Promise<void> } {
  const client = new OpenAI();
  return {
    encode: async (texts) => {
      const vectors: number[][] = [];
      for (let at = 0; at < texts.length; at += TEXTS_OF_A_REQUEST) {
        const input = texts.slice(at, at + TEXTS_OF_A_REQUEST);
        const answer = await client.embeddings.create({ model, input, dimensions: 512 });
        vectors.push(...answer.data.map((item) => item.embedding));
      }
      return vectors;
    },
    close: async () => undefined,
  };
}
