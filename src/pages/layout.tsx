/**
 * The foundation of all pages. How to make one:
 *
 * - Route: a router from `createPages()` (page-router.ts); mount it in app.ts beside `signInPages`. app.ts guards `/inbox/*`
 *   (reviewers, operators) and `/admin/*` (operators); handlers read `c.var.view`, `c.var.actor`, `c.var.services`.
 * - Answer: `c.html(page(<Layout view={c.var.view} title="..." current="console">...</Layout>))`. AppErrors that are thrown
 *   become error pages. After a post: `flash(c, {...})`, then `c.redirect(path, 303)`.
 * - Form: `<form method="post">` with `<FormToken view={view} />` first. The router refuses posts without it.
 * - Components: components.tsx (Time, Age, Badge, Notice, EmptyState, Pager, Field). Classes: assets/app.css, by section.
 * - Texts: a file of your area in texts/, spread into translate.ts; `view.t('key', { n: 3 })`. English and Turkish side by side.
 * - Scripts: `assets/<name>.client.js`, entered in assets.ts, loaded by `scripts={['<name>.client.js']}`. Every action works
 *   without them. The CSP allows no inline script or style: no `style=`, no `onclick=`; `connect-src 'self'` allows fetch.
 */

import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { Actor } from '../access/scopes.ts';
import { type AssetName, assetPath } from './assets.ts';
import { FormToken } from './components.tsx';
import type { View } from './view.ts';

export type Section = 'inbox' | 'console' | 'metrics' | 'docs' | 'sign-in' | 'error';

interface LayoutProps {
  view: View;
  title: string;
  current: Section;
  scripts?: AssetName[];
  /** A page that needs the whole width (tables, charts, two columns). */
  wide?: boolean;
  children: Child;
}

export function Layout({ view, title, current, scripts = [], wide = false, children }: LayoutProps) {
  const { t, language, theme } = view;
  return (
    <html lang={language} data-theme={theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={theme ?? 'light dark'} />
        <title>{`${title} · Draftgate`}</title>
        <link rel="icon" href={assetPath('icon.svg')} type="image/svg+xml" />
        <link rel="stylesheet" href={assetPath('app.css')} />
        {['app.client.js' as const, ...scripts].map((name) => (
          <script src={assetPath(name)} type="module" />
        ))}
      </head>
      <body>
        <a class="skip" href="#main">
          {t('skip')}
        </a>
        <Header view={view} current={current} />
        <main id="main" tabindex={-1} class={wide ? 'wide' : ''}>
          <FlashMessage view={view} />
          {children}
        </main>
      </body>
    </html>
  );
}

/** A whole document of a layout. */
export function page(layout: Child) {
  return html`<!doctype html>${layout}`;
}

function Header({ view, current }: { view: View; current: Section }) {
  const { t, actor, theme, language } = view;
  const links: [Section, string, string][] = [
    ...(actor === null ? [] : [['inbox', '/inbox', t('nav.inbox')] as [Section, string, string]]),
    ...(actor?.kind === 'admin'
      ? ([
          ['console', '/admin', t('nav.console')],
          ['metrics', '/admin/metrics/rag-pilot', t('nav.metrics')],
        ] as [Section, string, string][])
      : []),
    ['docs', '/docs', t('nav.docs')],
  ];
  return (
    <header class="top">
      <a class="brand" href={actor === null ? '/sign-in' : '/inbox'}>
        <Mark />
        Draftgate
      </a>
      <nav aria-label={t('nav.label')}>
        {links.map(([section, href, label]) => (
          <a href={href} aria-current={section === current ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <div class="top-end">
        <form method="post" action="/preferences">
          <input type="hidden" name="next" value={view.here} />
          <button
            type="submit"
            class="quiet"
            name="language"
            value={language === 'en' ? 'tr' : 'en'}
            lang={language === 'en' ? 'tr' : 'en'}
          >
            {t('language.switch')}
          </button>
          {theme === 'dark' ? null : (
            <button
              type="submit"
              class="quiet icon only-light"
              name="theme"
              value="dark"
              aria-label={t('theme.toDark')}
              title={t('theme.toDark')}
            >
              ☾
            </button>
          )}
          {theme === 'light' ? null : (
            <button
              type="submit"
              class="quiet icon only-dark"
              name="theme"
              value="light"
              aria-label={t('theme.toLight')}
              title={t('theme.toLight')}
            >
              ☀
            </button>
          )}
        </form>
        {actor === null ? null : (
          <form method="post" action="/sign-out">
            <FormToken view={view} />
            <button type="submit" class="quiet" title={t('signedInAs', { name: nameOf(actor) })}>
              {t('signOut')}
            </button>
          </form>
        )}
      </div>
    </header>
  );
}

/** What people call whoever acts. */
export function nameOf(actor: Actor): string {
  return actor.kind === 'key' ? (actor.person ?? actor.name) : actor.name;
}

function FlashMessage({ view }: { view: View }) {
  const { flash, t } = view;
  if (flash === null) return null;
  const { undo } = flash;
  return (
    <div class={`flash flash-${flash.tone}`} role={flash.tone === 'bad' ? 'alert' : 'status'}>
      <span>{t(flash.text, flash.values)}</span>
      {undo === undefined || undo.until <= view.now.getTime() ? null : (
        <form method="post" action={undo.action} data-gone-at={String(undo.until - view.now.getTime())}>
          <FormToken view={view} />
          {Object.entries(undo.fields).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <button type="submit">
            {t('undo')} <kbd>u</kbd>
          </button>
        </form>
      )}
    </div>
  );
}

function Mark() {
  return raw(
    '<svg width="22" height="22" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M3 5h18v14H3z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/><path d="m7 12 3.5 3.5L17 9" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>',
  );
}
