import type { AppointmentFact, OrderFact } from '../../tools/facts.ts';

export const CLAIM_TYPES = [
  'order_number',
  'tracking_number',
  'money',
  'date',
  'time',
  'percentage',
  'quantity',
  'status',
  'promise',
  'url',
  'email',
  'phone',
  'carrier',
  'item',
  'place',
] as const;
export type ClaimType = (typeof CLAIM_TYPES)[number];

export type ClaimVerdict = 'verified' | 'contradicted' | 'unsupported' | 'unverifiable';

/** A checkable statement in a body. `body.slice(start, end) === text` (UTF-16 offsets). */
export interface Claim {
  type: ClaimType;
  text: string;
  start: number;
  end: number;
  verdict: ClaimVerdict;
  /** Path of the evidence, e.g. `orders[#W1].shipments[0].trackingNumber`; set where the verdict is `verified` or `contradicted`. */
  evidence?: string;
}

/** Everything a claim may be judged by. Retrieved examples are not among it: an example is style, never evidence. */
export interface GroundingEvidence {
  orders: OrderFact[];
  appointments: AppointmentFact[];
  snippets: { key: string; text: string; language?: string }[];
  profile: BusinessProfile;
  /** The customer's own words (this turn and their earlier ones): verify identifiers and values attributed to the customer only. */
  customerText: string;
}

/** What the business says of itself; every field may carry facts. */
export interface BusinessProfile {
  name: string;
  /** BCP 47. */
  locale: string;
  /** IANA. */
  timeZone: string;
  signature?: string;
  website?: string;
  supportEmail?: string;
  supportPhone?: string;
  address?: string;
  openingHours?: string;
  /** Further sentences of fact, in the business's words. */
  facts?: string[];
}

export interface GroundingInput {
  body: string;
  /** Two-letter code of the language that the body is written in. */
  language: string;
  /** ISO 8601: "yesterday" and "in two days" are counted from the mail's date, in the business's time zone. */
  mailSentAt: string;
  evidence: GroundingEvidence;
}
