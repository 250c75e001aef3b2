import { describe, expect, it } from 'vitest';
import type { ApiClient } from '../../scripts/lib/api-client.ts';
import { cronFresh, runChecklist } from '../../scripts/preflight/checklist.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const MINUTE = '* * * * *';
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const beat = (task: string, minutes: number, fields: Record<string, unknown> = {}) => ({
  name: `cron:${task}`,
  at: ago(minutes),
  ok: true,
  lastOkAt: ago(minutes),
  detail: { cron: MINUTE },
  ...fields,
});

describe('the freshness of cron', () => {
  it.each([
    ['passes where every task ran a minute ago', [beat('a', 1), beat('b', 1)], 'pass'],
    ['fails where nothing ran', [], 'fail'],
    ['fails where the last run is ten minutes old', [beat('a', 10)], 'fail'],
    [
      'fails where a task has not gone well for ten minutes',
      [beat('a', 1), beat('b', 1, { ok: false, lastOkAt: ago(10) })],
      'fail',
    ],
    ['fails where a task never went well', [beat('a', 1, { ok: false, lastOkAt: null })], 'fail'],
    ['passes where a task failed once and went well before', [beat('a', 1, { ok: false, lastOkAt: ago(2) })], 'pass'],
    ['passes where a task is no more', [beat('a', 1), beat('removed', 5_000)], 'pass'],
  ])('%s', (_name, beats, status) => {
    expect(cronFresh(MINUTE, beats, NOW).status).toBe(status);
  });

  it('of a night that has not come yet is skipped, and one that was missed fails', () => {
    const nightly = { cron: '0 3 * * *' };
    expect(cronFresh('0 3 * * *', [], NOW).status).toBe('skipped');
    expect(cronFresh('0 3 * * *', [beat('n', 20 * 60, { detail: nightly })], NOW).status).toBe('pass');
    expect(cronFresh('0 3 * * *', [beat('n', 27 * 60, { detail: nightly })], NOW).status).toBe('fail');
  });
});

describe('recorded proofs', () => {
  const proofsOf = async (proofs: Record<string, unknown>, alerts: unknown = { channels: [], deliveries: [] }) => {
    const api = {
      get: async (path: string) => {
        const kind = /kind=([\w-]+)/.exec(path)?.[1] ?? '';
        if (path.startsWith('/admin/api/proofs'))
          return { status: 200, body: { items: proofs[kind] ? [proofs[kind]] : [] } };
        return { status: 200, body: { environment: 'test', checks: [], heartbeats: [] } };
      },
      post: async (path: string) => ({
        status: 200,
        body: path.endsWith('/test') ? alerts : { probe: 'p', queues: [], refused: [] },
      }),
    } as unknown as ApiClient;
    const outcomes = await runChecklist(api, undefined, '/nowhere');
    return Object.fromEntries(outcomes.map(({ name, status }) => [name, status]));
  };
  const proof = (days: number, detail: Record<string, unknown> = {}, passed = true) => ({
    passed,
    at: new Date(Date.now() - days * 24 * 60 * 60_000).toISOString(),
    by: 'olga',
    detail,
  });

  it('count where they passed within 30 days, the global drill in less than 5 minutes', async () => {
    const all = {
      'drill-business': proof(29),
      'drill-cohort': proof(1, {}, true),
      'drill-global': proof(1, { detectedToLastOldMs: 299_000 }),
      loadtest: proof(2, { concurrency: [10, 50, 100] }),
      'security-suites': proof(3),
    };
    expect(await proofsOf(all)).toMatchObject({
      'drill business': 'pass',
      'drill cohort': 'pass',
      'drill global': 'pass',
      'load test 10/50/100': 'pass',
      'five security suites': 'pass',
    });
  });

  it('do not count where they are missing, failed, too old, too slow or too small', async () => {
    const poor = {
      'drill-business': proof(31),
      'drill-cohort': proof(1, {}, false),
      'drill-global': proof(1, { detectedToLastOldMs: 300_000 }),
      loadtest: proof(2, { concurrency: [10, 50] }),
    };
    expect(await proofsOf(poor)).toMatchObject({
      'drill business': 'fail',
      'drill cohort': 'fail',
      'drill global': 'fail',
      'load test 10/50/100': 'fail',
      'five security suites': 'fail',
      playbook: 'fail',
      'metrics queries': 'fail',
    });
  });

  it.each([
    ['passes where each configured channel took it', ['delivered', 'skipped'], 'pass'],
    ['fails where one did not', ['failed', 'skipped'], 'fail'],
    ['fails where one has not yet', ['pending', 'skipped'], 'fail'],
  ])('the test event %s', async (_what, [slack, email], outcome) => {
    const alerts = {
      channels: [
        { channel: 'slack', configured: true, reason: null },
        { channel: 'email', configured: false, reason: 'ALERT_EMAIL_TO' },
      ],
      deliveries: [
        { channel: 'slack', status: slack, reason: null },
        { channel: 'email', status: email, reason: null },
      ],
    };
    expect((await proofsOf({}, alerts))['alert channels']).toBe(outcome);
    expect((await proofsOf({}))['alert channels']).toBe('skipped');
  });
});
