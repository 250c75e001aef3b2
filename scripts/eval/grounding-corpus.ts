import type { GroundingInput } from '../../src/guards/grounding/claim.ts';
import type { Language } from '../../src/lib/languages.ts';
import type { AppointmentFact, OrderFact, OrderStatus } from '../../src/tools/facts.ts';
import { canonicalOrderStatus, isTrueStatement } from '../../src/tools/order-status.ts';
import { seededRandom } from '../lib/seeded-random.ts';
import { CORPUS_LANGUAGES, type CorpusLanguage } from './grounding-sentences.ts';

/** What was made false in a draft, or that nothing was. */
export type CorpusKind =
  | 'true'
  | 'order number digit'
  | 'tracking digit'
  | 'money digit'
  | 'date digit'
  | 'quantity'
  | 'other status'
  | 'other currency'
  | 'swapped between orders'
  | 'invented promise'
  | 'invented link or phone'
  | 'appointment';

export interface CorpusDraft {
  kind: CorpusKind;
  input: GroundingInput;
}

/** A shop's orders in the shape of the tau-bench retail store. */
export interface Store {
  orders: Record<
    string,
    {
      order_id: string;
      user_id: string;
      items: { name: string; item_id: string; price: number; options: Record<string, string> }[];
      fulfillments: { tracking_id: string[]; item_ids: string[] }[];
      status: string;
    }
  >;
}

const CURRENCY: Record<Language, string[]> = {
  en: ['USD', 'GBP', 'EUR'],
  tr: ['TRY', 'EUR'],
  de: ['EUR', 'CHF'],
  fr: ['EUR'],
  es: ['EUR', 'MXN'],
};
const SYMBOL: Record<string, string> = { USD: '$', EUR: '€', GBP: '£', TRY: '₺' };
const ZONE: Record<Language, string> = {
  en: 'America/New_York',
  tr: 'Europe/Istanbul',
  de: 'Europe/Berlin',
  fr: 'Europe/Paris',
  es: 'Europe/Madrid',
};
const LOCALE: Record<Language, string> = { en: 'en-US', tr: 'tr-TR', de: 'de-DE', fr: 'fr-FR', es: 'es-ES' };
const DAY_MS = 86_400_000;
const MAIL_SENT_AT = Date.UTC(2026, 10, 20, 12);

type Random = () => number;

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T;
}

function isoDay(offsetDays: number): string {
  return new Date(MAIL_SENT_AT + offsetDays * DAY_MS).toISOString().slice(0, 10);
}

/** The store has neither dates nor currency; these are made up, the same ones for the same seed. */
function orderFact(stored: Store['orders'][string], language: Language, random: Random): OrderFact {
  const variety: OrderStatus[] = ['shipped', 'out_for_delivery', 'on_hold', 'ready_for_pickup', 'refunded', 'returned'];
  const stays = random() < 0.6;
  const canonicalStatus = stays ? canonicalOrderStatus(stored.status) : pick(random, variety);
  const status = stays ? stored.status : canonicalStatus;
  const placed = -10 - Math.floor(random() * 30);
  const underWay: OrderStatus[] = ['shipped', 'out_for_delivery', 'ready_for_pickup', 'delivered'];
  const counted = new Map<string, { name: string; quantity: number; price: number }>();
  for (const item of stored.items) {
    const quantity = random() < 0.25 ? 2 + Math.floor(random() * 3) : 1;
    const known = counted.get(`${item.name}${item.price}`);
    if (known === undefined) counted.set(`${item.name}${item.price}`, { name: item.name, quantity, price: item.price });
    else known.quantity += 1;
  }
  const items = [...counted.values()];
  const total = Math.round(items.reduce((sum, item) => sum + item.price * item.quantity, 0) * 100) / 100;
  const tracking =
    stored.fulfillments[0]?.tracking_id[0] ?? String(100_000_000_000 + Math.floor(random() * 899_999_999_999));
  return {
    orderNumber: stored.order_id,
    status,
    canonicalStatus,
    placedAt: `${isoDay(placed)}T${String(8 + Math.floor(random() * 8)).padStart(2, '0')}:30:00Z`,
    currency: pick(random, CURRENCY[language]),
    total,
    items,
    ...(underWay.includes(canonicalStatus)
      ? {
          shipments: [
            {
              carrier: pick(random, ['DHL', 'UPS', 'FedEx']),
              trackingNumber: tracking,
              canonicalStatus,
              ...(canonicalStatus === 'shipped' ? { eta: isoDay(2 + Math.floor(random() * 9)) } : {}),
            },
          ],
        }
      : {}),
    ...(canonicalStatus === 'delivered' ? { deliveredAt: isoDay(-1 - Math.floor(random() * 8)) } : {}),
    ...(canonicalStatus === 'cancelled' ? { cancelledAt: isoDay(-1 - Math.floor(random() * 8)) } : {}),
    ...(canonicalStatus === 'refunded'
      ? { refund: { amount: total, status: 'completed', at: isoDay(-1 - Math.floor(random() * 6)) } }
      : {}),
  };
}

function changeDigit(random: Random, text: string): string {
  const places = [...text].flatMap((character, index) => (/\d/.test(character) ? [index] : []));
  const place = pick(random, places);
  const changed = (Number(text[place]) + 1 + Math.floor(random() * 9)) % 10;
  return text.slice(0, place) + changed + text.slice(place + 1);
}

function writeMoney(random: Random, language: Language, amount: number, currency: string): string {
  const number = new Intl.NumberFormat(LOCALE[language], {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    useGrouping: random() < 0.7,
  }).format(amount);
  const symbol = SYMBOL[currency];
  const forms = language === 'en' ? [`${number} ${currency}`, `${currency} ${number}`] : [`${number} ${currency}`];
  if (symbol !== undefined)
    forms.push(
      ...(language === 'en'
        ? [`${symbol}${number}`, `${symbol}${number}`]
        : [`${number} ${symbol}`, `${number}${symbol}`]),
    );
  if (currency === 'TRY') forms.push(`${number} TL`, `${number} TL`);
  if (currency === 'EUR' && language !== 'en')
    forms.push(`${number} ${language === 'de' || language === 'tr' ? 'Euro' : 'euros'}`);
  return pick(random, forms);
}

function writeDate(random: Random, language: Language, iso: string): string {
  const date = new Date(`${iso.slice(0, 10)}T12:00:00Z`);
  const form = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(LOCALE[language], { ...options, timeZone: 'UTC' }).format(date);
  const forms = [
    form({ day: 'numeric', month: 'long', year: 'numeric' }),
    form({ day: 'numeric', month: 'long' }),
    form({ day: 'numeric', month: 'long' }),
    form({ weekday: 'long', day: 'numeric', month: 'long' }),
    form({ day: '2-digit', month: '2-digit', year: 'numeric' }),
  ];
  if (language === 'en')
    forms.push(
      `${date.getUTCDate()} ${form({ month: 'long' })} ${date.getUTCFullYear()}`,
      `${form({ month: 'short' })} ${date.getUTCDate()}`,
    );
  return pick(random, forms);
}

interface Drafting {
  random: Random;
  language: Language;
  words: CorpusLanguage;
}

/** One order as the sentences name it; falsified drafts change a copy of this, not the evidence. */
interface Spoken {
  no: string;
  track: string | undefined;
  total: number;
  currency: string;
  status: OrderStatus;
  placed: string;
  delivered: string | undefined;
  eta: string | undefined;
  items: { name: string; quantity: number; price: number }[];
}

function spokenOf(order: OrderFact): Spoken {
  return {
    no: order.orderNumber,
    track: order.shipments?.[0]?.trackingNumber,
    total: order.total ?? 0,
    currency: order.currency ?? '',
    status: order.canonicalStatus,
    placed: order.placedAt ?? '',
    delivered: order.deliveredAt,
    eta: order.shipments?.[0]?.eta,
    items: (order.items ?? []) as Spoken['items'],
  };
}

type Topic = 'status' | 'track' | 'total' | 'placed' | 'delivered' | 'eta' | 'count' | 'price' | 'line' | 'not';

function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? `{${name}}`);
}

function sentenceFor(
  { random, language, words }: Drafting,
  topic: Topic,
  spoken: Spoken,
  named: boolean,
): string | undefined {
  const ref = named ? fill(pick(random, words.named), { no: spoken.no }) : pick(random, words.unnamed);
  const Ref = ref.charAt(0).toLocaleUpperCase(LOCALE[language]) + ref.slice(1);
  const item = pick(random, spoken.items);
  const values: Record<string, string> = {
    ref,
    Ref,
    no: spoken.no,
    track: spoken.track ?? '',
    total: writeMoney(random, language, spoken.total, spoken.currency),
    placed: writeDate(random, language, spoken.placed),
    delivered: spoken.delivered === undefined ? '' : writeDate(random, language, spoken.delivered),
    eta: spoken.eta === undefined ? '' : writeDate(random, language, spoken.eta),
    count:
      random() < 0.5
        ? String(spoken.items.length)
        : (words.numbers[spoken.items.length] ?? String(spoken.items.length)),
    item: item.name,
    price: writeMoney(random, language, item.price, spoken.currency),
    quantity: String(item.quantity),
  };
  const templates = ((): readonly string[] | undefined => {
    switch (topic) {
      case 'status':
        return words.status[spoken.status];
      case 'not':
        return spoken.status === 'shipped' || spoken.status === 'out_for_delivery'
          ? words.not.delivered
          : spoken.status === 'pending' || spoken.status === 'processing' || spoken.status === 'on_hold'
            ? words.not.shipped
            : undefined;
      case 'track':
        return spoken.track === undefined ? undefined : words.track;
      case 'delivered':
        return spoken.delivered === undefined ? undefined : words.delivered;
      case 'eta':
        return spoken.eta === undefined ? undefined : words.eta;
      case 'count':
        return spoken.items.length < 2 ? undefined : words.count;
      default:
        return words[topic];
    }
  })();
  // With several orders about, a sentence must say which one it means.
  const usable = named ? templates?.filter((template) => /\{(?:ref|Ref|no)\}/.test(template)) : templates;
  return usable === undefined || usable.length === 0 ? undefined : fill(pick(random, usable), values);
}

const TOPICS: readonly Topic[] = [
  'status',
  'status',
  'track',
  'total',
  'placed',
  'delivered',
  'eta',
  'count',
  'price',
  'line',
  'not',
];

function assemble({ random, words }: Drafting, facts: string[]): string {
  const body = [...facts];
  if (random() < 0.6) body.push(pick(random, words.neutral));
  if (random() < 0.3) body.splice(Math.floor(random() * body.length), 0, pick(random, words.neutral));
  const joint = random() < 0.3 ? '\n' : ' ';
  const opening = random() < 0.7 ? `${pick(random, words.openings)} ` : '';
  return `${pick(random, words.greetings)}\n\n${opening}${body.join(joint)}\n\n${pick(random, words.closings)}`;
}

const SNIPPET_LANGUAGES = ['returns', 'shipping'] as const;

function evidenceFor(
  drafting: Drafting,
  orders: OrderFact[],
  appointments: AppointmentFact[],
): GroundingInput['evidence'] {
  const { language, words } = drafting;
  return {
    orders,
    appointments,
    snippets: SNIPPET_LANGUAGES.map((key) => ({ key, text: words.snippets[key], language })),
    profile: {
      name: 'Corner Shop 24',
      locale: LOCALE[language],
      timeZone: ZONE[language],
      website: 'https://www.cornershop24.example',
      supportEmail: 'help@cornershop24.example',
      supportPhone: '+49 30 5550 1234',
      signature: 'Corner Shop 24',
    },
    customerText: words.question,
  };
}

/** Statuses that would be untrue of an order with the given one. */
function otherStatuses(words: CorpusLanguage, actual: OrderStatus): OrderStatus[] {
  return (Object.keys(words.status) as OrderStatus[]).filter((status) => !isTrueStatement(status, actual));
}

function isAlsoTrue(iso: string, order: OrderFact): boolean {
  const days = [order.placedAt, order.deliveredAt, order.cancelledAt, order.refund?.at, order.shipments?.[0]?.eta];
  return days.some((day) => day?.slice(0, 10) === iso.slice(0, 10));
}

function movedDate(random: Random, iso: string, order: OrderFact): string {
  for (;;) {
    const moved = new Date(
      Date.parse(`${iso.slice(0, 10)}T12:00:00Z`) + pick(random, [-10, -7, -3, -2, 2, 3, 5, 10, 20]) * DAY_MS,
    ).toISOString();
    // A neighbouring day could be true in another time zone.
    const neighbours = [-1, 0, 1].map((days) => new Date(Date.parse(moved) + days * DAY_MS).toISOString());
    if (!neighbours.some((day) => isAlsoTrue(day, order))) return moved;
  }
}

function changedAmount(random: Random, amount: number): number {
  for (;;) {
    const changed = Number(changeDigit(random, amount.toFixed(2)));
    if (changed !== amount && changed > 0) return changed;
  }
}

/** A false sentence of the kind asked for, or undefined where this order does not allow it. */
function falseSentence(drafting: Drafting, kind: CorpusKind, order: OrderFact, named: boolean): string | undefined {
  const { random, words } = drafting;
  const spoken = spokenOf(order);
  switch (kind) {
    case 'order number digit':
      return sentenceFor(
        drafting,
        'status',
        { ...spoken, no: `#${spoken.no.charAt(1)}${changeDigit(random, spoken.no.slice(2))}` },
        true,
      );
    case 'tracking digit':
      return spoken.track === undefined
        ? undefined
        : sentenceFor(drafting, 'track', { ...spoken, track: changeDigit(random, spoken.track) }, named);
    case 'money digit': {
      if (random() < 0.5)
        return sentenceFor(drafting, 'total', { ...spoken, total: changedAmount(random, spoken.total) }, named);
      const item = pick(random, spoken.items);
      return sentenceFor(
        drafting,
        'price',
        { ...spoken, items: [{ ...item, price: changedAmount(random, item.price) }] },
        named,
      );
    }
    case 'date digit': {
      const topic = pick(
        random,
        (['placed', 'delivered', 'eta'] as const).filter(
          (field) => spoken[field] !== undefined && spoken[field] !== '',
        ),
      );
      return sentenceFor(drafting, topic, { ...spoken, [topic]: movedDate(random, spoken[topic] ?? '', order) }, named);
    }
    case 'quantity': {
      const item = pick(random, spoken.items);
      if (random() < 0.5 || spoken.items.length < 2)
        return sentenceFor(
          drafting,
          'line',
          { ...spoken, items: [{ ...item, quantity: item.quantity + 1 + Math.floor(random() * 4) }] },
          named,
        );
      const pieces = spoken.items.reduce((sum, each) => sum + each.quantity, 0);
      const wrong = [2, 3, 4, 5, 6, 7].filter((count) => count !== spoken.items.length && count !== pieces);
      const count = pick(random, wrong);
      return sentenceFor(drafting, 'count', { ...spoken, items: Array.from({ length: count }, () => item) }, named);
    }
    case 'other status': {
      if (random() < 0.2 && ['delivered', 'shipped'].includes(spoken.status)) {
        const not = spoken.status === 'delivered' ? words.not.delivered : words.not.shipped;
        const ref = named ? fill(pick(random, words.named), { no: spoken.no }) : pick(random, words.unnamed);
        return fill(pick(random, not), {
          ref,
          Ref: ref.charAt(0).toLocaleUpperCase(LOCALE[drafting.language]) + ref.slice(1),
          no: spoken.no,
        });
      }
      return sentenceFor(
        drafting,
        'status',
        { ...spoken, status: pick(random, otherStatuses(words, spoken.status)) },
        named,
      );
    }
    case 'other currency':
      return sentenceFor(
        drafting,
        'total',
        {
          ...spoken,
          currency: pick(
            random,
            ['USD', 'EUR', 'GBP', 'TRY'].filter(
              (code) => code !== spoken.currency && !(code === 'USD' && spoken.currency === 'MXN'),
            ),
          ),
        },
        named,
      );
    case 'invented promise':
      // Said of a refunded order, some of them would be true.
      if (spoken.status === 'refunded') return undefined;
      return pick(random, words.inventedPromises);
    case 'invented link or phone':
      return pick(random, words.inventedContacts);
    default:
      return undefined;
  }
}

function appointmentDraft(drafting: Drafting, falsified: boolean): CorpusDraft {
  const { random, language, words } = drafting;
  const startsAt = `${isoDay(1 + Math.floor(random() * 20))}T${String(8 + Math.floor(random() * 9)).padStart(2, '0')}:${pick(random, ['00', '15', '30', '45'])}:00Z`;
  const appointment: AppointmentFact = {
    id: `ap${100 + Math.floor(random() * 899)}`,
    startsAt,
    status: 'confirmed',
    service: 'Consultation',
  };
  const wrong = random() < 0.5;
  const spokenDay =
    falsified && wrong ? new Date(Date.parse(startsAt) + pick(random, [-3, 2, 5, 10]) * DAY_MS) : new Date(startsAt);
  const spokenTime =
    falsified && !wrong
      ? new Date(Date.parse(startsAt) + pick(random, [-2, 1, 3]) * 3_600_000 + pick(random, [0, 15]) * 60_000)
      : new Date(startsAt);
  const zone = ZONE[language];
  const localDay = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(spokenDay);
  const time = new Intl.DateTimeFormat(LOCALE[language], { timeZone: zone, hour: 'numeric', minute: '2-digit' }).format(
    spokenTime,
  );
  const sentence = fill(pick(random, words.appointment), { date: writeDate(random, language, localDay), time });
  return {
    kind: falsified ? 'appointment' : 'true',
    input: inputFor(drafting, assemble(drafting, [sentence]), [], [appointment]),
  };
}

function inputFor(
  drafting: Drafting,
  body: string,
  orders: OrderFact[],
  appointments: AppointmentFact[],
): GroundingInput {
  return {
    body,
    language: drafting.language,
    mailSentAt: new Date(MAIL_SENT_AT).toISOString(),
    evidence: evidenceFor(drafting, orders, appointments),
  };
}

const FALSE_KINDS: readonly CorpusKind[] = [
  'order number digit',
  'tracking digit',
  'money digit',
  'date digit',
  'quantity',
  'other status',
  'other status',
  'other currency',
  'swapped between orders',
  'invented promise',
  'invented link or phone',
  'appointment',
];

function swappedDraft(drafting: Drafting, first: OrderFact, second: OrderFact): string | undefined {
  const [one, two] = [spokenOf(first), spokenOf(second)];
  const topic = pick(drafting.random, ['track', 'total', 'placed', 'status'] as const);
  if (topic === 'track' && (one.track === undefined || two.track === undefined)) return undefined;
  if (topic === 'total' && one.total === two.total) return undefined;
  if (topic === 'placed' && Math.abs(Date.parse(one.placed) - Date.parse(two.placed)) < 2.5 * DAY_MS) return undefined;
  if (topic === 'status' && isTrueStatement(two.status, one.status) && isTrueStatement(one.status, two.status))
    return undefined;
  const swap = (own: Spoken, other: Spoken): Spoken =>
    topic === 'track'
      ? { ...own, track: other.track }
      : topic === 'total'
        ? { ...own, total: other.total, currency: other.currency }
        : { ...own, [topic]: other[topic] };
  const sentences = [
    sentenceFor(drafting, topic, swap(one, two), true),
    sentenceFor(drafting, topic, swap(two, one), true),
  ];
  return sentences.includes(undefined) ? undefined : assemble(drafting, sentences as string[]);
}

/**
 * `count` drafts in a language over the store, half of them true, half with one thing made false. The sentences come
 * from `grounding-sentences.ts`, which was written without looking at the guard's own lexicons.
 */
export function generateGroundingCorpus(store: Store, language: Language, count: number, seed: number): CorpusDraft[] {
  const random = seededRandom(seed);
  const words = CORPUS_LANGUAGES[language];
  const drafting: Drafting = { random, language, words };
  const stored = Object.values(store.orders);
  const drafts: CorpusDraft[] = [];
  while (drafts.length < count) {
    const falsified = drafts.length % 2 === 1;
    const kind = falsified ? pick(random, FALSE_KINDS) : 'true';
    if (kind === 'appointment' || (!falsified && random() < 0.08)) {
      drafts.push(appointmentDraft(drafting, falsified));
      continue;
    }
    const pair = kind === 'swapped between orders' || random() < 0.3;
    const first = orderFact(pick(random, stored), language, random);
    const second = orderFact(pick(random, stored), language, random);
    if (first.orderNumber === second.orderNumber) continue;
    const orders = pair ? [first, second] : [first];
    if (kind === 'swapped between orders') {
      const body = swappedDraft(drafting, first, second);
      if (body !== undefined) drafts.push({ kind, input: inputFor(drafting, body, orders, []) });
      continue;
    }
    const facts: string[] = [];
    for (const order of orders) {
      const wanted = pair ? 1 : 1 + Math.floor(random() * 3);
      const topics = new Set(Array.from({ length: wanted }, () => pick(random, TOPICS)));
      for (const topic of topics) {
        const sentence = sentenceFor(drafting, topic, spokenOf(order), pair || random() < 0.6);
        if (sentence !== undefined) facts.push(sentence);
      }
    }
    if (falsified) {
      const sentence = falseSentence(drafting, kind, first, pair || random() < 0.6);
      if (sentence === undefined) continue;
      facts.splice(Math.floor(random() * (facts.length + 1)), 0, sentence);
    } else if (random() < 0.15) {
      facts.push(pick(random, words.policies));
    }
    if (facts.length === 0) continue;
    drafts.push({ kind, input: inputFor(drafting, assemble(drafting, facts), orders, []) });
  }
  return drafts;
}
