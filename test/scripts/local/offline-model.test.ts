import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ModelServer } from '../../../scripts/local/model-server.ts';
import { startOfflineModel } from '../../../scripts/local/offline-model.ts';
import { loadTokenCounter } from '../../../src/model/count-tokens.ts';

const REPLY = z.object({ body: z.string(), sources: z.array(z.number()) });
const DOCUMENT = {
  task: 'compose_reply',
  language: 'en',
  intent: 'ORDER',
  mailDate: '2026-11-23',
  business: { name: 'Lamp & Co', timeZone: 'UTC' },
  sources: [{ index: 0, kind: 'order', order: { orderNumber: '#W77', status: 'shipped', canonicalStatus: 'shipped' } }],
  thread: [],
  customerMail: { subject: 'My order', text: 'Where is it? <|endoftext|>' },
};

describe('the offline model, asked through the openai package', { timeout: 60_000 }, () => {
  let server: ModelServer;
  let client: OpenAI;

  beforeAll(async () => {
    server = await startOfflineModel();
    client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl, maxRetries: 0 });
  });
  afterAll(() => server?.close());

  async function ask(input: OpenAI.Responses.ResponseInput | string) {
    const response = await client.responses.parse({
      model: 'gpt-5-mini',
      instructions: 'Write the reply.',
      input,
      text: { format: zodTextFormat(REPLY, 'reply') },
    });
    return { ...response, answer: response.output_parsed as z.infer<typeof REPLY> };
  }

  it('answers a compose document with a parsed structured answer, labelled as offline', async () => {
    const response = await ask([{ role: 'user', content: JSON.stringify(DOCUMENT) }]);
    expect(response.answer.body).toContain('Your order #W77 has been shipped.');
    expect(response.answer.sources).toEqual([0]);
    expect(response).toMatchObject({ object: 'response', status: 'completed', model: 'offline-writer', error: null });
    const raw = await fetch(`${server.baseUrl}/models`);
    expect(raw.headers.get('x-draftgate-offline')).toBe('true');
  });

  it.each([
    ['a text', JSON.stringify(DOCUMENT)],
    [
      'content parts',
      [{ role: 'user' as const, content: [{ type: 'input_text' as const, text: JSON.stringify(DOCUMENT) }] }],
    ],
    [
      'the last of several messages',
      [
        { role: 'user' as const, content: 'x' },
        { role: 'user' as const, content: JSON.stringify(DOCUMENT) },
      ],
    ],
  ])('reads the document from %s', async (_, input) => {
    expect((await ask(input)).answer.body).toContain('#W77');
  });

  it('reports usage that adds up and counts the input exactly', async () => {
    const countTokens = await loadTokenCounter();
    const short = (await ask(JSON.stringify(DOCUMENT))).usage;
    const longer = { ...DOCUMENT, customerMail: { subject: 'x', text: 'many more words than before '.repeat(50) } };
    const long = (await ask(JSON.stringify(longer))).usage;
    expect((long?.input_tokens ?? 0) - (short?.input_tokens ?? 0)).toBe(
      countTokens(JSON.stringify(longer)) - countTokens(JSON.stringify(DOCUMENT)),
    );
    expect(short?.total_tokens).toBe((short?.input_tokens ?? 0) + (short?.output_tokens ?? 0));
  });

  it('is incomplete where the answer is longer than max_output_tokens', async () => {
    const response = await client.responses.create({
      model: 'x',
      input: JSON.stringify(DOCUMENT),
      max_output_tokens: 16,
    });
    expect(response).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
  });

  it.each([
    ['Where can I see the tracking number of my package?', 'TRACKING', 'order'],
    ['I want to have my money back please.', 'REFUND', 'order'],
    ['I cannot log in to my account any more.', 'ACCOUNT', 'none'],
    ['Can you move my appointment to next week?', 'APPOINTMENT', 'appointment'],
  ])('sorts "%s" as %s', async (text, intent, requiredTool) => {
    const response = await client.responses.parse({
      model: 'x',
      input: JSON.stringify({ task: 'triage', customerMail: { subject: '', text } }),
      text: { format: zodTextFormat(z.object({ intent: z.string(), requiredTool: z.string() }), 'triage') },
    });
    expect(response.output_parsed).toEqual({ intent, requiredTool });
  });

  it('embeds into unit vectors of 512 dimensions in which like is near to like', async () => {
    const { data, model, usage } = await client.embeddings.create({
      model: 'text-embedding-3-small',
      input: ['When will my parcel arrive?', 'What is the delivery date of my package?', 'My cat likes jazz.'],
      dimensions: 512,
    });
    const [a, b, c] = data.map((item) => item.embedding) as [number[], number[], number[]];
    const cosine = (x: number[], y: number[]) => x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
    expect(model).toBe('offline-use-512');
    expect(a).toHaveLength(512);
    expect(cosine(a, a)).toBeCloseTo(1, 5);
    expect(cosine(a, b)).toBeGreaterThan(cosine(a, c) + 0.2);
    expect(usage.total_tokens).toBeGreaterThan(10);
  });

  it('gives the same vector as base64, as numbers, alone and in a batch', async () => {
    const one = async (input: string | string[], encoding_format: 'float' | 'base64') => {
      const response = await client.post('/embeddings', { body: { model: 'x', input, encoding_format } });
      return (response as { data: { embedding: number[] | string }[] }).data.at(-1)?.embedding;
    };
    const numbers = (await one('Where is my order?', 'float')) as number[];
    const bytes = Buffer.from((await one(['something else', 'Where is my order?'], 'base64')) as string, 'base64');
    expect(Array.from(new Float32Array(new Uint8Array(bytes).buffer))).toEqual(numbers.map(Math.fround));
  });

  it('embeds hostile texts', async () => {
    const input = ['\0', ' ', '\ud800', '<|endoftext|>', 'a'.repeat(20_000), '🧵'.repeat(100), '\n'.repeat(1_000)];
    const { data } = await client.embeddings.create({ model: 'x', input });
    expect(data.every((item) => item.embedding.every(Number.isFinite))).toBe(true);
  });

  it('answers a single text while a large batch is running', async () => {
    const batch = client.embeddings.create({
      model: 'x',
      input: Array.from({ length: 100 }, (_, i) => `Text number ${i}`),
    });
    let batchDone = false;
    const watched = batch.then(() => {
      batchDone = true;
    });
    await client.embeddings.create({ model: 'x', input: 'one' });
    expect(batchDone).toBe(false);
    await watched;
  });

  it.each([
    ['an empty text', { input: '' }],
    ['an empty list', { input: [] }],
    ['other dimensions', { input: 'x', dimensions: 1536 }],
    ['too many tokens', { input: 'word '.repeat(9_000) }],
    ['too many texts', { input: Array.from({ length: 2_049 }, () => 'x') }],
  ])('refuses %s with 400 as OpenAI does', async (_, request) => {
    await expect(client.embeddings.create({ model: 'x', ...request })).rejects.toMatchObject({ status: 400 });
  });

  it('refuses a prompt that is no document, bad JSON and unknown routes in the shape of OpenAI', async () => {
    await expect(ask('Tell me a joke')).rejects.toMatchObject({ status: 400, type: 'invalid_request_error' });
    await expect(client.files.list()).rejects.toMatchObject({ status: 404 });
    const bad = await fetch(`${server.baseUrl}/responses`, { method: 'POST', body: '{' });
    expect(bad.status).toBe(400);
    expect(await bad.json()).toMatchObject({ error: { type: 'invalid_request_error', message: expect.any(String) } });
  });
});
