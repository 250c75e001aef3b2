import { describe, expect, it } from 'vitest';
import type { AlertCondition } from '../../../src/metrics/alerts/alert.ts';
import { type AlertRecord, decideAlerts, quietMs } from '../../../src/metrics/alerts/decide-alerts.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

function condition(fields: Partial<AlertCondition> = {}): AlertCondition {
  return {
    key: 'k',
    kind: 'metric',
    severity: 'warning',
    title: 't',
    detail: 'd',
    businessId: null,
    incidentId: null,
    figures: null,
    rollbackCommand: null,
    ...fields,
  };
}

function record(fields: Partial<AlertRecord> = {}): AlertRecord {
  return {
    key: 'k',
    state: 'firing',
    severity: 'warning',
    notifiedAt: minutesAgo(1),
    seenAt: minutesAgo(1),
    resolvedAt: null,
    flaps: 0,
    ...fields,
  };
}

const resolved = (minutes: number, flaps = 0) =>
  record({ state: 'resolved', resolvedAt: minutesAgo(minutes), seenAt: minutesAgo(minutes + 1), flaps });

type Case = [string, { conditions?: AlertCondition[]; unknown?: string[]; records?: AlertRecord[] }, string[]];

const CASES: Case[] = [
  ['a new condition fires', { conditions: [condition()] }, ['fire']],
  ['one that holds on tells nobody', { conditions: [condition()], records: [record()] }, ['hold']],
  [
    'a warning is told again after four hours',
    { conditions: [condition()], records: [record({ notifiedAt: minutesAgo(240) })] },
    ['remind'],
  ],
  [
    'a warning is not told again before',
    { conditions: [condition()], records: [record({ notifiedAt: minutesAgo(239) })] },
    ['hold'],
  ],
  [
    'a critical one is told again after half an hour',
    {
      conditions: [condition({ severity: 'critical' })],
      records: [record({ severity: 'critical', notifiedAt: minutesAgo(30) })],
    },
    ['remind'],
  ],
  [
    'one that gets worse is told at once',
    { conditions: [condition({ severity: 'critical' })], records: [record()] },
    ['worsen'],
  ],
  [
    'one that gets better is not told',
    { conditions: [condition()], records: [record({ severity: 'critical' })] },
    ['hold'],
  ],
  ['an absent one resolves at once', { records: [record()] }, ['resolve']],
  ['not enough data keeps an alert firing', { unknown: ['k'], records: [record()] }, ['keep']],
  ['not enough data fires nothing', { unknown: ['k'] }, []],
  ['not enough data does not revive a resolved one', { unknown: ['k'], records: [resolved(5)] }, []],
  [
    'one that comes back soon is the same alert',
    { conditions: [condition()], records: [resolved(29)] },
    ['fire-again'],
  ],
  ['one that comes back late is a new alert', { conditions: [condition()], records: [resolved(30)] }, ['fire']],
  ['a resolved one that stays away is left alone', { records: [resolved(5)] }, []],
  [
    'after one flap it has to be quiet for five minutes',
    { records: [record({ flaps: 1, seenAt: minutesAgo(4) })] },
    [],
  ],
  ['and resolves then', { records: [record({ flaps: 1, seenAt: minutesAgo(5) })] }, ['resolve']],
  ['after two flaps for ten', { records: [record({ flaps: 2, seenAt: minutesAgo(9) })] }, []],
  [
    'a key found twice fires once, as the worse',
    { conditions: [condition(), condition({ severity: 'critical' })] },
    ['fire'],
  ],
];

describe('the state machine of alerts', () => {
  it.each(CASES)('%s', (_name, { conditions = [], unknown = [], records = [] }, actions) => {
    const changes = decideAlerts({ now: NOW, conditions, unknown, records });
    expect(changes.map(({ action }) => action)).toEqual(actions);
  });

  it('takes the worse of two conditions with one key', () => {
    const [change] = decideAlerts({
      now: NOW,
      conditions: [condition(), condition({ severity: 'critical' })],
      unknown: [],
      records: [],
    });
    expect(change).toMatchObject({ condition: { severity: 'critical' } });
  });

  it('asks for longer quiet with every flap, up to an hour', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((flaps) => quietMs(flaps) / 60_000)).toEqual([0, 5, 10, 20, 40, 60, 60]);
  });
});
