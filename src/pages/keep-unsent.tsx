import { type AppError, ERROR_CODES } from '../lib/errors.ts';
import { Field } from './components.tsx';
import { ErrorPage } from './error-page.tsx';
import { page } from './layout.tsx';
import { flash, ownPath } from './page-router.ts';
import { SignIn } from './sign-in-form.tsx';
import { ResumeForm, readUnsent, wordsOf } from './unsent.tsx';
import type { PageContext } from './view.ts';

/**
 * The answer to a form that was refused: who is not signed in can do so, and whoever wrote something finds it again.
 * Undefined: there is nothing to keep. Only for forms of our own pages: nobody may put words into a reviewer’s mouth.
 */
export async function keepUnsent(c: PageContext, error: AppError): Promise<Response | undefined> {
  if (c.req.method !== 'POST' || c.var.ownForm !== true) return undefined;
  const { view } = c.var;
  const next = c.req.path === view.here.split('?', 1)[0] ? undefined : view.here;
  const form = await c.req.parseBody();
  const unsent = next === undefined ? undefined : (readUnsent(form.unsent) ?? wordsOf(form));
  if (error.code === 'UNAUTHENTICATED') {
    if (unsent !== undefined && next !== undefined) {
      return c.html(page(<SignIn view={view} next={next} unsent={unsent} />), 401);
    }
    flash(c, { tone: 'bad', text: 'flash.sessionOver' });
    return c.redirect(`/sign-in?next=${encodeURIComponent(next ?? cameFrom(c))}`, 303);
  }
  if (unsent === undefined || next === undefined) return undefined;
  const { status } = ERROR_CODES[error.code];
  const props = { view, status, code: error.code, requestId: c.var.requestId };
  return c.html(
    page(
      <ErrorPage {...props}>
        <Field id="your-text" label={view.t('problem.yourText')}>
          <textarea id="your-text" rows={10} readonly>
            {`\n${unsent.body ?? unsent.reason ?? unsent.note ?? ''}`}
          </textarea>
        </Field>
        <ResumeForm view={view} next={next} unsent={unsent} />
      </ErrorPage>,
    ),
    status,
  );
}

/** The page of ours that the form stood on. */
function cameFrom(c: PageContext): string {
  const referrer = c.req.header('referer');
  if (referrer === undefined || !URL.canParse(referrer)) return '/inbox';
  const { pathname, search } = new URL(referrer);
  return ownPath(`${pathname}${search}`);
}
