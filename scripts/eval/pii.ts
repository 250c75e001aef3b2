import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { PiiPolicy, PiiType } from '../../src/guards/pii/pii-match.ts';
import { createRedactionSession, redactPii } from '../../src/guards/pii/redact-pii.ts';

/** One line of the evaluation table. */
export interface Measure {
  name: string;
  value: number;
  /** How many cases stand behind the value. */
  n: number;
  goal?: string;
  note?: string;
}

interface Span {
  start: number;
  end: number;
  type: PiiType;
}

interface Tally {
  hits: number;
  missed: string[];
  extra: string[];
}

const EVERYTHING: PiiPolicy = { emails: true, phones: true, nationalIds: true };
const ALWAYS_ONLY: PiiPolicy = { emails: false, phones: false, nationalIds: false };
const CORE: Record<string, PiiType> = {
  credit_card: 'CARD',
  iban: 'IBAN',
  us_ssn: 'SSN',
  email: 'EMAIL',
  phone: 'PHONE',
};
const NATIONAL_IDS = [
  'tr_national_id',
  'de_tax_id',
  'es_nie',
  'es_nif',
  'uk_nino',
  'it_fiscal_code',
  'pl_pesel',
  'us_itin',
];
const SENTENCE_TYPES: Record<string, PiiType> = {
  CREDIT_CARD: 'CARD',
  IBAN_CODE: 'IBAN',
  US_SSN: 'SSN',
  EMAIL_ADDRESS: 'EMAIL',
  PHONE_NUMBER: 'PHONE',
};

async function readRecords<Row>(dataDir: string, set: string): Promise<Row[]> {
  const text = await readFile(join(dataDir, set, 'dev.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
}

function find(text: string, policy: PiiPolicy): Span[] {
  return redactPii(text, createRedactionSession(policy)).found;
}

/** A find counts when it overlaps a span of its type; every other find of that type is an extra one. */
function compare(text: string, expected: Span[], found: Span[], type: PiiType, tally: Tally): void {
  const open = found.filter((span) => span.type === type);
  for (const span of expected.filter((candidate) => candidate.type === type)) {
    const index = open.findIndex((candidate) => candidate.start < span.end && span.start < candidate.end);
    if (index < 0) tally.missed.push(text.slice(span.start, span.end));
    else {
      tally.hits++;
      open.splice(index, 1);
    }
  }
  tally.extra.push(...open.map((span) => text.slice(span.start, span.end)));
}

function measuresOf(name: string, tally: Tally, goals: boolean): Measure[] {
  const expected = tally.hits + tally.missed.length;
  const found = tally.hits + tally.extra.length;
  return [
    {
      name: `${name}: recall`,
      value: expected ? tally.hits / expected : 1,
      n: expected,
      ...(goals && { goal: '>= 0.99' }),
    },
    { name: `${name}: precision`, value: found ? tally.hits / found : 1, n: found, ...(goals && { goal: '>= 0.98' }) },
  ];
}

/** Recall and precision of redaction on text that others made, and identifiers of the store that are redacted. */
export async function evaluatePii(dataDir: string, report?: (line: string) => void): Promise<Measure[]> {
  const tallies = new Map<string, Tally>();
  const tally = (name: string) => {
    const known = tallies.get(name) ?? { hits: 0, missed: [], extra: [] };
    tallies.set(name, known);
    return known;
  };

  type Recognised = { recognizer: string; text: string; spans: [number, number][]; expected_matches: number };
  for (const row of await readRecords<Recognised>(dataDir, 'pii_presidio')) {
    const type = CORE[row.recognizer] ?? (NATIONAL_IDS.includes(row.recognizer) ? 'NATIONAL_ID' : undefined);
    if (!type) continue;
    const expected = row.spans.map(([start, end]) => ({ start, end, type }));
    compare(row.text, expected, find(row.text, EVERYTHING), type, tally(`presidio ${type}`));
  }
  type Sentence = { text: string; spans: { start: number; end: number; type: string }[] };
  for (const row of await readRecords<Sentence>(dataDir, 'pii_presidio_sentences')) {
    const expected = row.spans.flatMap(({ start, end, type }) => {
      const ours = SENTENCE_TYPES[type];
      return ours ? [{ start, end, type: ours }] : [];
    });
    const found = find(row.text, EVERYTHING);
    for (const type of Object.values(SENTENCE_TYPES))
      compare(row.text, expected, found, type, tally(`sentences ${type}`));
  }

  const measures: Measure[] = [];
  for (const type of ['CARD', 'IBAN', 'SSN'] as const) {
    const both = merge(tally(`presidio ${type}`), tally(`sentences ${type}`));
    measures.push(...measuresOf(`PII ${type}`, both, true));
  }
  const three = merge(
    ...['CARD', 'IBAN', 'SSN'].flatMap((type) => [tally(`presidio ${type}`), tally(`sentences ${type}`)]),
  );
  measures.push(...measuresOf('PII card, IBAN, SSN together', three, true));
  for (const type of ['EMAIL', 'PHONE'] as const) {
    measures.push(...measuresOf(`PII ${type}`, merge(tally(`presidio ${type}`), tally(`sentences ${type}`)), false));
  }
  measures.push(...measuresOf('PII NATIONAL_ID', tally('presidio NATIONAL_ID'), false));
  if (report) {
    for (const [name, { missed, extra }] of tallies) {
      if (missed.length) report(`${name} missed: ${JSON.stringify(missed.slice(0, 20))}`);
      if (extra.length) report(`${name} extra: ${JSON.stringify(extra.slice(0, 20))}`);
    }
  }
  measures.push(...(await evaluateStoreIdentifiers(dataDir, report)), ...(await evaluateWholeStrings(dataDir, report)));
  return measures;
}

function merge(...tallies: Tally[]): Tally {
  return {
    hits: tallies.reduce((sum, { hits }) => sum + hits, 0),
    missed: tallies.flatMap(({ missed }) => missed),
    extra: tallies.flatMap(({ extra }) => extra),
  };
}

/** Order, tracking and item numbers of the store, bare and in a sentence, that are redacted without any allowlist. */
async function evaluateStoreIdentifiers(dataDir: string, report?: (line: string) => void): Promise<Measure[]> {
  type Order = { order_id: string; items: { item_id: string }[]; fulfillments: { tracking_id: string[] }[] };
  const store = JSON.parse(await readFile(join(dataDir, 'tools_taubench_retail', 'store.json'), 'utf8')) as {
    orders: Record<string, Order>;
  };
  const orders = Object.values(store.orders);
  const kinds = {
    order: orders.flatMap((order) => [order.order_id, order.order_id.replace(/\D/g, '')]),
    tracking: orders.flatMap((order) => order.fulfillments.flatMap((fulfillment) => fulfillment.tracking_id)),
    item: orders.flatMap((order) => order.items.map((item) => item.item_id)),
  };
  const sentences = [
    (id: string) => id,
    (id: string) => `Where is ${id}?`,
    (id: string) => `My parcel ${id} has not come yet, order of May 3.`,
  ];
  return Object.entries(kinds).map(([kind, ids]) => {
    let redacted = 0;
    for (const id of ids) {
      for (const policy of [ALWAYS_ONLY, EVERYTHING]) {
        if (!sentences.some((sentence) => find(sentence(id), policy).length > 0)) continue;
        redacted++;
        report?.(`${kind} number redacted: ${id}`);
        break;
      }
    }
    return { name: `PII ${kind} numbers of the store redacted`, value: redacted, n: ids.length, goal: '0' };
  });
}

/** Agreement with the whole-string vectors of two validators, where a string is nothing but the value. */
async function evaluateWholeStrings(dataDir: string, report?: (line: string) => void): Promise<Measure[]> {
  type Vector = { fn: string; args: unknown[]; text: string; valid: boolean };
  const vectors = [
    ...(await readRecords<Vector>(dataDir, 'pii_validator')),
    ...(await readRecords<Vector>(dataDir, 'pii_ibantools')),
  ];
  const types: Record<string, PiiType> = { isCreditCard: 'CARD', isIBAN: 'IBAN', isValidIBAN: 'IBAN' };
  return Object.entries(types).map(([fn, type]) => {
    const cases = vectors.filter((vector) => vector.fn === fn && vector.args.length === 0);
    const wrong = cases.filter(
      ({ text, valid }) => find(text, ALWAYS_ONLY).some((span) => span.type === type) !== valid,
    );
    for (const { text, valid } of wrong) report?.(`${fn} ${valid ? 'missed' : 'extra'}: ${JSON.stringify(text)}`);
    return {
      name: `PII ${fn} vectors agreed with`,
      value: cases.length ? 1 - wrong.length / cases.length : 1,
      n: cases.length,
    };
  });
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { data: { type: 'string' }, details: { type: 'boolean' } } });
  if (!values.data) {
    console.error('usage: node scripts/eval/pii.ts --data DIR [--details]');
    process.exit(2);
  }
  const measures = await evaluatePii(values.data, values.details ? (line) => console.log(line) : undefined);
  for (const { name, value, n, goal } of measures) {
    console.log(`${name.padEnd(52)} ${value.toFixed(4).padStart(9)}  n=${n}${goal ? `  goal ${goal}` : ''}`);
  }
}
