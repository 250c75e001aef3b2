import { countTokens as plainCount } from 'gpt-tokenizer/encoding/o200k_base';
import { loadTokenCounter } from '../../src/model/count-tokens.ts';
import { demoHistory, demoInbox, demoOrders } from '../demo/demo-data.ts';
import type { BenchOptions, BenchRow } from './bench-row.ts';

const REPEATS = 200;
/** The plain tokenizer is quadratic here: ten times as much would take it minutes. */
const RUN_LENGTH = 10_000;
const LONGEST_RUN = 100_000;
const AS_TEXT = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

/** Our counter (runs cut first) beside a quarter of the length, and beside the plain tokenizer, whose count is exact. */
export async function bench(_options: BenchOptions): Promise<BenchRow[]> {
  const count = await loadTokenCounter();
  const exact = (text: string) => plainCount(text, AS_TEXT);
  const quarter = (text: string) => Math.ceil(text.length / 4);
  const now = new Date('2026-03-02T09:00:00Z');
  const mails = [...demoInbox(now), ...demoHistory(now)].map(({ subject, text }) => `${subject}\n${text}`);
  const documents = demoOrders(now).map((order) => JSON.stringify({ task: 'compose_reply', sources: [order] }));
  const runs = {
    'letters without a space': 'abcdefghij'.repeat(RUN_LENGTH / 10),
    'one letter over and over': 'a'.repeat(RUN_LENGTH),
    'line breaks': '\n'.repeat(RUN_LENGTH),
    'digits and signs': '4-+1_'.repeat(RUN_LENGTH / 5),
  };

  const rows: BenchRow[] = [];
  for (const [name, texts] of Object.entries({ mails, 'order documents': documents })) {
    rows.push({
      name: `error of the count, ${name}`,
      value: meanError(texts, count, exact),
      unit: '%',
      other: { name: 'length / 4', value: meanError(texts, quarter, exact) },
      n: texts.length,
      note: 'mean, against the plain tokenizer',
    });
  }
  const repeated = Array.from({ length: REPEATS }, () => mails).flat();
  rows.push({
    name: 'time a mail',
    value: timed(() => repeated.forEach(count)) / repeated.length,
    unit: 'ms',
    other: { name: 'plain gpt-tokenizer', value: timed(() => repeated.forEach(exact)) / repeated.length },
    n: repeated.length,
  });
  for (const [name, run] of Object.entries(runs)) {
    const [ours, plain] = [timedResult(() => count(run)), timedResult(() => exact(run))];
    rows.push({
      name: `${RUN_LENGTH} characters: ${name}`,
      value: ours.ms,
      unit: 'ms',
      other: { name: 'plain gpt-tokenizer', value: plain.ms },
      n: 1,
      note: `count off by ${((100 * Math.abs(ours.value - plain.value)) / plain.value).toFixed(2)} %`,
    });
  }
  const longest = 'abcdefghij'.repeat(LONGEST_RUN / 10);
  rows.push({
    name: `${LONGEST_RUN} characters: letters without a space`,
    value: timed(() => count(longest)),
    unit: 'ms',
    n: 1,
  });
  return rows;
}

function meanError(texts: string[], count: (text: string) => number, exact: (text: string) => number): number {
  const errors = texts.map((text) => Math.abs(count(text) - exact(text)) / exact(text));
  return (100 * errors.reduce((sum, error) => sum + error, 0)) / errors.length;
}

function timed(work: () => void): number {
  return timedResult(work).ms;
}

function timedResult<T>(work: () => T): { ms: number; value: T } {
  const started = performance.now();
  const value = work();
  return { ms: performance.now() - started, value };
}
