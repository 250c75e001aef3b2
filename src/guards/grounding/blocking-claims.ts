import type { Claim, ClaimType } from './claim.ts';

/** Claims that must not reach a reviewer: those that the evidence contradicts or does not hold. */
export function blockingClaims(claims: readonly Claim[]): Claim[] {
  return claims.filter((claim) => claim.verdict === 'contradicted' || claim.verdict === 'unsupported');
}

/** Whether any claim must keep the body from a reviewer. */
export function hasBlockingClaim(claims: readonly Claim[]): boolean {
  return blockingClaims(claims).length > 0;
}

const KIND: Record<ClaimType, string> = {
  order_number: 'order number',
  tracking_number: 'tracking number',
  money: 'amount',
  date: 'date',
  time: 'time',
  percentage: 'percentage',
  quantity: 'number',
  status: 'order status',
  promise: 'promise',
  url: 'link',
  email: 'e-mail address',
  phone: 'phone number',
  carrier: 'carrier',
  item: 'item',
  place: 'place',
};

/** One short English sentence for each failed claim, for the repair prompt; the same claim is named once. */
export function describeFailedClaims(claims: readonly Claim[]): string[] {
  const sentences = blockingClaims(claims).map((claim) => {
    const text = claim.text.replace(/\s+/g, ' ').slice(0, 120);
    const reason = claim.verdict === 'contradicted' ? 'contradicts the sources' : 'is not in any source';
    return `The ${KIND[claim.type]} "${text}" ${reason}.`;
  });
  return [...new Set(sentences)];
}
