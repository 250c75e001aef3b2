import { randomBytes } from 'node:crypto';
import type { ApiClient } from '../lib/api-client.ts';

const PAGE = 200;
const FEATURE = 'RAG_PILOT';
const PREFIX = 'loadtest-';

const QUESTIONS: [kind: 'order' | 'unknown' | 'general', text: string][] = [
  ['order', 'where is my order {n}? Could you send me the tracking number?'],
  ['order', 'when will my order {n} be delivered?'],
  ['order', 'has my order {n} been shipped yet? I would like to give it as a present.'],
  ['general', 'which payment methods do you accept, and do you ship to islands?'],
  ['order', 'please tell me what is in order {n}, I lost the confirmation.'],
  ['general', 'is the linen bag washable, and does it come in green?'],
  ['unknown', 'where is my order X{n}? Nobody answers me.'],
];

export interface LoadMail {
  businessId: string;
  messageId: string;
  /** Whether a model writes the answer. */
  composed: boolean;
}

/** Throw-away businesses with orders and mail; `leave` deletes them. */
export interface LoadShops {
  businessIds: string[];
  /** Hands in mail of all kinds, spread over the businesses. */
  mails(count: number): Promise<LoadMail[]>;
  leave(): Promise<void>;
}

export async function openLoadShops(api: ApiClient, count: number): Promise<LoadShops> {
  const run = `${PREFIX}${Date.now().toString(36)}-${randomBytes(3).toString('hex')}`;
  const businessIds = Array.from({ length: count }, (_, at) => `${run}-${at + 1}`);
  let received = 0;
  for (const id of businessIds) {
    await api.post('/admin/api/businesses', {
      id,
      name: `Load test ${id}`,
      vertical: 'loadtest',
      emailRagEnabled: true,
      emailRagMinConfidence: 0,
      controlShare: 0.2,
      mailAddresses: ['shop@loadtest.example'],
    });
    await api.post('/admin/api/pilots', { businessId: id, feature: FEATURE, notes: 'loadtest' });
  }

  async function receive(businessId: string, size: number): Promise<LoadMail[]> {
    const numbers = Array.from({ length: size }, () => 10_000 + received++);
    await api.put(`/v1/businesses/${businessId}/orders:bulk`, {
      orders: numbers.map((n) => ({
        orderNumber: `LT-${n}`,
        customerEmail: customer(n),
        status: 'shipped',
        placedAt: '2026-11-20T10:00:00Z',
        currency: 'EUR',
        total: 59.9,
        items: [{ name: 'Linen bag', quantity: 1, price: 59.9 }],
        shipments: [{ carrier: 'DHL', trackingNumber: `0034043416${n}`, status: 'in transit' }],
      })),
    });
    const messages = numbers.map((n) => {
      const [kind, text] = QUESTIONS[n % QUESTIONS.length] as (typeof QUESTIONS)[number];
      return {
        composed: kind !== 'unknown',
        message: {
          businessId,
          messageId: `<${n}.${businessId}@customers.example>`,
          direction: 'INBOUND',
          from: { address: customer(n), name: 'Kim' },
          to: [{ address: 'shop@loadtest.example' }],
          subject: 'My order',
          text: `Hello,\n\n${text.replace('{n}', `LT-${n}`)}\n\nBest regards\nKim`,
          sentAt: new Date().toISOString(),
        },
      };
    });
    await api.post('/v1/messages:bulk', { messages: messages.map(({ message }) => message) }, [200]);
    return messages.map(({ composed, message }) => ({ businessId, messageId: message.messageId, composed }));
  }

  return {
    businessIds,
    async mails(total) {
      const parts: LoadMail[][] = [];
      let left = total;
      for (let at = 0; left > 0; at++) {
        const size = Math.min(left, PAGE, Math.ceil(total / businessIds.length));
        parts.push(await receive(businessIds[at % businessIds.length] as string, size));
        left -= size;
      }
      // One of each business in turn: neighbours in time are other tenants.
      const longest = Math.max(...parts.map((part) => part.length));
      return Array.from({ length: longest }, (_, at) => parts.flatMap((part) => part[at] ?? [])).flat();
    },
    async leave() {
      for (const id of businessIds) {
        await api.delete(`/admin/api/businesses/${id}?confirm=${id}`, [204, 404]).catch(() => undefined);
      }
    },
  };
}

function customer(n: number): string {
  return `customer${n}@customers.example`;
}
