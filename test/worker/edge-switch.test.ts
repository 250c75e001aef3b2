import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createEdgeSwitch, readEdgeState } from '../../src/rollout/edge-switch.ts';

const AT = new Date('2026-11-23T10:00:00.000Z');
let features = 0;
/** A key of its own for each test: KV caches what it has read. */
const newFeature = () => `EDGE_TEST_${features++}`;

describe('the edge switch in KV', () => {
  const edge = createEdgeSwitch(env.FLAGS);

  it.each([
    ['off', { state: 'off' }],
    [' off\n', { state: 'off' }],
    ['{"state":"off"}', { state: 'off' }],
    [
      '{"state":"off","reason":"leak","by":"ada","at":"2026-11-23T10:00:00.000Z","id":"rbk_1"}',
      { state: 'off', reason: 'leak', by: 'ada', at: AT, id: 'rbk_1' },
    ],
    ['{"state":"off","at":"yesterday"}', { state: 'off' }],
    ['OFF', { state: 'off' }],
    ['"off"', { state: 'off' }],
    ['{"state":"Off"}', { state: 'off' }],
    ['{"state":"off","reason":7,"by":["ada"],"at":1764200000000,"id":{}}', { state: 'off' }],
    ['{"state":"off","reason":"a\\u0000b","by":"x\\u0000"}', { state: 'off', reason: 'ab', by: 'x' }],
    ['{"state":"off","at":"-200000-01-01T00:00:00Z"}', { state: 'off' }],
    ['{"state":"on"}', { state: 'absent' }],
    ['[]', { state: 'unreadable' }],
    ['["off"]', { state: 'unreadable' }],
    ['{"state":["off"]}', { state: 'unreadable' }],
    ['{"state":"of"}', { state: 'unreadable' }],
    ['OFF!', { state: 'unreadable' }],
    ['', { state: 'unreadable' }],
    ['null', { state: 'unreadable' }],
  ])('%j reads as %j', async (value, reading) => {
    const feature = newFeature();
    await env.FLAGS.put(`feature:${feature}`, value);
    expect(await edge.read(feature)).toEqual(reading);
  });

  it('is absent where nobody wrote it: Postgres decides', async () => {
    expect(await readEdgeState(edge, newFeature())).toBe('absent');
  });

  it('reads back what it wrote, and is absent again when cleared', async () => {
    const feature = newFeature();
    const off = { reason: 'leak', by: 'ada', at: AT, id: 'rbk_1' };
    await edge.writeOff(feature, off);
    expect(await edge.read(feature)).toEqual({ state: 'off', ...off });
    await edge.clear(feature);
    expect(await env.FLAGS.get(`feature:${feature}`)).toBeNull();
  });

  it('fails closed where KV fails or hangs', async () => {
    const failing = createEdgeSwitch({ get: () => Promise.reject(new Error('down')) } as unknown as KVNamespace);
    const hanging = createEdgeSwitch({ get: () => new Promise(() => {}) } as unknown as KVNamespace);
    expect(await failing.read('X')).toEqual({ state: 'unreadable' });
    expect(await hanging.read('X')).toEqual({ state: 'unreadable' });
  });

  it('does not hang on a write that KV never answers', async () => {
    const hanging = createEdgeSwitch({ put: () => new Promise(() => {}) } as unknown as KVNamespace);
    await expect(hanging.writeOff('X', { reason: 'r', by: 'b', at: AT, id: 'i' })).rejects.toThrow('timeout');
  });
});
