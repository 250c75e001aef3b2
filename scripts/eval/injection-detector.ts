import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { detectInjection } from '../../src/guards/injection-detector.ts';
import type { Measure } from './pii.ts';

interface Row {
  label: 0 | 1;
  kind: string;
  text: string;
  subject?: string;
}

const SETS = ['injection_bipia', 'injection_llmguard_rebuff', 'injection_notinject', 'injection_llmail_benign'];

/** Share of attacks and of benign texts that the detector flags, by set and kind. It warns; it decides nothing. */
export async function evaluateInjectionDetector(dataDir: string, report?: (line: string) => void): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const set of SETS) {
    const lines = (await readFile(join(dataDir, set, 'dev.jsonl'), 'utf8')).split('\n').filter(Boolean);
    const rows = lines.map((line) => JSON.parse(line) as Row);
    const kinds = new Map<string, Row[]>();
    for (const row of rows)
      kinds.set(`${row.kind} ${row.label}`, [...(kinds.get(`${row.kind} ${row.label}`) ?? []), row]);
    for (const cases of kinds.values()) {
      const { kind, label } = cases[0] as Row;
      let flagged = 0;
      for (const row of cases) {
        const findings = detectInjection(row.subject ? `${row.subject}\n\n${row.text}` : row.text);
        if (findings.length > 0) flagged++;
        if (findings.length > 0 !== (label === 1)) {
          report?.(
            `${set} ${label ? 'missed' : 'false'} ${findings.map(({ code }) => code)}: ${JSON.stringify(row.text.slice(0, 220))}`,
          );
        }
      }
      measures.push({
        name: `injection detector, ${set}, ${kind}: ${label ? 'attacks' : 'benign'} flagged`,
        value: flagged / cases.length,
        n: cases.length,
        ...(label === 0 && { goal: '<= 0.05' }),
      });
    }
  }
  return measures;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { data: { type: 'string' }, details: { type: 'boolean' } } });
  if (!values.data) {
    console.error('usage: node scripts/eval/injection-detector.ts --data DIR [--details]');
    process.exit(2);
  }
  const measures = await evaluateInjectionDetector(
    values.data,
    values.details ? (line) => console.log(line) : undefined,
  );
  for (const { name, value, n, goal } of measures) {
    console.log(`${name.padEnd(88)} ${value.toFixed(3)}  n=${n}${goal ? `  goal ${goal}` : ''}`);
  }
}
