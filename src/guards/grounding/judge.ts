import { languageOfLocale } from '../../lib/languages.ts';
import { type Binder, type Binding, isAboutAppointment } from './bind-orders.ts';
import { matchesDay, sameWrittenDate } from './calendar.ts';
import type { Candidate, CandidateOf, MoneyValue } from './candidates.ts';
import type { ClaimVerdict } from './claim.ts';
import type { AmountFact, EvidenceIndex, EvidenceText, IndexedOrder } from './evidence-index.ts';
import { urlKey } from './extract-addresses.ts';
import { DURATIONS, type ExtractedText, findNames } from './extract-claims.ts';
import { identifierKey } from './extract-identifiers.ts';
import { lexicon, occursIn } from './lexicon.ts';
import type { DateLabel, MoneyLabel, PromiseKind, StatedStatus, Topic } from './locale.ts';
import { foldText } from './normalise-text.ts';
import { firstStartingFrom } from './occurrences.ts';
import type { Span } from './segments.ts';
import { isAttributed, sentenceText, type TextContext } from './text-context.ts';
import { topicsOf } from './topics.ts';

interface Judgement {
  verdict: ClaimVerdict;
  evidence?: string;
}

/** One of the business's texts with what it says. */
export interface EvidenceCandidates {
  source: EvidenceText;
  candidates: readonly Candidate[];
  /** Folded. */
  text: string;
  /** What the candidates' offsets refer to, and where in it this text stands. */
  context: TextContext;
  range: Span;
}

/** All that judging needs beside the candidate itself. */
export interface Court {
  body: ExtractedText;
  index: EvidenceIndex;
  binder: Binder;
  /** The business's own texts, read when a claim first needs them. */
  texts(): readonly EvidenceCandidates[];
  /** The customer's words, read when a claim first needs them. */
  customer(): ExtractedText;
  /** The mail's day in the business's time zone. */
  mailDay: number;
}

const UNSUPPORTED: Judgement = { verdict: 'unsupported' };
const verified = (evidence: string): Judgement => ({ verdict: 'verified', evidence });
const contradicted = (evidence: string | undefined): Judgement =>
  evidence === undefined ? UNSUPPORTED : { verdict: 'contradicted', evidence };

function boundOrders(court: Court, binding: Binding): IndexedOrder[] {
  return binding.orders.flatMap((position) => court.index.orders[position] ?? []);
}

/**
 * The first value of a snippet or profile text that `matches`, as a verdict. With `claim`, the text must say the value of
 * the same matter: "closed on 20 December" does not verify "arrives on 20 December".
 */
function fromTexts<Type extends Candidate['type']>(
  court: Court,
  type: Type,
  matches: (candidate: CandidateOf<Type>, source: EvidenceText) => boolean,
  claim?: Span,
): Judgement | undefined {
  for (const text of court.texts()) {
    for (const candidate of text.candidates) {
      if (candidate.type !== type || !matches(candidate as CandidateOf<Type>, text.source)) continue;
      if (claim === undefined || isSameMatter(court, claim, text, candidate)) return verified(text.source.path);
    }
  }
  return undefined;
}

const SHORTEST_STEM = 5;

function stems(text: string): Set<string> {
  return new Set((text.match(/[a-z]{5,}/g) ?? []).map((word) => word.slice(0, SHORTEST_STEM)));
}

/** Matters of the parcel itself, which a sentence about "your parcel" may leave unsaid. */
const GOODS_MATTERS: readonly Topic[] = ['delivery', 'dispatch', 'returns', 'exchange', 'pickup'];

function namesGoods({ body: { context } }: Court, span: Span): boolean {
  const clause = context.segments.clauseAt(span.start);
  const from = Math.max(clause.start, span.start - 200);
  return occursIn(lexicon().nouns.order, context.text.slice(from, Math.min(clause.end, span.end + 200)));
}

/** Whether claim and evidence speak of the same matter; where only one of them says of which, a shared word decides. */
function isSameMatter(court: Court, claim: Span, text: EvidenceCandidates, candidate: Span): boolean {
  const { context } = court.body;
  const claimed = topicsOf(context, claim);
  const opening = text.source.path === 'profile.openingHours';
  const said: ReadonlySet<Topic> = opening
    ? new Set<Topic>(['opening'])
    : topicsOf(text.context, candidate, text.range);
  if (claimed.size === 0)
    return said.size === 0 || GOODS_MATTERS.some((topic) => said.has(topic)) || !namesGoods(court, claim);
  // What holds of returns alone is not said of deliveries, though both are shipped.
  if (said.has('returns') && !claimed.has('returns') && !claimed.has('refund') && !claimed.has('exchange'))
    return false;
  for (const topic of claimed) if (said.has(topic)) return true;
  if (said.size > 0) return false;
  const words = stems(sentenceText(text.context, candidate.start));
  return [...stems(sentenceText(context, claim.start))].some((stem) => words.has(stem));
}

function customerNames(court: Court, key: string): boolean {
  return court
    .customer()
    .candidates.some(
      (candidate) =>
        (candidate.type === 'order_number' || candidate.type === 'tracking_number') && candidate.key === key,
    );
}

function judgeOrderNumber(court: Court, claim: CandidateOf<'order_number'>): Judgement {
  const order = court.index.orders.find((candidate) => candidate.key === claim.key);
  if (order !== undefined) return verified(`${order.path}.orderNumber`);
  const invoiced = court.index.orders.find(
    (candidate) => identifierKey(foldText(candidate.fact.invoiceNumber ?? '')) === claim.key,
  );
  if (invoiced !== undefined && claim.key !== '') return verified(`${invoiced.path}.invoiceNumber`);
  if (customerNames(court, claim.key)) return verified('customerText');
  const known = fromTexts(court, 'order_number', (candidate) => candidate.key === claim.key);
  if (known !== undefined) return known;
  return court.index.orders.length === 1 ? contradicted(`${court.index.orders[0]?.path}.orderNumber`) : UNSUPPORTED;
}

function judgeTrackingNumber(court: Court, claim: CandidateOf<'tracking_number'>): Judgement {
  const binding = court.binder.bind(claim, 'orderNumbers');
  const bound = boundOrders(court, binding);
  const own = bound.flatMap((order) => order.tracking);
  const match = own.find((entry) => entry.key === claim.key);
  if (match !== undefined) return verified(match.path);
  const elsewhere = court.index.orders.flatMap((order) => order.tracking).find((entry) => entry.key === claim.key);
  if (elsewhere !== undefined) {
    if (!binding.named && !binding.unknown) return verified(elsewhere.path);
    return binding.unknown ? UNSUPPORTED : contradicted(own[0]?.path ?? elsewhere.path);
  }
  if (customerNames(court, claim.key) && (own.length === 0 || isAttributed(court.body.context, claim.start)))
    return verified('customerText');
  const known = fromTexts(court, 'tracking_number', (candidate) => candidate.key === claim.key);
  return known ?? contradicted(own[0]?.path);
}

const EXACTNESS = 0.0049;

function sameAmount(left: number, right: number): boolean {
  return Math.abs(left - right) < EXACTNESS;
}

function sameCurrency(claim: MoneyValue, currency: string | undefined): boolean {
  return claim.currencies === undefined || currency === undefined || claim.currencies.includes(currency);
}

function amountsFor(label: MoneyLabel | undefined, order: IndexedOrder, items: readonly number[]): AmountFact[] {
  const ofItems = (fact: AmountFact): boolean =>
    fact.item === undefined || items.length === 0 || items.includes(fact.item);
  switch (label) {
    case 'total':
      return order.amounts.filter((fact) => fact.field === 'total' || fact.field === 'sum');
    case 'refund':
      return order.amounts.filter((fact) => fact.field === 'refund');
    case 'price':
      // "the order cost 50": without an item, the price is the order's.
      if (items.length === 0) return order.amounts.filter((fact) => fact.field !== 'refund');
      return order.amounts.filter((fact) => (fact.field === 'price' || fact.field === 'lineTotal') && ofItems(fact));
    case 'shipping':
    case 'discount':
    case 'tax':
      return [];
    case undefined:
      return order.amounts.filter(ofItems);
  }
}

function judgeMoney(court: Court, claim: CandidateOf<'money'>): Judgement {
  const { amount } = claim;
  if (amount === undefined) return UNSUPPORTED;
  const binding = court.binder.bind(claim, 'everything');
  const bound = boundOrders(court, binding);
  let other: string | undefined;
  if (!binding.unknown) {
    for (const [at, order] of bound.entries()) {
      const items = court.binder.itemsNear(claim, binding.orders[at] ?? -1);
      // "your order with the kettle costs 50": the order's own price where a total is meant is found below.
      const facts = amountsFor(claim.label, order, items);
      const match = facts.find((fact) => sameAmount(fact.amount, amount) && sameCurrency(claim, order.currency));
      if (match !== undefined) return verified(match.path);
      other ??= facts[0]?.path;
    }
  }
  const said = fromTexts(
    court,
    'money',
    (candidate) => {
      if (candidate.amount === undefined || !sameAmount(candidate.amount, amount)) return false;
      if (
        claim.currencies !== undefined &&
        candidate.currencies !== undefined &&
        !claim.currencies.some((code) => candidate.currencies?.includes(code))
      )
        return false;
      const own = claim.label === 'total' || claim.label === 'refund';
      return own
        ? candidate.label === claim.label
        : claim.label === undefined ||
            candidate.label === undefined ||
            candidate.label === claim.label ||
            // "Sending it back costs 5 EUR" of "return shipping: 5 EUR": the matter is checked besides.
            (claim.label === 'price' && candidate.label === 'shipping' && topicsOf(court.body.context, claim).size > 0);
    },
    claim,
  );
  if (said !== undefined) return said;
  const quoted =
    claim.label !== 'refund' && claim.label !== 'discount' && isAttributed(court.body.context, claim.start);
  if (quoted) {
    const customers = court
      .customer()
      .candidates.some(
        (candidate) =>
          candidate.type === 'money' && candidate.amount !== undefined && sameAmount(candidate.amount, amount),
      );
    if (customers) return verified('customerText');
  }
  return contradicted(other);
}

/** Labels whose dates a shop's general texts can state. */
const GENERAL_DATE_LABELS: readonly (DateLabel | undefined)[] = [undefined, 'expected', 'returnBy', 'shipped'];

function judgeDate(court: Court, claim: CandidateOf<'date'>): Judgement & { paths?: string[] } {
  const binding = court.binder.bind(claim, 'everything');
  const matching: string[] = [];
  // "We expect you on": without orders, only the appointment is expected.
  const label = claim.label === 'expected' && court.index.orders.length === 0 ? 'appointment' : claim.label;
  let other: string | undefined;
  const consider = (moments: IndexedOrder['moments']): void => {
    for (const fact of moments) {
      if (label !== undefined && label !== fact.label) continue;
      if (fact.moment.days.some((day) => matchesDay(claim.date, day, court.mailDay))) matching.push(fact.path);
      else other ??= fact.path;
    }
  };
  if (!binding.unknown) for (const order of boundOrders(court, binding)) consider(order.moments);
  for (const appointment of court.index.appointments) consider(appointment.moments);
  if (matching[0] !== undefined) return { ...verified(matching[0]), paths: matching };
  if (GENERAL_DATE_LABELS.includes(claim.label)) {
    const said = fromTexts(
      court,
      'date',
      (candidate) => {
        // Weekdays of opening hours say nothing of deliveries.
        if (claim.label !== undefined && candidate.date.kind === 'weekday') return false;
        const sameLabel = claim.label === undefined || candidate.label === undefined || candidate.label === claim.label;
        return sameLabel && sameWrittenDate(claim.date, candidate.date, court.mailDay);
      },
      claim,
    );
    if (said !== undefined) return said;
  }
  return contradicted(other);
}

function judgeTime(court: Court, claim: CandidateOf<'time'>, datePaths: readonly string[] | undefined): Judgement {
  const appointments = court.index.appointments;
  const owners = datePaths?.map((path) => path.replace(/\.[^.]*$/, ''));
  let other: string | undefined;
  const moments = [
    ...appointments.flatMap((appointment) => appointment.moments),
    ...court.index.orders.flatMap((order) => order.moments),
  ];
  for (const fact of moments) {
    if (fact.moment.minutes === undefined) continue;
    if (owners !== undefined && !owners.some((owner) => fact.path.startsWith(`${owner}.`))) continue;
    if (claim.minutes.includes(fact.moment.minutes)) return verified(fact.path);
    other ??= fact.path;
  }
  const said = fromTexts(
    court,
    'time',
    (candidate) => candidate.minutes.some((minutes) => claim.minutes.includes(minutes)),
    claim,
  );
  return said ?? contradicted(other);
}

function judgeQuantity(court: Court, claim: CandidateOf<'quantity'>): Judgement {
  const { low, high, unit } = claim;
  const said = fromTexts(
    court,
    'quantity',
    (candidate) => {
      if (candidate.low !== low || candidate.high !== high) return false;
      return unit === undefined
        ? candidate.token === claim.token || candidate.unit === undefined
        : candidate.unit === unit;
    },
    claim,
  );
  if (unit !== undefined && DURATIONS.has(unit)) return said ?? UNSUPPORTED;
  const binding = court.binder.bind(claim, 'everything');
  let other: string | undefined;
  if (high === undefined && !binding.unknown) {
    if (unit === 'order' && court.index.orders.length === low) return verified('orders.count');
    if (unit === 'appointment' && court.index.appointments.length === low) return verified('appointments.count');
    for (const [at, order] of boundOrders(court, binding).entries()) {
      const position = binding.orders[at] ?? -1;
      const beside = court.binder.itemBeside(claim, position);
      if (beside.length > 0) {
        const facts = order.counts.filter((count) => count.item !== undefined && beside.includes(count.item));
        const match = facts.find((fact) => fact.count === low);
        return match === undefined ? contradicted(facts[0]?.path) : verified(match.path);
      }
      const near = court.binder.itemsNear(claim, position);
      for (const fact of order.counts) {
        const fits =
          unit === undefined || unit === 'piece'
            ? fact.unit === 'itemQuantity'
              ? near.includes(fact.item ?? -1)
              : unit === 'piece' && fact.unit !== 'shipment'
            : unit === 'item'
              ? fact.unit === 'item' ||
                fact.unit === 'piece' ||
                (fact.unit === 'itemQuantity' && near.includes(fact.item ?? -1))
              : fact.unit === unit;
        if (!fits) continue;
        if (fact.count === low) return verified(fact.path);
        other ??= fact.path;
      }
    }
  }
  if (said !== undefined) return said;
  if (isAttributed(court.body.context, claim.start)) {
    const customers = court
      .customer()
      .candidates.some(
        (candidate) => candidate.type === 'quantity' && candidate.low === low && candidate.unit === unit,
      );
    if (customers) return verified('customerText');
  }
  return contradicted(other);
}

/** Silence of the record does not prove that these have not happened. */
const NOT_DISPROVED: readonly StatedStatus[] = ['paid', 'lost', 'delayed', 'replaced', 'rescheduled', 'completed'];
/** No record holds these, so another value of the same field cannot contradict them. */
const NOT_RECORDED: readonly StatedStatus[] = ['paid', 'lost', 'delayed', 'replaced'];

function judgeStatus(court: Court, claim: CandidateOf<'status'>): Judgement {
  const { stated, negated } = claim;
  const { context } = court.body;
  if (negated && isAttributed(context, claim.start)) return { verdict: 'unverifiable' };
  const about =
    isAboutAppointment(context, claim) || (court.index.orders.length === 0 && court.index.appointments.length > 0);
  const subjects = about
    ? court.index.appointments.map((appointment) => ({
        statements: appointment.trueStatuses,
        path: `${appointment.path}.status`,
        known: appointment.trueStatuses.size > 0,
      }))
    : [];
  if (!about) {
    const binding = court.binder.bind(claim, 'everything');
    if (binding.unknown) return UNSUPPORTED;
    for (const order of boundOrders(court, binding)) {
      const parcel = binding.shipment === undefined ? undefined : order.shipmentStatuses[binding.shipment];
      const single = order.shipmentStatuses.length <= 1;
      const statements =
        parcel === undefined ? order.trueStatuses : single ? new Map([...parcel, ...order.trueStatuses]) : parcel;
      const path =
        parcel === undefined || single ? order.statusPath : `${order.path}.shipments[${binding.shipment}].status`;
      subjects.push({ statements, path, known: order.statusKnown || parcel !== undefined });
    }
  }
  let evidence: string | undefined;
  for (const { statements, path, known } of subjects) {
    const where = statements.get(stated);
    if (negated ? where !== undefined : where === undefined)
      return known && !NOT_RECORDED.includes(stated) ? contradicted(where ?? path) : UNSUPPORTED;
    if (negated && (!known || NOT_DISPROVED.includes(stated))) return UNSUPPORTED;
    evidence ??= where ?? path;
  }
  return evidence === undefined ? UNSUPPORTED : verified(evidence);
}

/** General policies of these kinds bind the business to everybody, so they support a plain commitment to this customer. */
const GENERAL_PROMISES: readonly PromiseKind[] = ['ship', 'deliver'];
/** Share of a promise's words that must stand in the text which is to support it. */
const CLOSE_ENOUGH = 0.7;

function isCloseTo(promise: string, source: string): boolean {
  const words = promise.match(/[a-z]{4,}/g) ?? [];
  if (words.length < 3) return false;
  const stems = new Set((source.match(/[a-z]{4,}/g) ?? []).map((word) => word.slice(0, 5)));
  return words.filter((word) => stems.has(word.slice(0, 5))).length / words.length >= CLOSE_ENOUGH;
}

function judgePromise(court: Court, claim: CandidateOf<'promise'>): Judgement {
  const { kind, refused, conditional } = claim;
  const { context } = court.body;
  const binding = court.binder.bind(claim, 'everything');
  const bound = binding.unknown ? [] : boundOrders(court, binding);
  if (!refused && kind === 'deliver' && bound.length > 0) {
    const etas = bound.map((order) => order.moments.find((fact) => fact.label === 'expected')?.path);
    const open = bound.every(
      (order) => !['delivered', 'cancelled', 'returned', 'refunded'].includes(order.fact.canonicalStatus),
    );
    if (open && etas[0] !== undefined && etas.every((path) => path !== undefined)) return verified(etas[0]);
  }
  if (!refused && kind === 'refund' && bound.length > 0) {
    if (bound.every((order) => order.trueStatuses.has('refund_started') && !order.trueStatuses.has('refunded')))
      return verified(`${bound[0]?.path}.refund.status`);
  }
  const sentence = sentenceText(context, claim.start);
  for (const text of court.texts()) {
    for (const candidate of text.candidates) {
      const policy =
        candidate.type === 'promise'
          ? candidate.kind === kind && candidate.refused === refused
          : candidate.type === 'status' && candidate.negated === refused && STATUS_POLICY[candidate.stated] === kind;
      if (!policy) continue;
      const demanding = candidate.type === 'promise' && candidate.conditional;
      const general = GENERAL_PROMISES.includes(kind) && (!demanding || conditional);
      const close = (!demanding || conditional) && isCloseTo(sentence, text.text);
      if (general || conditional || close) return verified(text.source.path);
    }
  }
  const closed: Partial<Record<PromiseKind, readonly string[]>> = {
    ship: ['shipped', 'out_for_delivery', 'ready_for_pickup', 'delivered', 'cancelled', 'returned', 'refunded'],
    deliver: ['delivered', 'cancelled', 'returned', 'refunded'],
    cancel: ['delivered', 'returned'],
  };
  const against = bound.find((order) => closed[kind]?.includes(order.fact.canonicalStatus) === true);
  // That nothing was changed is what no record shows, nor that nothing is done before something else.
  if (refused && (kind === 'change' || conditional)) return { verdict: 'unverifiable' };
  return refused ? UNSUPPORTED : contradicted(against?.statusPath);
}

const STATUS_POLICY: Partial<Record<StatedStatus, PromiseKind>> = {
  shipped: 'ship',
  delivered: 'deliver',
  cancelled: 'cancel',
  refunded: 'refund',
  refund_started: 'refund',
  replaced: 'replacement',
  returned: 'return',
};

function judgeUrl(court: Court, claim: CandidateOf<'url'> | CandidateOf<'email'>): Judgement {
  const { website, supportEmail } = court.index.profile;
  if (claim.type === 'url' && website !== undefined && urlKey(website) === claim.key)
    return verified('profile.website');
  if (claim.type === 'email' && supportEmail !== undefined && supportEmail.toLowerCase() === claim.key)
    return verified('profile.supportEmail');
  const said = fromTexts(court, claim.type, (candidate) => candidate.key === claim.key);
  if (said !== undefined) return said;
  const spelled = claim.key
    .replace(/ ?[[(]? ?(?:dot|punkt|nokta|point|punto) ?[\])]? ?/g, '.')
    .replace(/ ?[[(]? ?at ?[\])]? ?/g, '@')
    .replaceAll(' ', '');
  const known =
    fromTexts(court, claim.type, (candidate) => candidate.key === spelled) ??
    fromTexts(court, 'email', (candidate) => candidate.key === spelled);
  return known ?? UNSUPPORTED;
}

function judgePhone(court: Court, claim: CandidateOf<'phone'>): Judgement {
  const significant = (digits: string): string => digits.replace(/^0+/, '');
  const own = significant(claim.key);
  const same = (other: string): boolean => {
    const theirs = significant(other);
    const [short, long] = own.length < theirs.length ? [own, theirs] : [theirs, own];
    return short.length >= 7 && long.endsWith(short) && long.length - short.length <= 4;
  };
  const said = fromTexts(court, 'phone', (candidate) => same(candidate.key));
  if (said !== undefined) return said;
  const { supportPhone } = court.index.profile;
  if (supportPhone === undefined) return UNSUPPORTED;
  return same(supportPhone.replace(/\D/g, ''))
    ? verified('profile.supportPhone')
    : contradicted('profile.supportPhone');
}

function sameCarrier(left: string, right: string): boolean {
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  return ` ${long.replace(/[^a-z0-9]+/g, ' ')} `.includes(` ${short.replace(/[^a-z0-9]+/g, ' ')} `);
}

function judgeCarrier(court: Court, claim: CandidateOf<'carrier'>): Judgement {
  const { context } = court.body;
  const binding = court.binder.bind(claim, 'everything');
  const own = binding.unknown ? [] : boundOrders(court, binding).flatMap((order) => order.carriers);
  const match = own.find((carrier) => sameCarrier(carrier.folded, claim.key));
  if (match !== undefined) return verified(match.path);
  const elsewhere = court.index.orders
    .flatMap((order) => order.carriers)
    .find((carrier) => sameCarrier(carrier.folded, claim.key));
  if (elsewhere !== undefined && !binding.named && !binding.unknown) return verified(elsewhere.path);
  const text = court.texts().find((candidate) => findNames(candidate.text, [claim.key]).length > 0);
  // A text that names carriers says who else delivers, not who has this parcel.
  if (text !== undefined && (own.length === 0 || !saysOfGoods(court, claim))) return verified(text.source.path);
  const customers = findNames(court.customer().context.text, [claim.key]).length > 0;
  if (customers && isAttributed(context, claim.start)) return verified('customerText');
  return contradicted(own[0]?.path);
}

/** Whether the clause of the span states or promises something. */
function saysOfGoods(court: Court, span: Span): boolean {
  const clause = court.body.context.segments.clauseAt(span.start);
  const { candidates } = court.body;
  const end = Math.min(clause.end, span.end + 200);
  let at = Math.max(clause.start, span.start - 200);
  for (let next = firstStartingFrom(candidates, at); next !== undefined && next.start < end; ) {
    if (next.type === 'status' || next.type === 'promise') return true;
    at = next.start + 1;
    next = firstStartingFrom(candidates, at);
  }
  return false;
}

/** Words of a name that say what it is: not its colour, size or number. */
function telling(name: string): string[] {
  return (name.match(/[a-z]{3,}/g) ?? []).filter(
    (word) => !/^(?:new|the|own|and|und|les|des|los|las|neue?s?|nouve[a-z]*)$/.test(word),
  );
}

const SHORTEST_SHARED = 4;

function sharesWord(name: string, text: string): boolean {
  const words = text.match(/[a-z]{3,}/g) ?? [];
  return telling(name).some((own) =>
    words.some((word) => {
      const [short, long] = own.length < word.length ? [own, word] : [word, own];
      const stem =
        short.length > 5 ? short.slice(0, short.length - 2) : short.replace(/(?:s|e?n[iu]z|[iu]n[iu]z)$/, '');
      return stem.length >= Math.min(SHORTEST_SHARED, short.length) && long.includes(stem);
    }),
  );
}

function judgeItem(court: Court, claim: CandidateOf<'item'>): Judgement {
  const name = court.body.context.locale.language === 'tr' ? claim.key.replace(/(?:[iu]?n[iu]z)$/, '') : claim.key;
  const known = court.index.orders.flatMap((order) =>
    order.items.map(({ folded, item }) => ({ folded, path: `${order.path}.items[${item}].name` })),
  );
  const match = known.find(({ folded }) => sharesWord(name, folded));
  if (match !== undefined) return verified(match.path);
  const text = court.texts().find((candidate) => sharesWord(name, candidate.text));
  if (text !== undefined) return verified(text.source.path);
  const named = sharesWord(name, court.customer().context.text);
  // Goods in another language than the shop's own are a translation that nobody here can check.
  const translated = court.body.context.locale.language !== languageOfLocale(court.index.profile.locale);
  return known.length === 0 || named || translated ? { verdict: 'unverifiable' } : UNSUPPORTED;
}

function judgePlace(court: Court, claim: CandidateOf<'place'>): Judgement {
  const names = [claim.key];
  const text = court.texts().find((candidate) => findNames(candidate.text, names).length > 0);
  if (text !== undefined) return verified(text.source.path);
  for (const { fact, path } of court.index.appointments)
    if (findNames(foldText(fact.location ?? ''), names).length > 0) return verified(`${path}.location`);
  for (const { fact, path } of court.index.orders) {
    if (findNames(foldText(fact.status), names).length > 0) return verified(`${path}.status`);
    for (const [at, shipment] of (fact.shipments ?? []).entries())
      if (findNames(foldText(shipment.status ?? ''), names).length > 0)
        return verified(`${path}.shipments[${at}].status`);
  }
  const customers = findNames(court.customer().context.text, names).length > 0;
  return customers && isAttributed(court.body.context, claim.start) ? verified('customerText') : UNSUPPORTED;
}

/** Judges one candidate. `datePaths` are the records that the date beside a time was verified by. */
export function judgeCandidate(
  court: Court,
  claim: Candidate,
  datePaths?: readonly string[],
): Judgement & { paths?: string[] } {
  switch (claim.type) {
    case 'order_number':
      return judgeOrderNumber(court, claim);
    case 'tracking_number':
      return judgeTrackingNumber(court, claim);
    case 'money':
      return judgeMoney(court, claim);
    case 'date':
      return judgeDate(court, claim);
    case 'time':
      return judgeTime(court, claim, datePaths);
    case 'percentage':
      return fromTexts(court, 'percentage', (candidate) => candidate.value === claim.value, claim) ?? UNSUPPORTED;
    case 'quantity':
      return judgeQuantity(court, claim);
    case 'status':
      return judgeStatus(court, claim);
    case 'promise':
      return judgePromise(court, claim);
    case 'url':
    case 'email':
      return judgeUrl(court, claim);
    case 'phone':
      return judgePhone(court, claim);
    case 'carrier':
      return judgeCarrier(court, claim);
    case 'item':
      return judgeItem(court, claim);
    case 'place':
      return judgePlace(court, claim);
    case 'vague':
      return { verdict: 'unverifiable' };
  }
}
