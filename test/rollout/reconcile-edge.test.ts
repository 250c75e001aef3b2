import { describe, expect, it } from 'vitest';
import { decideEdge, type EdgeFacts } from '../../src/rollout/reconcile-edge.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const CALM: EdgeFacts = {
  now: NOW,
  edge: { state: 'absent' },
  featureState: 'active',
  owed: undefined,
  standing: false,
  restoredAt: null,
  edgeRestored: false,
};

describe('what brings KV and Postgres together', () => {
  it.each<[string, Partial<EdgeFacts>, string]>([
    ['nothing is off', {}, 'none'],
    ['KV says off', { edge: { state: 'off' } }, 'roll-back'],
    ['KV cannot be read', { edge: { state: 'unreadable' } }, 'none'],
    ['both say off', { edge: { state: 'off' }, featureState: 'killed', standing: true }, 'none'],
    [
      'somebody deleted the key while a global rollback stands',
      { featureState: 'killed', standing: true },
      'write-off',
    ],
    ['the feature was killed by SQL', { featureState: 'killed' }, 'none'],
    [
      'a rollback could not write KV',
      { featureState: 'killed', standing: true, owed: { id: 'r', status: 'done', actor: 'ada' } },
      'write-off',
    ],
    [
      'a restore could not clear KV',
      {
        edge: { state: 'off', id: 'r' },
        restoredAt: minutesAgo(9),
        owed: { id: 'r', status: 'restored', actor: 'ada' },
      },
      'clear',
    ],
    [
      'a restore could not clear KV, which somebody had written by hand',
      { edge: { state: 'off' }, restoredAt: minutesAgo(9), owed: { id: 'r', status: 'restored', actor: 'kv' } },
      'clear',
    ],
    [
      'a restore could not clear KV, and somebody has switched it off by hand since',
      { edge: { state: 'off' }, restoredAt: minutesAgo(9), owed: { id: 'r', status: 'restored', actor: 'ada' } },
      'forget',
    ],
    [
      'a restore could not clear KV, and the next rollback stands in it',
      {
        edge: { state: 'off', id: 'r' },
        featureState: 'killed',
        standing: true,
        owed: { id: 'r', status: 'restored', actor: 'ada' },
      },
      'forget',
    ],
    [
      'a cache still shows the switch of a restored rollback',
      { edge: { state: 'off', id: 'r', at: minutesAgo(9) }, restoredAt: minutesAgo(8), edgeRestored: true },
      'clear',
    ],
    [
      'KV was switched off again after a restore, with a date',
      { edge: { state: 'off', at: minutesAgo(1) }, restoredAt: minutesAgo(2) },
      'roll-back',
    ],
    ['KV shows off without a date just after a restore', { edge: { state: 'off' }, restoredAt: minutesAgo(2) }, 'none'],
    [
      'KV still shows off without a date long after a restore',
      { edge: { state: 'off' }, restoredAt: minutesAgo(6) },
      'roll-back',
    ],
    [
      'somebody’s own value with an old date stands long after a restore',
      { edge: { state: 'off', at: minutesAgo(99) }, restoredAt: minutesAgo(6) },
      'roll-back',
    ],
  ])('%s', (_name, change, action) => {
    expect(decideEdge({ ...CALM, ...change }).action).toBe(action);
  });
});
