import { setTimeout as delay } from 'node:timers/promises';
import { type ModelRequest, type ModelServer, startModelServer } from '../../scripts/local/model-server.ts';
import {
  createOfflineModel,
  OFFLINE_WRITER,
  type OfflineModel,
  routeOffline,
} from '../../scripts/local/offline-model.ts';
import { type ModelReply, openAiError, responseObject } from '../../scripts/local/openai-shapes.ts';
import type { ModelCall, ModelCalls, ScriptStep } from './model-script.ts';

const MODES = new Set(['answer', 'slow', 'down', 'refuse', 'incomplete', 'garbage', 'http500', 'http429', 'hang']);
const REQUESTS_KEPT = 200;

interface KeyState {
  steps: (ScriptStep & { left: number })[];
  calls: ModelCalls;
}

/**
 * An OpenAI-compatible endpoint whose behaviour tests set over HTTP, one script per API key: `POST /v1/script`,
 * `DELETE /v1/script`, `GET /v1/calls`. Without a script the offline model answers.
 */
export async function startScriptedModel(): Promise<ModelServer> {
  const offline = createOfflineModel();
  const keys = new Map<string, KeyState>();
  const stateOf = (key: string): KeyState => {
    const state = keys.get(key) ?? { steps: [], calls: emptyCalls() };
    keys.set(key, state);
    return state;
  };
  const server = await startModelServer(async (request) => {
    const state = stateOf(request.apiKey);
    switch (`${request.method} ${request.path}`) {
      case 'POST /v1/script':
        return setScript(state, request.body);
      case 'DELETE /v1/script':
        keys.delete(request.apiKey);
        return { status: 200, body: {} };
      case 'GET /v1/calls':
        return { status: 200, body: state.calls };
      default:
        return play(state, request, offline);
    }
  });
  return {
    ...server,
    close: async () => {
      await server.close();
      await offline.close();
    },
  };
}

function emptyCalls(): ModelCalls {
  return { compose: 0, triage: 0, embeddings: 0, requests: [] };
}

function setScript(state: KeyState, body: unknown): ModelReply {
  const steps = (Array.isArray(body) ? body : [body]) as ScriptStep[];
  const wrong = steps.find((step) => !MODES.has(step?.mode));
  if (wrong) return openAiError(400, `no such mode: ${String(wrong?.mode)}`);
  state.steps = steps.map((step, index) => ({
    ...step,
    left: step.times ?? (index === steps.length - 1 ? Number.POSITIVE_INFINITY : 1),
  }));
  return { status: 200, body: {} };
}

async function play(state: KeyState, request: ModelRequest, offline: OfflineModel): Promise<ModelReply | undefined> {
  const call = callOf(request);
  const asUsual = () => routeOffline(offline, request.method, request.path, request.body);
  if (!call) return asUsual();
  state.calls[call] += 1;
  state.calls.requests.push({ call, body: request.body as Record<string, unknown> });
  if (state.calls.requests.length > REQUESTS_KEPT) state.calls.requests.shift();

  const step = state.steps.find((each) => each.left > 0 && callsOf(each).includes(call));
  if (!step) return asUsual();
  step.left -= 1;
  const wait = step.mode === 'hang' ? 2 ** 31 - 1 : (step.delayMs ?? (step.mode === 'slow' ? 1_000 : 0));
  if (wait > 0) {
    const left = await delay(wait, false, { signal: request.signal }).catch(() => true);
    if (left) return undefined;
  }
  switch (step.mode) {
    case 'down':
    case 'hang':
      return undefined;
    case 'http500':
      return openAiError(500, 'The server had an error while processing your request.');
    case 'http429':
      return { ...openAiError(429, 'Rate limit reached.', 'rate_limit_exceeded'), headers: { 'retry-after': '1' } };
    case 'answer':
    case 'slow':
    case 'refuse':
    case 'incomplete':
    case 'garbage':
      return call === 'embeddings' ? embeddingReply(step, asUsual) : textReply(step, call, asUsual);
  }
}

function callOf({ method, path, body }: ModelRequest): ModelCall | undefined {
  if (method !== 'POST') return undefined;
  if (path === '/v1/embeddings') return 'embeddings';
  if (path !== '/v1/responses') return undefined;
  return JSON.stringify(body ?? '').includes('\\"task\\":\\"triage\\"') ? 'triage' : 'compose';
}

function callsOf(step: ScriptStep): ModelCall[] {
  if (step.calls) return step.calls;
  if (step.mode === 'answer' && step.triage === undefined) return ['compose'];
  return step.mode === 'answer' && step.body === undefined ? ['triage'] : ['compose', 'triage'];
}

async function embeddingReply(step: ScriptStep, asUsual: () => Promise<ModelReply>): Promise<ModelReply> {
  if (step.mode === 'answer' || step.mode === 'slow') return asUsual();
  return { status: 200, body: step.body ?? { object: 'list', data: [] } };
}

async function textReply(step: ScriptStep, call: ModelCall, asUsual: () => Promise<ModelReply>): Promise<ModelReply> {
  const usage = step.usage ?? { inputTokens: 100, outputTokens: 20 };
  const structured =
    call === 'triage'
      ? step.triage
      : step.body === undefined
        ? undefined
        : { body: step.body, sources: step.sources ?? [] };
  const withText = (text: string, incomplete = false) =>
    responseObject({ model: OFFLINE_WRITER, content: { type: 'output_text', text }, usage, incomplete });
  switch (step.mode) {
    case 'refuse':
      return responseObject({
        model: OFFLINE_WRITER,
        content: { type: 'refusal', refusal: 'I am sorry, but I cannot help with that.' },
        usage,
      });
    case 'incomplete':
      return withText('{"body":"Hello,\\n\\nYour ord', true);
    case 'garbage':
      return withText(step.body ?? 'Sure! Here is the reply: {"body": 12');
    default: {
      if (structured) return withText(JSON.stringify(structured));
      const reply = await asUsual();
      return step.usage ? withUsage(reply, step.usage) : reply;
    }
  }
}

function withUsage(reply: ModelReply, usage: { inputTokens: number; outputTokens: number }): ModelReply {
  const body = reply.body as Record<string, unknown>;
  return {
    ...reply,
    body: {
      ...body,
      usage: {
        ...(body.usage as Record<string, unknown>),
        input_tokens: usage.inputTokens,
        output_tokens: usage.outputTokens,
        total_tokens: usage.inputTokens + usage.outputTokens,
      },
    },
  };
}
