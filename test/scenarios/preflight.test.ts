import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiAnswer, type ApiClient, ApiError } from '../../scripts/lib/api-client.ts';
import { runHandChecks } from '../../scripts/preflight/hand-checks.ts';
import type { Outcome } from '../../scripts/preflight/outcome.ts';
import { leaveSandbox, newSandboxId, openSandbox, type Sandbox } from '../../scripts/preflight/sandbox.ts';
import { createBackfillQueue } from '../support/backfill-queue.ts';
import { type Harness, startHarness } from '../support/harness.ts';

type Change = (method: string, path: string, answer: ApiAnswer) => ApiAnswer;

/** The client of the command over the application in this runtime. */
function clientOver(harness: Harness, change: Change = (_method, _path, answer) => answer): ApiClient {
  async function call(method: string, path: string, body: unknown, expected: number[]): Promise<ApiAnswer> {
    const { status, body: answered } = await harness.call(method, path, body);
    const answer = change(method, path, { status, body: answered });
    if (!expected.includes(answer.status)) throw new ApiError(`${method} ${path} answered ${answer.status}`, status);
    return answer;
  }
  return {
    get: (path, expected = [200]) => call('GET', path, undefined, expected),
    post: (path, body = {}, expected = [200, 201, 202]) => call('POST', path, body, expected),
    put: (path, body, expected = [200]) => call('PUT', path, body, expected),
    patch: (path, body, expected = [200]) => call('PATCH', path, body, expected),
    delete: (path, expected = [200, 204]) => call('DELETE', path, undefined, expected),
  };
}

const queue = createBackfillQueue();
let harness: Harness;
let sandbox: Sandbox;
const id = newSandboxId();

beforeAll(async () => {
  harness = startHarness({ enqueueBackfill: queue.enqueueBackfill, config: { retrievalTimeoutMs: 20_000 } });
  const consumer = setInterval(() => void queue.drain(harness.services), 200);
  sandbox = await openSandbox(clientOver(harness), id);
  clearInterval(consumer);
});
afterAll(() => leaveSandbox(clientOver(harness), id));

const failed = (outcomes: Outcome[]) => outcomes.filter(({ status }) => status === 'fail').map(({ name }) => name[0]);

/** Drafts as a deployment would answer them whose guards are gone. */
const BROKEN: [what: string, check: string, change: () => Record<string, unknown>][] = [
  ['a reply is a template', '1', () => ({ kind: 'verification' })],
  ['a template states something', '2', () => ({ body: 'It was shipped with DHL.' })],
  ['somebody is copied', '3', () => ({ cc: [{ address: 'thief@attacker.example' }] })],
  ['a subject has a line break', '4', () => ({ subject: 'Re: My order\r\nBcc: x@y.example' })],
  ['a card stands in the body', '5', () => ({ body: 'Your card 4111-1111-1111-1111' })],
  ['nothing is dropped', '7', () => ({ tokens: { predicted: 1, actual: 1, dropped: [] } })],
  ['each request has a draft of its own', '8', () => ({ id: crypto.randomUUID() })],
];

describe('preflight', () => {
  it('passes the eight hand checks on a service that keeps its promises', async () => {
    const outcomes = await runHandChecks(sandbox, 3);
    expect(outcomes).toHaveLength(8);
    // The time of a retrieval on a busy machine proves nothing.
    const but6 = outcomes.filter(({ name }) => !name.startsWith('6'));
    expect(but6.filter(({ status }) => status !== 'pass')).toEqual([]);
    expect(outcomes[5]?.detail).toContain('3 hit');
  });

  it.each(BROKEN)('fails where %s', async (_what, check, change) => {
    const api = clientOver(harness, (method, path, answer) => {
      if (method !== 'POST' || path !== '/v1/drafts') return answer;
      return { ...answer, body: { ...(answer.body as object), ...change() } };
    });
    const broken: Sandbox = {
      ...sandbox,
      api,
      draft: async (messageId) => {
        const { status, body } = await api.post('/v1/drafts', { businessId: id, messageId });
        return { status, draft: body as never };
      },
    };
    expect(failed(await runHandChecks(broken, 1))).toContain(check);
  });

  it('leaves nothing behind, also the second time', async () => {
    const other = newSandboxId();
    await harness.post('/admin/api/businesses', { id: other, name: 'Half made' });
    await leaveSandbox(clientOver(harness), other);
    await leaveSandbox(clientOver(harness), other);
    expect((await harness.get(`/admin/api/businesses/${other}`)).status).toBe(404);
  });
});
