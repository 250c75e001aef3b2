/** What a customer's words may say, in any language. The rules of `classify-intent.ts` combine these and know no language. */
export const CONCEPTS = [
  'order',
  'parcel',
  'item',
  'ownThing',
  'bought',
  'track',
  'whereIs',
  'status',
  'when',
  'arrive',
  'notArrived',
  'deliver',
  'deliveryProblem',
  'deliveryArea',
  'address',
  'change',
  'setUp',
  'wrong',
  'defect',
  'return',
  'fit',
  'refund',
  'cancel',
  'invoice',
  'bill',
  'fetch',
  'owe',
  'policy',
  'fee',
  'option',
  'payment',
  'charged',
  'problem',
  'account',
  'plan',
  'login',
  'register',
  'newsletter',
  'appointment',
  'complaint',
  'anger',
  'review',
  'human',
  'contact',
  'hours',
  'buy',
  'product',
  'thanks',
  'filler',
  'generalQuestion',
  'elsewhere',
] as const;
export type Concept = (typeof CONCEPTS)[number];

/**
 * Words of one language. A pattern is one or more words without accents or capitals: `track*` matches every word that
 * begins so, `_` stands for up to two words in between.
 */
export interface TriageLexicon {
  concepts: Record<Concept, readonly string[]>;
  /** Words that look like a misspelt pattern and are none. */
  notTypos: readonly string[];
  /** How a mail names a number. */
  identifiers: {
    order: readonly string[];
    tracking: readonly string[];
    appointment: readonly string[];
    invoice: readonly string[];
    /** "number", "no", "ref": with one of these between word and value, short values count too. */
    number: readonly string[];
    /** Words that may stand between the noun and its number. */
    connector: readonly string[];
    /** Connectors that say "the number is": in "the tracking number of my order is 123" 123 is no order number. */
    copula: readonly string[];
    /** Between two values of a list. */
    and: readonly string[];
    /** After a value and before its noun: "4711 numaralı sipariş". */
    numbered: readonly string[];
    /** After these a "#12" is no order: "apartment #12". */
    otherThing: readonly string[];
    /** After a value: it was a quantity or a duration. */
    unit: readonly string[];
    /** Before a value: it is a phone number. */
    phone: readonly string[];
    /** Before the noun: it is a verb ("to order 500"). */
    verbMark: readonly string[];
  };
}
