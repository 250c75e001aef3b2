import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { describe, expect, it } from 'vitest';
import { rollbackCommand } from '../../../src/metrics/alerts/rollback-command.ts';
import { slackMessage } from '../../../src/notify/slack.ts';

/** The words that a shell makes of the command behind `npm run rollback --`. */
function wordsOf(command: string): string[] {
  const script = command.replace('npm run rollback --', "printf '%s\\0'");
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('the command that an alert offers', () => {
  it.each(['shop-1', 'a b', "o'brien", '$(id)', '`id`', 'x; id', '"; id #', '--yes', '-', '*', 'a\\', '!!', 'ü'])(
    'hands over the id %j as it is, and runs nothing else',
    (businessId) => {
      const command = rollbackCommand({ level: 'business', businessId }, 'isolation: examples');
      const { values } = parseArgs({
        args: wordsOf(command),
        options: { level: { type: 'string' }, businessId: { type: 'string' }, reason: { type: 'string' } },
      });
      expect({ ...values }).toEqual({ level: 'business', businessId, reason: 'isolation: examples' });
    },
  );

  it('runs nothing else either as Slack shows it', () => {
    const command = rollbackCommand({ level: 'business', businessId: 'a`; echo owned; `' }, 'r');
    const { blocks } = slackMessage(
      {
        event: 'fired',
        alertId: 'alr_1',
        kind: 'guardrail',
        severity: 'critical',
        title: 't',
        detail: '',
        figures: null,
        businessId: null,
        incidentId: null,
        rollbackCommand: command,
        firedAt: '2026-11-20T12:00:00Z',
        at: '2026-11-20T12:00:00Z',
      },
      { channel: '', publicUrl: '' },
    );
    const shown = JSON.stringify(blocks).match(/```(.*?)```/)?.[1] ?? '';
    expect(wordsOf(shown)).toHaveLength(6);
  });

  it('names the ramp of a cohort, and asks nothing where everybody is meant', () => {
    expect(rollbackCommand({ level: 'cohort', rampId: 'rmp_1' }, 'guardrail')).toBe(
      'npm run rollback -- --level cohort --rampId rmp_1 --reason guardrail',
    );
    expect(rollbackCommand({ level: 'global' }, 'guardrail')).toBe(
      'npm run rollback -- --level global --reason guardrail --yes',
    );
  });
});
