import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../lib/api-client.ts';

const FEATURE = 'RAG_PILOT';
const PREFIX = 'preflight-';
/** What an earlier run left, when it was killed; younger ones may be somebody's run. */
const LEFT_OVER_AFTER_MS = 60 * 60_000;
const BACKFILL_WAIT_MS = 90_000;

export const OWNER = { address: 'ada.preflight@customers.example', name: 'Ada' };
export const SHOP = { address: 'shop@preflight.example' };
export const ORDER_NUMBER = 'PF-10234';
export const TRACKING_NUMBER = '00340434161094042557';

export interface Draft {
  id: string;
  status: string;
  kind: string;
  subject: string;
  body: string;
  to: { address: string }[];
  cc: { address: string }[];
  bcc: { address: string }[];
  claims: { type: string; text: string; verdict: string }[];
  sources: { kind: string; id: string }[];
  rag: { enabled: boolean; reason: string; status: string; examples: unknown[] };
  tokens: { predicted: number; actual: number | null; dropped: string[] };
  findings: { code: string }[];
}

/** A throw-away business of its own, with an order and past answers. */
export interface Sandbox {
  businessId: string;
  api: ApiClient;
  /** Why there are no past answers; absent where there are. */
  withoutExamples: string | undefined;
  /** Hands in a mail and answers its messageId. */
  receive(text: string, fields?: Record<string, unknown>): Promise<string>;
  draft(messageId: string): Promise<{ status: number; draft: Draft }>;
}

export function newSandboxId(): string {
  return `${PREFIX}${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
}

/** Deletes the business with everything it has, also where it is half made. */
export async function leaveSandbox(api: ApiClient, businessId: string): Promise<void> {
  await api.delete(`/admin/api/businesses/${businessId}?confirm=${businessId}`, [204, 404]);
}

/** Makes the business, enrols it, and indexes past answers of it. Whoever calls this calls `leaveSandbox`, come what may. */
export async function openSandbox(api: ApiClient, businessId: string): Promise<Sandbox> {
  await sweep(api);
  let mails = 0;
  const message = (text: string, fields: Record<string, unknown> = {}) => {
    mails += 1;
    return {
      businessId,
      messageId: `<${mails}.${businessId}@customers.example>`,
      direction: 'INBOUND',
      from: OWNER,
      to: [SHOP],
      subject: 'My order',
      text,
      sentAt: new Date().toISOString(),
      ...fields,
    };
  };
  await api.post('/admin/api/businesses', {
    id: businessId,
    name: 'Preflight Shop',
    vertical: 'preflight',
    emailRagEnabled: true,
    emailRagMinConfidence: 0,
    controlShare: 0,
    mailAddresses: [SHOP.address],
  });
  await api.post('/admin/api/pilots', { businessId, feature: FEATURE, notes: 'preflight' });
  await api.put(`/v1/businesses/${businessId}/orders/${ORDER_NUMBER}`, {
    customerEmail: OWNER.address,
    status: 'shipped',
    placedAt: new Date(Date.now() - 5 * 24 * 60 * 60_000).toISOString(),
    currency: 'EUR',
    total: 59.9,
    items: [{ name: 'Linen bag', quantity: 1, price: 59.9 }],
    shipments: [{ carrier: 'DHL', trackingNumber: TRACKING_NUMBER, status: 'in transit' }],
  });
  const withoutExamples = await indexPastAnswers(api, businessId, message);
  return {
    businessId,
    api,
    withoutExamples,
    receive: async (text, fields) => {
      const mail = message(text, fields);
      await api.post('/v1/messages', mail);
      return mail.messageId;
    },
    draft: async (messageId) => {
      const { status, body } = await api.post('/v1/drafts', { businessId, messageId });
      return { status, draft: body as Draft };
    },
  };
}

const PAST: [question: string, answer: string][] = [
  [
    'Where is my order? It has been a week now.',
    'We are sorry that you have to wait. We have asked the carrier and write again as soon as we know more.',
  ],
  [
    'Can I still change the address of my order?',
    'As long as a parcel has not left our house we gladly change its address; please send us the new one.',
  ],
  [
    'Which payment methods do you accept?',
    'You can pay by card, by invoice or by bank transfer, whichever you like best.',
  ],
  [
    'How do I send something back?',
    'Please put the slip from the parcel into the box and bring it to any post office near you.',
  ],
  ['Do you also ship to islands?', 'Yes, we ship to islands too, it takes some days longer than to the mainland.'],
  ['Is the linen bag washable?', 'You can wash it by hand in lukewarm water; please do not put it into a dryer.'],
];

/** Imports past mail and indexes it as an operator would; why it did not work, if it did not. */
async function indexPastAnswers(
  api: ApiClient,
  businessId: string,
  message: (text: string, fields: Record<string, unknown>) => Record<string, unknown>,
): Promise<string | undefined> {
  const then = Date.now() - 10 * 24 * 60 * 60_000;
  const messages = PAST.flatMap(([question, answer], at) => {
    const threadId = `past-${at}`;
    const sentAt = (minutes: number) => new Date(then + at * 60 * 60_000 + minutes * 60_000).toISOString();
    return [
      message(question, { threadId, sentAt: sentAt(0) }),
      message(answer, { threadId, sentAt: sentAt(5), direction: 'OUTBOUND', from: SHOP, to: [OWNER] }),
    ];
  });
  await api.post('/v1/messages:bulk', { messages }, [200]);
  const { body } = await api.post('/admin/api/backfills', { businessId, days: 30 });
  const { id } = body as { id: string };
  const end = Date.now() + BACKFILL_WAIT_MS;
  for (;;) {
    const { body: progress } = await api.get(`/admin/api/backfills/${id}`);
    const { status, done, total } = progress as { status: string; done: number; total: number };
    if (status === 'done') return done > 0 ? undefined : 'the backfill indexed nothing';
    if (Date.now() > end) return `the backfill is ${status} (${done} of ${total}) after ${BACKFILL_WAIT_MS / 1000} s`;
    await delay(500);
  }
}

/** Deletes what earlier runs left, when they were killed. */
async function sweep(api: ApiClient): Promise<void> {
  const { body } = await api.get(`/admin/api/pilots?feature=${FEATURE}&limit=200`);
  for (const { businessId, enabledAt } of (body as { items: { businessId: string; enabledAt: string }[] }).items) {
    if (!businessId.startsWith(PREFIX) || Date.now() - Date.parse(enabledAt) < LEFT_OVER_AFTER_MS) continue;
    await leaveSandbox(api, businessId);
  }
}
