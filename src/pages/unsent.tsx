import { FormToken } from './components.tsx';
import { Layout } from './layout.tsx';
import type { View } from './view.ts';

/** What a reviewer wrote into a form that was not carried out. It travels in bodies of forms alone, never in an address. */
export interface Unsent {
  /** The version of the draft that it was written for. */
  version: number;
  body?: string;
  reason?: string;
  note?: string;
  kind?: string;
}

const WORDS = ['body', 'reason', 'note', 'kind'] as const;
const LONGEST = 200_000;

/** From the hidden field of a page of ours; undefined where it holds nothing. */
export function readUnsent(field: unknown): Unsent | undefined {
  if (typeof field !== 'string' || field === '') return undefined;
  try {
    return wordsOf(JSON.parse(field) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

/** From the fields of a form; undefined where nobody wrote anything. */
export function wordsOf(form: Record<string, unknown>): Unsent | undefined {
  const unsent: Unsent = { version: Number(form.version) || 0 };
  for (const name of WORDS) {
    const value = form[name];
    if (typeof value === 'string' && value.length <= LONGEST) unsent[name] = value.replaceAll('\r\n', '\n');
  }
  const { body = '', reason = '', note = '' } = unsent;
  return `${body}${reason}${note}`.trim() === '' ? undefined : unsent;
}

/** After signing in: on to the draft, with the text. A script presses the button at once. */
export function ResumePage({ view, next, unsent }: { view: View; next: string; unsent: Unsent }) {
  return (
    <Layout view={view} title={view.t('unsent.title')} current="inbox">
      <div class="card narrow">
        <h1>{view.t('unsent.title')}</h1>
        <p>{view.t('unsent.text')}</p>
        <ResumeForm view={view} next={next} unsent={unsent} atOnce />
      </div>
    </Layout>
  );
}

interface ResumeProps {
  view: View;
  next: string;
  unsent: Unsent;
  atOnce?: boolean;
}

export function ResumeForm({ view, next, unsent, atOnce = false }: ResumeProps) {
  const { pathname, search } = new URL(next, 'https://own.invalid');
  return (
    <form method="post" action={`${pathname}/unsent${search}`} data-at-once={atOnce ? '' : undefined}>
      <FormToken view={view} />
      <UnsentField unsent={unsent} />
      <button type="submit" class="primary">
        {view.t('unsent.back')}
      </button>
    </form>
  );
}

/** JSON, because browsers change the line ends of what a form holds. */
export function UnsentField({ unsent }: { unsent: Unsent }) {
  return <input type="hidden" name="unsent" value={JSON.stringify(unsent)} />;
}
