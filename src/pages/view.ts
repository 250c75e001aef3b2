import type { Context } from 'hono';
import type { Actor } from '../access/scopes.ts';
import type { Services } from '../services.ts';
import type { Language, TextKey, Translate } from './texts/translate.ts';

/** What every page is rendered with; `pageOf(c)` in a handler. */
export interface View {
  t: Translate;
  language: Language;
  /** Chosen by the person; undefined: as the system has it. */
  theme: 'light' | 'dark' | undefined;
  /** Null on public pages before sign-in. */
  actor: Actor | null;
  /** Goes into every form as `FormToken`; empty before sign-in. */
  formToken: string;
  flash: Flash | null;
  /** Path and query, for forms that come back here. */
  here: string;
  now: Date;
}

/** A message for the next page: a text key with its values, and optionally what undoes it. */
export interface Flash {
  tone: 'good' | 'bad';
  text: TextKey;
  values?: Record<string, string>;
  /** A form that is offered until then (milliseconds since 1970). */
  undo?: { action: string; until: number; fields: Record<string, string> };
}

export interface PageEnv {
  Bindings: Env;
  Variables: {
    services: Services;
    requestId: string;
    actor: Actor;
    view: View;
    /** Set where a post is known to come from a page of this origin. */
    ownForm?: boolean;
  };
}

export type PageContext = Context<PageEnv>;
