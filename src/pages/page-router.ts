import { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { accepts } from 'hono/accepts';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { csrf } from 'hono/csrf';
import { ACCESS_HEADER } from '../access/cloudflare-access.ts';
import type { Actor } from '../access/scopes.ts';
import { formToken, type Session, sessionActor, sessionSecret, unsealSession } from '../access/session.ts';
import { AppError } from '../lib/errors.ts';
import { equalSecrets } from '../lib/hash.ts';
import { isTextKey, LANGUAGES, type Language, translator } from './texts/translate.ts';
import type { Flash, PageContext, PageEnv, View } from './view.ts';

const SESSION_COOKIE = 'draftgate_session';
const FLASH_COOKIE = 'draftgate_flash';
const FLASH_SECONDS = 30;
const YEAR_SECONDS = 365 * 24 * 3600;
/** Bytes of a form: an edited body of the longest size, url-encoded. */
const MAX_FORM_BYTES = 2_000_000;
/** Posts that come before a session, or hold nothing to protect; the Origin check stands for them too. */
const WITHOUT_TOKEN = new Set(['/sign-in', '/preferences']);

/** A router of pages; of the same class as the API’s, so that errors reach the one handler of app.ts. */
export function createPages() {
  return new OpenAPIHono<PageEnv>();
}

/** Runs before every page: view, session, CSRF. `paths` of app.ts decide where. */
export const pageSetUp: MiddlewareHandler<PageEnv>[] = [
  bodyLimit({
    maxSize: MAX_FORM_BYTES,
    onError: () => {
      throw new AppError('TOO_LARGE', 'The form is too large.');
    },
  }),
  async (c, next) => {
    c.set('view', plainView(c));
    await next();
  },
  csrf(),
  async (c, next) => {
    // No column takes one, and no browser types one.
    const form = c.req.method === 'POST' ? await c.req.parseBody({ all: true }) : {};
    if (
      Object.values(form)
        .flat()
        .some((value) => typeof value === 'string' && value.includes('\0'))
    ) {
      throw new AppError('INVALID_REQUEST', 'There is a character in it that no text can hold.');
    }
    await next();
  },
  async (c, next) => {
    c.set('ownForm', true);
    await recognise(c);
    await next();
  },
  async (c, next) => {
    if (c.req.method === 'POST' && !WITHOUT_TOKEN.has(c.req.path)) {
      const { formToken: sent } = await c.req.parseBody();
      const { formToken: own } = c.var.view;
      if (own === '') throw new AppError('UNAUTHENTICATED', 'Sign in first.');
      if (typeof sent !== 'string' || !(await equalSecrets(sent, own))) {
        throw new AppError('FORM_EXPIRED', 'The form is not of this session.');
      }
    }
    await next();
  },
];

/** Guards `/inbox/*` and `/admin/*` in app.ts. Reviewers of one business, and operators. Others are sent to sign in. */
export const reviewer: MiddlewareHandler<PageEnv> = async (c, next) => {
  const { actor } = c.var.view;
  if (actor === null) return toSignIn(c);
  if (actor.kind === 'key' && !actor.scopes.includes('drafts:review')) {
    throw new AppError('FORBIDDEN', 'This key may not review.');
  }
  c.set('actor', actor);
  await next();
};

/** Operators only: a reviewer gets 403. */
export const operator: MiddlewareHandler<PageEnv> = async (c, next) => {
  const { actor } = c.var.view;
  if (actor === null) return toSignIn(c);
  if (actor.kind !== 'admin') throw new AppError('FORBIDDEN', 'This is for operators.');
  c.set('actor', actor);
  await next();
};

function toSignIn(c: PageContext): Response {
  const next = c.req.method === 'GET' ? c.var.view.here : '/inbox';
  return c.redirect(`/sign-in?next=${encodeURIComponent(next)}`, 303);
}

/** A view of somebody unknown: what error pages are rendered with where nothing else is known. */
export function plainView(c: PageContext): View {
  const url = new URL(c.req.url);
  const language = languageOf(c);
  const theme = getCookie(c, 'theme');
  return {
    t: translator(language),
    language,
    theme: theme === 'light' || theme === 'dark' ? theme : undefined,
    actor: null,
    formToken: '',
    flash: takeFlash(c),
    here: c.req.method === 'GET' ? `${url.pathname}${url.search}` : pathOfForm(url),
    now: c.var.services.clock(),
  };
}

/** Where a form is shown: a draft's forms have addresses below its own, which answer no GET. */
function pathOfForm({ pathname, search }: URL): string {
  return `${/^(\/inbox\/[^/]+)\/[^/]+$/.exec(pathname)?.[1] ?? pathname}${search}`;
}

function languageOf(c: PageContext): Language {
  const known = (tag: string | undefined) => LANGUAGES.find((language) => language === tag?.split('-')[0]);
  const asked = accepts(c, {
    header: 'Accept-Language',
    supports: [...LANGUAGES],
    default: 'en',
    match: (wanted, { default: otherwise }) =>
      wanted
        .toSorted((one, other) => other.q - one.q)
        .map(({ type }) => known(type.toLowerCase()))
        .find((language) => language !== undefined) ?? otherwise,
  });
  return known(getCookie(c, 'language')) ?? known(asked) ?? 'en';
}

/** Access where it is configured and vouches; else the session's cookie, as long as what it stands on still stands. */
async function recognise(c: PageContext): Promise<void> {
  const { services } = c.var;
  const secret = await sessionSecret(services.config.adminKey);
  const assertion = c.req.header(ACCESS_HEADER);
  if (services.verifyAccess !== undefined && assertion !== undefined) {
    const { actor, sessionId } = await services.verifyAccess(assertion);
    return enter(actor, sessionId);
  }
  const session = await sessionOf(c, secret);
  if (session === undefined) return;
  const actor = await sessionActor(services, session);
  if (actor !== undefined) await enter(actor, session.id);

  async function enter(actor: Actor, sessionId: string): Promise<void> {
    Object.assign(c.var.view, { actor, formToken: await formToken(secret, sessionId) });
  }
}

async function sessionOf(c: PageContext, secret: ArrayBuffer): Promise<Session | undefined> {
  const sealed = getCookie(c, sessionCookie(c));
  return sealed === undefined ? undefined : unsealSession(secret, sealed, c.var.services.clock());
}

/** `__Host-` where the connection allows it: no other host of the domain can set it. */
function sessionCookie(c: PageContext): string {
  return isSecure(c) ? `__Host-${SESSION_COOKIE}` : SESSION_COOKIE;
}

export function keepSession(c: PageContext, sealed: string, seconds: number): void {
  setCookie(c, sessionCookie(c), sealed, { ...cookieOptions(c), maxAge: seconds });
}

/** Ends the session, also for copies of its cookie. Where the database does not answer, the browser forgets it all the same. */
export async function leaveSession(c: PageContext): Promise<void> {
  const { services } = c.var;
  const session = await sessionOf(c, await sessionSecret(services.config.adminKey));
  dropSession(c);
  if (session === undefined) return;
  await services.endSession(session).catch((error) => {
    if (!(error instanceof AppError)) throw error;
    services.logger.error('session.not-ended', { code: error.code });
  });
}

export function dropSession(c: PageContext): void {
  setCookie(c, sessionCookie(c), '', { ...cookieOptions(c), maxAge: 0 });
}

/** Puts a message on the next page. */
export function flash(c: PageContext, message: Flash): void {
  setCookie(c, FLASH_COOKIE, JSON.stringify(message), { ...cookieOptions(c), maxAge: FLASH_SECONDS });
}

function takeFlash(c: PageContext): Flash | null {
  const kept = getCookie(c, FLASH_COOKIE);
  if (kept === undefined || c.req.method !== 'GET') return null;
  setCookie(c, FLASH_COOKIE, '', { ...cookieOptions(c), maxAge: 0 });
  try {
    const message = JSON.parse(kept) as Flash;
    return isTextKey(message.text) ? message : null;
  } catch {
    return null;
  }
}

export function remember(c: PageContext, name: 'language' | 'theme', value: string): void {
  setCookie(c, name, value, { ...cookieOptions(c), maxAge: YEAR_SECONDS });
}

function cookieOptions(c: PageContext) {
  return { path: '/', httpOnly: true, sameSite: 'Lax', secure: isSecure(c) } as const;
}

function isSecure(c: PageContext): boolean {
  return new URL(c.req.url).protocol === 'https:';
}

const OWN_PAGE = /^\/(?:inbox|admin|docs)(?:[/?]|$)/;

/** A path of our own pages, from what a browser sent; anything else is the inbox. */
export function ownPath(next: unknown): string {
  const base = 'https://own.invalid';
  if (typeof next !== 'string' || !OWN_PAGE.test(next) || !URL.canParse(next, base)) return '/inbox';
  const url = new URL(next, base);
  // Judged again as it will be followed: "/inbox/..//elsewhere" leads to another host.
  const path = `${url.pathname}${url.search}`;
  return url.origin === base && OWN_PAGE.test(path) ? path : '/inbox';
}
