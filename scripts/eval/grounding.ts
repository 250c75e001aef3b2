import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { blockingClaims, groundBody } from '../../src/guards/grounding/ground-body.ts';
import { LANGUAGES, type Language } from '../../src/lib/languages.ts';
import { type CorpusDraft, generateGroundingCorpus, type Store } from './grounding-corpus.ts';
import { type GenericFinding, judgeAgainstJson } from './grounding-generic.ts';

export interface GroundingRow {
  name: string;
  /** A share from 0 to 1. */
  value: number;
  n: number;
  goal?: string;
  note?: string;
}

export const GROUNDING_SETS = ['tools_taubench_retail', 'grounding_accuracy_shared_task', 'grounding_quintd'] as const;

const DRAFTS: Record<Language, number> = { en: 2_000, tr: 2_000, de: 500, fr: 500, es: 500 };
/** Of the corpus; another seed is another corpus of the same sentences. */
const DEFAULT_SEED = 7;
const MISSED_GOAL = '<= 0.005';
const BLOCKED_GOAL = '<= 0.02';

function readText(...path: string[]): string {
  const file = join(...path);
  if (!existsSync(file)) throw new Error(`no data at ${file}`);
  return readFileSync(file, 'utf8');
}

function readRecords<T>(...path: string[]): T[] {
  return readText(...path)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T);
}

function counted(labels: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sorted = [...counts].sort((left, right) => right[1] - left[1]);
  return sorted
    .slice(0, 4)
    .map(([label, count]) => `${label} ${count}`)
    .join(', ');
}

/** A draft that was judged wrongly, for a person to look at. */
export interface GroundingMiss {
  language: Language;
  kind: string;
  body: string;
  /** Texts of the claims that blocked a true draft. */
  blocking: string[];
}

function evaluateCorpus(
  drafts: readonly CorpusDraft[],
  language: Language,
  onMiss: (miss: GroundingMiss) => void,
): GroundingRow[] {
  const missed: string[] = [];
  const blocked: string[] = [];
  let falseDrafts = 0;
  for (const { kind, input } of drafts) {
    const blocking = blockingClaims(groundBody(input));
    if (kind !== 'true') falseDrafts += 1;
    if (kind === 'true' ? blocking.length === 0 : blocking.length > 0) continue;
    if (kind === 'true') blocked.push(blocking[0]?.type ?? '');
    else missed.push(kind);
    onMiss({ language, kind, body: input.body, blocking: blocking.map((claim) => claim.text) });
  }
  const trueDrafts = drafts.length - falseDrafts;
  return [
    {
      name: `grounding ${language}: false facts missed`,
      value: missed.length / falseDrafts,
      n: falseDrafts,
      goal: MISSED_GOAL,
      note: counted(missed),
    },
    {
      name: `grounding ${language}: true drafts blocked`,
      value: blocked.length / trueDrafts,
      n: trueDrafts,
      goal: BLOCKED_GOAL,
      note: counted(blocked),
    },
  ];
}

interface MarkedSpan {
  start: number;
  end: number;
  text: string;
  type: string;
}

function overlaps(left: { start: number; end: number }, right: { start: number; end: number }): boolean {
  return left.start < right.end && right.start < left.end;
}

/** Recall over the marked errors of a kind, and precision of the findings against everything that was marked. */
function againstMarks(
  name: string,
  texts: readonly { findings: GenericFinding[]; errors: MarkedSpan[]; marked: MarkedSpan[] }[],
): GroundingRow[] {
  const errors = texts.flatMap(({ findings, errors: own }) =>
    own.map((error) => findings.some((finding) => overlaps(finding, error))),
  );
  const findings = texts.flatMap(({ findings: own, marked }) =>
    own.map((finding) => marked.some((mark) => overlaps(finding, mark))),
  );
  const share = (values: readonly boolean[]): number => values.filter(Boolean).length / Math.max(1, values.length);
  return [
    { name: `${name}: recall`, value: share(errors), n: errors.length, note: 'marked errors that were found' },
    {
      name: `${name}: precision`,
      value: share(findings),
      n: findings.length,
      note: 'findings that a person marked too',
    },
  ];
}

function ofKinds(findings: readonly GenericFinding[], kinds: readonly GenericFinding['kind'][]): GenericFinding[] {
  return findings.filter((finding) => kinds.includes(finding.kind));
}

const WEEKDAY = /^(?:mon|tues|wednes|thurs|fri|satur|sun)day/i;

function evaluateSharedTask(dataDir: string): GroundingRow[] {
  const records = readRecords<{ response: string; spans: MarkedSpan[]; source_data: Record<string, unknown> }>(
    dataDir,
    'grounding_accuracy_shared_task',
    'dev.jsonl',
  );
  const judged = records.map(({ response, spans, source_data }) => {
    // The human text that lies beside the numbers is an answer, not a source.
    const { cleaned_text: _, detokenized_text: __, ...source } = source_data;
    return { findings: judgeAgainstJson(response, source, { boundToThings: true }), spans };
  });
  const rows = (
    name: string,
    kinds: GenericFinding['kind'][],
    isError: (span: MarkedSpan) => boolean,
  ): GroundingRow[] =>
    againstMarks(
      `grounding, shared task ${name}`,
      judged.map(({ findings, spans }) => ({
        findings: ofKinds(findings, kinds),
        errors: spans.filter(isError),
        marked: spans,
      })),
    );
  return [
    ...rows('numbers', ['number', 'time'], (span) => span.type === 'NUMBER'),
    ...rows('dates', ['date'], (span) => span.type === 'NAME' && WEEKDAY.test(span.text)),
    ...rows('names', ['name'], (span) => span.type === 'NAME' && !WEEKDAY.test(span.text)),
  ];
}

function evaluateQuintd(dataDir: string): GroundingRow[] {
  const sources = new Map(
    readRecords<{ source_id: string; data: unknown }>(dataDir, 'grounding_quintd', 'sources_dev.jsonl').map(
      (record) => [record.source_id, record.data],
    ),
  );
  const records = readRecords<{ response: string; source_id: string; domain: string; spans_human: MarkedSpan[] }>(
    dataDir,
    'grounding_quintd',
    'dev.jsonl',
  );
  const judged = records
    .filter(({ source_id }) => sources.has(source_id))
    .map(({ response, source_id, spans_human }) => ({
      findings: judgeAgainstJson(response, sources.get(source_id), { boundToThings: false }),
      spans: spans_human,
    }));
  const rows = (
    name: string,
    kinds: GenericFinding['kind'][],
    isError: (span: MarkedSpan) => boolean,
  ): GroundingRow[] =>
    againstMarks(
      `grounding, quintd ${name}`,
      judged.map(({ findings, spans }) => ({
        findings: ofKinds(findings, kinds),
        errors: spans.filter(isError),
        marked: spans,
      })),
    );
  const incorrect = (span: MarkedSpan): boolean => span.type === 'INCORRECT';
  const hasNumber = (span: MarkedSpan): boolean => incorrect(span) && /\d/.test(span.text) && span.text.length <= 40;
  const numbersOf = (text: string): number[] => (text.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
  const held = records.flatMap(({ source_id, spans_human }) => {
    const numbers = new Set(numbersOf(JSON.stringify(sources.get(source_id) ?? '')));
    return spans_human.filter(hasNumber).map(({ text }) => numbersOf(text).every((number) => numbers.has(number)));
  });
  return [
    {
      name: 'grounding, quintd: marked values that the source holds elsewhere',
      value: held.filter(Boolean).length / Math.max(1, held.length),
      n: held.length,
      note: 'of another day, field or time zone: no value shows them',
    },
    ...rows('numbers, dates and times', ['number', 'date', 'time'], hasNumber),
    ...rows(
      'names',
      ['name'],
      (span) =>
        incorrect(span) && !/\d/.test(span.text) && /\s\p{Lu}|^\p{Lu}/u.test(span.text) && span.text.length <= 40,
    ),
  ];
}

/** Grounding on generated drafts over the tau-bench store, and on texts with errors that people marked. Throws where a set is absent. */
export async function evaluateGrounding(
  dataDir: string,
  onMiss: (miss: GroundingMiss) => void = () => {},
  seed: number = DEFAULT_SEED,
): Promise<GroundingRow[]> {
  const store = JSON.parse(readText(dataDir, 'tools_taubench_retail', 'store.json')) as Store;
  const corpus = LANGUAGES.flatMap((language) =>
    evaluateCorpus(generateGroundingCorpus(store, language, DRAFTS[language], seed), language, onMiss),
  );
  return [...corpus, ...evaluateSharedTask(dataDir), ...evaluateQuintd(dataDir)];
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, misses: { type: 'boolean' }, seed: { type: 'string' } },
  });
  if (values.data === undefined) {
    console.error('usage: grounding.ts --data FOLDER [--misses] [--seed N]');
    process.exit(2);
  }
  const onMiss = (miss: GroundingMiss): void => {
    if (values.misses === true) console.error(JSON.stringify(miss));
  };
  for (const row of await evaluateGrounding(values.data, onMiss, Number(values.seed ?? DEFAULT_SEED))) {
    console.log(
      [
        row.name.padEnd(58),
        row.value.toFixed(4),
        String(row.n).padStart(6),
        (row.goal ?? '').padEnd(9),
        row.note ?? '',
      ].join('  '),
    );
  }
}
