import type { GroundingEvidence } from '../../../src/guards/grounding/claim.ts';
import { groundBody } from '../../../src/guards/grounding/ground-body.ts';

/** Monday noon in Berlin. */
export const MAIL_SENT_AT = '2026-11-23T11:00:00Z';

/** A delivered order, one on its way, an appointment, two snippets and a profile. */
export function evidence(changes: Partial<GroundingEvidence> = {}): GroundingEvidence {
  return {
    orders: [
      {
        orderNumber: '#K1001',
        status: 'delivered',
        canonicalStatus: 'delivered',
        placedAt: '2026-11-03T09:00:00Z',
        deliveredAt: '2026-11-08T12:30:00Z',
        currency: 'EUR',
        total: 1204.55,
        items: [
          { name: 'Lamp 15-inch', quantity: 2, price: 94.01 },
          { name: 'Desk', quantity: 1, price: 1016.53 },
        ],
        shipments: [{ carrier: 'DHL', trackingNumber: '974703204371', canonicalStatus: 'delivered' }],
      },
      {
        orderNumber: '#K2002',
        status: 'fulfilled',
        canonicalStatus: 'shipped',
        placedAt: '2026-11-15',
        currency: 'EUR',
        total: 53.43,
        items: [{ name: 'Poster 30MP', quantity: 1, price: 53.43 }],
        shipments: [{ carrier: 'UPS', trackingNumber: '1Z999AA10123456784', eta: '2026-11-26' }],
      },
    ],
    appointments: [{ id: 'a1', startsAt: '2026-11-27T13:30:00Z', status: 'confirmed', service: 'Fitting' }],
    snippets: [
      {
        key: 'returns',
        language: 'en',
        text: 'Items can be returned within 30 days. We refund within 14 days after we receive the return.',
      },
      {
        key: 'shipping',
        language: 'en',
        text: 'Standard shipping costs 4.90 EUR. Details: https://lampen.example/shipping',
      },
    ],
    profile: {
      name: 'Lampen 24',
      locale: 'en-GB',
      timeZone: 'Europe/Berlin',
      website: 'https://lampen.example',
      supportEmail: 'help@lampen.example',
      supportPhone: '+49 30 1234567',
      openingHours: 'Mon-Fri 9:00-18:00',
    },
    customerText: 'Where is my order K1001? I paid 77 EUR for another one, number #X99887.',
    ...changes,
  };
}

/** Verdicts in text order as "type text verdict", so that a table row can be read. */
export function verdicts(body: string, language = 'en', facts: GroundingEvidence = evidence()): string[] {
  return groundBody({ body, language, mailSentAt: MAIL_SENT_AT, evidence: facts }).map(
    (claim) => `${claim.type} "${claim.text}" ${claim.verdict}`,
  );
}

/** Whether the body would be kept from a reviewer. */
export function isBlocked(body: string, language = 'en', facts: GroundingEvidence = evidence()): boolean {
  return groundBody({ body, language, mailSentAt: MAIL_SENT_AT, evidence: facts }).some(
    (claim) => claim.verdict === 'contradicted' || claim.verdict === 'unsupported',
  );
}
