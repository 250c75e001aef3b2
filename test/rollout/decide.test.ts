import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRag, type FlagFacts, type FlagReason } from '../../src/rollout/decide.ts';
import { murmur3, threadBucket } from '../../src/rollout/thread-bucket.ts';

const OPEN: FlagFacts = {
  edge: 'absent',
  featureState: 'active',
  enrolled: true,
  emailRagEnabled: true,
  emailSnippetsEnabled: true,
  threadBucket: 0.5,
  controlShare: 0.2,
};

/** What can stand in the way, in the order in which it is given as the reason. */
const OBSTACLES: [FlagReason, Partial<FlagFacts>][] = [
  ['KILLED_AT_EDGE', { edge: 'off' }],
  ['EDGE_UNREADABLE', { edge: 'unreadable' }],
  ['KILLED', { featureState: 'killed' }],
  ['NOT_ENROLLED', { enrolled: false }],
  ['BUSINESS_OFF', { emailRagEnabled: false }],
  ['CONTROL_ARM', { threadBucket: 0.1 }],
];

const facts: fc.Arbitrary<FlagFacts> = fc.record({
  edge: fc.constantFrom('absent', 'off', 'unreadable'),
  featureState: fc.constantFrom('active', 'killed'),
  enrolled: fc.boolean(),
  emailRagEnabled: fc.boolean(),
  emailSnippetsEnabled: fc.boolean(),
  threadBucket: fc.integer({ min: 0, max: 9_999 }).map((n) => n / 10_000),
  controlShare: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('the flag decision', () => {
  it('names the first obstacle of every subset of obstacles, and is ON for the empty one', () => {
    for (let subset = 0; subset < 2 ** OBSTACLES.length; subset++) {
      const present = OBSTACLES.filter((_, index) => subset & (1 << index));
      // The edge is off or unreadable, not both: the earlier one is set last.
      const input: FlagFacts = Object.assign({}, OPEN, ...present.map(([, change]) => change).reverse());
      const decision = decideRag(input);
      const reason = present[0]?.[0] ?? 'ON';
      expect(decision).toEqual({
        value: present.length === 0,
        variant: reason === 'ON' ? 'rag' : reason === 'CONTROL_ARM' ? 'control' : 'none',
        reason,
        snippets: reason === 'ON' || reason === 'CONTROL_ARM' || reason === 'BUSINESS_OFF',
      });
    }
  });

  it('has the first bucket beyond the control share with RAG', () => {
    expect(decideRag({ ...OPEN, threadBucket: 0.2 }).reason).toBe('ON');
    expect(decideRag({ ...OPEN, threadBucket: 0.1999 }).reason).toBe('CONTROL_ARM');
    expect(decideRag({ ...OPEN, threadBucket: 0, controlShare: 0 }).reason).toBe('ON');
    expect(decideRag({ ...OPEN, threadBucket: 0.9999, controlShare: 1 }).reason).toBe('CONTROL_ARM');
  });

  it('is on only where every single condition holds', () => {
    fc.assert(
      fc.property(facts, (input) => {
        const all =
          input.edge === 'absent' &&
          input.featureState === 'active' &&
          input.enrolled &&
          input.emailRagEnabled &&
          input.threadBucket >= input.controlShare;
        const decision = decideRag(input);
        expect(decision.value).toBe(all);
        expect(decision.value).toBe(decision.reason === 'ON');
        expect(decision.variant === 'rag').toBe(decision.value);
        expect(decision.variant === 'control').toBe(decision.reason === 'CONTROL_ARM');
      }),
    );
  });

  it('fails closed: an edge that cannot be read never has more on than one that is off', () => {
    fc.assert(
      fc.property(facts, (input) => {
        const unreadable = decideRag({ ...input, edge: 'unreadable' });
        const off = decideRag({ ...input, edge: 'off' });
        expect([unreadable.value, unreadable.snippets]).toEqual([off.value, off.snippets]);
        expect(unreadable).toMatchObject({ value: false, snippets: false });
      }),
    );
  });

  it('gives snippets to both arms, and to nobody who is not enrolled or whose feature is killed', () => {
    fc.assert(
      fc.property(facts, (input) => {
        const open = input.edge === 'absent' && input.featureState === 'active' && input.enrolled;
        expect(decideRag(input).snippets).toBe(open && input.emailSnippetsEnabled);
      }),
    );
  });

  it('never switches a thread off when the control share shrinks, nor on when it grows', () => {
    fc.assert(
      fc.property(facts, fc.double({ min: 0, max: 1, noNaN: true }), (input, other) => {
        const [small, large] = [Math.min(input.controlShare, other), Math.max(input.controlShare, other)];
        const wide = decideRag({ ...input, controlShare: small }).value;
        const narrow = decideRag({ ...input, controlShare: large }).value;
        expect(narrow && !wide).toBe(false);
      }),
    );
  });

  it('has nobody in the control arm at share 0 and everybody at share 1', () => {
    fc.assert(
      fc.property(facts, (input) => {
        expect(decideRag({ ...input, controlShare: 0 }).reason).not.toBe('CONTROL_ARM');
        expect(decideRag({ ...input, controlShare: 1 }).value).toBe(false);
      }),
    );
  });
});

describe('the arm of a thread', () => {
  it('is sticky: the same thread always has the same bucket, in [0, 1)', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (businessId, threadId) => {
        const bucket = threadBucket('RAG_PILOT', businessId, threadId);
        expect(bucket).toBe(threadBucket('RAG_PILOT', businessId, threadId));
        expect(bucket >= 0 && bucket < 1).toBe(true);
      }),
    );
  });

  it('spreads threads evenly, also those of one business with counted ids', () => {
    const total = 20_000;
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < total; i++) {
      const decile = Math.floor(threadBucket('RAG_PILOT', 'b1', `thread-${i}`) * 10);
      counts[decile] = (counts[decile] ?? 0) + 1;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - total / 10) ** 2 / (total / 10), 0);
    // 27.9 is the 99.9 % point of chi-square with 9 degrees of freedom.
    expect(chiSquare).toBeLessThan(27.9);
  });

  it.each([
    ['', 0],
    ['a', 0x3c2569b2],
    ['test', 0xba6bd213],
    ['Hello, world!', 0xc0363e43],
    ['ü€😀', 0xe9688f1],
    ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
  ])('hashes %j as the published MurmurHash3 does', (text, hash) => {
    expect(murmur3(text)).toBe(hash);
  });
});
