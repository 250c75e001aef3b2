import type { ApiClient } from '../lib/api-client.ts';
import { DEMO_BUSINESS, DEMO_SNIPPETS, demoAppointments, demoHistory, demoInbox, demoOrders } from './demo-data.ts';

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
  const inbox = demoInbox(now);
  const messages = [...demoHistory(now), ...inbox].map((mail) => ({ businessId: DEMO_BUSINESS.id, ...mail }));
  await api.post('/v1/messages:bulk', { messages });
  for (const { messageId } of inbox) await api.post('/v1/drafts', { businessId: DEMO_BUSINESS.id, messageId });
  return { drafts: inbox.length };
}
