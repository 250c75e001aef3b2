import { describe, expect, it } from 'vitest';
import { PIPELINE_VERSION } from '../../../src/config.ts';
import { type DraftCounters, NO_COUNTERS } from '../../../src/metrics/counters.ts';
import { type BusinessWatch, decideGuardrail, levelOf } from '../../../src/metrics/guardrails/decide-guardrail.ts';
import { judgeFinding } from '../../../src/metrics/guardrails/run-guardrails.ts';

type Day = { rag?: Partial<DraftCounters>; control?: Partial<DraftCounters> };
const watch = (businessId: string, days: Day[], baseline: Partial<DraftCounters> = {}): BusinessWatch => ({
  businessId,
  days: days.map(({ rag, control }) => ({ rag: { ...NO_COUNTERS, ...rag }, control: { ...NO_COUNTERS, ...control } })),
  baseline: { ...NO_COUNTERS, ...baseline },
});
const timeouts = (bad: number, of: number): Day => ({ rag: { retrievals: of, retrievalTimeouts: bad } });
const reviews = (rag: [number, number], control: [number, number]): Day => ({
  rag: { approved: rag[0], discarded: rag[1] - rag[0] },
  control: { approved: control[0], discarded: control[1] - control[0] },
});

describe('a guardrail', () => {
  it.each([
    ['nothing has happened', 'retrieval-timeouts-emergency', [watch('a', [{}])], 'not-enough-data'],
    ['two of five time out', 'retrieval-timeouts-emergency', [watch('a', [timeouts(2, 5)])], 'not-enough-data'],
    ['all of six time out', 'retrieval-timeouts-emergency', [watch('a', [timeouts(6, 6)])], 'harmful'],
    [
      '16 % of 200 time out, above the limit of a pause',
      'retrieval-timeouts-pilot',
      [watch('a', [timeouts(32, 200)])],
      'harmful',
    ],
    [
      'the same, below the limit of a roll-back',
      'retrieval-timeouts-emergency',
      [watch('a', [timeouts(32, 200)])],
      'fine',
    ],
    ['exactly the limit', 'retrieval-timeouts-emergency', [watch('a', [timeouts(100, 1000)])], 'fine'],
    [
      'records fail in one of six calls',
      'tool-validation-emergency',
      [watch('a', [{ control: { toolCalls: 80, toolValidationErrors: 14 } }])],
      'harmful',
    ],
    ['approvals are alike', 'approval-drop-emergency', [watch('a', [reviews([70, 100], [18, 25])])], 'fine'],
    ['approvals are far down', 'approval-drop-emergency', [watch('a', [reviews([20, 100], [22, 25])])], 'harmful'],
    [
      'approvals are down, by few reviews',
      'approval-drop-emergency',
      [watch('a', [reviews([5, 15], [9, 10])])],
      'not-enough-data',
    ],
    [
      'approvals are certainly down, by less than the limit',
      'approval-drop-emergency',
      [watch('a', [reviews([700, 1000], [225, 250])])],
      'fine',
    ],
    [
      'the same is more than the pilot takes',
      'approval-drop-pilot',
      [watch('a', [reviews([700, 1000], [225, 250])])],
      'harmful',
    ],
    [
      'no control arm, and no baseline',
      'approval-drop-emergency',
      [watch('a', [reviews([10, 100], [0, 0])])],
      'not-enough-data',
    ],
    [
      'nothing of the control arm is approved',
      'approval-drop-emergency',
      [watch('a', [reviews([0, 100], [0, 50])])],
      'fine',
    ],
  ] as const)('when %s: %s says %s', (_, name, watches, expected) => {
    expect(decideGuardrail(name, [...watches]).status).toBe(expected);
  });

  it('takes the time before RAG for the control arm that has no reviews, and says so', () => {
    const verdict = decideGuardrail('approval-drop-emergency', [
      watch('a', [reviews([20, 100], [0, 0])], { approved: 45, discarded: 5 }),
    ]);
    expect(verdict).toMatchObject({ status: 'harmful', figures: { against: 'baseline' } });
    expect(verdict.status === 'harmful' && verdict.because[0]).toContain('before RAG (baseline)');
  });

  it('leaves out approvals that nobody can have read', () => {
    const day = reviews([75, 100], [23, 25]);
    const stamped = { ...day, rag: { ...day.rag, fastApprovals: 70 } };
    expect(decideGuardrail('approval-drop-emergency', [watch('a', [day])]).status).toBe('fine');
    expect(decideGuardrail('approval-drop-emergency', [watch('a', [stamped])]).status).toBe('harmful');
  });

  it('does not take a business that approves less anyway, and has no control arm, for a loss', () => {
    const strict = watch('strict', [reviews([100, 200], [0, 0])], { approved: 50, discarded: 50 });
    const easy = watch('easy', [reviews([90, 100], [90, 100])]);
    for (const name of ['approval-drop-emergency', 'approval-drop-pilot'] as const) {
      expect(decideGuardrail(name, [strict, easy])).toMatchObject({ status: 'fine', figures: { estimate: 0 } });
    }
    // The same with a small control arm there: the shares of the arms differ, the approvals do not.
    const few = watch('strict', [reviews([100, 200], [5, 10])]);
    expect(decideGuardrail('approval-drop-emergency', [few, easy]).status).toBe('fine');
  });

  it('sees a loss that many small businesses have together', () => {
    const small = Array.from({ length: 12 }, (_, index) => watch(String(index), [reviews([4, 10], [5, 5])]));
    expect(decideGuardrail('approval-drop-emergency', small)).toMatchObject({ status: 'harmful', harmed: [] });
  });

  it('is not blinded to a bad day by good weeks before it', () => {
    const good = Array.from({ length: 20 }, () => timeouts(1, 200));
    const verdict = decideGuardrail('retrieval-timeouts-emergency', [watch('a', [...good, timeouts(25, 60)])]);
    expect(verdict).toMatchObject({ status: 'harmful', figures: { numerator: 25, denominator: 60, sinceDay: 20 } });
    // Over the whole watch it is 1.1 %.
    expect(decideGuardrail('retrieval-timeouts-emergency', [watch('a', good)]).status).toBe('fine');
  });

  it('needs twenty reviews with RAG and ten without, to the review', () => {
    const status = (rag: number, control: number, baseline = 0) =>
      decideGuardrail('approval-drop-emergency', [
        watch('a', [reviews([0, rag], [control, control])], { approved: baseline }),
      ]);
    expect(status(20, 10)).toMatchObject({ status: 'harmful', figures: { against: 'control', estimate: 1 } });
    expect(status(19, 10).status).not.toBe('harmful');
    expect(status(20, 9).status).not.toBe('harmful');
    expect(status(20, 9, 10)).toMatchObject({ status: 'harmful', figures: { against: 'baseline' } });
    expect(status(20, 9, 9).status).not.toBe('harmful');
  });

  it('shows the figures of the one that is harmed, and of all where more are', () => {
    const name = 'retrieval-timeouts-emergency';
    const [bad, fine] = [timeouts(20, 40), timeouts(0, 40)];
    expect(decideGuardrail(name, [watch('a', [bad]), watch('b', [fine])])).toMatchObject({
      harmed: ['a'],
      widespread: false,
      figures: { numerator: 20, denominator: 40 },
    });
    expect(decideGuardrail(name, [watch('a', [bad]), watch('b', [bad]), watch('c', [fine])])).toMatchObject({
      harmed: ['a', 'b'],
      widespread: true,
      figures: { numerator: 40, denominator: 120 },
    });
    // One by itself, and the others only together.
    const mild = Array.from({ length: 12 }, (_, index) => watch(String(index), [timeouts(7, 20)]));
    expect(decideGuardrail(name, [watch('a', [timeouts(40, 40)]), ...mild])).toMatchObject({
      harmed: ['a'],
      widespread: true,
      figures: { numerator: 40 + 84, denominator: 40 + 240 },
    });
  });

  it('looks back six weeks for a bad day, and no further', () => {
    const name = 'retrieval-timeouts-emergency';
    const daysLater = (days: number) =>
      decideGuardrail(name, [
        watch('a', [
          ...Array.from({ length: 30 }, () => timeouts(0, 200)),
          timeouts(60, 60),
          ...Array.from({ length: days }, () => timeouts(0, 1)),
        ]),
      ]).status;
    expect(daysLater(0)).toBe('harmful');
    expect(daysLater(40)).toBe('harmful');
    expect(daysLater(60)).toBe('fine');
  });

  it('names the one business that is harmed, and says when it is more than one or nobody in particular', () => {
    const [bad, fine] = [timeouts(20, 40), timeouts(0, 40)];
    const name = 'retrieval-timeouts-emergency';
    expect(decideGuardrail(name, [watch('a', [fine]), watch('b', [bad]), watch('c', [fine])])).toMatchObject({
      harmed: ['b'],
      widespread: false,
    });
    expect(decideGuardrail(name, [watch('a', [bad]), watch('b', [bad]), watch('c', [fine])])).toMatchObject({
      harmed: ['a', 'b'],
      widespread: true,
    });
    const little = Array.from({ length: 40 }, (_, index) => watch(String(index), [timeouts(1, 3)]));
    expect(decideGuardrail(name, little)).toMatchObject({ harmed: [], widespread: true });
  });
});

describe('the level of a roll-back', () => {
  it.each([
    [{ harmed: ['a'], widespread: false }, { members: ['a', 'b'] }, 'business'],
    [{ harmed: ['a'], widespread: false }, null, 'business'],
    [{ harmed: ['a', 'b'], widespread: true }, { members: ['a', 'b', 'c'] }, 'cohort'],
    [{ harmed: ['a', 'z'], widespread: true }, { members: ['a', 'b'] }, 'global'],
    [{ harmed: ['a', 'b'], widespread: true }, null, 'global'],
    // Nobody by himself, or one and the others together: then it is about all who are watched.
    [{ harmed: [], widespread: true }, { members: ['a', 'b', 'z'] }, 'cohort'],
    [{ harmed: ['a'], widespread: true }, { members: ['a', 'b', 'z'] }, 'cohort'],
    [{ harmed: ['a'], widespread: true }, { members: ['a', 'b'] }, 'global'],
    [{ harmed: [], widespread: true }, { members: ['a', 'b'] }, 'global'],
    [{ harmed: [], widespread: true }, { members: [] }, 'global'],
  ] as const)('of %o with the ramp %o is %s', (verdict, ramp, expected) => {
    const members = ramp === null ? null : { members: [...ramp.members] };
    expect(levelOf({ ...verdict, harmed: [...verdict.harmed] }, members, ['a', 'b', 'z'])).toBe(expected);
  });
});

describe('a finding', () => {
  const finding = {
    type: 'hallucination' as const,
    arm: 'rag',
    pipelineVersion: PIPELINE_VERSION,
    trace: { source: 'recheck', types: ['money'] },
    enrolled: true,
    settled: false,
  };
  it.each([
    ['a wrong fact with RAG', {}, 'hallucination', 'roll-back'],
    ['of an older pipeline', { pipelineVersion: '0' }, 'hallucination', 'report'],
    ['of a draft without RAG', { arm: 'control' }, 'hallucination', 'report'],
    ['of a draft from before the restore', { settled: true }, 'hallucination', 'report'],
    ['where RAG is off already', { enrolled: false }, 'hallucination', 'report'],
    ['a leak', { type: 'security', trace: { codes: ['PII_CARD'] } }, 'security-incident', 'roll-back'],
    [
      'a leak in the control arm',
      { type: 'security', arm: 'control', trace: { codes: ['PII_CARD'] } },
      'security-incident',
      'roll-back',
    ],
    [
      'a report that the re-check does not see',
      { type: 'reported', trace: { kind: 'wrong_fact' } },
      'unconfirmed-report',
      'pause-business',
    ],
    ...(
      [
        ['such a report of a draft without RAG', { arm: 'control' }],
        ['of one that an older pipeline made', { pipelineVersion: '0' }],
        ['of one whose business has no RAG any more', { enrolled: false }],
      ] as const
    ).map(
      ([name, more]) =>
        [name, { type: 'reported', trace: { kind: 'wrong_fact' }, ...more }, 'unconfirmed-report', 'report'] as const,
    ),
  ] as const)('%s', (_, more, guardrail, action) => {
    expect(judgeFinding({ ...finding, ...more })).toMatchObject({ guardrail, action });
  });
});
