import { authenticate } from '../access/authenticate.ts';
import { namedActor } from '../access/named-actor.ts';
import type { Actor } from '../access/scopes.ts';
import { SESSION_SECONDS, sealSession, sessionSecret } from '../access/session.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { Field, FormToken, Notice } from './components.tsx';
import { Layout, page } from './layout.tsx';
import { createPages, dropSession, flash, keepSession, ownPath, remember } from './page-router.ts';
import type { TextKey } from './texts/translate.ts';
import { LANGUAGES } from './texts/translate.ts';
import type { PageContext, View } from './view.ts';

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
  const again = (problem: TextKey, status: 401 | 403 | 422 | 429) =>
    c.html(page(<SignIn view={c.var.view} next={next} name={name} problem={problem} />), status);

  const { success } = await c.env.SIGN_IN_RATE_LIMIT.limit({ key: c.req.header('cf-connecting-ip') ?? 'unknown' });
  if (!success) {
    c.header('Retry-After', '60');
    return again('signIn.tooMany', 429);
  }
  const actor = await holderOf(c, key);
  if (actor === undefined) return again('signIn.wrongKey', 401);
  if (actor.kind === 'key' && !actor.scopes.includes('drafts:review')) return again('signIn.noReview', 403);
  const named = actor.kind === 'admin' ? operatorNamed(actor, name) : actor;
  if (named === undefined) return again('signIn.nameNeeded', 422);

  const { config, clock } = c.var.services;
  const now = clock();
  const sealed = await sealSession(await sessionSecret(config.adminKey), {
    id: newId('ses', now),
    expiresAt: now.getTime() + SESSION_SECONDS * 1000,
    holder: named.kind === 'admin' ? { kind: 'admin', name: named.name } : { kind: 'key', keyId: named.keyId },
  });
  keepSession(c, sealed, SESSION_SECONDS);
  return c.redirect(named.kind === 'key' && next.startsWith('/admin') ? '/inbox' : next, 303);
});

signInPages.post('/sign-out', (c) => {
  dropSession(c);
  flash(c, { tone: 'good', text: 'flash.signedOut' });
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

/** The admin key is one for several people: each session of it has a person's name. */
function operatorNamed(actor: Actor, name: string): Actor | undefined {
  try {
    return name === '' ? undefined : namedActor(actor, name);
  } catch {
    return undefined;
  }
}

function SignIn({ view, next, name, problem }: { view: View; next: string; name?: string; problem?: TextKey }) {
  const { t } = view;
  return (
    <Layout view={view} title={t('signIn.title')} current="sign-in">
      <form class="card narrow" method="post" action="/sign-in">
        <FormToken view={view} />
        <input type="hidden" name="next" value={next} />
        <h1>{t('signIn.title')}</h1>
        <p class="soft">{t('signIn.lead')}</p>
        {problem === undefined ? null : <Notice tone="bad" title={t(problem)} />}
        <Field id="key" label={t('signIn.key')}>
          <input
            id="key"
            name="key"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            spellcheck={false}
          />
        </Field>
        <Field id="name" label={t('signIn.name')} hint={t('signIn.nameHint')}>
          <input
            id="name"
            name="name"
            autocomplete="username"
            value={name}
            aria-describedby="name-hint"
            spellcheck={false}
          />
        </Field>
        <button type="submit" class="primary">
          {t('signIn.submit')}
        </button>
      </form>
    </Layout>
  );
}
