import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FoundExample, nearestExamples } from '../../src/retrieval/example-store.ts';
import { bitsOfQuery, signatureOfExample } from '../../src/retrieval/word-signature.ts';
import { createDatabase } from '../../src/storage/db.ts';
import { business, exampleEmbedding } from '../../src/storage/schema/index.ts';
import { startDatabase } from '../local/database.ts';

export interface LabelledText {
  text: string;
  label: string;
}

/** One question, and what the search found for it among all others of its set, best first. */
export interface LabelledResult {
  label: string;
  found: (Pick<FoundExample, 'denseRank' | 'wordRank' | 'similarity' | 'wordShare'> & { label: string })[];
}

/** Unit vectors of 512 dimensions for texts, by the model that is evaluated. */
export type Encode = (texts: string[]) => Promise<ArrayLike<number>[]>;

const INSERTED_AT_ONCE = 200;

/** The questions of a set. Throws where it is absent. */
export function readLabelled(dataDir: string, set: string): LabelledText[] {
  const path = join(dataDir, set, 'dev.jsonl');
  if (!existsSync(path)) throw new Error(`no data at ${path}`);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as LabelledText);
}

/**
 * Leave-one-out with the Worker's own statement on the embedded Postgres: every question of a set is searched among all
 * others. Sets are businesses of their own.
 */
export async function searchLabelled(
  sets: Record<string, LabelledText[]>,
  model: string,
  encode: Encode,
): Promise<Record<string, LabelledResult[]>> {
  const local = await startDatabase({ migrationsFolder: new URL('../../migrations', import.meta.url).pathname });
  try {
    const db = createDatabase({
      url: local.url,
      fetchEndpoint: local.fetchEndpoint ?? '',
      timeoutMs: 60_000,
      lockTimeoutMs: 2_000,
    });
    const results: Record<string, LabelledResult[]> = {};
    for (const [set, questions] of Object.entries(sets)) {
      const vectors = (await encode(questions.map(({ text }) => text))).map((vector) => Array.from(vector));
      await db.operator((queries) => [queries.insert(business).values({ id: set, name: set })]);
      for (let at = 0; at < questions.length; at += INSERTED_AT_ONCE) {
        const rows = questions.slice(at, at + INSERTED_AT_ONCE).map(({ text }, index) => ({
          id: `${set}:${at + index}`,
          businessId: set,
          contentHash: `${set}:${at + index}`,
          model,
          question: text,
          answer: '',
          wordBits: signatureOfExample(text, ''),
          embedding: vectors[at + index] ?? [],
          sentAt: new Date(0),
        }));
        await db.tenant(set, (queries) => [queries.insert(exampleEmbedding).values(rows)]);
      }
      results[set] = [];
      for (const [index, { text, label }] of questions.entries()) {
        const [answer] = await db.tenant(set, (queries) => [
          nearestExamples(queries, {
            businessId: set,
            model,
            vector: vectors[index] ?? [],
            wordBits: bitsOfQuery(text),
          }),
        ]);
        const found = answer.rows
          .filter((row) => row.id !== `${set}:${index}`)
          .map(({ id, denseRank, wordRank, similarity, wordShare }) => ({
            denseRank,
            wordRank,
            similarity: Number(similarity),
            wordShare: Number(wordShare),
            label: questions[Number(id.slice(set.length + 1))]?.label ?? '',
          }));
        results[set].push({ label, found });
      }
    }
    return results;
  } finally {
    await local.close();
  }
}
