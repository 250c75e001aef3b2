import type { createApp } from '../../src/app.ts';

const ORIGIN = 'http://localhost';

export interface Page {
  status: number;
  html: string;
  headers: Headers;
  location: string | null;
}

/** What a browser does with pages: keeps cookies, sends forms with their hidden fields. It runs no script and follows no redirect. */
export function openPages(app: ReturnType<typeof createApp>, env: object, defaults: Record<string, string> = {}) {
  const cookies = new Map<string, string>();
  let shown = '';

  async function ask(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Page> {
    const headers = new Headers({
      accept: 'text/html,application/xhtml+xml',
      'cf-connecting-ip': '192.0.2.1',
      ...defaults,
      ...init.headers,
    });
    if (cookies.size > 0) headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await app.request(path, { ...init, headers, redirect: 'manual' }, env);
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /max-age=0/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const html = await response.text();
    if (response.headers.get('content-type')?.includes('html')) shown = html;
    return { status: response.status, html, headers: response.headers, location: response.headers.get('location') };
  }

  const get = (path: string, headers: Record<string, string> = {}) => ask(path, { headers });
  /** Posts fields as a form of this origin does, with the token of the page that was shown last. */
  function post(path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) {
    const formToken = /name="formToken" value="([^"]*)"/.exec(shown)?.[1] ?? '';
    const body = new URLSearchParams({ formToken, ...fields }).toString();
    const sent = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN, ...headers };
    return ask(path, { method: 'POST', body, headers: sent });
  }
  return {
    cookies,
    get,
    post,
    async signIn(key: string, name = 'Reviewer'): Promise<void> {
      const answer = await post('/sign-in', { key, name });
      if (answer.status !== 303) throw new Error(`sign-in: ${answer.status}`);
      await get('/docs');
    },
  };
}

export type Browser = ReturnType<typeof openPages>;
