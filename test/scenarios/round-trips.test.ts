import { expect, it } from 'vitest';
import { startHarness } from '../support/harness.ts';

it('drafts within four sequential database round trips from the authenticated request to the stored draft', async () => {
  const harness = startHarness();
  const businessId = await harness.createBusiness();
  await harness.putOrder(businessId, '#W1001');
  const messageId = await harness.receive(businessId, 'Hello, where is my order #W1001?');
  const before = harness.services.db.roundTrips();
  expect((await harness.draft(businessId, messageId)).status).toBe(201);
  expect(harness.services.db.roundTrips() - before).toBeLessThanOrEqual(4);
});
