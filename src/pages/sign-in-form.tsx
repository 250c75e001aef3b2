import { Field, FormToken, Notice } from './components.tsx';
import { Layout } from './layout.tsx';
import type { TextKey } from './texts/translate.ts';
import { type Unsent, UnsentField } from './unsent.tsx';
import type { View } from './view.ts';

interface SignInProps {
  view: View;
  next: string;
  name?: string;
  problem?: TextKey;
  /** What was being written when the session ended: it goes on to the draft. */
  unsent?: Unsent;
}

export function SignIn({ view, next, name, problem, unsent }: SignInProps) {
  const { t } = view;
  return (
    <Layout view={view} title={t('signIn.title')} current="sign-in">
      <form class="card narrow" method="post" action="/sign-in">
        <FormToken view={view} />
        <input type="hidden" name="next" value={next} />
        <h1>{t('signIn.title')}</h1>
        {unsent === undefined ? null : (
          <>
            <UnsentField unsent={unsent} />
            <Notice tone="warn" title={t('signIn.kept')}>
              <p>{t('signIn.kept.text')}</p>
            </Notice>
          </>
        )}
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
            required
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
