import { expect } from 'vitest';
import { CUSTOMER, type Harness, inboundMail, uniqueId } from './harness.ts';
import { owner } from './owner.ts';

export interface Isolated {
  businessId: string;
  /** A word that stands in everything the business has, and nowhere else. */
  canary: string;
  key: string;
  keyId: string;
  messageId: string;
  messageRef: string;
  threadId: string;
  draftId: string;
  orderNumber: string;
  trackingNumber: string;
  appointmentId: string;
  backfillId: string;
  exampleId: string;
  sentId: string;
}

/** Two businesses alike to the last row, of the same customer, each with its canary in everything it has. */
export async function isolatedPair(harness: Harness): Promise<[Isolated, Isolated]> {
  return [await isolated(harness), await isolated(harness)];
}

async function isolated(harness: Harness): Promise<Isolated> {
  const canary = uniqueId('canary').replaceAll('-', '');
  const digits = `${Math.floor(Math.random() * 1e12)}`.padStart(12, '7');
  const orderNumber = `W${digits}`;
  const trackingNumber = `00${digits}99`;
  const ok = (answer: { status: number; body: unknown }) => {
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return answer.body as Record<string, string>;
  };
  const businessId = await harness.createBusiness({
    name: canary,
    signature: canary,
    facts: [`We are ${canary}.`],
    emailRagEnabled: true,
    emailSnippetsEnabled: true,
    controlShare: 0,
  });
  ok(await harness.post('/admin/api/pilots', { businessId, feature: 'RAG_PILOT', notes: canary }));
  const key = ok(await harness.post('/admin/api/api-keys', { businessId, name: canary }));
  await harness.putOrder(businessId, orderNumber, {
    items: [{ name: canary, quantity: 1, price: 59.9 }],
    shipments: [{ carrier: 'DHL', trackingNumber, status: 'in transit' }],
  });
  const appointmentId = `A${digits}`;
  ok(
    await harness.call('PUT', `/v1/businesses/${businessId}/appointments/${appointmentId}`, {
      customerEmail: CUSTOMER,
      startsAt: '2026-12-20T10:00:00Z',
      service: canary,
    }),
  );
  ok(
    await harness.call('PUT', `/v1/businesses/${businessId}/snippets/hours`, {
      text: `${canary} opens at nine.`,
      whenToUse: 'opening hours',
    }),
  );
  const first = { ...inboundMail(businessId, `Where is my order ${orderNumber}? ${canary}`), subject: canary };
  const { threadId, id } = ok(await harness.post('/v1/messages', first));
  const draft = ok(
    await harness.call(
      'POST',
      '/v1/drafts',
      { businessId, messageId: first.messageId },
      { headers: { 'idempotency-key': 'the-same' } },
    ),
  );
  ok(await harness.post(`/v1/drafts/${draft.id}/regenerate`));
  const sent = ok(
    await harness.post('/v1/messages', {
      ...inboundMail(businessId, `Hello, ${canary}: the parcel has left our house, and will be with you soon.`),
      direction: 'OUTBOUND',
      from: { address: `${canary}@corner.example` },
      to: [{ address: CUSTOMER }],
      threadId,
      sentAt: '2026-11-10T09:30:00Z',
    }),
  );
  const backfill = ok(await harness.post('/admin/api/backfills', { businessId, days: 90 }));
  await owner()`insert into "BackfillItem" ("backfillId", "messageRef", "businessId") values (${backfill.id}, ${sent.id}, ${businessId})`;
  const exampleId = uniqueId('emb');
  const vector = `[${Array.from({ length: 512 }, (_, index) => Math.sin(index)).join(',')}]`;
  await owner()`insert into "Embedding" ("id", "businessId", "messageRef", "contentHash", "model", "question", "answer", "embedding", "wordBits", "sentAt")
    values (${exampleId}, ${businessId}, ${sent.id}, ${canary}, 'm', 'Where is my parcel?', ${canary}, ${vector}::halfvec, repeat('01', 256)::bit(512), now())`;
  await owner()`insert into "DeadLetter" ("id", "queue", "businessId", "body") values (${canary}, 'q', ${businessId}, '{}')`;
  expect(draft.id).toBeTruthy();
  return {
    businessId,
    canary,
    key: key.key ?? '',
    keyId: key.id ?? '',
    messageId: first.messageId,
    messageRef: id ?? '',
    threadId: threadId ?? '',
    draftId: draft.id ?? '',
    orderNumber,
    trackingNumber,
    appointmentId,
    backfillId: backfill.id ?? '',
    exampleId,
    sentId: sent.id ?? '',
  };
}

/** Where a word stands: tables and the businesses of the rows. */
export async function rowsWith(word: string): Promise<{ table: string; business: string | null; row: string }[]> {
  const found = [];
  for (const { tablename } of await owner()`select tablename from pg_tables where schemaname = 'public'`) {
    const rows = await owner().query(
      `select coalesce(to_jsonb(t) ->> 'businessId', case when '${tablename}' = 'Business' then to_jsonb(t) ->> 'id' end) as business, to_jsonb(t)::text as row
       from "${tablename}" t where to_jsonb(t)::text like $1`,
      [`%${word}%`],
    );
    for (const { business, row } of rows)
      found.push({ table: tablename as string, business: business as string | null, row: row as string });
  }
  return found;
}

/** A hash of everything that a business has. */
export async function fingerprint(businessId: string): Promise<string> {
  const rows = await rowsWith(businessId);
  return rows
    .filter(({ business, table }) => business === businessId && table !== 'AuditEvent')
    .map(({ table, row }) => `${table} ${row}`)
    .sort()
    .join('\n');
}
