import type { Candidate } from './candidates.ts';
import type { EvidenceIndex } from './evidence-index.ts';
import { findNames } from './extract-claims.ts';
import { identifierKey } from './extract-identifiers.ts';
import { lexicon, occursIn } from './lexicon.ts';
import { foldText } from './normalise-text.ts';
import { findOccurrences } from './occurrences.ts';
import type { Span } from './segments.ts';
import type { TextContext } from './text-context.ts';

/** Which orders a claim is about. */
export interface Binding {
  /** Indexes into the evidence's orders. */
  orders: readonly number[];
  /** The parcel, where the claim stands beside a tracking number. */
  shipment?: number;
  /** The text names an order that the evidence does not have. */
  unknown: boolean;
  /** Said of these very orders, not merely of whatever orders there are. */
  named: boolean;
}

interface Mention extends Span {
  orders: readonly number[];
  shipment?: number;
  /** Orders named together ("#1 and #2"). */
  group: readonly number[];
  unknown: boolean;
}

export interface Binder {
  /** By order numbers alone (for tracking numbers), or also by tracking numbers and item names. */
  bind(span: Span, by: 'orderNumbers' | 'everything'): Binding;
  /** Items of the order that the clause of the span names, nearest before it first. */
  itemsNear(span: Span, order: number): readonly number[];
  /** The items of the order whose name begins directly behind, or ends directly before the span. */
  itemBeside(span: Span, order: number): readonly number[];
}

function lastIndexBefore<T extends Span>(spans: readonly T[], offset: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const JOINING =
  /^[\s,()#:;&/-]*(?:(?:and|und|ve|et|y|or|oder|veya|ile|with|number|no|nr|nolu|numarali|order|your|ihre|bestellung|siparis\w*|commande|pedido|la|der|die|el|tracking)[\s,()#:;&/-]*){0,3}$/;

function namedTogether(text: string, mentions: Mention[]): void {
  for (let index = 0; index < mentions.length; ) {
    let last = index;
    for (; last + 1 < mentions.length; last += 1) {
      const gap = text.slice(mentions[last]?.end, mentions[last + 1]?.start);
      if (gap.length > 40 || !JOINING.test(gap)) break;
    }
    const group = [...new Set(mentions.slice(index, last + 1).flatMap((mention) => mention.orders))];
    for (let member = index; member <= last; member += 1) {
      const mention = mentions[member];
      if (mention !== undefined) mention.group = mention.unknown ? mention.orders : group;
    }
    index = last + 1;
  }
}

/** Relates claims to the orders that the body names near them. */
export function createBinder(
  context: TextContext,
  candidates: readonly Candidate[],
  index: EvidenceIndex,
  customerText: string,
): Binder {
  const { text, segments } = context;
  const numbers: Mention[] = [];
  const identifiers: Mention[] = [];
  const byKey = new Map(index.orders.map((order, position) => [order.key, position]));
  const byTracking = new Map(
    index.orders.flatMap((order, position) =>
      order.tracking.map((entry) => [entry.key, { order: position, shipment: entry.shipment }] as const),
    ),
  );
  for (const candidate of candidates) {
    if (candidate.type === 'order_number') {
      const order = byKey.get(candidate.key);
      const orders = order === undefined ? [] : [order];
      const mention: Mention = {
        start: candidate.start,
        end: candidate.end,
        orders,
        group: orders,
        unknown: order === undefined,
      };
      numbers.push(mention);
      identifiers.push({ ...mention });
    } else if (candidate.type === 'tracking_number') {
      const known = byTracking.get(candidate.key);
      const orders = known === undefined ? [] : [known.order];
      const mention: Mention = {
        start: candidate.start,
        end: candidate.end,
        orders,
        group: orders,
        unknown: known === undefined,
      };
      identifiers.push(known === undefined ? mention : { ...mention, shipment: known.shipment });
    }
  }
  namedTogether(text, numbers);
  namedTogether(text, identifiers);

  const owners = new Map<string, { order: number; item: number }[]>();
  index.orders.forEach((order, position) => {
    for (const { folded, item } of order.items)
      if (folded !== '') owners.set(folded, [...(owners.get(folded) ?? []), { order: position, item }]);
  });
  // "two lamps" of a "Desk Lamp": the last word of a name stands for it, unless it is a name itself.
  const heads = new Map<string, { order: number; item: number }[]>();
  for (const [name, own] of owners) {
    const head = (name.match(/(?<![a-z0-9-])[a-z]+(?![a-z0-9-])/g) ?? []).at(-1);
    if (head !== undefined && head.length > 3 && !owners.has(head) && !occursIn(lexicon().shopThings, head))
      heads.set(head, [...(heads.get(head) ?? []), ...own]);
  }
  for (const [head, own] of heads) owners.set(head, own);
  const items = findNames(text, [...owners.keys()])
    .map((span) => ({ ...span, owners: owners.get(span.name) ?? [] }))
    .sort((left, right) => left.start - right.start || right.end - left.end)
    .filter((span, at, all) => !all.slice(Math.max(0, at - 4), at).some((other) => other.end >= span.end));

  const customerKeys = new Set(
    foldText(customerText)
      .match(/[a-z0-9][a-z0-9-]*/g)
      ?.map(identifierKey) ?? [],
  );
  const asked = index.orders.flatMap((order, position) => (customerKeys.has(order.key) ? [position] : []));
  const everyOrder = index.orders.map((_, position) => position);
  const everyOrderWords = findOccurrences(text, lexicon().everyOrder);

  const nearest = (mentions: readonly Mention[], span: Span): Mention | undefined => {
    const before = lastIndexBefore(mentions, span.start);
    const own = mentions[before + 1];
    const afterIndex = own !== undefined && own.start === span.start && own.end === span.end ? before + 2 : before + 1;
    const clause = segments.clauseAt(span.start);
    const clauseEnd = Math.max(clause.end, span.end);
    const left = mentions[before];
    const right = mentions[afterIndex];
    if (left !== undefined && left.start >= clause.start) return left;
    if (right !== undefined && right.start < clauseEnd) return right;
    const sentence = segments.sentenceAt(span.start);
    if (left !== undefined && left.start >= sentence.start) return left;
    if (right !== undefined && right.start < sentence.end) return right;
    return undefined;
  };
  const bindingOf = (mention: Mention): Binding => ({
    orders: mention.group.length > 0 ? mention.group : mention.orders,
    ...(mention.shipment === undefined || mention.group.length > 1 ? {} : { shipment: mention.shipment }),
    unknown: mention.unknown,
    named: true,
  });

  return {
    bind(span, by) {
      const mentions = by === 'orderNumbers' ? numbers : identifiers;
      const mention = nearest(mentions, span);
      if (mention !== undefined) return bindingOf(mention);
      if (by === 'everything') {
        const sentence = segments.sentenceAt(span.start);
        const clause = segments.clauseAt(span.start);
        const before = lastIndexBefore(items, span.start + 1);
        for (const scope of [clause, sentence]) {
          for (const item of [items[before], items[before + 1]]) {
            if (item === undefined || item.start < scope.start || item.end > scope.end) continue;
            const orders = [...new Set(item.owners.map((owner) => owner.order))];
            if (orders.length < everyOrder.length || everyOrder.length === 1)
              return { orders, unknown: false, named: orders.length === 1 };
          }
        }
      }
      const said = segments.sentenceAt(span.start);
      if (everyOrderWords.within(Math.max(said.start, span.start - 200), Math.min(said.end, span.end + 100))) {
        return { orders: everyOrder, unknown: false, named: true };
      }
      const earlier = mentions[lastIndexBefore(mentions, span.start)];
      if (earlier !== undefined) return bindingOf(earlier);
      if (asked.length === 1) return { orders: asked, unknown: false, named: true };
      return { orders: everyOrder, unknown: false, named: everyOrder.length === 1 };
    },
    itemsNear(span, order) {
      const clause = segments.clauseAt(span.start);
      const before = lastIndexBefore(items, span.start);
      const found: number[] = [];
      const collect = (at: number): boolean => {
        const item = items[at];
        if (item === undefined || item.end <= clause.start || item.start >= clause.end) return false;
        for (const owner of item.owners) if (owner.order === order) found.push(owner.item);
        return true;
      };
      for (let at = before; at > before - 8 && collect(at); at -= 1);
      if (found.length === 0) for (let at = before + 1; at < before + 9 && collect(at); at += 1);
      return found;
    },
    itemBeside(span, order) {
      const before = lastIndexBefore(items, span.start);
      for (const item of [items[before + 1], items[before]]) {
        if (item === undefined) continue;
        const gap = item.start >= span.end ? text.slice(span.end, item.start) : text.slice(item.end, span.start);
        if (
          gap.length > 26 ||
          !/^(?:'?[a-z]{0,4})?[\s(:x×,-]*(?:(?:x|adet|tane|stuck|mal|units?|pieces? of|of|qty|quantity|adet:|menge|anzahl|quantite|cantidad|cant|miktar|fois|unidades? de)[\s:]*)?(?:(?:of|de|des|du|von) ?)?(?:(?:the|your|der|die|das|dem|den|le|la|les|el|los|las|su|ihre?) )?$/.test(
            gap,
          )
        )
          continue;
        const own = item.owners.flatMap((owner) => (owner.order === order ? [owner.item] : []));
        if (own.length > 0) return own;
      }
      return [];
    },
  };
}

/** Whether the clause at the span is about an appointment and not about an order. */
export function isAboutAppointment(context: TextContext, span: Span): boolean {
  const clause = context.segments.clauseAt(span.start);
  const text = context.text.slice(
    Math.max(clause.start, span.start - 200),
    Math.min(Math.max(clause.end, span.end), span.end + 200),
  );
  const words = lexicon().nouns;
  words.appointment.lastIndex = 0;
  words.order.lastIndex = 0;
  return words.appointment.test(text) && !words.order.test(text);
}
