import type { ApiClient } from '../lib/api-client.ts';
import {
  DEMO_BUSINESS,
  DEMO_SNIPPETS,
  DOUBTED_BUSINESS,
  demoAppointments,
  demoHistory,
  demoInbox,
  demoLaterMail,
  demoLaterOrder,
  demoOrders,
  doubtedMail,
  ROLLED_BACK_BUSINESS,
  rolledBackInbox,
  WATCHED_BUSINESS,
} from './demo-data.ts';
import { type Query, seedHistory } from './seed-history.ts';

/** Puts the demo business in over the API, as an integrator would, and asks for a draft of every mail. Twice changes nothing. */
export async function seedDemo(api: ApiClient, query: Query, now: Date): Promise<{ drafts: number }> {
  const known = await api.get(`/admin/api/businesses/${DEMO_BUSINESS.id}`, [200, 404]);
  if (known.status === 200) return { drafts: 0 };
  const business = `/v1/businesses/${DEMO_BUSINESS.id}`;
  await api.post('/admin/api/businesses', DEMO_BUSINESS);
  await api.post('/admin/api/pilots', { businessId: DEMO_BUSINESS.id, feature: 'RAG_PILOT', notes: 'demo' });
  await api.put(`${business}/orders:bulk`, { orders: demoOrders(now) });
  for (const { id, ...appointment } of demoAppointments(now))
    await api.put(`${business}/appointments/${id}`, appointment);
  for (const { key, ...snippet } of DEMO_SNIPPETS) await api.put(`${business}/snippets/${key}`, snippet);
  // As they came in: the inbox works off the oldest first.
  const inbox = demoInbox(now).toSorted((a, b) => a.sentAt.localeCompare(b.sentAt));
  const messages = [...demoHistory(now), ...inbox].map((mail) => ({ businessId: DEMO_BUSINESS.id, ...mail }));
  await api.post('/v1/messages:bulk', { messages });
  await indexPast(api);
  for (const { messageId } of inbox) await api.post('/v1/drafts', { businessId: DEMO_BUSINESS.id, messageId });
  await api.post('/v1/messages', { businessId: DEMO_BUSINESS.id, ...demoLaterMail(now) });
  const { orderNumber, ...moved } = demoLaterOrder(now);
  await api.put(`${business}/orders/${orderNumber}`, moved);
  const drafts = inbox.length + (await seedRolledBack(api, now)) + (await seedDoubted(api, now));
  await seedHistory(query, [DEMO_BUSINESS.id, DOUBTED_BUSINESS.id]);
  await api.post('/admin/api/ramps', { businesses: { baseline: [WATCHED_BUSINESS.id] } });
  return { drafts };
}

const INDEXED_WITHIN_MS = 20_000;

/** Past answers are indexed before the first draft, so that it has examples; a slow machine goes on without. */
async function indexPast(api: ApiClient): Promise<void> {
  const started = await api.post('/admin/api/backfills', { businessId: DEMO_BUSINESS.id, days: 90 });
  const { id } = started.body as { id: string };
  for (const end = Date.now() + INDEXED_WITHIN_MS; Date.now() < end; ) {
    const { status } = (await api.get(`/admin/api/backfills/${id}`)).body as { status: string };
    if (status === 'done') return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A business whose reviewer doubts a draft that the re-check finds nothing wrong with: RAG is off there, and an incident is open. */
async function seedDoubted(api: ApiClient, now: Date): Promise<number> {
  for (const business of [DOUBTED_BUSINESS, WATCHED_BUSINESS]) await api.post('/admin/api/businesses', business);
  const { id: businessId } = DOUBTED_BUSINESS;
  await api.post('/admin/api/pilots', { businessId, feature: 'RAG_PILOT', notes: 'demo' });
  const mail = doubtedMail(now);
  await api.post('/v1/messages', { businessId, ...mail });
  const made = await api.post('/v1/drafts', { businessId, messageId: mail.messageId });
  const { id } = made.body as { id: string };
  await api.post(`/v1/drafts/${id}/report`, { kind: 'wrong_fact', note: 'Demo: we do not open on Sundays' });
  // From here on it is split as its past is.
  await api.patch(`/admin/api/businesses/${businessId}`, { controlShare: 0.2 });
  return 1;
}

async function seedRolledBack(api: ApiClient, now: Date): Promise<number> {
  const { id: businessId } = ROLLED_BACK_BUSINESS;
  await api.post('/admin/api/businesses', ROLLED_BACK_BUSINESS);
  await api.post('/admin/api/pilots', { businessId, feature: 'RAG_PILOT', notes: 'demo' });
  const inbox = rolledBackInbox(now);
  for (const mail of inbox) {
    await api.post('/v1/messages', { businessId, ...mail });
    await api.post('/v1/drafts', { businessId, messageId: mail.messageId });
  }
  const reason = 'Demo: answers named opening hours of another shop';
  await api.post('/admin/api/rollbacks', { feature: 'RAG_PILOT', level: 'business', businessId, reason });
  return inbox.length;
}
