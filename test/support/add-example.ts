import { env } from 'cloudflare:workers';
import { signatureOfExample } from '../../src/retrieval/word-signature.ts';
import { uniqueId } from './harness.ts';
import { owner } from './owner.ts';

/** A past answer of the business, indexed with the offline encoder as a backfill would. */
export async function addExample(businessId: string, question: string, answer: string): Promise<void> {
  const response = await fetch(`${env.OPENAI_BASE_URL}/embeddings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${uniqueId('model')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ input: `${question}\n${answer}`, model: env.OPENAI_EMBEDDING_MODEL }),
  });
  const { data } = (await response.json()) as { data: { embedding: number[] }[] };
  await owner()`insert into "Embedding" ("id", "businessId", "contentHash", "model", "question", "answer", "embedding", "wordBits", "sentAt")
    values (${uniqueId('example')}, ${businessId}, ${uniqueId('hash')}, ${env.OPENAI_EMBEDDING_MODEL}, ${question}, ${answer},
      ${`[${data[0]?.embedding.join(',')}]`}, ${signatureOfExample(question, answer)}::bit(512), now())`;
}
