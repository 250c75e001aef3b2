import { expect, test } from 'vitest';
import {
  blockingClaims,
  describeFailedClaims,
  hasBlockingClaim,
} from '../../../src/guards/grounding/blocking-claims.ts';
import type { Claim } from '../../../src/guards/grounding/claim.ts';

const claim = (type: Claim['type'], text: string, verdict: Claim['verdict']): Claim => ({
  type,
  text,
  start: 0,
  end: text.length,
  verdict,
});
const claims = [
  claim('money', '50 EUR', 'unsupported'),
  claim('money', '50 EUR', 'unsupported'),
  claim('status', 'delivered', 'contradicted'),
  claim('date', 'soon', 'unverifiable'),
  claim('date', '8 May', 'verified'),
];

test('contradicted and unsupported claims block, vague and verified ones do not', () => {
  expect(blockingClaims(claims)).toHaveLength(3);
  expect(hasBlockingClaim(claims)).toBe(true);
  expect(hasBlockingClaim(claims.slice(3))).toBe(false);
});

test('each failed claim is described once, with its text and type', () => {
  expect(describeFailedClaims(claims)).toEqual([
    'The amount "50 EUR" is not in any source.',
    'The order status "delivered" contradicts the sources.',
  ]);
});
