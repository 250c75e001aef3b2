import type { ApiClient } from '../lib/api-client.ts';
import {
  DEMO_BUSINESS,
  DEMO_SNIPPETS,
  demoAppointments,
  demoHistory,
  demoInbox,
  demoLaterMail,
  demoLaterOrder,
  demoOrders,
  ROLLED_BACK_BUSINESS,
  rolledBackInbox,
} from './demo-data.ts';

/** Puts the demo business in over the API, as an integrator would, and asks for a draft of every mail. Twice changes nothing. */
export async function seedDemo(api: ApiClient, now: Date): Promise<{ drafts: number }> {
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
  for (const { messageId } of inbox) await api.post('/v1/drafts', { businessId: DEMO_BUSINESS.id, messageId });
  await api.post('/v1/messages', { businessId: DEMO_BUSINESS.id, ...demoLaterMail(now) });
  const { orderNumber, ...moved } = demoLaterOrder(now);
  await api.put(`${business}/orders/${orderNumber}`, moved);
  return { drafts: inbox.length + (await seedRolledBack(api, now)) };
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
