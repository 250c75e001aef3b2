import { authenticate } from '../access/authenticate.ts';
import { personName } from '../access/named-actor.ts';
import type { Actor } from '../access/scopes.ts';
import { formToken, SESSION_SECONDS, sealSession, sessionSecret } from '../access/session.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { page } from './layout.tsx';
import { createPages, dropSession, flash, keepSession, leaveSession, ownPath, remember } from './page-router.ts';
import { SignIn } from './sign-in-form.tsx';
import type { TextKey } from './texts/translate.ts';
import { LANGUAGES } from './texts/translate.ts';
import { ResumePage, readUnsent } from './unsent.tsx';
import type { PageContext } from './view.ts';

export const signInPages = createPages();

signInPages.get('/sign-in', (c) => {
  const { view } = c.var;
  const next = ownPath(c.req.query('next'));
  if (view.actor !== null) return c.redirect(next, 303);
  return c.html(page(<SignIn view={view} next={next} />));
});

signInPages.post('/sign-in', async (c) => {
  const form = await c.req.parseBody();
  const next = ownPath(form.next);
  const key = typeof form.key === 'string' ? form.key.trim() : '';
  const name = typeof form.name === 'string' ? form.name.trim() : '';
  const unsent = readUnsent(form.unsent);
  const kept = unsent === undefined ? {} : { unsent };
  const again = (problem: TextKey, status: 401 | 403 | 422 | 429) =>
    c.html(page(<SignIn view={c.var.view} next={next} name={name} problem={problem} {...kept} />), status);

  const { success } = await c.env.SIGN_IN_RATE_LIMIT.limit({ key: c.req.header('cf-connecting-ip') ?? 'unknown' });
  if (!success) {
    c.header('Retry-After', '60');
    return again('signIn.tooMany', 429);
  }
  const actor = await holderOf(c, key);
  if (actor === undefined) return again('signIn.wrongKey', 401);
  if (actor.kind === 'key' && !actor.scopes.includes('drafts:review')) return again('signIn.noReview', 403);
  const named = actor.kind === 'admin' ? operatorNamed(actor, name) : reviewerNamed(actor, name);
  if (named === undefined) return again(actor.kind === 'admin' ? 'signIn.operatorName' : 'signIn.nameNeeded', 422);

  const { config, clock } = c.var.services;
  const now = clock();
  const secret = await sessionSecret(config.adminKey);
  const id = newId('ses', now);
  const sealed = await sealSession(secret, {
    id,
    expiresAt: now.getTime() + SESSION_SECONDS * 1000,
    holder:
      named.kind === 'admin'
        ? { kind: 'admin', name: named.name }
        : { kind: 'key', keyId: named.keyId, person: named.person ?? '' },
  });
  keepSession(c, sealed, SESSION_SECONDS);
  if (unsent !== undefined && /^\/inbox\/./.test(next)) {
    const view = { ...c.var.view, actor: named, formToken: await formToken(secret, id) };
    return c.html(page(<ResumePage view={view} next={next} unsent={unsent} />));
  }
  return c.redirect(named.kind === 'key' && next.startsWith('/admin') ? '/inbox' : next, 303);
});

signInPages.post('/sign-out', async (c) => {
  await leaveSession(c);
  flash(c, { tone: 'good', text: 'flash.signedOut' });
  return c.redirect('/sign-in', 303);
});

/** For whoever left a session open elsewhere. Operators’ sessions know no key’s row: a new admin key ends them all. */
signInPages.post('/sign-out/everywhere', async (c) => {
  const { actor } = c.var.view;
  if (actor?.kind !== 'key' || actor.person === undefined) throw new AppError('FORBIDDEN', 'This is for reviewers.');
  const { keyId, person, businessId } = actor;
  const act = { actor: actor.name, requestId: c.var.requestId };
  await c.var.services.endSessions({ keyId, person, businessId }, act);
  dropSession(c);
  flash(c, { tone: 'good', text: 'flash.signedOutEverywhere' });
  return c.redirect('/sign-in', 303);
});

signInPages.post('/preferences', async (c) => {
  const { language, theme, next } = await c.req.parseBody();
  const known = LANGUAGES.find((one) => one === language);
  if (known !== undefined) remember(c, 'language', known);
  if (theme === 'light' || theme === 'dark') remember(c, 'theme', theme);
  return c.redirect(ownPath(next), 303);
});

async function holderOf(c: PageContext, key: string): Promise<Actor | undefined> {
  const { db, config } = c.var.services;
  try {
    return await authenticate({ db, adminKey: config.adminKey }, `Bearer ${key}`);
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNAUTHENTICATED') return undefined;
    throw error;
  }
}

/** A business's key may be one for several people too: who decided, and who was faster, has a name. */
function reviewerNamed(actor: Extract<Actor, { kind: 'key' }>, name: string): Actor | undefined {
  const person = personName(name);
  return person === undefined ? undefined : { ...actor, person, name: `${actor.name}/${person}` };
}

/** The admin key is one for several people: each session of it has a person's name. */
function operatorNamed(actor: Actor, name: string): Actor | undefined {
  const person = personName(name);
  return person === undefined ? undefined : { ...actor, name: person };
}
