import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ComposeDocument, PromptSource } from '../../src/drafting/prompt-document.ts';
import { fitBudget } from '../../src/drafting/token-budget.ts';
import { type CountTokens, loadTokenCounter } from '../../src/model/count-tokens.ts';

const INSTRUCTIONS = 'Write the reply.';
const AS_COUNTED = { constant: 0, factor: 1 };
/** Cheap and monotonous: three characters a token. */
const thirds: CountTokens = (text) => Math.ceil(text.length / 3);

interface Parts {
  orders: number;
  snippets: string[];
  examples: string[];
  turns: string[];
  mail: string;
}

function documentOf({ orders, snippets, examples, turns, mail }: Parts): ComposeDocument {
  const sources = [
    ...Array.from({ length: orders }, (_, i) => ({
      kind: 'order' as const,
      order: { orderNumber: `#W${i}`, status: 'shipped', canonicalStatus: 'shipped' as const },
    })),
    { kind: 'appointment' as const, appointment: { id: 'A1', startsAt: '2026-11-20T10:00:00Z', status: 'confirmed' } },
    { kind: 'profile' as const, profile: { website: 'https://corner.example' } },
    ...snippets.map((text, i) => ({ kind: 'snippet' as const, key: `s${i}`, text })),
    ...examples.map((answer) => ({ kind: 'example' as const, question: 'q', answer })),
  ].map((source, index): PromptSource => ({ ...source, index }));
  return {
    task: 'compose_reply',
    language: 'en',
    intent: 'ORDER',
    mailDate: '2026-11-09',
    business: { name: 'Corner Shop', timeZone: 'UTC' },
    sources,
    thread: turns.map((text) => ({ from: 'customer' as const, date: '2026-11-08', text })),
    customerMail: { subject: 'A question', text: mail },
  };
}

const long = (word: string, times: number) => `${word} `.repeat(times);
const ofKind = (document: ComposeDocument, ...kinds: PromptSource['kind'][]) =>
  document.sources.filter(({ kind }) => kinds.includes(kind));

describe('the token budget', () => {
  const parts: Parts = {
    orders: 2,
    snippets: [long('snippet', 100), long('snippet', 100)],
    examples: [long('example', 100), long('example', 100), long('example', 100)],
    turns: Array.from({ length: 5 }, () => long('turn', 100)),
    mail: long('mail', 200),
  };
  const document = documentOf(parts);
  const within = (budget: number, correction = AS_COUNTED) =>
    fitBudget(document, { instructions: INSTRUCTIONS, budget, correction, countTokens: thirds });
  const whole = thirds(INSTRUCTIONS) + thirds(JSON.stringify(document));

  it('leaves a document that fits as it is', () => {
    expect(within(whole)).toEqual({
      status: 'fits',
      document,
      countedTokens: whole,
      predictedTokens: whole,
      dropped: [],
    });
  });

  it.each([
    ['the last example', 1, ['example:8']],
    ['all examples', 800, ['example:8', 'example:7', 'example:6']],
    ['then the last snippet', 1_000, ['example:8', 'example:7', 'example:6', 'snippet:5']],
    ['then all snippets', 1_250, ['example:8', 'example:7', 'example:6', 'snippet:5', 'snippet:4']],
    [
      'then the older half of the turns',
      1_500,
      ['example:8', 'example:7', 'example:6', 'snippet:5', 'snippet:4', 'turns:2'],
    ],
  ])('drops %s when that is enough', (_what, over, dropped) => {
    const result = within(whole - over);
    expect(result).toMatchObject({ status: 'fits', dropped });
  });

  it('drops the oldest turns first', () => {
    const turns = ['first', 'second', 'third'].map((text) => long(text, 200));
    const thread = documentOf({ orders: 1, snippets: [], examples: [], turns, mail: 'Hello' });
    const all = thirds(INSTRUCTIONS) + thirds(JSON.stringify(thread));
    const result = fitBudget(thread, {
      instructions: INSTRUCTIONS,
      budget: all - 1,
      correction: AS_COUNTED,
      countTokens: thirds,
    });
    expect(result.status === 'fits' && result.document.thread.map(({ text }) => text)).toEqual(turns.slice(1));
  });

  it('cuts the end of an overlong mail last, and says so once', () => {
    const result = within(400);
    expect(result.status).toBe('fits');
    expect(result.dropped.filter((what) => what === 'mail:end')).toHaveLength(1);
    if (result.status !== 'fits') return;
    expect(parts.mail.startsWith(result.document.customerMail.text)).toBe(true);
    expect(result.document.customerMail.text.length).toBeGreaterThanOrEqual(200);
    expect(result.document.thread).toEqual([]);
  });

  it('does not fit where instructions and tool results alone are too much', () => {
    expect(within(50)).toMatchObject({ status: 'does-not-fit' });
    expect(within(0).status).toBe('does-not-fit');
    const many = documentOf({ orders: 400, snippets: [], examples: [], turns: [], mail: 'Hello' });
    const options = { instructions: INSTRUCTIONS, budget: 1_000, correction: AS_COUNTED, countTokens: thirds };
    expect(fitBudget(many, options).status).toBe('does-not-fit');
  });

  it('counts what the API will report: by factor and constant', () => {
    const result = within(10_000, { constant: 50, factor: 1.25 });
    expect(result).toMatchObject({ status: 'fits', predictedTokens: Math.ceil(whole * 1.25 + 50) });
    expect(within(whole, { constant: 1, factor: 1 }).dropped).toEqual(['example:8']);
  });

  it('does not change the document it was given', () => {
    const before = JSON.stringify(document);
    within(400);
    expect(JSON.stringify(document)).toBe(before);
  });

  const words = fc.oneof(
    fc.string({ maxLength: 600, unit: 'binary' }),
    fc.integer({ min: 0, max: 400 }).map((times) => long('word', times)),
  );
  const anyParts = fc.record({
    orders: fc.integer({ min: 0, max: 4 }),
    snippets: fc.array(words, { maxLength: 4 }),
    examples: fc.array(words, { maxLength: 4 }),
    turns: fc.array(words, { maxLength: 12 }),
    mail: fc.oneof(
      words,
      fc.integer({ min: 0, max: 900 }).map((times) => '\u{1F600}'.repeat(times)),
    ),
  });
  const anyCorrection = fc.record({
    constant: fc.integer({ min: -20, max: 200 }),
    factor: fc.double({ min: 0.7, max: 1.6, noNaN: true }),
  });

  it('never exceeds its budget, never touches tool results, and drops in order', () => {
    fc.assert(
      fc.property(anyParts, fc.integer({ min: 0, max: 4_000 }), anyCorrection, (some, budget, correction) => {
        const given = documentOf(some);
        const result = fitBudget(given, { instructions: INSTRUCTIONS, budget, correction, countTokens: thirds });
        const measured = (candidate: ComposeDocument) =>
          Math.ceil(
            (thirds(INSTRUCTIONS) + thirds(JSON.stringify(candidate))) * correction.factor + correction.constant,
          );
        if (result.status === 'does-not-fit') {
          const least = { ...given, sources: ofKind(given, 'order', 'appointment', 'profile'), thread: [] };
          const text = given.customerMail.text.slice(0, 200);
          expect(measured({ ...least, customerMail: { ...given.customerMail, text } })).toBeGreaterThan(budget);
          return;
        }
        const kept = result.document;
        expect(result.predictedTokens).toBe(measured(kept));
        expect(result.predictedTokens).toBeLessThanOrEqual(budget);
        const tools = ['order', 'appointment', 'profile'] as const;
        expect(ofKind(kept, ...tools)).toEqual(ofKind(given, ...tools));
        expect(kept.customerMail.text.isWellFormed()).toBe(
          given.customerMail.text.slice(0, kept.customerMail.text.length).isWellFormed(),
        );

        // Nothing of a kind goes while something of an earlier kind is there, and what stays is the beginning or the end.
        const examples = ofKind(kept, 'example');
        const snippets = ofKind(kept, 'snippet');
        expect(examples).toEqual(ofKind(given, 'example').slice(0, examples.length));
        expect(snippets).toEqual(ofKind(given, 'snippet').slice(0, snippets.length));
        expect(kept.thread).toEqual(given.thread.slice(given.thread.length - kept.thread.length));
        if (snippets.length < some.snippets.length) expect(examples).toEqual([]);
        if (kept.thread.length < given.thread.length) expect([...examples, ...snippets]).toEqual([]);
        if (kept.customerMail.text !== given.customerMail.text) expect(kept.thread).toEqual([]);
        expect(given.customerMail.text.startsWith(kept.customerMail.text)).toBe(true);
        if (measured(given) <= budget) expect(kept).toBe(given);
      }),
      { numRuns: 500 },
    );
  });

  describe('with the real tokenizer', () => {
    let countTokens: CountTokens;

    beforeAll(async () => {
      countTokens = await loadTokenCounter();
    });

    it.each([
      ['100,000 letters without a space', 'a'.repeat(100_000)],
      ['special tokens', '<|endoftext|><|im_start|>'.repeat(2_000)],
      ['emoji', '\u{1F600}\u{1F1E9}\u{1F1EA}'.repeat(10_000)],
      ['line ends', '\n'.repeat(50_000)],
      ['words', long('word', 20_000)],
    ])('fits a mail of %s', (_what, mail) => {
      const given = documentOf({ ...parts, mail });
      const options = { instructions: INSTRUCTIONS, budget: 2_000, correction: AS_COUNTED, countTokens };
      const result = fitBudget(given, options);
      expect(result.status).toBe('fits');
      if (result.status !== 'fits') return;
      expect(result.predictedTokens).toBeLessThanOrEqual(2_000);
      expect(countTokens(INSTRUCTIONS) + countTokens(JSON.stringify(result.document))).toBe(result.predictedTokens);
      expect(ofKind(result.document, 'order')).toEqual(ofKind(given, 'order'));
    });
  });
});
