import { describe, expect, it } from 'vitest';
import { decidePolicy } from '../../src/drafting/policy.ts';
import type { AppointmentFact, OrderFact, ToolCall, ToolResults } from '../../src/tools/facts.ts';
import { INTENT_NAMES, INTENTS, type RequiredTool } from '../../src/tools/intents.ts';

const ORDER: OrderFact = { orderNumber: '#W1', status: 'shipped', canonicalStatus: 'shipped' };
const APPOINTMENT: AppointmentFact = { id: 'A1', startsAt: '2026-11-20T10:00:00Z', status: 'confirmed' };

function call(tool: ToolCall['tool'], status: ToolCall['status'], named = true): ToolCall {
  return { tool, status, named, invalidRecords: 0, durationMs: 1 };
}

const results = (calls: ToolCall[], orders: OrderFact[] = [], appointments: AppointmentFact[] = []): ToolResults => ({
  calls,
  orders,
  appointments,
});

describe('whether a model may write', () => {
  const compose: [string, RequiredTool[], ToolResults][] = [
    ['nothing is required and nothing was asked', [], results([])],
    ['“none” is required', ['none'], results([])],
    ['the required order is there', ['order'], results([call('order', 'ok')], [ORDER])],
    ['the sender’s one order is there', ['order'], results([call('customer', 'ok', false)], [ORDER])],
    ['the required appointment is there', ['appointment'], results([call('appointment', 'ok')], [], [APPOINTMENT])],
    ['both are there', ['order', 'appointment'], results([call('order', 'ok')], [ORDER], [APPOINTMENT])],
    ['a guess at a number failed', [], results([call('order', 'not_found', false), call('order', 'error', false)])],
  ];

  it.each(compose)('it may where %s', (_what, required, found) => {
    expect(decidePolicy(required, found)).toEqual({ action: 'compose' });
  });

  const verify: [string, RequiredTool[], ToolResults, string, string[]][] = [
    ['the required order is missing', ['order'], results([]), 'order', ['required:order']],
    [
      'the sender has several orders',
      ['order'],
      results([call('customer', 'ambiguous', false)]),
      'order',
      ['required:order'],
    ],
    ['the required appointment is missing', ['appointment'], results([]), 'appointment', ['required:appointment']],
    [
      'an order is required and only an appointment is there',
      ['order'],
      results([], [], [APPOINTMENT]),
      'order',
      ['required:order'],
    ],
    ['both are missing', ['order', 'appointment'], results([]), 'order', ['required:order', 'required:appointment']],
    [
      'one of two named orders is missing',
      ['order'],
      results([call('order', 'ok'), call('order', 'not_found')], [ORDER]),
      'order',
      ['order:not_found'],
    ],
  ];

  it.each(verify)('it may not where %s', (_what, required, found, template, because) => {
    expect(decidePolicy(required, found)).toEqual({ action: 'verify', template, because });
  });

  const failures = ['not_found', 'not_owner', 'error', 'ambiguous'] as const;
  it.each(failures)('it may not where something that the mail names is %s, whatever the intent', (status) => {
    for (const intent of INTENT_NAMES) {
      for (const tool of ['order', 'tracking', 'appointment', 'customer'] as const) {
        const decision = decidePolicy([INTENTS[intent]], results([call(tool, status)], [ORDER], [APPOINTMENT]));
        const template = tool === 'appointment' ? 'appointment' : 'order';
        expect(decision).toEqual({ action: 'verify', template, because: [`${tool}:${status}`] });
      }
    }
  });
});

it('every intent about an order requires one, every intent about an appointment one', () => {
  const requiring = (tool: RequiredTool) => INTENT_NAMES.filter((intent) => INTENTS[intent] === tool);
  expect(requiring('order')).toEqual(['ORDER', 'TRACKING', 'DELIVERY', 'RETURN', 'REFUND', 'CANCELLATION', 'INVOICE']);
  expect(requiring('appointment')).toEqual(['APPOINTMENT']);
});
