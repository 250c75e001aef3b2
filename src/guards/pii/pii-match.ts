export const PII_TYPES = ['CARD', 'IBAN', 'SSN', 'EMAIL', 'PHONE', 'NATIONAL_ID', 'LINK'] as const;
export type PiiType = (typeof PII_TYPES)[number];

/** A private value in a text: offsets [start, end), and the value in one form however it was written. */
export interface PiiMatch {
  type: PiiType;
  start: number;
  end: number;
  key: string;
}

/** What a business has redacted besides cards, IBANs, SSNs and links, which always are. */
export interface PiiPolicy {
  emails: boolean;
  phones: boolean;
  nationalIds: boolean;
}
