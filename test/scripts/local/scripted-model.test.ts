import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelServer } from '../../../scripts/local/model-server.ts';
import { createModelScript, type ScriptStep } from '../../support/model-script.ts';
import { startScriptedModel } from '../../support/scripted-model.ts';

const COMPOSE = JSON.stringify({
  task: 'compose_reply',
  language: 'en',
  intent: 'GENERAL',
  mailDate: '2026-11-23',
  business: { name: 'x', timeZone: 'UTC' },
  sources: [],
  thread: [],
  customerMail: { subject: '', text: 'hi' },
});
const TRIAGE = JSON.stringify({ task: 'triage', customerMail: { subject: '', text: 'hi' } });

describe('the scripted model', { timeout: 60_000 }, () => {
  let server: ModelServer;
  let nextKey = 1;

  beforeAll(async () => {
    server = await startScriptedModel();
  });
  afterAll(() => server?.close());

  function newKey() {
    const apiKey = `key-${nextKey++}`;
    const client = new OpenAI({ apiKey, baseURL: server.baseUrl, maxRetries: 0 });
    const create = (input: string, signal?: AbortSignal) =>
      client.responses.create({ model: 'x', input }, signal ? { signal } : {});
    const compose = (signal?: AbortSignal) => create(COMPOSE, signal);
    return { client, compose, triage: () => create(TRIAGE), script: createModelScript(server.baseUrl, apiKey) };
  }

  it('is the offline model where nothing was scripted', async () => {
    const { compose } = newKey();
    expect(JSON.parse((await compose()).output_text).body).toMatch(/^Hello,/);
  });

  it('answers with the body, sources and usage it was given', async () => {
    const { compose, script } = newKey();
    await script.set({ mode: 'answer', body: 'Hi.', sources: [2], usage: { inputTokens: 7, outputTokens: 3 } });
    const response = await compose();
    expect(JSON.parse(response.output_text)).toEqual({ body: 'Hi.', sources: [2] });
    expect(response.usage).toMatchObject({ input_tokens: 7, output_tokens: 3, total_tokens: 10 });
  });

  it.each<[ScriptStep['mode'], object]>([
    ['http500', { status: 500 }],
    ['http429', { status: 429 }],
    ['down', { message: 'Connection error.' }],
  ])('fails as %s', async (mode, error) => {
    const { compose, script } = newKey();
    await script.set({ mode });
    await expect(compose()).rejects.toMatchObject(error);
  });

  it('refuses, stops halfway and talks rubbish', async () => {
    const { compose, script } = newKey();
    await script.set({ mode: 'refuse' }, { mode: 'incomplete' }, { mode: 'garbage' });
    expect((await compose()).output[0]).toMatchObject({ content: [{ type: 'refusal' }] });
    expect(await compose()).toMatchObject({ status: 'incomplete' });
    const garbage = (await compose()).output_text;
    expect(() => JSON.parse(garbage)).toThrow();
  });

  it('hangs until the client gives up, and is slow for as long as it was told', async () => {
    const { compose, script } = newKey();
    await script.set({ mode: 'hang', times: 1 }, { mode: 'slow', delayMs: 200, body: 'late' });
    await expect(compose(AbortSignal.timeout(100))).rejects.toThrow();
    const started = performance.now();
    expect((await compose()).output_text).toContain('late');
    expect(performance.now() - started).toBeGreaterThan(190);
  });

  it('follows its steps in order and goes back to the offline model', async () => {
    const { compose, script } = newKey();
    await script.set({ mode: 'answer', body: 'one' }, { mode: 'answer', body: 'two', times: 2 });
    const bodies = [];
    for (let i = 0; i < 4; i += 1) bodies.push(JSON.parse((await compose()).output_text).body);
    expect(bodies).toEqual(['one', 'two', 'two', expect.stringMatching(/^Hello,/)]);
  });

  it('scripts triage and embeddings apart from compose', async () => {
    const { client, compose, triage, script } = newKey();
    await script.set(
      { mode: 'answer', triage: { intent: 'REFUND', requiredTool: 'order' }, times: 1 },
      { mode: 'http500', calls: ['embeddings'] },
    );
    expect(JSON.parse((await compose()).output_text).body).toMatch(/^Hello,/);
    expect(JSON.parse((await triage()).output_text)).toEqual({ intent: 'REFUND', requiredTool: 'order' });
    await expect(client.embeddings.create({ model: 'x', input: 'x' })).rejects.toMatchObject({ status: 500 });
  });

  it('counts and keeps the requests of each key apart', async () => {
    const first = newKey();
    const second = newKey();
    await first.script.set({ mode: 'http500' });
    await first.compose().catch(() => undefined);
    await second.triage();
    await second.compose();
    expect(await first.script.calls()).toMatchObject({ compose: 1, triage: 0, embeddings: 0 });
    expect(await second.script.calls()).toMatchObject({
      compose: 1,
      triage: 1,
      requests: [{ call: 'triage' }, { call: 'compose', body: { input: COMPOSE } }],
    });
    await second.script.reset();
    expect(await second.script.calls()).toMatchObject({ compose: 0, requests: [] });
  });

  it('refuses a mode that it does not have', async () => {
    const { script } = newKey();
    await expect(script.set({ mode: 'sulk' as 'answer' })).rejects.toThrow('no such mode: sulk');
  });
});
