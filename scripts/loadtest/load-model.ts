import { setTimeout as delay } from 'node:timers/promises';
import type { ComposeDocument, TriageDocument } from '../../src/drafting/prompt-document.ts';
import { seededRandom, seedOf } from '../lib/seeded-random.ts';
import { type ModelServer, startModelServer } from '../local/model-server.ts';
import { OFFLINE_EMBEDDING, OFFLINE_WRITER } from '../local/offline-model.ts';
import { writeReply } from '../local/offline-writer.ts';
import { openAiError, responseObject } from '../local/openai-shapes.ts';
import { logNormalLatency } from './latency.ts';

export interface LoadModelOptions {
  seed: number;
  /** Asked for at each call. */
  medianMs: () => number;
  sigma: number;
}

/** Of a reply's latency: an embedding, and an answer of a few tokens. */
const EMBEDDING_SHARE = 0.05;
const TRIAGE_SHARE = 0.4;
const CHARACTERS_A_TOKEN = 4.2;
const DIMENSIONS = 512;

/**
 * An OpenAI-compatible endpoint that costs next to no CPU time, so that the load is the Worker's: replies of the offline
 * writer, vectors that mean nothing, and a seeded, spread latency for each call.
 */
export async function startLoadModel(options: LoadModelOptions): Promise<ModelServer> {
  const random = seededRandom(options.seed);
  const spread = logNormalLatency(random, 1, options.sigma);
  const medianOf = (call: string, body: unknown) => {
    if (call === 'POST /v1/embeddings') return options.medianMs() * EMBEDDING_SHARE;
    return options.medianMs() * (documentOf(body).task === 'triage' ? TRIAGE_SHARE : 1);
  };
  return startModelServer(async ({ method, path, body, signal }) => {
    const call = `${method} ${path}`;
    if (call !== 'POST /v1/responses' && call !== 'POST /v1/embeddings')
      return openAiError(404, `Invalid URL (${call})`);
    const wait = medianOf(call, body) * spread();
    const gone = await delay(wait, false, { signal }).catch(() => true);
    if (gone) return undefined;
    return call === 'POST /v1/embeddings' ? embeddings(body) : response(body);
  });
}

function documentOf(body: unknown): ComposeDocument | TriageDocument {
  return JSON.parse((body as { input: { content: string }[] }).input[0]?.content ?? '{}');
}

function response(body: unknown) {
  const { input, instructions } = body as { input: { content: string }[]; instructions: string };
  const text = input[0]?.content ?? '';
  const document = documentOf(body);
  const answer = document.task === 'triage' ? { intent: 'GENERAL', requiredTool: 'none' } : writeReply(document);
  return responseObject({
    model: OFFLINE_WRITER,
    content: { type: 'output_text', text: JSON.stringify(answer) },
    usage: {
      inputTokens: Math.round((text.length + instructions.length) / CHARACTERS_A_TOKEN),
      outputTokens: Math.round(JSON.stringify(answer).length / CHARACTERS_A_TOKEN),
    },
  });
}

function embeddings(body: unknown) {
  const { input } = body as { input: string | string[] };
  const texts = [input].flat();
  const tokens = Math.round(texts.join('').length / CHARACTERS_A_TOKEN);
  return {
    status: 200,
    body: {
      object: 'list',
      model: OFFLINE_EMBEDDING,
      data: texts.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) })),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    },
  };
}

/** A unit vector that depends on the text alone. */
function vectorOf(text: string): number[] {
  const random = seededRandom(seedOf(text));
  const raw = Array.from({ length: DIMENSIONS }, () => random() * 2 - 1);
  const length = Math.hypot(...raw);
  return raw.map((value) => Number((value / length).toFixed(5)));
}
