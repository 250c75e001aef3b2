import type { DraftEvidence } from '../../drafting/draft.ts';
import { isTextKey, type Translate } from '../texts/translate.ts';

/** `orders[#W1].shipments[0].eta` → `order #W1, parcel 1, expected: 2026-11-12`, with the value that stands there. */
export function evidenceWords(t: Translate, evidence: DraftEvidence | null, path: string): string {
  const [, root = '', id, rest = ''] = /^(\w+)(?:\[(.*?)\])?(?:\.(.*))?$/s.exec(path) ?? [];
  const key = `evidence.${root}`;
  const place = isTextKey(key) ? t(key, { id: id ?? '' }) : path;
  const steps = rest.split(/[.[\]]+/).filter((step) => step !== '');
  const words: string[] = [];
  for (const step of steps) {
    const field = `field.${step}`;
    // The first parcel is number 1 for people.
    if (/^\d+$/.test(step)) words.push(`${words.pop() ?? ''} ${Number(step) + 1}`.trim());
    else words.push(isTextKey(field) ? t(field) : step);
  }
  const value = valueAt(recordOf(evidence, root, id), steps);
  return `${[place, ...words].join(', ')}${value === undefined ? '' : `: ${value}`}`;
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

function valueAt(record: unknown, steps: string[]): string | undefined {
  const value = steps.reduce<unknown>(
    (at, step) => (at !== null && typeof at === 'object' ? (at as Record<string, unknown>)[step] : undefined),
    record,
  );
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
