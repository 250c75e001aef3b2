import type { z } from 'zod';

export interface ModelUsage {
  inputTokens: number;
  outputTokens: number;
}

/** Expected outcomes of a model call are values. Everything but `ok` may be tried again later. */
export type ModelAnswer<T> =
  | { status: 'ok'; value: T; usage: ModelUsage | null }
  | {
      status: 'refused' | 'incomplete' | 'invalid' | 'timeout' | 'unavailable' | 'rate_limited';
      usage: ModelUsage | null;
      retryAfterSeconds?: number;
    };

export interface StructuredRequest<T> {
  /** Names the schema towards the model. */
  name: string;
  schema: z.ZodType<T>;
  /** What is accepted of the answer, where that is more than the schema says; endpoints do not all keep to a schema. */
  accepts?: z.ZodType<T>;
  instructions: string;
  /** The user message: data only. */
  input: string;
  maxOutputTokens: number;
  signal: AbortSignal;
}

export type EmbeddingAnswer =
  | { status: 'ok'; vectors: number[][]; tokens: number }
  | { status: 'timeout' | 'unavailable' | 'rate_limited' | 'invalid'; retryAfterSeconds?: number };

/** The port to the model; `createOpenAiModel` is its adapter. Neither method throws over what the model does. */
export interface LanguageModel {
  readonly name: string;
  readonly embeddingName: string;
  answer<T>(request: StructuredRequest<T>): Promise<ModelAnswer<T>>;
  embed(texts: string[], signal: AbortSignal): Promise<EmbeddingAnswer>;
}
