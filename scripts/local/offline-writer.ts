import type { ComposeAnswer, ComposeDocument, PromptSource } from '../../src/drafting/prompt-document.ts';
import { isLanguage, type Language } from '../../src/lib/languages.ts';
import type { AppointmentFact, OrderFact, OrderStatus, ShipmentFact } from '../../src/tools/facts.ts';
import { WRITER_SENTENCES, type WriterSentences } from './offline-writer-sentences.ts';

const LONGEST_QUOTE = 1_200;
const MOST_ITEMS = 10;
const MAIL_LENGTH_READ = 8_000;

interface Writing {
  language: Language;
  sentences: WriterSentences;
  timeZone: string;
  used: Set<number>;
}

type Source<K extends PromptSource['kind']> = Extract<PromptSource, { kind: K }>;

/**
 * Writes the reply that a compose document asks for, from the facts in its sources alone: no model, no chance. What the
 * sources do not hold is left to a colleague. Examples are not read. Greeting included, closing not.
 */
export function writeReply(document: ComposeDocument): ComposeAnswer {
  const language = isLanguage(document.language) ? document.language : 'en';
  const writing: Writing = {
    language,
    sentences: WRITER_SENTENCES[language],
    timeZone: isTimeZone(document.business.timeZone) ? document.business.timeZone : 'UTC',
    used: new Set(),
  };
  const paragraphs = document.repair ? careful(document, writing) : full(document, writing);
  return {
    body: [writing.sentences.greeting, ...paragraphs.map((lines) => lines.join('\n'))].join('\n\n'),
    sources: [...writing.used].sort((a, b) => a - b),
  };
}

/** A paragraph is a list of lines; a line holds whole sentences. */
type Paragraph = string[];

function full(document: ComposeDocument, writing: Writing): Paragraph[] {
  const { sentences } = writing;
  if (document.intent === 'NO_REPLY') return [[sentences.thanks]];
  const opening = document.intent === 'COMPLAINT' ? `${sentences.thanks} ${sentences.apology}` : sentences.thanks;
  const orders = ordersAskedFor(document);
  const facts: Paragraph[] = [];
  let answered = false;

  if (orders.length === 1 && orders[0]) {
    facts.push(...writeOrder(orders[0], document.intent, writing));
    answered = answers(document.intent, orders[0].order);
  } else if (orders.length > 1) {
    facts.push([sentences.severalOrders, ...orders.map((source) => orderLine(source, writing))]);
    answered = orders.every(({ order }) => answers(document.intent, order));
  }
  const appointments = sourcesOf(document, 'appointment');
  for (const source of appointments) facts.push(writeAppointment(source, writing));
  if (document.intent === 'APPOINTMENT' && appointments.length > 0) answered = asksForTimeOnly(document);

  const quote = quoteAnswer(document, writing, orders.length + appointments.length > 0 ? 3 : 2);
  if (quote) {
    facts.push([quote]);
    if (!needsAPerson(document.intent)) answered = true;
  }
  if (!answered) facts.push([sentences.colleagueChecks]);
  return [[opening], ...facts];
}

/** The repair: the same reply without the sentences that hold what was found wrong; in doubt, no fact at all. */
function careful(document: ComposeDocument, writing: Writing): Paragraph[] {
  const { sentences } = writing;
  const wrong = quotedIn(document.repair?.problems ?? []);
  let left = 0;
  const kept = full({ ...document, repair: undefined } as ComposeDocument, writing)
    .map((lines) =>
      lines
        .map((line) =>
          splitSentences(line)
            .filter((sentence) => {
              const isWrong = wrong.some((text) => fold(sentence).includes(text));
              if (isWrong) left += 1;
              return !isWrong;
            })
            .join(' '),
        )
        .filter((line) => line !== '' && line !== sentences.colleagueChecks),
    )
    .filter((lines) => lines.length > 0);
  if (left === 0) {
    writing.used.clear();
    return [[sentences.thanks], [sentences.colleagueChecks]];
  }
  return [...kept, [sentences.colleagueChecks]];
}

/** The texts in quotation marks of the problems, folded; a problem without any names nothing that could be left out. */
function quotedIn(problems: string[]): string[] {
  return problems
    .flatMap((problem) =>
      [...problem.matchAll(/["“„«']([^"“”„«»']{1,300})["”“»']/gu)].map((match) => fold(match[1] ?? '')),
    )
    .filter((text) => text.trim() !== '');
}

function sourcesOf<K extends PromptSource['kind']>(document: ComposeDocument, kind: K): Source<K>[] {
  return document.sources.filter((source): source is Source<K> => source.kind === kind);
}

/** The orders whose numbers the mail names, or all. */
function ordersAskedFor(document: ComposeDocument): Source<'order'>[] {
  const orders = sourcesOf(document, 'order');
  const mail = fold(mailText(document));
  const named = orders.filter(({ order }) => mail.includes(fold(order.orderNumber).replace(/^#/, '')));
  return named.length > 0 ? named : orders;
}

function mailText({ customerMail }: ComposeDocument): string {
  return `${customerMail.subject}\n${customerMail.text}`.slice(0, MAIL_LENGTH_READ);
}

/** Requests that somebody has to act on: facts alone do not answer them. */
function needsAPerson(intent: ComposeDocument['intent']): boolean {
  return ['RETURN', 'REFUND', 'CANCELLATION', 'INVOICE', 'COMPLAINT', 'ACCOUNT'].includes(intent);
}

/** Whether the order's own facts say what the intent asks. */
function answers(intent: ComposeDocument['intent'], order: OrderFact): boolean {
  const arrived = ['delivered', 'cancelled', 'returned', 'refunded'].includes(order.canonicalStatus);
  const shipments = order.shipments ?? [];
  switch (intent) {
    case 'ORDER':
      return order.canonicalStatus !== 'unknown';
    case 'TRACKING':
      return arrived || shipments.some((shipment) => shipment.trackingNumber);
    case 'DELIVERY':
      return arrived || shipments.some((shipment) => shipment.eta);
    case 'REFUND':
      return order.refund !== undefined || order.canonicalStatus === 'refunded';
    case 'CANCELLATION':
      return order.canonicalStatus === 'cancelled';
    default:
      return false;
  }
}

/** A mail that moves or cancels an appointment asks for more than its time; a short question does not. */
function asksForTimeOnly(document: ComposeDocument): boolean {
  return mailText(document).includes('?') && mailText(document).length < 200;
}

function writeOrder(
  { index, order }: Source<'order'>,
  intent: ComposeDocument['intent'],
  writing: Writing,
): Paragraph[] {
  const { sentences } = writing;
  writing.used.add(index);
  const say = (template: string, values: Record<string, string | undefined>) => fill(template, values);
  const date = (value: string | undefined) => (value === undefined ? undefined : formatDate(value, writing));
  const first = [
    statusSentence(order, writing),
    order.canonicalStatus === 'delivered' && say(sentences.deliveredAt, { date: date(order.deliveredAt) }),
    order.canonicalStatus === 'cancelled' && say(sentences.cancelledAt, { date: date(order.cancelledAt) }),
  ];
  const more: (string | false | undefined)[] = [];
  if (intent === 'ORDER' || intent === 'INVOICE') {
    more.push(
      say(sentences.placedAt, { date: date(order.placedAt) }),
      say(sentences.items, { items: listItems(order, writing) }),
      say(sentences.total, { amount: formatMoney(order.total, order.currency, writing) }),
    );
  }
  if (intent === 'INVOICE') more.push(say(sentences.invoice, { invoice: order.invoiceNumber }));
  if (intent === 'RETURN') more.push(say(sentences.returnableUntil, { date: date(order.returnableUntil) }));
  if (order.refund && ['REFUND', 'RETURN', 'CANCELLATION'].includes(intent)) {
    const { amount, status, at } = order.refund;
    more.push(
      say(sentences.refundAmount, { amount: formatMoney(amount, order.currency, writing) }),
      say(sentences.refundStatus, { status }),
      say(sentences.refundDate, { date: date(at) }),
    );
  }
  const paragraphs: Paragraph[] = [[[...first, ...more].filter(Boolean).join(' ')]];
  if (['ORDER', 'TRACKING', 'DELIVERY'].includes(intent)) paragraphs.push(writeShipments(order, writing));
  return paragraphs.filter((lines) => lines.length > 0);
}

function writeShipments(order: OrderFact, writing: Writing): Paragraph {
  const arrived = ['delivered', 'cancelled', 'returned', 'refunded'].includes(order.canonicalStatus);
  const lines = (order.shipments ?? [])
    .map((shipment) => shipmentSentences(shipment, arrived, writing))
    .filter((line) => line !== '');
  if (lines.length < 2) return lines;
  return [writing.sentences.severalShipments, ...lines.map((line) => `- ${line}`)];
}

function shipmentSentences(shipment: ShipmentFact, arrived: boolean, writing: Writing): string {
  const { sentences } = writing;
  const { trackingNumber: tracking, carrier } = shipment;
  return [
    carrier === undefined
      ? fill(sentences.tracking, { tracking })
      : fill(sentences.trackingWithCarrier, { tracking, carrier: oneLine(carrier) }),
    !arrived && shipment.eta !== undefined && fill(sentences.expectedAt, { date: formatDate(shipment.eta, writing) }),
  ]
    .filter(Boolean)
    .join(' ');
}

function statusSentence(order: OrderFact, { sentences }: Writing): string {
  return order.canonicalStatus === 'unknown'
    ? (fill(sentences.statusUnknown, { order: order.orderNumber, status: oneLine(order.status) }) ?? '')
    : (fill(sentences.statusOf[order.canonicalStatus], { order: order.orderNumber }) ?? '');
}

function orderLine({ index, order }: Source<'order'>, writing: Writing): string {
  writing.used.add(index);
  const status: OrderStatus = order.canonicalStatus;
  const word = status === 'unknown' ? oneLine(order.status) : writing.sentences.statusWord[status];
  const arrived = ['delivered', 'cancelled', 'returned', 'refunded'].includes(status);
  const shipments = (order.shipments ?? []).map((shipment) => shipmentSentences(shipment, arrived, writing));
  return [`- ${order.orderNumber}: ${word}.`, ...shipments.filter((line) => line !== '')].join(' ');
}

const CONFIRMED = /^(confirmed|booked|scheduled|onaylandı|bestätigt|confirmé|confirmada)$/iu;
const CANCELLED = /^(cancell?ed|iptal edildi|abgesagt|storniert|annulé|cancelada)$/iu;

function writeAppointment({ index, appointment }: Source<'appointment'>, writing: Writing): Paragraph {
  const { sentences } = writing;
  writing.used.add(index);
  const place = appointmentDetails(appointment, sentences);
  const status = appointment.status.trim();
  const standing = CONFIRMED.test(status)
    ? sentences.appointmentStatus.confirmed
    : CANCELLED.test(status)
      ? sentences.appointmentStatus.cancelled
      : fill(sentences.appointmentOtherStatus, { status: oneLine(status) });
  const when = fill(sentences.appointment, {
    date: formatDate(appointment.startsAt, writing),
    time: formatTime(appointment.startsAt, writing),
  });
  return [[when, standing].filter(Boolean).join(' '), ...place];
}

function appointmentDetails(appointment: AppointmentFact, sentences: WriterSentences): string[] {
  return [
    fill(sentences.appointmentService, { service: appointment.service }),
    fill(sentences.appointmentPlace, { location: appointment.location }),
    fill(sentences.appointmentStaff, { staff: appointment.staff }),
  ].filter((line) => line !== undefined);
}

/** Text of the business that answers the mail best: a snippet, a fact or a field of its profile; none below `minimum`. */
function quoteAnswer(document: ComposeDocument, writing: Writing, minimum: number): string | undefined {
  const { sentences } = writing;
  const common = new Set(stems(sentences.commonWords, new Set()));
  const asked = new Set(stems(mailText(document), common));
  const candidates = sourcesOf(document, 'snippet').map(({ index, key, text }) => ({
    index,
    text,
    score: overlap(stems(text, common), asked) + 2 * overlap(stems(key.replace(/[-_.]/g, ' '), common), asked),
  }));
  for (const { index, profile } of sourcesOf(document, 'profile')) {
    for (const fact of (profile.facts ?? '').split('\n').filter((line) => line.trim() !== '')) {
      candidates.push({ index, text: fact, score: overlap(stems(fact, common), asked) });
    }
    const words = fold(mailText(document)).replace(/e-?mail/g, 'email');
    for (const [field, beginnings] of Object.entries(sentences.profileQuestions)) {
      const value = profile[field];
      const isAsked = beginnings.some((beginning) => new RegExp(`(^|[^a-z])${beginning}`).test(words));
      const label = sentences.profile[field as keyof WriterSentences['profile']];
      if (value && isAsked) candidates.push({ index, text: fill(label, { value }) ?? '', score: 2 });
    }
  }
  const best = candidates.reduce<(typeof candidates)[number] | undefined>(
    (winner, candidate) => (candidate.score > (winner?.score ?? minimum - 1) ? candidate : winner),
    undefined,
  );
  if (!best) return undefined;
  writing.used.add(best.index);
  return shorten(best.text.trim());
}

/** First letters of the words that carry meaning: a crude stem that holds across the inflections of all five languages. */
function stems(text: string, common: Set<string>): string[] {
  const words = fold(text).match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  return words.map((word) => word.slice(0, 5)).filter((stem) => !common.has(stem));
}

function overlap(words: string[], asked: Set<string>): number {
  return new Set(words.filter((word) => asked.has(word))).size;
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ı', 'i').replaceAll('ß', 'ss');
}

/** At most `LONGEST_QUOTE` characters, cut after a sentence where one ends. */
function shorten(text: string): string {
  if (text.length <= LONGEST_QUOTE) return text;
  const start = text.slice(0, LONGEST_QUOTE);
  const end = Math.max(
    start.lastIndexOf('. '),
    start.lastIndexOf('\n'),
    start.lastIndexOf('! '),
    start.lastIndexOf('? '),
  );
  return end > 0 ? start.slice(0, end + 1).trim() : start.slice(0, start.lastIndexOf(' ')).trim();
}

function splitSentences(line: string): string[] {
  return line.split(/(?<=[.!?]) (?=\S)/u);
}

/** Undefined where a value is missing: a sentence with a gap is not written. */
function fill(template: string, values: Record<string, string | undefined>): string | undefined {
  let missing = false;
  const text = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined || value === '') missing = true;
    return value ?? '';
  });
  return missing ? undefined : text;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function listItems(order: OrderFact, { language }: Writing): string | undefined {
  const items = order.items ?? [];
  if (items.length === 0 || items.length > MOST_ITEMS) return undefined;
  return new Intl.ListFormat(language).format(items.map((item) => `${item.quantity} × ${oneLine(item.name)}`));
}

function formatMoney(
  amount: number | undefined,
  currency: string | undefined,
  { language }: Writing,
): string | undefined {
  if (amount === undefined || !Number.isFinite(amount)) return undefined;
  const plain = () =>
    new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(amount);
  if (currency === undefined) return plain();
  try {
    return new Intl.NumberFormat(language, { style: 'currency', currency }).format(amount);
  } catch {
    return `${plain()} ${oneLine(currency)}`;
  }
}

/** A date without a time is that day everywhere; an instant is the day it falls on at the business. */
function formatDate(value: string, { language, timeZone }: Writing): string {
  const instant = new Date(value);
  if (Number.isNaN(instant.getTime())) return oneLine(value);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(value.trim());
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: isDay ? 'UTC' : timeZone }).format(instant);
}

function formatTime(value: string, { language, timeZone }: Writing): string | undefined {
  const instant = new Date(value);
  if (Number.isNaN(instant.getTime())) return undefined;
  return new Intl.DateTimeFormat(language, { timeStyle: 'short', timeZone }).format(instant);
}

function isTimeZone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
