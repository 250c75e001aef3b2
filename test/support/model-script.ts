import type { TriageAnswer } from '../../src/drafting/prompt-document.ts';

export type ModelCall = 'compose' | 'triage' | 'embeddings';

/** How the scripted model behaves, for the calls of one API key. */
export interface ScriptStep {
  /**
   * `answer`: as given, else as the offline model writes it · `slow`: the same after `delayMs` · `down`: the connection is cut ·
   * `refuse`, `incomplete`: what OpenAI calls so · `garbage`: 200 with `body` as it is, in place of the structured answer ·
   * `http500`, `http429` (Retry-After: 1) · `hang`: no answer while the client waits.
   */
  mode: 'answer' | 'slow' | 'down' | 'refuse' | 'incomplete' | 'garbage' | 'http500' | 'http429' | 'hang';
  /** Body of the reply that a compose call gets. */
  body?: string;
  /** Indexes of the sources that it says it used; absent: none. */
  sources?: number[];
  /** What a triage call gets. */
  triage?: TriageAnswer;
  /** Milliseconds before the answer; `slow` without it: 1,000. */
  delayMs?: number;
  /** Tokens that it reports. */
  usage?: { inputTokens: number; outputTokens: number };
  /** Calls that this step serves; absent: 1, and for the last step all that come. Afterwards the offline model answers. */
  times?: number;
  /** Calls that the step is about; absent: compose, and triage too where the mode is not `answer` or `triage` is given. */
  calls?: ModelCall[];
}

export interface ModelCalls {
  compose: number;
  triage: number;
  embeddings: number;
  /** The last 200 requests, oldest first, parsed. */
  requests: { call: ModelCall; body: Record<string, unknown> }[];
}

export interface ModelScript {
  /** Replaces the script of this key; several steps follow one another. */
  set(...steps: ScriptStep[]): Promise<void>;
  /** What this key has called since its beginning or the last `reset`. */
  calls(): Promise<ModelCalls>;
  /** Back to the offline model, counters at 0. */
  reset(): Promise<void>;
}

/** Steers the scripted model for one API key; give each test its own key, and parallel ones do not disturb each other. */
export function createModelScript(modelBaseUrl: string, apiKey: string): ModelScript {
  async function send(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(modelBaseUrl + path, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`scripted model: ${response.status} ${await response.text()}`);
    return response;
  }
  return {
    set: async (...steps) => {
      await (await send('POST', '/script', steps)).text();
    },
    calls: async () => (await send('GET', '/calls')).json(),
    reset: async () => {
      await (await send('DELETE', '/script')).text();
    },
  };
}
