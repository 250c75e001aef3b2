import type { Child } from 'hono/jsx';
import { AppError } from '../../lib/errors.ts';
import type { AssetName } from '../assets.ts';
import { Layout } from '../layout.tsx';
import { flash } from '../page-router.ts';
import { sayError } from '../texts/sentences.ts';
import { isTextKey, type TextKey } from '../texts/translate.ts';
import type { PageContext, View } from '../view.ts';
import { CONSOLE_PAGES } from './console-pages.ts';

/** A page of the console: its navigation, its heading, its content. */
export function ConsoleFrame({
  view,
  path,
  title,
  scripts,
  zone = 'UTC',
  children,
}: {
  view: View;
  path: (typeof CONSOLE_PAGES)[number][0];
  title: string;
  scripts?: AssetName[];
  /** In which its times are shown. */
  zone?: string;
  children: Child;
}) {
  return (
    <Layout view={view} title={title} current="console" wide {...(scripts === undefined ? {} : { scripts })}>
      <nav class="console-nav" aria-label={view.t('console.nav')}>
        {CONSOLE_PAGES.map(([href, key]) => (
          <a href={href} aria-current={href === path ? 'page' : undefined}>
            {view.t(key)}
          </a>
        ))}
      </nav>
      <h1>{title}</h1>
      {children}
      <p class="hint">{view.t('console.times', { zone })}</p>
    </Layout>
  );
}

/** Does what a form asks for, says how it went, and shows `to`. What was wrong with the request is said, not shown as an error page. */
export async function actAndShow(
  c: PageContext,
  to: string,
  work: () => Promise<{ text: TextKey; values?: Record<string, string>; tone?: 'good' | 'bad' }>,
): Promise<Response> {
  try {
    flash(c, { tone: 'good', ...(await work()) });
  } catch (error) {
    return sayWhy(c, to, error);
  }
  return c.redirect(to, 303);
}

/** Shows `to` with what was wrong with the request. Throws what nobody expected. */
export function sayWhy(c: PageContext, to: string, error: unknown): Response {
  if (!(error instanceof AppError)) throw error;
  flash(c, { tone: 'bad', text: 'console.failed', values: { why: sayError(c.var.view, error) } });
  return c.redirect(to, 303);
}

export function actOf(c: PageContext): { actor: string; requestId: string } {
  return { actor: c.var.actor.name, requestId: c.var.requestId };
}

/** The fields of a form as texts; a field that is there several times as all of them. */
export async function fieldsOf(
  c: PageContext,
): Promise<{ one: (name: string) => string; all: (name: string) => string[] }> {
  const form = await c.req.parseBody({ all: true });
  const all = (name: string) => [form[name] ?? []].flat().filter((value) => typeof value === 'string');
  return { one: (name) => (all(name)[0] ?? '').trim(), all };
}

/** Characters of a note or a reason; the same for the API. */
const LONGEST_NOTE = 2_000;

/** A reason that somebody gave. Throws INVALID_REQUEST without one, and where it is too long. */
export function reasonOf(text: string): string {
  if (text === '') throw new AppError('INVALID_REQUEST', 'A reason is needed.');
  return shortEnough(text);
}

/** Throws INVALID_REQUEST for a text that is too long: cut, it would say something else. */
export function shortEnough(text: string, most = LONGEST_NOTE): string {
  if (text.length > most) throw new AppError('INVALID_REQUEST', `A text is too long: at most ${most} characters.`);
  return text;
}

/** Ids that were typed with commas or blanks between them. */
export function idsOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

/** What a guardrail is called, whichever tier of it. */
export function guardrailTitle(view: View, name: string): string {
  const key = `guardrail.title.${name.replace(/-(?:pilot|emergency)$/, '')}`;
  return isTextKey(key) ? view.t(key) : name;
}
