import type { FlagReason } from '../../rollout/decide.ts';
import type { RollbackRow } from '../../rollout/rollback-store.ts';
import { Badge, Field, type Tone } from '../components.tsx';
import { say } from '../texts/sentences.ts';
import type { TextKey } from '../texts/translate.ts';
import type { View } from '../view.ts';
import { guardrailTitle } from './console-frame.tsx';

/** So many businesses are offered while one types; every other id may be typed all the same. */
export const BUSINESSES_OFFERED = 200;

/** An id of a business, typed or taken from what is offered. */
export function BusinessField({
  view,
  name,
  id = name,
  label,
  value,
  businesses,
  required = false,
}: {
  view: View;
  name: string;
  id?: string;
  label: TextKey;
  value: string;
  businesses: { id: string; name: string }[];
  required?: boolean;
}) {
  const isCut = businesses.length >= BUSINESSES_OFFERED;
  return (
    <Field id={id} label={view.t(label)} {...(isCut ? { hint: view.t('console.businessHint') } : {})}>
      <input
        id={id}
        name={name}
        list={`${id}-list`}
        value={value}
        required={required}
        maxlength={500}
        autocomplete="off"
        {...(isCut ? { 'aria-describedby': `${id}-hint` } : {})}
      />
      <datalist id={`${id}-list`}>
        {businesses.map((business) => (
          <option value={business.id}>{business.name}</option>
        ))}
      </datalist>
    </Field>
  );
}

type Counted =
  | 'business'
  | 'draft'
  | 'quarantined'
  | 'setAside'
  | 'incident'
  | 'alert'
  | 'mail'
  | 'ramp'
  | 'row'
  | 'reviewRag'
  | 'reviewControl';

/** "1 business", "2 businesses": a number with what it counts, in the reader's language. */
export function counted(view: View, n: number, what: Counted): string {
  const form = new Intl.PluralRules(view.language).select(n) === 'one' ? 'one' : 'other';
  return view.t(`count.${what}.${form}`, { n: amount(view, n) });
}

export function amount(view: View, n: number): string {
  return new Intl.NumberFormat(view.language).format(n);
}

const RAG_TONES: Record<FlagReason, Tone> = {
  ON: 'good',
  NOT_ENROLLED: 'neutral',
  BUSINESS_OFF: 'warn',
  CONTROL_ARM: 'warn',
  KILLED: 'bad',
  KILLED_AT_EDGE: 'bad',
  EDGE_UNREADABLE: 'bad',
};

/** "by ada": who did something, where it was the code or the bare admin key in words. */
export function by(view: View, actor: string): string {
  return view.t('console.by', { who: actorWords(view, actor) });
}

export function actorWords(view: View, actor: string): string {
  if (actor === 'admin-key') return view.t('actor.adminKey');
  const [, kind, rest = ''] = /^(guardrail|ramp):(.+)$/.exec(actor) ?? [];
  if (kind === 'guardrail') return view.t('actor.guardrail', { title: guardrailTitle(view, rest) });
  if (kind === 'ramp') return view.t('actor.ramp', { step: say(view, rest.slice(rest.indexOf(':') + 1)) });
  return actor;
}

/** Who took RAG back from whom, and why. `name`: of the one business, where it is known. */
export function rolledBackWords(
  view: View,
  { level, affected, actor, reason }: Pick<RollbackRow, 'level' | 'affected' | 'actor' | 'reason'>,
  name?: string,
): string {
  const what =
    level === 'global' || affected.length !== 1
      ? `${view.t(`rollback.level.${level}`)}, ${counted(view, affected.length, 'business')}`
      : (name ?? view.t('rollback.level.business'));
  return view.t('rollback.stands', { what, who: actorWords(view, actor), why: say(view, reason) });
}

/** What a business's drafts get now, in a word. */
export function RagBadge({ view, reason }: { view: View; reason: FlagReason }) {
  return <Badge tone={RAG_TONES[reason]}>{view.t(`rag.${reason}`)}</Badge>;
}
