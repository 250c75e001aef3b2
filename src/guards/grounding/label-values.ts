import type { Candidate, CandidateOf } from './candidates.ts';
import { lexicon } from './lexicon.ts';
import type { DateLabel, MoneyLabel } from './locale.ts';
import { findOccurrences } from './occurrences.ts';
import type { Span } from './segments.ts';
import type { TextContext } from './text-context.ts';

/** Of labels that share words, the earlier one says more ("expected delivery", "refund of the total"). */
const DATE_PRIORITY: readonly DateLabel[] = [
  'expected',
  'returnBy',
  'refunded',
  'cancelled',
  'delivered',
  'shipped',
  'appointment',
  'placed',
];
const MONEY_PRIORITY: readonly MoneyLabel[] = ['refund', 'discount', 'shipping', 'tax', 'total', 'price'];

/** A label in another clause of the sentence counts as this much further away. */
const CLAUSE_COST = 60;
const LONGEST_COST = 160;

interface Labelled<Label> extends Span {
  label: Label;
}

function labelsIn<Label extends string>(
  text: string,
  order: readonly Label[],
  patterns: Record<Label, RegExp>,
): Labelled<Label>[] {
  const found = order.flatMap((label) =>
    findOccurrences(text, patterns[label]).spans.map((span) => ({ ...span, label })),
  );
  const covered = new Uint8Array(text.length);
  const kept: Labelled<Label>[] = [];
  for (const span of found) {
    if (covered.subarray(span.start, span.end).includes(1)) continue;
    covered.fill(1, span.start, span.end);
    kept.push(span);
  }
  return kept.sort((left, right) => left.start - right.start);
}

/**
 * Gives each value the label that stands nearest in its sentence, on the side where the language puts labels;
 * one label names one value, so that of "placed 3 May, delivered 8 May" each gets its own.
 */
function assignLabels<Label extends string>(
  context: TextContext,
  values: readonly Span[],
  labels: readonly Labelled<Label>[],
): Map<Span, Label> {
  const { segments, locale } = context;
  const pairs: { value: Span; label: Labelled<Label>; cost: number }[] = [];
  let next = 0;
  for (const value of values) {
    while (next < labels.length && (labels[next]?.start ?? 0) < value.start) next += 1;
    const sentence = segments.sentenceAt(value.start);
    const clause = segments.clauseAt(value.start);
    for (const label of [labels[next - 2], labels[next - 1], labels[next], labels[next + 1]]) {
      if (label === undefined || label.start < sentence.start || label.end > sentence.end) continue;
      const before = label.end <= value.start;
      const distance = before ? value.start - label.end : label.start - value.end;
      if (distance < 0) continue;
      const preferred = locale.labelPosition === 'either' || (locale.labelPosition === 'before') === before;
      const sameClause = label.start >= clause.start && label.start < clause.end;
      const cost = distance * (preferred ? 1 : 2.5) + (preferred ? 0 : 4) + (sameClause ? 0 : CLAUSE_COST);
      if (cost <= LONGEST_COST) pairs.push({ value, label, cost });
    }
  }
  pairs.sort((left, right) => left.cost - right.cost);
  const assigned = new Map<Span, Label>();
  const used = new Set<Labelled<Label>>();
  for (const { value, label } of pairs) {
    if (assigned.has(value) || used.has(label)) continue;
    assigned.set(value, label.label);
    used.add(label);
  }
  return assigned;
}

/** Writes to each date candidate what it is the date of, where the sentence says so. */
export function labelDates(context: TextContext, candidates: readonly Candidate[]): void {
  const dates = candidates.filter((candidate) => candidate.type === 'date') as CandidateOf<'date'>[];
  if (dates.length === 0) return;
  const labels = labelsIn(context.text, DATE_PRIORITY, lexicon().dateLabels);
  const assigned = assignLabels(context, dates, labels);
  const promised = candidates.filter((candidate) => candidate.type === 'promise' && candidate.kind === 'deliver');
  const conditionals = findOccurrences(context.text, lexicon().conditionals);
  const negations = findOccurrences(context.text, lexicon().negations);
  let next = 0;
  for (const date of dates) {
    const label = assigned.get(date);
    if (label === undefined) continue;
    date.label = label;
    if (label !== 'delivered') continue;
    // "delivered" of a commitment ("will be delivered on") is when it is expected.
    const clause = context.segments.clauseAt(date.start);
    while (next < promised.length && (promised[next]?.end ?? 0) <= clause.start) next += 1;
    const promise = promised[next];
    if (promise !== undefined && promise.start < clause.end) date.label = 'expected';
    // "If it has not arrived by": when it should have.
    else if (conditionals.within(clause.start, date.start) || negations.within(clause.start, date.start))
      date.label = 'expected';
  }
}

/** Writes to each amount of money what it is the amount of, where the sentence says so. */
export function labelAmounts(context: TextContext, candidates: readonly Candidate[]): void {
  const amounts = candidates.filter((candidate) => candidate.type === 'money') as CandidateOf<'money'>[];
  if (amounts.length === 0) return;
  const labels = labelsIn(context.text, MONEY_PRIORITY, lexicon().moneyLabels);
  const assigned = assignLabels(context, amounts, labels);
  const refunds = findOccurrences(context.text, lexicon().moneyLabels.refund);
  for (const amount of amounts) {
    const label = assigned.get(amount);
    const clause = context.segments.clauseAt(amount.start);
    // "the total refund", "refund total": where money goes back, only the refund's own amount is evidence.
    const refunded =
      (label === 'total' || label === undefined) &&
      refunds.within(Math.max(clause.start, amount.start - 80), Math.min(clause.end, amount.end + 80));
    if (refunded) amount.label = 'refund';
    else if (label !== undefined) amount.label = label;
  }
}
