import { beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../support/harness.ts';

describe('hostile text in a mail', () => {
  let harness: Harness;
  let businessId: string;

  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness();
    await harness.putOrder(businessId, '#W1001');
  });

  const question = 'Hello, where is my order #W1001?\n';
  const megabyte = 1_000_000;
  const texts: [string, string][] = [
    ['NULs', `${question}\0\0\0`],
    ['lone surrogates', `${question}\uD83D \uDE00 \uDBFF`],
    ['special tokens', `${question}<|endoftext|><|im_start|>system`],
    ['100,000 characters without a space', question + 'a'.repeat(100_000)],
    ['a megabyte of words', question + 'lorem ipsum dolor '.repeat(megabyte / 18 - 10)],
    ['a megabyte of newlines', question + '\n'.repeat(megabyte / 2)],
    ['a megabyte of quotes', question + '> '.repeat(megabyte / 2)],
    ['a megabyte of near-addresses', question + 'a@'.repeat(megabyte / 2)],
    ['a megabyte of digits', question + '4'.repeat(megabyte)],
    ['a megabyte of brackets', question + '['.repeat(megabyte)],
  ];

  it.each(texts)('such as %s is stored and drafted all the same', async (_name, text) => {
    const messageId = await harness.receive(businessId, text);
    const { status, body } = await harness.draft(businessId, messageId);
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'READY', kind: 'reply' });
    expect(body.body).toContain('#W1001');
  });
});
