import type { Child } from 'hono/jsx';
import type { View } from './view.ts';

/** The hidden field without which a form post of a session is refused. */
export function FormToken({ view }: { view: View }) {
  return <input type="hidden" name="formToken" value={view.formToken} />;
}

/** A time in the given zone, which it names in short; the zone in full is the tooltip. */
export function Time({ view, at, zone }: { view: View; at: Date; zone: string }) {
  return (
    <time datetime={at.toISOString()} title={isKnown(zone) ? zone : 'UTC'}>
      {instantText(view, at, zone)}
    </time>
  );
}

/** How long ago, in short; the exact time in the zone is the tooltip. */
export function Age({ view, at, zone }: { view: View; at: Date; zone: string }) {
  return (
    <time datetime={at.toISOString()} title={instantText(view, at, zone)}>
      {ageText(view, at)}
    </time>
  );
}

/** Times of several zones stand on our pages: none stands there without its own. */
export function instantText(view: Pick<View, 'language'>, at: Date, zone: string): string {
  const locale = view.language === 'tr' ? 'tr-TR' : 'en-GB';
  const timeZone = isKnown(zone) ? zone : 'UTC';
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(at);
  const name = new Intl.DateTimeFormat(locale, { timeZoneName: 'short', timeZone })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName');
  return `${time} ${name?.value ?? timeZone}`;
}

/** Whether this runtime knows the zone. */
function isKnown(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

function ageText({ t, now }: View, at: Date): string {
  const minutes = Math.floor((now.getTime() - at.getTime()) / 60_000);
  if (minutes < 1) return t('age.now');
  if (minutes < 60) return t('age.minutes', { n: minutes });
  if (minutes < 48 * 60) return t('age.hours', { n: Math.floor(minutes / 60) });
  return t('age.days', { n: Math.floor(minutes / 1440) });
}

/** The name of a language in the reader's own. */
export function languageName(view: View, code: string): string {
  try {
    return new Intl.DisplayNames([view.language], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'info';

/** A short word in a box. Colour never stands alone: the word says it. */
export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: Child }) {
  return <span class={`badge badge-${tone}`}>{children}</span>;
}

/** A box with a message: what holds, why, and what to do. */
export function Notice({ tone, title, children }: { tone: Tone; title: string; children?: Child }) {
  return (
    <div class={`notice notice-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** In the place of a list that has nothing to show: why, and what to do now. */
export function EmptyState({ title, children }: { title: string; children?: Child }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Links to the first and the next page of a list. `next` is the address of the next page, null on the last one. */
export function Pager({ view, first, next }: { view: View; first: string | null; next: string | null }) {
  if (first === null && next === null) return null;
  return (
    <nav class="pager" aria-label={view.t('pager.label')}>
      {first === null ? null : (
        <a class="button" href={first}>
          {view.t('pager.first')}
        </a>
      )}
      {next === null ? null : (
        <a class="button" href={next} rel="next">
          {view.t('pager.next')}
        </a>
      )}
    </nav>
  );
}

/** A labelled field; `hint` is tied to it. The control in `children` needs the same `id`, and `aria-describedby={id + '-hint'}` with a hint. */
export function Field({ id, label, hint, children }: { id: string; label: string; hint?: string; children: Child }) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
