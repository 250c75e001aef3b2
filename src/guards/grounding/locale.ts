import type { Language } from '../../lib/languages.ts';

/**
 * What a body can say of an order's or appointment's state. Finer than the canonical status where the wording is
 * ("on its way" is over once delivered), with states besides that no order has ("replaced", "paid").
 */
export const STATED_STATUSES = [
  'pending',
  'processing',
  /** Said of pending and on-hold alike ("waiting"). */
  'waiting',
  'shipped',
  /** Is under way at this moment. */
  'in_transit',
  'out_for_delivery',
  'ready_for_pickup',
  'delivered',
  'on_hold',
  'delayed',
  'lost',
  'cancelled',
  'returned',
  'refunded',
  'refund_started',
  'replaced',
  'paid',
  'confirmed',
  'rescheduled',
  'completed',
] as const;
export type StatedStatus = (typeof STATED_STATUSES)[number];

export const PROMISE_KINDS = [
  'refund',
  'replacement',
  'ship',
  'deliver',
  'cancel',
  'discount',
  'return',
  'change',
  'appointment',
] as const;
export type PromiseKind = (typeof PROMISE_KINDS)[number];

/** What a date in the same clause is the date of. */
export const DATE_LABELS = [
  'placed',
  'shipped',
  'delivered',
  'expected',
  'cancelled',
  'returnBy',
  'refunded',
  'appointment',
] as const;
export type DateLabel = (typeof DATE_LABELS)[number];

/** What an amount in the same clause is the amount of. */
export const MONEY_LABELS = ['total', 'refund', 'price', 'shipping', 'discount', 'tax'] as const;
export type MoneyLabel = (typeof MONEY_LABELS)[number];

/** What a value in a business's text is said of: the same value of another matter is no evidence. */
export const TOPICS = [
  'dispatch',
  'delivery',
  'returns',
  'refund',
  'opening',
  'payment',
  'warranty',
  'response',
  'exchange',
  'discount',
  'tax',
  'pickup',
  'cancel',
  'appointment',
  'repair',
] as const;
export type Topic = (typeof TOPICS)[number];

export const COUNTED_UNITS = [
  'item',
  'piece',
  'order',
  'shipment',
  'appointment',
  'minute',
  'hour',
  'day',
  'businessDay',
  'week',
  'month',
  'year',
] as const;
export type CountedUnit = (typeof COUNTED_UNITS)[number];

/**
 * Everything that grounding knows of one language. Words and phrases are written as people write them (accents and
 * case are folded away). In phrases `a*` is any ending, ` ~ ` up to three words between, ` ~~ ` up to eight,
 * and `(a|b)`, `?` are as in a regular expression; brackets do not capture.
 */
export interface GroundingLocale {
  language: Language;
  decimalSeparator: '.' | ',';
  /** Order of 03/04/2026. */
  dateOrder: 'day-month' | 'month-day';
  /** Forms of month names beyond those that `Intl` gives, January first. */
  monthForms: readonly (readonly string[])[];
  /** Forms of weekday names beyond those that `Intl` gives, Sunday first. */
  weekdayForms: readonly (readonly string[])[];
  /** May stand between day and month, and month and year ("24 de diciembre"). */
  dateConnectors: readonly string[];
  numberWords: Readonly<Record<string, number>>;
  /** Words for days of the month: "first", "ersten", "premier". */
  ordinalWords: Readonly<Record<string, number>>;
  scaleWords: Readonly<Record<string, number>>;
  /** Days from the mail's date. */
  relativeDays: Readonly<Record<string, number>>;
  /** `{n}` stands for the number, `{unit}` for a word of `units`. */
  relativeAgo: readonly string[];
  relativeAhead: readonly string[];
  /** "next Monday", "next week": words before the weekday or week; and words behind it. */
  nextWords: readonly string[];
  lastWords: readonly string[];
  thisWords: readonly string[];
  /** Relative words that mean something else in other languages: used only for bodies in this one. */
  ambiguousWords: readonly string[];
  /** Phrases in which a relative word is not a date ("por la mañana"). */
  notDates: readonly string[];
  /** Words directly before a bare month ("in December"). */
  monthPrepositions: readonly string[];
  units: Readonly<Record<CountedUnit, readonly string[]>>;
  /** Between the two numbers of a range. */
  rangeWords: readonly string[];
  /** ISO 4217 code to words. `DOLLAR` stands for any dollar. */
  currencies: Readonly<Record<string, readonly string[]>>;
  percentWords: readonly string[];
  percentPrefixes: readonly string[];
  /** Directly before a time ("saat", "um") and directly behind one ("Uhr"). */
  timePrefixes: readonly string[];
  timeSuffixes: readonly string[];
  nouns: {
    order: readonly string[];
    tracking: readonly string[];
    appointment: readonly string[];
    phone: readonly string[];
    /** Mail and talk: what is said of these is not said of an order. */
    message: readonly string[];
    invoice: readonly string[];
  };
  /** Said of all of the customer's orders at once. */
  everyOrder: readonly string[];
  /** Words that number things ("step 2", "option 1"). */
  countingContexts: readonly string[];
  conjunctions: readonly string[];
  negations: readonly string[];
  /** Negations that follow what they negate (Turkish "değil"). */
  trailingNegations: readonly string[];
  /** Look like negations and are none ("not only"). */
  falseNegations: readonly string[];
  conditionals: readonly string[];
  /** Conditions that stand behind what they condition (Turkish "olursa", "takdirde"). */
  trailingConditionals: readonly string[];
  questionStarts: readonly string[];
  /** "usually": what follows is a policy, not this order's state. */
  habitual: readonly string[];
  /** Directly before a status: it is wished, allowed or still to be done, not stated ("to be", "can be"). */
  unstated: readonly string[];
  /** Put what follows them into the future ("will"). */
  futures: readonly string[];
  /** Put it into the past ("has been"): what follows is stated, not promised. */
  pasts: readonly string[];
  /** "you wrote", "as you mention". */
  attributions: readonly string[];
  statuses: Readonly<Record<StatedStatus, readonly string[]>>;
  /** Forms that carry their negation in themselves ("edilmedi", "undelivered"). */
  negatedStatuses: Readonly<Partial<Record<StatedStatus, readonly string[]>>>;
  promises: {
    /** Commit the writer to the action that stands near: "will", "happy to". */
    markers: readonly string[];
    actions: Readonly<Record<PromiseKind, readonly string[]>>;
    /** Commitments that need no marker: "edilecek", "rembourserons", "we refund". */
    complete: Readonly<Record<PromiseKind, readonly string[]>>;
    /** Commitments not to do something ("edilmeyecek"). */
    refusals: Readonly<Partial<Record<PromiseKind, readonly string[]>>>;
    /** Commit to what the sentence before was about: "we will make it", "consider it done". */
    proForms: readonly string[];
    /** Affirm a question that stands right before: "yes", "it is". */
    affirmations: readonly string[];
    /** Between marker and action, these make it an undertaking to look, check or reply. */
    undertakings: readonly string[];
  };
  dateLabels: Readonly<Record<DateLabel, readonly string[]>>;
  /** Where the label of a date or amount stands. */
  labelPosition: 'before' | 'after' | 'either';
  moneyLabels: Readonly<Record<MoneyLabel, readonly string[]>>;
  vague: readonly string[];
  topics: Readonly<Record<Topic, readonly string[]>>;
  /** Before a noun, they make it the point from which time is counted ("30 days after delivery"). */
  referenceWords: readonly string[];
  /** The same behind a noun ("teslimattan sonra"). */
  trailingReferences: readonly string[];
  /** Name to month and day ("12-24"); empty where the day moves from year to year. */
  holidays: Readonly<Record<string, string>>;
  /** Directly before a holiday that is meant as a date; empty where endings say so. */
  holidayPrepositions: readonly string[];
  /** "your"; empty where an ending says so. */
  possessives: readonly string[];
  /** End a noun phrase in front of them ("your lamp | is on its way"). */
  clauseVerbs: readonly string[];
  /** Things of the customer that a shop speaks of and that are no goods: "your order", "your refund". */
  shopThings: readonly string[];
  /** Arrive, too, and are no parcels. */
  paymentNouns: readonly string[];
  refundNouns: readonly string[];
  /** Between a parcel and the name of a place: "is currently in". */
  placeVerbs: readonly string[];
  /** Stand where a place could and are none ("in transit"). */
  notPlaces: readonly string[];
  /** Before goods that an order is said to hold. */
  containing: readonly string[];
  /** Between "shipped" and the carrier's name. */
  carrierPrepositions: readonly string[];
  determiners: readonly string[];
  /** Times of day that no clock shows ("close of business"). */
  namedTimes: readonly string[];
  /** And those that one does, in minutes ("noon"). */
  clockTimes: Readonly<Record<string, number>>;
  /** Before a single unit of time: "within a year". */
  withinWords: readonly string[];
  weekendWords: readonly string[];
  /** Number words that mean something else where they count nothing ("un article neuf"). */
  notCounts: readonly string[];
  /** Ask the customer for something: numbers in them count what is asked for. */
  requests: readonly string[];
  monthEnds: readonly string[];
  /** Say that the customer wants what follows (in Turkish: what stands before). */
  wishes: readonly string[];
  /** "dot" in spelled-out addresses. */
  dotWords: readonly string[];
  atWords: readonly string[];
}
