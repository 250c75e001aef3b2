import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRamp, LONGEST_WATCHED_GAP_MS, type RampFacts, STALE_AFTER_MS } from '../../src/rollout/decide-ramp.ts';
import type { RampReading } from '../../src/rollout/ramp-metrics.ts';
import { DEFAULT_RAMP_PLAN, RAMP_METRICS, type RampStep } from '../../src/rollout/ramp-plan.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const HOUR_MS = 3_600_000;
const NAMED: Record<string, string[]> = { baseline: ['a'], pilot: ['a', 'b'], expansion: ['a', 'b', 'c', 'd', 'e'] };
const PLAN: RampStep[] = DEFAULT_RAMP_PLAN.map((step) =>
  step.who.kind === 'named' ? { ...step, who: { ...step.who, businesses: NAMED[step.name] ?? [] } } : step,
);
const ALL = Array.from({ length: 40 }, (_, index) => (index < 5 ? ('abcde'[index] ?? '') : `shop-${index}`));

type Ok = Extract<RampReading, { status: 'ok' }>;
const GOOD: Ok = {
  status: 'ok',
  at: NOW,
  metrics: {
    draftSuccessRate: { value: 0.99, samples: 200 },
    toolErrorRate: { value: 0, samples: 200 },
    tokenBudgetOverruns: { value: 0, samples: 200 },
    tokenErrorRate: { value: 0.05, samples: 200 },
    ragHitRate: { value: 0.8, samples: 200 },
    ragLatencyP95: { value: 120, samples: 200 },
    approvalRate: { value: 0.85, samples: 200 },
  },
  hallucinations: 0,
  securityIncidents: 0,
  guardrail: { tier: 'none', because: [] },
  sampleRatio: 'ok',
};

interface Change {
  step?: string;
  ramp?: Partial<RampFacts['ramp']>;
  reading?: Partial<Ok> | RampReading;
  facts?: Partial<RampFacts>;
}

/** A ramp all of whose gates are open, with changes. */
function facts({ step = 'pilot', ramp, reading, facts: other }: Change = {}): RampFacts {
  return {
    now: NOW,
    ramp: {
      feature: 'RAG_PILOT',
      status: 'running',
      outcome: null,
      plan: PLAN,
      step: PLAN.findIndex(({ name }) => name === step),
      stepStartedAt: new Date(NOW.getTime() - 400 * HOUR_MS),
      stableMs: 300 * HOUR_MS,
      evaluatedAt: new Date(NOW.getTime() - 60_000),
      paused: null,
      signatures: {
        approval: { by: 'ada', at: NOW.toISOString(), reason: null },
        security: { by: 'ada', at: NOW.toISOString(), reference: 'SEC-1' },
      },
      ...ramp,
    },
    featureState: 'active',
    edge: 'absent',
    businesses: ALL,
    enrolled: ['a', 'b'].map((businessId) => ({
      businessId,
      enabledAt: new Date(NOW.getTime() - 400 * HOUR_MS),
      ragOn: true,
    })),
    excluded: [],
    reading: { ...GOOD, ...reading } as RampReading,
    backfills: { status: 'ok', missing: [] },
    ...other,
  };
}

const noData = (because: string): RampReading => ({ status: 'no-data', because });

describe('the gates of a ramp', () => {
  it.each(PLAN.slice(0, -1).map(({ name }, index) => [name, PLAN[index + 1]?.name ?? '']))(
    'all open, %s is left for %s, and only for that',
    (step) => {
      expect(decideRamp(facts({ step }))).toMatchObject({
        action: 'advance',
        gate: null,
        status: 'running',
        stableMs: 0,
      });
    },
  );

  it('all open, the last step finishes the ramp', () => {
    expect(decideRamp(facts({ step: '100%' }))).toMatchObject({ action: 'finish', status: 'done' });
  });

  const table: [string, Change, string, string, string][] = [
    ['hallucination', { reading: { hallucinations: 1 } }, 'roll-back', 'invariants', 'hallucinations 1'],
    ['security incident', { reading: { securityIncidents: 1 } }, 'roll-back', 'invariants', 'security incidents 1'],
    ['killed feature', { facts: { featureState: 'killed' } }, 'hold', 'invariants', 'killed'],
    ['edge off', { facts: { edge: 'off' } }, 'hold', 'invariants', 'edge switch is off'],
    ['edge unreadable', { facts: { edge: 'unreadable' } }, 'hold', 'invariants', 'cannot be read'],
    [
      'emergency guardrail',
      { reading: { guardrail: { tier: 'roll-back', because: ['x'] } } },
      'roll-back',
      'guardrails',
      'x',
    ],
    ['pilot guardrail', { reading: { guardrail: { tier: 'pause', because: ['y'] } } }, 'pause', 'guardrails', 'y'],
    ['a pause', { ramp: { paused: { by: 'ada', reason: 'lunch' } } }, 'hold', 'pause', 'paused by ada: lunch'],
    ['no metrics', { reading: noData('not measured yet') }, 'hold', 'no-data', 'no data: not measured yet'],
    ['stale metrics', { reading: { at: new Date(NOW.getTime() - STALE_AFTER_MS - 1) } }, 'hold', 'no-data', 'stale'],
    [
      'one metric without data',
      { reading: { metrics: { ...GOOD.metrics, ragHitRate: undefined } } as Partial<Ok> },
      'hold',
      'no-data',
      'no data: ragHitRate',
    ],
    ['sample ratio', { reading: { sampleRatio: 'mismatch' } }, 'hold', 'no-data', 'sample ratio mismatch'],
    ['hold time', { ramp: { stableMs: 47 * HOUR_MS } }, 'hold', 'hold-time', '47.0 of 48'],
    [
      'few samples',
      { reading: { metrics: { ...GOOD.metrics, approvalRate: { value: 1, samples: 29 } } } },
      'hold',
      'minimum-sample',
      'approvalRate: 29 of 30',
    ],
    [
      'a target missed',
      { reading: { metrics: { ...GOOD.metrics, approvalRate: { value: 0.7, samples: 500 } } } },
      'hold',
      'minimum-sample',
      'approvalRate is 0.7, must be above 0.7',
    ],
    [
      'latency',
      { reading: { metrics: { ...GOOD.metrics, ragLatencyP95: { value: 200, samples: 500 } } } },
      'hold',
      'minimum-sample',
      'below 200',
    ],
    [
      'token samples',
      { step: 'expansion', reading: { metrics: { ...GOOD.metrics, tokenErrorRate: { value: 0, samples: 99 } } } },
      'hold',
      'minimum-sample',
      '99 of 100',
    ],
    [
      'no backfill record',
      { step: 'baseline', facts: { backfills: { status: 'no-data', because: 'none' } } },
      'hold',
      'opening',
      'no data: none',
    ],
    [
      'a backfill missing',
      { step: 'baseline', facts: { backfills: { status: 'ok', missing: ['b'] } } },
      'hold',
      'opening',
      '90-day backfill missing: b',
    ],
    [
      'too few seasoned businesses for 10%',
      {
        step: 'expansion',
        facts: { enrolled: [{ businessId: 'a', enabledAt: new Date(NOW.getTime() - 7 * 24 * HOUR_MS), ragOn: true }] },
      },
      'hold',
      'opening',
      '1 of 2 businesses had RAG on for 7 days',
    ],
    [
      'no security signature',
      { step: '10%', ramp: { signatures: { approval: { by: 'a', at: '', reason: null } } } },
      'await-approval',
      'security-check',
      'security check',
    ],
    ['no approval', { ramp: { signatures: {} } }, 'await-approval', 'approval', 'approval of a person'],
  ];
  it.each(table)('%s stops it', (_name, change, action, gate, because) => {
    const verdict = decideRamp(facts(change));
    expect(verdict).toMatchObject({ action, gate });
    expect(verdict.because.join('; ')).toContain(because);
  });

  it('are asked in the order of the handbook: of all that is wrong, the first gate answers', () => {
    const wrong: [string, Change][] = [
      ['invariants', { reading: { securityIncidents: 1 } }],
      ['guardrails', { reading: { guardrail: { tier: 'pause', because: ['y'] } } }],
      ['no-data', { reading: { sampleRatio: 'mismatch' } }],
      ['hold-time', { ramp: { stableMs: 0 } }],
      ['minimum-sample', { reading: { metrics: { ...GOOD.metrics, approvalRate: { value: 0.1, samples: 90 } } } }],
      ['security-check', { ramp: { signatures: {} } }],
    ];
    for (let first = 0; first < wrong.length; first++) {
      const present = wrong.slice(first);
      const merged: Change = {
        step: '10%',
        ramp: Object.assign({}, ...present.map(([, change]) => change.ramp)),
        reading: Object.assign({}, ...present.map(([, change]) => change.reading)),
      };
      expect(decideRamp(facts(merged)).gate).toBe(present[0]?.[0]);
    }
  });

  it('hold with "no data" on every step while nothing is measured', () => {
    for (const { name } of PLAN) {
      expect(decideRamp(facts({ step: name, reading: noData('n') }))).toMatchObject({
        action: 'hold',
        gate: 'no-data',
        enrol: [],
      });
    }
  });

  it('need every metric that their step names', () => {
    for (const step of PLAN) {
      for (const { metric } of step.leave) {
        const metrics = { ...GOOD.metrics, [metric]: { value: GOOD.metrics[metric]?.value ?? 0, samples: 0 } };
        expect(decideRamp(facts({ step: step.name, reading: { metrics } }))).toMatchObject({ gate: 'no-data' });
      }
    }
    expect(new Set(PLAN.flatMap((step) => step.leave.map(({ metric }) => metric)))).toEqual(new Set(RAMP_METRICS));
  });
});

describe('time that counts', () => {
  it('is watched time: an outage of days adds no more than the longest gap', () => {
    const verdict = decideRamp(
      facts({ ramp: { stableMs: HOUR_MS, evaluatedAt: new Date(NOW.getTime() - 100 * HOUR_MS) } }),
    );
    expect(verdict).toMatchObject({ action: 'hold', gate: 'hold-time', stableMs: HOUR_MS + LONGEST_WATCHED_GAP_MS });
  });

  it('starts anew with a guardrail, and stands still without data', () => {
    const broken = decideRamp(facts({ reading: { guardrail: { tier: 'pause', because: ['x'] } } }));
    expect(broken.stableMs).toBe(0);
    expect(decideRamp(facts({ reading: noData('n') })).stableMs).toBe(300 * HOUR_MS);
  });
});

describe('whom a ramp enrols', () => {
  it('the named ones of a counted step, never one whom somebody took out', () => {
    const verdict = decideRamp(facts({ step: 'pilot', facts: { excluded: ['d'] } }));
    expect(verdict).toMatchObject({ action: 'advance', enrol: ['c', 'e'] });
  });

  it('nobody in a step without RAG', () => {
    expect(decideRamp(facts({ step: 'baseline', ramp: { status: 'pending' }, facts: { enrolled: [] } }))).toMatchObject(
      {
        action: 'start',
        enrol: [],
      },
    );
  });

  it('the shortfall to ⌈p·N⌉ of a share step, counting whoever is in', () => {
    expect(decideRamp(facts({ step: 'expansion' })).enrol).toHaveLength(2);
    expect(decideRamp(facts({ step: '10%', ramp: { stableMs: 0 } }))).toMatchObject({ action: 'hold' });
    expect(decideRamp(facts({ step: '10%', ramp: { stableMs: 0 } })).enrol).toHaveLength(2);
  });

  it('newcomers by the same rule, also after the ramp is done', () => {
    const verdict = decideRamp(facts({ step: '100%', ramp: { status: 'done', outcome: 'completed' } }));
    expect(verdict).toMatchObject({ action: 'maintain', status: 'done' });
    expect(verdict.enrol).toHaveLength(38);
  });
});

describe('a verdict, whole', () => {
  const at = (hoursAgo: number) => new Date(NOW.getTime() - hoursAgo * HOUR_MS);
  const seasoned = (hours: number, ragOn = true) => ({ businessId: 'a', enabledAt: at(hours), ragOn });
  const paused = { by: 'ada', reason: null };
  const cases: [string, Change, Partial<ReturnType<typeof decideRamp>>][] = [
    [
      'a ramp that was asked for starts',
      { step: 'baseline', ramp: { status: 'pending' } },
      { action: 'start', because: ['the ramp was asked for'], gate: null, status: 'running', enrol: [], stableMs: 0 },
    ],
    [
      'it does not start while it is paused and the feature is killed',
      { step: 'baseline', ramp: { status: 'pending', paused }, facts: { featureState: 'killed' } },
      {
        action: 'hold',
        because: ['paused by ada', 'the feature is killed'],
        gate: 'opening',
        status: 'pending',
        enrol: [],
        stableMs: 0,
      },
    ],
    [
      'it does not start without the businesses that its first step names',
      { step: 'pilot', ramp: { status: 'pending' }, facts: { businesses: ['a'] } },
      { action: 'hold', because: ['pilot: unknown b'], gate: 'opening', status: 'pending', enrol: [] },
    ],
    [
      'a step that the plan does not have holds',
      { ramp: { step: 99 } },
      { action: 'hold', because: ['the plan has no such step'], gate: 'invariants', status: 'holding', enrol: [] },
    ],
    [
      'a pilot guardrail pauses it',
      { reading: { guardrail: { tier: 'pause', because: ['y'] } } },
      { action: 'pause', because: ['y'], gate: 'guardrails', status: 'holding', enrol: [], stableMs: 0 },
    ],
    [
      'and is not asked to pause what is paused',
      { ramp: { paused }, reading: { guardrail: { tier: 'pause', because: ['y'] } } },
      { action: 'hold', because: ['y'], gate: 'guardrails', status: 'holding', enrol: [], stableMs: 0 },
    ],
    [
      'an emergency rolls it back',
      { reading: { hallucinations: 2 } },
      {
        action: 'roll-back',
        because: ['hallucinations 2, must be 0'],
        gate: 'invariants',
        status: 'rolled-back',
        enrol: [],
        stableMs: 0,
      },
    ],
    ['a pause without a reason says who', { ramp: { paused } }, { because: ['paused by ada'], gate: 'pause' }],
    [
      'all gates open',
      { step: 'expansion' },
      { action: 'advance', because: ['every gate of expansion is open'], gate: null, status: 'running', stableMs: 0 },
    ],
    [
      'the last step',
      { step: '100%' },
      { action: 'finish', because: ['every gate of the last step is open'], gate: null, status: 'done' },
    ],
    [
      'a ramp that is done',
      { step: '100%', ramp: { status: 'done' } },
      { action: 'maintain', because: [], gate: null, status: 'done', stableMs: 300 * HOUR_MS },
    ],
    [
      'numbers that are as old as they may be',
      { reading: { at: new Date(NOW.getTime() - STALE_AFTER_MS) } },
      { action: 'advance' },
    ],
    [
      'older ones, in minutes',
      { reading: { at: at(2) } },
      { because: ['stale metrics: 120 minutes old'], gate: 'no-data', status: 'holding' },
    ],
    [
      'a sample ratio that nobody knows yet',
      { reading: { sampleRatio: 'no-data' } },
      { because: ['no data: sample ratio'], gate: 'no-data' },
    ],
    [
      'a step without RAG has no arms to compare',
      { step: 'baseline', reading: { sampleRatio: 'mismatch' } },
      { action: 'advance' },
    ],
    ['held for exactly its time', { ramp: { stableMs: 48 * HOUR_MS - 60_000 } }, { action: 'advance', stableMs: 0 }],
    [
      'a moment less',
      { ramp: { stableMs: 48 * HOUR_MS - 60_001 } },
      { because: ['hold time: 47.9 of 48 stable hours'], gate: 'hold-time', status: 'running' },
    ],
    [
      'exactly the samples it needs',
      { reading: { metrics: { ...GOOD.metrics, approvalRate: { value: 0.85, samples: 30 } } } },
      { action: 'advance' },
    ],
    [
      'too few samples and a missed target are both said',
      {
        reading: {
          metrics: {
            ...GOOD.metrics,
            approvalRate: { value: 0.2, samples: 29 },
            ragHitRate: { value: 0.6, samples: 90 },
          },
        },
      },
      {
        because: ['approvalRate: 29 of 30 samples', 'ragHitRate is 0.6, must be above 0.6'],
        gate: 'minimum-sample',
        status: 'running',
      },
    ],
    [
      'tools that fail more than they may',
      { step: 'baseline', reading: { metrics: { ...GOOD.metrics, toolErrorRate: { value: 0.011, samples: 90 } } } },
      { because: ['toolErrorRate is 0.011, must be at-most 0.01'], gate: 'minimum-sample' },
    ],
    [
      'exactly as often as they may',
      { step: 'baseline', reading: { metrics: { ...GOOD.metrics, toolErrorRate: { value: 0.01, samples: 90 } } } },
      { action: 'advance' },
    ],
    [
      'a first look counts from when the step was opened',
      { ramp: { stableMs: 0, stepStartedAt: new Date(NOW.getTime() - 120_000), evaluatedAt: null } },
      { stableMs: 120_000, gate: 'hold-time' },
    ],
    [
      'a look before the step was opened counts from there, too',
      { ramp: { stableMs: 0, stepStartedAt: new Date(NOW.getTime() - 60_000), evaluatedAt: at(5) } },
      { stableMs: 60_000 },
    ],
    [
      'a step that was never opened has not held',
      { ramp: { stableMs: 0, stepStartedAt: null, evaluatedAt: null } },
      { stableMs: 0 },
    ],
    [
      'a clock that went back takes nothing away',
      { ramp: { stableMs: HOUR_MS, evaluatedAt: new Date(NOW.getTime() + HOUR_MS) } },
      { stableMs: HOUR_MS },
    ],
    [
      'too few named for the next step',
      {
        step: 'pilot',
        ramp: {
          plan: PLAN.map((step) =>
            step.name === 'expansion' && step.who.kind === 'named'
              ? { ...step, who: { ...step.who, businesses: ['a', 'nobody'] } }
              : step,
          ),
        },
      },
      {
        because: ['expansion: 2 of 5 businesses are named', 'expansion: unknown nobody'],
        gate: 'opening',
        status: 'holding',
      },
    ],
    [
      'two that had RAG on for exactly seven days open 10%',
      { step: 'expansion', facts: { enrolled: [seasoned(7 * 24), { ...seasoned(7 * 24), businessId: 'b' }] } },
      { action: 'advance' },
    ],
    [
      'one of them with RAG off does not',
      { step: 'expansion', facts: { enrolled: [seasoned(900), { ...seasoned(900, false), businessId: 'b' }] } },
      { because: ['10%: 1 of 2 businesses had RAG on for 7 days'], gate: 'opening' },
    ],
    [
      'nor one of them a moment too new',
      { step: 'expansion', facts: { enrolled: [seasoned(900), { ...seasoned(167.9), businessId: 'b' }] } },
      { because: ['10%: 1 of 2 businesses had RAG on for 7 days'], gate: 'opening' },
    ],
    [
      'neither security check nor approval',
      { step: '10%', ramp: { signatures: {} } },
      {
        because: ['the security check is not signed', 'waits for the approval of a person'],
        gate: 'security-check',
        status: 'awaiting-approval',
      },
    ],
    [
      'approved, but not checked',
      { step: '10%', ramp: { signatures: { approval: { by: 'a', at: '', reason: null } } } },
      { because: ['the security check is not signed'], gate: 'security-check' },
    ],
  ];
  it.each(cases)('%s', (_name, change, verdict) => {
    expect(decideRamp(facts(change))).toMatchObject(verdict);
  });
});

describe('whatever the facts', () => {
  /** The first value most of the time: with everything at random, hardly any ramp would ever be healthy. */
  const often = <T>(usual: T, ...others: T[]) =>
    fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
  const reading: fc.Arbitrary<RampReading> = fc.oneof(
    { weight: 1, arbitrary: fc.constant(noData('n')) },
    {
      weight: 9,
      arbitrary: fc.record({
        status: fc.constant('ok' as const),
        at: often(NOW, new Date(NOW.getTime() - HOUR_MS)),
        metrics: fc.record(
          Object.fromEntries(
            RAMP_METRICS.map((metric) => [
              metric,
              fc.record({
                value: often<number>(
                  metric === 'tokenBudgetOverruns' || metric === 'toolErrorRate' || metric === 'tokenErrorRate'
                    ? 0
                    : 0.99,
                  0.5,
                  1,
                ),
                samples: often(500, 0, 10),
              }),
            ]),
          ),
          { requiredKeys: [...RAMP_METRICS].slice(1) },
        ) as fc.Arbitrary<Ok['metrics']>,
        hallucinations: often(0, 1),
        securityIncidents: often(0, 1),
        guardrail: fc.record({
          tier: often('none' as const, 'pause' as const, 'roll-back' as const),
          because: fc.constant<string[]>(['g']),
        }),
        sampleRatio: often('ok' as const, 'mismatch' as const, 'no-data' as const),
      }),
    },
  );
  const any: fc.Arbitrary<RampFacts> = fc
    .record({
      step: fc.nat(PLAN.length - 1),
      stableMs: fc.constantFrom(0, 100 * HOUR_MS, 200 * HOUR_MS),
      paused: often<{ by: string; reason: string | null } | null>(null, { by: 'x', reason: null }),
      approved: fc.boolean(),
      signed: fc.boolean(),
      featureState: often<'active' | 'killed'>('active', 'killed'),
      edge: often<RampFacts['edge']>('absent', 'off', 'unreadable'),
      excluded: fc.subarray(ALL),
      reading,
    })
    .map(({ step, stableMs, paused, approved, signed, featureState, edge, excluded, reading: read }) => ({
      ...facts({
        ramp: {
          step,
          stableMs,
          paused,
          signatures: {
            ...(approved ? { approval: { by: 'a', at: '', reason: null } } : {}),
            ...(signed ? { security: { by: 'a', at: '', reference: 'r' } } : {}),
          },
        },
        facts: { featureState, edge, excluded },
      }),
      reading: read,
    }));

  it('a step is left only with everything in order, and nobody is enrolled on missing, stale or bad numbers', () => {
    let left = 0;
    fc.assert(
      fc.property(any, (input) => {
        const verdict = decideRamp(input);
        const { ramp, reading: read } = input;
        const step = PLAN[ramp.step] as RampStep;
        const healthy =
          read.status === 'ok' &&
          read.at === NOW &&
          read.hallucinations === 0 &&
          read.securityIncidents === 0 &&
          read.guardrail.tier === 'none' &&
          input.featureState === 'active' &&
          input.edge === 'absent' &&
          ramp.paused === null;
        if (verdict.enrol.length > 0) expect(healthy).toBe(true);
        expect(verdict.enrol.filter((id) => input.excluded.includes(id))).toEqual([]);
        if (verdict.action !== 'advance' && verdict.action !== 'finish') {
          expect(verdict.because.length).toBeGreaterThan(0);
          return;
        }
        left += 1;
        expect(healthy).toBe(true);
        expect(ramp.stableMs).toBeGreaterThanOrEqual(step.holdHours * HOUR_MS - LONGEST_WATCHED_GAP_MS);
        expect(ramp.signatures.approval).toBeDefined();
        if (step.securityCheck) expect(ramp.signatures.security).toBeDefined();
      }),
      { numRuns: 2_000 },
    );
    expect(left).toBeGreaterThan(20);
  });
});
