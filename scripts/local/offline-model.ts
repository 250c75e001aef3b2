import type { ComposeDocument, TriageDocument } from '../../src/drafting/prompt-document.ts';
import { loadTokenCounter } from '../../src/model/count-tokens.ts';
import { type ModelServer, startModelServer } from './model-server.ts';
import { triageByPrototype } from './offline-triage.ts';
import { writeReply } from './offline-writer.ts';
import { type ModelReply, openAiError, responseObject } from './openai-shapes.ts';
import { createSentenceEncoder, ENCODER_DIMENSIONS } from './sentence-encoder.ts';

export const OFFLINE_WRITER = 'offline-writer';
export const OFFLINE_EMBEDDING = 'offline-use-512';
/** Tokens of a request besides its texts: role markers and the like. */
const REQUEST_OVERHEAD_TOKENS = 12;
/** OpenAI's limits of an embedding request. */
const MAX_EMBEDDING_INPUTS = 2_048;
const MAX_EMBEDDING_TOKENS = 8_192;

export interface OfflineModel {
  responses(body: unknown): Promise<ModelReply>;
  embeddings(body: unknown): Promise<ModelReply>;
  /** Loads the sentence encoder. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A stand-in for OpenAI that needs no network: real sentence embeddings, and a writer that puts the facts of a compose
 * document into words. It answers as `offline-writer` and `offline-use-512`, whatever model was asked for.
 */
export function createOfflineModel(): OfflineModel {
  const encoder = createSentenceEncoder();

  async function responses(body: unknown): Promise<ModelReply> {
    const request = asRecord(body);
    const document = readDocument(lastUserText(request.input));
    if (!document) {
      return openAiError(400, 'The offline model only answers the compose_reply and triage documents of Draftgate.');
    }
    const answer = document.task === 'triage' ? await triageByPrototype(document, encoder) : writeReply(document);
    const text = JSON.stringify(answer);
    const countTokens = await loadTokenCounter();
    const outputTokens = countTokens(text);
    const limit = request.max_output_tokens;
    const incomplete = typeof limit === 'number' && outputTokens > limit;
    return responseObject({
      model: OFFLINE_WRITER,
      content: { type: 'output_text', text: incomplete ? text.slice(0, text.length / 2) : text },
      usage: { inputTokens: await countInput(request), outputTokens: incomplete ? limit : outputTokens },
      incomplete,
      request,
    });
  }

  async function embeddings(body: unknown): Promise<ModelReply> {
    const { input, dimensions = ENCODER_DIMENSIONS, encoding_format: format = 'float' } = asRecord(body);
    const texts = typeof input === 'string' ? [input] : input;
    if (!Array.isArray(texts) || texts.length === 0 || texts.some((text) => typeof text !== 'string' || text === '')) {
      return openAiError(400, "'$.input' is invalid: expected a text or a list of texts, none of them empty.");
    }
    if (texts.length > MAX_EMBEDDING_INPUTS) {
      return openAiError(400, `'$.input' is invalid: at most ${MAX_EMBEDDING_INPUTS} texts.`);
    }
    if (dimensions !== ENCODER_DIMENSIONS) {
      return openAiError(400, `The offline embedding model has ${ENCODER_DIMENSIONS} dimensions only.`);
    }
    if (format !== 'float' && format !== 'base64') {
      return openAiError(400, "'$.encoding_format' is invalid: expected float or base64.");
    }
    const countTokens = await loadTokenCounter();
    const counts = (texts as string[]).map(countTokens);
    if (counts.some((count) => count > MAX_EMBEDDING_TOKENS)) {
      return openAiError(400, `This model's maximum context length is ${MAX_EMBEDDING_TOKENS} tokens.`);
    }
    const vectors = await encoder.encode(texts as string[]);
    const tokens = counts.reduce((sum, count) => sum + count, 0);
    return {
      status: 200,
      body: {
        object: 'list',
        model: OFFLINE_EMBEDDING,
        data: vectors.map((vector, index) => ({
          object: 'embedding',
          index,
          embedding: format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : Array.from(vector),
        })),
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      },
    };
  }

  return {
    responses,
    embeddings,
    warmUp: async () => {
      await encoder.encode([]);
    },
    close: () => encoder.close(),
  };
}

/** Sends a request of the OpenAI API to the offline model; a route that it does not have is a 404 in OpenAI's shape. */
export async function routeOffline(
  model: OfflineModel,
  method: string,
  path: string,
  body: unknown,
): Promise<ModelReply> {
  if (method === 'POST' && path === '/v1/responses') return model.responses(body);
  if (method === 'POST' && path === '/v1/embeddings') return model.embeddings(body);
  if (method === 'GET' && path === '/v1/models') {
    const data = [OFFLINE_WRITER, OFFLINE_EMBEDDING].map((id) => ({
      id,
      object: 'model',
      created: 0,
      owned_by: 'draftgate',
    }));
    return { status: 200, body: { object: 'list', data } };
  }
  return openAiError(404, `Invalid URL (${method} ${path})`);
}

/** Serves the offline model on 127.0.0.1; the encoder loads in the background. */
export async function startOfflineModel(options: { port?: number } = {}): Promise<ModelServer> {
  const model = createOfflineModel();
  try {
    const server = await startModelServer(
      ({ method, path, body }) => routeOffline(model, method, path, body),
      options.port,
    );
    // A failed warm-up shows itself at the first request, as an error of that request.
    model.warmUp().catch(() => undefined);
    return {
      ...server,
      close: async () => {
        await server.close();
        await model.close();
      },
    };
  } catch (error) {
    await model.close();
    throw error;
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Text of the last user message of a Responses request: `input` is a text or a list of messages. */
function lastUserText(input: unknown): string {
  if (typeof input === 'string') return input;
  if (!Array.isArray(input)) return '';
  return messageText(input.findLast((item) => asRecord(item).role === 'user'));
}

function messageText(message: unknown): string {
  const { content } = asRecord(message);
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => asRecord(part).text ?? '').join('');
}

function readDocument(text: string): ComposeDocument | TriageDocument | undefined {
  try {
    const document = asRecord(JSON.parse(text));
    const { task, sources, customerMail, business } = document;
    const hasMail = typeof asRecord(customerMail).text === 'string';
    if (task === 'triage' && hasMail) return document as unknown as TriageDocument;
    const isCompose = task === 'compose_reply' && hasMail && Array.isArray(sources) && typeof business === 'object';
    return isCompose ? (document as unknown as ComposeDocument) : undefined;
  } catch {
    return undefined;
  }
}

/** Exact o200k count of instructions, input and answer schema, which models count too. */
async function countInput(request: Record<string, unknown>): Promise<number> {
  const countTokens = await loadTokenCounter();
  const { instructions, input, text } = request;
  const schema = asRecord(asRecord(text).format).schema;
  const texts = [
    typeof instructions === 'string' ? instructions : '',
    ...(Array.isArray(input) ? input.map(messageText) : [typeof input === 'string' ? input : '']),
    schema === undefined ? '' : JSON.stringify(schema),
  ];
  return texts.reduce((sum, each) => sum + countTokens(each), REQUEST_OVERHEAD_TOKENS);
}
