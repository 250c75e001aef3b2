import OpenAI, { APIConnectionError, APIError, APIUserAbortError, RateLimitError } from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import type { Logger } from '../lib/logger.ts';
import type { EmbeddingAnswer, LanguageModel, ModelAnswer, ModelUsage, StructuredRequest } from './language-model.ts';

const EMBEDDING_DIMENSIONS = 512;
/** Our own retry budget: one more try after a dropped connection or a 5xx, while the call's signal lives. */
const RETRY_DELAY_MS = 250;

export interface OpenAiSettings {
  apiKey: string;
  baseUrl: string;
  model: string;
  embeddingModel: string;
}

/** Talks to any endpoint that speaks OpenAI's Responses and Embeddings API. The caller's signal is the only deadline. */
export function createOpenAiModel(settings: OpenAiSettings, logger: Logger): LanguageModel {
  const client = new OpenAI({ apiKey: settings.apiKey, baseURL: settings.baseUrl, maxRetries: 0 });

  async function answer<T>(request: StructuredRequest<T>): Promise<ModelAnswer<T>> {
    const outcome = await withOneRetry(request.signal, () =>
      client.responses.create(
        {
          model: settings.model,
          instructions: request.instructions,
          input: [{ role: 'user', content: request.input }],
          text: { format: zodTextFormat(request.schema, request.name) },
          max_output_tokens: request.maxOutputTokens,
          store: false,
        },
        { signal: request.signal },
      ),
    );
    if (outcome.status === 'failed') {
      const failure = classify(outcome.error, request.signal);
      logger.error('model.failed', { call: request.name, ...failure });
      return { ...failure, usage: null };
    }
    return readAnswer(outcome.value, request);
  }

  async function embed(texts: string[], signal: AbortSignal): Promise<EmbeddingAnswer> {
    const outcome = await withOneRetry(signal, () =>
      client.embeddings.create(
        // Floats: compatible endpoints do not all know base64, the package's own default.
        {
          model: settings.embeddingModel,
          input: texts,
          dimensions: EMBEDDING_DIMENSIONS,
          encoding_format: 'float',
        },
        { signal },
      ),
    );
    if (outcome.status === 'failed') {
      const failure = isRefusedInput(outcome.error) ? { status: 'invalid' as const } : classify(outcome.error, signal);
      logger.error('embedding.failed', failure);
      return failure;
    }
    // An endpoint may answer 200 with nothing, or with a page of HTML.
    const { data, usage } = (outcome.value ?? {}) as Partial<typeof outcome.value>;
    const vectors = (Array.isArray(data) ? data : [])
      .filter((item) => typeof item === 'object' && item !== null)
      .sort((a, b) => a.index - b.index)
      .map((item) => item.embedding);
    const sound = vectors.length === texts.length && vectors.every(isVector);
    return sound ? { status: 'ok', vectors, tokens: usage?.total_tokens ?? 0 } : { status: 'invalid' };
  }

  return { name: settings.model, embeddingName: settings.embeddingModel, answer, embed };
}

function isVector(value: unknown): boolean {
  return Array.isArray(value) && value.length === EMBEDDING_DIMENSIONS && value.every(Number.isFinite);
}

type Attempt<T> = { status: 'done'; value: T } | { status: 'failed'; error: unknown };

async function withOneRetry<T>(signal: AbortSignal, call: () => Promise<T>): Promise<Attempt<T>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return { status: 'done', value: await call() };
    } catch (error) {
      if (attempt === 2 || signal.aborted || !isTransient(error)) return { status: 'failed', error };
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
      if (signal.aborted) return { status: 'failed', error };
    }
  }
}

function isTransient(error: unknown): boolean {
  if (error instanceof APIUserAbortError) return false;
  return error instanceof APIConnectionError || (error instanceof APIError && (error.status ?? 0) >= 500);
}

/** The endpoint cannot take one of the texts: asking again changes nothing. */
function isRefusedInput(error: unknown): boolean {
  return error instanceof APIError && (error.status === 400 || error.status === 413 || error.status === 422);
}

type Failure = { status: 'timeout' | 'unavailable' | 'rate_limited'; retryAfterSeconds?: number };

function classify(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted || error instanceof APIUserAbortError) return { status: 'timeout' };
  if (error instanceof RateLimitError) {
    const seconds = Number(error.headers?.get('retry-after'));
    return Number.isFinite(seconds) && seconds > 0
      ? { status: 'rate_limited', retryAfterSeconds: Math.min(Math.ceil(seconds), 3600) }
      : { status: 'rate_limited' };
  }
  return { status: 'unavailable' };
}

function readAnswer<T>(
  response: OpenAI.Responses.Response | string | undefined,
  request: StructuredRequest<T>,
): ModelAnswer<T> {
  if (typeof response !== 'object' || response === null) return { status: 'invalid', usage: null };
  const usage: ModelUsage | null = response.usage
    ? { inputTokens: response.usage.input_tokens, outputTokens: response.usage.output_tokens }
    : null;
  if (response.status === 'incomplete') return { status: 'incomplete', usage };
  if (response.status !== undefined && response.status !== 'completed') return { status: 'unavailable', usage };
  const parts = (Array.isArray(response.output) ? response.output : []).flatMap((item) =>
    item.type === 'message' && Array.isArray(item.content) ? item.content : [],
  );
  if (parts.some((part) => part.type === 'refusal')) return { status: 'refused', usage };
  const text = parts.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
  const parsed = (request.accepts ?? request.schema).safeParse(parseJson(text));
  return parsed.success ? { status: 'ok', value: parsed.data, usage } : { status: 'invalid', usage };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
