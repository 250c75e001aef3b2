/** `npm run bench`: what the service costs, beside what one would pick instead; one table. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, type BenchRow, holdsLimit, ratioOf } from './bench/bench-row.ts';
import { runCommand, UsageError } from './lib/command.ts';
import { formatTable } from './lib/format-table.ts';

const HELP = `
npm run bench -- [--only NAMES] [--postgres URL] [--json]

Measures on this machine and prints one table: what, value, what one would pick instead, and how many times better we are.
Exit code 1: a limit does not hold.

  --only NAMES     comma-separated names of the files in scripts/bench (all): {names}
  --postgres URL   a real Postgres with pgvector, whose owner may create roles, in place of the embedded one
  --json           the rows as JSON
`;

const FOLDER = new URL('./bench/', import.meta.url).pathname;
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.ts') && file !== 'bench-row.ts')
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

await runCommand(
  HELP.replace('{names}', names.join(', ')),
  { only: { type: 'string' }, postgres: { type: 'string' }, json: { type: 'boolean' } },
  async (values) => {
    const chosen = values.only?.split(',').map((name) => name.trim()) ?? names;
    const wrong = chosen.find((name) => !names.includes(name));
    if (wrong !== undefined) throw new UsageError(`--only ${wrong}: not one of ${names.join(', ')}`);
    const rows: (BenchRow & { bench: string })[] = [];
    for (const name of chosen) {
      const bench = await loadBench(name);
      if (bench === undefined) continue;
      console.error(`${name} ...`);
      const measured = await bench(values.postgres === undefined ? {} : { postgresUrl: values.postgres });
      rows.push(...measured.map((row) => ({ bench: name, ...row })));
    }
    if (values.json === true) console.log(JSON.stringify(rows, null, 2));
    else console.log(tableOf(rows));
    return rows.some((row) => holdsLimit(row) === false) ? 1 : 0;
  },
);
// Sockets that wrangler or a client left open must not keep the command alive.
process.exit(process.exitCode ?? 0);

/** A file without `bench` is a helper of the others. */
async function loadBench(name: string): Promise<Bench | undefined> {
  const module = (await import(join(FOLDER, `${name}.ts`))) as { bench?: Bench };
  return module.bench;
}

function tableOf(rows: (BenchRow & { bench: string })[]): string {
  const header = ['bench', 'what', 'value', 'unit', 'instead', '', 'ratio', 'limit', '', 'n', 'note'];
  const cells = rows.map((row) => {
    const ratio = ratioOf(row);
    const holds = holdsLimit(row);
    return [
      row.bench,
      row.name,
      figure(row.value),
      row.unit,
      row.other ? figure(row.other.value) : '',
      row.other?.name ?? '',
      ratio === undefined ? '' : `${figure(ratio)}x`,
      row.limit ? `${row.limit.relation} ${row.limit.bound}` : '',
      holds === undefined ? '' : holds ? 'ok' : 'MISS',
      row.n === undefined ? '' : String(row.n),
      row.note ?? '',
    ];
  });
  return formatTable(header, cells, ['value', 'instead', 'ratio', 'n']);
}

function figure(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1_000) return String(Math.round(value));
  return value.toPrecision(3);
}
