import type { DraftEvidence } from '../../drafting/draft.ts';
import type { FactChange } from '../../review/current-facts.ts';
import { instantText } from '../components.tsx';
import { isTextKey } from '../texts/translate.ts';
import type { View } from '../view.ts';

/** A value of a record as people read it: days and times in the business's zone. */
export function valueWords(view: Pick<View, 'language'>, value: unknown, timeZone: string): string {
  if (value === null || value === undefined || value === '') return '–';
  const locale = view.language === 'tr' ? 'tr-TR' : 'en-GB';
  if (typeof value === 'number') return new Intl.NumberFormat(locale).format(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text);
  if ((!isTime && !/^\d{4}-\d\d-\d\d$/.test(text)) || Number.isNaN(Date.parse(text))) return text;
  if (isTime) return instantText(view, new Date(text), timeZone);
  // A day without a time is that day everywhere.
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(text));
}

export interface ChangedFact {
  path: string;
  before: unknown;
  after: unknown;
}

/** Single values that differ, each fact once: whole records are taken apart, and a status is not told in two spellings. */
export function changedFacts(changes: FactChange[]): ChangedFact[] {
  const leaves = changes.flatMap(({ path, before, after }) =>
    before !== null && after === null && /^\w+\[[^\]]*\]$/.test(path)
      ? [{ path, before: null, after: null }]
      : leavesOf(path, before, after),
  );
  const paths = new Set(leaves.map(({ path }) => path));
  return leaves.filter(
    ({ path }) => !path.endsWith('.canonicalStatus') || !paths.has(path.replace(/canonicalStatus$/, 'status')),
  );
}

function leavesOf(path: string, before: unknown, after: unknown): ChangedFact[] {
  const isTree = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object';
  if (!isTree(before) && !isTree(after)) return before === after ? [] : [{ path, before, after }];
  const [old, now] = [isTree(before) ? before : {}, isTree(after) ? after : {}];
  const isList = Array.isArray(before) || Array.isArray(after);
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) =>
    leavesOf(isList ? `${path}[${key}]` : `${path}.${key}`, old[key] ?? null, now[key] ?? null),
  );
}

/** What stands at a path of the evidence; undefined where nothing does. */
export function evidenceValue(evidence: DraftEvidence | null, path: string): unknown {
  const { root, id, steps } = partsOf(path);
  return valueAt(recordOf(evidence, root, id), steps);
}

/** `orders[#W1].shipments[0].eta` → `order #W1, parcel 1, expected: 2026-11-12`, with the value that stands there, in the business's zone. */
export function evidenceWords(
  view: Pick<View, 't' | 'language'>,
  evidence: DraftEvidence | null,
  path: string,
  timeZone = 'UTC',
): string {
  const { t } = view;
  const { root, id, steps } = partsOf(path);
  const key = `evidence.${root}`;
  const place = isTextKey(key) ? t(key, { id: id ?? '' }) : path;
  const words: string[] = [];
  for (const step of steps) {
    const field = `field.${step}`;
    // The first parcel is number 1 for people.
    if (/^\d+$/.test(step)) words.push(`${words.pop() ?? ''} ${Number(step) + 1}`.trim());
    else words.push(isTextKey(field) ? t(field) : step);
  }
  const value = valueAt(recordOf(evidence, root, id), steps);
  const shown = typeof value === 'string' || typeof value === 'number' ? `: ${valueWords(view, value, timeZone)}` : '';
  return `${[place, ...words].join(', ')}${shown}`;
}

function partsOf(path: string): { root: string; id: string | undefined; steps: string[] } {
  const [, root = '', id, rest = ''] = /^(\w+)(?:\[(.*?)\])?(?:\.(.*))?$/s.exec(path) ?? [];
  return { root, id, steps: rest.split(/[.[\]]+/).filter((step) => step !== '') };
}

function recordOf(evidence: DraftEvidence | null, root: string, id: string | undefined): unknown {
  if (evidence === null) return undefined;
  switch (root) {
    case 'orders':
      return evidence.orders.find(({ orderNumber }) => orderNumber === id);
    case 'appointments':
      return evidence.appointments.find((appointment) => appointment.id === id);
    case 'snippets':
      return evidence.snippets.find(({ key }) => key === id)?.text;
    case 'profile':
      return evidence.profile;
    default:
      return undefined;
  }
}

function valueAt(record: unknown, steps: string[]): unknown {
  return steps.reduce<unknown>(
    (at, step) => (at !== null && typeof at === 'object' ? (at as Record<string, unknown>)[step] : undefined),
    record,
  );
}
