export interface ApiAnswer {
  status: number;
  body: unknown;
}

export interface ApiClient {
  get(path: string, expected?: number[]): Promise<ApiAnswer>;
  post(path: string, body?: unknown, expected?: number[]): Promise<ApiAnswer>;
  put(path: string, body: unknown, expected?: number[]): Promise<ApiAnswer>;
  patch(path: string, body: unknown, expected?: number[]): Promise<ApiAnswer>;
  delete(path: string, expected?: number[]): Promise<ApiAnswer>;
}

const TIMEOUT_MS = 60_000;
const MADE = [200, 201, 202];

/** An answer that the caller did not expect; the message is one line. */
export class ApiError extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Speaks to a deployment with one key, as `actor` where given. Any status that is not expected is an ApiError. */
export function createApiClient(base: string, key: string, actor?: string): ApiClient {
  async function call(method: string, path: string, body: unknown, expected: number[]): Promise<ApiAnswer> {
    const response = await reach(new URL(path, base), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(actor === undefined ? {} : { 'x-draftgate-actor': actor }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const answer = { status: response.status, body: parse(text) };
    if (expected.includes(response.status)) return answer;
    const { code, message } = (answer.body as { error?: { code?: string; message?: string } })?.error ?? {};
    throw new ApiError(
      `${method} ${path} answered ${response.status}${code ? ` ${code}: ${message}` : ''}`,
      response.status,
    );
  }
  return {
    get: (path, expected = [200]) => call('GET', path, undefined, expected),
    post: (path, body = {}, expected = MADE) => call('POST', path, body, expected),
    put: (path, body, expected = [200]) => call('PUT', path, body, expected),
    patch: (path, body, expected = [200]) => call('PATCH', path, body, expected),
    delete: (path, expected = [200, 204]) => call('DELETE', path, undefined, expected),
  };
}

async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } };
    throw new Error(`${url.origin} cannot be reached (${cause?.code ?? name})`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
