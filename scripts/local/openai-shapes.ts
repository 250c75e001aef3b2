import { randomUUID } from 'node:crypto';

/** An answer of the endpoint: status, JSON body, and headers besides the content type. */
export interface ModelReply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** An error as OpenAI writes it. */
export function openAiError(status: number, message: string, code: string | null = null): ModelReply {
  const type = status === 429 ? 'rate_limit_error' : status >= 500 ? 'server_error' : 'invalid_request_error';
  return { status, body: { error: { message, type, param: null, code } } };
}

export interface ResponseUsage {
  inputTokens: number;
  outputTokens: number;
}

export interface ResponseParts {
  model: string;
  /** `refusal` takes the place of text in a refused answer. */
  content: { type: 'output_text'; text: string } | { type: 'refusal'; refusal: string };
  usage: ResponseUsage;
  /** Cut off at `max_output_tokens`. */
  incomplete?: boolean;
  /** The request's text.format and max_output_tokens are echoed, as OpenAI does. */
  request?: Record<string, unknown>;
}

/** A response object of the Responses API, not streamed, with one message. */
export function responseObject({ model, content, usage, incomplete = false, request = {} }: ResponseParts): ModelReply {
  const status = incomplete ? 'incomplete' : 'completed';
  const part = content.type === 'output_text' ? { ...content, annotations: [], logprobs: [] } : content;
  return {
    status: 200,
    body: {
      id: `resp_${randomUUID().replaceAll('-', '')}`,
      object: 'response',
      created_at: Math.floor(Date.now() / 1000),
      status,
      background: false,
      error: null,
      incomplete_details: incomplete ? { reason: 'max_output_tokens' } : null,
      instructions: request.instructions ?? null,
      max_output_tokens: request.max_output_tokens ?? null,
      metadata: {},
      model,
      output: [
        { type: 'message', id: `msg_${randomUUID().replaceAll('-', '')}`, role: 'assistant', status, content: [part] },
      ],
      parallel_tool_calls: true,
      previous_response_id: null,
      store: false,
      temperature: 1,
      text: request.text ?? { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_p: 1,
      truncation: 'disabled',
      usage: {
        input_tokens: usage.inputTokens,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: usage.outputTokens,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: usage.inputTokens + usage.outputTokens,
      },
      user: null,
    },
  };
}
